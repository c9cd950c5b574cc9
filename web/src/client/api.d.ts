/** Written by `make client` from the OpenAPI document of the platform; change that instead. */
export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Landing page */
        get: operations["getLandingPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/norms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Values of norms that are in force */
        get: operations["getNorms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/{collectionId}/queryables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A collection: queryables
         * @description Alike for every collection.
         */
        get: operations["getQueryables.collection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/releases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Releases */
        get: operations["listReleases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/{collectionId}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A collection: features
         * @description Alike for every collection.
         */
        get: operations["getFeatures.collection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/{collectionId}/items/{featureId}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** History of a feature */
        get: operations["getFeatureHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/processes/compare-releases/execution": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Compare two states of a layer */
        post: operations["execute.compare-releases"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/processes/deliver-layer/execution": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delivery of a layer */
        post: operations["execute.deliver-layer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/processes/roll-back/execution": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Back to an earlier release */
        post: operations["execute.roll-back"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/processes/settle-conflict/execution": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A conflict settled */
        post: operations["execute.settle-conflict"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/processes/print-map/execution": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Print a map */
        post: operations["execute.print-map"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/{jobId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A job */
        get: operations["getJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/{jobId}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A job's results */
        get: operations["getJobResults"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/{jobId}/results/{outputId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One output */
        get: operations["getJobResult"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/catalogue/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Records */
        get: operations["getRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/collections/catalogue/items/{recordId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One record */
        get: operations["getRecord"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own account */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/sessions/{session}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a session */
        post: operations["endSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a key */
        post: operations["makeKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/keys/{key}/revocation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revoke a key */
        post: operations["revokeKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** People */
        get: operations["listPeople"];
        put?: never;
        /** Invite somebody */
        post: operations["invitePerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change somebody */
        post: operations["changePerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people/{name}/recovery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new link */
        post: operations["recoveryOfPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people/{name}/signing-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End all sessions */
        post: operations["signingOutOfPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people/{name}/disabling": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let in no more */
        post: operations["disablingOfPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people/{name}/enabling": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let in again */
        post: operations["enablingOfPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people/{name}/removal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove the name */
        post: operations["removalOfPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Deliveries */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/deliveries/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A delivery */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/deliveries/{number}/bad-rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Bad rows */
        get: operations["getBadRows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/deliveries/{number}/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decide */
        post: operations["decideDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/deliveries/{number}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a delivery would change */
        get: operations["getChanges"];
        put?: never;
        /** Preview the changes */
        post: operations["previewDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/edits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Edits under review */
        get: operations["listEdits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/edits/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A set of edits */
        get: operations["getEdits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/edits/{number}/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decide */
        post: operations["decideEdits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/edits/conflicts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Conflicts */
        get: operations["listConflicts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/edits/conflicts/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A conflict */
        get: operations["getConflict"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dashboard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the dashboard shows */
        get: operations["getDashboard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/freshness": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is due */
        get: operations["listFreshness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agencies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Agencies */
        get: operations["listAgencies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/received-reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reports of citizens */
        get: operations["listReports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/received-reports/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A report */
        get: operations["getReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/received-reports/{number}/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decide on a report */
        post: operations["decideReport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scenarios": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Scenarios */
        get: operations["listScenarios"];
        put?: never;
        /** Make a scenario */
        post: operations["makeScenario"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scenarios/{scenario}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A scenario */
        get: operations["getScenario"];
        put?: never;
        post?: never;
        /** Remove a scenario */
        delete: operations["removeScenario"];
        options?: never;
        head?: never;
        /** Name, describe, share */
        patch: operations["describeScenario"];
        trace?: never;
    };
    "/scenarios/{scenario}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add a version */
        post: operations["addScenarioVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scenarios/{scenario}/versions/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A version */
        get: operations["getScenarioVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scenarios/{scenario}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Changes on a map */
        get: operations["getScenarioChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scenarios/{scenario}/deliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand over for review */
        post: operations["deliverScenario"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/studies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Studies */
        get: operations["listStudies"];
        put?: never;
        /** Begin a study */
        post: operations["makeStudy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/studies/{study}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A study */
        get: operations["getStudy"];
        put?: never;
        post?: never;
        /** Remove a study */
        delete: operations["removeStudy"];
        options?: never;
        head?: never;
        /** Words, members, sharing */
        patch: operations["describeStudy"];
        trace?: never;
    };
    "/studies/{study}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add a run */
        post: operations["addStudyRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/studies/{study}/runs/{job}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a run out of a study */
        delete: operations["removeStudyRun"];
        options?: never;
        head?: never;
        /** Title and note of a run */
        patch: operations["describeStudyRun"];
        trace?: never;
    };
    "/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What can be reported */
        get: operations["getReporting"];
        put?: never;
        /** Send a report */
        post: operations["sendReport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reports/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of a report */
        get: operations["getReportState"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        anyObject: Record<string, never>;
        exception: {
            status?: number;
            type?: string;
            title?: string;
            detail?: string;
            code: string;
            description: string;
            request?: string;
        };
        feature: {
            /** @enum {string} */
            type: "Feature";
            id?: number;
            geometry: components["schemas"]["geometry"];
            properties: Record<string, never> | null;
            links?: components["schemas"]["link"][];
        };
        featureCollection: {
            /** @enum {string} */
            type: "FeatureCollection";
            features: components["schemas"]["feature"][];
            links?: components["schemas"]["link"][];
            /** Format: date-time */
            timeStamp?: string;
            numberMatched?: number;
            numberReturned?: number;
            /** @description Number of the release that is served. */
            "dothi:release"?: number;
            /** @description Whether any of it is demonstration data. */
            "dothi:demo"?: boolean;
        };
        geometry: {
            /** @enum {string} */
            type: "Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon" | "GeometryCollection";
            coordinates?: unknown[];
        } | null;
        landingPage: {
            title?: string;
            description?: string;
            attribution?: string;
            time_zone?: string;
            links: components["schemas"]["link"][];
        };
        link: {
            href: string;
            rel?: string;
            type?: string;
            hreflang?: string;
            title?: string;
            templated?: boolean;
        };
        results: {
            [key: string]: unknown;
        };
        statusInfo: {
            jobID: string;
            processID?: string;
            /** @enum {string} */
            type: "process";
            /** @enum {string} */
            status: "accepted" | "running" | "successful" | "failed" | "dismissed";
            message?: string;
            progress?: number;
            /** Format: date-time */
            created?: string;
            /** Format: date-time */
            started?: string;
            /** Format: date-time */
            finished?: string;
            /** Format: date-time */
            updated?: string;
            inputs?: Record<string, never>;
            "dothi:title"?: string;
            "dothi:startedBy"?: string;
            "dothi:software"?: string;
            /** @description The release that was read, by layer. */
            "dothi:releases"?: {
                [key: string]: number;
            };
            /** @description Of how many of these there is a newer release. */
            "dothi:inputsChanged"?: number;
            links?: components["schemas"]["link"][];
        };
    };
    responses: {
        /** @description Not modified */
        304: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description A parameter is unknown or cannot be read */
        400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["exception"];
                "application/problem+json": components["schemas"]["exception"];
                "text/html": string;
            };
        };
        /** @description Sign-in or a token is needed */
        401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["exception"];
                "application/problem+json": components["schemas"]["exception"];
                "text/html": string;
            };
        };
        /** @description Not allowed */
        403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["exception"];
                "application/problem+json": components["schemas"]["exception"];
                "text/html": string;
            };
        };
        /** @description There is no such resource */
        404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["exception"];
                "application/problem+json": components["schemas"]["exception"];
                "text/html": string;
            };
        };
        /** @description In conflict with the present state */
        409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["exception"];
                "application/problem+json": components["schemas"]["exception"];
                "text/html": string;
            };
        };
        /** @description The resource has changed since it was read */
        412: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["exception"];
                "application/problem+json": components["schemas"]["exception"];
                "text/html": string;
            };
        };
        /** @description The content is too large */
        413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["exception"];
                "application/problem+json": components["schemas"]["exception"];
                "text/html": string;
            };
        };
        /** @description The media type of the content is not supported */
        415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["exception"];
                "application/problem+json": components["schemas"]["exception"];
                "text/html": string;
            };
        };
        /** @description The data does not fit */
        422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["exception"];
                "application/problem+json": components["schemas"]["exception"];
                "text/html": string;
            };
        };
        /** @description Too many requests or jobs */
        429: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["exception"];
                "application/problem+json": components["schemas"]["exception"];
                "text/html": string;
            };
        };
        /** @description A fault of the server */
        500: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["exception"];
                "application/problem+json": components["schemas"]["exception"];
                "text/html": string;
            };
        };
        /** @description The database or a worker is not available, or the query took too long */
        503: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["exception"];
                "application/problem+json": components["schemas"]["exception"];
                "text/html": string;
            };
        };
    };
    parameters: {
        /**
         * @description Features that touch this box: west, south, east, north (in `bbox-crs`).
         * @example [
         *       105.85,
         *       19.75,
         *       106.75,
         *       20.6
         *     ]
         */
        bbox: number[] & (unknown | unknown);
        /** @description Coordinate system of `bbox`, in its own order. */
        "bbox-crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84" | "http://www.opengis.net/def/crs/EPSG/0/4326" | "http://www.opengis.net/def/crs/EPSG/0/3857" | "http://www.opengis.net/def/crs/EPSG/0/3405" | "http://www.opengis.net/def/crs/EPSG/0/5897" | "http://www.opengis.net/def/crs/EPSG/0/9209";
        /** @description Coordinate system of the answer, in its own axis order. */
        crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" | "http://www.opengis.net/def/crs/EPSG/0/4326" | "http://www.opengis.net/def/crs/EPSG/0/3857" | "http://www.opengis.net/def/crs/EPSG/0/3405" | "http://www.opengis.net/def/crs/EPSG/0/5897" | "http://www.opengis.net/def/crs/EPSG/0/9209";
        /** @description Where a page begins; only values from "next" links. */
        cursor: string;
        /**
         * @description An instant or interval, as RFC 3339 writes them.
         * @example 2024-08-31/..
         */
        datetime: string;
        /** @description Format of the answer; without it, by the header Accept. */
        f: "json" | "jsonld" | "html" | "csv" | "xlsx" | "gpkg" | "fgb";
        /**
         * @description CQL2 filter.
         * @example "kind" = 'reference'
         */
        filter: string;
        /** @description Coordinate system of geometries in `filter`. */
        "filter-crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84" | "http://www.opengis.net/def/crs/EPSG/0/4326" | "http://www.opengis.net/def/crs/EPSG/0/3857" | "http://www.opengis.net/def/crs/EPSG/0/3405" | "http://www.opengis.net/def/crs/EPSG/0/5897" | "http://www.opengis.net/def/crs/EPSG/0/9209";
        /** @description Form of the filter. */
        "filter-lang": "cql2-text" | "cql2-json";
        /** @description Headings of csv and xlsx: the columns' names or titles. */
        headers: "names" | "titles";
        /** @description Language; else by the header Accept-Language. */
        lang: "vi" | "en";
        /** @description Features on one page; more than the maximum counts as the maximum. */
        limit: number;
        /**
         * @description Generalises geometries, by at most so much, in units of `crs`.
         * @example 0.001
         */
        "max-allowable-offset": number;
        /** @description Features to leave out at the beginning; "next" links use `cursor`, which is faster. */
        offset: number;
        /**
         * @description Properties to answer.
         * @example [
         *       "code"
         *     ]
         */
        properties: ("code" | "name" | "kind" | "since")[];
        /**
         * @description Words to search for in name, without accents too.
         * @example nam
         */
        q: string;
        /** @description Leaves the geometry out. */
        skipGeometry: boolean;
        /**
         * @description Properties to sort by; - before one sorts downwards.
         * @example [
         *       "-code",
         *       "id"
         *     ]
         */
        sortby: string[];
    };
    requestBodies: never;
    headers: {
        /** @description Coordinate system of the answer, within < >. */
        "Content-Crs": string;
        /** @description Language of the answer. */
        "Content-Language": string;
        /** @description Numbers of the releases that it was made from. */
        "Dothi-Release": string;
        /** @description Tag of the answer; sent back in If-None-Match it gives 304 while nothing has changed. */
        ETag: string;
        /** @description When this data was released. */
        "Last-Modified": string;
        /** @description Related links, as RFC 8288 writes them. */
        Link: string;
        /** @description Address of the new resource, or the current address. */
        Location: string;
        /** @description Features of the whole selection. */
        "OGC-NumberMatched": string;
        /** @description Features in the answer. */
        "OGC-NumberReturned": string;
        /** @description Which part of Prefer was followed. */
        "Preference-Applied": string;
        /** @description After how many seconds to try again. */
        "Retry-After": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getLandingPage: {
        parameters: {
            query?: {
                /** @description Format of the answer; without it, by the header Accept. */
                f?: "json" | "html" | "jsonld";
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["landingPage"];
                    "application/ld+json": Record<string, never>;
                    "text/html": string;
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getNorms: {
        parameters: {
            query?: {
                /** @description Format of the answer; without it, by the header Accept. */
                f?: "json" | "html";
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date */
                        in_force_on: string;
                        norms: {
                            norm: string;
                            subject: string;
                            condition: string;
                            class?: string;
                            unit: string;
                            clause?: string;
                            measured_from?: string;
                            value_text: string;
                            title: string;
                            applies_to: string;
                            source: string;
                            measured?: string;
                            value: number;
                            verified?: boolean;
                        }[];
                        links?: components["schemas"]["link"][];
                    };
                    "text/html": string;
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    "getQueryables.collection": {
        parameters: {
            query?: {
                /** @description Format of the answer; without it, by the header Accept. */
                f?: "json" | "html";
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the collection
                 * @example air_observations
                 */
                collectionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/schema+json": components["schemas"]["anyObject"];
                    "text/html": string;
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    listReleases: {
        parameters: {
            query?: {
                /**
                 * @description Of this layer only.
                 * @example {collectionId}
                 */
                layer?: string;
                /** @description Only releases with a lower number. */
                before?: number;
                /** @description Features on one page; more than the maximum counts as the maximum. */
                limit?: number;
                /** @description Format of the answer; without it, by the header Accept. */
                f?: "json" | "html" | "atom";
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        title: string;
                        releases: {
                            number: number;
                            layer: string;
                            title: string;
                            layer_title: string;
                            /** @enum {string} */
                            origin: "demo" | "delivery" | "edit" | "rollback" | "leave";
                            origin_title: string;
                            scope: string;
                            /** Format: date */
                            as_of: string | null;
                            /** Format: date-time */
                            released_at: string;
                            released_minute: string;
                            demonstration: boolean;
                            changes: {
                                added: number;
                                changed: number;
                                closed: number;
                                total: number;
                            } | null;
                            summary: string;
                            links: components["schemas"]["link"][];
                        }[];
                        links: components["schemas"]["link"][];
                    };
                    "application/atom+xml": string;
                    "text/html": string;
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    "getFeatures.collection": {
        parameters: {
            query?: {
                /** @description Format of the answer; without it, by the header Accept. */
                f?: components["parameters"]["f"];
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
                /** @description Features on one page; more than the maximum counts as the maximum. */
                limit?: components["parameters"]["limit"];
                /** @description Features to leave out at the beginning; "next" links use `cursor`, which is faster. */
                offset?: components["parameters"]["offset"];
                /** @description Where a page begins; only values from "next" links. */
                cursor?: components["parameters"]["cursor"];
                /**
                 * @description Features that touch this box: west, south, east, north (in `bbox-crs`).
                 * @example [
                 *       105.85,
                 *       19.75,
                 *       106.75,
                 *       20.6
                 *     ]
                 */
                bbox?: components["parameters"]["bbox"];
                /** @description Coordinate system of `bbox`, in its own order. */
                "bbox-crs"?: components["parameters"]["bbox-crs"];
                /** @description Coordinate system of the answer, in its own axis order. */
                crs?: components["parameters"]["crs"];
                /**
                 * @description An instant or interval, as RFC 3339 writes them.
                 * @example 2024-08-31/..
                 */
                datetime?: components["parameters"]["datetime"];
                /**
                 * @description CQL2 filter.
                 * @example "kind" = 'reference'
                 */
                filter?: components["parameters"]["filter"];
                /** @description Form of the filter. */
                "filter-lang"?: components["parameters"]["filter-lang"];
                /** @description Coordinate system of geometries in `filter`. */
                "filter-crs"?: components["parameters"]["filter-crs"];
                /**
                 * @description Properties to answer.
                 * @example [
                 *       "code"
                 *     ]
                 */
                properties?: components["parameters"]["properties"];
                /** @description Leaves the geometry out. */
                skipGeometry?: components["parameters"]["skipGeometry"];
                /**
                 * @description Properties to sort by; - before one sorts downwards.
                 * @example [
                 *       "-code",
                 *       "id"
                 *     ]
                 */
                sortby?: components["parameters"]["sortby"];
                /**
                 * @description Words to search for in name, without accents too.
                 * @example nam
                 */
                q?: components["parameters"]["q"];
                /**
                 * @description Generalises geometries, by at most so much, in units of `crs`.
                 * @example 0.001
                 */
                "max-allowable-offset"?: components["parameters"]["max-allowable-offset"];
                /** @description Headings of csv and xlsx: the columns' names or titles. */
                headers?: components["parameters"]["headers"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the collection
                 * @example air_observations
                 */
                collectionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Language": components["headers"]["Content-Language"];
                    "Content-Crs": components["headers"]["Content-Crs"];
                    "Last-Modified": components["headers"]["Last-Modified"];
                    Link: components["headers"]["Link"];
                    "OGC-NumberMatched": components["headers"]["OGC-NumberMatched"];
                    "OGC-NumberReturned": components["headers"]["OGC-NumberReturned"];
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["featureCollection"];
                    "application/ld+json": Record<string, never>;
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                    "application/geopackage+sqlite3": string;
                    "application/flatgeobuf": string;
                    "text/html": string;
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getFeatureHistory: {
        parameters: {
            query?: {
                /** @description Format of the answer; without it, by the header Accept. */
                f?: "json" | "html";
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the collection
                 * @example air_observations
                 */
                collectionId: string;
                /** @description Feature id */
                featureId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        title: string;
                        collection: string;
                        feature: number;
                        complete: boolean;
                        versions: {
                            release: number;
                            /** Format: date-time */
                            released_at: string;
                            released_minute: string;
                            /** @enum {string} */
                            origin: "demo" | "delivery" | "edit" | "rollback" | "leave";
                            origin_title: string;
                            demonstration: boolean;
                            ended_by: number | null;
                            /** Format: date-time */
                            ended_at: string | null;
                            ended_minute: string | null;
                            changed: string[] | null;
                            geometry_changed: boolean | null;
                            properties: {
                                [key: string]: unknown;
                            };
                        }[];
                        links: components["schemas"]["link"][];
                    };
                    "text/html": string;
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    "execute.compare-releases": {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: {
                /**
                 * @description respond-async: answer at once, with a job; wait=N: wait N seconds at most for the outputs (RFC 7240).
                 * @example respond-async
                 */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "inputs": {
                 *         "layer": "roads",
                 *         "before": "2024-08-31",
                 *         "zones": "communes"
                 *       }
                 *     }
                 */
                "application/json": {
                    inputs?: {
                        /**
                         * Layer
                         * @description The layer whose two states are compared.
                         */
                        layer: string | {
                            collection: string;
                            filter?: string;
                            datetime?: string;
                        } | {
                            /** Format: uuid */
                            job: string;
                            output?: string;
                            filter?: string;
                        } | {
                            /** @enum {string} */
                            type: "FeatureCollection";
                            features: Record<string, never>[];
                        };
                        /**
                         * Filter
                         * @description A CQL2 expression, for both states: what passes it no more counts as removed.
                         */
                        filter?: string;
                        /**
                         * Before
                         * @description A day (its end, UTC) or a moment: 2024-08-31, 2024-08-31T12:00:00Z.
                         */
                        before: string;
                        /**
                         * After
                         * @description As before; the present state when left out.
                         */
                        after?: string;
                        /**
                         * Zones
                         * @description Layer of areas by which figures are added up, or a FeatureCollection.
                         * @default communes
                         */
                        zones?: string | {
                            collection: string;
                            filter?: string;
                            datetime?: string;
                        } | {
                            /** Format: uuid */
                            job: string;
                            output?: string;
                            filter?: string;
                        } | {
                            /** @enum {string} */
                            type: "FeatureCollection";
                            features: Record<string, never>[];
                        };
                    };
                    outputs?: {
                        result?: {
                            /**
                             * @default value
                             * @enum {string}
                             */
                            transmissionMode?: "value" | "reference";
                            format?: {
                                /** @enum {string} */
                                mediaType?: "application/geo+json" | "text/csv" | "application/geopackage+sqlite3" | "image/tiff; application=geotiff" | "image/png" | "text/html" | "application/pdf" | "application/vnd.dothi.figures+json";
                            };
                        };
                    };
                    /**
                     * @default raw
                     * @enum {string}
                     */
                    response?: "raw" | "document";
                    /** @description Is told when the job runs, is done or has failed; only at hosts that the operator allows. */
                    subscriber?: {
                        /** Format: uri */
                        successUri: string;
                        /** Format: uri */
                        inProgressUri?: string;
                        /** Format: uri */
                        failedUri?: string;
                    };
                };
            };
        };
        responses: {
            /** @description What was added, removed and changed between two dates, by unit and in total, with lengths or areas. */
            200: {
                headers: {
                    "Dothi-Release": components["headers"]["Dothi-Release"];
                    Link: components["headers"]["Link"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["anyObject"];
                    "application/json": components["schemas"]["results"];
                };
            };
            /** @description The job was accepted */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["statusInfo"];
                };
            };
            /** @description A link to the result */
            204: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    "execute.deliver-layer": {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: {
                /**
                 * @description respond-async: answer at once, with a job; wait=N: wait N seconds at most for the outputs (RFC 7240).
                 * @example respond-async
                 */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "inputs": {
                 *         "layer": "schools",
                 *         "file": "TUFfVFJVT05HLFRFTl9UUlVPTkcK",
                 *         "file_name": "truong.csv",
                 *         "dry_run": true
                 *       }
                 *     }
                 */
                "application/json": {
                    inputs?: {
                        /**
                         * Layer
                         * @description Id of the layer.
                         */
                        layer: string;
                        /**
                         * File
                         * Format: byte
                         * @description The file; zip what has several parts. By the API in base64: {"value": "…", "encoding": "base64"}, or "upload" for a large one.
                         */
                        file?: string;
                        /**
                         * Upload
                         * @description In place of "file": the id of a file that came in parts (tus) to /api/uploads.
                         */
                        upload?: string;
                        /**
                         * Name of the file
                         * @description Its suffix tells the format. A file that came in parts has its name.
                         */
                        file_name?: string;
                        /**
                         * Scope
                         * @description all, or unit=CODE of a unit. A unit's token delivers the part of that unit only.
                         * @default all
                         */
                        scope?: string;
                        /**
                         * Mode
                         * @description replace closes what the file no longer has, upsert only adds and changes.
                         * @default replace
                         * @enum {string}
                         */
                        mode?: "replace" | "upsert";
                        /**
                         * Day of the data
                         * @description YYYY-MM-DD.
                         */
                        as_of?: string;
                        /**
                         * Coordinate system
                         * @description Where the file says none: EPSG:9209.
                         */
                        crs?: string;
                        /**
                         * Encoding
                         * @description Of its text: utf-8, tcvn3, vni, …
                         */
                        encoding?: string;
                        /**
                         * Columns
                         * @description The file's name of a column to that of the layer.
                         */
                        columns?: {
                            [key: string]: string;
                        };
                        /**
                         * Note
                         * @description Is kept with the delivery.
                         */
                        note?: string;
                        /**
                         * Official letter
                         * @description Number of the letter that came with it: 123/SXD-QLN.
                         */
                        letter?: string;
                        /**
                         * Day of the letter
                         * @description YYYY-MM-DD; today when left out.
                         */
                        letter_date?: string;
                        /**
                         * Signatory
                         * @description The role of who signed, not a name.
                         */
                        letter_by?: string;
                        /**
                         * File of the letter
                         * Format: byte
                         * @description A scan of it, in base64 or by reference as "file"; it is kept with the delivery.
                         */
                        letter_file?: string;
                        /**
                         * Name of the file of the letter
                         * @description With its suffix: cong-van.pdf.
                         * @default cong-van.pdf
                         */
                        letter_file_name?: string;
                        /**
                         * Dry run
                         * @description Does all but release.
                         * @default false
                         */
                        dry_run?: boolean;
                        /**
                         * Language of the receipt
                         * @description Which it shows first; that of the request when left out.
                         * @enum {string}
                         */
                        lang?: "vi" | "en";
                    };
                    outputs?: {
                        report?: {
                            /**
                             * @default value
                             * @enum {string}
                             */
                            transmissionMode?: "value" | "reference";
                            format?: {
                                /** @enum {string} */
                                mediaType?: "application/json" | "application/geo+json" | "text/csv" | "application/geopackage+sqlite3" | "image/tiff; application=geotiff" | "image/png" | "text/html" | "application/pdf" | "application/vnd.dothi.figures+json";
                            };
                        };
                        receipt?: {
                            /**
                             * @default value
                             * @enum {string}
                             */
                            transmissionMode?: "value" | "reference";
                            format?: {
                                /** @enum {string} */
                                mediaType?: "text/html" | "application/geo+json" | "text/csv" | "application/geopackage+sqlite3" | "image/tiff; application=geotiff" | "image/png" | "application/pdf" | "application/vnd.dothi.figures+json";
                            };
                        };
                    };
                    /**
                     * @default raw
                     * @enum {string}
                     */
                    response?: "raw" | "document";
                    /** @description Is told when the job runs, is done or has failed; only at hosts that the operator allows. */
                    subscriber?: {
                        /** Format: uri */
                        successUri: string;
                        /** Format: uri */
                        inProgressUri?: string;
                        /** Format: uri */
                        failedUri?: string;
                    };
                };
            };
        };
        responses: {
            /** @description Takes an agency's file, checks it, and releases it unless a person has to decide. Needs the right to deliver. */
            200: {
                headers: {
                    "Dothi-Release": components["headers"]["Dothi-Release"];
                    Link: components["headers"]["Link"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["results"];
                    "text/html": string;
                    "multipart/related": string;
                };
            };
            /** @description The job was accepted */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["statusInfo"];
                };
            };
            /** @description A link to the result */
            204: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    "execute.roll-back": {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: {
                /**
                 * @description respond-async: answer at once, with a job; wait=N: wait N seconds at most for the outputs (RFC 7240).
                 * @example respond-async
                 */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "inputs": {
                 *         "layer": "schools",
                 *         "release": 1,
                 *         "reason": "The wrong file"
                 *       }
                 *     }
                 */
                "application/json": {
                    inputs?: {
                        /**
                         * Layer
                         * @description Id of the layer.
                         */
                        layer: string;
                        /**
                         * Release
                         * @description The layer is to be as it was after this one.
                         */
                        release: number;
                        /**
                         * Reason
                         * @description Is kept with the new release.
                         */
                        reason: string;
                        /**
                         * Dry run
                         * @description Says how much would change, and releases nothing.
                         * @default false
                         */
                        dry_run?: boolean;
                    };
                    outputs?: {
                        result?: {
                            /**
                             * @default value
                             * @enum {string}
                             */
                            transmissionMode?: "value" | "reference";
                            format?: {
                                /** @enum {string} */
                                mediaType?: "application/json" | "application/geo+json" | "text/csv" | "application/geopackage+sqlite3" | "image/tiff; application=geotiff" | "image/png" | "text/html" | "application/pdf" | "application/vnd.dothi.figures+json";
                            };
                        };
                    };
                    /**
                     * @default raw
                     * @enum {string}
                     */
                    response?: "raw" | "document";
                    /** @description Is told when the job runs, is done or has failed; only at hosts that the operator allows. */
                    subscriber?: {
                        /** Format: uri */
                        successUri: string;
                        /** Format: uri */
                        inProgressUri?: string;
                        /** Format: uri */
                        failedUri?: string;
                    };
                };
            };
        };
        responses: {
            /** @description Serves a layer again as it was after an earlier release; this is a release, too. See what would change by dry_run, and by units with compare-releases first. Needs the right to decide. */
            200: {
                headers: {
                    "Dothi-Release": components["headers"]["Dothi-Release"];
                    Link: components["headers"]["Link"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["results"];
                };
            };
            /** @description The job was accepted */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["statusInfo"];
                };
            };
            /** @description A link to the result */
            204: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    "execute.settle-conflict": {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: {
                /**
                 * @description respond-async: answer at once, with a job; wait=N: wait N seconds at most for the outputs (RFC 7240).
                 * @example respond-async
                 */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "inputs": {
                 *         "conflict": 1,
                 *         "take": "edit",
                 *         "reason": "Measured again"
                 *       }
                 *     }
                 */
                "application/json": {
                    inputs?: {
                        /**
                         * Conflict
                         * @description Its number.
                         */
                        conflict: number;
                        /**
                         * Whose values count
                         * @description Where both changed it.
                         * @enum {string}
                         */
                        take: "delivery" | "edit";
                        /**
                         * Reason
                         * @description Is kept with the release.
                         */
                        reason: string;
                    };
                    outputs?: {
                        result?: {
                            /**
                             * @default value
                             * @enum {string}
                             */
                            transmissionMode?: "value" | "reference";
                            format?: {
                                /** @enum {string} */
                                mediaType?: "application/json" | "application/geo+json" | "text/csv" | "application/geopackage+sqlite3" | "image/tiff; application=geotiff" | "image/png" | "text/html" | "application/pdf" | "application/vnd.dothi.figures+json";
                            };
                        };
                    };
                    /**
                     * @default raw
                     * @enum {string}
                     */
                    response?: "raw" | "document";
                    /** @description Is told when the job runs, is done or has failed; only at hosts that the operator allows. */
                    subscriber?: {
                        /** Format: uri */
                        successUri: string;
                        /** Format: uri */
                        inProgressUri?: string;
                        /** Format: uri */
                        failedUri?: string;
                    };
                };
            };
        };
        responses: {
            /** @description Decides between an edit and a delivery that changed the same feature. Needs the right to decide. */
            200: {
                headers: {
                    "Dothi-Release": components["headers"]["Dothi-Release"];
                    Link: components["headers"]["Link"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["results"];
                };
            };
            /** @description The job was accepted */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["statusInfo"];
                };
            };
            /** @description A link to the result */
            204: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    "execute.print-map": {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: {
                /**
                 * @description respond-async: answer at once, with a job; wait=N: wait N seconds at most for the outputs (RFC 7240).
                 * @example respond-async
                 */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "inputs": {
                 *         "paper": "A4",
                 *         "orientation": "landscape",
                 *         "lang": "vi"
                 *       }
                 *     }
                 */
                "application/json": {
                    inputs?: {
                        /**
                         * Title
                         * @description That of the unit or the locality when left out.
                         */
                        title?: string;
                        /**
                         * Unit
                         * @description An administrative unit; the level may be left out.
                         */
                        unit?: {
                            /** Code */
                            code: string;
                            /** Level */
                            level?: string;
                        };
                        /**
                         * Extent
                         * @description A bounding box in the order of axes of its system, as in the standard; CRS84 when none is named.
                         */
                        extent?: {
                            /** Bbox */
                            bbox: number[];
                            /** Crs */
                            crs?: string;
                        };
                        /**
                         * Layers
                         * @description Ids, or id:style, such as ["roads", "land_use:print"]; those that the map opens with when left out.
                         */
                        layers?: string[];
                        /**
                         * Paper
                         * @description By ISO 216.
                         * @default A4
                         * @enum {string}
                         */
                        paper?: "A4" | "A3" | "A2" | "A1" | "A0";
                        /**
                         * Orientation
                         * @description That which shows most when left out.
                         * @enum {string}
                         */
                        orientation?: "landscape" | "portrait";
                        /**
                         * Scale
                         * @description Its denominator, such as 10000 for 1:10,000; the largest round one that fits when left out.
                         */
                        scale?: number;
                        /**
                         * Grid
                         * @description Of the working coordinate system.
                         * @default true
                         */
                        grid?: boolean;
                        /**
                         * Time
                         * @description Draws the data of this time, given as for /items.
                         */
                        datetime?: string;
                        /**
                         * Number
                         * @description Stands in the title block.
                         */
                        number?: string;
                        /**
                         * Compiled by
                         * @description Stands in the title block.
                         */
                        compiler?: string;
                        /**
                         * Approved by
                         * @description Stands in the title block.
                         */
                        approver?: string;
                        /**
                         * Series
                         * @description A level of units, such as commune: a sheet for each of these within unit, with an index; pdf only.
                         */
                        series?: string;
                        /**
                         * Language
                         * @description Of titles and text.
                         * @default vi
                         * @enum {string}
                         */
                        lang?: "vi" | "en";
                        /**
                         * Format
                         * @description pdf, or png of 150 dots an inch.
                         * @default pdf
                         * @enum {string}
                         */
                        format?: "pdf" | "png";
                    };
                    outputs?: {
                        result?: {
                            /**
                             * @default value
                             * @enum {string}
                             */
                            transmissionMode?: "value" | "reference";
                            format?: {
                                /** @enum {string} */
                                mediaType?: "application/pdf" | "image/png" | "application/geo+json" | "text/csv" | "application/geopackage+sqlite3" | "image/tiff; application=geotiff" | "text/html" | "application/vnd.dothi.figures+json";
                            };
                        };
                    };
                    /**
                     * @default raw
                     * @enum {string}
                     */
                    response?: "raw" | "document";
                    /** @description Is told when the job runs, is done or has failed; only at hosts that the operator allows. */
                    subscriber?: {
                        /** Format: uri */
                        successUri: string;
                        /** Format: uri */
                        inProgressUri?: string;
                        /** Format: uri */
                        failedUri?: string;
                    };
                };
            };
        };
        responses: {
            /** @description A map to scale on a sheet from A4 to A0: frame, title, legend, scale bar, north arrow, coordinate grid, sources. */
            200: {
                headers: {
                    "Dothi-Release": components["headers"]["Dothi-Release"];
                    Link: components["headers"]["Link"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": string;
                    "image/png": string;
                    "application/json": components["schemas"]["results"];
                };
            };
            /** @description The job was accepted */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["statusInfo"];
                };
            };
            /** @description A link to the result */
            204: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getJob: {
        parameters: {
            query?: {
                /** @description Format of the answer; without it, by the header Accept. */
                f?: "json" | "html";
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /** @description Job id */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["statusInfo"];
                    "text/html": string;
                };
            };
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getJobResults: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /** @description Job id */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result */
            200: {
                headers: {
                    "Dothi-Release": components["headers"]["Dothi-Release"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/flatgeobuf": string;
                    "application/geo+json": string;
                    "application/geopackage+sqlite3": string;
                    "application/pdf": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.dothi.figures+json": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                    "image/png": string;
                    "image/tiff; application=geotiff": string;
                    "multipart/related": string;
                    "text/csv": string;
                    "text/html": string;
                    "text/plain": string;
                    "application/json": unknown;
                };
            };
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            422: components["responses"]["422"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getJobResult: {
        parameters: {
            query?: {
                /**
                 * @description Another form of the output: geojson, csv, gpkg, tif, png, html, pdf, figures; left out, as the analysis has written it.
                 * @example csv
                 */
                f?: string;
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /** @description Job id */
                jobId: string;
                /** @description Name of the output */
                outputId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result */
            200: {
                headers: {
                    "Dothi-Release": components["headers"]["Dothi-Release"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/flatgeobuf": string;
                    "application/geo+json": string;
                    "application/geopackage+sqlite3": string;
                    "application/pdf": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.dothi.figures+json": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                    "image/png": string;
                    "image/tiff; application=geotiff": string;
                    "text/csv": string;
                    "text/html": string;
                    "text/plain": string;
                    "application/json": unknown;
                };
            };
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            422: components["responses"]["422"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getRecords: {
        parameters: {
            query?: {
                /** @description Format of the answer; without it, by the header Accept. */
                f?: "json" | "html" | "dcat";
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
                /** @description Features on one page; more than the maximum counts as the maximum. */
                limit?: components["parameters"]["limit"];
                /** @description Records to leave out at the beginning. */
                offset?: number;
                /**
                 * @description Phrases to search for, accents do not matter; a comma means or.
                 * @example [
                 *       "du lieu"
                 *     ]
                 */
                q?: string[];
                /**
                 * @description Features that touch this box: west, south, east, north (in `bbox-crs`).
                 * @example [
                 *       105.85,
                 *       19.75,
                 *       106.75,
                 *       20.6
                 *     ]
                 */
                bbox?: components["parameters"]["bbox"];
                /**
                 * @description Records whose time meets this instant or interval of RFC 3339.
                 * @example 2014-01-01/2014-12-31
                 */
                datetime?: string;
                /**
                 * @description Properties to sort by; - before one sorts it downwards.
                 * @example [
                 *       "-updated"
                 *     ]
                 */
                sortby?: string[];
                /** @description CQL2 filter. */
                filter?: string;
                /** @description Form of the filter. */
                "filter-lang"?: components["parameters"]["filter-lang"];
                /** @description Records come in this coordinate system only. */
                crs?: "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
                /** @description Records come in this coordinate system only. */
                "bbox-crs"?: "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
                /** @description Records come in this coordinate system only. */
                "filter-crs"?: "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
                /**
                 * @description Ids of records.
                 * @example [
                 *       "document-decree-14-2014"
                 *     ]
                 */
                ids?: string[];
                /** @description Type. */
                type?: ("dataset" | "process" | "document")[];
                /** @description Theme. */
                theme?: "environment"[];
                /** @description Agency. */
                agency?: "environment"[];
                /** @description Licence. */
                license?: string[];
                /** @description Access. */
                access?: ("public" | "internal")[];
                /**
                 * @description With one of these keywords; accents do not matter.
                 * @example [
                 *       "sieu du lieu"
                 *     ]
                 */
                keywords?: string[];
                /** @description Resources in this language. */
                language?: ("vi" | "en")[];
                /**
                 * @description External ids: value, scheme: or scheme:value.
                 * @example [
                 *       "14/2014/ND-CP"
                 *     ]
                 */
                externalIds?: string[];
                /**
                 * @description Updated: within this interval of RFC 3339.
                 * @example ../2030-01-01
                 */
                updated?: string;
                /**
                 * @description Next update due: within this interval of RFC 3339.
                 * @example ../2030-01-01
                 */
                nextUpdateDue?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": {
                        /** @enum {string} */
                        type: "FeatureCollection";
                        features: {
                            /** @enum {string} */
                            type: "Feature";
                            id: string;
                            conformsTo?: string[];
                            time?: {
                                interval?: string[];
                                resolution?: string;
                            } | null;
                            geometry: components["schemas"]["geometry"];
                            properties: {
                                /** @enum {string} */
                                type: "dataset" | "process" | "document";
                                title: string;
                                description?: string;
                                created?: string;
                                updated?: string;
                                license?: string;
                                rights?: string;
                                agency?: string;
                                theme?: string;
                                access?: string;
                                origin?: string;
                                updateCycle?: string;
                                nextUpdateDue?: string;
                                storageCrs?: string;
                                geometryType?: string;
                                release?: number;
                                rows?: number;
                                badRows?: number;
                                demo?: boolean;
                                keywords?: string[];
                                quality?: Record<string, never> | null;
                                contacts?: {
                                    organization?: string;
                                    position?: string;
                                    roles?: string[];
                                }[];
                                metadataGroups?: {
                                    id: string;
                                    title: string;
                                    entries: {
                                        id: string;
                                        title: string;
                                        value?: unknown;
                                    }[];
                                }[];
                            };
                            links: components["schemas"]["link"][];
                            linkTemplates?: Record<string, never>[];
                        }[];
                        links: components["schemas"]["link"][];
                        /** Format: date-time */
                        timeStamp: string;
                        numberMatched: number;
                        numberReturned: number;
                    };
                    "application/ld+json": Record<string, never>;
                    "text/html": string;
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getRecord: {
        parameters: {
            query?: {
                /** @description Format of the answer; without it, by the header Accept. */
                f?: "json" | "html" | "iso19139" | "iso19115-3" | "dcat";
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Record id
                 * @example document-decree-14-2014
                 */
                recordId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": {
                        /** @enum {string} */
                        type: "Feature";
                        id: string;
                        conformsTo?: string[];
                        time?: {
                            interval?: string[];
                            resolution?: string;
                        } | null;
                        geometry: components["schemas"]["geometry"];
                        properties: {
                            /** @enum {string} */
                            type: "dataset" | "process" | "document";
                            title: string;
                            description?: string;
                            created?: string;
                            updated?: string;
                            license?: string;
                            rights?: string;
                            agency?: string;
                            theme?: string;
                            access?: string;
                            origin?: string;
                            updateCycle?: string;
                            nextUpdateDue?: string;
                            storageCrs?: string;
                            geometryType?: string;
                            release?: number;
                            rows?: number;
                            badRows?: number;
                            demo?: boolean;
                            keywords?: string[];
                            quality?: Record<string, never> | null;
                            contacts?: {
                                organization?: string;
                                position?: string;
                                roles?: string[];
                            }[];
                            metadataGroups?: {
                                id: string;
                                title: string;
                                entries: {
                                    id: string;
                                    title: string;
                                    value?: unknown;
                                }[];
                            }[];
                        };
                        links: components["schemas"]["link"][];
                        linkTemplates?: Record<string, never>[];
                    };
                    "application/vnd.iso.19139+xml": string;
                    "application/vnd.iso.19115-3+xml": string;
                    "application/ld+json": Record<string, never>;
                    "text/html": string;
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getAccount: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        title: string;
                        /** @enum {string} */
                        role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                        role_title: string;
                        agency: string | null;
                        may: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                        action_titles: {
                            [key: string]: string;
                        };
                        has_password: boolean;
                        second_factor: boolean;
                        /** Format: uuid */
                        session: string | null;
                        sessions: {
                            /** Format: uuid */
                            id: string;
                            address: string;
                            user_agent: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            seen_at: string;
                        }[];
                        mails: {
                            [key: string]: boolean;
                        };
                        keys: {
                            /** Format: uuid */
                            id: string;
                            label: string;
                            scopes: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            expires_at: string | null;
                            /** Format: date-time */
                            used_at: string | null;
                            from_setting: boolean;
                        }[];
                        most_key_days: number;
                        csrf: string | null;
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    endSession: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the session
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        title: string;
                        /** @enum {string} */
                        role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                        role_title: string;
                        agency: string | null;
                        may: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                        action_titles: {
                            [key: string]: string;
                        };
                        has_password: boolean;
                        second_factor: boolean;
                        /** Format: uuid */
                        session: string | null;
                        sessions: {
                            /** Format: uuid */
                            id: string;
                            address: string;
                            user_agent: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            seen_at: string;
                        }[];
                        mails: {
                            [key: string]: boolean;
                        };
                        keys: {
                            /** Format: uuid */
                            id: string;
                            label: string;
                            scopes: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            expires_at: string | null;
                            /** Format: date-time */
                            used_at: string | null;
                            from_setting: boolean;
                        }[];
                        most_key_days: number;
                        csrf: string | null;
                    };
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        title: string;
                        /** @enum {string} */
                        role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                        role_title: string;
                        agency: string | null;
                        may: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                        action_titles: {
                            [key: string]: string;
                        };
                        has_password: boolean;
                        second_factor: boolean;
                        /** Format: uuid */
                        session: string | null;
                        sessions: {
                            /** Format: uuid */
                            id: string;
                            address: string;
                            user_agent: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            seen_at: string;
                        }[];
                        mails: {
                            [key: string]: boolean;
                        };
                        keys: {
                            /** Format: uuid */
                            id: string;
                            label: string;
                            scopes: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            expires_at: string | null;
                            /** Format: date-time */
                            used_at: string | null;
                            from_setting: boolean;
                        }[];
                        most_key_days: number;
                        csrf: string | null;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    makeKey: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    label?: string;
                    days?: number;
                    scopes?: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        title: string;
                        /** @enum {string} */
                        role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                        role_title: string;
                        agency: string | null;
                        may: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                        action_titles: {
                            [key: string]: string;
                        };
                        has_password: boolean;
                        second_factor: boolean;
                        /** Format: uuid */
                        session: string | null;
                        sessions: {
                            /** Format: uuid */
                            id: string;
                            address: string;
                            user_agent: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            seen_at: string;
                        }[];
                        mails: {
                            [key: string]: boolean;
                        };
                        keys: {
                            /** Format: uuid */
                            id: string;
                            label: string;
                            scopes: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            expires_at: string | null;
                            /** Format: date-time */
                            used_at: string | null;
                            from_setting: boolean;
                        }[];
                        most_key_days: number;
                        csrf: string | null;
                        key: string;
                    };
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        title: string;
                        /** @enum {string} */
                        role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                        role_title: string;
                        agency: string | null;
                        may: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                        action_titles: {
                            [key: string]: string;
                        };
                        has_password: boolean;
                        second_factor: boolean;
                        /** Format: uuid */
                        session: string | null;
                        sessions: {
                            /** Format: uuid */
                            id: string;
                            address: string;
                            user_agent: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            seen_at: string;
                        }[];
                        mails: {
                            [key: string]: boolean;
                        };
                        keys: {
                            /** Format: uuid */
                            id: string;
                            label: string;
                            scopes: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            expires_at: string | null;
                            /** Format: date-time */
                            used_at: string | null;
                            from_setting: boolean;
                        }[];
                        most_key_days: number;
                        csrf: string | null;
                        key: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    revokeKey: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the key
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        title: string;
                        /** @enum {string} */
                        role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                        role_title: string;
                        agency: string | null;
                        may: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                        action_titles: {
                            [key: string]: string;
                        };
                        has_password: boolean;
                        second_factor: boolean;
                        /** Format: uuid */
                        session: string | null;
                        sessions: {
                            /** Format: uuid */
                            id: string;
                            address: string;
                            user_agent: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            seen_at: string;
                        }[];
                        mails: {
                            [key: string]: boolean;
                        };
                        keys: {
                            /** Format: uuid */
                            id: string;
                            label: string;
                            scopes: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            expires_at: string | null;
                            /** Format: date-time */
                            used_at: string | null;
                            from_setting: boolean;
                        }[];
                        most_key_days: number;
                        csrf: string | null;
                    };
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        title: string;
                        /** @enum {string} */
                        role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                        role_title: string;
                        agency: string | null;
                        may: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                        action_titles: {
                            [key: string]: string;
                        };
                        has_password: boolean;
                        second_factor: boolean;
                        /** Format: uuid */
                        session: string | null;
                        sessions: {
                            /** Format: uuid */
                            id: string;
                            address: string;
                            user_agent: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            seen_at: string;
                        }[];
                        mails: {
                            [key: string]: boolean;
                        };
                        keys: {
                            /** Format: uuid */
                            id: string;
                            label: string;
                            scopes: ("see" | "download" | "edit" | "deliver" | "decide" | "run" | "publish" | "administer")[];
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            expires_at: string | null;
                            /** Format: date-time */
                            used_at: string | null;
                            from_setting: boolean;
                        }[];
                        most_key_days: number;
                        csrf: string | null;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    listPeople: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    invitePerson: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** @enum {string} */
                    language?: "vi" | "en";
                    title?: string;
                    /** @enum {string} */
                    role?: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                    agency?: string;
                    email?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        link: string;
                        days: number;
                        mailed_to: string | null;
                    };
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        link: string;
                        days: number;
                        mailed_to: string | null;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    changePerson: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Name for signing in
                 * @example lan
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    title?: string;
                    /** @enum {string} */
                    role?: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                    agency?: string;
                    email?: string;
                    subject?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        done: string;
                    };
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        done: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    recoveryOfPerson: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Name for signing in
                 * @example lan
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        link: string;
                        days: number;
                        mailed_to: string | null;
                    };
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        link: string;
                        days: number;
                        mailed_to: string | null;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    signingOutOfPerson: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Name for signing in
                 * @example lan
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        done: string;
                    };
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        done: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    disablingOfPerson: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Name for signing in
                 * @example lan
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        done: string;
                    };
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        done: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    enablingOfPerson: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Name for signing in
                 * @example lan
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        done: string;
                    };
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        done: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    removalOfPerson: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Name for signing in
                 * @example lan
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        done: string;
                    };
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            title: string;
                            /** @enum {string} */
                            role: "administrator" | "steward" | "focal_point" | "editor" | "planner" | "viewer";
                            /** @enum {string} */
                            language: "vi" | "en";
                            agency: string | null;
                            email: string | null;
                            has_password: boolean;
                            has_second_factor: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            last_sign_in: string | null;
                            keys: number;
                            subject: string | null;
                        }[];
                        roles: {
                            id: string;
                            title: string;
                        }[];
                        agencies: {
                            id: string;
                            title: string;
                        }[];
                        name: string;
                        done: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /**
                 * @description Of this layer only.
                 * @example schools
                 */
                layer?: string;
                /** @description With this status only. */
                status?: "received" | "diagnosed" | "accepted" | "returned" | "superseded" | "unchanged" | "failed";
                /** @description Features on one page; more than the maximum counts as the maximum. */
                limit?: components["parameters"]["limit"];
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        deliveries: {
                            id: number;
                            layer_id: string;
                            layer_title: string;
                            file_name: string;
                            sha256: string;
                            size_bytes: number;
                            agency: string | null;
                            agency_title: string | null;
                            sender: string | null;
                            /** @enum {string} */
                            origin: "delivery" | "demo";
                            scope: string;
                            /** @enum {string} */
                            mode: "replace" | "upsert";
                            /** Format: date */
                            as_of: string | null;
                            note: string | null;
                            options: {
                                [key: string]: unknown;
                            };
                            /** Format: date-time */
                            received_at: string;
                            received_by: string;
                            /** @enum {string} */
                            status: "received" | "diagnosed" | "accepted" | "returned" | "superseded" | "unchanged" | "failed";
                            held: string[];
                            /** Format: date-time */
                            finished_at: string | null;
                            superseded_by: number | null;
                            release: number | null;
                            waits_for: string[];
                            links: components["schemas"]["link"][];
                        }[];
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getDelivery: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Number of the delivery
                 * @example 1
                 */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: number;
                        layer_id: string;
                        layer_title: string;
                        file_name: string;
                        sha256: string;
                        size_bytes: number;
                        agency: string | null;
                        agency_title: string | null;
                        sender: string | null;
                        /** @enum {string} */
                        origin: "delivery" | "demo";
                        scope: string;
                        /** @enum {string} */
                        mode: "replace" | "upsert";
                        /** Format: date */
                        as_of: string | null;
                        note: string | null;
                        options: {
                            [key: string]: unknown;
                        };
                        /** Format: date-time */
                        received_at: string;
                        received_by: string;
                        /** @enum {string} */
                        status: "received" | "diagnosed" | "accepted" | "returned" | "superseded" | "unchanged" | "failed";
                        held: string[];
                        /** Format: date-time */
                        finished_at: string | null;
                        superseded_by: number | null;
                        release: number | null;
                        waits_for: string[];
                        links: components["schemas"]["link"][];
                        decisions: {
                            /** @enum {string} */
                            decision: "accept" | "return";
                            /** Format: date-time */
                            decided_at: string;
                            decided_by: string;
                            reason: string;
                            options: {
                                [key: string]: unknown;
                            };
                            /** @enum {string} */
                            outcome: "accepted" | "unchanged" | "returned" | "diagnosed";
                            notes: string[];
                        }[];
                        report: {
                            layer: string;
                            file: string;
                            /** @enum {string} */
                            verdict: "accepted" | "returned" | "undecided" | "superseded";
                            held: ("crs" | "encoding" | "columns" | "loss" | "moved" | "cover" | "newer" | "letters" | "misplaced" | "places" | "file")[];
                            seen: {
                                [key: string]: number;
                            };
                            error: string | null;
                            unchanged: boolean;
                            dry_run: boolean;
                            delivery: number | null;
                            superseded_by: number | null;
                            release: number | null;
                            /** Format: date */
                            as_of: string | null;
                            crs: {
                                declared: string | null;
                                named: boolean;
                                decided: string | null;
                                candidates: {
                                    crs: string;
                                    score: number;
                                    evidence: {
                                        vi: string;
                                        en: string;
                                    };
                                    distance_m: number | null;
                                    places: number[][];
                                }[];
                                rivals: {
                                    crs: string;
                                    distance_m: number;
                                }[];
                                overruled: boolean;
                                by_address: boolean;
                            };
                            text: {
                                [key: string]: {
                                    encoding: string;
                                    evidence: {
                                        vi: string;
                                        en: string;
                                    };
                                    candidates: {
                                        encoding: string;
                                        score: number;
                                        evidence: {
                                            vi: string;
                                            en: string;
                                        };
                                    }[];
                                };
                            };
                            columns: {
                                [key: string]: string;
                            };
                            rows: {
                                read: number;
                                good: number;
                                bad_rows: number;
                                by_code: {
                                    [key: string]: number;
                                };
                                bad: {
                                    row: number;
                                    code: string;
                                    column: string | null;
                                    value: string | null;
                                    message: string;
                                    message_en: string;
                                    place: number[] | null;
                                    /** @enum {string} */
                                    severity: "error" | "warning";
                                    element: string | null;
                                }[];
                                warnings_by_code: {
                                    [key: string]: number;
                                };
                                warnings: {
                                    row: number;
                                    code: string;
                                    column: string | null;
                                    value: string | null;
                                    message: string;
                                    message_en: string;
                                    place: number[] | null;
                                    /** @enum {string} */
                                    severity: "error" | "warning";
                                    element: string | null;
                                }[];
                                repairs_by_kind: {
                                    [key: string]: number;
                                };
                                repairs: {
                                    row: number;
                                    repair: string;
                                    message: string;
                                    message_en: string;
                                    place: number[] | null;
                                    area_before_m2: number | null;
                                    area_after_m2: number | null;
                                }[];
                                missing: string[];
                                quality: {
                                    [key: string]: number;
                                };
                            };
                            raster: {
                                width: number;
                                height: number;
                                cell_width: number;
                                cell_height: number;
                                bands: {
                                    name: string;
                                    unit: string | null;
                                    valid: number;
                                    min: number | null;
                                    max: number | null;
                                    mean: number | null;
                                }[];
                            } | null;
                            diff: {
                                added: number;
                                changed: number;
                                closed: number;
                                unchanged: number;
                            } | null;
                            merge: {
                                kept: number;
                                held: number;
                                rows: {
                                    conflict: number;
                                    feature: number;
                                    columns: string[];
                                    edit: {
                                        [key: string]: unknown;
                                    } | null;
                                    delivery: {
                                        [key: string]: unknown;
                                    } | null;
                                }[];
                            } | null;
                            notes: ({
                                vi: string;
                                en: string;
                                steward: {
                                    vi: string;
                                    en: string;
                                };
                            } | {
                                vi: string;
                                en: string;
                            })[];
                            fingerprint: string | null;
                        } | null;
                        failure: string | null;
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getBadRows: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Number of the delivery
                 * @example 1
                 */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["anyObject"];
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    decideDelivery: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Number of the delivery
                 * @example 1
                 */
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    decision?: "accept" | "return";
                    reason?: string;
                    crs?: string;
                    encoding?: string;
                    scope?: string;
                    as_of?: string;
                    /** @enum {string} */
                    mode?: "replace" | "upsert";
                    columns?: {
                        [key: string]: string;
                    };
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["anyObject"];
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["anyObject"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getChanges: {
        parameters: {
            query?: {
                /** @description Only features that are added, changed or closed. */
                change?: "added" | "changed" | "closed";
                /**
                 * @description Features that touch this box: west, south, east, north (in `bbox-crs`).
                 * @example [
                 *       105.85,
                 *       19.75,
                 *       106.75,
                 *       20.6
                 *     ]
                 */
                bbox?: components["parameters"]["bbox"];
                /** @description Features on one page; more than the maximum counts as the maximum. */
                limit?: components["parameters"]["limit"];
                /** @description Features to leave out at the beginning; "next" links use `cursor`, which is faster. */
                offset?: components["parameters"]["offset"];
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Number of the delivery
                 * @example 1
                 */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["anyObject"];
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    previewDelivery: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Number of the delivery
                 * @example 1
                 */
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    crs?: string;
                    encoding?: string;
                    scope?: string;
                    as_of?: string;
                    /** @enum {string} */
                    mode?: "replace" | "upsert";
                    columns?: {
                        [key: string]: string;
                    };
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["anyObject"];
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["anyObject"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    listEdits: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        edits: {
                            id: number;
                            layer_id: string;
                            author: string;
                            /** @enum {string} */
                            status: "open" | "accepted" | "rejected";
                            /** Format: date-time */
                            opened_at: string;
                            /** Format: date-time */
                            decided_at: string | null;
                            decided_by: string | null;
                            reason: string | null;
                            release: number | null;
                            edits: number;
                            layer_title: string;
                        }[];
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getEdits: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Number of the set
                 * @example 1
                 */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: number;
                        layer_id: string;
                        author: string;
                        /** @enum {string} */
                        status: "open" | "accepted" | "rejected";
                        /** Format: date-time */
                        opened_at: string;
                        /** Format: date-time */
                        decided_at: string | null;
                        decided_by: string | null;
                        reason: string | null;
                        release: number | null;
                        edits: number;
                        layer_title: string;
                        pending: {
                            id: number;
                            /** @enum {string} */
                            change: "added" | "changed" | "closed";
                            feature_id: number | null;
                            base_release: number | null;
                            properties: {
                                [key: string]: unknown;
                            } | null;
                            geometry: {
                                [key: string]: unknown;
                            } | null;
                            /** Format: date-time */
                            edited_at: string;
                            released: {
                                [key: string]: unknown;
                            } | null;
                            moved: boolean;
                            geometry_wgs84: {
                                [key: string]: unknown;
                            } | null;
                            released_geometry_wgs84: {
                                [key: string]: unknown;
                            } | null;
                        }[];
                        described_columns: {
                            [key: string]: {
                                title: string;
                                unit: string | null;
                                domain: {
                                    [key: string]: string;
                                } | null;
                            };
                        };
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    decideEdits: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Number of the set
                 * @example 1
                 */
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    decision?: "accept" | "reject";
                    reason?: string;
                    version?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["anyObject"];
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["anyObject"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    listConflicts: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        conflicts: {
                            id: number;
                            layer_id: string;
                            feature_id: number;
                            delivery_id: number | null;
                            columns: string[];
                            base: {
                                [key: string]: unknown;
                            } | null;
                            edit: {
                                [key: string]: unknown;
                            } | null;
                            delivery: {
                                [key: string]: unknown;
                            } | null;
                            geometry_differs: boolean;
                            /** Format: date-time */
                            opened_at: string;
                            /** @enum {string} */
                            status: "open" | "decided";
                            /** @enum {string|null} */
                            decision: "ours" | "theirs" | "merged" | null;
                            decided_by: string | null;
                            /** Format: date-time */
                            decided_at: string | null;
                            reason: string | null;
                            release: number | null;
                            layer_title: string;
                        }[];
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getConflict: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Number of the conflict
                 * @example 1
                 */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: number;
                        layer_id: string;
                        feature_id: number;
                        delivery_id: number | null;
                        columns: string[];
                        base: {
                            [key: string]: unknown;
                        } | null;
                        edit: {
                            [key: string]: unknown;
                        } | null;
                        delivery: {
                            [key: string]: unknown;
                        } | null;
                        geometry_differs: boolean;
                        /** Format: date-time */
                        opened_at: string;
                        /** @enum {string} */
                        status: "open" | "decided";
                        /** @enum {string|null} */
                        decision: "ours" | "theirs" | "merged" | null;
                        decided_by: string | null;
                        /** Format: date-time */
                        decided_at: string | null;
                        reason: string | null;
                        release: number | null;
                        layer_title: string;
                        shapes: {
                            base: {
                                [key: string]: unknown;
                            } | null;
                            edit: {
                                [key: string]: unknown;
                            } | null;
                            delivery: {
                                [key: string]: unknown;
                            } | null;
                        };
                        described_columns: {
                            [key: string]: {
                                title: string;
                                unit: string | null;
                                domain: {
                                    [key: string]: string;
                                } | null;
                            };
                        };
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getDashboard: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        indicators: string | null;
                        whole_level: string | null;
                        cases: {
                            layer: string;
                            title: string;
                            kind: string;
                            open: {
                                [key: string]: string;
                            };
                        }[];
                        readings: {
                            layer: string;
                            title: string;
                            station: string;
                            at: string;
                            values: {
                                column: string;
                                title: string;
                                unit: string | null;
                            }[];
                            names: {
                                layer: string;
                                key: string;
                                name: string;
                            } | null;
                        }[];
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    listFreshness: {
        parameters: {
            query?: {
                /** @description Of this agency only. */
                agency?: string;
                /** @description Only layers in this state. */
                state?: "current" | "due" | "late" | "never";
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        freshness: {
                            layer: string;
                            layer_title: string;
                            agency: string;
                            agency_title: string;
                            update_cycle: string;
                            /** Format: date-time */
                            last_delivered: string | null;
                            last_minute: string | null;
                            /** Format: date */
                            due: string | null;
                            /** @enum {string} */
                            state: "current" | "due" | "late" | "never";
                            state_title: string;
                        }[];
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    listAgencies: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        agencies: {
                            id: string;
                            title: string;
                            focal_point: string;
                            unit: string | null;
                            layers: {
                                id: string;
                                title: string;
                                scope: string | null;
                                update_cycle: string;
                                links: components["schemas"]["link"][];
                            }[];
                        }[];
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    listReports: {
        parameters: {
            query?: {
                /** @description With this status only. */
                status?: "received" | "accepted" | "refused";
                /** @description Features on one page; more than the maximum counts as the maximum. */
                limit?: components["parameters"]["limit"];
                /** @description Features to leave out at the beginning; "next" links use `cursor`, which is faster. */
                offset?: components["parameters"]["offset"];
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        reports: {
                            id: number;
                            kind: string;
                            kind_title: string;
                            text: string | null;
                            place: number[] | null;
                            /** Format: date-time */
                            received_at: string;
                            /** @enum {string} */
                            status: "received" | "accepted" | "refused";
                            /** Format: date-time */
                            decided_at: string | null;
                            decided_by: string | null;
                            reason: string | null;
                            release: number | null;
                            has_photo: boolean;
                            links: components["schemas"]["link"][];
                        }[];
                        counts: {
                            received: number;
                            accepted: number;
                            refused: number;
                        };
                        kinds: {
                            id: string;
                            title: string;
                        }[];
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getReport: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Number of the report
                 * @example 1
                 */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: number;
                        kind: string;
                        kind_title: string;
                        text: string | null;
                        place: number[] | null;
                        /** Format: date-time */
                        received_at: string;
                        /** @enum {string} */
                        status: "received" | "accepted" | "refused";
                        /** Format: date-time */
                        decided_at: string | null;
                        decided_by: string | null;
                        reason: string | null;
                        release: number | null;
                        has_photo: boolean;
                        links: components["schemas"]["link"][];
                        contact: string | null;
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    decideReport: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Number of the report
                 * @example 1
                 */
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    decision?: "accept" | "refuse";
                    reason?: string;
                    kind?: string;
                    version?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["anyObject"];
                };
            };
            /** @description OK */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["anyObject"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    listScenarios: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        scenarios: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            description: string;
                            author: string;
                            /** @enum {string} */
                            sharing: "private" | "group" | "everybody";
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                            versions: number;
                            own: boolean;
                            links: components["schemas"]["link"][];
                        }[];
                        links: components["schemas"]["link"][];
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    makeScenario: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    description?: string;
                    /** @enum {string} */
                    sharing?: "private" | "group" | "everybody";
                };
            };
        };
        responses: {
            /** @description OK */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        description: string;
                        author: string;
                        /** @enum {string} */
                        sharing: "private" | "group" | "everybody";
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        versions: number;
                        own: boolean;
                        links: components["schemas"]["link"][];
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getScenario: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the scenario
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                scenario: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        description: string;
                        author: string;
                        /** @enum {string} */
                        sharing: "private" | "group" | "everybody";
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        versions: number;
                        own: boolean;
                        links: components["schemas"]["link"][];
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    removeScenario: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: {
                /**
                 * @description The ETag that was read.
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description Id of the scenario
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                scenario: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    describeScenario: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: {
                /**
                 * @description The ETag that was read.
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description Id of the scenario
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                scenario: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    description?: string;
                    /** @enum {string} */
                    sharing?: "private" | "group" | "everybody";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        description: string;
                        author: string;
                        /** @enum {string} */
                        sharing: "private" | "group" | "everybody";
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        versions: number;
                        own: boolean;
                        links: components["schemas"]["link"][];
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    addScenarioVersion: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: {
                /**
                 * @description The ETag that was read.
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description Id of the scenario
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                scenario: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    message?: string;
                    base_version?: number;
                    changes?: {
                        /** @enum {string} */
                        kind: "add" | "change" | "close" | "norm" | "dike" | "ground";
                        layer?: string;
                        coverage?: string;
                        norm?: string;
                        subject?: string;
                        condition?: string;
                        class?: string;
                        key?: unknown;
                        properties?: {
                            [key: string]: unknown;
                        };
                        geometry?: {
                            [key: string]: unknown;
                        };
                        value?: number;
                        crest_m?: number;
                        level_m?: number;
                    }[];
                    /** Format: uuid */
                    from_job?: string;
                    output?: string;
                    ids?: string[];
                    features?: {
                        [key: string]: unknown;
                    };
                    layer?: string;
                    properties?: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description OK */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        number: number;
                        digest: string;
                        message: string;
                        author: string;
                        /** Format: date-time */
                        created_at: string;
                        links: components["schemas"]["link"][];
                        /** Format: uuid */
                        scenario: string;
                        changes: {
                            /** @enum {string} */
                            kind: "add" | "change" | "close" | "norm" | "dike" | "ground";
                            layer?: string;
                            coverage?: string;
                            norm?: string;
                            subject?: string;
                            condition?: string;
                            class?: string;
                            key?: unknown;
                            properties?: {
                                [key: string]: unknown;
                            };
                            geometry?: {
                                [key: string]: unknown;
                            };
                            value?: number;
                            crest_m?: number;
                            level_m?: number;
                        }[];
                        hidden: number;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getScenarioVersion: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the scenario
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                scenario: string;
                /**
                 * @description Number of the version
                 * @example 1
                 */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        number: number;
                        digest: string;
                        message: string;
                        author: string;
                        /** Format: date-time */
                        created_at: string;
                        links: components["schemas"]["link"][];
                        /** Format: uuid */
                        scenario: string;
                        changes: {
                            /** @enum {string} */
                            kind: "add" | "change" | "close" | "norm" | "dike" | "ground";
                            layer?: string;
                            coverage?: string;
                            norm?: string;
                            subject?: string;
                            condition?: string;
                            class?: string;
                            key?: unknown;
                            properties?: {
                                [key: string]: unknown;
                            };
                            geometry?: {
                                [key: string]: unknown;
                            };
                            value?: number;
                            crest_m?: number;
                            level_m?: number;
                        }[];
                        hidden: number;
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getScenarioChanges: {
        parameters: {
            query?: {
                /** @description Number of the version; the latest when left out. */
                version?: number;
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the scenario
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                scenario: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": {
                        /** @enum {string} */
                        type: "FeatureCollection";
                        features: {
                            [key: string]: unknown;
                        }[];
                        summary: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    deliverScenario: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the scenario
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                scenario: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version?: number;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        change_sets: {
                            layer: string;
                            change_set: number;
                            edits: number;
                        }[];
                        left_out: number[];
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    listStudies: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        studies: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            question: string;
                            conclusion: string;
                            author: string;
                            /** @enum {string} */
                            sharing: "private" | "group" | "everybody";
                            members: string[];
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                            runs: number;
                            own: boolean;
                            works_on: boolean;
                            links: components["schemas"]["link"][];
                        }[];
                        links: components["schemas"]["link"][];
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    makeStudy: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    question?: string;
                    /** @enum {string} */
                    sharing?: "private" | "group" | "everybody";
                };
            };
        };
        responses: {
            /** @description The study */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        question: string;
                        conclusion: string;
                        author: string;
                        /** @enum {string} */
                        sharing: "private" | "group" | "everybody";
                        members: string[];
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        runs: number;
                        own: boolean;
                        works_on: boolean;
                        links: components["schemas"]["link"][];
                        study_runs: {
                            /** Format: uuid */
                            job_id: string;
                            title: string;
                            note: string;
                            /** Format: uuid */
                            replaces: string | null;
                            author: string;
                            /** Format: date-time */
                            added_at: string;
                            process_id: string;
                            status: string;
                            progress: number;
                            gone: boolean;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            finished_at: string | null;
                            layers_changed: string[];
                            called: string;
                            message: string;
                            links: components["schemas"]["link"][];
                        }[];
                        hidden: number;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getStudy: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the study
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                study: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        question: string;
                        conclusion: string;
                        author: string;
                        /** @enum {string} */
                        sharing: "private" | "group" | "everybody";
                        members: string[];
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        runs: number;
                        own: boolean;
                        works_on: boolean;
                        links: components["schemas"]["link"][];
                        study_runs: {
                            /** Format: uuid */
                            job_id: string;
                            title: string;
                            note: string;
                            /** Format: uuid */
                            replaces: string | null;
                            author: string;
                            /** Format: date-time */
                            added_at: string;
                            process_id: string;
                            status: string;
                            progress: number;
                            gone: boolean;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            finished_at: string | null;
                            layers_changed: string[];
                            called: string;
                            message: string;
                            links: components["schemas"]["link"][];
                        }[];
                        hidden: number;
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    removeStudy: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: {
                /**
                 * @description The ETag that was read.
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description Id of the study
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                study: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    describeStudy: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: {
                /**
                 * @description The ETag that was read.
                 * @example *
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description Id of the study
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                study: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    question?: string;
                    /** @enum {string} */
                    sharing?: "private" | "group" | "everybody";
                    conclusion?: string;
                    members?: string[];
                };
            };
        };
        responses: {
            /** @description The study */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        question: string;
                        conclusion: string;
                        author: string;
                        /** @enum {string} */
                        sharing: "private" | "group" | "everybody";
                        members: string[];
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        runs: number;
                        own: boolean;
                        works_on: boolean;
                        links: components["schemas"]["link"][];
                        study_runs: {
                            /** Format: uuid */
                            job_id: string;
                            title: string;
                            note: string;
                            /** Format: uuid */
                            replaces: string | null;
                            author: string;
                            /** Format: date-time */
                            added_at: string;
                            process_id: string;
                            status: string;
                            progress: number;
                            gone: boolean;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            finished_at: string | null;
                            layers_changed: string[];
                            called: string;
                            message: string;
                            links: components["schemas"]["link"][];
                        }[];
                        hidden: number;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    addStudyRun: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the study
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                study: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    job: string;
                    title?: string;
                    note?: string;
                    /** Format: uuid */
                    replaces?: string;
                };
            };
        };
        responses: {
            /** @description The study */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        question: string;
                        conclusion: string;
                        author: string;
                        /** @enum {string} */
                        sharing: "private" | "group" | "everybody";
                        members: string[];
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        runs: number;
                        own: boolean;
                        works_on: boolean;
                        links: components["schemas"]["link"][];
                        study_runs: {
                            /** Format: uuid */
                            job_id: string;
                            title: string;
                            note: string;
                            /** Format: uuid */
                            replaces: string | null;
                            author: string;
                            /** Format: date-time */
                            added_at: string;
                            process_id: string;
                            status: string;
                            progress: number;
                            gone: boolean;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            finished_at: string | null;
                            layers_changed: string[];
                            called: string;
                            message: string;
                            links: components["schemas"]["link"][];
                        }[];
                        hidden: number;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    removeStudyRun: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the study
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                study: string;
                /**
                 * @description Id of the job
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                job: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The study */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        question: string;
                        conclusion: string;
                        author: string;
                        /** @enum {string} */
                        sharing: "private" | "group" | "everybody";
                        members: string[];
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        runs: number;
                        own: boolean;
                        works_on: boolean;
                        links: components["schemas"]["link"][];
                        study_runs: {
                            /** Format: uuid */
                            job_id: string;
                            title: string;
                            note: string;
                            /** Format: uuid */
                            replaces: string | null;
                            author: string;
                            /** Format: date-time */
                            added_at: string;
                            process_id: string;
                            status: string;
                            progress: number;
                            gone: boolean;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            finished_at: string | null;
                            layers_changed: string[];
                            called: string;
                            message: string;
                            links: components["schemas"]["link"][];
                        }[];
                        hidden: number;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    describeStudyRun: {
        parameters: {
            query?: {
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of the study
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                study: string;
                /**
                 * @description Id of the job
                 * @example 00000000-0000-4000-8000-000000000000
                 */
                job: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    title?: string;
                    note?: string;
                    /** Format: uuid */
                    replaces?: string;
                };
            };
        };
        responses: {
            /** @description The study */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        question: string;
                        conclusion: string;
                        author: string;
                        /** @enum {string} */
                        sharing: "private" | "group" | "everybody";
                        members: string[];
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        runs: number;
                        own: boolean;
                        works_on: boolean;
                        links: components["schemas"]["link"][];
                        study_runs: {
                            /** Format: uuid */
                            job_id: string;
                            title: string;
                            note: string;
                            /** Format: uuid */
                            replaces: string | null;
                            author: string;
                            /** Format: date-time */
                            added_at: string;
                            process_id: string;
                            status: string;
                            progress: number;
                            gone: boolean;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            finished_at: string | null;
                            layers_changed: string[];
                            called: string;
                            message: string;
                            links: components["schemas"]["link"][];
                        }[];
                        hidden: number;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getReporting: {
        parameters: {
            query?: {
                /** @description Format of the answer; without it, by the header Accept. */
                f?: "json";
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        layer: string;
                        kinds: {
                            id: string;
                            title: string;
                        }[];
                        extent: number[];
                        min_characters: number;
                        max_characters: number;
                        max_contact_characters: number;
                        photo_types: string[];
                        max_photo_bytes: number;
                        max_photo_megapixels: number;
                        reports_per_day: number;
                        keep_days: number;
                        rounded_to_m: number;
                        publishes_text: boolean;
                        links: components["schemas"]["link"][];
                    };
                };
            };
            304: components["responses"]["304"];
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    sendReport: {
        parameters: {
            query?: {
                /** @description Format of the answer; without it, by the header Accept. */
                f?: "json";
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: {
                /** @description A UUID of the report. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description [lon, lat]: 105.85…106.75, 19.75…20.6
                     * @example [
                     *       106.22,
                     *       20.25
                     *     ]
                     */
                    place: number[];
                    /** @enum {string} */
                    kind: "road" | "lighting" | "waste" | "flooding" | "water" | "order";
                    text: string;
                    contact?: string;
                    /** Format: byte */
                    photo?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tracking_code: string;
                        /** @enum {string} */
                        status: "received" | "accepted" | "refused";
                        status_title: string;
                        links: components["schemas"]["link"][];
                    };
                };
            };
            400: components["responses"]["400"];
            403: components["responses"]["403"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
    getReportState: {
        parameters: {
            query?: {
                /** @description Format of the answer; without it, by the header Accept. */
                f?: "json";
                /** @description Language; else by the header Accept-Language. */
                lang?: components["parameters"]["lang"];
            };
            header?: never;
            path: {
                /**
                 * @description Tracking code
                 * @example 7KQ2-9XWM-4F0A-TTC8-1ZPH
                 */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tracking_code: string;
                        /** @enum {string} */
                        status: "received" | "accepted" | "refused";
                        status_title: string;
                        links: components["schemas"]["link"][];
                        /** Format: date-time */
                        received_at: string;
                        /** Format: date-time */
                        decided_at: string | null;
                        reason: string | null;
                    };
                };
            };
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
        };
    };
}

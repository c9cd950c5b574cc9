"""The parts that all operations of the OpenAPI document share: schemas, responses, parameters."""

from typing import Any

from dothi.api.served_crs import CRS84
from dothi.core.settings import LimitSettings

LINK = {
    'type': 'object',
    'required': ['href'],
    'properties': {name: {'type': 'string'} for name in ('href', 'rel', 'type', 'hreflang', 'title')},
}
LINKS = {'type': 'array', 'items': {'$ref': '#/components/schemas/link'}}
GEOMETRY = {
    'type': 'object',
    'nullable': True,
    'properties': {
        'type': {
            'type': 'string',
            'enum': [
                'Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon', 'GeometryCollection',
            ],
        },
        'coordinates': {'type': 'array', 'items': {}},
    },
}  # fmt: skip
SCHEMAS: dict[str, Any] = {
    'link': LINK,
    'exception': {
        'type': 'object',
        'required': ['code'],
        'properties': {name: {'type': 'string'} for name in ('code', 'type', 'description')},
    },
    'landingPage': {
        'type': 'object',
        'required': ['links'],
        'properties': {'title': {'type': 'string'}, 'description': {'type': 'string'}, 'links': LINKS},
    },
    'confClasses': {
        'type': 'object',
        'required': ['conformsTo'],
        'properties': {'conformsTo': {'type': 'array', 'items': {'type': 'string'}}},
    },
    'collections': {
        'type': 'object',
        'required': ['links', 'collections'],
        'properties': {
            'links': LINKS,
            'collections': {'type': 'array', 'items': {'$ref': '#/components/schemas/collection'}},
        },
    },
    'collection': {
        'type': 'object',
        'required': ['id', 'links'],
        'properties': {
            'id': {'type': 'string'},
            'title': {'type': 'string'},
            'description': {'type': 'string'},
            'links': LINKS,
            'extent': {'type': 'object'},
            'itemType': {'type': 'string'},
            'crs': {'type': 'array', 'items': {'type': 'string'}},
            'storageCrs': {'type': 'string'},
            'dothi:release': {'type': 'integer', 'description': 'Number of the release that is served.'},
            'dothi:demo': {'type': 'boolean', 'description': 'Whether any of it is demonstration data.'},
        },
    },
    'geometry': GEOMETRY,
    'feature': {
        'type': 'object',
        'required': ['type', 'geometry', 'properties'],
        'properties': {
            'type': {'type': 'string', 'enum': ['Feature']},
            'id': {'type': 'integer'},
            'geometry': {'$ref': '#/components/schemas/geometry'},
            'properties': {'type': 'object', 'nullable': True},
            'links': LINKS,
        },
    },
    'featureCollection': {
        'type': 'object',
        'required': ['type', 'features'],
        'properties': {
            'type': {'type': 'string', 'enum': ['FeatureCollection']},
            'features': {'type': 'array', 'items': {'$ref': '#/components/schemas/feature'}},
            'links': LINKS,
            'timeStamp': {'type': 'string', 'format': 'date-time'},
            'numberMatched': {'type': 'integer', 'minimum': 0},
            'numberReturned': {'type': 'integer', 'minimum': 0},
            'dothi:release': {'type': 'integer'},
            'dothi:demo': {'type': 'boolean'},
        },
    },
    'anyObject': {'type': 'object'},
}


def content(schema: str, media_type: str = 'application/json') -> dict[str, Any]:
    """A successful answer of this schema, which browsers can get as a page too."""
    html = {'text/html': {'schema': {'type': 'string'}}}
    return {
        'description': 'OK',
        'content': {media_type: {'schema': {'$ref': f'#/components/schemas/{schema}'}}, **html},
    }


def responses(success: dict[str, Any], *errors: str) -> dict[str, Any]:
    """The success and the named errors, by status."""
    return {'200': success} | {status: {'$ref': f'#/components/responses/{status}'} for status in errors}


def error_responses() -> dict[str, Any]:
    """Every error that can be answered, by status."""
    meanings = {
        '304': 'Not modified',
        '400': 'A parameter is unknown or cannot be read',
        '404': 'There is no such resource',
        '406': 'Not acceptable',
        '422': 'The data does not fit',
        '500': 'A fault of the server',
        '503': 'The database or a worker is not available, or the query took too long',
    }
    body = {'application/json': {'schema': {'$ref': '#/components/schemas/exception'}}}
    return {status: {'description': text, 'content': body} for status, text in meanings.items()}


def query(name: str, description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A query parameter."""
    return {'name': name, 'in': 'query', 'description': description, 'required': False, 'schema': schema, **more}


def path(name: str, description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """A parameter within the path."""
    return {
        'name': name, 'in': 'path', 'description': description, 'required': True, 'schema': schema or {'type': 'string'}
    }  # fmt: skip


def shared_parameters(crs_uris: list[str]) -> dict[str, Any]:
    """Parameters that several operations have."""
    limits = LimitSettings()
    crs = {'type': 'string', 'format': 'uri', 'enum': crs_uris, 'default': CRS84}
    numbers = {'type': 'array', 'items': {'type': 'number'}, 'minItems': 4, 'maxItems': 6}
    limit = {'type': 'integer', 'minimum': 1, 'maximum': limits.max_items, 'default': limits.default_items}
    return {
        'lang': query('lang', 'Language of the answer.', {'type': 'string', 'enum': ['vi', 'en'], 'default': 'vi'}),
        'f': query('f', 'Format of the answer.', {'type': 'string', 'enum': ['json', 'html']}),
        'fItems': query('f', 'Format of the answer.', {'type': 'string', 'enum': ['json', 'html', 'jsonld']}),
        'limit': query('limit', 'Features on one page; more than the maximum counts as the maximum.', limit),
        'offset': query(
            'offset', 'Features to leave out at the beginning; "next" links use `cursor`, which is faster.',
            {'type': 'integer', 'minimum': 0, 'default': 0},
        ),
        'cursor': query('cursor', 'Where a page begins; only values from "next" links.', {'type': 'string'}),
        'bbox': query(
            'bbox', 'Features that touch this box: west, south, east, north (in `bbox-crs`).', numbers,
            style='form', explode=False,
        ),
        'bbox-crs': query('bbox-crs', 'Coordinate system of `bbox`, in its own axis order.', crs),
        'crs': query('crs', 'Coordinate system of the answer, in its own axis order.', crs),
        'filter': query('filter', 'CQL2 filter.', {'type': 'string'}),
        'filter-lang': query(
            'filter-lang', 'Form of the filter.',
            {'type': 'string', 'enum': ['cql2-text', 'cql2-json'], 'default': 'cql2-text'},
        ),
        'filter-crs': query('filter-crs', 'Coordinate system of geometries in the filter.', crs),
        'skipGeometry': query('skipGeometry', 'Leaves the geometry out.', {'type': 'boolean', 'default': False}),
    }  # fmt: skip

"""The WSGI app of one audience: portal, OGC API, health."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Blueprint, Flask, Response
from flask.globals import request_ctx
from werkzeug.routing import Map

from dothi.api import config, library, repeated_answers
from dothi.api.access import identity, reads
from dothi.api.access.account import ACCOUNT
from dothi.api.access.class_apps import ClassApps
from dothi.api.access.people import PEOPLE
from dothi.api.access.sign_in import SIGN_IN
from dothi.api.common import health
from dothi.api.common.collections import COLLECTIONS
from dothi.api.common.conformance import CONFORMANCE
from dothi.api.common.functions import FUNCTIONS
from dothi.api.common.geocode import GEOCODE
from dothi.api.common.health import HEALTH
from dothi.api.common.landing import LANDING
from dothi.api.common.metrics import METRICS
from dothi.api.common.norms import NORM_VALUES
from dothi.api.common.portal import PORTAL
from dothi.api.common.qgis import QGIS
from dothi.api.common.qgis_plugin import QGIS_PLUGIN
from dothi.api.common.releases import RELEASES
from dothi.api.common.reports import REPORTS, SENDING, most_body_bytes
from dothi.api.common.schemas import SCHEMAS
from dothi.api.coverages.views import COVERAGES
from dothi.api.desk.agencies import AGENCIES
from dothi.api.desk.changes import CHANGES
from dothi.api.desk.citizen_reports import RECEIVED_REPORTS
from dothi.api.desk.dashboard import DASHBOARD
from dothi.api.desk.deliveries import DELIVERIES
from dothi.api.desk.edits import EDITS
from dothi.api.desk.uploads import UPLOADS
from dothi.api.editing.batch import BATCH
from dothi.api.editing.read_only import READ_ONLY
from dothi.api.editing.views import EDITING
from dothi.api.http import (
    clients,
    compression,
    cors,
    full_disk,
    gate,
    guard,
    measures,
    methods,
    problems,
    request_ids,
    security,
    versioned,
)
from dothi.api.http.address import PLACEHOLDER, listening_url
from dothi.api.http.client_accounts import ClientAccounts
from dothi.api.http.kept_answers import KeptAnswers
from dothi.api.http.methods import allow_methods, methods_of
from dothi.api.http.request_body import BoundedRequest
from dothi.api.http.service import Service
from dothi.api.items.downloads import DOWNLOADS
from dothi.api.items.history import HISTORY
from dothi.api.items.named import NAMED
from dothi.api.items.template import TEMPLATE
from dothi.api.items.views import ITEMS
from dothi.api.maps.tiles import MAP_TILES
from dothi.api.maps.views import MAPS
from dothi.api.openapi import document as openapi
from dothi.api.openapi.document import OPENAPI
from dothi.api.ows.views import OWS
from dothi.api.processes.descriptions import DESCRIPTIONS
from dothi.api.processes.execution import EXECUTION
from dothi.api.processes.jobs import JOBS
from dothi.api.records.collection import CATALOGUES
from dothi.api.records.explanations import EXPLANATIONS
from dothi.api.records.views import RECORDS
from dothi.api.routing import LazyRule, RememberingMap
from dothi.api.scenarios.versions import MOST_BYTES_OF
from dothi.api.scenarios.views import SCENARIOS
from dothi.api.studies.views import STUDIES
from dothi.api.styles.views import STYLES
from dothi.api.tiles.dataset import DATASET_TILES
from dothi.api.tiles.matrix_sets import TILE_MATRIX_SETS
from dothi.api.tiles.views import TILES
from dothi.core.access.classes import EVERYBODY, AccessClass, locality_of
from dothi.core.access.log import note_policy
from dothi.core.access.tokens import adopt_tokens
from dothi.core.catalog import Release
from dothi.core.database import connection
from dothi.core.errors import EnvironmentMissing
from dothi.core.guard_sync import guarded_locality
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.own_layers import served_locality
from dothi.core.settings import PathSettings
from etl.citizen.photo import clear_photos

OURS = (
    ITEMS, HISTORY, NAMED, TILES, DATASET_TILES, TILE_MATRIX_SETS, COLLECTIONS, COVERAGES, MAPS, MAP_TILES, DOWNLOADS,
    TEMPLATE, SCHEMAS, FUNCTIONS, NORM_VALUES, CONFORMANCE, DESCRIPTIONS, EXECUTION, JOBS, STYLES, OPENAPI, LANDING,
    RECORDS, CATALOGUES, EXPLANATIONS, GEOCODE, RELEASES, QGIS, QGIS_PLUGIN,
)  # fmt: skip

# Views of the internal service beside its API.
WORKPLACE = (
    SIGN_IN, ACCOUNT, PEOPLE, DELIVERIES, CHANGES, EDITS, UPLOADS, AGENCIES, DASHBOARD, SCENARIOS, STUDIES,
)  # fmt: skip
# What looks at each request and answer; the last one sees an answer first, so that compression comes at the end.
PARTS = (
    full_disk, request_ids, measures, gate, clients, guard, problems, repeated_answers, identity, methods, reads,
    versioned, compression, cors, security,
)  # fmt: skip

# An execute request holds ids, numbers and a filter.
MOST_BYTES = 2**20


class App(Flask):
    """Flask without coroutines: looking whether a function is one takes a tenth of the time of a short request."""

    url_rule_class = LazyRule
    url_map_class: type[Map] = RememberingMap

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; an address below /api is the same one with a slash at its end.

        Rules that end with a name of any length would take the slash for a part of it.
        """
        # %2F belongs to a name, and PATH_INFO has it as a slash too
        address = environ.get('RAW_URI', '').partition('?')[0]
        if environ['PATH_INFO'].startswith('/api/') and address.endswith('/'):
            environ['PATH_INFO'] = environ['PATH_INFO'].removesuffix('/')
        return super().wsgi_app(environ, start_response)

    def make_default_options_response(self) -> Response:
        """The methods of the address itself: views for any address take GET everywhere."""
        return allow_methods(tuple(sorted(methods_of(request_ctx.url_adapter))))

    def ensure_sync[**P, R](self, func: Callable[P, R]) -> Callable[P, R]:
        """The function itself, since none here is a coroutine."""
        return func


def create_app(audience: Audience, url: str | None = None, accounts: ClientAccounts | None = None) -> Flask:
    """The app for `audience`, with the collections that have a release now; that of colleagues knows who sees what.

    url: where clients reach it, without a final slash; DOTHI_PUBLIC_URL, else where it listens. accounts: of clients,
    where several processes share them.
    """
    locality, accounts = served_locality(), accounts or clients.open_accounts()
    app = _create_app(audience, url, locality, accounts)
    health.install(app)
    return app


def _create_app(audience: Audience, url: str | None, locality: Locality, accounts: ClientAccounts) -> Flask:
    if audience == 'public':
        return _app_of(audience, locality, url, accounts, config.releases_now(audience))

    with suppress(EnvironmentMissing):
        note_policy(locality.policy)
    if locality.guards:
        # without a database there is nobody to let in yet; when it is back the app is made anew
        with suppress(EnvironmentMissing), connection('gatekeeper') as db:
            locality = guarded_locality(db, locality)

    def of_class(access_class: AccessClass) -> Flask:
        # unlike the first one it is not made anew when the database is back: without one there is none
        releases = config.read_releases(audience)
        return _app_of(audience, locality_of(locality, access_class), url, accounts, releases)

    app = _app_of(audience, locality_of(locality, EVERYBODY), url, accounts, config.releases_now(audience))
    if locality.guards:
        app.wsgi_app = ClassApps(app, locality, of_class)  # type: ignore[method-assign, assignment]
    return app


def _app_of(
    audience: Audience, locality: Locality, url: str | None, accounts: ClientAccounts, releases: dict[str, Release]
) -> Flask:
    """The app for whoever sees the locality like this, with these releases.

    A view of ours that has the very same rule as one of pygeoapi's takes its place, because it is registered first.
    """
    generation = config.generation_now(audience)
    rendered = config.render_with(locality, audience, PLACEHOLDER, releases)
    pygeoapi = library.load_pygeoapi(rendered, PathSettings().run / audience)

    app = App('dothi', static_folder=None)
    app.request_class = BoundedRequest
    app.url_map.strict_slashes = False
    app.config['MAX_CONTENT_LENGTH'] = MOST_BYTES
    # of endpoints that take more
    app.config['MOST_BYTES_OF'] = {}
    app.extensions['dothi'] = Service(
        audience, locality, url or listening_url(audience), pygeoapi, accounts, generation
    )
    app.extensions['dothi.kept_answers'] = KeptAnswers()
    pygeoapi.api_.manager.asking = identity.current_editor
    openapi.install(
        app,
        whole=lambda: openapi.render_openapi(rendered, locality, audience, releases),
        templated=lambda: openapi.render_templated(rendered, locality, audience),
    )
    for part in PARTS:
        part.install(app)
    _register(app, (*blueprints_for(audience), pygeoapi.BLUEPRINT), url_prefix='/api')
    if audience == 'internal':
        _register_workplace(app, locality)
    _register_reports(app, audience, locality)
    _register(app, (HEALTH, METRICS, OWS, PORTAL))
    return app


def _register(app: Flask, blueprints: Iterable[Blueprint], url_prefix: str | None = None) -> None:
    """Register views in the order in which they are asked."""
    for blueprint in blueprints:
        app.register_blueprint(blueprint, url_prefix=url_prefix)


def _register_workplace(app: Flask, locality: Locality) -> None:
    """What only people with an account have: sign-in, the desk, scenarios, studies."""
    # without a database there is nobody to let in yet; when it is back the app is made anew
    with suppress(EnvironmentMissing):
        adopt_tokens(locality)
    _register(app, WORKPLACE)
    app.config['MOST_BYTES_OF'] = MOST_BYTES_OF


def _register_reports(app: Flask, audience: Audience, locality: Locality) -> None:
    """The views of reports by citizens, where the locality takes them: the public sends them, colleagues review."""
    rules = locality.citizen_reporting
    if rules is None:
        return
    if audience == 'public':
        clear_photos()
        app.config['MOST_BYTES_OF'] = {SENDING: most_body_bytes(rules)}
        app.register_blueprint(REPORTS, url_prefix='/api')
    else:
        app.register_blueprint(RECEIVED_REPORTS)


def blueprints_for(audience: Audience) -> tuple[Blueprint, ...]:
    """Our views of the API for an audience, in the order in which they are asked."""
    return (*((EDITING, BATCH) if audience == 'internal' else (READ_ONLY,)), *OURS)

"""The WSGI app of one audience: portal, OGC API, health."""

from flask import Flask

from dothi.api import compression, config, cors, guard, library, links, openapi, problems, security
from dothi.api.address import PLACEHOLDER, listening_url
from dothi.api.collections import COLLECTIONS
from dothi.api.conformance import CONFORMANCE
from dothi.api.health import HEALTH
from dothi.api.items import ITEMS
from dothi.api.portal import PORTAL
from dothi.api.processes import PROCESSES
from dothi.api.schemas import SCHEMAS
from dothi.api.service import Service
from dothi.api.style import STYLES
from dothi.api.tile_matrix_sets import TILE_MATRIX_SETS
from dothi.api.tiles import TILES
from dothi.core.layer import Audience
from dothi.core.locality import load_locality
from dothi.core.settings import PathSettings

OURS = (ITEMS, TILES, TILE_MATRIX_SETS, COLLECTIONS, SCHEMAS, CONFORMANCE, PROCESSES, STYLES)

# An execute request holds ids, numbers and a filter.
MOST_BYTES = 2**20


def create_app(audience: Audience, url: str | None = None) -> Flask:
    """The app for `audience`, with the collections that have a release now.

    url: where clients reach it, without a final slash; DOTHI_PUBLIC_URL, else where it listens. A view of ours that
    has the very same rule as one of pygeoapi's takes its place, because it is registered first.
    """
    locality = load_locality(PathSettings().locality)
    rendered = config.render_with(locality, audience, PLACEHOLDER, config.releases_now(audience))
    document = openapi.render(rendered, locality, audience)
    pygeoapi = library.load(rendered, document, PathSettings().run / audience)

    app = Flask('dothi', static_folder=None)
    app.url_map.strict_slashes = False
    app.config['MAX_CONTENT_LENGTH'] = MOST_BYTES
    app.extensions['dothi'] = Service(audience, locality, url or listening_url(audience), pygeoapi)
    # what is installed last sees an answer first: compression comes at the end
    for part in (guard, problems, compression, cors, security, links):
        part.install(app)
    for blueprint in (*OURS, pygeoapi.BLUEPRINT):
        app.register_blueprint(blueprint, url_prefix='/api')
    app.register_blueprint(HEALTH)
    app.register_blueprint(PORTAL)
    return app

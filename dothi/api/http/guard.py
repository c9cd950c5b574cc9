"""Looks at every request before any view: known resource, known query parameters, a format that there is."""

from flask import Flask, Response, request

from dothi.api.http import parameters
from dothi.api.http.language import wanted_format
from dothi.api.http.problems import NoSuchResource
from dothi.api.http.service import require_release, service
from dothi.api.http.snapshot import snapshot

# Routes of pygeoapi for kinds of data that this service has none of.
NOT_OFFERED = frozenset(
    f'pygeoapi.{name}'
    for name in (
        'asyncapi', 'collection_coverage', 'collection_items', 'collection_map', 'get_collection_edr_query',
        'get_collection_tiles_data', 'stac_catalog_path', 'stac_catalog_root', 'stac_landing_page', 'stac_search',
        'static',
    )
)  # fmt: skip
FORMATS = {
    'pygeoapi.landing_page': ('json', 'html', 'jsonld'),
    'pygeoapi.collections': ('json', 'html', 'jsonld'),
    'collections.collections': ('json', 'html', 'jsonld'),
    'collections.collection': ('json', 'html', 'jsonld'),
    'pygeoapi.get_collection_tiles': ('json', 'html', 'jsonld'),
}


def install(app: Flask) -> None:
    """Puts the guard before every view of `app`."""
    app.before_request(check_request)


def check_request() -> Response | None:
    """Raises for a request that no view could answer well."""
    endpoint = request.endpoint or ''
    if endpoint in NOT_OFFERED:
        raise NoSuchResource(vi=f'Không có {request.path}.', en=f'There is nothing at {request.path}.')
    if endpoint.startswith('pygeoapi.'):
        parameters.refuse_unknown(parameters.COMMON)
        wanted_format(FORMATS.get(endpoint, ('json', 'html')))
        _known_collection()
    return None


def _known_collection() -> None:
    collection_id = (request.view_args or {}).get('collection_id')
    if collection_id is not None:
        layer = service().layer(collection_id)
        with snapshot() as db:
            require_release(layer, db.releases())

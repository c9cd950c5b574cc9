"""What a stranger's filter would cost is looked at before it runs, at every address that takes one."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dothi.api.app import create_app
from dothi.core.layer import Audience
from tests.api.conformance.conftest import Api, public
from tests.api.test_openapi_examples import filled, operations, resolved
from tests.conftest import Province, use

__all__ = ['public']

# What took 20 s on half a million buildings: 50 distances for each row.
COSTLY = ' AND '.join(f'distance_m(geom, POINT({106 + n / 1000:.3f} 20)) > 0' for n in range(50))
WMS = {
    'service': 'WMS', 'version': '1.3.0', 'layers': 'buildings', 'query_layers': 'buildings', 'crs': 'CRS:84',
    'bbox': '106.16,20.42,106.18,20.44', 'width': '256', 'height': '256', 'format': 'image/png', 'i': '128', 'j': '128',
    'info_format': 'application/json', 'lang': 'en',
}  # fmt: skip


@pytest.fixture(scope='module')
def strict(province: Province) -> Iterator[dict[Audience, FlaskClient]]:
    """A client of each audience, in apps whose public may spend next to nothing on a filter."""
    with pytest.MonkeyPatch.context() as patch:
        use(patch, province.environment | {'DOTHI_FILTER_MAX_COST': '1'})
        yield {'public': create_app('public').test_client(), 'internal': create_app('internal').test_client()}
        use(patch, {})


def addresses(api: Api) -> Iterator[tuple[str, str]]:
    """Method and path of every operation that the OpenAPI document offers a filter for, with paths filled in."""
    document = api.document()
    for path, _, parameters in operations(document, 'get'):
        if any(one['name'] == 'filter' and one['in'] == 'query' for one in parameters):
            address = filled(api, path, parameters)
            assert address is not None, path
            yield 'GET', address
    for path, operation, parameters in operations(document, 'post'):
        for media_type, body in operation.get('requestBody', {}).get('content', {}).items():
            properties = resolved(document, body['schema']).get('properties', {})
            if 'filter' in properties and '{' not in path:
                assert media_type.startswith('application/')
                yield 'POST', filled(api, path, parameters) or path


def ask(client: FlaskClient, method: str, path: str, filter_text: str) -> TestResponse:
    if method == 'GET':
        return client.get(f'/api{path}', query_string={'filter': filter_text, 'lang': 'en'})
    return client.post(f'/api{path}?lang=en', json={'filter': filter_text})


def test_no_address_of_the_public_service_runs_a_costly_filter(
    public: Api, strict: dict[Audience, FlaskClient]
) -> None:
    """Which addresses there are is what the document says: a new service is asked without being written down here."""
    offered = list(addresses(public))
    kinds = {kind for kind in ('/items', '/search', '/map', '/map/tiles/', '/catalogue/items', '/styles/')
             if any(kind in path for _, path in offered)}  # fmt: skip
    assert len(kinds) == 6, f'few addresses take a filter: {offered}'
    for method, path in offered:
        refused = ask(strict['public'], method, path, COSTLY)
        assert (refused.status_code, refused.get_json(force=True)['code']) == (400, 'TooExpensive'), (method, path)
        assert 'bbox' in refused.get_json(force=True)['description']


def test_maps_of_older_clients_do_not_either(strict: dict[Audience, FlaskClient]) -> None:
    for request in ('GetMap', 'GetFeatureInfo'):
        refused = strict['public'].get('/ows', query_string=WMS | {'request': request, 'cql_filter': COSTLY})
        assert refused.status_code == 400, request
        assert 'This filter takes too long' in refused.get_data(as_text=True), request


def test_every_form_of_items_is_weighed_and_cheap_filters_pass(strict: dict[Audience, FlaskClient]) -> None:
    items = '/api/collections/schools/items'
    for form in ('json', 'csv', 'gpkg', 'html'):
        assert strict['public'].get(items, query_string={'filter': COSTLY, 'f': form}).status_code == 400, form
    assert strict['public'].get(items, query_string={'q': ' '.join('abcdefghi'), 'f': 'json'}).status_code == 400
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('DOTHI_FILTER_MAX_COST', '1000')
        assert strict['public'].get(items, query_string={'filter': 'id = 1'}).status_code == 200


def test_colleagues_are_not_limited(strict: dict[Audience, FlaskClient]) -> None:
    for path in ('/collections/schools/items', '/collections/schools/map', '/collections/catalogue/items'):
        text = COSTLY.replace('> 0', '>= 0')
        assert ask(strict['internal'], 'GET', path, text).status_code == 200, path
    for request in ('GetMap', 'GetFeatureInfo'):
        answer = strict['internal'].get('/ows', query_string=WMS | {'request': request, 'cql_filter': COSTLY})
        assert answer.status_code == 200, request

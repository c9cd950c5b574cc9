"""OGC 20-057, requirements class collections-selection: which collections come in a tile of the dataset."""

import pytest

from tests.api.conformance.conftest import Api
from tests.api.conformance.tiling import decoded, template

CLASSES = ('http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/collections-selection',)
TILE = '/tiles/WebMercatorQuad/13/3619/6511'


def test_collections_selection_parameter_is_described(api: Api) -> None:
    """/req/collections-selection/query-collections A: a comma-separated list, not exploded"""
    paths = api.document()['paths']
    for path in ('/tiles/{tileMatrixSetId}', '/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}'):
        (found,) = [one for one in paths[path]['get']['parameters'] if one.get('name') == 'collections']
        assert (found['in'], found['required'], found['style'], found['explode']) == ('query', False, 'form', False)
        assert (found['schema']['type'], found['schema']['items']['type']) == ('array', 'string')


def test_collections_selection_is_supported_by_tilesets_and_tiles(api: Api) -> None:
    """/req/collections-selection/query-collections B: and the tileset's template keeps the selection"""
    found = api.json('/tiles/WebMercatorQuad', collections='roads,communes')
    assert [layer['id'] for layer in found['layers'] if not layer['id'].endswith('_label')] == ['roads', 'communes']
    address = template(found).replace('{tileMatrix}', '13').replace('{tileRow}', '3619').replace('{tileCol}', '6511')
    assert [name for name in decoded(api.get(address).content) if not name.endswith('_label')] == ['roads', 'communes']


def test_collections_selection_takes_addresses(api: Api) -> None:
    """/req/collections-selection/query-collections C: identifiers and full addresses, mixed"""
    by_name = api.get(TILE, collections='communes,roads')
    by_address = api.get(TILE, collections=f'{api.url}/collections/communes,roads')
    assert by_name.content == by_address.content != b''


@pytest.mark.parametrize('order', ['communes,roads', 'roads,communes'])
def test_collections_selection_response(api: Api, order: str) -> None:
    """/req/collections-selection/collections-response A and B: only these, and in this order"""
    found = decoded(api.get(TILE, collections=order).content)
    assert [name for name in found if not name.endswith('_label')] == order.split(',')


def test_collections_selection_an_unknown_collection_is_named(api: Api) -> None:
    answer = api.get(TILE, collections='roads,comunes', lang='en')
    assert answer.status_code == 400
    assert 'communes' in answer.json()['description']

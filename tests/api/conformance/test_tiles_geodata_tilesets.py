"""OGC 20-057, requirements class geodata-tilesets: each collection leads to its tiles."""

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.tiling import REL, tiled

CLASSES = ('http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets',)


def test_geodata_tilesets_desc_links(api: Api) -> None:
    """/req/geodata-tilesets/desc-links: in the list of collections and in the collection itself"""
    found = tiled(api)
    assert {'buildings', 'communes', 'roads', 'schools'} <= {one['id'] for one in found}
    for collection in found:
        alone = api.json(f'/collections/{collection["id"]}')
        assert links(alone, f'{REL}/tilesets-vector', 'application/json')


def test_geodata_tilesets_operation(api: Api) -> None:
    """/req/geodata-tilesets/operation A and B: the address of the collection, then /tiles"""
    for collection in tiled(api):
        (link,) = links(collection, f'{REL}/tilesets-vector', 'application/json')
        assert link['href'].partition('?')[0] == f'{api.url}/collections/{collection["id"]}/tiles'
        assert api.json(link['href'])['tilesets']


def test_geodata_tilesets_a_collection_without_tiles_says_so(internal: Api) -> None:
    without = {one['id'] for one in internal.collections()} - {one['id'] for one in tiled(internal)}
    assert without >= {'catalogue', 'elevation'}
    for name, code in {'no_such_collection': 'UnknownLayer', **dict.fromkeys(without, 'NoTiles')}.items():
        for end in ('tiles', 'tiles/WebMercatorQuad', 'tiles/WebMercatorQuad/8/113/203', 'xyz/8/203/113.pbf'):
            answer = internal.get(f'/collections/{name}/{end}', lang='en')
            assert (answer.status_code, answer.json()['code']) == (404, code)
            assert name in answer.json()['description']

"""OGC 20-057, requirements class dataset-tilesets: all collections in one tile, and one tileset per theme."""

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.tiling import REL, decoded, filled, tiled, tilesets

CLASSES = ('http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets',)


def test_dataset_tilesets_landingpage(api: Api) -> None:
    """/req/dataset-tilesets/landingpage: a link to the list, which is there"""
    found = links(api.json('/'), f'{REL}/tilesets-vector')
    assert found
    for link in found:
        assert api.get(link['href'], {'Accept': 'application/json'}).json()['tilesets']


def test_dataset_tilesets_every_list_on_the_landing_page_is_read_as_json(api: Api) -> None:
    """OGC's validateTilesAreAvailable asks for each link to tilesets, of maps too, and looks for templates in it."""
    tileset_links = [link for link in api.json('/')['links'] if link['rel'].startswith(f'{REL}/tilesets-')]
    assert {link['rel'] for link in tileset_links} == {f'{REL}/tilesets-vector', f'{REL}/tilesets-map'}
    for link in tileset_links:
        answer = api.get(link['href'], {'Accept': 'application/json'})
        assert answer.headers['Content-Type'].startswith('application/json'), link['href']
        for entry in answer.json()['tilesets']:
            assert any('{tileMatrix}' in each['href'] for each in entry['links'])


def test_dataset_tilesets_operation(api: Api) -> None:
    """/req/dataset-tilesets/operation A and B: at /tiles, with the tiles of every collection that has tiles"""
    (found, *_) = tilesets(api)
    ids = {collection['id'] for collection in tiled(api)}
    assert {layer['id'] for layer in found['layers']} >= ids
    assert decoded(filled(api, found, '12').content).keys() & ids


def test_dataset_tilesets_there_is_one_per_theme(api: Api) -> None:
    """Together the themes have all collections, each in one theme."""
    of_themes = [one for one in tilesets(api) if '/themes/' in one['links'][0]['href']]
    found = [one for one in of_themes if one['tileMatrixSetURI'].endswith('/WebMercatorQuad')]
    layers = [layer['id'] for one in found for layer in one['layers'] if not layer['id'].endswith('_label')]
    assert sorted(layers) == sorted(collection['id'] for collection in tiled(api))
    assert len(found) > 1


def test_dataset_tilesets_hold_what_the_collections_tiles_hold(api: Api) -> None:
    """The same features, layer by layer."""
    where = '/tiles/WebMercatorQuad/13/3619/6511?f=mvt'
    together = decoded(api.get(where).content)
    for name in ('communes', 'roads', 'schools'):
        alone = api.get(f'/collections/{name}{where}')
        if alone.content:
            assert together[name] == decoded(alone.content)[name]
    assert together.keys() >= {'communes', 'roads'}

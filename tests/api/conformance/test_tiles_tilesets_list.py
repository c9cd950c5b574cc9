"""OGC 20-057, requirements class tilesets-list."""

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.tiling import REGISTER, REL, lists, template, tile

CLASSES = ('http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list',)


def test_tilesets_list_tileset_links(api: Api) -> None:
    """/req/tilesets-list/tileset-links A to C: what each entry says, and that its links lead to it"""
    for listed in lists(api):
        assert listed['tilesets']
        for entry in listed['tilesets']:
            assert entry['dataType'] == 'vector'
            assert entry['tileMatrixSetURI'].startswith(f'{REGISTER}/')
            (own,) = links(entry, 'self', 'application/json')
            (scheme,) = links(entry, f'{REL}/tiling-scheme', 'application/json')
            assert api.json(own['href'])['tileMatrixSetURI'] == entry['tileMatrixSetURI']
            assert api.json(scheme['href'])['uri'] == entry['tileMatrixSetURI']


def test_tilesets_list_addresses_end_with_the_set(api: Api) -> None:
    """/req/tilesets-list/tileset-links D: resource, /tiles, identifier of the tile matrix set"""
    for listed in lists(api):
        for entry in listed['tilesets']:
            (own,) = links(entry, 'self', 'application/json')
            name = entry['tileMatrixSetURI'].removeprefix(f'{REGISTER}/')
            assert own['href'].partition('?')[0].endswith(f'/tiles/{name}')


def test_tilesets_list_every_address_answers_json(api: Api) -> None:
    """OGC's own tests ask for each link of an entry that is no template, and expect JSON."""
    for listed in lists(api):
        for link in (link for entry in listed['tilesets'] for link in entry['links']):
            assert ('{' in link['href']) == link.get('templated', False)
            if not link.get('templated'):
                assert api.get(link['href'], {'Accept': 'application/json'}).json()


def test_tilesets_list_entries_lead_to_tiles(api: Api) -> None:
    """OGC 17-083r4, tileset metadata: a client of the list has set, limits and template of each tileset."""
    for listed in lists(api):
        for entry in listed['tilesets']:
            (own,) = links(entry, 'self', 'application/json')
            tileset = api.json(own['href'])
            for name in ('tileMatrixSetId', 'tileMatrixSetLimits'):
                assert entry[name] == tileset[name]
            assert entry['tileMatrixSetURI'].endswith(f'/{entry["tileMatrixSetId"]}')
            assert template(entry) == template(tileset)
            first = entry['tileMatrixSetLimits'][0]
            answer = tile(api, entry, first['tileMatrix'], first['minTileRow'], first['minTileCol'])
            assert answer.status_code in {200, 204}

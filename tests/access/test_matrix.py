"""What people of six kinds see of eight layers at every interface, cell by cell, as a table written by hand says."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient
from PIL import Image

from tests.access.lagoon import COVERAGE, PEOPLE, SPOTS, Cell, Lagoon, cells, degrees, running_lagoon
from tests.api.conftest import tile_address
from tests.conftest import Instance
from tests.services import serving

type Note = Callable[[str, object], None]
type Probe = Callable[[FlaskClient, str], str]
OWNER_OF, ZOOM, NEVER = 'owner of', 11, 'neverwas'
TEXTS = ('application/json', 'text/html', 'text/xml', 'application/xml', 'application/problem+json')


@pytest.fixture(scope='module')
def lagoon(instance: Instance, shared_folder: Path) -> Iterator[Lagoon]:
    folder = shared_folder / 'lagoon'
    folder.mkdir()
    with running_lagoon(instance, folder) as place, serving(place.environment, folder, ['internal']) as running:
        yield replace(place, url=running.internal_url)


def seen_rows(codes: set[str], owner: bool = False) -> str:
    return ''.join(sorted(codes)) + '+' * owner


def features(answer: Any) -> str:
    """The rows of a GeoJSON answer, `+` where owners are among their properties; nothing for one that is refused."""
    if answer.status_code != 200:
        return ''
    properties = [feature['properties'] for feature in answer.get_json(force=True)['features']]
    return seen_rows({member['code'] for member in properties}, any(OWNER_OF in str(member) for member in properties))


def items(client: FlaskClient, layer: str) -> str:
    return features(client.get(f'/api/collections/{layer}/items?f=json'))


def history(client: FlaskClient, layer: str) -> str:
    return features(client.get(f'/api/collections/{layer}/items?f=json&datetime=2100-01-01T00:00:00Z'))


def near_a_row(client: FlaskClient, layer: str) -> str:
    """By a box: what an index would answer."""
    parts = []
    for spot in 'ab':
        lon, lat = degrees(spot)
        box = f'{lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}'
        parts.append(features(client.get(f'/api/collections/{layer}/items?f=json&bbox={box}')))
    return seen_rows(set(''.join(parts)) - {'+'}, '+' in ''.join(parts))


def filtered(client: FlaskClient, layer: str) -> str:
    parts = [features(client.get(f"/api/collections/{layer}/items?f=json&filter=district='{n}'")) for n in '12']
    return seen_rows(set(''.join(parts)) - {'+'}, '+' in ''.join(parts))


def searched(client: FlaskClient, layer: str) -> str:
    parts = [features(client.get(f'/api/collections/{layer}/items?f=json&q={code}')) for code in 'ab']
    return seen_rows(set(''.join(parts)) - {'+'}, '+' in ''.join(parts))


def item(client: FlaskClient, layer: str) -> str:
    """By ids: both rows were given theirs in the order of the file."""
    answers = [client.get(f'/api/collections/{layer}/items/{number}?f=json') for number in (1, 2)]
    properties = [answer.get_json(force=True)['properties'] for answer in answers if answer.status_code == 200]
    return seen_rows({member['code'] for member in properties}, any(OWNER_OF in str(member) for member in properties))


def versions(client: FlaskClient, layer: str) -> str:
    """By the history of each."""
    answers = [client.get(f'/api/collections/{layer}/items/{number}/history?f=json') for number in (1, 2)]
    listed = [answer.get_json(force=True)['versions'] for answer in answers if answer.status_code == 200]
    properties = [version['properties'] for versions_of_one in listed for version in versions_of_one]
    return seen_rows({member['code'] for member in properties}, any(OWNER_OF in str(member) for member in properties))


def counted(client: FlaskClient, layer: str) -> str:
    """The number of rows; which ones they are is not told."""
    answer = client.get(f'/api/collections/{layer}/items?f=json&limit=1')
    return '' if answer.status_code != 200 else 'x' * answer.get_json(force=True)['numberMatched']


def extent(client: FlaskClient, layer: str) -> str:
    """The rows that lie in the extent of the collection."""
    answer = client.get(f'/api/collections/{layer}?f=json')
    if answer.status_code != 200:
        return ''
    west, south, east, north = answer.get_json()['extent']['spatial']['bbox'][0]
    spots = {spot: degrees(spot) for spot in 'ab'}
    inside = {
        spot for spot, (lon, lat) in spots.items() if west <= lon + 1e-6 and lon - 1e-6 <= east and south <= lat + 1e-6
    }
    return seen_rows(inside) if north >= 0 else ''


def table(client: FlaskClient, layer: str) -> str:
    answer = client.get(f'/api/collections/{layer}/items?f=csv')
    if answer.status_code != 200:
        return ''
    text = answer.get_data().decode('utf-8-sig')
    rows = list(csv.DictReader(io.StringIO(text), delimiter=';' if ';' in text.splitlines()[0] else ','))
    return seen_rows({value for row in rows for value in row.values() if value in ('a', 'b')}, OWNER_OF in text)


def tile(client: FlaskClient, layer: str) -> str:
    return in_tile(client.get(tile_address(layer, ZOOM)), layer)


def dataset_tile(client: FlaskClient, layer: str) -> str:
    return in_tile(client.get('/api' + tile_address(layer, ZOOM).partition(layer)[2]), layer)


def in_tile(answer: Any, layer: str) -> str:
    if answer.status_code != 200:
        return ''
    drawn = mapbox_vector_tile.decode(answer.get_data()).get(layer, {'features': []})['features']
    properties = [feature['properties'] for feature in drawn]
    return seen_rows({str(member['code']) for member in properties}, any('owner' in member for member in properties))


def picture(client: FlaskClient, layer: str) -> str:
    shown = set()
    for spot in 'ab':
        lon, lat = degrees(spot)
        box = f'{lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}'
        answer = client.get(f'/api/collections/{layer}/map?bbox={box}&width=40&height=40&f=png')
        if is_drawn(answer):
            shown.add(spot)
    return seen_rows(shown)


def wms(client: FlaskClient, layer: str) -> str:
    shown = set()
    for spot in 'ab':
        lon, lat = degrees(spot)
        box = f'{lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}'
        query = f'SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS={layer}&STYLES=&CRS=CRS:84&BBOX={box}'
        answer = client.get(f'/ows?{query}&WIDTH=40&HEIGHT=40&FORMAT=image/png&TRANSPARENT=TRUE')
        if is_drawn(answer):
            shown.add(spot)
    return seen_rows(shown)


def wmts(client: FlaskClient, layer: str) -> str:
    """By tiles in which one row lies."""
    shown = set()
    for spot in 'ab':
        z, row, column = tile_of(spot)
        query = f'SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default&FORMAT=image/png'
        if is_drawn(
            client.get(f'/ows?{query}&TILEMATRIXSET=WebMercatorQuad&TILEMATRIX={z}&TILEROW={row}&TILECOL={column}')
        ):
            shown.add(spot)
    return seen_rows(shown)


def tile_of(spot: str) -> tuple[str, str, str]:
    """Zoom, row and column of the tile that a row lies in; the other one lies outside, with its sign."""
    x, y = SPOTS[spot]
    zoom, row, column = tile_address('', 16, x, y).rsplit('/', 3)[1:]
    return zoom, row, column


def cells_of_raster(client: FlaskClient, layer: str) -> str:
    answer = client.get(f'/api/collections/{layer}/coverage?f=tif')
    return 'ab' if answer.status_code == 200 and answer.get_data()[:2] in (b'II', b'MM') else ''


def is_drawn(answer: Any) -> bool:
    if answer.status_code != 200 or answer.mimetype != 'image/png':
        return False
    return Image.open(io.BytesIO(answer.get_data())).convert('RGBA').getchannel('A').getbbox() is not None


def feature_info(client: FlaskClient, layer: str) -> str:
    texts = []
    for spot in 'ab':
        lon, lat = degrees(spot)
        box = f'{lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}'
        query = f'SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&LAYERS={layer}&QUERY_LAYERS={layer}&STYLES='
        size = f'&CRS=CRS:84&BBOX={box}&WIDTH=41&HEIGHT=41&I=20&J=20&INFO_FORMAT=application/json'
        answer = client.get(f'/ows?{query}{size}')
        texts.append((spot, answer.get_data(as_text=True) if answer.status_code == 200 else ''))
    hits = {spot for spot, text in texts if f'"code": "{spot}"' in text or f'"code":"{spot}"' in text}
    return seen_rows(hits, any(OWNER_OF in text for _, text in texts))


def exported(client: FlaskClient, layer: str) -> str:
    """By the process that writes files, through the worker."""
    inputs = {'collection': layer, 'format': 'geojson'}
    answer = client.post('/api/processes/export-features/execution', json={'inputs': inputs})
    if answer.status_code != 200:
        return ''
    text = answer.get_data(as_text=True)
    rows = [feature['properties'] for feature in json.loads(text)['features']]
    return seen_rows({row['code'] for row in rows}, OWNER_OF in text)


def proposed(client: FlaskClient, layer: str) -> str:
    """By scenarios that close each row, or change what it says of its owner, as a map shows them."""
    scenario = client.post('/api/scenarios', json={'name': layer}).get_json(force=True)['id']
    texts = {}
    for spot in 'ab':
        own = {'layer': layer, 'key': spot}
        for change in ({**own, 'kind': 'close'}, {**own, 'kind': 'change', 'properties': {'owner': 'x'}}):
            made = client.post(f'/api/scenarios/{scenario}/versions', json={'changes': [change]})
            if made.status_code == 201:
                texts[spot] = client.get(f'/api/scenarios/{scenario}/changes').get_data(as_text=True)
    return seen_rows({*texts}, any(OWNER_OF in text for text in texts.values()))


ROWS: dict[str, Probe] = {
    'items': items, 'history': history, 'bbox': near_a_row, 'filter': filtered, 'search': searched, 'item': item,
    'versions': versions, 'tile': tile, 'dataset tile': dataset_tile, 'table': table, 'feature info': feature_info,
    'export': exported, 'scenario': proposed,
}  # fmt: skip
PICTURES: dict[str, Probe] = {'map': picture, 'WMS': wms, 'WMTS': wmts, 'extent': extent}
NAMES = {
    'all releases': '/api/releases?f=json&limit=1000',
    'page of releases': '/api/releases?f=html&limit=1000',
    'feed of releases': '/api/releases?f=atom&limit=1000',
    'freshness': '/api/freshness?f=json',
    'agencies': '/api/agencies?f=json',
    'an agency': '/api/agencies/centre?f=json',
    'collections': '/api/collections?f=json',
    'OpenAPI': '/api/openapi?f=json',
    'templated OpenAPI': '/api/openapi/templated',
    'records': '/api/collections/catalogue/items?f=json&limit=100',
    'search of records': '/api/collections/catalogue/items?f=json&limit=100&q=layer',
    'WMS capabilities': '/ows?SERVICE=WMS&REQUEST=GetCapabilities',
    'WMTS capabilities': '/ows?SERVICE=WMTS&REQUEST=GetCapabilities',
    'landing page': '/api?f=html',
    'tilesets': '/api/tiles?f=json',
    'tile metadata': '/api/tiles/WebMercatorQuad/metadata?f=tilejson',
    'style of everything': '/api/styles/default?f=maplibre',
    'styles': '/api/styles?f=json',
    'a process': '/api/processes/export-features?f=json',
    'a form': '/api/processes/export-features?f=html',
    'an error': '/api/collections/neverwas?f=json',
    'portal': '/',
}
ONE_LAYER = {
    'releases': '/api/releases?f=json&layer={}',
    'feed': '/api/releases?f=atom&layer={}',
    'collection': '/api/collections/{}?f=json',
    'queryables': '/api/collections/{}/queryables?f=json',
    'schema': '/api/collections/{}/schema?f=json',
    'legend': '/ows?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetLegendGraphic&LAYER={}&FORMAT=image/png',
    'tileset': '/api/collections/{}/tiles/WebMercatorQuad?f=json',
    'record': '/api/collections/catalogue/items/{}?f=json',
    'map tileset': '/api/collections/{}/map/tiles/WebMercatorQuad?f=json',
    'map tile': '/api/collections/{}/map/tiles/WebMercatorQuad/6/28/50?f=png',
    'layer styles': '/api/collections/{}/styles?f=json',
    'style': '/api/collections/{}/styles/default?f=maplibre',
    'template': '/api/collections/{}/template?f=xlsx',
    'page': '/api/collections/{}?f=html',
    'page of items': '/api/collections/{}/items?f=html',
    'export': '/api/collections/{}/items?f=gpkg',
}
# What a raster does not have.
OF_LAYERS_ONLY = {'queryables', 'tileset', 'template', 'page of items', 'export', 'layer styles', 'style'}


def wrong(lagoon: Lagoon, probe: Probe, of: list[Cell], expected: Callable[[Cell], str]) -> list[str]:
    """The cells where somebody sees something else, in words."""
    faults = []
    for cell in of:
        seen = probe(lagoon.client(cell.person), cell.layer)
        if seen != expected(cell):
            faults.append(
                f'{cell.person} sees {seen or "nothing"!r} of {cell.layer}, not {expected(cell) or "nothing"!r}'
            )
    return faults


def layers_only() -> list[Cell]:
    return [cell for cell in cells() if cell.layer != COVERAGE]


@pytest.mark.parametrize('name', ROWS)
def test_everybody_sees_their_rows_and_columns(lagoon: Lagoon, record_property: Note, name: str) -> None:
    record_property('cells', len(layers_only()))
    assert wrong(lagoon, ROWS[name], layers_only(), lambda cell: cell.rows + '+' * cell.owner) == []


@pytest.mark.parametrize('name', PICTURES)
def test_everybody_sees_where_their_rows_are_and_no_others(lagoon: Lagoon, record_property: Note, name: str) -> None:
    of = cells() if name != 'extent' else layers_only()
    record_property('cells', len(of))
    assert wrong(lagoon, PICTURES[name], of, lambda cell: cell.rows) == []


def test_everybody_has_the_cells_of_their_rasters(lagoon: Lagoon, record_property: Note) -> None:
    of = [cell for cell in cells() if cell.layer == COVERAGE]
    record_property('cells', len(of))
    assert wrong(lagoon, cells_of_raster, of, lambda cell: cell.rows) == []


def test_everybody_counts_their_rows(lagoon: Lagoon, record_property: Note) -> None:
    record_property('cells', len(layers_only()))
    assert wrong(lagoon, counted, layers_only(), lambda cell: 'x' * len(cell.rows)) == []


def test_who_sees_some_rows_reads_in_releases_of_no_others(lagoon: Lagoon, record_property: Note) -> None:
    """How many rows were released tells of rows that somebody does not see; they are told of the release alone."""

    def probe(client: FlaskClient, layer: str) -> str:
        rows = client.get(f'/api/releases?f=json&layer={layer}').get_json().get('releases', [])
        return 'counts' if rows and rows[0]['changes'] else 'release' if rows else ''

    def expected(cell: Cell) -> str:
        return 'counts' if cell.rows == 'ab' else 'release' if cell.rows else ''

    record_property('cells', len(layers_only()))
    assert wrong(lagoon, probe, layers_only(), expected) == []


@pytest.mark.parametrize('name', NAMES)
def test_a_layer_that_somebody_does_not_see_is_not_named(lagoon: Lagoon, record_property: Note, name: str) -> None:
    record_property('cells', len(cells()))
    faults = []
    for person in PEOPLE:
        answer = lagoon.client(person).get(NAMES[name])
        text = answer.get_data(as_text=True)
        assert answer.status_code in (200, 404), text[:300]
        hidden = [cell.layer for cell in cells() if cell.person == person and not cell.rows]
        faults += [f'{person} reads of {layer}' for layer in hidden if layer in text]
    assert faults == []


@pytest.mark.parametrize('name', ONE_LAYER)
def test_a_layer_that_somebody_does_not_see_is_as_one_that_never_was(
    lagoon: Lagoon, record_property: Note, name: str
) -> None:
    def probe(client: FlaskClient, layer: str) -> str:
        answer, never = (client.get(ONE_LAYER[name].format(of)) for of in (layer, NEVER))
        texts = [one.get_data(as_text=True) for one in (answer, never) if one.mimetype in TEXTS]
        if len(texts) == 2 and _without_ids(texts[0], layer) == _without_ids(texts[1], NEVER):
            return ''
        return 'there' if (answer.status_code, answer.mimetype) != (never.status_code, never.mimetype) else 'half'

    of = layers_only() if name in OF_LAYERS_ONLY else cells()
    record_property('cells', len(of))
    assert wrong(lagoon, probe, of, lambda cell: 'there' if cell.rows else '') == []


def _without_ids(text: str, layer: str) -> str:
    """The text without what differs between two requests, and without a suggestion of another name."""
    text = re.sub(r'"request": *"[^"]*"|nonce[-="][^"\']*|[0-9a-f]{16}', '', text)
    return re.sub(rf'{layer}|(Có phải|Did you mean)[^?]*[?]|(Các tên có sẵn|Known names)[^.]*[.]', '', text)

"""Vector tiles: features where they are, counted where there are too many, and named as they come."""

import gzip
import math
from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dothi.api.tiles.place import TileAddress
from dothi.core.crs import proj_string, transformer
from tests.api.conftest import E0, N0, Desk, building, school, square, tile_address

type Client = Callable[..., FlaskClient]


def features(answer: TestResponse, layer: str) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == 'application/vnd.mapbox-vector-tile'
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(answer.get_data())[layer]['features']
    return found


def test_the_tile_zero_is_the_whole_of_web_mercator() -> None:
    west, south, east, north = TileAddress(0, 0, 0).box
    assert (west, south, east, north) == (
        -20037508.342789244,
        -20037508.342789244,
        20037508.342789244,
        20037508.342789244,
    )
    assert TileAddress(1, 1, 1).box == (0, -20037508.342789244, 20037508.342789244, 0)


def test_a_feature_keeps_its_id_and_columns(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A')), ('POINT(50000 0)', school('far'))])
    (feature,) = features(client().get(tile_address('schools', 14)), 'schools')
    assert feature['id'] == 1
    assert feature['properties'] == {'code': 'A', 'name': 'Trường', 'level': 'primary', 'places': 100}


def test_a_point_lies_in_the_tile_where_web_mercator_has_it(desk: Desk, client: Client) -> None:
    """Within one unit of the 4,096 across a tile of zoom 16, which are 15 cm each."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    where = tile_address('schools', 16)
    row, column = map(int, where.split('/')[-2:])
    (feature,) = features(client().get(where), 'schools')
    x, y = transformer('EPSG:4326', 'EPSG:3857').transform(
        *transformer(proj_string(9209), 'EPSG:4326').transform(E0, N0)
    )
    west, south, _, _ = TileAddress(16, column, row).box
    size = TileAddress(16, column, row).size
    expected = ((x - west) / size * 4096, (y - south) / size * 4096)
    assert (
        feature['geometry']['coordinates'] == [round(expected[0]), round(expected[1])]
        or math.dist(feature['geometry']['coordinates'], expected) < 1.5
    )


def test_below_the_merging_zoom_buildings_are_counted_and_never_vanish(desk: Desk, client: Client) -> None:
    """Three houses in one cell, of which two are shops, and one house 30 km away."""
    uses = ['commercial', 'commercial', 'residential']
    rows = [(square(20 * i, 0), building(f'B{i}', use)) for i, use in enumerate(uses)]
    desk.release('buildings', [*rows, (square(30_000, 0), building('alone'))])
    app = client()
    found = features(app.get(tile_address('buildings', 6)), 'buildings')
    assert sorted((one['properties']['count'], one['properties']['use']) for one in found) == [
        (1, 'residential'),
        (3, 'commercial'),
    ]
    assert {one['properties']['count']: one.get('id') for one in found}[1] == 4
    assert {one['geometry']['type'] for one in found} == {'Polygon'}
    for zoom in range(6, 17):
        assert features(app.get(tile_address('buildings', zoom, 5, 5)), 'buildings'), zoom


def test_below_the_merging_zoom_roads_are_one_feature_per_class(desk: Desk, client: Client) -> None:
    rows = [
        (f'LINESTRING({x} 0, {x + 1000} 0)', {'code': f'R{x}', 'class': kind})
        for x, kind in ((0, 'national'), (1000, 'national'), (2000, 'commune'))
    ]
    desk.release('roads', rows)
    found = features(client().get(tile_address('roads', 9)), 'roads')
    assert sorted((one['properties']['class'], one['properties']['count']) for one in found) == [
        ('commune', 1),
        ('national', 2),
    ]


def test_a_name_is_written_in_one_tile_only(desk: Desk, client: Client) -> None:
    """A commune of 8 km spans many tiles; its middle is 5 m from where four of them meet, well within their buffers."""
    row, column = map(int, tile_address('communes', 14).split('/')[-2:])
    west, south, _, _ = TileAddress(14, column, row).box
    to_working = transformer('EPSG:3857', proj_string(9209))
    east_m, north_m = to_working.transform(west + 5, south + 5)
    unit = {'code': '1', 'name': 'Xã', 'parent_code': '1', 'valid_from': '2004-01-01', 'valid_to': None}
    desk.release('communes', [(square(east_m - E0 - 4_000, north_m - N0 - 4_000, 8_000), unit)])
    app = client()
    base = '/api/collections/communes/tiles/WebMercatorQuad/14'
    corner = [f'{base}/{y}/{x}' for x in (column - 1, column) for y in (row, row + 1)]
    decoded = [mapbox_vector_tile.decode(app.get(tile).get_data()) for tile in corner]
    assert all('communes' in tile for tile in decoded)
    labels = [tile['communes_label']['features'] for tile in decoded if 'communes_label' in tile]
    assert [[label['properties']['name'] for label in found] for found in labels] == [['Xã']]


def test_tiles_show_units_as_of_the_reference_date(desk: Desk, client: Client) -> None:
    def unit(code: str, begin: str, end: str | None) -> dict[str, Any]:
        return {'code': code, 'name': code, 'parent_code': '1', 'valid_from': begin, 'valid_to': end}

    desk.release(
        'districts',
        [(square(0, 0), unit('old', '2004-01-01', '2024-09-01')), (square(0, 0), unit('new', '2024-09-01', None))],
    )
    (feature,) = features(client().get(tile_address('districts', 14)), 'districts')
    assert feature['properties']['code'] == 'old'


def test_an_empty_tile_has_no_content(desk: Desk, client: Client) -> None:
    """Within the limits of the layer, which reach from one school to the other."""
    desk.release('schools', [('POINT(0 0)', school('A')), ('POINT(20000 0)', school('B'))])
    answer = client().get(tile_address('schools', 14, 10_000))
    assert (answer.status_code, answer.get_data()) == (204, b'')


def test_a_tile_that_the_client_has_is_not_drawn_again(desk: Desk, client: Client) -> None:
    number = desk.release('schools', [('POINT(0 0)', school('A'))])
    app, where = client(), tile_address('schools', 14)
    tag = app.get(where).headers['ETag']
    assert f'schools-{number}-' in tag
    assert app.get(where, headers={'If-None-Match': tag}).status_code == 304
    desk.release('schools', [('POINT(0 0)', school('B'))])
    assert app.get(where, headers={'If-None-Match': tag}).status_code == 200


def test_tiles_are_compressed_for_who_can_read_it(desk: Desk, client: Client) -> None:
    desk.release('schools', [(f'POINT({i} {i})', school(f'S{i}')) for i in range(200)])
    app, where = client(), tile_address('schools', 14)
    plain, packed = app.get(where), app.get(where, headers={'Accept-Encoding': 'gzip'})
    assert packed.headers['Content-Encoding'] == 'gzip'
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert len(packed.get_data()) < len(plain.get_data())


def test_tilejson_leads_to_the_tiles(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))], demo=True)
    app = client()
    tilejson = app.get('/api/collections/schools/tiles/WebMercatorQuad/metadata?f=tilejson').get_json(force=True)
    assert (tilejson['minzoom'], tilejson['maxzoom'], tilejson['dothi:demo']) == (6, 16, True)
    assert tilejson['vector_layers'][0]['fields']['places'] == 'Number'
    row, column = tile_address('schools', 14).split('/')[-2:]
    filled = tilejson['tiles'][0].replace('{z}', '14').replace('{y}', row).replace('{x}', column)
    assert features(app.get(filled), 'schools')


def test_tilesets_are_described(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    listed = app.get('/api/collections/schools/tiles').get_json(force=True)
    assert listed['tilesets'][0]['tileMatrixSetURI'].endswith('WebMercatorQuad')
    described = app.get('/api/collections/schools/tiles/WebMercatorQuad').get_json(force=True)
    assert described['layers'][0]['minTileMatrix'] == '6'
    (template,) = [link['href'] for link in described['links'] if link['rel'] == 'item']
    assert template.endswith('/{tileMatrix}/{tileRow}/{tileCol}')

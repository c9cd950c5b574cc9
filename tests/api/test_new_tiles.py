"""A tile that is not kept comes by one statement, without cutting what need not be cut: the same tile as ever."""

import itertools
import math
import random
import re
from collections.abc import Callable
from threading import Thread
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from flask.testing import FlaskClient
from psycopg2 import sql
from shapely import affinity
from shapely.geometry import MultiPolygon, Polygon, box, shape
from shapely.geometry.base import BaseGeometry
from werkzeug.test import TestResponse

from dothi.api.http.snapshot import Reading
from dothi.api.tiles.frame import parameter_frame, parameters, written_frame
from dothi.api.tiles.maker import TileMaker
from dothi.api.tiles.place import GRIDS, Grid, TileAddress, limits
from dothi.api.tiles.sql import Canvas, Ink, parameter_statement, statement
from dothi.core.clearance import CLEARANCE
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.database import connection
from dothi.core.locality import Locality
from tests.api.conftest import E0, N0, Desk, building, school, square, tile_address

type Client = Callable[..., FlaskClient]

LON, LAT = 106.2, 20.25


def over(zoom: int, grid: Grid) -> TileAddress:
    """The tile around the place, of a zoom of WebMercatorQuad."""
    at = limits(grid, zoom - grid.zoom_shift, (LON, LAT, LON, LAT))
    return TileAddress(at.z, at.west, at.north, grid)


def polygons(place: TileAddress, seed: int) -> list[MultiPolygon]:
    """Rectangles, triangles, stars, courts and pairs of 1 to 300 units of the tile, in it and across its edges, turned
    in any way, with their corners in either order.
    """
    chance, (west, south, east, north) = random.Random(seed), place.degrees
    unit = (east - west) / 4096, (north - south) / 4096
    return [
        affinity.affine_transform(shape, [unit[0], 0, 0, unit[1], west, south])
        for shape in (_any_shape(chance) for _ in range(400))
        if shape.is_valid
    ]


def _any_shape(chance: random.Random) -> MultiPolygon:
    x, y = (chance.uniform(-100, 4196) for _ in 'xy')
    width, height = (math.exp(chance.uniform(0, 5.7)) for _ in 'wh')
    outline = box(x, y, x + width, y + height)
    corners = [
        (x + width * r * math.cos(a), y + height * r * math.sin(a))
        for a, r in ((n * math.tau / 9, chance.uniform(0.1, 1)) for n in range(9))
    ]
    court = Polygon(outline.exterior, [affinity.scale(outline, 0.5, 0.5).exterior])
    pair = MultiPolygon([outline, affinity.translate(outline, width * 1.2)])
    forms: list[Polygon | MultiPolygon] = [outline, Polygon(corners), Polygon(corners[:3]), court, pair]
    turned = affinity.rotate(chance.choice(forms), chance.uniform(0, 360))
    return MultiPolygon([turned.reverse()] if chance.random() < 0.5 and turned.geom_type == 'Polygon' else [
        *getattr(turned, 'geoms', [turned])
    ])  # fmt: skip


def rows_of(shapes: list[MultiPolygon]) -> sql.Composable:
    """A query that gives them as buildings, with their clearance."""
    rows = sql.SQL(', ').join(
        sql.SQL('({}::bigint, ST_GeomFromWKB({}, 4326))').format(sql.Literal(number), sql.Literal(shapely.to_wkb(one)))
        for number, one in enumerate(shapes)
    )
    return sql.SQL(
        """(select id, 'c' || id as code, 'public' as use, id as floors, id as population,
            null::text as house_number, null::text as street, geom_wgs84,
            ST_MinimumClearance(geom_wgs84) as {} from (values {}) as rows (id, geom_wgs84))"""
    ).format(sql.Identifier(CLEARANCE), rows)


def drawn(query: str, name: str) -> dict[int, dict[str, Any]]:
    """The features of a tile, by id."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(query)
        ((tile, number),) = cursor.fetchall()
    found = mapbox_vector_tile.decode(bytes(tile))[name]['features']
    assert number >= len(found) or name.endswith('_label')
    return {feature['id']: feature for feature in found}


def text(composed: sql.Composable) -> str:
    with connection('admin') as db:
        return str(composed.as_string(db))


@pytest.mark.parametrize('grid', GRIDS.values(), ids=lambda grid: grid.name)
@pytest.mark.parametrize('zoom', [13, 14, 16])
def test_what_is_not_cut_is_what_cutting_gives(
    database: dict[str, str], locality: Locality, zoom: int, grid: Grid
) -> None:
    """The same features with the same values; each is valid, turns the same way, and lies within a unit of the other.

    What is not moved alone is cut as before: hundreds of both kinds are compared.
    """
    place, layer = over(zoom, grid), locality.layers['buildings']
    shapes = polygons(place, zoom)
    cut = Canvas(layer, layer.columns_for('internal'), rows_of(shapes), labels=True)
    moved = Canvas(layer, layer.columns_for('internal'), rows_of(shapes), labels=True, has_clearance=True)
    expected, found = (drawn(text(statement(canvas, place, Ink())), 'buildings') for canvas in (cut, moved))
    assert found.keys() == expected.keys()
    assert len(found) > 200
    for number, feature in found.items():
        assert feature['properties'] == expected[number]['properties']
        mine, other = shape(feature['geometry']), shape(expected[number]['geometry'])
        assert mine.is_valid, number
        assert mine.hausdorff_distance(other) <= 1, number
        assert _turns(mine) == _turns(other), number


@pytest.mark.parametrize('grid', GRIDS.values(), ids=lambda grid: grid.name)
@pytest.mark.parametrize('zoom', [11, 13, 16])
def test_names_stand_within_what_they_name_in_its_tile_only(
    database: dict[str, str], locality: Locality, zoom: int, grid: Grid
) -> None:
    """Where GEOS puts a point inside, within a unit; what has it in a neighbouring tile has no name in this one."""
    place, layer = over(zoom, grid), locality.layers['buildings']
    shapes = polygons(place, zoom)
    canvas = Canvas(layer, layer.columns_for('internal'), rows_of(shapes), labels=True, has_clearance=True)
    west, south, east, north = place.degrees
    expected = {
        number: ((inside.x - west) / (east - west) * 4096, _up(inside.y, place) * 4096)
        for number, inside in enumerate(map(shapely.point_on_surface, shapes))
        if west <= inside.x < east and south < inside.y <= north
    }
    found = drawn(text(statement(canvas, place, Ink())), 'buildings_label')
    assert found.keys() == expected.keys()
    for number, feature in found.items():
        assert feature['properties']['use'] == 'public'
        assert math.dist(feature['geometry']['coordinates'], expected[number]) < 1.5, number


def _up(lat: float, place: TileAddress) -> float:
    """How far up the tile a latitude lies, as a share of its side."""
    return (place.grid.y(lat) - place.box[1]) / place.size


def _turns(of: BaseGeometry) -> set[tuple[bool, ...]]:
    """Which way the rings of each part turn, the outer one first."""
    parts = getattr(of, 'geoms', [of])
    return {(part.exterior.is_ccw, *sorted({ring.is_ccw for ring in part.interiors})) for part in parts}


@pytest.mark.parametrize('grid', GRIDS.values(), ids=lambda grid: grid.name)
def test_parameters_draw_what_numbers_draw(database: dict[str, str], locality: Locality, grid: Grid) -> None:
    """Labels too, byte by byte."""
    place, layer = over(14, grid), locality.layers['buildings']
    canvas = Canvas(
        layer, layer.columns_for('public'), rows_of(polygons(place, 5)[:100]), labels=True, has_clearance=True
    )
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(text(statement(canvas, place, Ink())))
        ((written, _),) = cursor.fetchall()
        kept = parameter_statement(canvas, place).as_string(db)
        types = ', '.join(['double precision'] * len(parameters(place)))
        cursor.execute(f'prepare kept ({types}) as {kept}')
        cursor.execute(f'execute kept ({", ".join(map(repr, parameters(place)))})')
        ((by_parameters, _),) = cursor.fetchall()
    assert bytes(by_parameters) == bytes(written)
    assert b'buildings_label' in bytes(written)


def test_a_frame_has_a_parameter_for_each_number() -> None:
    place = over(14, next(iter(GRIDS.values())))
    assert parameter_frame(WGS84).safe == sql.SQL(f'${len(parameters(place))}')
    assert written_frame(place).safe == sql.Literal(parameters(place)[-1])


def test_a_tile_is_the_same_when_it_is_kept(desk: Desk, client: Client) -> None:
    """By one statement, and from the cache: bytes, and what lets a client keep them."""
    desk.release('buildings', [(square(0, 0), building('A')), (square(20, 5), building('B'))])
    app, address = client(), tile_address('buildings', 16)
    first, again = (app.get(address, buffered=True, headers={'Accept-Encoding': 'gzip'}) for _ in range(2))
    assert first.get_data() == again.get_data()
    assert dict(first.headers) | {'X-Request-ID': ''} == dict(again.headers) | {'X-Request-ID': ''}
    plain = app.get(address, headers={'Accept-Encoding': 'identity'})
    assert plain.headers['ETag'] == first.headers['ETag']
    assert app.get(address, headers={'If-None-Match': first.headers['ETag']}).status_code == 304


@pytest.mark.parametrize('encoding', ['gzip', 'identity'])
def test_a_new_tile_is_kept_for_whoever_asks_next(desk: Desk, client: Client, encoding: str) -> None:
    """What changes without a release is not seen any more, in whatever form the tile was sent."""
    desk.release('schools', [('POINT(0 0)', school('A', places=1))])
    app, address = client(), tile_address('schools', 16)
    first = app.get(address, buffered=True, headers={'Accept-Encoding': encoding})
    assert first.status_code == 200
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('update layer.schools set places = 2')
    assert _places(app.get(address)) == {1}


@pytest.mark.parametrize('whose', ['/api/collections/schools', '/api'])
def test_no_tile_is_of_another_release_than_it_says(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    """While releases come one after another: the places of a school say of which one it is."""
    monkeypatch.setenv('DOTHI_TILE_CACHE_MB', '0')
    desk.release('buildings', [(square(0, 0), building('A'))])
    desk.release('schools', [('POINT(0 0)', school('A', places=0))])
    app, made = client(), {}
    address = tile_address('schools', 15).replace('/api/collections/schools', whose)
    made[_release(app.get(address))] = 0

    def release_on_and_on() -> None:
        for number in range(1, 40):
            made[desk.release('schools', [('POINT(0 0)', school('A', places=number))])] = number

    releasing = Thread(target=release_on_and_on)
    releasing.start()
    seen = []
    while releasing.is_alive():
        answer = app.get(address)
        seen.append((_release(answer), _places(answer)))
    releasing.join()
    assert len({release for release, _ in seen}) > 3
    assert [places for _, places in seen] == [{made[release]} for release, _ in seen]


def test_a_tile_of_all_layers_that_meets_a_release_is_drawn_once_more(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The release comes after the states were read, and before the tile: what is kept says of which one it is."""
    desk.release('buildings', [(square(0, 0), building('A'))])
    desk.release('schools', [('POINT(0 0)', school('A', places=1))])
    app, address = client(), tile_address('schools', 16).replace('/api/collections/schools', '/api')
    draw = TileMaker.tile_at_once

    def draw_after_it(*args: Any) -> Any:
        desk.release('schools', [('POINT(0 0)', school('A', places=2))])
        monkeypatch.undo()
        return draw(*args)

    monkeypatch.setattr(TileMaker, 'tile_at_once', draw_after_it)
    first, again = app.get(address), app.get(address)
    assert _places(first) == _places(again) == {2}
    assert first.headers['ETag'] == again.headers['ETag']


@pytest.mark.parametrize('zoom', [14, 16])
def test_a_new_tile_of_all_layers_takes_two_ways_to_the_database(
    desk: Desk, client: Client, zoom: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which states there are, and the tile, whose statement was prepared before; where it is empty, too."""
    desk.release('buildings', [(square(0, 0), building('A'))])
    desk.release('schools', [('POINT(0 0)', school('A')), ('POINT(9000 9000)', school('B'))])
    app, statements = client(), []
    addresses = [
        tile_address('schools', zoom, east_m).replace('/api/collections/schools', '/api')
        for east_m in (0, 3_000, 6_000)
    ]
    app.get(addresses[0])
    execute = Reading._execute

    def note(*args: Any) -> Any:
        statements.append(args)
        return execute(*args)

    monkeypatch.setattr(Reading, '_execute', note)
    for address in addresses[1:]:
        assert app.get(address).status_code in {200, 204}
    assert len(statements) == 4


def test_a_new_tile_that_is_too_large_is_shortened(desk: Desk, client: Client) -> None:
    """Six names of 100,000 letters are more than 500,000 bytes."""
    rows = [(f'POINT({n} 0)', school(f'{n}', name=f'{n}' * 100_000)) for n in range(6)]
    desk.release('schools', rows)
    answer = client().get(tile_address('schools', 16))
    assert answer.headers['Dothi-Shortened'].startswith('kinds only')
    assert len(mapbox_vector_tile.decode(answer.get_data())['schools']['features']) == 6


def test_new_tiles_are_refused_as_kept_ones_are(desk: Desk, client: Client) -> None:
    """Without data, beyond the layer's extent, at a zoom that it has not, with what is no number."""
    app, address = client(), tile_address('schools', 15)
    assert app.get(address).status_code == 404
    desk.release('schools', [('POINT(0 0)', school('A'))])
    base, row, column = address.rsplit('/', 2)
    app = client()
    assert app.get(address).status_code == 200
    assert app.get(f'{base}/{int(row) + 40}/{column}').status_code == 404
    assert app.get(f'{base}/{row}/x').status_code == 404
    assert app.get(tile_address('schools', 22)).status_code == 404
    assert app.get(f'{address}?f=json').status_code == 400
    assert app.get(f'{address}?colour=red').status_code == 400


def _release(answer: TestResponse) -> int:
    """The newest release that the tile says it shows."""
    named = re.search(r'-(\d+)-[0-9a-f]{9,}(?:-|$)', answer.headers['ETag'])
    assert named, answer.headers['ETag']
    return int(named[1])


def _places(answer: TestResponse) -> set[int]:
    features = mapbox_vector_tile.decode(answer.get_data())['schools']['features']
    return {feature['properties']['places'] for feature in features}


@pytest.mark.parametrize('zoom', [13, 16])
@pytest.mark.parametrize('at', [(0.5, 0.5), (0.01, 0.5), (0.999, 0.001)])
def test_merged_points_are_in_a_tile_of_all_layers_as_in_their_own(
    desk: Desk, client: Client, zoom: int, at: tuple[float, float]
) -> None:
    """Two hours of a station, in the middle of a tile, at its edge and near its corner; nothing lies in most of those
    around it, which is asked by the statement that draws the others.
    """
    x_m, y_m = _in_tile(zoom, *at)
    hours = [{'station_code': 'K1', 'observed_at': f'2026-01-01T0{hour}:00Z', 'pm25_ug_m3': hour} for hour in (1, 2)]
    desk.release('air_observations', [(f'POINT({x_m} {y_m})', hour) for hour in hours])
    desk.release('schools', [(f'POINT({x_m} {y_m})', school('A'))])
    app, (z, row, column) = client('public'), tile_address('schools', zoom, x_m, y_m).split('/')[-3:]
    counts = []
    for down, across in itertools.product((-1, 0, 1), repeat=2):
        place = f'tiles/WebMercatorQuad/{z}/{int(row) + down}/{int(column) + across}'
        parts = _layers(app.get(f'/api/{place}'))
        assert parts.get('air_observations') == _layers(app.get(f'/api/collections/air_observations/{place}')).get(
            'air_observations'
        )
        counts.append(len(parts.get('air_observations', {}).get('features', ())))
    assert counts[4] == 1
    assert counts.count(0) >= 5


def _layers(answer: TestResponse) -> dict[str, Any]:
    decoded: dict[str, Any] = mapbox_vector_tile.decode(answer.get_data()) if answer.status_code == 200 else {}
    return decoded


def _in_tile(zoom: int, across: float, down: float) -> tuple[float, float]:
    """Metres from (E0, N0) to a place in the tile there, as shares of its side from the upper left."""
    z, row, column = (int(part) for part in tile_address('schools', zoom).split('/')[-3:])
    west, south, east, north = TileAddress(z, column, row, GRIDS['WebMercatorQuad']).degrees
    lon, lat = west + across * (east - west), north - down * (north - south)
    x, y = transformer('EPSG:4326', proj_string(9209)).transform(lon, lat)
    return x - E0, y - N0

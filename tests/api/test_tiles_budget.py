"""No tile is over 500 KB, whatever lies there, and nothing vanishes for it; rules of the layer file, zoom by zoom."""

import math
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.api.tiles.draw import MOST_BYTES, LayerTile, draw_layer_tile
from dothi.api.tiles.maker import fair_share
from dothi.api.tiles.place import WEB_MERCATOR_QUAD, WORLD_CRS84_QUAD, Grid, TileAddress, limits
from dothi.api.tiles.sql import Canvas, Ink, statement
from dothi.core.database import connection
from dothi.core.layer import Layer
from tests.matrix import EXHAUSTIVE, combinations, thorough

LON, LAT = 106.2, 20.25
# one unit of longitude and latitude at that place, in metres
PER_LON, PER_LAT = 111_320 * math.cos(math.radians(LAT)), 110_574


class Reading:
    """Answers from the test's database."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    def row(self, query: sql.Composable) -> tuple[Any, ...]:
        with self.db.cursor() as cursor:
            cursor.execute(query)
            (found,) = cursor.fetchall()
            return tuple(found)


@pytest.fixture
def database_reading(database: dict[str, str]) -> Iterator[Reading]:
    with connection('admin') as db:
        yield Reading(db)


def layer(geometry: str, **tiles: Any) -> Layer:
    """A layer of that geometry with a kind, a name, and a number that only staff may see."""
    text: dict[str, Any] = {'type': 'text', 'title': {'vi': 'x', 'en': 'x'}}
    domain = {'domain': {'a': {'vi': 'a', 'en': 'a'}, 'b': {'vi': 'b', 'en': 'b'}}}
    return Layer.model_validate(
        {
            'id': 'things', 'title': {'vi': 'x', 'en': 'x'}, 'description': {'vi': 'x', 'en': 'x'}, 'theme': 't',
            'agency': 'a', 'access': 'public', 'licence': 'CC-BY-4.0', 'update_cycle': 'P1Y', 'geometry': geometry,
            'key': ['name'], 'columns': {'name': text, 'kind': text | domain}, 'source': {'crs': 'EPSG:4326'},
            'publish': {'tiles': tiles},
        }
    )  # fmt: skip


def canvas(of: Layer, rows: str) -> Canvas:
    """The layer with rows from a query: id, name, kind, geom_wgs84."""
    return Canvas(of, of.columns_for('public'), sql.SQL(f'({rows})'), labels=False)


def squares(count: int, across_m: float, side_m: float = 8) -> str:
    """A query that gives `count` squares in a square field around the place, each with a long name of its own."""
    per_row = math.isqrt(count)
    step = across_m / per_row
    return f"""select g::bigint as id, 'a rather long name of number ' || g as name,
        case when g % 3 = 0 then 'a' else 'b' end as kind,
        ST_MakeEnvelope(x, y, x + {side_m / PER_LON}, y + {side_m / PER_LAT}, 4326) as geom_wgs84
        from generate_series(0, {count - 1}) g,
        lateral (select {LON} + (g % {per_row} - {per_row / 2}) * {step / PER_LON} as x,
                        {LAT} + (g / {per_row} - {per_row / 2}) * {step / PER_LAT} as y) at"""


def one(geometry: str) -> str:
    """A query that gives one feature."""
    return f"select 1::bigint as id, 'n' as name, 'a' as kind, {geometry} as geom_wgs84"


def over(zoom: int, grid: Grid = WEB_MERCATOR_QUAD) -> TileAddress:
    """The tile around the place, of a zoom of WebMercatorQuad."""
    at = limits(grid, zoom - grid.zoom_shift, (LON, LAT, LON, LAT))
    return TileAddress(at.z, at.west, at.north, grid)


def features(drawn: LayerTile) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(drawn.content)['things']['features']
    return found


@pytest.mark.parametrize(
    ('grid', 'zoom'),
    combinations([WEB_MERCATOR_QUAD, WORLD_CRS84_QUAD], [12, 14]) if EXHAUSTIVE else [(WEB_MERCATOR_QUAD, 12)],
    ids=lambda value: getattr(value, 'name', None),
)
def test_forty_thousand_buildings_in_one_tile_are_counted_and_none_is_lost(
    database_reading: Reading, grid: Grid, zoom: int
) -> None:
    """They lie within half of the tile, at a zoom at which the layer file merges nothing."""
    place = over(zoom, grid)
    west, _, east, _ = place.degrees
    middle = (place.degrees[0] + place.degrees[2]) / 2, (place.degrees[1] + place.degrees[3]) / 2
    rows = squares(40_000, (east - west) / 2 * PER_LON, side_m=2)
    moved = f"""select id, name, kind,
        ST_Translate(geom_wgs84, {middle[0] - LON}, {middle[1] - LAT}) as geom_wgs84 from ({rows}) r"""
    drawn = draw_layer_tile(database_reading, canvas(layer('Polygon'), moved), place)
    assert len(drawn.content) <= MOST_BYTES
    assert drawn.shortened.startswith('counted in ')
    assert sum(found['properties']['count'] for found in features(drawn)) == 40_000
    assert {found['properties']['kind'] for found in features(drawn)} <= {'a', 'b'}


def test_a_tile_a_little_too_large_loses_its_names_first(database_reading: Reading) -> None:
    drawn = draw_layer_tile(database_reading, canvas(layer('Polygon'), squares(9_000, 700, side_m=4)), over(14))
    assert drawn.shortened == 'kinds only, 1 px'
    assert all(found['properties'].keys() == {'kind'} for found in features(drawn))
    assert MOST_BYTES / 3 < len(drawn.content) <= MOST_BYTES


def test_polygons_with_too_many_corners_are_generalised_and_stay_polygons(database_reading: Reading) -> None:
    """Ten circles of 40,000 corners each, 60 % of the tile wide."""
    place = over(12)
    west, south, east, north = place.degrees
    rows = f"""select g::bigint as id, 'n' as name, 'a' as kind, ST_Buffer(ST_SetSRID(ST_MakePoint(
        {(west + east) / 2}, {(south + north) / 2}), 4326), {(east - west) * 0.3} + g * 1e-5, 10000) as geom_wgs84
        from generate_series(1, 10) g"""
    drawn = draw_layer_tile(database_reading, canvas(layer('Polygon'), rows), place, 20_000)
    assert len(features(drawn)) == 10
    assert 0 < len(drawn.content) <= 20_000


@thorough
def test_too_many_lines_are_joined_by_kind_and_at_last_only_the_largest_stay(database_reading: Reading) -> None:
    """30,000 lines, all of 20 m but for one across half of the tile."""
    place = over(13)
    lines = f"""select id, name, kind, ST_MakeLine(ST_SetSRID(ST_MakePoint(x, y), 4326),
            ST_SetSRID(ST_MakePoint(x + {20 / PER_LON}, y + {(10 / PER_LAT)}), 4326)) as geom_wgs84
        from (select id, name, kind, ST_XMin(geom_wgs84) as x, ST_YMin(geom_wgs84) as y
              from ({squares(30_000, 2_000)}) s) r
        union all select -1, 'long', 'a', ST_SetSRID(ST_MakeLine(ST_MakePoint({LON}, {LAT}),
            ST_MakePoint({LON + 1_500 / PER_LON}, {LAT})), 4326)"""
    whole = draw_layer_tile(database_reading, canvas(layer('LineString'), lines), place)
    assert len(whole.content) <= MOST_BYTES
    assert whole.shortened.startswith('joined')
    assert sum(found['properties']['count'] for found in features(whole)) > 0
    tight = draw_layer_tile(database_reading, canvas(layer('LineString'), lines), place, 30_000)
    assert tight.shortened.startswith('largest')
    assert 0 < len(tight.content) <= 30_000
    assert {name for found in features(tight) for name in found['properties']} == {'kind'}
    longest = max(features(tight), key=lambda line: line['geometry']['coordinates'][-1][0])
    assert abs(longest['geometry']['coordinates'][-1][0] - longest['geometry']['coordinates'][0][0]) > 1_000


def test_columns_come_from_the_zoom_that_the_layer_file_says(database_reading: Reading) -> None:
    of = layer('Polygon', columns={'name': 14})
    for zoom, expected in ((13, {'kind'}), (14, {'kind', 'name'})):
        (first, *_) = features(draw_layer_tile(database_reading, canvas(of, squares(4, 100)), over(zoom)))
        assert first['properties'].keys() == expected


@pytest.mark.parametrize(('rule', 'expected'), [('merge', 1 + 3), ('drop', 1)])
def test_what_is_too_small_is_merged_or_dropped(database_reading: Reading, rule: str, expected: int) -> None:
    """At zoom 13 a pixel is 18 m: three houses of 8 m in one cell, and a hall of 200 m."""
    hall = f"select 9, 'hall', 'b', ST_Expand(geom_wgs84, 0.001) from ({squares(1, 1)}) s"
    rows = f'{squares(4, 10)} where g < 3 union all {hall}'
    of = layer('Polygon', least_px=1, too_small=rule, zooms=[0, 16])
    found = features(draw_layer_tile(database_reading, canvas(of, rows), over(13)))
    assert sum(part['properties'].get('count', 1) for part in found) == expected
    assert next(part for part in found if part.get('id') == 9)['properties']['name'] == 'hall'
    assert len(features(draw_layer_tile(database_reading, canvas(of, rows), over(16)))) == 4


def test_outlines_move_no_further_than_the_tolerance(database_reading: Reading) -> None:
    """A line with teeth of a quarter pixel is straight at half a pixel, and as it was at the last zoom."""
    tooth = 360 / 2**12 / 256 / 4
    points = ', '.join(f'{LON + i * tooth} {LAT + (i % 2) * tooth}' for i in range(200))
    rows = (
        f"select 1::bigint as id, 'n' as name, 'a' as kind, ST_GeomFromText('LINESTRING({points})', 4326) as geom_wgs84"
    )
    of = layer('LineString', tolerance_px=0.5, zooms=[0, 16])
    (flat,), (toothed,) = (
        features(draw_layer_tile(database_reading, canvas(of, rows), over(zoom))) for zoom in (12, 16)
    )
    assert len(flat['geometry']['coordinates']) == 2
    assert toothed['geometry']['type'] == 'LineString'
    assert len(toothed['geometry']['coordinates']) > 10


@pytest.mark.parametrize('lat', [-70.0, 0.0, 20.25, 60.0])
def test_high_zooms_that_are_not_projected_lie_where_mercator_has_them(database_reading: Reading, lat: float) -> None:
    """Within one of 4,096 units, wherever the short cut is taken."""
    for zoom in range(10, 20):
        at = limits(WEB_MERCATOR_QUAD, zoom, (LON, lat, LON, lat))
        place = TileAddress(at.z, at.west, at.north)
        if not place.is_straight:
            continue
        west, south, east, north = place.degrees
        for share in (0.1, 0.5, 0.9):
            lon, y = west + share * (east - west), south + share * (north - south)
            rows = one(f'ST_SetSRID(ST_MakePoint({lon}, {y}), 4326)')
            content, _ = database_reading.row(statement(canvas(layer('Point'), rows), place, Ink()))
            ((feature,),) = (mapbox_vector_tile.decode(bytes(content))['things']['features'],)
            left, bottom, _, _ = place.box
            exact = ((place.grid.x(lon) - left) / place.size * 4096, (place.grid.y(y) - bottom) / place.size * 4096)
            assert feature['geometry']['coordinates'] == pytest.approx(exact, abs=1)
    assert place.is_straight


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=8), st.integers(1, 2_000))
def test_a_fair_share_fits_and_wastes_nothing(sizes: list[int], total: int) -> None:
    share = fair_share(sizes, total)
    taken = sum(min(size, share) for size in sizes)
    assert taken <= total
    assert taken == sum(sizes) or taken > total - len(sizes)


def test_any_column_name_will_do(database_reading: Reading) -> None:
    """A layer whose own column is called count keeps it, and merged features count under another name."""
    of = layer('Point', merge_below=14).model_copy(
        update={'columns': {'count': layer('Point').columns['kind'], 'Độ sâu (m)': layer('Point').columns['name']}}
    )
    rows = f"""select 1::bigint as id, 'a' as count, 'x' as "Độ sâu (m)",
        ST_SetSRID(ST_MakePoint({LON}, {LAT}), 4326) as geom_wgs84"""
    for zoom, expected in ((12, {'count': 'a', 'dothi_count': 1}), (14, {'count': 'a', 'Độ sâu (m)': 'x'})):
        (only,) = features(draw_layer_tile(database_reading, canvas(of, rows), over(zoom)))
        assert only['properties'] == expected


def test_nothing_but_the_first_statement_is_asked_where_it_fits(database_reading: Reading) -> None:
    asked: list[sql.Composable] = []

    class Counting(Reading):
        def row(self, query: sql.Composable) -> tuple[Any, ...]:
            asked.append(query)
            return super().row(query)

    draw_layer_tile(Counting(database_reading.db), canvas(layer('Polygon'), squares(100, 500)), over(14))
    assert len(asked) == 1

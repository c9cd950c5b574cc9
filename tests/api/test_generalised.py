"""Generalised geometry: worked by hand, made anew only where a release touched it, and never shown in place of news."""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import shapely
from psycopg2 import sql

from dothi.cartography.generalised import plan
from dothi.cartography.generalised.refresh import refresh
from dothi.cartography.generalised.source import Box, SourceQuery, chosen, generalised, is_merged, rows_of
from dothi.cartography.style.zoom import zoom_of
from dothi.core.crs import proj_string, transformer
from dothi.core.database import READERS, connection
from dothi.core.layer import Audience, Layer
from dothi.core.layer_source import day
from dothi.core.layer_sync import sync_layer
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from processes.queue.upkeep import Generaliser, list_due_layers
from tests.api.conftest import E0, N0, Desk, building, square

BLOCKS = """select kind[1], count, ST_AsText(ST_Translate(geom, %s, %s))
    from general.block where layer_id = %s and level = %s and kinds = %s order by kind, x, y"""
# The columns by which styles tell features apart; a layer may have other styles too.
KINDS = {'buildings': ['use'], 'roads': ['class'], 'street_lights': ['lamp']}


@dataclass(frozen=True)
class Window:
    """A picture of 1024 by 768 pixels around (E0, N0)."""

    metres_per_px: float
    crs: int = 9209

    @property
    def zoom(self) -> float:
        return zoom_of(self.metres_per_px, 20.26)

    def grown(self, margin_px: float) -> Box:
        across, up = (512 + margin_px) * self.metres_per_px, (384 + margin_px) * self.metres_per_px
        box = E0 - across, N0 - up, E0 + across, N0 + up
        if self.crs == 9209:
            return box
        return transformer(proj_string(9209), proj_string(self.crs)).transform_bounds(*box)


@pytest.fixture(autouse=True)
def every_size_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests have few rows."""
    monkeypatch.setattr(plan, 'LEAST_ROWS', 1)
    monkeypatch.setattr(plan, 'LEAST_POINTS', 1)


def query(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def generalise(layer: Layer, locality: Locality) -> None:
    with connection('loader') as db:
        assert refresh(db, layer, locality) is not None


def blocks(layer: str, level: int) -> list[tuple[str, int, shapely.Geometry]]:
    """Kind, count and geometry in metres from (E0, N0)."""
    return [
        (kind, count, shapely.from_wkt(wkt)) for kind, count, wkt in query(BLOCKS, -E0, -N0, layer, level, KINDS[layer])
    ]


def assert_blocks(layer: str, level: int, expected: list[tuple[str, int, str | shapely.Geometry]]) -> None:
    """What the blocks of a level hold; geometries may begin at another corner."""
    found = blocks(layer, level)
    assert [one[:2] for one in found] == [one[:2] for one in expected]
    for (*_, shape), (*_, wanted) in zip(found, expected, strict=True):
        wanted_shape = shapely.from_wkt(wanted) if isinstance(wanted, str) else wanted
        # neighbours overlap by a quarter of a millimetre
        assert shapely.hausdorff_distance(shape, wanted_shape) < 0.001, shape


def drawn(
    layer: Layer, locality: Locality, columns: set[str], window: Window, audience: Audience = 'public', **asked: Any
) -> tuple[str, list[tuple[Any, ...]]]:
    """Where a picture's rows come from, and the columns that they have, as the audience's own role reads them."""
    with connection(READERS[audience]) as db, db.cursor() as cursor:
        there = generalised(db, [layer], locality).get(layer.id)
        wanted = SourceQuery(layer, window, columns, **asked)
        rows = rows_of(wanted, chosen(wanted, there, locality), locality, audience)
        named = sql.SQL(', ').join(map(sql.Identifier, sorted(columns)))
        cursor.execute(sql.SQL('select {} from {} as f order by 1').format(named, rows))
        statement = rows.as_string(db)
        return next(
            (form for form in ('block', 'outline') if f' general.{form} ' in statement), 'rows'
        ), cursor.fetchall()


def test_polygons_become_the_cells_that_they_settle(desk: Desk) -> None:
    """Cells of 32 m. Two houses in one cell are one square; where two uses meet, the one with more ground has the cell,
    and both count; a factory of 76 m has the cells whose middle it covers. (E0, N0) is in the middle of a cell's west
    side, so the cells begin at -16 and 16.
    """
    desk.release('buildings', [
        (square(1, 1, 6), building('a')), (square(9, 9, 6), building('b')), (square(50, 1), building('c')),
        (square(17, 1, 5), building('d')), (square(33, 1, 8), building('e', 'commercial')),
        (square(80, 64, 76), building('f', 'industrial')),
    ])  # fmt: skip
    layer = desk.locality.layers['buildings']
    generalise(layer, desk.locality)
    assert_blocks('buildings', 5, [
        ('commercial', 2, shapely.box(16, 0, 48, 32)),
        ('industrial', 1, shapely.box(80, 64, 144, 128)),
        ('residential', 3, shapely.union(shapely.box(-16, 0, 16, 32), shapely.box(48, 0, 80, 32))),
    ])  # fmt: skip
    (srids,) = query('select distinct ST_SRID(geom), ST_SRID(geom_wgs84) from general.block')
    assert srids == (9209, 4326)
    assert sum(count for _, count, _ in blocks('buildings', 9)) == 6


def test_lines_are_joined_and_points_thinned(desk: Desk) -> None:
    """Cells of 32 m, blocks of 1,024 m, whose edge is at x = 368. Two pieces of a road become one line without the bend
    of 1 m; a stub of 3 m by itself is not seen; a road across the edge is cut there and goes on.
    """
    roads = [
        ('a', 'LINESTRING(0 0, 100 1)', 'commune'), ('b', 'LINESTRING(100 1, 200 0)', 'commune'),
        ('c', 'LINESTRING(0 300, 3 300)', 'commune'), ('d', 'LINESTRING(0 500, 1000 500)', 'national'),
    ]  # fmt: skip
    desk.release('roads', [(wkt, {'code': code, 'class': rank}) for code, wkt, rank in roads])
    lights = [('a', 'POINT(5 5)', 'led'), ('b', 'POINT(7 9)', 'led'), ('c', 'POINT(100 100)', 'sodium')]
    desk.release('street_lights', [(wkt, {'code': code, 'lamp': lamp}) for code, wkt, lamp in lights])
    for layer in ('roads', 'street_lights'):
        generalise(desk.locality.layers[layer], desk.locality)
    assert_blocks('roads', 5, [
        ('commune', 3, 'LINESTRING(0 0, 200 0)'),
        ('national', 1, 'LINESTRING(0 500, 368 500)'), ('national', 1, 'LINESTRING(368 500, 1000 500)'),
    ])  # fmt: skip
    assert [shapely.get_num_coordinates(shape) for *_, shape in blocks('roads', 5)] == [2, 2, 2]
    assert_blocks('street_lights', 5, [('led', 2, 'POINT(6 7)'), ('sodium', 1, 'POINT(100 100)')])


def test_outlines_keep_their_neighbours_and_their_day(desk: Desk) -> None:
    """Two communes share an edge with a notch of 1 m: at cells of 512 m it is gone from both, and no gap opens. A
    commune of another time is left out.
    """
    west = 'MULTIPOLYGON(((0 0, 3000 0, 3000 1000, 3001 1500, 3000 2000, 3000 3000, 0 3000, 0 0)))'
    east = 'MULTIPOLYGON(((6000 0, 6000 3000, 3000 3000, 3000 2000, 3001 1500, 3000 1000, 3000 0, 6000 0)))'

    def named(code: str, begins: str) -> dict[str, Any]:
        return {'code': code, 'name': code, 'parent_code': '356', 'valid_from': begins}

    times = [('13600', west, '2020-01-01'), ('13601', east, '2020-01-01'), ('13602', square(0, 0, 900), '2024-09-01')]
    desk.release('communes', [(wkt, named(code, begins)) for code, wkt, begins in times])
    layer = desk.locality.layers['communes']
    generalise(layer, desk.locality)
    found = query('select ST_NPoints(geom), ST_Area(geom) from general.outline where level = 9 order by id')
    assert found == [(5, 9e6), (5, 9e6)]
    assert drawn(layer, desk.locality, {'code'}, Window(300)) == ('outline', [('13600',), ('13601',)])
    assert drawn(layer, desk.locality, {'code'}, Window(3))[0] == 'rows'


def test_a_picture_takes_what_says_the_same(desk: Desk) -> None:
    """Blocks for what they know, at the scale that they are for; the rows for another time, another column, a filter
    (in cells, see test_generalised_at_once), a finer scale, and for a release of which there are no blocks yet.
    """
    desk.release('buildings', [(square(1, 1), building('a')), (square(140, 1), building('b', 'commercial'))])
    layer, locality = desk.locality.layers['buildings'], desk.locality
    window = Window(60)
    assert drawn(layer, locality, {'use'}, window)[0] == 'rows'
    generalise(layer, locality)
    uses = [('commercial',), ('residential',)]
    assert is_merged(layer, window)
    assert not is_merged(layer, Window(5))
    for crs in (9209, 3857, 4326):
        assert drawn(layer, locality, {'use'}, Window(60, crs)) == ('block', uses)
    assert drawn(layer, locality, {'use'}, Window(1e9)) == ('block', [('commercial',)])
    rows = [
        drawn(layer, locality, {'use', 'floors'}, window),
        drawn(layer, locality, {'use'}, Window(5)),
        drawn(layer, locality, {'use'}, window, times=day(locality.place.reference_date)),
        drawn(layer, locality, {'use'}, window, condition=sql.SQL('true')),
    ]
    assert [form for form, _ in rows] == ['rows'] * 4
    desk.release('buildings', [(square(1, 1), building('a', 'public'))])
    assert drawn(layer, locality, {'use'}, window) == ('rows', [('public',)])
    generalise(layer, locality)
    assert drawn(layer, locality, {'use'}, window) == ('block', [('public',)])


def test_the_public_sees_no_more_than_of_the_rows(desk: Desk) -> None:
    """No block tells features apart by an internal column, whatever a style does; a column that is hidden later takes
    its blocks with it; and the blocks of a layer that is not public are not to be seen.
    """
    desk.release('buildings', [(square(1, 1), building('a'))])
    layer = desk.locality.layers['buildings']
    assert ('use',) in plan.kind_sets_of(layer, desk.locality)
    generalise(layer, desk.locality)
    with connection('reader_public') as db, db.cursor() as cursor:
        cursor.execute('select kinds, kind from general.block where level = 5 and kinds <> array[]::text[]')
        assert cursor.fetchall() == [(['use'], ['residential'])]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute('delete from general.block')
    hidden = layer.model_copy(update={'columns': layer.columns | {
        'use': layer.columns['use'].model_copy(update={'access': 'internal'})
    }})  # fmt: skip
    assert not any('use' in kinds for kinds in plan.kind_sets_of(hidden, desk.locality))
    query("update catalog.layer set access = 'internal' where id = 'buildings'")
    with connection('reader_public') as db, db.cursor() as cursor:
        cursor.execute('select count(*) from general.block union all select count(*) from general.state')
        assert cursor.fetchall() == [(0,), (0,)]
    with connection('owner') as db:
        sync_layer(db, hidden, desk.locality)
    assert query('select * from general.block') == []


def write_buildings(folder: Path, rows: list[tuple[str, str, float, float, float]]) -> Path:
    """A file of the agency. rows: code, use, place of the lower left corner from (E0, N0), side; in metres."""
    features = []
    for code, use, x, y, side in rows:
        ring = [[E0 + x + a * side, N0 + y + b * side] for a, b in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
        properties = {'MA_CT': code, 'CONG_NANG': use, 'SO_TANG': 1}
        features.append(
            {'type': 'Feature', 'properties': properties, 'geometry': {'type': 'Polygon', 'coordinates': [ring]}}
        )
    file = folder / 'buildings.geojson'
    file.write_text(json.dumps({'type': 'FeatureCollection', 'features': features}), encoding='utf-8')
    return file


def anybody(random_: random.Random, code: int) -> tuple[str, str, float, float, float]:
    """A building somewhere in 20 by 20 km."""
    use = random_.choice(['residential', 'commercial', 'industrial', 'public'])
    x, y, side = random_.uniform(0, 20_000), random_.uniform(0, 20_000), random_.choice([5.0, 12.0, 40.0, 90.0])
    return f'b{code}', use, round(x, 2), round(y, 2), side


def test_what_releases_touch_is_as_if_all_were_made_anew(
    database: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    """Buildings come, move and change in three releases; blocks that none touched are not even written again."""
    layer, random_ = locality.layers['buildings'], random.Random(7)
    shape = 'ST_AsBinary(ST_Normalize(geom))'
    everything = f'select kinds, level, x, y, kind, count, {shape} from general.block order by 1, 2, 3, 4, 5'
    written = 'select kinds::text, level, x, y, kind::text, xmin::text from general.block'
    options = {'layer': 'buildings', 'crs': 'EPSG:9209', 'accept_loss': True}
    first = [anybody(random_, code) for code in range(400)]
    for number in range(4):
        rows = [anybody(random_, random_.randrange(500)) for _ in range(3)]
        file = write_buildings(tmp_path, list({row[0]: row for row in rows}.values()) if number else first)
        report = deliver(file, DeliveryOptions(mode='upsert' if number else 'replace', **options), locality)
        assert report.release is not None, report
        before = set(query(written))
        generalise(layer, locality)
        kept = before & set(query(written))
        assert number == 0 or len(before) / 4 < len(kept) < len(before)
    followed = query(everything)
    query("delete from general.state where layer_id = 'buildings'")
    assert query(everything) == []
    generalise(layer, locality)
    assert query(everything) == followed


def test_the_worker_does_what_is_due_and_then_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers that were just released wait for a second, as a delivery may come in parts."""
    desk.release('buildings', [(square(1, 1), building('a'))], at='2024-01-01T00:00:00Z')
    desk.release('schools', [('POINT(0 0)', {'code': 'a', 'name': 'A', 'level': 'high'})], at='2100-01-01T00:00:00Z')
    worker = Generaliser()
    with connection('loader') as db:
        assert [layer.id for layer in list_due_layers(db, desk.locality)] == ['buildings']
    worker.prepare(lambda: False)
    assert query('select layer_id, form from general.state') == [('buildings', 'blocks')]
    with connection('loader') as db:
        assert list_due_layers(db, desk.locality) == []
    monkeypatch.setattr(plan, 'LEAST_ROWS', 2)
    with connection('loader') as db:
        assert [layer.id for layer in list_due_layers(db, desk.locality)] == ['buildings']
    worker.prepare(lambda: False)
    assert query('select layer_id, form from general.state') == [('buildings', 'rows')]
    assert query('select * from general.block') == []

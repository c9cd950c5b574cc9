"""What releases touched is seen at once in pictures of small scales, in the form that it will have later."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from psycopg2 import sql

from dothi.cartography.generalised import refresh as refreshing
from dothi.cartography.generalised.source import SourceQuery, chosen, generalised, rows_of
from dothi.core.arrays import Floats
from dothi.core.database import connection
from dothi.core.layer import Layer
from dothi.core.layer_source import Times
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.desk.rollback import rollback
from tests.api.conftest import E0, N0
from tests.api.test_generalised import Window, anybody, blocks, every_size_counts, generalise, query, write_buildings
from tests.matrix import combinations, exhaustive

SIZES = [60, *(pytest.param(size, marks=exhaustive) for size in (15, 400))]
pytestmark = pytest.mark.usefixtures(every_size_counts.__name__)


def draw_all(
    layer: Layer, locality: Locality, kind: str, window: Window, **which_rows: Any
) -> tuple[str, dict[str, shapely.Geometry]]:
    """Where a picture takes its blocks from, and all that it draws, by kind. which_rows: times, condition."""
    with connection('reader_public') as db, db.cursor() as cursor:
        wanted = SourceQuery(layer, window, {kind}, **which_rows)
        how = chosen(wanted, generalised(db, [layer], locality).get(layer.id), locality)
        assert how.form == 'blocks'
        statement = 'select {}, ST_AsBinary(ST_Union(geom)) from {} as f where geom is not null group by 1'
        rows = rows_of(wanted, how, locality, 'public')
        cursor.execute(sql.SQL(statement).format(sql.Identifier(kind), rows))
        return how.blocks, {name: shapely.from_wkb(bytes(wkb)) for name, wkb in cursor.fetchall()}


def same_within(window: Window, drawn: shapely.Geometry, expected: shapely.Geometry) -> bool:
    """Whether both show the same in the picture; what lies beyond its edge may be left out."""
    box = shapely.box(*window.grown(0))
    return bool(shapely.equals(shapely.intersection(drawn, box), shapely.intersection(expected, box)))


@pytest.mark.parametrize('metres_per_px', SIZES, ids=lambda size: f'{size} m a pixel')
def test_a_picture_shows_what_releases_touched_before_the_worker_has_generalised_it(
    database: dict[str, str], locality: Locality, tmp_path: Path, metres_per_px: float
) -> None:
    """The same cells as afterwards: buildings of 12 m at most, some hundred, of which a few come, move and change."""
    layer, random_, window = locality.layers['buildings'], random.Random(11), Window(metres_per_px)
    options = {'layer': 'buildings', 'crs': 'EPSG:9209', 'accept_loss': True}
    homes = [(*anybody(random_, code)[:4], random_.choice([5.0, 12.0])) for code in range(600)]
    deliver(write_buildings(tmp_path, homes), DeliveryOptions(**options), locality)
    made, before = draw_all(layer, locality, 'use', window)
    assert made == 'stored'
    news = [(*anybody(random_, code)[:4], 12.0) for code in range(590, 620)]
    deliver(write_buildings(tmp_path, news), DeliveryOptions(mode='upsert', **options), locality)
    made, at_once = draw_all(layer, locality, 'use', window)
    assert made == 'followed'
    generalise(layer, locality)
    made, later = draw_all(layer, locality, 'use', window)
    assert made == 'stored'
    assert at_once.keys() == later.keys()
    assert all(shapely.equals(at_once[use], later[use]) for use in later)
    assert any(not shapely.equals(before[use], later[use]) for use in later)


@pytest.mark.parametrize(('crs', 'metres_per_px'), combinations((9209, 3857, 4326), (15, 60, 1e7)))
def test_a_picture_of_a_layer_that_is_not_generalised_shows_cells_and_not_all_rows(
    database: dict[str, str], locality: Locality, tmp_path: Path, metres_per_px: float, crs: int
) -> None:
    """As it is while the worker follows another style or another release of the software: what will be shown then."""
    layer, random_, window = locality.layers['buildings'], random.Random(3), Window(metres_per_px, crs)
    homes = [(*anybody(random_, code)[:4], random_.choice([5.0, 12.0])) for code in range(300)]
    deliver(write_buildings(tmp_path, homes), DeliveryOptions(layer='buildings', crs='EPSG:9209'), locality)
    made, stored = draw_all(layer, locality, 'use', window)
    assert made == 'stored'
    query('delete from general.state')
    made, read = draw_all(layer, locality, 'use', window)
    assert made == 'read'
    assert stored.keys() == read.keys()
    assert all(same_within(Window(metres_per_px), stored[use], read[use]) for use in read)


def shifted(xy: Floats) -> Floats:
    """From metres around (E0, N0) to the working system."""
    return np.add(xy, (E0, N0))


def write_places(folder: Path, first: int, key: str, kind: str, places: list[tuple[str, str]]) -> Path:
    """A file of an agency: features with a code, counted from `first`, and a kind. places: WKT in metres, and kind."""
    features = [
        {
            'type': 'Feature',
            'properties': {key: f'p{number}', kind: value},
            'geometry': json.loads(shapely.to_geojson(shapely.transform(shapely.from_wkt(wkt), shifted))),
        }
        for number, (wkt, value) in enumerate(places, first)
    ]
    file = folder / 'places.geojson'
    file.write_text(json.dumps({'type': 'FeatureCollection', 'features': features}), encoding='utf-8')
    return file


LAMPS = [(f'POINT({x} {y})', 'led') for x in (5, 10, 3_000) for y in (5, 3_000)]
ROADS = [('LINESTRING(0 0, 900 0)', 'commune'), ('LINESTRING(0 9000, 900 9000)', 'commune')]


@pytest.mark.parametrize(
    ('layer_id', 'key', 'kind', 'column', 'places', 'news'),
    [
        ('street_lights', 'MA_COT', 'LOAI_DEN', 'lamp', LAMPS, [('POINT(15 20)', 'led')]),
        ('roads', 'MA_DUONG', 'CAP_DUONG', 'class', ROADS, [('LINESTRING(0 50, 900 50)', 'national')]),
    ],
    ids=['points', 'lines'],
)
def test_points_and_lines_that_releases_touched_are_shown_at_once(
    database: dict[str, str], locality: Locality, tmp_path: Path, layer_id: str, key: str, kind: str, column: str,
    places: list[tuple[str, str]], news: list[tuple[str, str]],
) -> None:  # fmt: skip
    """A lamp that comes stands where it will stand later; a road that comes is whole, and others stay."""
    layer, window = locality.layers[layer_id], Window(60)
    options = {'layer': layer_id, 'crs': 'EPSG:9209', 'mode': 'upsert'}
    for first, features in ((0, places), (len(places), news)):
        report = deliver(write_places(tmp_path, first, key, kind, features), DeliveryOptions(**options), locality)
        assert report.release is not None, report
    made, at_once = draw_all(layer, locality, column, window)
    assert made == 'followed'
    generalise(layer, locality)
    later = draw_all(layer, locality, column, window)[1]
    assert at_once.keys() == later.keys()
    assert all(shapely.hausdorff_distance(at_once[name], later[name]) < 1 for name in later)


IS_CURRENT = """select s.release = l.current_release
    from general.state as s join catalog.layer as l on l.id = s.layer_id where l.id = 'buildings'"""


def test_a_large_release_is_generalised_with_it_and_a_rollback_too(
    database: dict[str, str], locality: Locality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so is a layer's first one: no picture of it is ever drawn from all of its rows."""
    options = DeliveryOptions(layer='buildings', crs='EPSG:9209', mode='upsert', accept_loss=True)
    first = deliver(write_buildings(tmp_path, [('a', 'public', 0, 0, 9)]), options, locality).release
    assert first is not None
    assert query(IS_CURRENT) == [(True,)]
    deliver(write_buildings(tmp_path, [('b', 'public', 99, 0, 9)]), options, locality)
    assert query(IS_CURRENT) == [(False,)]
    monkeypatch.setattr(refreshing, 'MOST_ROWS_LATER', 0)
    deliver(write_buildings(tmp_path, [('c', 'public', 99, 99, 9)]), options, locality)
    assert query(IS_CURRENT) == [(True,)]
    rollback('buildings', first, 'a test', 'admin', locality)
    assert query(IS_CURRENT) == [(True,)]
    assert [count for _, count, _ in blocks('buildings', 5)] == [1]


def test_a_release_that_cannot_be_generalised_is_served_all_the_same(
    database: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    """What PostGIS cannot simplify must not cost a delivery."""
    query("""create or replace function general.count_cells(p_levels integer[], p_points boolean) returns void
        language plpgsql as $$ begin raise exception 'TopologyException' using errcode = 'XX000'; end $$""")
    options = DeliveryOptions(layer='buildings', crs='EPSG:9209')
    report = deliver(write_buildings(tmp_path, [('a', 'public', 0, 0, 9)]), options, locality)
    assert report.release is not None
    assert query('select count(*) from layer.buildings') == [(1,)]
    assert query('select count(*) from general.state') == [(0,)]


@pytest.mark.parametrize('metres_per_px', SIZES, ids=lambda size: f'{size} m a pixel')
def test_a_picture_under_a_filter_shows_the_cells_of_what_fulfils_it(
    database: dict[str, str], locality: Locality, tmp_path: Path, metres_per_px: float
) -> None:
    """As if the layer had no other rows, and never all its shapes."""
    layer, random_, window = locality.layers['buildings'], random.Random(5), Window(metres_per_px)
    options = {'layer': 'buildings', 'crs': 'EPSG:9209', 'accept_loss': True}
    homes = [(*anybody(random_, code)[:4], random_.choice([5.0, 12.0])) for code in range(300)]
    deliver(write_buildings(tmp_path, homes), DeliveryOptions(**options), locality)
    large = sql.SQL('ST_Area(geom) > 100')
    made, filtered = draw_all(layer, locality, 'use', window, condition=large)
    assert made == 'read'
    deliver(write_buildings(tmp_path, [home for home in homes if home[4] > 10]), DeliveryOptions(**options), locality)
    generalise(layer, locality)
    made, alone = draw_all(layer, locality, 'use', window)
    assert made == 'stored'
    assert filtered.keys() == alone.keys()
    assert all(same_within(window, filtered[use], alone[use]) for use in alone)


def test_a_picture_of_another_time_shows_the_cells_of_then(
    database: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    """A later release does not change what a picture of an earlier time shows, nor in which form."""
    layer, random_, window = locality.layers['buildings'], random.Random(7), Window(60)
    options = DeliveryOptions(layer='buildings', crs='EPSG:9209', accept_loss=True)
    homes = [(*anybody(random_, code)[:4], 12.0) for code in range(300)]
    deliver(write_buildings(tmp_path, homes), options, locality)
    _, before = draw_all(layer, locality, 'use', window)
    ((then,),) = query('select released_at from catalog.release where layer_id = %s', 'buildings')
    deliver(write_buildings(tmp_path, homes[:200]), options, locality)
    made, at_that_time = draw_all(layer, locality, 'use', window, times=Times(then, then))
    assert made == 'read'
    assert at_that_time.keys() == before.keys()
    assert all(same_within(window, at_that_time[use], before[use]) for use in before)
    assert any(not same_within(window, draw_all(layer, locality, 'use', window)[1][use], before[use]) for use in before)

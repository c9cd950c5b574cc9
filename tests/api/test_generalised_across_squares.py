"""Features that lie across squares of generalised geometry stay whole in pictures when a release touches one square."""

import random
from pathlib import Path

import pytest
import shapely
from psycopg2 import sql

from dothi.cartography.generalised.source import SourceQuery, chosen, generalised, rows_of
from dothi.core.database import connection
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.api.test_generalised import Window, every_size_counts, generalise, write_buildings
from tests.api.test_generalised_at_once import draw_all, write_places
from tests.matrix import EXHAUSTIVE, combinations, number_of_examples, thorough

pytestmark = pytest.mark.usefixtures(every_size_counts.__name__)
USES = ['residential', 'commercial', 'industrial', 'public']
# A fifth of them 3 km wide: cells of a few metres across all of those take most of the test.
BUILDINGS = number_of_examples(60, 200)


@thorough
@pytest.mark.parametrize(('seed', 'metres_per_px'), combinations(range(3), (15, 60, 400)) if EXHAUSTIVE else [(1, 60)])
def test_a_large_polygon_has_the_same_cells_before_the_worker_has_seen_a_release(
    database: dict[str, str], locality: Locality, tmp_path: Path, seed: int, metres_per_px: float
) -> None:
    """Factories of up to 3 km lie across squares and under small houses; of some dozen rows, a few come anew."""
    layer, random_, window = locality.layers['buildings'], random.Random(seed), Window(metres_per_px)
    options = {'layer': 'buildings', 'crs': 'EPSG:9209', 'accept_loss': True}

    def building(code: int) -> tuple[str, str, float, float, float]:
        side = random_.choice([5.0, 12.0, 90.0, 700.0, 3000.0])
        x, y = random_.uniform(-9_000, 9_000), random_.uniform(-9_000, 9_000)
        return f'b{code}', random_.choice(USES), round(x, 2), round(y, 2), side

    there = [building(code) for code in range(BUILDINGS)]
    deliver(write_buildings(tmp_path, there), DeliveryOptions(**options), locality)
    news = [building(code) for code in range(BUILDINGS - 5, BUILDINGS + 5)]
    deliver(write_buildings(tmp_path, news), DeliveryOptions(mode='upsert', **options), locality)
    made, at_once = draw_all(layer, locality, 'use', window)
    assert made == 'followed'
    generalise(layer, locality)
    later = draw_all(layer, locality, 'use', window)[1]
    assert at_once.keys() == later.keys()
    assert all(shapely.symmetric_difference(at_once[use], later[use]).area == 0 for use in later)


@pytest.mark.parametrize('metres_per_px', [15, 60, 400] if EXHAUSTIVE else [60], ids=lambda size: f'{size} m a pixel')
def test_what_is_generalised_as_it_is_read_has_no_more_edges_than_what_is_stored(
    database: dict[str, str], locality: Locality, tmp_path: Path, metres_per_px: float
) -> None:
    """A renderer lets the ground shine through where two shapes meet: streets of cells were hatched until later."""
    layer, random_ = locality.layers['buildings'], random.Random(5)
    options = {'layer': 'buildings', 'crs': 'EPSG:9209', 'accept_loss': True}
    streets = [(f'b{n}', random_.choice(USES), n % 40 * 14.0, n // 40 * 14.0, 12.0) for n in range(800)]
    deliver(write_buildings(tmp_path, streets), DeliveryOptions(**options), locality)
    deliver(
        write_buildings(tmp_path, [('b0', 'public', 1.0, 1.0, 12.0)]),
        DeliveryOptions(mode='upsert', **options),
        locality,
    )
    made, at_once = list_shapes(layer, locality, 'use', Window(metres_per_px))
    assert made == 'followed'
    generalise(layer, locality)
    assert list_shapes(layer, locality, 'use', Window(metres_per_px)) == ('stored', at_once)


def list_shapes(layer: Layer, locality: Locality, kind: str, window: Window) -> tuple[str, list[tuple[str, bytes]]]:
    """Where a picture takes its blocks from, and every shape of it, so that the same ones are equal."""
    with connection('reader_public') as db, db.cursor() as cursor:
        wanted = SourceQuery(layer, window, {kind})
        how = chosen(wanted, generalised(db, [layer], locality).get(layer.id), locality)
        statement = 'select {}, ST_AsBinary(ST_Normalize(geom)) from {} as f'
        cursor.execute(sql.SQL(statement).format(sql.Identifier(kind), rows_of(wanted, how, locality, 'public')))
        return how.blocks, sorted((name, bytes(wkb)) for name, wkb in cursor.fetchall())


# Of squares of 2,048 m, from (E0, N0); another edge lies 512 m north of that.
EDGE = 279 * 2048 - 570_000


# By name: the line, and its length in metres.
HIGHWAYS = {
    'across squares': ('LINESTRING(-9000 0, 9000 0)', 18_000),
    'along an edge': (f'LINESTRING({EDGE} 100, {EDGE} 700)', 600),
    'to an edge from the west': (
        f'LINESTRING({EDGE - 500} 100, {EDGE} 100, {EDGE} 700, {EDGE - 500} 700)', 1_600,
    ),
    'to an edge from the east': (
        f'LINESTRING({EDGE + 500} 100, {EDGE} 100, {EDGE} 700, {EDGE + 500} 700)', 1_600,
    ),
    'up to an edge': (f'LINESTRING({EDGE - 500} 100, {EDGE} 100)', 500),
}  # fmt: skip
LANES = {'west': EDGE - 100, 'east': EDGE + 100}


@pytest.mark.parametrize(
    ('highway', 'side'),
    # along the edge itself a lane of either side lies in another square than the highway may
    [*combinations(list(HIGHWAYS), list(LANES)), *([] if EXHAUSTIVE else [('along an edge', 'west')])],
)
def test_a_road_across_squares_stays_whole_when_another_one_changes_there(
    database: dict[str, str], locality: Locality, tmp_path: Path, highway: str, side: str
) -> None:
    """And is drawn once: a lane that comes beside it leaves the length of a highway as it was."""
    layer, window = locality.layers['roads'], Window(60)
    options = {'layer': 'roads', 'crs': 'EPSG:9209', 'mode': 'upsert'}
    (line, length_m), lane, lengths = HIGHWAYS[highway], LANES[side], []
    for first, features in ((0, [(line, 'national')]), (1, [(f'LINESTRING({lane} 50, {lane} 300)', 'commune')])):
        deliver(write_places(tmp_path, first, 'MA_DUONG', 'CAP_DUONG', features), DeliveryOptions(**options), locality)
        with connection('reader_public') as db, db.cursor() as cursor:
            wanted = SourceQuery(layer, window, {'class'})
            how = chosen(wanted, generalised(db, [layer], locality).get(layer.id), locality)
            rows = rows_of(wanted, how, locality, 'public')
            cursor.execute(
                sql.SQL("select round(sum(ST_Length(geom))) from {} as f where class = 'national'").format(rows)
            )
            lengths += [(how.blocks, *row) for row in cursor.fetchall()]
    assert lengths == [('stored', length_m), ('followed', length_m)]

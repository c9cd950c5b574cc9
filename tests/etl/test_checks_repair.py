"""Repairs: what is put right, what is not, and that nothing else changes."""

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely

from dothi.core.arrays import Geometries
from dothi.core.layer import Checks, Column, Layer
from dothi.core.text import Text
from etl.doctor.rows.repair import repaired, repeats_points, valid
from etl.formats.source import EncodedBatch, RawBatch

SQUARE = [(0, 0), (100, 0), (100, 100), (0, 100)]
WORDS = Text(vi='x', en='x')


def ring(*points: tuple[int, int]) -> bytes:
    """WKB of a polygon with one ring, just as it is given."""
    return struct.pack('<BIII', 1, 3, 1, len(points)) + b''.join(struct.pack('<2d', *point) for point in points)


def batch(*wkb: bytes) -> RawBatch:
    """A batch as the reader makes it."""
    return EncodedBatch(1, {}, pa.array(wkb, pa.binary())).decoded()


def layer(*repair: str) -> Layer:
    return Layer(
        id='a',
        title=WORDS,
        description=WORDS,
        theme='t',
        agency='g',
        access='public',
        licence='CC0',
        update_cycle='P1Y',
        geometry='Polygon',
        key=['code'],
        columns={'code': Column(type='text', title=WORDS)},
        source={'crs': 'EPSG:9209'},
        checks=Checks(repair=list(repair)),
    )


def polygon(*points: tuple[float, int]) -> Geometries:
    return np.array([shapely.Polygon(points)])


def test_an_open_ring_is_closed_where_the_layer_allows_it() -> None:
    """A square without its last point; the sound one beside it stays the very same."""
    given = batch(ring(*SQUARE), ring(*SQUARE, SQUARE[0]))
    assert [finding.rows.tolist() for finding in given.findings] == [[0]]
    done = repaired(given, layer('close_rings'))
    assert (done.geometry[0].area, done.findings) == (10_000, [])
    assert [(mended.row, mended.repair, mended.before) for mended in done.done] == [(0, 'close_rings', None)]
    assert done.geometry[1] is given.geometry[1]


def test_an_open_ring_stays_a_fault_where_the_layer_is_silent() -> None:
    given = batch(ring(*SQUARE))
    done = repaired(given, layer('make_valid', 'drop_repeated_points'))
    assert done.geometry[0] is None
    assert [finding.code for finding in done.findings] == ['geometry_invalid']
    assert done.done == []


def test_what_is_broken_otherwise_is_not_closed() -> None:
    """Two points enclose nothing, and half a geometry is none: only the third row can be helped."""
    given = batch(ring((0, 0), (1, 1)), ring(*SQUARE)[:-20], ring(*SQUARE))
    done = repaired(given, layer('close_rings'))
    assert [mended.row for mended in done.done if shapely.is_valid(mended.after)] == [2]
    assert done.geometry[1] is None
    assert 1 in done.findings[0].rows


def test_repeated_points_are_dropped_and_the_start_of_a_ring_is_no_repeat() -> None:
    sound = shapely.Polygon(SQUARE)
    given = np.array([sound, shapely.Polygon([*SQUARE[:2], SQUARE[1], *SQUARE[2:]]), shapely.Point(0, 0), None])
    assert repeats_points(given).tolist() == [False, True, False, False]
    done = repaired(RawBatch(1, {}, given), layer('drop_repeated_points'))
    assert shapely.get_num_coordinates(done.geometry).tolist() == [5, 5, 1, 0]
    assert [mended.row for mended in done.done] == [1]


def test_two_parts_that_meet_in_a_vertex_repeat_nothing() -> None:
    """The end of the first ring and the start of the second are the same place, one after the other."""
    parts = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.Polygon([(1, 0), (2, 0), (2, -1), (1, 0)])])
    done = repaired(RawBatch(1, {}, np.array([parts])), layer('drop_repeated_points'))
    assert done.done == []
    assert done.geometry[0] is parts


def test_a_ring_that_touches_itself_is_made_valid_and_keeps_its_area() -> None:
    """A square of 100 m with a triangle of 100 m² cut in from its edge, drawn as one ring that meets at 50, 0."""
    cut = polygon((0, 0), (50, 0), (45, 20), (55, 20), (50, 0), (100, 0), (100, 100), (0, 100))
    assert not shapely.is_valid(cut[0])
    (made,) = valid(cut, 'Polygon')
    assert made.is_valid
    assert made.area == cut[0].area == 10_000 - 100


def test_a_bow_tie_is_not_made_valid() -> None:
    """Its two triangles cancel: 0 m² before and 5,000 after are not one feature."""
    assert valid(polygon((0, 0), (100, 100), (100, 0), (0, 100)), 'Polygon')[0] is None


@pytest.mark.parametrize(('side', 'kept'), [(2, True), (4, False)])
def test_a_small_loop_is_kept_within_a_thousandth_of_the_area(side: int, kept: bool) -> None:
    """A bow tie with one lobe of 10,000 m² and one of side²: 10,000 − side² before, 10,000 + side² after."""
    shape = polygon((-side, -side), (100, 100), (100, -100), (-side, side))
    assert shape[0].area == 10_000 - side**2
    (made,) = valid(shape, 'MultiPolygon')
    assert (made is not None) is kept
    assert made is None or made.area == pytest.approx(10_000 + side**2)


def test_a_shape_without_end_is_no_crash() -> None:
    assert valid(polygon((0, 0), (np.inf, 0), (1, 1)), 'Polygon')[0] is None


def test_a_repair_that_changes_the_kind_is_none() -> None:
    """Two squares joined in one ring come apart into two parts, which a layer of single polygons cannot hold."""
    touching = polygon((0, 0), (10, 0), (10, 10), (20, 10), (20, 20), (10, 20), (10, 10), (0, 10))
    assert valid(touching, 'Polygon')[0] is None
    assert valid(touching, 'MultiPolygon')[0].area == 200

"""Cells inside polygons and at points: by hand, shared out over any partition, the same in any system."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from dothi.core.arrays import Floats, Geometries
from dothi.core.crs import proj_string
from dothi.core.grid import Grid
from dothi.core.locality import Locality
from dothi.core.released_raster import Raster
from etl.moving import move
from processes.zones.raster_zones import at_points, in_zones, move_shapes, pieces_of_cells
from tests.matrix import number_of_examples

NODATA = -9999.0
WEST, NORTH, CELL = 570_000.0, 2_240_000.0, 10.0
ANY = settings(
    max_examples=number_of_examples(8, 40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def raster(tmp_path: Path, locality: Locality) -> Callable[..., Raster]:
    """Writes cells as a raster of the coverage `elevation` (band of the same name)."""

    def write(cells: Floats, srid: int = 9209, west: float = WEST, north: float = NORTH, cell: float = CELL) -> Raster:
        path = tmp_path / 'cells.tif'
        rows, columns = cells.shape
        profile = {
            'driver': 'GTiff',
            'dtype': 'float32',
            'nodata': NODATA,
            'count': 1,
            'height': rows,
            'width': columns,
        }
        place = rasterio.Affine(cell, 0, west, 0, -cell, north)
        profile |= {'height': rows, 'width': columns, 'crs': f'EPSG:{srid}', 'transform': place}
        with rasterio.open(path, 'w', **profile) as file:
            file.write(np.where(np.isnan(cells), NODATA, cells).astype('float32'), 1)
        grid = Grid(srid, columns, rows, west, north, cell, cell)
        return Raster(locality.coverages['elevation'], grid, path, 1)

    return write


def box(west: float, south: float, east: float, north: float) -> Polygon:
    """A box in metres from the upper left corner, y upwards."""
    return shapely.affinity.translate(shapely.box(west, south, east, north), WEST, NORTH)


def take(raster: Raster, shapes: Sequence[BaseGeometry] | Geometries) -> dict[str, Floats]:
    return in_zones(raster, 'elevation', np.array(shapes, dtype=object), lambda share: None)


def test_a_point_has_the_value_of_its_cell(raster: Callable[..., Raster]) -> None:
    """On the edge between two cells that of the one to the east and south; nothing outside or where no value is."""
    cells = raster(np.array([[1, 2], [3, np.nan]]))
    xy = np.array([(WEST + x, NORTH - y) for x, y in ((5, 5), (10, 5), (5, 10), (15, 15), (-1, 5), (20, 5))])
    assert at_points(cells, 'elevation', xy).tolist() == pytest.approx([1, 2, 3, np.nan, np.nan, np.nan], nan_ok=True)


def test_points_are_found_in_every_strip_of_a_tall_raster(raster: Callable[..., Raster]) -> None:
    rows = 2_500
    cells = raster(np.arange(rows, dtype=float)[:, None])
    asked = np.array([0, 1_023, 1_024, 2_047, 2_048, 2_499])
    xy = np.column_stack([np.full(len(asked), WEST + 5), NORTH - asked * CELL - 5])
    assert at_points(cells, 'elevation', xy).tolist() == asked.tolist()


@given(st.integers(0, 2**32 - 1), st.lists(st.tuples(st.floats(1, 59), st.floats(1, 59)), min_size=1, max_size=4))
@ANY
def test_sums_over_a_partition_are_those_of_the_whole(
    raster: Callable[..., Raster], seed: int, cuts: list[tuple[float, float]]
) -> None:
    """A block of six by four cells, some empty, cut by any oblique lines: nothing is lost, nothing counted twice."""
    cells = np.random.default_rng(seed).normal(10, 5, (4, 6))
    cells.flat[::5] = np.nan
    whole = box(0, -40, 60, 0)
    parts: list[BaseGeometry] = [whole]
    for top, bottom in cuts:
        line = shapely.affinity.translate(shapely.LineString([(top, 1), (bottom, -41)]), WEST, NORTH)
        parts = list(itertools.chain.from_iterable(split(part, line).geoms for part in parts))
    found = take(raster(cells), parts)
    known = cells[~np.isnan(cells)].astype('float32')
    assert found['sum'].sum() == pytest.approx(known.sum(dtype=float), rel=1e-5)
    assert found['count'].sum() == pytest.approx(known.size, rel=1e-5)


def test_neighbours_that_share_a_border_share_out_the_cells_of_another_system(raster: Callable[..., Raster]) -> None:
    """Cells in degrees, two halves of a square of 6 km in metres: their sum is that of the square."""
    cells = raster(np.random.default_rng(1).normal(10, 5, (12, 12)), 4326, 105.9, 20.4, 1 / 120)
    square, west, east = (
        shapely.box(*sides) for sides in ((0, 0, 6000, 6000), (0, 0, 2500, 6000), (2500, 0, 6000, 6000))
    )
    shapes = np.array([shapely.affinity.translate(one, 545_000, 2_245_000) for one in (square, west, east)])
    total = take(cells, move_shapes(shapes, cells.grid, 9209))['sum']
    assert total[1] + total[2] == pytest.approx(total[0], rel=1e-6)


@given(st.floats(0, 3000), st.floats(0, 3000), st.floats(100, 3000))
@ANY
def test_the_system_of_the_zones_does_not_matter(
    raster: Callable[..., Raster], x: float, y: float, side: float
) -> None:
    """The same square in VN-2000 TM-3 and in UTM, on cells in degrees; what is left is the bend of a border."""
    cells = raster(np.random.default_rng(1).normal(10, 5, (12, 12)), 4326, 105.9, 20.4, 1 / 120)
    here = np.array([shapely.box(546_000 + x, 2_246_000 + y, 546_000 + x + side, 2_246_000 + y + side)])
    there = move(shapely.segmentize(here, 50), proj_string(9209), proj_string(3405))
    ours = take(cells, move_shapes(here, cells.grid, 9209))
    theirs = take(cells, move_shapes(there, cells.grid, 3405))
    assert ours['mean'] == pytest.approx(theirs['mean'], rel=1e-4)
    assert ours['count'] == pytest.approx(theirs['count'], rel=1e-4)


def test_cells_of_people_are_cut_with_what_they_hold(raster: Callable[..., Raster]) -> None:
    """100 people in the first cell, 8 in the last, nobody known in between; a zone over one and a half columns."""
    cells = raster(np.array([[100, 0], [np.nan, 8]]))
    zone, parts, people = pieces_of_cells(cells, 'elevation', np.array([box(0, -20, 15, 0), box(15, -20, 20, 0)]))
    assert zone.tolist() == [0, 0, 1]
    assert people.tolist() == pytest.approx([100, 4, 4])
    assert shapely.area(parts) == pytest.approx([100, 50, 50])


def test_a_border_along_the_edges_of_cells_leaves_areas_only(raster: Callable[..., Raster]) -> None:
    """An L whose step runs along a cell's upper side: it shares a square with that cell, and half of its side."""
    cells = raster(np.ones((2, 2)))
    corners = [(0, -20), (20, -20), (20, -10), (10, -10), (10, 0), (0, 0)]
    shape = shapely.affinity.translate(shapely.Polygon(corners), WEST - 5, NORTH)
    _, parts, amount = pieces_of_cells(cells, 'elevation', np.array([shape], dtype=object))
    assert {part.geom_type for part in parts} <= {'Polygon', 'MultiPolygon'}
    assert amount.sum() == pytest.approx(2)
    assert take(cells, parts)['count'].sum() == pytest.approx(2)

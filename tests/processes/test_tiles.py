"""Cells that features touch, and what rasters say on the cells of a tile: worked out by hand, and against GDAL."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rasterio.features import rasterize
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from dothi.core.arrays import Floats, Geometries, Ints
from dothi.core.grid import Grid
from processes.ground.geotiff import Band, heights_in
from processes.ground.tiles import by_tile, mask_of, numbers_in, square_cells, tiles_of, transform_of, values_at
from processes.ground.touch import cells_at, cut_at_cells, touched_cells, wall_cells
from tests.rasters import CELL, HEIGHTS, NORTH, WEST, write_raster

GRID = Grid(9209, 10, 8, 1000.0, 2000.0, 10.0, 10.0)
(WHOLE,) = tiles_of(GRID)


def line(*xy: tuple[float, float]) -> LineString:
    """A line in cells: (0, 0) is the upper left corner, y counts downwards."""
    return shapely.LineString([(1000 + 10 * x, 2000 - 10 * y) for x, y in xy])


def array(*shapes: BaseGeometry) -> Geometries:
    return np.asarray(shapes, dtype=object)


def places(cells: Ints) -> list[tuple[int, int]]:
    return [(int(cell) // GRID.width, int(cell) % GRID.width) for cell in cells]


def test_a_line_is_cut_where_it_leaves_a_cell() -> None:
    """From the middle of a cell over two edges into the third: 5 m, 10 m, 3 m."""
    (pieces,) = cut_at_cells(array(line((0.5, 0.5), (2.3, 0.5))), GRID)
    assert places(pieces.cell) == [(0, 0), (0, 1), (0, 2)]
    assert pieces.length_m == pytest.approx([5, 10, 3])


def test_a_line_that_begins_outside_counts_from_the_edge_of_the_grid() -> None:
    (pieces,) = cut_at_cells(array(line((-5, 3.5), (1, 3.5))), GRID)
    assert places(pieces.cell) == [(3, 0)]
    assert pieces.length_m == pytest.approx([10])


def test_a_wall_through_a_corner_closes_the_corner() -> None:
    """A line from corner to corner touches the cells of a diagonal; as a wall it takes a neighbour of each as well."""
    diagonal = array(line((0.5, 0.5), (2.5, 2.5)))
    assert places(touched_cells(diagonal, GRID)) == [(0, 0), (1, 1), (2, 2)]
    assert places(wall_cells(diagonal, GRID)) == [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2)]


def test_points_and_areas_touch_cells() -> None:
    area = shapely.box(1001, 1971, 1029, 1999)
    found = places(touched_cells(array(area, shapely.MultiPoint([(1095, 1925), (0, 0)])), GRID))
    assert found == [*((row, column) for row in (0, 1, 2) for column in (0, 1, 2)), (7, 9)]


def test_nothing_touches_nothing() -> None:
    assert touched_cells(array(), GRID).tolist() == wall_cells(array(), GRID).tolist() == []
    assert not numbers_in(array(), GRID, WHOLE).any()


coordinate = st.floats(-3, 13, allow_nan=False).map(lambda value: round(value, 2))


@given(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=6, unique=True))
def test_no_metre_of_a_line_is_lost_or_counted_twice(xy: list[tuple[float, float]]) -> None:
    """The pieces are as long as the part of the line within the grid, and lie in the cells that they name."""
    drawn, inside = line(*xy), shapely.box(1000, 1920, 1100, 2000)
    # one by one, for a line may come back over itself
    steps = array(*(line(*step) for step in itertools.pairwise(xy)))
    # along the very edge of the grid a line may be in or out
    along_the_rim = shapely.length(shapely.intersection(steps, inside.boundary)).sum()
    pieces = list(cut_at_cells(array(drawn), GRID))
    total = sum(piece.length_m.sum() for piece in pieces)
    assert total == pytest.approx(shapely.length(shapely.intersection(steps, inside)).sum(), abs=along_the_rim + 1e-6)
    for cell in {cell for piece in pieces for cell in piece.cell}:
        row, column = divmod(int(cell), GRID.width)
        assert (
            drawn.distance(shapely.box(1000 + 10 * column, 1990 - 10 * row, 1010 + 10 * column, 2000 - 10 * row)) < 1e-6
        )


@given(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=6, unique=True))
def test_gdal_touches_the_same_cells(xy: list[tuple[float, float]]) -> None:
    """Inside the grid, and but for cells that a line meets in one point only, which may be of either."""
    drawn = line(*xy)
    ours = mask_of(touched_cells(array(drawn), GRID), GRID, WHOLE)
    theirs = rasterize([drawn], WHOLE.shape, transform=transform_of(GRID, WHOLE), all_touched=True) == 1
    for row, column in np.argwhere(ours != theirs):
        cell = shapely.box(1000 + 10 * column, 1990 - 10 * row, 1010 + 10 * column, 2000 - 10 * row)
        assert shapely.length(drawn.intersection(cell.buffer(-0.01))) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize('size', [1, 3, 4, 100])
def test_everything_is_found_in_its_tile_once(size: int) -> None:
    """Cells in any order, one of them twice, and one off the grid."""
    cells = np.array([79, 0, 11, -1, 11, 42])
    values = np.arange(GRID.width * GRID.height).reshape(GRID.height, GRID.width)
    cut_into, found = tiles_of(GRID, size), np.full(len(cells), -9)
    for tile, mine in zip(cut_into, by_tile(cells, GRID, cut_into), strict=True):
        part = values[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width]
        found[mine] = values_at(part, cells[mine], GRID, tile)
    assert found.tolist() == [79, 0, 11, -9, 11, 42]


@pytest.mark.parametrize('size', [1, 3, 4, 100])
def test_tiles_hold_every_cell_once(size: int) -> None:
    seen = np.zeros((GRID.height, GRID.width), dtype=int)
    for tile in tiles_of(GRID, size):
        seen[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] += 1
    assert (seen == 1).all()


def test_a_point_on_an_edge_belongs_to_one_cell_and_one_outside_to_none() -> None:
    xy = np.array([(1000, 2000), (1010, 1990), (1100, 1950), (999.9, 1950)], dtype=float)
    assert cells_at(xy, GRID).tolist() == [0, 11, -1, -1]


def test_the_last_of_overlapping_areas_counts() -> None:
    areas = array(shapely.box(1000, 1980, 1020, 2000), shapely.box(1010, 1980, 1030, 2000))
    assert numbers_in(areas, GRID, WHOLE)[0].tolist() == [1, 2, 2, 0, 0, 0, 0, 0, 0, 0]


class TestHeights:
    """What a raster of four by three cells says on other cells."""

    @pytest.fixture
    def raster(self, tmp_path: Path) -> Band:
        return Band(write_raster(tmp_path / 'heights.tif', HEIGHTS), 1, 9209)

    def read(self, raster: Band, cell_m: float, size: int = 100) -> Floats:
        west, north = WEST, NORTH
        grid = square_cells((west, north - 3 * CELL, west + 4 * CELL, north), 9209, cell_m)
        found = np.empty((grid.height, grid.width))
        for tile in tiles_of(grid, size):
            found[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] = heights_in(
                raster, grid, tile
            )
        return found

    def test_on_its_own_cells_it_is_as_it_is(self, raster: Band) -> None:
        own = np.array(HEIGHTS, dtype=float)
        own[1, 1] = np.nan
        assert np.array_equal(self.read(raster, CELL), own, equal_nan=True)

    def test_finer_cells_repeat_what_is_known(self, raster: Band) -> None:
        assert self.read(raster, CELL / 2)[:2, :4].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2]]

    def test_larger_cells_are_the_mean_of_those_with_a_value(self, raster: Band) -> None:
        """Of the first four cells one has none: (1 + 2 + 5) / 3."""
        assert self.read(raster, CELL * 2)[0].tolist() == pytest.approx([8 / 3, 22 / 4])

    @pytest.mark.parametrize('cell_m', [30.0, 50.0, 200.0])
    def test_no_value_depends_on_the_tile(self, raster: Band, cell_m: float) -> None:
        whole = self.read(raster, cell_m)
        assert all(np.array_equal(self.read(raster, cell_m, size), whole, equal_nan=True) for size in (1, 2, 5))

    def test_outside_the_raster_nothing_is_known(self, raster: Band) -> None:
        grid = square_cells((WEST, NORTH - 300, WEST + 400, NORTH), 9209, 100)
        around = heights_in(raster, grid, tiles_of(grid)[0].grown(1))
        assert around.shape == (5, 6)
        assert np.isnan(around[0]).all()
        assert around[1, 1] == 1

    def test_a_raster_in_degrees_is_put_where_it_belongs(self, tmp_path: Path) -> None:
        """A value in a cell of 0.01 degrees is found at the place that PROJ gives for its middle."""
        from rasterio.transform import from_origin

        from dothi.core.crs import proj_string, transformer

        values = np.arange(100).reshape(10, 10)
        path = write_raster(tmp_path / 'd.tif', values, crs='EPSG:4326', place=from_origin(106.0, 20.5, 0.01, 0.01))
        x, y = transformer(proj_string(4326), proj_string(9209)).transform(106.0 + 0.035, 20.5 - 0.045)
        grid = square_cells((x - 5, y - 5, x + 5, y + 5), 9209, 10)
        assert heights_in(Band(path, 1, 4326), grid, tiles_of(grid)[0]).tolist() == [[43]]


ring = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=7, unique=True)


@given(ring, ring)
def test_areas_touch_every_cell_that_they_cover_in_part(
    outer: list[tuple[float, float]], other: list[tuple[float, float]]
) -> None:
    """Polygons of any shape, with holes, several at once; a cell that they meet at its border only may be of either."""
    first, second = (
        shapely.make_valid(shapely.Polygon([(1000 + 10 * x, 2000 - 10 * y) for x, y in xy])) for xy in (outer, other)
    )
    areas = shapely.get_parts(np.array([first.difference(second), second], dtype=object))
    areas = shapely.get_parts(areas[shapely.get_dimensions(areas) == 2])
    ours = mask_of(touched_cells(areas, GRID), GRID, WHOLE)
    for row, column in np.ndindex(WHOLE.shape):
        cell = shapely.box(1000 + 10 * column, 1990 - 10 * row, 1010 + 10 * column, 2000 - 10 * row)
        overlap = sum(shapely.area(shapely.intersection(areas, cell)))
        if overlap > 1e-6:
            assert ours[row, column]
        if shapely.distance(areas, cell).min(initial=1) > 1e-6:
            assert not ours[row, column]

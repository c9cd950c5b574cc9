"""Where water comes: basins worked out by hand, what must hold of all, and a flood fill written the slow way."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dothi.core.arrays import Bools, Floats, Geometries
from processes.ground.flooding import Basin, flood_tiles, grade_depths
from processes.ground.geotiff import Band
from processes.ground.tiles import square_cells, tiles_of
from processes.ground.touch import cells_at, wall_cells
from tests.matrix import number_of_examples
from tests.rasters import CELL, NODATA, NORTH, WEST, write_raster

# The sea in the west, a beach, a ridge of 3 m, and low ground behind it.
RIDGE = [[NODATA, 0.5, 3.0, 0.4, 0.6]] * 5
FLAT = [[NODATA, 0.5, 0.5, 0.4, 0.6]] * 5


@pytest.fixture(scope='module')
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp('rasters')


@pytest.fixture(scope='module')
def ground(folder: Path) -> Callable[..., Basin]:
    """The basin of these heights, one cell of 100 m each."""

    def of(heights: list[list[float]] | Floats, level_m: float, **how: Any) -> Basin:
        rows, columns = np.shape(heights)
        grid = square_cells((WEST, NORTH - rows * CELL, WEST + columns * CELL, NORTH), 9209, CELL)
        return Basin(Band(write_raster(folder / 'ground.tif', heights), 1, 9209), grid, level_m, **how)

    return of


def place(row: int, column: int) -> tuple[float, float]:
    """The middle of a cell, or any place in cells from the corner on."""
    return WEST + (column + 0.5) * CELL, NORTH - (row + 0.5) * CELL


def line(*cells: tuple[int, int]) -> Geometries:
    return np.asarray([shapely.LineString([place(*cell) for cell in cells])], dtype=object)


def depths(basin: Basin, size: int = 100) -> Floats:
    found = np.empty((basin.grid.height, basin.grid.width))
    for tile, depth in flood_tiles(basin, tiles_of(basin.grid, size)):
        found[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] = depth
    return found


def wet(basin: Basin, size: int = 100) -> Bools:
    return ~np.isnan(depths(basin, size))


def test_low_ground_behind_a_ridge_stays_dry(ground: Callable[..., Basin]) -> None:
    """Below the level, but nothing leads there from the sea."""
    assert wet(ground(RIDGE, 1.0)).tolist() == [[False, True, False, False, False]] * 5


def test_water_over_the_ridge_takes_all(ground: Callable[..., Basin]) -> None:
    assert wet(ground(RIDGE, 3.001))[:, 1:].all()


def test_ground_as_high_as_the_water_is_dry(ground: Callable[..., Basin]) -> None:
    """3.0 m is not below 3.0 m; nor is 0.7 m below 0.7 m, which no binary number is exactly."""
    assert not wet(ground(RIDGE, 3.0))[:, 2:].any()
    assert not wet(ground([[NODATA, 0.7, 0.7]], 0.7)).any()


def test_depth_is_level_less_height_to_the_millimetre(ground: Callable[..., Basin]) -> None:
    assert depths(ground(FLAT, 1.0))[0, 1:].tolist() == pytest.approx([0.5, 0.5, 0.6, 0.4])


def test_a_dike_keeps_the_low_ground_dry_and_a_breach_opens_it(ground: Callable[..., Basin]) -> None:
    """The same ground without the ridge, and a dike along the third column."""
    basin = ground(FLAT, 1.0)
    dike = wall_cells(line((-1, 2), (5, 2)), basin.grid)
    closed = wet(replace(basin, walls=dike))
    assert closed.tolist() == [[False, True, False, False, False]] * 5
    breach = cells_at(np.array([place(2, 2)]), basin.grid)
    open_ = wet(replace(basin, walls=np.setdiff1d(dike, breach), sources=breach))
    assert open_[:, 3:].all()
    assert open_[:, 2].tolist() == [False, False, True, False, False]


def test_a_dike_that_ends_early_is_walked_around(ground: Callable[..., Basin]) -> None:
    basin = ground(FLAT, 1.0)
    assert wet(replace(basin, walls=wall_cells(line((-1, 2), (3, 2)), basin.grid)))[:, 3:].all()


@pytest.mark.parametrize('neighbours', [4, 8])
def test_water_does_not_slip_through_an_oblique_dike(ground: Callable[..., Basin], neighbours: int) -> None:
    """From corner to corner of the cells, where a line of cells alone would leave gaps for 8 neighbours."""
    heights = np.full((6, 6), 0.5)
    heights[:, 0] = NODATA
    basin = ground(heights, 1.0, neighbours=neighbours)
    dike = wall_cells(line((-1, 0), (6, 7)), basin.grid)
    assert not wet(replace(basin, walls=dike))[0, 2:].any()


def test_water_passes_a_corner_only_where_that_is_asked_for(ground: Callable[..., Basin]) -> None:
    """Two low cells that share a corner, between high ground."""
    heights = [[NODATA, 0.5, 9.0], [NODATA, 9.0, 0.5], [NODATA, 9.0, 9.0]]
    assert not wet(ground(heights, 1.0, neighbours=4))[1, 2]
    assert wet(ground(heights, 1.0, neighbours=8))[1, 2]


def test_a_hole_in_the_survey_is_no_sea(ground: Callable[..., Basin]) -> None:
    """Ground without a height in the middle of the land feeds nothing."""
    heights = np.full((5, 5), 0.5)
    heights[2, 2] = NODATA
    assert not wet(ground(heights, 1.0)).any()


def test_the_sea_may_be_ground_at_zero_on_the_rim(ground: Callable[..., Basin]) -> None:
    """Models of the surface have zeros where the sea is, no gaps."""
    assert wet(ground([[0.0, 0.5, 0.6]], 1.0)).all()
    assert not wet(ground([[0.1, 0.5, 0.6]], 1.0)).any()


def test_water_comes_from_given_cells_alone_where_the_sea_is_left_out(ground: Callable[..., Basin]) -> None:
    heights = [[NODATA, 0.5, 9.0, 0.5, 0.5]]
    source = np.array([4])
    assert wet(ground(heights, 1.0, sea=False, sources=source)).tolist() == [[False, False, False, True, True]]


def test_a_source_on_high_ground_gives_no_water(ground: Callable[..., Basin]) -> None:
    heights = [[9.0, 0.5, 9.0, 0.5, 0.5]]
    assert not wet(ground(heights, 1.0, sea=False, sources=np.array([2]))).any()


def test_classes_begin_above_their_bound() -> None:
    depths_m = np.array([np.nan, 0.0, 0.2, 0.201, 0.5, 1.0, 1.001], dtype=np.float32)
    assert grade_depths(depths_m, [0.2, 0.5, 1.0]).tolist() == [0, 1, 1, 2, 2, 3, 4]


heights_of_any_land = st.integers(1, 9).flatmap(
    lambda rows: st.integers(1, 9).flatmap(
        lambda columns: st.lists(
            st.lists(st.sampled_from([NODATA, -1.0, 0.0, 1.0, 2.0, 3.0]), min_size=columns, max_size=columns),
            min_size=rows,
            max_size=rows,
        )
    )
)
corner = st.tuples(st.integers(-1, 9), st.integers(-1, 9))
often = settings(
    max_examples=number_of_examples(5, 25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@often
@given(
    heights_of_any_land,
    st.sampled_from([0.5, 1.5, 2.5]),
    st.lists(corner, min_size=2, max_size=2, unique=True),
    st.sampled_from([4, 8]),
    st.integers(2, 5),
)
def test_tiles_of_any_size_and_the_slow_way_agree(
    ground: Callable[..., Basin],
    heights: list[list[float]],
    level_m: float,
    dike: list[tuple[int, int]],
    neighbours: int,
    size: int,
) -> None:
    basin = ground(heights, level_m, neighbours=neighbours)
    basin = replace(basin, walls=wall_cells(line(*dike), basin.grid))
    slow = filled_slowly(np.array(heights), level_m, set(basin.walls.tolist()), neighbours)
    assert wet(basin).tolist() == slow.tolist()
    assert np.array_equal(depths(basin, size), depths(basin), equal_nan=True)


@often
@given(heights_of_any_land, st.tuples(st.floats(0.1, 4), st.floats(0.1, 4)).map(sorted))
def test_nothing_gets_dry_when_the_water_rises(
    ground: Callable[..., Basin], heights: list[list[float]], levels: list[float]
) -> None:
    low, high = wet(ground(heights, levels[0])), wet(ground(heights, levels[1]))
    assert (high | ~low).all()


@often
@given(heights_of_any_land, st.lists(corner, min_size=2, max_size=4, unique=True))
def test_dikes_only_keep_water_out(
    ground: Callable[..., Basin], heights: list[list[float]], dike: list[tuple[int, int]]
) -> None:
    basin = ground(heights, 1.5)
    closed = wet(replace(basin, walls=wall_cells(line(*dike), basin.grid)))
    assert (wet(basin) | ~closed).all()


def filled_slowly(heights: NDArray[Any], level_m: float, dike: set[int], neighbours: int) -> Bools:
    """Cell by cell from the rim inwards."""
    rows, columns = heights.shape
    unknown = heights == NODATA

    def passable(row: int, column: int) -> bool:
        inside = 0 <= row < rows and 0 <= column < columns
        return (
            inside and row * columns + column not in dike and (unknown[row, column] or heights[row, column] < level_m)
        )

    rim = [(r, c) for r in range(rows) for c in range(columns) if r in (0, rows - 1) or c in (0, columns - 1)]
    seen = {cell for cell in rim if passable(*cell) and (unknown[cell] or heights[cell] <= 0)}
    steps = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0) and (neighbours == 8 or 0 in (a, b))]
    queue = deque(seen)
    while queue:
        row, column = queue.popleft()
        for cell in [(row + a, column + b) for a, b in steps]:
            if cell not in seen and passable(*cell):
                seen.add(cell)
                queue.append(cell)
    found = np.zeros(heights.shape, dtype=bool)
    for cell in seen:
        found[cell] = not unknown[cell]
    return found

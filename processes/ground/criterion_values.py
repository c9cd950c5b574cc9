"""What criteria of a search for sites measure in each cell, and whether a limit is kept by all of it: tiles of a grid.

A tile can be computed anywhere from a value alone. Method and sources: docs/explanation/site-suitability.md.
"""

import itertools
import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import scipy
import shapely

from dothi.core.arrays import Bools, Floats, Geometries, Ints, no_geometries
from dothi.core.grid import Grid
from processes.ground.geotiff import Band, Heights, heights_in
from processes.ground.tiles import Tile, mask_of, numbers_in, square_cells

# Places a hair within the corners of a cell, down and to the right from its upper left one, in shares of its side.
HAIR = 1e-6
CORNERS = [*itertools.product((HAIR, 1 - HAIR), repeat=2)]


@dataclass(frozen=True)
class Limits:
    """Hard limits of a value; infinite where there is none."""

    at_least: float = -math.inf
    at_most: float = math.inf

    @property
    def any(self) -> bool:
        """Whether the value has any hard limit."""
        return math.isfinite(self.at_least) or math.isfinite(self.at_most)

    def hold(self, values: list[Heights]) -> Bools:
        """Whether all of several values of each cell are known and within the limits."""
        # in the precision of the values, and NaN is within nothing
        is_within = [(value >= np.float32(self.at_least)) & (value <= np.float32(self.at_most)) for value in values]
        return np.asarray(np.logical_and.reduce(is_within))


class Values(Protocol):
    """What a criterion measures."""

    def on(self, grid: Grid, tile: Tile) -> Heights:
        """The value of each cell, shape of the tile; NaN where nothing can be said, and so nothing be built."""
        ...

    def keeps(self, grid: Grid, tile: Tile, limits: Limits) -> Bools:
        """Whether the value is within the limits everywhere in each cell, and not only at its centre."""
        ...


@dataclass(frozen=True)
class Distance:
    """Metres to the nearest of `cells`, from centre to centre, and `reach_m` for all that are as far or farther.

    margin: by how many cells the grid by which `cells` are numbered is larger on every side than the one that is
    searched, as what lies beside the area has to be kept away from too. features: what the cells were told by, for a
    limit from below; without them it is kept by the cells.
    """

    cells: Ints
    reach_m: float
    margin: int = 0
    features: Geometries = field(default_factory=no_geometries)

    def on(self, grid: Grid, tile: Tile) -> Heights:
        """Exact within the reach: the tile is looked at with as many cells around it as that takes."""
        down, right = self._steps_to_nearest(self._is_near(grid, tile), grid, tile)
        return self._metres_of_steps(down, right, grid)

    def keeps(self, grid: Grid, tile: Tile, limits: Limits) -> Bools:
        """Exact from below where the features are known, within two cells from above.

        A feature is somewhere in its cell. So a cell is nearer to it than the centres are to each other, and no nearer
        than their cells are; of the cells in between the features themselves decide.
        """
        near = self._is_near(grid, tile)
        down, right = self._steps_to_nearest(near, grid, tile)
        farthest = self._metres_of_steps(np.abs(down) + 1, np.abs(right) + 1, grid)
        is_near = farthest <= np.float32(limits.at_most) if math.isfinite(limits.at_most) else np.ones(tile.shape, bool)
        if math.isfinite(limits.at_least):
            # between two cells it is a cell less in either direction: the way to the features' cells grown by one
            grown = scipy.ndimage.binary_dilation(near, np.ones((3, 3), dtype=bool))
            clear = self._metres_of_steps(*self._steps_to_nearest(grown, grid, tile), grid) >= np.float32(
                limits.at_least
            )
            open_ = is_near & ~clear & (self._metres_of_steps(down, right, grid) >= np.float32(limits.at_least))
            is_near &= clear | self._keeps_apart(open_, grid, tile, limits.at_least)
        return is_near

    def _keeps_apart(self, cells: Bools, grid: Grid, tile: Tile, at_least: float) -> Bools:
        """Which of the cells that are asked about no feature is nearer to than `at_least`."""
        result = np.zeros(tile.shape, dtype=bool)
        row, column = np.nonzero(cells)
        if not len(row) or not len(self.features):
            return result
        west, north = (
            grid.west + (tile.left + column) * grid.cell_width,
            grid.north - (tile.top + row) * grid.cell_height,
        )
        boxes = np.asarray(shapely.box(west, north - grid.cell_height, west + grid.cell_width, north), dtype=object)
        # a millimetre, so that a feature at the very distance is not too near by rounding
        touching = self._tree.query(boxes, predicate='dwithin', distance=at_least - 0.001)[0]
        result[row, column] = True
        result[row[touching], column[touching]] = False
        return result

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.features)

    def _is_near(self, grid: Grid, tile: Tile) -> Bools:
        """Which cells of the tile, and of as many around it as the reach takes, are among `cells`."""
        wide = tile.grown(self._halo_cells(grid))
        own = Tile(wide.row, wide.column, wide.top + self.margin, wide.left + self.margin, wide.height, wide.width)
        return mask_of(self.cells, grown_grid(grid, self.margin), own)

    def _halo_cells(self, grid: Grid) -> int:
        return math.ceil(self.reach_m / grid.cell_width)

    def _steps_to_nearest(self, near: Bools, grid: Grid, tile: Tile) -> tuple[Heights, Heights]:
        """Cells down and to the right from each cell of the tile to the nearest one that is near; inf without one."""
        if not near.any():
            none = np.full(tile.shape, np.inf, dtype=np.float32)
            return none, none
        halo = self._halo_cells(grid)
        row, column = scipy.ndimage.distance_transform_edt(~near, return_distances=False, return_indices=True)
        inside = slice(halo, halo + tile.height), slice(halo, halo + tile.width)
        down = row[inside] - np.arange(halo, halo + tile.height)[:, None]
        right = column[inside] - np.arange(halo, halo + tile.width)
        return down.astype(np.float32), right.astype(np.float32)

    def _metres_of_steps(self, down: Heights, right: Heights, grid: Grid) -> Heights:
        return np.asarray(np.minimum(np.hypot(down, right) * np.float32(grid.cell_width), np.float32(self.reach_m)))


@dataclass(frozen=True)
class Classes:
    """The score of the area that the centre of a cell lies in; shape (n,) as `areas`.

    forbidden: cells that land without a score reaches into.
    """

    areas: Geometries
    scores: Floats
    forbidden: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def on(self, grid: Grid, tile: Tile) -> Heights:
        """NaN where a part of the cell is forbidden, or a corner of it lies outside all areas."""
        by_number = np.concatenate([[np.nan], self.scores]).astype(np.float32)
        scores = by_number[numbers_in(self.areas, grid, tile)]
        for corner in corner_grids(grid):
            scores[numbers_in(self.areas, corner, tile) == 0] = np.nan
        scores[mask_of(self.forbidden, grid, tile)] = np.nan
        return np.asarray(scores)

    def keeps(self, grid: Grid, tile: Tile, limits: Limits) -> Bools:
        """Classes have no limits but whether they have a score."""
        del grid, limits
        return np.ones(tile.shape, dtype=bool)


@dataclass(frozen=True)
class Slope:
    """Slope of the ground in degrees, on cells of `cell_m`: those of the raster, where they are larger than the grid's.

    Finer cells repeat the raster's heights, and would be flat with steps between them.
    """

    ground: Band
    cell_m: float

    def on(self, grid: Grid, tile: Tile) -> Heights:
        """Each cell has the slope of the larger one that its centre lies in."""
        return self._at(grid, tile, 0.5, 0.5)

    def keeps(self, grid: Grid, tile: Tile, limits: Limits) -> Bools:
        """Whether the larger cells that the four corners lie in keep the limits."""
        return limits.hold([self._at(grid, tile, down, right) for down, right in CORNERS])

    def _at(self, grid: Grid, tile: Tile, down: float, right: float) -> Heights:
        """The slope at a place of each cell, in shares of its side from its upper left corner."""
        coarse = square_cells(grid.bounds, grid.srid, max(self.cell_m, grid.cell_width))
        ratio = grid.cell_width / coarse.cell_width
        row = np.floor((np.arange(tile.top, tile.top + tile.height) + down) * ratio).astype(np.int64)
        column = np.floor((np.arange(tile.left, tile.left + tile.width) + right) * ratio).astype(np.int64)
        part = Tile(0, 0, row[0], column[0], row[-1] - row[0] + 1, column[-1] - column[0] + 1)
        slopes = slope_deg(heights_in(self.ground, coarse, part.grown(1)), coarse.cell_width)
        return slopes[np.ix_(row - row[0], column - column[0])]


@dataclass(frozen=True)
class Depth:
    """Depth of water in metres, 0 on dry ground; NaN where the height of the ground is unknown, as at sea."""

    depths: Band

    def on(self, grid: Grid, tile: Tile) -> Heights:
        """The depths as the raster has them."""
        return heights_in(self.depths, grid, tile)

    def keeps(self, grid: Grid, tile: Tile, limits: Limits) -> Bools:
        """Whether the cells of the raster of depths that the four corners lie in keep the limits."""
        return limits.hold([heights_in(self.depths, corner, tile) for corner in corner_grids(grid)])


def grown_grid(grid: Grid, cells: int) -> Grid:
    """The grid with so many cells more on every side."""
    return grid.window(-cells, -cells, grid.width + 2 * cells, grid.height + 2 * cells)


def corner_grids(grid: Grid) -> list[Grid]:
    """The grid moved so that the centres of its cells are where their corners are, a hair within the cell."""
    moved = [((right - 0.5) * grid.cell_width, (0.5 - down) * grid.cell_height) for down, right in CORNERS]
    return [replace(grid, west=grid.west + east, north=grid.north + north) for east, north in moved]


def slope_deg(heights: Heights, cell_m: float) -> Heights:
    """Slope in degrees by Horn's method (1981), of all but the outermost cells; NaN beside an unknown height."""
    north, middle, south = heights[:-2], heights[1:-1], heights[2:]
    rows = north + 2 * middle + south
    columns = heights[:, :-2] + 2 * heights[:, 1:-1] + heights[:, 2:]
    east_west, north_south = rows[:, 2:] - rows[:, :-2], columns[:-2] - columns[2:]
    # Horn leaves the cell's own height out; a cell without one has no slope all the same
    unknown = np.isnan(middle[:, 1:-1])
    slopes = np.degrees(np.arctan(np.hypot(east_west, north_south) / np.float32(8 * cell_m)))
    return np.where(unknown, np.float32(np.nan), slopes.astype(np.float32))

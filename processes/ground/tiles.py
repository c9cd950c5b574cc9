"""A grid of cells, cut into tiles, and what lies in each.

Pure functions on arrays, metres in the plane of the grid. Cells are named by one number, row * width + column, and a
set of cells is an ascending array of such numbers: a tile of any size finds its own in it, so no answer depends on
how the grid is cut.
"""

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine

from dothi.core.arrays import Bools, Geometries, Ints
from dothi.core.grid import Bounds, Grid

# Cells along the side of a tile: about 20 MB for each array of it.
TILE = 2048


@dataclass(frozen=True)
class Tile:
    """Some rows and columns of a grid. row, column: which tile it is; top, left: its first cell, negative outside."""

    row: int
    column: int
    top: int
    left: int
    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height, self.width

    def grown(self, cells: int) -> 'Tile':
        """The tile with so many cells more on every side, also outside the grid."""
        return Tile(
            self.row,
            self.column,
            self.top - cells,
            self.left - cells,
            self.height + 2 * cells,
            self.width + 2 * cells,
        )

    def overlapping(self, grid: Grid) -> 'Tile':
        """With the first row and column of the tiles that come next, where there are any."""
        down = int(self.top + self.height < grid.height)
        right = int(self.left + self.width < grid.width)
        return Tile(self.row, self.column, self.top, self.left, self.height + down, self.width + right)


def square_cells(bounds: Bounds, srid: int, cell_m: float) -> Grid:
    """The grid of square cells from the upper left corner of `bounds` on that covers them."""
    west, south, east, north = bounds
    # a hair less than a whole number of cells is a whole number
    width, height = (math.ceil(round(span / cell_m, 6)) for span in (east - west, north - south))
    return Grid(srid, max(width, 1), max(height, 1), west, north, cell_m, cell_m)


def tiles_of(grid: Grid, size: int = TILE) -> list[Tile]:
    """All tiles of the grid, row by row; the last ones of a row or column may be smaller."""
    return [
        Tile(row, column, top, left, min(size, grid.height - top), min(size, grid.width - left))
        for row, top in enumerate(range(0, grid.height, size))
        for column, left in enumerate(range(0, grid.width, size))
    ]


def transform_of(grid: Grid, tile: Tile) -> Affine:
    """The transformation from column and row in the tile to x and y."""
    west, north = grid.west + tile.left * grid.cell_width, grid.north - tile.top * grid.cell_height
    return Affine(grid.cell_width, 0, west, 0, -grid.cell_height, north)


def mask_of(cells: Ints, grid: Grid, tile: Tile) -> Bools:
    """Which cells of the tile are among `cells`, shape of the tile."""
    mask = np.zeros(tile.shape, dtype=bool)
    top, bottom = max(tile.top, 0), min(tile.top + tile.height, grid.height)
    first, last = np.searchsorted(cells, [top * grid.width, bottom * grid.width])
    row, column = np.divmod(cells[first:last], grid.width)
    inside = (column >= tile.left) & (column < tile.left + tile.width)
    mask[row[inside] - tile.top, column[inside] - tile.left] = True
    return mask


def numbers_in(areas: Geometries, grid: Grid, tile: Tile) -> NDArray[np.int32]:
    """1 and up for the polygon that the centre of each cell lies in, 0 for none; of several the last one."""
    place = transform_of(grid, tile)
    (west, north), (east, south) = place @ (0, 0), place @ (tile.width, tile.height)
    bounds = shapely.bounds(areas).reshape(-1, 4)
    near = (bounds[:, 0] < east) & (bounds[:, 2] > west) & (bounds[:, 1] < north) & (bounds[:, 3] > south)
    numbered = [(areas[number], number + 1) for number in np.flatnonzero(near)]
    if not numbered:
        return np.zeros(tile.shape, dtype=np.int32)
    return np.asarray(rasterize(numbered, tile.shape, transform=place, dtype='int32'))


def by_tile(cells: Ints, grid: Grid, cut_into: list[Tile]) -> list[Ints]:
    """For each tile, which of `cells` lie in it: their places in the array; those that are -1 lie in none.

    cut_into: what `tiles` gave.
    """
    row, column = np.divmod(cells, grid.width)
    last = max(tile.column for tile in cut_into) + 1
    number = row // cut_into[0].height * last + column // cut_into[0].width
    number[cells < 0] = -1
    order = np.argsort(number, kind='stable')
    first = np.searchsorted(number[order], np.arange(len(cut_into) + 1))
    return [order[begin:end] for begin, end in itertools.pairwise(first)]


def values_at(values: NDArray[Any], cells: Ints, grid: Grid, tile: Tile) -> NDArray[Any]:
    """The values at some cells of a tile. values: of the shape of the tile."""
    row, column = np.divmod(cells, grid.width)
    return np.asarray(values[row - tile.top, column - tile.left])

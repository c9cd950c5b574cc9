"""A grid of cells, cut into tiles, what lies in each, and areas of cells that hang together over their edges.

Pure functions on arrays, metres in the plane of the grid. Cells are named by one number, row * width + column, and a
set of cells is an ascending array of such numbers: a tile of any size finds its own in it, so no answer depends on
how the grid is cut.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import scipy
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
        """The number of rows and of columns of the tile."""
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
    """By tile: the places in the array `cells` of those that lie in it; a cell of -1 lies in none.

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


type Neighbours = Literal[4, 8]
type Labels = NDArray[np.int32]


@dataclass(frozen=True)
class Rim:
    """The labels along the sides of a tile that overlaps the ones that come next (`Tile.overlapping`).

    count: labels in the tile. Of two tiles side by side, `east` of one and `west` of the other are the same cells.
    """

    count: int
    north: Labels
    south: Labels
    west: Labels
    east: Labels


def label_patches(mask: Bools, neighbours: Neighbours) -> Labels:
    """0 where `mask` is false, else the number of the area that the cell belongs to, from 1 on.

    neighbours: 4 cells that share a side hang together, or also the 4 that share a corner.
    """
    structure = scipy.ndimage.generate_binary_structure(2, 1 if neighbours == 4 else 2)
    labels, _ = scipy.ndimage.label(mask, structure, output=np.int32)
    return np.asarray(labels)


def rim_of(labels: Labels) -> Rim:
    """The sides of a tile's labels."""
    return Rim(
        int(labels.max(initial=0)), *(side.copy() for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]))
    )


def join_tiles(tiles: Sequence[Tile], rims: Sequence[Rim]) -> list[Ints]:
    """By tile: the number of the whole area to which each of its labels belongs, shape (count + 1,).

    Areas are numbered from 1 on, label 0 stays 0. Two labels are one area if they lie on the same cell: tiles overlap
    by a row and a column, which holds all neighbours across an edge, those over a corner included.
    """
    before = np.cumsum([0, *(rim.count for rim in rims)])
    place = {(tile.row, tile.column): number for number, tile in enumerate(tiles)}
    pairs = [np.empty((2, 0), dtype=np.int64)]
    for number, tile in enumerate(tiles):
        for row, column, side, other in ((0, 1, 'east', 'west'), (1, 0, 'south', 'north')):
            beside = place.get((tile.row + row, tile.column + column))
            if beside is not None:
                edge, two = getattr(rims[number], side), getattr(rims[beside], other)
                pairs.append(np.stack([edge[edge > 0] + before[number] - 1, two[edge > 0] + before[beside] - 1]))
    start, end = np.concatenate(pairs, axis=1)
    graph = scipy.sparse.coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(before[-1], before[-1]))
    area = (
        scipy.sparse.csgraph.connected_components(graph, directed=False)[1] + 1
        if before[-1]
        else np.empty(0, dtype=np.int64)
    )
    return [
        np.concatenate([[0], area[first : first + rim.count]]).astype(np.int64)
        for first, rim in zip(before, rims, strict=False)
    ]

"""A grid of cells, cut into tiles: which cells features touch, and what a raster says on the cells of a tile.

Pure functions on arrays, metres in the plane of the grid. Cells are named by one number, row * width + column, and a
set of cells is an ascending array of such numbers: a tile of any size finds its own in it, so no answer depends on
how the grid is cut.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.features import rasterize
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from dothi.core.crs import proj_string
from dothi.core.grid import Bounds, Grid
from processes.network import Bools, Floats, Geometries, Ints

type Heights = NDArray[np.float32]
# Cells along the side of a tile: about 20 MB for each array of it.
TILE = 2048
# Segments that are cut at a time: a hundred bytes each while they are.
CHUNK = 200_000


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
        """With so many cells more on every side, also outside the grid."""
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


@dataclass(frozen=True)
class Band:
    """One band of a file that whoever computes can open: its number, and the system of its cells."""

    path: Path
    number: int
    srid: int


@dataclass(frozen=True)
class Pieces:
    """Lines cut where they pass from cell to cell, in the order of the lines.

    line: number of the line; cell: as everywhere here; length_m; all of shape (n,). What is outside is left out.
    """

    line: Ints
    cell: Ints
    length_m: Floats


def square_cells(bounds: Bounds, srid: int, cell_m: float) -> Grid:
    """The grid of square cells from the upper left corner of `bounds` on that covers them."""
    west, south, east, north = bounds
    # a hair less than a whole number of cells is a whole number
    width, height = (math.ceil(round(span / cell_m, 6)) for span in (east - west, north - south))
    return Grid(srid, max(width, 1), max(height, 1), west, north, cell_m, cell_m)


def tiles(grid: Grid, size: int = TILE) -> list[Tile]:
    """All tiles of the grid, row by row; the last ones of a row or column may be smaller."""
    return [
        Tile(row, column, top, left, min(size, grid.height - top), min(size, grid.width - left))
        for row, top in enumerate(range(0, grid.height, size))
        for column, left in enumerate(range(0, grid.width, size))
    ]


def transform_of(grid: Grid, tile: Tile) -> Affine:
    """From column and row in the tile to x and y."""
    west, north = grid.west + tile.left * grid.cell_width, grid.north - tile.top * grid.cell_height
    return Affine(grid.cell_width, 0, west, 0, -grid.cell_height, north)


def heights_in(band: Band, grid: Grid, tile: Tile) -> Heights:
    """What the raster says on the cells of the tile, shape of the tile; NaN where it says nothing.

    Cells no larger than the raster's take the value of the one that their centre lies in: no height is made up
    between two. Larger cells take the mean, weighted by area, of those that have a value.
    """
    with rasterio.open(band.path) as file:
        finer = grid.cell_width <= _cell_m(file, band.srid, grid) * (1 + 1e-9)
        if finer and band.srid == grid.srid:
            return _picked(file, band.number, grid, tile)
        return _warped(file, band, grid, tile, Resampling.nearest if finer else Resampling.average)


def _picked(file: rasterio.DatasetReader, number: int, grid: Grid, tile: Tile) -> Heights:
    """The values by row and column: a fifth of the time that GDAL's warper takes for the same."""
    place = transform_of(grid, tile)
    x, y = place.c + (np.arange(tile.width) + 0.5) * place.a, place.f + (np.arange(tile.height) + 0.5) * place.e
    column = np.floor((x - file.transform.c) / file.transform.a).astype(np.int64)
    row = np.floor((y - file.transform.f) / file.transform.e).astype(np.int64)
    inside_row, inside_column = (row >= 0) & (row < file.height), (column >= 0) & (column < file.width)
    found = np.full(tile.shape, np.nan, dtype=np.float32)
    if inside_row.any() and inside_column.any():
        row, column = row[inside_row], column[inside_column]
        window = Window(column[0], row[0], column[-1] - column[0] + 1, row[-1] - row[0] + 1)
        values = file.read(number, window=window, masked=True).astype(np.float32).filled(np.nan)
        found[np.ix_(inside_row, inside_column)] = values[np.ix_(row - row[0], column - column[0])]
    return found


def _warped(file: rasterio.DatasetReader, band: Band, grid: Grid, tile: Tile, how: Resampling) -> Heights:
    """The values as GDAL's warper resamples them, from whatever system."""
    with WarpedVRT(
        file,
        crs=CRS.from_string(proj_string(grid.srid)),
        src_crs=CRS.from_string(proj_string(band.srid)),
        transform=transform_of(grid, tile),
        width=tile.width,
        height=tile.height,
        resampling=how,
        # the place of a cell is exact to a hair, or it would depend on the tile (0 is refused by GDAL)
        tolerance=1e-6,
        dtype='float32',
    ) as warped:
        return np.asarray(warped.read(band.number, masked=True).filled(np.nan), dtype=np.float32)


def _cell_m(file: rasterio.DatasetReader, srid: int, grid: Grid) -> float:
    """Side of the raster's cells in metres of the grid's system, on the whole."""
    own = Grid(srid, file.width, file.height, file.transform.c, file.transform.f, file.transform.a, -file.transform.e)
    west, south, east, north = own.bounds_in(grid.srid)
    return float(max((east - west) / file.width, (north - south) / file.height))


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
    drawn = [(areas[number], number + 1) for number in np.flatnonzero(near)]
    if not drawn:
        return np.zeros(tile.shape, dtype=np.int32)
    return np.asarray(rasterize(drawn, tile.shape, transform=place, dtype='int32'))


def cells_at(xy: Floats, grid: Grid) -> Ints:
    """The cell of each point, shape (n,); -1 outside the grid. On an edge it is the right or lower one."""
    return _numbered((xy[:, 0] - grid.west) / grid.cell_width, (grid.north - xy[:, 1]) / grid.cell_height, grid)


def touched(geometries: Geometries, grid: Grid) -> Ints:
    """The cells that points lie in, that lines or the borders of polygons pass through; ascending, without repeats.

    Of a polygon that is wider than a cell the inside is for `numbers_in` to find.
    """
    parts = shapely.get_parts(geometries)
    points = shapely.get_coordinates(parts[shapely.get_dimensions(parts) == 0])
    lines = parts[shapely.get_dimensions(parts) == 1]
    borders = shapely.get_parts(shapely.boundary(parts[shapely.get_dimensions(parts) == 2]))
    cells = [cells_at(points, grid)]
    cells += [pieces.cell for pieces in cut(np.concatenate([lines, borders]), grid)]
    found = np.unique(np.concatenate(cells))
    return found[found >= 0]


def walls(lines: Geometries, grid: Grid) -> Ints:
    """The cells that lines pass through, and one more wherever a line passes through a corner exactly.

    So the cells of a line hang together by their sides, and nothing passes them, not even from corner to corner.
    """
    cells = [np.empty(0, dtype=np.int64)]
    for pieces in cut(lines, grid):
        row, column = np.divmod(pieces.cell, grid.width)
        corner = (np.diff(pieces.line) == 0) & (np.diff(row) != 0) & (np.diff(column) != 0)
        cells += [pieces.cell, row[:-1][corner] * grid.width + column[1:][corner]]
    return np.unique(np.concatenate(cells))


def cut(lines: Geometries, grid: Grid) -> Iterator[Pieces]:
    """The pieces of all lines, many lines at a time. lines: LineStrings or LinearRings; numbered as they come."""
    vertices = np.cumsum(shapely.get_num_coordinates(lines))
    chunks = np.searchsorted(vertices, np.arange(CHUNK, vertices[-1] if len(lines) else 0, CHUNK))
    first = 0
    for part in np.split(lines, chunks):
        yield _cut(part, first, grid)
        first += len(part)


def _cut(lines: Geometries, first: int, grid: Grid) -> Pieces:
    xy, line = shapely.get_coordinates(lines, return_index=True)
    start = np.flatnonzero(line[:-1] == line[1:])
    uv = (xy - [grid.west, grid.north]) / [grid.cell_width, -grid.cell_height]
    segment, share = _places(uv[start], uv[start + 1])
    same = segment[:-1] == segment[1:]
    segment, middle, part = segment[:-1][same], (share[:-1] + share[1:])[same] / 2, np.diff(share)[same]
    steps = uv[start + 1] - uv[start]
    column, row = (uv[start][segment] + steps[segment] * middle[:, None]).T
    cell = _numbered(column, row, grid)
    length_m = np.hypot(*(xy[start + 1] - xy[start]).T)[segment] * part
    inside = cell >= 0
    return Pieces(line[start][segment][inside] + first, cell[inside], length_m[inside])


def _places(start: Floats, end: Floats) -> tuple[Ints, Floats]:
    """Where segments begin, pass the edge of a cell and end: numbers of the segments, and shares of their length.

    start, end: in cells, shape (m, 2). In the order of the segments, and along each of them.
    """
    numbers = np.arange(len(start))
    segment, share = [numbers, numbers], [np.zeros(len(start)), np.ones(len(start))]
    for axis in (0, 1):
        low, high = np.minimum(start[:, axis], end[:, axis]), np.maximum(start[:, axis], end[:, axis])
        edges = np.maximum(np.ceil(high) - np.floor(low) - 1, 0).astype(np.int64)
        crossing = np.repeat(numbers, edges)
        nth = np.arange(len(crossing)) - np.repeat(np.cumsum(edges) - edges, edges)
        edge = np.floor(low[crossing]) + 1 + nth
        segment.append(crossing)
        share.append((edge - start[crossing, axis]) / (end[crossing, axis] - start[crossing, axis]))
    segments, shares = np.concatenate(segment), np.concatenate(share)
    order = np.lexsort([shares, segments])
    return segments[order], shares[order]


def _numbered(column: Floats, row: Floats, grid: Grid) -> Ints:
    column, row = np.floor(column), np.floor(row)
    inside = (column >= 0) & (column < grid.width) & (row >= 0) & (row < grid.height)
    return np.where(inside, row * grid.width + column, -1).astype(np.int64)

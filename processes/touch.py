"""The cells of a grid that features touch, and where lines pass from cell to cell.

Pure functions on arrays, metres in the plane of the grid; cells are named as in `processes.tiles`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from dothi.core.grid import Grid
from processes.network import Floats, Geometries, Ints
from processes.tiles import numbers_in, tiles

# Vertices that are cut at a time: some hundred bytes each while they are.
CHUNK = 200_000


@dataclass(frozen=True)
class Pieces:
    """Lines cut where they pass from cell to cell, in the order of the lines.

    line: number of the line; cell: as everywhere here; length_m; all of shape (n,). What is outside is left out.
    """

    line: Ints
    cell: Ints
    length_m: Floats


def cells_at(xy: Floats, grid: Grid) -> Ints:
    """The cell of each point, shape (n,); -1 outside the grid. On an edge it is the right or lower one."""
    return _numbered((xy[:, 0] - grid.west) / grid.cell_width, (grid.north - xy[:, 1]) / grid.cell_height, grid)


def touched(geometries: Geometries, grid: Grid) -> Ints:
    """The cells that points lie in, that lines pass through, that polygons cover in part; ascending, each once."""
    parts = shapely.get_parts(geometries)
    kind = shapely.get_dimensions(parts)
    areas = parts[kind == 2]
    lines = np.concatenate([parts[kind == 1], shapely.get_parts(shapely.boundary(areas))])
    cells = [cells_at(shapely.get_coordinates(parts[kind == 0]), grid), _inside(areas, grid)]
    found = np.unique(np.concatenate([*cells, *(pieces.cell for pieces in cut(lines, grid))]))
    return found[found >= 0]


def _inside(areas: Geometries, grid: Grid) -> Ints:
    """The cells whose centre lies in an area, without those that its border passes: a narrow one has no others."""
    west, south, east, north = shapely.bounds(areas).reshape(-1, 4).T
    wide = areas[(east - west > grid.cell_width) & (north - south > grid.cell_height)]
    found = [np.empty(0, dtype=np.int64)]
    for tile in tiles(grid) if len(wide) else []:
        row, column = np.nonzero(numbers_in(wide, grid, tile))
        found.append((row + tile.top) * grid.width + column + tile.left)
    return np.concatenate(found)


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

"""The cells of a grid that features touch, and where lines pass from cell to cell.

Pure functions on arrays, metres in the plane of the grid; cells are named as in `processes.ground.tiles`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from dothi.core.arrays import Bools, Floats, Geometries, Ints
from dothi.core.grid import Grid

# Vertices that are cut at a time: some hundred bytes each while they are.
CHUNK = 200_000
# Of a cell: what is nearer to an edge runs along it, but for rounding.
EDGE = 1e-6


@dataclass(frozen=True)
class Pieces:
    """Lines cut where they pass from cell to cell, in the order of the lines.

    line: number of the line; cell: as everywhere here; length_m; on_edge: whether the piece runs along an edge of its
    cell; all of shape (n,). What is outside is left out.
    """

    line: Ints
    cell: Ints
    length_m: Floats
    on_edge: Bools


def cells_at(xy: Floats, grid: Grid) -> Ints:
    """The cell of each point, shape (n,); -1 outside the grid. On an edge it is the right or lower one."""
    return _cell_numbers((xy[:, 0] - grid.west) / grid.cell_width, (grid.north - xy[:, 1]) / grid.cell_height, grid)


def touched_cells(geometries: Geometries, grid: Grid) -> Ints:
    """The cells that points lie in, that lines pass through, that polygons cover in part; ascending, each once."""
    parts = shapely.get_parts(geometries)
    kind = shapely.get_dimensions(parts)
    areas = parts[kind == 2]
    lines = np.concatenate([parts[kind == 1], shapely.get_parts(shapely.boundary(areas))])
    cells = [cells_at(shapely.get_coordinates(parts[kind == 0]), grid), *_cells_inside(areas, grid)]
    cells_touched = np.unique(np.concatenate([*cells, *(pieces.cell for pieces in cut_at_cells(lines, grid))]))
    return cells_touched[cells_touched >= 0]


def entered_cells(lines: Geometries, grid: Grid) -> Ints:
    """The cells whose inside lines pass through; ascending, each once. A line along an edge enters neither side."""
    cells_entered = [
        np.empty(0, dtype=np.int64),
        *(pieces.cell[~pieces.on_edge] for pieces in cut_at_cells(lines, grid)),
    ]
    return np.unique(np.concatenate(cells_entered))


def reached_cells(areas: Geometries, grid: Grid) -> Ints:
    """The cells of which polygons cover any part, be it ever so small; ascending, each once."""
    parts = shapely.get_parts(areas)
    borders = entered_cells(shapely.get_parts(shapely.boundary(parts)), grid)
    cells_reached = np.unique(np.concatenate([borders, *_cells_inside(parts, grid)]))
    return cells_reached[cells_reached >= 0]


def _cells_inside(areas: Geometries, grid: Grid) -> Iterator[Ints]:
    """The cells whose centre lies in an area, many areas at a time.

    Row by row of cells, from where a border comes in to where it goes out: half a million houses in seconds, for each
    of which GDAL's rasterizing would make a shape of Python's first.
    """
    for part in _chunk_geometries(areas):
        borders, area = shapely.get_parts(shapely.boundary(part), return_index=True)
        xy, border = shapely.get_coordinates(borders, return_index=True)
        start = np.flatnonzero(border[:-1] == border[1:])
        uv = (xy - [grid.west, grid.north]) / [grid.cell_width, -grid.cell_height] - 0.5
        yield _fill_area(area[border[start]], uv[start], uv[start + 1], grid)


def _fill_area(area: Ints, start: Floats, end: Floats, grid: Grid) -> Ints:
    """The cells whose centre, a whole number here, lies between segments of the same area."""
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    first, last = np.clip(np.ceil(low), 0, grid.height), np.clip(np.ceil(high), 0, grid.height)
    segment, row = _expand_spans(first, last)
    share = (row - start[segment, 1]) / (end[segment, 1] - start[segment, 1])
    column = start[segment, 0] + share * (end[segment, 0] - start[segment, 0])
    # of an area that is closed as many borders pass a row on its way in as on its way out
    order = np.lexsort([column, row, area[segment]])
    edge = np.clip(np.ceil(column[order]), 0, grid.width)
    span, inside = _expand_spans(edge[0::2], edge[1::2])
    return row[order][0::2][span] * grid.width + inside


def _expand_spans(first: Floats, last: Floats) -> tuple[Ints, Ints]:
    """Every whole number from each `first` on and below its `last`: which of them it is of, and the number."""
    count = np.maximum(last - first, 0).astype(np.int64)
    which = np.repeat(np.arange(len(count)), count)
    return which, first.astype(np.int64)[which] + np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)


def wall_cells(lines: Geometries, grid: Grid) -> Ints:
    """The cells that lines pass through, and one more wherever a line passes through a corner exactly.

    So the cells of a line hang together by their sides, and nothing passes them, not even from corner to corner.
    """
    cells = [np.empty(0, dtype=np.int64)]
    for pieces in cut_at_cells(lines, grid):
        row, column = np.divmod(pieces.cell, grid.width)
        corner = (np.diff(pieces.line) == 0) & (np.diff(row) != 0) & (np.diff(column) != 0)
        cells += [pieces.cell, row[:-1][corner] * grid.width + column[1:][corner]]
    return np.unique(np.concatenate(cells))


def cut_at_cells(lines: Geometries, grid: Grid) -> Iterator[Pieces]:
    """The pieces of all lines, many lines at a time. lines: LineStrings or LinearRings; numbered as they come."""
    first = 0
    for part in _chunk_geometries(lines):
        yield _cut_lines(part, first, grid)
        first += len(part)


def _chunk_geometries(geometries: Geometries) -> list[Geometries]:
    """The geometries in their order, with about CHUNK vertices at a time."""
    vertices = np.cumsum(shapely.get_num_coordinates(geometries))
    return np.split(
        geometries, np.searchsorted(vertices, np.arange(CHUNK, vertices[-1] if len(vertices) else 0, CHUNK))
    )


def _cut_lines(lines: Geometries, first: int, grid: Grid) -> Pieces:
    xy, line = shapely.get_coordinates(lines, return_index=True)
    start = np.flatnonzero(line[:-1] == line[1:])
    uv = (xy - [grid.west, grid.north]) / [grid.cell_width, -grid.cell_height]
    segment, share = _places_of_parts(uv[start], uv[start + 1])
    same = segment[:-1] == segment[1:]
    segment, middle, part = segment[:-1][same], (share[:-1] + share[1:])[same] / 2, np.diff(share)[same]
    steps = uv[start + 1] - uv[start]
    column, row = (uv[start][segment] + steps[segment] * middle[:, None]).T
    cell = _cell_numbers(column, row, grid)
    length_m = np.hypot(*(xy[start + 1] - xy[start]).T)[segment] * part
    inside = cell >= 0
    on_edge = np.minimum(np.abs(column - np.round(column)), np.abs(row - np.round(row))) < EDGE
    return Pieces(line[start][segment][inside] + first, cell[inside], length_m[inside], on_edge[inside])


def _places_of_parts(start: Floats, end: Floats) -> tuple[Ints, Floats]:
    """Where segments begin, pass the edge of a cell and end: numbers of the segments, and shares of their length.

    start, end: in cells, shape (m, 2). In the order of the segments, and along each of them.
    """
    numbers = np.arange(len(start))
    segment, share = [numbers, numbers], [np.zeros(len(start)), np.ones(len(start))]
    for axis in (0, 1):
        low, high = np.minimum(start[:, axis], end[:, axis]), np.maximum(start[:, axis], end[:, axis])
        crossing, edge = _expand_spans(np.floor(low) + 1, np.ceil(high))
        segment.append(crossing)
        share.append((edge - start[crossing, axis]) / (end[crossing, axis] - start[crossing, axis]))
    segments, shares = np.concatenate(segment), np.concatenate(share)
    order = np.lexsort([shares, segments])
    return segments[order], shares[order]


def _cell_numbers(column: Floats, row: Floats, grid: Grid) -> Ints:
    column, row = np.floor(column), np.floor(row)
    inside = (column >= 0) & (column < grid.width) & (row >= 0) & (row < grid.height)
    return np.where(inside, row * grid.width + column, -1).astype(np.int64)

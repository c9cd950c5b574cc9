"""Rows that may be one feature recorded twice: at the same place, within a tolerance."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.doctor.rows.duplicates import Fault
from etl.formats.source import Geometries

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
# A cell is so many tolerances wide: few rows lie at its edge and so in two cells, and few rows share one.
CELL_TOLERANCES = 16
# Each row is compared with so many next to it in its cell; thousands of points in one place stay affordable.
NEIGHBOURS = 16
# So many rows are compared at a time, and one of so many is looked at for where they lie.
STRIP_ROWS, SAMPLED_EVERY = 1_000_000, 100


@dataclass
class Places:
    """Centroids of the staged rows, gathered batch by batch: 24 bytes a row.

    In PostGIS the same took 2 s for 500,000 polygons, by a self-join through a GiST index 10 s; here 0.2 s.
    """

    rows: list[Integers] = field(default_factory=list)
    centres: list[Floats] = field(default_factory=list)

    def add(self, row_numbers: Any, geometry: Geometries) -> None:
        """The rows of a batch. geometry: in the working CRS, none missing."""
        box = shapely.bounds(geometry)
        self.rows.append(np.asarray(row_numbers, dtype=np.int64))
        self.centres.append((box[:, :2] + box[:, 2:]) / 2)

    def pairs(self, tolerance: float, strip_rows: int = STRIP_ROWS) -> Integers:
        """Row numbers of two that may be near, the later one first, shape (n, 2).

        Geometries within a Hausdorff distance have boxes whose centres differ by no more in x and y. strip_rows: so
        many are compared at a time, in strips from west to east, as that takes 110 bytes for each of them.
        """
        if not any(map(len, self.rows)):
            return np.empty((0, 2), dtype=np.int64)
        edges = pairwise(self._edges(strip_rows))
        numbers = np.concatenate([self._pairs_between(*west_east, tolerance) for west_east in edges])
        return np.unique(np.column_stack([numbers.max(axis=1), numbers.min(axis=1)]), axis=0)

    def _edges(self, strip_rows: int) -> list[float]:
        """The x at which strips begin and end, with about as many rows in each as a sample of them says."""
        strips = -(-sum(map(len, self.rows)) // strip_rows)
        sample = np.concatenate([centres[::SAMPLED_EVERY, 0] for centres in self.centres])
        inner = np.unique(np.quantile(sample, np.arange(1, strips) / strips))
        return [-np.inf, *inner.tolist(), np.inf]

    def _pairs_between(self, west: float, east: float, tolerance: float) -> Integers:
        """Numbers of two rows of which the eastern one lies in the strip."""
        inside = [(points[:, 0] >= west - tolerance) & (points[:, 0] <= east) for points in self.centres]
        rows = np.concatenate([numbers[mask] for numbers, mask in zip(self.rows, inside, strict=True)])
        centres = np.concatenate([points[mask] for points, mask in zip(self.centres, inside, strict=True)])
        return rows[near_pairs(centres, tolerance)]


def near_pairs(points: Floats, tolerance: float) -> Integers:
    """Positions of points that differ by at most `tolerance` in x and in y, shape (n, 2); a pair may come twice.

    Points fall into square cells, those near an edge into the neighbouring cell too; only cells with several are
    looked into, and of a crowd in one cell each point is compared with the next NEIGHBOURS by x.
    """
    owner, cell = _cells(points, tolerance)
    order = np.argsort(cell, kind='stable')
    owner, cell = owner[order], cell[order]
    shared = np.zeros(len(cell), dtype=bool)
    same = cell[1:] == cell[:-1]
    shared[1:] |= same
    shared[:-1] |= same
    owner, cell = owner[shared], cell[shared]
    order = np.lexsort((points[owner, 0], cell))
    owner, cell = owner[order], cell[order]
    pairs = [_steps_apart(step, owner, cell, points, tolerance) for step in range(1, min(NEIGHBOURS + 1, len(owner)))]
    return np.concatenate([np.empty((0, 2), dtype=np.int64), *pairs])


def near_duplicates(db: Connection, layer: Layer, staging: str, places: Places) -> list[Fault]:
    """Staged rows at the place of an earlier one: with equal columns but for the key, or with the very same shape."""
    tolerance = layer.checks.near_duplicate_m
    pairs = places.pairs(tolerance) if tolerance else np.empty((0, 2), dtype=np.int64)
    if not len(pairs):
        return []
    columns = [name for name in layer.columns if name not in layer.key]
    with db.cursor() as cursor:
        cursor.execute(
            sql.SQL('select row_number, other, same_columns from catalog.check_near_duplicates(%s, %s, %s, %s, %s)'),
            [staging, columns, pairs[:, 0].tolist(), pairs[:, 1].tolist(), tolerance],
        )
        return [_near(row, other, tolerance or 0) if same else _same_shape(row, other) for row, other, same in cursor]


def _cells(points: Floats, tolerance: float) -> tuple[Integers, Integers]:
    """Each point's position with its cell, and with the cells beyond an edge that is within the tolerance."""
    side = CELL_TOLERANCES * tolerance
    low = np.floor((points - tolerance) / side).astype(np.int64)
    high = np.floor((points + tolerance) / side).astype(np.int64)
    across = high != low
    everyone = np.arange(len(points))
    corners = [(low, low, everyone), (high, low, everyone[across[:, 0]]), (low, high, everyone[across[:, 1]])]
    corners.append((high, high, everyone[across.all(axis=1)]))
    owners = [which for _, _, which in corners]
    cells = [(x[which, 0] << 32) + y[which, 1] for x, y, which in corners]
    return np.concatenate(owners), np.concatenate(cells)


def _steps_apart(step: int, owner: Integers, cell: Integers, points: Floats, tolerance: float) -> Integers:
    first, other = owner[step:], owner[:-step]
    near = (cell[step:] == cell[:-step]) & (np.abs(points[first] - points[other]) <= tolerance).all(axis=1)
    return np.column_stack([first[near], other[near]])


def _near(row: int, other: int, tolerance: float) -> Fault:
    says = Text(
        vi='gần như trùng hàng {other}: cùng thuộc tính, lệch không quá {tolerance:g} m. Xem có ghi hai lần không.',
        en='is nearly row {other}: equal columns, shapes at most {tolerance:g} m apart. See whether it came twice.',
    ).format(other=other, tolerance=tolerance)
    return Fault(row, 'near_duplicate', says)


def _same_shape(row: int, other: int) -> Fault:
    says = Text(
        vi=f'trùng hình với hàng {other} nhưng khác thuộc tính. Xem có ghi hai lần không.',
        en=f'has the shape of row {other} with other values. See whether one feature came twice.',
    )
    return Fault(row, 'duplicate_geometry', says)

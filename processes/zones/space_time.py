"""Square cells and equal periods: where and when something is counted."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import shapely

from dothi.core.arrays import Bools, Floats, Geometries, Ints
from dothi.core.errors import WrongUse

# A cube of this many bins is worked out in some seconds and 1 GB.
MOST_BINS = 5_000_000
EPOCH = date(1970, 1, 1)


class NoArea(WrongUse):
    """There is no area to look at."""


class TooFine(WrongUse):
    """So many cells and periods that they would not fit into the memory."""


@dataclass(frozen=True)
class Periods:
    """`count` periods of `days` days, the last of which ends with the day `until`."""

    until: date
    days: int
    count: int

    def begins(self, number: int) -> date:
        """The first day of a period; they are numbered from 0, the oldest."""
        return self.until - timedelta(days=self.days * (self.count - number) - 1)

    def ends(self, number: int) -> date:
        """The last day of a period."""
        return self.begins(number) + timedelta(days=self.days - 1)

    def numbers(self, days: Ints) -> Ints:
        """The period of each day (days since 1970), shape kept; less than 0, or `count` and more, outside of all."""
        return (days - (self.begins(0) - EPOCH).days) // self.days


@dataclass(frozen=True)
class Cells:
    """A block of square cells. west, south: number of the first column and row, counted from the system's origin.

    inside: which cells belong to the area, shape (rows, columns).
    """

    side_m: float
    west: int
    south: int
    inside: Bools

    def boxes(self, rows: Ints, columns: Ints) -> Geometries:
        """The squares, in the working CRS."""
        x, y = (self.west + columns) * self.side_m, (self.south + rows) * self.side_m
        return np.asarray(shapely.box(x, y, x + self.side_m, y + self.side_m), dtype=object)

    def name(self, row: int, column: int) -> str:
        """The same for the same square in every result: kilometres east and north of the origin."""
        return f'E{(self.west + column) * self.side_m / 1000:g}N{(self.south + row) * self.side_m / 1000:g}'


def cells_of(areas: Geometries, side_m: float, periods: int) -> Cells:
    """The cells that touch one of the areas (polygons in the working CRS); raises NoArea, TooFine."""
    if not len(areas):
        raise NoArea(vi='area: không có vùng nào qua bộ lọc.', en='area: no area passes the filter.')
    west, south, east, north = np.floor(shapely.total_bounds(areas) / side_m).astype(np.int64)
    rows, columns = int(north - south + 1), int(east - west + 1)
    if rows * columns * periods > MOST_BINS:
        raise TooFine(
            vi=f'cell_m: {rows} × {columns} ô và {periods} kỳ là quá nhiều (tối đa {MOST_BINS}). Tăng cell_m.',
            en=f'cell_m: {rows} × {columns} cells and {periods} periods are too many (at most {MOST_BINS}). '
            'Take a larger cell_m.',
        )
    every = Cells(side_m, int(west), int(south), np.zeros((rows, columns), dtype=bool))
    row, column = np.divmod(np.arange(rows * columns), columns)
    # the areas ask, because shapely prepares the geometry that asks
    touched = shapely.STRtree(every.boxes(row, column)).query(areas, predicate='intersects')[1]
    every.inside.flat[touched] = True
    return every


def count_bins(x: Floats, y: Floats, period: Ints, cells: Cells, periods: int) -> tuple[Ints, int]:
    """How many points fall into each bin, shape (periods, rows, columns), and how many into none.

    x, y: in the working CRS, and period: of each point, shape (n,).
    """
    row, column = (np.floor(at / cells.side_m).astype(np.int64) for at in (y, x))
    row, column = row - cells.south, column - cells.west
    shape = (periods, *cells.inside.shape)
    within = np.all([(at >= 0) & (at < size) for at, size in zip((period, row, column), shape, strict=True)], axis=0)
    within[within] = cells.inside[row[within], column[within]]
    place = np.ravel_multi_index((period[within], row[within], column[within]), shape)
    cube = np.bincount(place, minlength=int(np.prod(shape))).reshape(shape)
    return cube, int((~within).sum())

"""Areas made of square cells: whoever stands at a cell's centre speaks for the cell."""

from dataclasses import dataclass

import numpy as np
import shapely
from rasterio import Affine
from rasterio.features import rasterize, shapes

from dothi.core.arrays import Bools, Floats, Geometries, Ints
from dothi.core.errors import WrongUse
from dothi.core.numbers import number_vi

# Cells in the areas: what half a minute and half a gigabyte allow. Cells of the grid around them: a byte each.
MOST_CELLS, LARGEST_GRID = 4_000_000, 50_000_000


class TooManyCells(WrongUse):
    """The area has more cells than a run may count."""


@dataclass(frozen=True)
class Cells:
    """Some cells of a grid. origin: its upper left corner; rows, columns: of the grid; number: of each cell in it.

    Numbers run along the rows from the upper left corner; metres in the plane of the working CRS.
    """

    origin: tuple[float, float]
    side_m: float
    rows: int
    columns: int
    number: Ints

    @property
    def xy(self) -> Floats:
        """Centres of the cells, shape (n, 2)."""
        row, column = np.divmod(self.number, self.columns)
        return np.column_stack(
            [self.origin[0] + (column + 0.5) * self.side_m, self.origin[1] - (row + 0.5) * self.side_m]
        )

    def outline(self, chosen: Bools) -> Geometries:
        """Polygons that the chosen cells form, those that share a side in one; in the order of their first cell.

        chosen: shape (n,). Polygons that only touch at a corner stay apart, so each is valid.
        """
        if not chosen.any():
            return np.empty(0, dtype=object)
        grid = np.zeros(self.rows * self.columns, dtype=np.uint8)
        grid[self.number[chosen]] = 1
        rows = grid.reshape(self.rows, self.columns)
        polygons = shapes(rows, mask=rows == 1, connectivity=4, transform=_cell_transform(self.origin, self.side_m))
        return np.asarray([shapely.geometry.shape(outline) for outline, _ in polygons], dtype=object)


def cells_in(areas: Geometries, side_m: float) -> Cells:
    """The cells whose centre lies in one of the areas, on a grid that begins at a multiple of `side_m`.

    So two runs with the same side have the same cells where their areas overlap. Raises TooManyCells.
    """
    areas = areas[~shapely.is_empty(areas)]
    if not len(areas):
        return Cells((0.0, 0.0), side_m, 0, 0, np.empty(0, dtype=np.int64))
    west, south, east, north = shapely.total_bounds(areas)
    left, top = np.floor(west / side_m) * side_m, np.ceil(north / side_m) * side_m
    rows, columns = int(np.ceil((top - south) / side_m)), int(np.ceil((east - left) / side_m))
    _check_count(rows * columns, LARGEST_GRID, side_m)
    inside = rasterize(
        ((area, 1) for area in areas),
        out_shape=(max(rows, 1), max(columns, 1)),
        transform=_cell_transform((left, top), side_m),
        dtype=np.uint8,
    )
    number = np.flatnonzero(inside)
    _check_count(len(number), MOST_CELLS, side_m)
    return Cells((float(left), float(top)), side_m, inside.shape[0], inside.shape[1], number)


def _check_count(count: int, most: int, side_m: float) -> None:
    if count > most:
        least_side_m = np.ceil(side_m * np.sqrt(count / most))
        raise TooManyCells(
            vi=f'Vùng cần {number_vi(count)} ô {side_m:g} m, nhiều hơn {number_vi(most)}. '
            f'Đặt cell_m từ {least_side_m:.0f} trở lên.',
            en=f'That is {count:,} cells of {side_m:g} m (limit {most:,}). Set cell_m to {least_side_m:.0f} or more.',
        )


def _cell_transform(origin: tuple[float, float], side_m: float) -> Affine:
    return Affine(side_m, 0, origin[0], 0, -side_m, origin[1])

"""Tile matrix sets (OGC 17-083r4): two that everybody knows, and one of the locality, of 256 pixels to a tile."""

import math
from dataclasses import dataclass

from dothi.api.tiles.place import GRIDS, WORLD_CRS84_QUAD, Box, Grid
from dothi.cartography.mapping.view import View
from dothi.cartography.style.zoom import EQUATOR_M, PIXEL_M
from dothi.core.crs import WGS84, axis_order_yx, units_per_metre
from dothi.core.grid import moved_bounds
from dothi.core.locality import Locality

SIDE_PX = 256
LAST_ZOOM = 21
# Scales of the maps that are printed and drawn by hand in the locality's system.
SCALES = (1_000_000, 500_000, 250_000, 100_000, 50_000, 25_000, 10_000, 5_000, 2_000, 1_000, 500)
# Where the locality's tiles begin, in metres: more than the largest tile (72 km) away from it, so that no tile of it
# has the number 0, for which the standard's schema of limits has no place; and how far beyond it they reach.
ROUND_M, BEFORE_M, BEYOND_M = 10_000, 80_000, 20_000


@dataclass(frozen=True)
class Matrix:
    """Tiles of one scale. pixel: the side of a pixel in units of the system."""

    name: str
    pixel: float
    denominator: float
    left: float
    top: float
    columns: int
    rows: int

    @property
    def side(self) -> float:
        """The side of a tile in units of the system."""
        return self.pixel * SIDE_PX

    def box(self, column: int, row: int) -> Box:
        """Where a tile lies, in x and y."""
        west, north = self.left + column * self.side, self.top - row * self.side
        return west, north - self.side, west + self.side, north

    def reach(self, box: Box) -> tuple[int, int, int, int] | None:
        """First and last column, first and last row of the tiles that a box meets; None where there are none."""
        west, south, east, north = box
        first, last = (math.floor((x - self.left) / self.side) for x in (west, east))
        top, bottom = (math.floor((self.top - y) / self.side) for y in (north, south))
        if last < 0 or bottom < 0 or first >= self.columns or top >= self.rows:
            return None
        return max(first, 0), min(last, self.columns - 1), max(top, 0), min(bottom, self.rows - 1)


@dataclass(frozen=True)
class MatrixSet:
    """Matrices from small scales to large ones. yx: the authority's axis order has the northing first."""

    name: str
    srid: int
    matrices: tuple[Matrix, ...]
    yx: bool = False


def matrix_sets(locality: Locality) -> dict[str, MatrixSet]:
    """The tile matrix sets that are served, by name."""
    own = own_set(locality)
    sets = [*(_quad(grid) for grid in GRIDS.values()), *([own] if own else [])]
    return {matrix_set.name: matrix_set for matrix_set in sets}


def own_set(locality: Locality) -> MatrixSet | None:
    """Tiles at the scales of printed maps in the locality's own system, around its extent; None where the sets that
    everybody knows are in it.
    """
    if locality.srid in {grid.srid for grid in GRIDS.values()}:
        return None
    srid, unit = locality.srid, units_per_metre(locality.srid)
    west, south, east, north = moved_bounds(locality.place.extent_wgs84, WGS84, srid)
    left = math.floor((west / unit - BEFORE_M) / ROUND_M) * ROUND_M * unit
    top = math.ceil((north / unit + BEFORE_M) / ROUND_M) * ROUND_M * unit
    across, down = east + BEYOND_M * unit - left, top - south + BEYOND_M * unit
    pixels = [(scale, scale * PIXEL_M * unit) for scale in SCALES]
    matrices = [
        Matrix(f'{scale}', pixel, float(scale), left, top, *(_tiles(length, pixel) for length in (across, down)))
        for scale, pixel in pixels
    ]
    return MatrixSet(f'EPSG-{srid}', srid, tuple(matrices), axis_order_yx(srid))


def view_of(matrix_set: MatrixSet, matrix: Matrix, column: int, row: int) -> View:
    """The picture that a tile is."""
    return View(matrix_set.srid, matrix.box(column, row), SIDE_PX, SIDE_PX)


def _quad(grid: Grid) -> MatrixSet:
    """A set of OGC 17-083r4, annex D, as far as anybody zooms."""
    metres = EQUATOR_M / 360 if grid is WORLD_CRS84_QUAD else 1.0
    pixels = [(zoom, grid.side / SIDE_PX / 2**zoom) for zoom in range(LAST_ZOOM - grid.zoom_shift + 1)]
    matrices = tuple(
        Matrix(str(zoom), pixel, pixel * metres / PIXEL_M, grid.west, grid.north, grid.columns << zoom, 1 << zoom)
        for zoom, pixel in pixels
    )
    return MatrixSet(grid.name, grid.srid, matrices)


def _tiles(length: float, pixel: float) -> int:
    return math.ceil(length / (pixel * SIDE_PX))

"""The grid of a raster: cells that lie north up, side by side, in one coordinate system."""

from dataclasses import dataclass
from functools import lru_cache

from dothi.core.crs import proj_string, transformer

type Bounds = tuple[float, float, float, float]
# The sides of a box are curves in another system; so many pieces keep its bounds true.
PIECES = 50


@dataclass(frozen=True)
class Grid:
    """Cells from the corner (west, north) on, in units of the system `srid`, x before y."""

    srid: int
    width: int
    height: int
    west: float
    north: float
    cell_width: float
    cell_height: float

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north of all cells."""
        east, south = self.west + self.width * self.cell_width, self.north - self.height * self.cell_height
        return self.west, south, east, self.north

    def bounds_in(self, srid: int) -> Bounds:
        """West, south, east, north of all cells in another system."""
        return moved_bounds(self.bounds, self.srid, srid)

    def window(self, left: int, top: int, width: int, height: int) -> 'Grid':
        """Some of its cells, from column `left` and row `top` on."""
        west, north = self.west + left * self.cell_width, self.north - top * self.cell_height
        return Grid(self.srid, width, height, west, north, self.cell_width, self.cell_height)

    def of_size(self, width: int, height: int) -> 'Grid':
        """The same box in so many cells."""
        cell_width, cell_height = self.cell_width * self.width / width, self.cell_height * self.height / height
        return Grid(self.srid, width, height, self.west, self.north, cell_width, cell_height)


def moved_bounds(bounds: Bounds, srid: int, target: int) -> Bounds:
    """The bounds of a box in the system `srid`, in the system `target`; the very same where they are one."""
    if srid == target:
        return bounds
    west, south, east, north = bounds
    return _transform_bounds((west, south, east, north), srid, target)


@lru_cache(maxsize=4096)  # each description of a collection needs its extent, and it takes 2 ms
def _transform_bounds(bounds: Bounds, srid: int, target: int) -> Bounds:
    moved = transformer(proj_string(srid), proj_string(target)).transform_bounds(*bounds, densify_pts=PIECES)
    west, south, east, north = map(float, moved)
    return west, south, east, north

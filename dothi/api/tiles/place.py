"""Where a tile lies: in its tile matrix set, in degrees, and in the cells of Web Mercator in which features count."""

import math
from dataclasses import dataclass

from dothi.core.crs import WEB_MERCATOR, WGS84

type Box = tuple[float, float, float, float]

# Units across a tile, and how far features reach beyond its edge so that outlines do not show there.
EXTENT, BUFFER = 4096, 64
# The finest tiles in which sql/functions/tile_releases.sql records changes.
RECORDED_ZOOM = 14
WORLD_M = 2 * 20_037_508.342789244
# Web Mercator's square ends here.
MOST_LATITUDE = math.degrees(math.atan(math.sinh(math.pi)))


@dataclass(frozen=True)
class Grid:
    """A tile matrix set whose tiles halve from zoom to zoom: side of a tile and their number at zoom 0, upper left."""

    name: str
    srid: int
    side: float
    columns: int
    west: float
    north: float
    # what to add to its zoom for the zoom of WebMercatorQuad at the same scale
    zoom_shift: int
    last_zoom: int

    def x(self, lon: float) -> float:
        """The easting of a longitude in the unit of the matrix: metres of Web Mercator, or degrees."""
        return lon if self.srid == WGS84 else lon / 360 * WORLD_M

    def y(self, lat: float) -> float:
        """The northing of a latitude in the unit of the matrix: metres of Web Mercator, or degrees."""
        return lat if self.srid == WGS84 else mercator(lat) / math.pi * WORLD_M / 2


# OGC 17-083r4, annex D
WEB_MERCATOR_QUAD = Grid('WebMercatorQuad', WEB_MERCATOR, WORLD_M, 1, -WORLD_M / 2, WORLD_M / 2, 0, 24)
WORLD_CRS84_QUAD = Grid('WorldCRS84Quad', WGS84, 180, 2, -180, 90, 1, 23)
GRIDS = {grid.name: grid for grid in (WEB_MERCATOR_QUAD, WORLD_CRS84_QUAD)}


@dataclass(frozen=True)
class TileAddress:
    """A tile: zoom, column from west, row from north."""

    z: int
    x: int
    y: int
    grid: Grid = WEB_MERCATOR_QUAD

    @property
    def zoom(self) -> int:
        """The zoom of WebMercatorQuad at the same scale, which layer files speak of."""
        return self.z + self.grid.zoom_shift

    @property
    def size(self) -> float:
        """Length of a side, in units of the grid."""
        return self.grid.side / (1 << self.z)

    @property
    def box(self) -> Box:
        """West, south, east, north in units of the grid."""
        west, north = self.grid.west + self.x * self.size, self.grid.north - self.y * self.size
        return west, north - self.size, west + self.size, north

    @property
    def degrees(self) -> Box:
        """West, south, east, north in degrees."""
        return self._degrees(0)

    def wide_degrees(self, edge: float = BUFFER / EXTENT) -> Box:
        """West, south, east, north in degrees, with an edge around that is such a share of the tile's side."""
        return self._degrees(self.size * edge)

    @property
    def is_straight(self) -> bool:
        """Whether latitudes are evenly spaced across the tile, to a quarter of a unit: 1/64 of a pixel."""
        if self.grid.srid == WGS84:
            return True
        _, south, _, north = self.degrees
        middle = (self.grid.y((south + north) / 2) - self.box[1]) / self.size
        return abs(middle - 0.5) * EXTENT < 0.25

    def cells(self, level: int, edge: float = BUFFER / EXTENT) -> tuple[int, int, int, int]:
        """First and last column, first and last row of the cells that the tile meets, with such an edge around it.

        level: 2^level cells across the square of Web Mercator. edge: a share of the tile's side.
        """
        # not quite to the end: where it is that of a cell, the next cell is outside
        west, south, east, north = self.wide_degrees(edge - 1e-9)
        across = 1 << level
        first, last = (_inside((lon / 360 + 0.5) * across, across) for lon in (west, east))
        top, bottom = (_inside((0.5 - mercator(lat) / (2 * math.pi)) * across, across) for lat in (north, south))
        return first, last, top, bottom

    def shown_cells(self, zoom: int) -> tuple[int, int, int, int]:
        """The tiles of WebMercatorQuad that the tile shows something of, as `cells`."""
        # beyond its edge a tile shows its buffer, and cells that the edge cuts through; from the recorded zoom on
        # sql/functions/tile_releases.sql has added the buffer
        edge = 0.25 if self.grid.srid == WGS84 else 1 / 32 if self.z < RECORDED_ZOOM else 0
        return self.cells(zoom, edge)

    def _degrees(self, edge: float) -> Box:
        west, south, east, north = self.box
        box = west - edge, south - edge, east + edge, north + edge
        return box if self.grid.srid == WGS84 else (*_degrees(*box[:2]), *_degrees(*box[2:]))


@dataclass(frozen=True)
class Window:
    """A box in degrees of which a picture shows something, whatever system it is drawn in."""

    degrees: Box

    def shown_cells(self, zoom: int) -> tuple[int, int, int, int]:
        """The tiles of WebMercatorQuad that the box meets: first and last column, first and last row."""
        at = limits(WEB_MERCATOR_QUAD, zoom, self.degrees)
        return at.west, at.east, at.north, at.south


@dataclass(frozen=True)
class Limits:
    """The columns and rows, first and last, in which a tileset has tiles at one zoom."""

    z: int
    west: int
    east: int
    north: int
    south: int

    def contains(self, place: TileAddress) -> bool:
        return self.west <= place.x <= self.east and self.north <= place.y <= self.south


def limits(grid: Grid, z: int, extent: Box) -> Limits:
    """The tiles at zoom `z` that an extent in degrees meets."""
    west, south, east, north = extent
    columns, rows, size = grid.columns << z, 1 << z, grid.side / (1 << z)
    first, last = (_inside((grid.x(lon) - grid.west) / size, columns) for lon in (west, east))
    top, bottom = (_inside((grid.north - grid.y(lat)) / size, rows) for lat in (north, south))
    return Limits(z, first, last, top, bottom)


def mercator(lat: float) -> float:
    """Mercator's northing of a latitude, pi at the edge of Web Mercator's square."""
    return math.asinh(math.tan(math.radians(max(-MOST_LATITUDE, min(MOST_LATITUDE, lat)))))


def _inside(position: float, count: int) -> int:
    return max(0, min(count - 1, math.floor(position)))


def _degrees(x_m: float, y_m: float) -> tuple[float, float]:
    """Longitude and latitude of a point of Web Mercator."""
    return x_m / WORLD_M * 360, math.degrees(math.atan(math.sinh(y_m / WORLD_M * 2 * math.pi)))

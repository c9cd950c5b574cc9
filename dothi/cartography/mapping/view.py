"""What part of the world a picture shows, and at which scale."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

from rasterio.transform import Affine, from_bounds

from dothi.cartography.style.zoom import PIXEL_M, zoom_of
from dothi.core.crs import WEB_MERCATOR, WGS84, proj_string, transformer, units_per_metre

type Box = tuple[float, float, float, float]

ZOOM_DIGITS = 9
TURNS = (0.0, -360.0, 360.0)


@dataclass(frozen=True)
class View:
    """A box of the system `crs`, drawn on so many pixels.

    crs: EPSG number; 4326 also stands for OGC:CRS84. box: west, south, east, north in its units; x is always east and
    y north, whatever the authority's axis order is. pixel_ratio: how many of the picture's pixels make one pixel of the
    style: a tile of 512 pixels with ratio 2 shows the lines of one of 256, twice as fine. rule_scale: denominator of
    the scale whose rules of style apply; None is that of the box on its pixels.
    """

    crs: int
    box: Box
    width_px: int
    height_px: int
    pixel_ratio: float = 1.0
    rule_scale: float | None = None

    @cached_property
    def pixel(self) -> tuple[float, float]:
        """Width and height of a pixel of the picture, in units of the system."""
        west, south, east, north = self.box
        return (east - west) / self.width_px, (north - south) / self.height_px

    @cached_property
    def centre_wgs84(self) -> tuple[float, float]:
        """Longitude and latitude of the middle of the box; raises UnknownCrs where there is no way to WGS 84."""
        west, south, east, north = self.box
        x, y = (west + east) / 2, (south + north) / 2
        if self.crs == WGS84:
            return x, _on_earth(y)
        lon, lat = transformer(proj_string(self.crs), proj_string(WGS84)).transform(x, y)
        return float(lon), _on_earth(float(lat))

    @cached_property
    def pixel_m(self) -> tuple[float, float]:
        """Width and height of a pixel of the picture on the ground, in metres, in the middle of the box."""
        (width, height), (across, up) = self.pixel, metres_per_unit(self.crs, self.centre_wgs84[1])
        return width * across, height * up

    @property
    def metres_per_px(self) -> float:
        """Side of a pixel of the picture on the ground, in metres, in the middle of the box.

        Of pixels that are not square it is the side of a square of the same area.
        """
        return math.sqrt(self.pixel_m[0] * self.pixel_m[1])

    @property
    def zoom(self) -> float:
        """The zoom whose rules of style apply: at which MapLibre (tiles of 512 pixels) has the middle at this scale."""
        pixel_m = self.rule_scale * PIXEL_M if self.rule_scale else self.metres_per_px * self.pixel_ratio
        # rules begin at whole zooms, at which tiles are: one must not be a hair below that of its neighbour
        return round(zoom_of(pixel_m, self.centre_wgs84[1]), ZOOM_DIGITS)

    @property
    def transform(self) -> Affine:
        """From pixels to the system, as rasterio writes it."""
        return from_bounds(*self.box, self.width_px, self.height_px)

    @property
    def turns(self) -> list[float]:
        """The shifts in degrees at which the world is drawn for a box that crosses the antimeridian."""
        west, _, east, _ = self.box
        if self.crs != WGS84:
            return [0.0]
        return [turn for turn in TURNS if west < turn + 180 and east > turn - 180] or [0.0]

    def turned(self, turn: float) -> 'View':
        """The same pixels, of a world that lies `turn` degrees farther to the east."""
        west, south, east, north = self.box
        return replace(self, box=(west - turn, south, east - turn, north)) if turn else self

    def grown(self, margin_px: float) -> Box:
        """The box with `margin_px` pixels of the picture more on each side."""
        (width, height), (west, south, east, north) = self.pixel, self.box
        dx, dy = margin_px * width, margin_px * height
        return west - dx, south - dy, east + dx, north + dy


def metres_per_unit(srid: int, latitude: float) -> tuple[float, float]:
    """How many metres on the ground a unit to the east is, and one to the north, at a latitude."""
    metres, along = 1 / units_per_metre(srid), max(math.cos(math.radians(latitude)), 1e-6)
    if srid == WEB_MERCATOR:
        return metres * along, metres * along
    return (metres * along, metres) if is_degrees(srid) else (metres, metres)


def is_degrees(srid: int) -> bool:
    """Whether the system's units are degrees."""
    return units_per_metre(srid) < 1e-3


def _on_earth(latitude: float) -> float:
    """The nearest latitude that there is: a box with its axes swapped lies beyond the poles, some lie nowhere (inf)."""
    return max(-90.0, min(90.0, latitude))

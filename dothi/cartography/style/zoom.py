"""Zooms, scales and sizes by zoom. A zoom is MapLibre's: at zoom 0 the world's square is 512 pixels wide."""

import math
from itertools import pairwise

type ByZoom = float | dict[float, float]

EQUATOR_M = 2 * math.pi * 6_378_137
WORLD_PX = 512
# OGC 06-042, 7.2.4.6.9: the side of the standard's pixel.
PIXEL_M = 0.00028


def at_zoom(value: ByZoom, zoom: float) -> float:
    """The value at `zoom`: linear between the stops, and beyond them that of the nearest."""
    if not isinstance(value, dict):
        return value
    stops = sorted(value.items())
    if zoom <= stops[0][0]:
        return stops[0][1]
    for (low, before), (high, after) in pairwise(stops):
        if zoom <= high:
            return before + (after - before) * (zoom - low) / (high - low)
    return stops[-1][1]


def largest(value: ByZoom) -> float:
    """The largest of its values."""
    return max(value.values()) if isinstance(value, dict) else value


def zoom_of(metres_per_px: float, latitude: float) -> float:
    """The zoom at which a pixel is `metres_per_px` wide on the ground at `latitude`."""
    return math.log2(EQUATOR_M * math.cos(math.radians(latitude)) / (WORLD_PX * metres_per_px))


def metres_per_px(zoom: float, latitude: float) -> float:
    """The width of a pixel on the ground at `latitude`."""
    return EQUATOR_M * math.cos(math.radians(latitude)) / (WORLD_PX * 2**zoom)


def scale_denominator(zoom: float, latitude: float = 0.0) -> float:
    """The scale of that zoom with the standard's pixel of 0.28 mm: 279,541,132 at zoom 0 on the equator."""
    return metres_per_px(zoom, latitude) / PIXEL_M

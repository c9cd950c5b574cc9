"""Where a citizen's report is, and where the feature lies that it becomes: on the middle of its cell."""

import math

from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.locality import Locality

type Point = tuple[float, float]


def in_working_system(place: Point, locality: Locality) -> Point:
    """Longitude and latitude in the locality's working system."""
    x, y = transformer(proj_string(WGS84), proj_string(locality.srid)).transform(*place)
    return x, y


def middle_of_cell(point: Point, cell_m: float) -> Point:
    """The middle of the cell of `cell_m` metres that the point lies in; the point where that is 0."""
    if not cell_m:
        return point
    x, y = ((math.floor(coordinate / cell_m) + 0.5) * cell_m for coordinate in point)
    return x, y


def as_released(place: Point, cell_m: float, locality: Locality) -> Point:
    """Longitude and latitude of the feature that a report at `place` becomes."""
    point = middle_of_cell(in_working_system(place, locality), cell_m)
    lon, lat = transformer(proj_string(locality.srid), proj_string(WGS84)).transform(*point)
    return lon, lat

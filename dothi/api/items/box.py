"""`bbox`: which features touch it, and why there may be none."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import pyproj
from psycopg2 import sql

from dothi.api.http.query_parameters import BBOX, BBOX_CRS, corners_reversed
from dothi.api.http.served_crs import ServedCrs, default_crs
from dothi.core.crs import WGS84, proj_string, transformer

type Bounds = tuple[float, float, float, float]
# How far around its area of use, in degrees, the coordinates of a projected system still mean a place.
AROUND = 10.0


@dataclass(frozen=True)
class Box:
    """A box in a served system: x and y of its lower left corner, then of its upper right one."""

    crs: ServedCrs
    bounds: Bounds

    def touches(self, working_srid: int) -> sql.Composable:
        """The condition for features that touch the box."""
        x1, y1, x2, y2 = self.bounds
        # west > east crosses the antimeridian
        parts = [(x1, x2)] if x1 <= x2 else [(x1, 180.0), (-180.0, x2)]
        touching = [_touches_sql(self.crs, (west, y1, east, y2), working_srid) for west, east in parts]
        return sql.SQL('({})').format(sql.SQL(' or ').join(touching))

    def covers(self, extent: list[float]) -> bool:
        """Whether a layer's whole extent (CRS84) lies in the box; no, where only a transformation could tell."""
        x1, y1, x2, y2 = self.bounds
        west, south, east, north = extent
        return self.crs.srid == WGS84 and x1 <= west and y1 <= south and x2 >= east and y2 >= north

    def misses(self, extent: list[float]) -> Literal['outside', 'swapped'] | None:
        """Whether the box lies outside of a layer's extent (CRS84), or would not if its axes changed places."""
        if _do_meet(self._wgs84(self.bounds), extent):
            return None
        x1, y1, x2, y2 = self.bounds
        return 'swapped' if _do_meet(self._wgs84((y1, x1, y2, x2)), extent) else 'outside'

    def _wgs84(self, bounds: Bounds) -> Bounds:
        if self.crs.srid == WGS84:
            return bounds
        to_wgs84 = transformer(proj_string(self.crs.srid), 'EPSG:4326')
        west, south, east, north = to_wgs84.transform_bounds(*on_the_map(self.crs.srid, bounds))
        return west, south, east, north


def read_box() -> Box | None:
    """The box that the current request asks for; raises BadParameter, UnservedCrs."""
    box, crs = BBOX.read(), BBOX_CRS.read() or default_crs()
    if box is None:
        return None
    x1, y1, x2, y2 = (box[1], box[0], box[3], box[2]) if crs.yx else box
    if y1 > y2 or (x1 > x2 and crs.srid != WGS84):
        raise corners_reversed()
    return Box(crs, (x1, y1, x2, y2))


def _do_meet(first: Bounds, other: list[float]) -> bool:
    west, south, east, north = other
    spans = [(first[0], first[2])] if first[0] <= first[2] else [(first[0], 180.0), (-180.0, first[2])]
    return any(x1 <= east and x2 >= west for x1, x2 in spans) and first[1] <= north and first[3] >= south


def _touches_sql(crs: ServedCrs, bounds: Bounds, working_srid: int) -> sql.Composable:
    if crs.srid == working_srid:
        return sql.SQL('ST_Intersects(geom, {})').format(_envelope_sql(bounds, crs.srid))
    envelope = _envelope_sql(bounds, crs.srid) if crs.srid == WGS84 else _transformed_sql(crs.srid, bounds)
    return sql.SQL('ST_Intersects(geom_wgs84, {})').format(envelope)


def _envelope_sql(bounds: Bounds, srid: int) -> sql.Composable:
    return sql.SQL('ST_MakeEnvelope({}, {}, {}, {}, {})').format(*map(sql.Literal, (*bounds, srid)))


def _transformed_sql(srid: int, bounds: Bounds) -> sql.Composable:
    """The box transformed to WGS 84, as SQL."""
    box = on_the_map(srid, bounds)
    # a straight side in one system is bent in another: corners between the corners keep it within a hair
    side = max(box[2] - box[0], box[3] - box[1]) / 16
    form = 'ST_Transform(ST_Segmentize({}, {}), {})' if side > 0 else 'ST_Transform({0}, {2})'
    return sql.SQL(form).format(_envelope_sql(box, srid), sql.Literal(side), sql.Literal(WGS84))


def on_the_map(srid: int, bounds: Bounds) -> Bounds:
    """The part of a box that can be transformed: a map that shows more than the world asks for more than there is."""
    west, south, east, north = _map_bounds(srid)
    x1, x2 = (min(max(x, west), east) for x in (bounds[0], bounds[2]))
    y1, y2 = (min(max(y, south), north) for y in (bounds[1], bounds[3]))
    return x1, y1, x2, y2


@lru_cache
def _map_bounds(srid: int) -> Bounds:
    """The bounds of the system's area of use, in the units of the system."""
    x1, y1, x2, y2 = transformer('EPSG:4326', proj_string(srid)).transform_bounds(*area_around(srid))
    return x1, y1, x2, y2


@lru_cache
def area_around(srid: int) -> Bounds:
    """The area for which the system is made, and some degrees around it; in degrees."""
    crs = pyproj.CRS.from_epsg(srid)
    west, south, east, north = crs.area_of_use.bounds if crs.area_of_use else (-180.0, -90.0, 180.0, 90.0)
    return max(west - AROUND, -180), max(south - AROUND, -85.06), min(east + AROUND, 180), min(north + AROUND, 85.06)

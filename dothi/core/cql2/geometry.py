"""Geometries that are written in a filter."""

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from psycopg2 import sql

from dothi.core.cql2.errors import BadFilter
from dothi.core.cql2.terms import Term
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.shape_flaws import flaw_in_words

# A straight side in one system is bent in another: corners between the corners keep it within a hair.
PARTS_OF_A_SIDE = 16
# Degrees: extents of the whole world come with roundings beyond it.
HAIR = 1e-6
# More than any projection of the earth reaches (the poles in Web Mercator lie at 2.4e8).
FURTHEST_M = 1e9


@dataclass(frozen=True)
class Space:
    """How coordinates in a filter are to be read: their SRID, and whether latitude or northing comes first."""

    srid: int = WGS84
    yx: bool = False


IN_CRS84 = Space()


def literal(node: dict[str, Any], space: Space, working_srid: int) -> Term:
    """The geometry as a term, in the system of the column that it is compared with; raises BadFilter.

    That is `geom` where the filter is in the working system, else `geom_wgs84`: both have an index.
    """
    geometry = _box(node['bbox'], space) if 'bbox' in node else _shape(node, space)
    in_wgs84 = geometry if space.srid == WGS84 else _moved(geometry, space.srid)
    wgs84 = _constant(in_wgs84, WGS84)
    return Term(_constant(geometry, space.srid) if space.srid == working_srid else wgs84, 'geometry', wgs84=wgs84)


def _box(box: list[Any], space: Space) -> shapely.Geometry:
    """A rectangle, or two of them where it crosses the antimeridian; heights are left out, as the data have none."""
    flat = box if len(box) == 4 else [*box[:2], *box[3:5]]
    if len(box) not in (4, 6) or not all(map(_is_number, flat)):
        raise BadFilter(
            vi='BBOX cần 4 hoặc 6 số, ví dụ S_INTERSECTS(geom, BBOX(105, 20, 106, 21)).',
            en='BBOX needs 4 or 6 numbers, as in S_INTERSECTS(geom, BBOX(105, 20, 106, 21)).',
        )
    x1, y1, x2, y2 = (flat[1], flat[0], flat[3], flat[2]) if space.yx else flat
    crossing = x1 > x2 and _in_degrees(space.srid)
    if y1 > y2 or (x1 > x2 and not crossing):
        raise BadFilter(
            vi=f'BBOX({", ".join(map(str, box))}): góc dưới trái phải đứng trước góc trên phải.',
            en=f'BBOX({", ".join(map(str, box))}): the lower left corner comes before the upper right one.',
        )
    sides = [(x1, 180.0), (-180.0, x2)] if crossing else [(x1, x2)]
    return _inside(shapely.union_all([_rectangle(west, y1, east, y2) for west, east in sides]), space)


def _rectangle(x1: float, y1: float, x2: float, y2: float) -> shapely.Geometry:
    """A polygon; a line or a point where it has no area, as a polygon could not be."""
    if x1 == x2 and y1 == y2:
        return shapely.Point(x1, y1)
    if x1 == x2 or y1 == y2:
        return shapely.LineString([(x1, y1), (x2, y2)])
    return shapely.box(x1, y1, x2, y2)


def _shape(node: dict[str, Any], space: Space) -> shapely.Geometry:
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(node)))
    except shapely.errors.GEOSException:
        quoted = _quote_node(node)
        raise BadFilter(
            vi=f'Hình học không dựng được: {quoted}. Vòng của đa giác cần ít nhất 4 điểm, điểm cuối trùng đầu.',
            en=f'The geometry cannot be built: {quoted}. A ring needs 4 points or more, the last like the first.',
        ) from None
    if shape.is_empty:
        raise BadFilter(vi='Hình học trống.', en='The geometry is empty.')
    if not shape.is_valid:
        flaw = flaw_in_words(shapely.is_valid_reason(shape))
        raise BadFilter(
            vi=f'Hình học không hợp lệ: {flaw.vi}. Sửa hình tại đó.',
            en=f'The geometry is not valid: {flaw.en}. Correct it there.',
        )
    return _inside(_turned(shape) if space.yx else shape, space)


def _inside(shape: shapely.Geometry, space: Space) -> shapely.Geometry:
    """`shape` as it is; raises BadFilter where its degrees are no degrees, or its metres are at no place on earth."""
    x1, y1, x2, y2 = shapely.bounds(shape)
    most_x, most_y = (180, 90) if _in_degrees(space.srid) else (FURTHEST_M, FURTHEST_M)
    if max(-x1, x2) > most_x + HAIR or max(-y1, y2) > most_y + HAIR:
        raise _nowhere()
    return shape


def _moved(shape: shapely.Geometry, srid: int) -> shapely.Geometry:
    """`shape` moved to longitude and latitude (OGC:CRS84)."""
    x1, y1, x2, y2 = shapely.bounds(shape)
    side = max(x2 - x1, y2 - y1) / PARTS_OF_A_SIDE
    bent = shapely.segmentize(shape, side) if side > 0 else shape
    change = transformer(proj_string(srid), proj_string(WGS84))

    def columns(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    moved: shapely.Geometry = shapely.transform(bent, columns)
    if not np.isfinite(shapely.bounds(moved)).all():
        raise _nowhere()
    return moved


def _turned(shape: shapely.Geometry) -> shapely.Geometry:
    turned: shapely.Geometry = shapely.transform(shape, lambda xy: xy[:, ::-1])
    return turned


def _constant(shape: shapely.Geometry, srid: int) -> sql.Composable:
    wkb = shapely.to_wkb(shapely.set_srid(shape, srid), hex=True, include_srid=True)
    return sql.SQL('{}::public.geometry').format(sql.Literal(wkb))


@lru_cache
def _in_degrees(srid: int) -> bool:
    return bool(pyproj.CRS.from_epsg(srid).is_geographic)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _nowhere() -> BadFilter:
    return BadFilter(
        vi='Tọa độ nằm ngoài hệ tọa độ của bộ lọc. Kiểm tra thứ tự trục, hoặc cho biết hệ tọa độ bằng filter-crs.',
        en="The coordinates lie outside of the filter's system. Check the order of axes, or name it with filter-crs.",
    )


def _quote_node(node: dict[str, Any]) -> str:
    text = json.dumps(node)
    return text if len(text) <= 80 else text[:77] + '...'

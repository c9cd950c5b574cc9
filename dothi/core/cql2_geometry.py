"""Geometries that are written in a filter."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from dothi.core.cql2_errors import BadFilter
from dothi.core.crs import WGS84

KINDS = ('Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon', 'GeometryCollection')


@dataclass(frozen=True)
class Space:
    """How coordinates in a filter are to be read: their SRID, and whether latitude or northing comes first."""

    srid: int = WGS84
    yx: bool = False


IN_CRS84 = Space()


def literal(node: dict[str, Any], space: Space, working_srid: int) -> sql.Composable:
    """The geometry in SQL, in the system of the column that it is compared with.

    That is `geom` where the filter is in the working system, else `geom_wgs84`: both have an index. Raises BadFilter.
    """
    given = _box(node['bbox'], space) if 'bbox' in node else _shape(node, space)
    placed = sql.SQL('ST_FlipCoordinates({})').format(given) if space.yx else given
    if space.srid in (WGS84, working_srid):
        return placed
    return sql.SQL('ST_Transform({}, {})').format(placed, sql.Literal(WGS84))


def _box(box: list[Any], space: Space) -> sql.Composable:
    flat = box if len(box) == 4 else [*box[:2], *box[3:5]]
    if len(box) not in (4, 6) or not all(map(_is_number, flat)):
        raise BadFilter(
            vi='BBOX cần 4 hoặc 6 số, ví dụ S_INTERSECTS(geom, BBOX(105, 20, 106, 21)).',
            en='BBOX needs 4 or 6 numbers, as in S_INTERSECTS(geom, BBOX(105, 20, 106, 21)).',
        )
    numbers = [sql.Literal(float(number)) for number in flat]
    return sql.SQL('ST_MakeEnvelope({}, {}, {}, {}, {})').format(*numbers, sql.Literal(space.srid))


def _shape(node: dict[str, Any], space: Space) -> sql.Composable:
    if node.get('type') not in KINDS:
        shown = json.dumps(node)[:80]
        raise BadFilter(vi=f'Không hiểu {shown}.', en=f'Not understood: {shown}.')
    for part in node.get('geometries', [node]):
        for ring in _rings(part):
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise BadFilter(
                    vi='Vòng của đa giác phải có ít nhất 4 điểm và điểm cuối trùng điểm đầu.',
                    en='The ring of a polygon needs 4 points or more, the last equal to the first.',
                )
    form = sql.SQL('ST_SetSRID(ST_GeomFromGeoJSON({}), {})')
    return form.format(sql.Literal(json.dumps(node)), sql.Literal(space.srid))


def _rings(node: dict[str, Any]) -> Iterator[list[Any]]:
    """Rings of a polygon or multipolygon: PostGIS looks at them only when it has to compute with them."""
    coordinates = node.get('coordinates', [])
    if node['type'] == 'Polygon':
        yield from coordinates
    if node['type'] == 'MultiPolygon':
        for polygon in coordinates:
            yield from polygon


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)

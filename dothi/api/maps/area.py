"""Which part of the world a map shows: `crs`, and `bbox`, `subset` or `center`, each in the system that it names."""

from dataclasses import dataclass, replace
from typing import Any

from dothi.api.coverages.region import BBOX, BBOX_CRS, SUBSET, SUBSET_CRS, Region, read_region
from dothi.api.coverages.systems import System, read_system, system_parameter, system_schema
from dothi.api.http.parameters import BadParameter, Parameter, bad_value, plain_text
from dothi.api.http.parsers import numbers
from dothi.api.http.served_crs import CRS84
from dothi.api.items.box import area_around, on_the_map
from dothi.api.maps.size import Box, Point
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.errors import NotFound
from dothi.core.grid import moved_bounds
from dothi.core.text import Text

CRS = Parameter(
    'crs',
    plain_text,
    # what is meant without it differs by address
    system_schema,
    Text(
        vi='Hệ tọa độ của bản đồ; mặc định là hệ lưu trữ (`storageCrs`) của lớp, của nhiều lớp là CRS84.',
        en='Coordinate system of the map; else the `storageCrs` of the collection, of the dataset CRS84.',
    ),
)
CENTER = Parameter(
    'center',
    numbers(2),
    {'type': 'array', 'items': {'type': 'number'}, 'minItems': 2, 'maxItems': 2},
    Text(
        vi='Tâm bản đồ; width, height và tỷ lệ cho biết vẽ bao nhiêu quanh đó.',
        en='Middle of the map; width, height and the scale say how much around it is shown.',
    ),
    example=lambda offer: [round(degree, 3) for degree in offer.centre],
)
CENTER_CRS = system_parameter('center-crs', Text(vi='Hệ tọa độ của `center`.', en='System of `center`.'))
AREA: tuple[Parameter[Any], ...] = (
    CRS,
    replace(
        BBOX,
        description=Text(vi='Khung được vẽ, theo `bbox-crs`.', en='The box that is shown, in `bbox-crs`.'),
    ),
    BBOX_CRS,
    replace(
        SUBSET,
        description=Text(
            vi='Khoảng theo trục: Lat, Lon, hoặc E, N, và time; a:b là khoảng, * là đầu mở.',
            en='Intervals by axis: Lat, Lon, or E, N, and time; a:b is an interval, * an open end.',
        ),
    ),
    SUBSET_CRS,
    CENTER,
    CENTER_CRS,
)


class OutsideMap(NotFound):
    """What is asked for lies where the coordinate system has no places, or before the first data."""


@dataclass(frozen=True)
class Area:
    """What a request says of the place. system: of the map. centre: x and y in that system."""

    system: System
    region: Region
    centre: Point | None = None

    def box(self, extent_wgs84: Box) -> Box | None:
        """West, south, east, north in the map's system, None where no part is asked for.

        An open end is that of the extent. Raises OutsideMap where the system has no such place.
        """
        region = self.region
        if region.whole:
            return None
        srid = region.system.crs.srid
        west, south, east, north = move_box(extent_wgs84, WGS84, srid)
        x1, x2 = _closed_side(region.x, west, east)
        y1, y2 = _closed_side(region.y, south, north)
        if region.system.geographic and (y1 > 90 or y2 < -90 or x1 > 540 or x2 < -540):
            raise outside_map(x1, y1, x2, y2)
        if region.system.geographic and not self.system.geographic and _crosses_antimeridian(x1, x2):
            raise _across_the_antimeridian()
        return move_box((x1, y1, x2, y2), srid, self.system.crs.srid)


def read_area(systems_by_name: dict[str, System], axes: list[tuple[str, str]], default_crs: str) -> Area:
    """What the current request asks for; raises BadParameter, UnservedCrs.

    systems_by_name: the systems that maps are offered in, by URI, that of the data first. axes: those of `subset`
    that are of space. default_crs: of the map where the request names none. (OGC 20-058, requirements 2 B, 18 to 26,
    36.)
    """
    target = read_system(CRS, systems_by_name, default_crs)
    region, centre = read_region(systems_by_name, axes, degrees_anywhere=True), _read_centre(systems_by_name, target)
    if centre is not None and not region.whole:
        raise BadParameter(
            vi='center không đi cùng bbox hay subset theo trục không gian. Bỏ một trong hai.',
            en='center does not go with bbox or with subset of an axis of space. Leave one of them out.',
        )
    return Area(target, region, centre)


def move_box(box: Box, srid: int, target: int) -> Box:
    """The bounds of a box in another system, of its part for which that system is made; raises OutsideMap."""
    if srid == target:
        return box
    degrees = box if srid == WGS84 else moved_bounds(on_the_map(srid, box), srid, WGS84)
    if target == WGS84:
        return degrees
    west, south, east, north = area_around(target)
    within = max(degrees[0], west), max(degrees[1], south), min(degrees[2], east), min(degrees[3], north)
    if within[0] > within[2] or within[1] > within[3]:
        raise outside_map(*degrees)
    # by way of degrees a box grows, so it is gone only where it must be
    return moved_bounds(box, srid, target) if within == degrees else moved_bounds(within, WGS84, target)


def outside_map(x1: float, y1: float, x2: float, y2: float) -> OutsideMap:
    """The error for a box without any place in it."""
    return OutsideMap(
        vi=f'{x1:g}, {y1:g}, {x2:g}, {y2:g}: hệ tọa độ không có chỗ này. Kiểm tra thứ tự trục, bbox-crs và crs.',
        en=f'{x1:g}, {y1:g}, {x2:g}, {y2:g}: the coordinate system has no such place. Check the order of axes, '
        'bbox-crs and crs.',
    )


def _crosses_antimeridian(x1: float, x2: float) -> bool:
    """Whether the longitudes run across the antimeridian; no, where they are those of more than the world."""
    return x2 - x1 < 360 and (x1 < 180 < x2 or x1 < -180 < x2)


def _across_the_antimeridian() -> BadParameter:
    return BadParameter(
        vi='Khung đi qua kinh tuyến 180°: bản đồ trong hệ tọa độ phẳng không vẽ được. Dùng crs=[OGC:CRS84], hoặc hỏi '
        'mỗi bên một bản đồ.',
        en='The box runs across the antimeridian, where a map in a projected system ends. Use crs=[OGC:CRS84], or ask '
        'for a map of each side.',
    )


def _closed_side(side: tuple[float | None, float | None], low: float, high: float) -> tuple[float, float]:
    """From and to, of which an open one is the extent's, or the other where the extent lies beyond it."""
    first, last = side
    if first is None and last is None:
        return low, high
    if first is None:
        return (min(low, last), last) if last is not None else (low, high)
    return first, max(high, first) if last is None else last


def _read_centre(systems_by_name: dict[str, System], target: System) -> Point | None:
    pair = CENTER.read()
    if pair is None:
        # without it the standard wants center-crs ignored (requirement 20 F)
        return None
    of = read_system(CENTER_CRS, systems_by_name, CRS84)
    x, y = pair[::-1] if of.crs.yx else pair
    if of.geographic and not -90 <= y <= 90:
        raise outside_map(x, y, x, y)
    if of.crs.srid == target.crs.srid:
        return x, y
    if not target.geographic:
        _must_be_around(target.crs.srid, move_box((x, y, x, y), of.crs.srid, WGS84))
    at = transformer(proj_string(of.crs.srid), proj_string(target.crs.srid)).transform(x, y)
    if not all(abs(value) < 1e9 for value in at):
        raise bad_value(
            CENTER.name,
            CENTER.text,
            'nằm ngoài hệ tọa độ của bản đồ (crs).',
            "lies outside the map's coordinate system (crs).",
        )
    return float(at[0]), float(at[1])


def _must_be_around(srid: int, degrees: Box) -> None:
    """Raises OutsideMap for a place in degrees that lies where the system `srid` has none."""
    west, south, east, north = area_around(srid)
    if not (west <= degrees[0] <= east and south <= degrees[1] <= north):
        raise outside_map(*degrees)

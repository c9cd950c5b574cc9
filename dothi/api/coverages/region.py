"""`bbox` and `subset`: the part of a coverage that a request asks for, in the system that it names."""

import math
import re
from dataclasses import dataclass, replace
from typing import Any

from dothi.api.coverages.systems import System, read_system, system_parameter
from dothi.api.http import query_parameters
from dothi.api.http.parameters import BadParameter, Parameter, bad_value
from dothi.api.http.served_crs import CRS84
from dothi.core.errors import NotFound
from dothi.core.grid import Bounds, Grid, moved_bounds
from dothi.core.text import Text

ITEM = re.compile(r'\s*([A-Za-z]\w*)\(([^()]*)\)\s*')
EXAMPLES = {
    'subset': 'Lat(20:20.5),Lon(106:106.5)',
    'scale-axes': 'E(2),N(2)',
    'scale-size': 'E(200),N(200)',
    'scaleSize': 'E(200),N(200)',
    'resolution': 'E(100),N(100)',
}


def per_axis(name: str, text: str) -> list[tuple[str, str]]:
    """`Lat(20:20.5),Lon(106)` as names and what stands in brackets; raises BadParameter."""
    values, place = [], 0
    while place < len(text):
        match = ITEM.match(text, place)
        if match is None or (match.end() < len(text) and text[match.end()] != ','):
            example = EXAMPLES[name]
            raise bad_value(
                name, text, f'không đọc được. Viết như {example}.', f'cannot be read. Write it like {example}.'
            )
        values.append((match[1], match[2].strip()))
        place = match.end() + 1
    return values


BBOX = replace(
    query_parameters.BBOX,
    description=Text(vi='Các ô trong khung này.', en='Cells within this box.'),
    example=lambda offer: [*offer.middle_box],
)
BBOX_CRS = system_parameter(
    'bbox-crs',
    Text(vi='Hệ tọa độ của `bbox`, theo thứ tự trục của nó.', en='System of `bbox`, in its own axis order.'),
)
SUBSET = Parameter(
    'subset',
    per_axis,
    {'type': 'array', 'items': {'type': 'string'}},
    Text(
        vi='Các ô trong khoảng này: Lat, Lon, hoặc E, N; a:b là khoảng, * là đầu mở, một số là lát cắt.',
        en='Cells within these intervals: Lat, Lon, or E, N; a:b is an interval, * an open end, a number a slice.',
    ),
    example=lambda offer: _axes_of(*offer.middle_box),
    repeatable=True,
)
SUBSET_CRS = system_parameter('subset-crs', Text(vi='Hệ tọa độ của `subset`.', en='System of `subset`.'))
SUBSETTING: tuple[Parameter[Any], ...] = (BBOX, BBOX_CRS, SUBSET, SUBSET_CRS)


def _axes_of(west: float, south: float, east: float, north: float) -> list[str]:
    """A box as `subset` writes it."""
    return [f'Lat({south}:{north})', f'Lon({west}:{east})']


type Side = tuple[float | None, float | None]


class OutsideCoverage(NotFound):
    """The coverage has no cell in the part that is asked for."""


@dataclass(frozen=True)
class Region:
    """A part of the plane in one system: x and y from and to, None for an open end.

    slices: for x and for y, whether one coordinate was given and not an interval.
    """

    system: System
    x: Side = (None, None)
    y: Side = (None, None)
    slices: tuple[bool, bool] = (False, False)

    @property
    def whole(self) -> bool:
        """Whether the region is unbounded."""
        return self.x == self.y == (None, None)

    def bounds(self, grid: Grid) -> Bounds:
        """West, south, east, north; an open end is that of the raster. Raises OutsideCoverage."""
        west, south, east, north = grid.bounds_in(self.system.crs.srid)
        x1, x2 = self._beside(west, east)
        y1, y2 = _clamp_side(self.y, south, north)
        if x1 > east or x2 < west or y1 > north or y2 < south:
            raise self._outside((west, south, east, north))
        return x1, y1, x2, y2

    def bounds_in(self, srid: int, grid: Grid) -> Bounds:
        """The bounds in the system `srid`; raises BadParameter for a box that is too large to be expressed there."""
        west, south, east, north = moved_bounds(self.bounds(grid), self.system.crs.srid, srid)
        if not (math.isfinite(east - west) and math.isfinite(north - south)):
            raise BadParameter(
                vi=f'Vùng yêu cầu quá rộng cho hệ EPSG:{srid}. Thu hẹp, hoặc dùng * cho đầu mở.',
                en=f'The part that is asked for is too large for EPSG:{srid}. Narrow it, or use * for an open end.',
            )
        return west, south, east, north

    def _beside(self, west: float, east: float) -> tuple[float, float]:
        """From and to on the x axis; a longitude and the same with a circle more are one place."""
        x1, x2 = _clamp_side(self.x, west, east)
        turns = (0.0, -360.0, 360.0) if self.system.geographic else (0.0,)
        turn = next((turn for turn in turns if x1 + turn <= east and x2 + turn >= west), 0.0)
        return x1 + turn, x2 + turn

    def _outside(self, extent: Bounds) -> OutsideCoverage:
        west, south, east, north = (f'{value:.10g}' for value in extent)
        x, y = self.system.axes
        return OutsideCoverage(
            vi=f'Không có ô nào ở đó. Dữ liệu nằm trong {x}({west}:{east}), {y}({south}:{north}). '
            'Kiểm tra thứ tự trục và hệ tọa độ.',
            en=f'There is no cell there. The data lie in {x}({west}:{east}), {y}({south}:{north}). '
            'Check the order of axes and the coordinate system.',
        )


def read_axes() -> list[tuple[str, str]]:
    """Each axis that `subset` names in the current request, with what stands in its brackets; raises BadParameter."""
    return SUBSET.read() or []


def read_region(
    systems_by_name: dict[str, System], axes: list[tuple[str, str]] | None = None, *, degrees_anywhere: bool = False
) -> Region:
    """The part that the current request asks for; raises BadParameter, UnservedCrs.

    systems_by_name: the data's systems by URI, their own first. axes: of `read_axes`, where not all are of space.
    degrees_anywhere: whether Lat and Lon are degrees beside a plane system too, which has no axes of these names.
    """
    box, box_system = BBOX.read(), read_system(BBOX_CRS, systems_by_name, CRS84)
    by_axis = read_axes() if axes is None else axes
    subset_system = _subset_system(systems_by_name, [name for name, _ in by_axis], degrees_anywhere)
    if box is not None and by_axis:
        raise BadParameter(
            vi='bbox và subset không dùng cùng lúc. Bỏ một trong hai.',
            en='bbox and subset do not go together. Leave one of them out.',
        )
    if box is not None:
        x1, y1, x2, y2 = (box[1], box[0], box[3], box[2]) if box_system.crs.yx else box
        return Region(box_system, _along_x('bbox', x1, x2, box_system), _require_rising('bbox', y1, y2))
    return _region_of_axes(subset_system, by_axis)


def _region_of_axes(of: System, by_axis: list[tuple[str, str]]) -> Region:
    sides: dict[int, tuple[Side, bool]] = {}
    for name, text in by_axis:
        place = of.axis(name)
        if place is None:
            raise _no_axis(name, of)
        if place in sides:
            raise BadParameter(vi=f'subset: trục {name} có hai lần.', en=f'subset: the axis {name} is given twice.')
        sides[place] = _side_of_axis(name, text, of if place == 0 else None)
    x, y = sides.get(0, ((None, None), False)), sides.get(1, ((None, None), False))
    return Region(of, x[0], y[0], (x[1], y[1]))


def _subset_system(systems_by_name: dict[str, System], names: list[str], degrees_anywhere: bool) -> System:
    """That of `subset-crs`; without it CRS84, or the raster's own where the axes are called E and N."""
    own, default = next(iter(systems_by_name.values())), systems_by_name[CRS84]
    if not SUBSET_CRS.text and names and not own.geographic and all(own.axis(name) is not None for name in names):
        return own
    chosen = read_system(SUBSET_CRS, systems_by_name, CRS84)
    if degrees_anywhere and names and not chosen.geographic and all(default.axis(name) is not None for name in names):
        return default
    return chosen


def _side_of_axis(name: str, text: str, across: System | None) -> tuple[Side, bool]:
    """An interval `20:20.5` with * for an open end, or one coordinate. across: the system, for an x axis."""
    low, colon, high = text.partition(':')
    if not colon:
        at = _parse_number(name, text)
        return (at, at), True
    first, last = (None if end.strip() == '*' else _parse_number(name, end) for end in (low, high))
    if first is None or last is None:
        return (first, last), False
    return (_along_x(name, first, last, across) if across else _require_rising(name, first, last)), False


def _parse_number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float('nan')
    if not math.isfinite(number):
        raise BadParameter(
            vi=f'subset: {name}({text}) không phải là số hay khoảng số.',
            en=f'subset: {name}({text}) is neither a number nor an interval of numbers.',
        )
    return number


def _require_rising(name: str, low: float, high: float) -> tuple[float, float]:
    if low > high:
        raise BadParameter(
            vi=f'{name}: {low:g} lớn hơn {high:g}. Viết số nhỏ trước.',
            en=f'{name}: {low:g} is more than {high:g}. Write the lower one first.',
        )
    return low, high


def _along_x(name: str, low: float, high: float, system: System) -> tuple[float, float]:
    """Raises BadParameter like `_require_rising`; longitudes may also fall, for a box across the antimeridian."""
    return (low, high + 360) if system.geographic and low > high else _require_rising(name, low, high)


def _clamp_side(side: Side, low: float, high: float) -> tuple[float, float]:
    first, last = side
    return low if first is None else first, high if last is None else last


def _no_axis(name: str, of: System) -> BadParameter:
    x, y = of.axes
    if name.lower() in {'time', 't'}:
        return BadParameter(
            vi='Dữ liệu này không có trục thời gian; dùng datetime để xem bản phát hành cũ.',
            en='These data have no axis of time; use datetime for an earlier release.',
        )
    return BadParameter(
        vi=f'Không có trục "{name}". Các trục: {x}, {y} (theo {of.crs.uri}).',
        en=f'There is no axis "{name}". The axes are {x} and {y} (of {of.crs.uri}).',
    )

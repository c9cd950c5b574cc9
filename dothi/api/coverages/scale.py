"""How large the cells of an answer are: `scale-factor`, `scale-axes`, `scale-size`, `resolution`, `width`, `height`."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rasterio.crs import CRS
from rasterio.warp import calculate_default_transform

from dothi.api.coverages.region import Region, per_axis
from dothi.api.coverages.systems import System, is_global, systems_in
from dothi.api.http.offer import Offer
from dothi.api.http.parameters import BadParameter, Parameter
from dothi.api.http.parsers import Parser, parse_positive, whole_number
from dothi.core.crs import proj_string
from dothi.core.grid import Grid
from dothi.core.text import Text

# A hair of a cell: what a rounding error may be without taking another row or column in.
HAIR = 1e-6
MOST_CELLS = 10**9
RESOLUTION = Parameter(
    'resolution', per_axis, {'type': 'string'}, Text(vi='Cỡ ô theo trục.', en='Size of a cell on each axis.'),
    example=lambda offer: _example(offer, '0.05' if _own_system(offer).geographic else '500'),
)  # fmt: skip
WIDTH = Parameter(
    'width', whole_number(1), {'type': 'integer', 'minimum': 1}, Text(vi='Số cột.', en='Number of columns.'), 100
)
HEIGHT = Parameter(
    'height', whole_number(1), {'type': 'integer', 'minimum': 1}, Text(vi='Số hàng.', en='Number of rows.'), 100
)
SCALE_FACTOR = Parameter(
    'scale-factor', parse_positive, {'type': 'number'},
    Text(vi='Bao nhiêu ô thành một.', en='How many cells become one.'), 4,
)  # fmt: skip
SCALE_AXES = Parameter(
    'scale-axes', per_axis, {'type': 'string'}, Text(vi='Như thế, theo trục.', en='The same, on each axis.'),
    example=lambda offer: _example(offer, '2', '4'),
)  # fmt: skip
SCALE_SIZE = Parameter(
    'scale-size', per_axis, {'type': 'string'}, Text(vi='Số ô theo trục.', en='Cells on each axis.'),
    example=lambda offer: _example(offer, '100'),
)  # fmt: skip
GDAL_SCALE_SIZE = Parameter(
    'scaleSize', per_axis, {'type': 'string'},
    Text(vi='Như scale-size, GDAL viết thế này.', en='As scale-size, as GDAL writes it.'),
)  # fmt: skip
# One family at a time: an earlier draft of the standard scaled by factors and sizes, the present one by resolution.
FAMILIES: tuple[tuple[Parameter[Any], ...], ...] = (
    (SCALE_FACTOR,), (SCALE_AXES,), (SCALE_SIZE, GDAL_SCALE_SIZE), (RESOLUTION,), (WIDTH, HEIGHT),
)  # fmt: skip
SCALING = tuple(parameter for family in FAMILIES for parameter in family)


def _own_system(offer: Offer) -> System:
    return next(iter(systems_in(offer).values()))


def _example(offer: Offer, x_value: str, y_value: str | None = None) -> str:
    x, y = _own_system(offer).axes
    return f'{x}({x_value}),{y}({y_value or x_value})'


type PerAxis = tuple[float | None, float | None]


@dataclass(frozen=True)
class Scale:
    """What is asked of the cells, for x and for y; None leaves an axis as it is.

    factor: how many of the raster's cells become one. size: how many cells there shall be. resolution: how large
    one shall be.
    """

    factor: PerAxis = (None, None)
    size: PerAxis = (None, None)
    resolution: PerAxis = (None, None)

    @property
    def scaled_axes(self) -> tuple[bool, bool]:
        """Whether the request scales the x axis, and whether it scales the y axis."""
        kinds = zip(self.factor, self.size, self.resolution, strict=True)
        x, y = (any(value is not None for value in kind) for kind in kinds)
        return x, y


def read_scale(target: System) -> Scale:
    """What the current request asks of the cells of an answer in the system `target`; raises BadParameter."""
    families = [family for family in FAMILIES if any(parameter.is_present for parameter in family)]
    if len(families) > 1:
        names = ', '.join(family[0].name for family in families)
        raise BadParameter(vi=f'{names}: chỉ dùng một.', en=f'{names}: use only one of them.')
    factor, size = SCALE_FACTOR.read(), _per_axis(SCALE_SIZE, target, whole_number(1))
    if size == (None, None):
        size = _per_axis(GDAL_SCALE_SIZE, target, whole_number(1))
    if size == (None, None):
        size = (WIDTH.read(), HEIGHT.read())
    return Scale(
        factor=(factor, factor) if factor else _per_axis(SCALE_AXES, target, parse_positive),
        size=size,
        resolution=_per_axis(RESOLUTION, target, parse_positive),
    )


def grid_in(native: Grid, srid: int) -> Grid:
    """All cells of a raster in another system: squares of about its own resolution. Its own grid in its own system."""
    return native if srid == native.srid else _warped_grid(native, srid)


def grid_of_part(base: Grid, region: Region, native: Grid, scale: Scale) -> Grid:
    """The cells of an answer: those of `base` whose inside meets the region, scaled as asked.

    Where a number of cells is asked for they fill the very box that is asked for, even beyond the raster.
    """
    if any(sliced and is_scaled for sliced, is_scaled in zip(region.slices, scale.scaled_axes, strict=True)):
        raise BadParameter(
            vi='Một trục không thể vừa lấy lát cắt vừa đổi cỡ ô. Dùng khoảng (a:b) thay cho một tọa độ.',
            en='An axis cannot be sliced and scaled at once. Use an interval (a:b) instead of one coordinate.',
        )
    west, south, east, north = base.bounds if region.whole else region.bounds_in(base.srid, native)
    # around the globe the columns begin anew, and an answer may hold both sides of the antimeridian
    columns = base.width * 2 if is_global(base) else base.width
    left, width = _cell_span((west - base.west) / base.cell_width, (east - base.west) / base.cell_width, columns)
    top, height = _cell_span(
        (base.north - north) / base.cell_height, (base.north - south) / base.cell_height, base.height
    )
    window = base.window(left, top, width, height)
    if any(value is not None for value in scale.size):
        across, down = scale.size
        across_cells, down_cells = int(across or width), int(down or height)
        if east > west and north > south:
            size = (east - west) / across_cells, (north - south) / down_cells
            return Grid(base.srid, across_cells, down_cells, west, north, *size)
        return window.of_size(across_cells, down_cells)
    return _scaled_grid(window, scale)


def _scaled_grid(window: Grid, scale: Scale) -> Grid:
    """Cells of the size that is asked for, from the north-west corner on; the last ones may reach beyond the window."""
    (fx, fy), (rx, ry) = scale.factor, scale.resolution
    columns, cell_width = _count_cells(window.width, window.cell_width, fx, rx)
    rows, cell_height = _count_cells(window.height, window.cell_height, fy, ry)
    return Grid(window.srid, columns, rows, window.west, window.north, cell_width, cell_height)


def _count_cells(cells: int, size: float, factor: float | None, resolution: float | None) -> tuple[int, float]:
    """How many cells there are along an axis, and how large each is. cells, size: of the window."""
    cell_count = size * min(factor, cells) if factor else resolution
    if cell_count is None:
        return cells, size
    # a number that no limit allows stands for all that are larger
    return max(1, math.ceil(min(cells * (size / cell_count), MOST_CELLS) - HAIR)), cell_count


def _cell_span(low: float, high: float, cells: int) -> tuple[int, int]:
    """First cell and number of cells whose inside meets low..high, counted in cells; one at least."""
    first = min(max(math.floor(low + HAIR), 0), cells - 1)
    last = min(max(math.ceil(high - HAIR), first + 1), cells)
    return first, last - first


@lru_cache(64)
def _warped_grid(native: Grid, srid: int) -> Grid:
    source, target = (CRS.from_string(proj_string(code)) for code in (native.srid, srid))
    place, width, height = calculate_default_transform(source, target, native.width, native.height, *native.bounds)
    return Grid(srid, width, height, place.c, place.f, place.a, -place.e)


def _per_axis(parameter: Parameter[list[tuple[str, str]]], target: System, parse: Parser[float]) -> PerAxis:
    """`E(2),N(2)` for x and for y; an axis that is empty or left out stays as it is."""
    by_axis: list[float | None] = [None, None]
    name = parameter.name
    for axis, text in parameter.read() or []:
        place = target.axis(axis)
        if place is None:
            x, y = target.axes
            raise BadParameter(
                vi=f'{name}: không có trục "{axis}". Các trục của câu trả lời: {x}, {y}.',
                en=f'{name}: there is no axis "{axis}". The axes of the answer are {x} and {y}.',
            )
        by_axis[place] = parse(name, text) if text else None
    return by_axis[0], by_axis[1]

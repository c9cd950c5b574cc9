"""How many pixels a map has and which box they show: `width`, `height`, `scale-denominator`, `mm-per-pixel`."""

import math
from dataclasses import dataclass
from typing import Any

from dothi.api.http.parameters import BadParameter, Parameter, Schema
from dothi.api.http.parsers import parse_positive, whole_number
from dothi.cartography.mapping.view import View
from dothi.core.crs import DEGREE_M, WEB_MERCATOR, units_per_metre
from dothi.core.text import Text

type Box = tuple[float, float, float, float]
type Point = tuple[float, float]

# Of the longer side, where nothing else says how large the map shall be.
DEFAULT_PX = 1024
# OGC 20-058, requirement 16 C: the standard's pixel.
STANDARD_PIXEL_MM = 0.28
# Lines of a map for paper are at most so many times as wide as on a screen.
RATIOS = (0.25, 10.0)
# Beyond these denominators no rule of a style differs.
RULE_SCALES = (1.0, 1e10)
# Units of any system: beyond and below these numbers lose their digits.
FURTHEST, LEAST_SIDE = 1e10, 1e-9
# Data that reach no further than this are one place, of which so much around it is shown.
SINGLE_PLACE_M, SURROUNDINGS_M = 1.0, 1_000.0
# Of a side: what is shown on paper of size A0 at 300 dots per inch has 14,000.
MOST_PX = 16_000
PIXELS: Schema = {'type': 'integer', 'minimum': 1, 'maximum': MOST_PX}
ABOVE_0: Schema = {'type': 'number', 'minimum': 0, 'exclusiveMinimum': True}
WIDTH = Parameter(
    'width', whole_number(1), PIXELS, Text(vi='Số cột điểm ảnh.', en='Columns of pixels.'), DEFAULT_PX // 4
)
HEIGHT = Parameter(
    'height', whole_number(1), PIXELS, Text(vi='Số hàng điểm ảnh.', en='Rows of pixels.'), DEFAULT_PX // 4
)
SCALE_DENOMINATOR = Parameter(
    'scale-denominator',
    parse_positive,
    ABOVE_0,
    Text(
        vi='Tỷ lệ: chừng này mét trên thực địa là một mét trên màn hình.',
        en='Scale: so many metres on the ground are one on the display.',
    ),
    example=100_000,
)
MM_PER_PIXEL = Parameter(
    'mm-per-pixel',
    parse_positive,
    ABOVE_0 | {'default': STANDARD_PIXEL_MM},
    Text(
        vi='Cỡ một điểm ảnh trên màn hình hay giấy, mm; nét vẽ giữ bề rộng tính bằng mm.',
        en='Size of a pixel of the display or on paper, in mm; lines keep their width in mm.',
    ),
    example=STANDARD_PIXEL_MM / 2,
)
SIZE: tuple[Parameter[Any], ...] = (WIDTH, HEIGHT, SCALE_DENOMINATOR, MM_PER_PIXEL)


@dataclass(frozen=True)
class Wish:
    """What is asked of the size. scale: so many metres on the ground are one on the display."""

    width: int | None = None
    height: int | None = None
    scale: float | None = None
    mm_per_pixel: float = STANDARD_PIXEL_MM

    @property
    def pixel_ratio(self) -> float:
        """Pixels of the picture for one of the style: lines keep their width in millimetres."""
        least, most = RATIOS
        return min(max(STANDARD_PIXEL_MM / self.mm_per_pixel, least), most)

    @property
    def metres_per_px(self) -> float | None:
        """The size of a pixel on the ground at the scale, in metres (requirement 15 C)."""
        return self.scale and self.mm_per_pixel / 1000 * self.scale


def read_wish() -> Wish:
    """Read the map size that the current request asks for; raises BadParameter."""
    return Wish(WIDTH.read(), HEIGHT.read(), SCALE_DENOMINATOR.read(), MM_PER_PIXEL.read() or STANDARD_PIXEL_MM)


def frame_view(srid: int, wish: Wish, extent: Box, box: Box | None = None, centre: Point | None = None) -> View:
    """The view that shows `box`, or as much as there is room for around `centre`, or all of `extent`.

    srid: of the map and of the coordinates. A box is shown as it is, also where width and height stretch it; what
    is left out of width and height follows from its shape on the ground. Raises BadParameter for parameters that
    say too much, or speak of what is larger than any world or smaller than any grain. (OGC 20-058, 7.4 and requirements
    13 to 15, 25.)
    """
    if box is not None:
        _must_be_sensible(box, may_be_flat=True)
    view = _frame_view(srid, wish, _with_surroundings(srid, extent), box, centre)
    _must_be_sensible(view.box)
    return view


def _frame_view(srid: int, wish: Wish, extent: Box, box: Box | None, centre: Point | None) -> View:
    if wish.scale is not None:
        return _at_scale(srid, wish, extent, box, centre)
    if centre is not None:
        whole = _frame_view(srid, Wish(), extent, None, None)
        metres = _longer_side(srid, extent) / DEFAULT_PX * wish.mm_per_pixel / STANDARD_PIXEL_MM
        return _view_around(srid, centre, (wish.width or whole.width_px, wish.height or whole.height_px), metres, wish)
    if box is None:
        box = _of_aspect(srid, extent, wish)
    box = _with_area(srid, box, extent)
    return View(srid, box, *_pixels_of(srid, box, wish), wish.pixel_ratio)


def tile_view(view: View, wish: Wish, pixel_ratio: float) -> View:
    """The tile `view` in the size, with the sharpness and by the rules of the scale that are asked for.

    The box of a tile is settled, so a scale says by which rules of style it is drawn (OGC 20-058, requirement 5).
    """
    pixels = wish.width or wish.height or view.width_px
    least, most = RULE_SCALES
    scale = wish.scale and min(max(wish.scale, least), most)
    return View(view.crs, view.box, pixels, wish.height or pixels, pixel_ratio, scale)


def _must_be_sensible(box: Box, *, may_be_flat: bool = False) -> None:
    """Raises BadParameter for a box with which nothing can be reckoned. may_be_flat: it may be a point or a line."""
    west, south, east, north = box
    sides = [side for side in (east - west, north - south) if side or not may_be_flat]
    # not the other way round: what is not a number is in no order with any
    if not (all(abs(value) <= FURTHEST for value in box) and all(side >= LEAST_SIDE for side in sides)):
        raise BadParameter(
            vi=f'Khung {west:g}, {south:g}, {east:g}, {north:g} quá nhỏ hoặc xa hơn trái đất. Xem lại bbox, subset, '
            'center, scale-denominator, mm-per-pixel.',
            en=f'The box {west:g}, {south:g}, {east:g}, {north:g} is too small, or farther away than the earth. See '
            'bbox, subset, center, scale-denominator, mm-per-pixel.',
        )


def ground_size(srid: int, box: Box) -> Point:
    """What a unit of the system is on the ground in the middle of the box, in metres: to the east, to the north."""
    middle = (box[1] + box[3]) / 2
    if srid == WEB_MERCATOR:
        # the latitude of a northing y is gd(y / R), and cos(gd(u)) = 1 / cosh(u)
        # the square ends where y / R is pi; what lies beyond has no limit
        metres = 1 / math.cosh(min(abs(middle) / 6_378_137, 5))
        return metres, metres
    metres = 1 / units_per_metre(srid)
    if metres < DEGREE_M / 2:
        return metres, metres
    # towards a pole a degree of longitude comes to nothing
    return metres * max(math.cos(math.radians(middle)), 0.01), metres


def _at_scale(srid: int, wish: Wish, extent: Box, box: Box | None, centre: Point | None) -> View:
    metres = wish.metres_per_px or 0.0
    if box is not None:
        if wish.width or wish.height:
            raise BadParameter(
                vi='scale-denominator, width/height và bbox/subset không dùng cùng lúc. Bỏ một trong ba.',
                en='scale-denominator, width/height and bbox/subset do not go together. Leave one of the three out.',
            )
        box = _with_area(srid, box, extent)
        return View(srid, box, *_count_pixels(srid, box, metres), wish.pixel_ratio)
    # the whole extent where it is small at this scale, a map of the usual size where it is not
    across, down = (min(pixels, DEFAULT_PX) for pixels in _count_pixels(srid, extent, metres))
    size = (wish.width or across, wish.height or down)
    return _view_around(srid, centre or _middle_of(extent), size, metres, wish)


def _view_around(srid: int, centre: Point, size: tuple[int, int], metres: float, wish: Wish) -> View:
    (x, y), (width, height) = centre, size
    per_x, per_y = ground_size(srid, (x, y, x, y))
    dx, dy = width * metres / per_x / 2, height * metres / per_y / 2
    return View(srid, (x - dx, y - dy, x + dx, y + dy), width, height, wish.pixel_ratio)


def _pixels_of(srid: int, box: Box, wish: Wish) -> tuple[int, int]:
    """Width and height in pixels, where the request leaves out one or both."""
    width_m, height_m = _box_metres(srid, box)
    if wish.width and wish.height:
        return wish.width, wish.height
    if wish.width:
        return wish.width, max(1, round(wish.width * height_m / width_m))
    if wish.height:
        return max(1, round(wish.height * width_m / height_m)), wish.height
    longer = max(width_m, height_m)
    return max(1, round(DEFAULT_PX * width_m / longer)), max(1, round(DEFAULT_PX * height_m / longer))


def _count_pixels(srid: int, box: Box, metres: float) -> tuple[int, int]:
    """Pixels across and down, of which each is so many metres; a number that no limit allows stands for all above."""
    across, down = (max(1, round(min(side / max(metres, 1e-12), 1e9))) for side in _box_metres(srid, box))
    return across, down


def _of_aspect(srid: int, extent: Box, wish: Wish) -> Box:
    """The extent, with more around it where width and height ask for another shape: nothing is stretched unasked."""
    if not (wish.width and wish.height):
        return extent
    extent = _with_area(srid, extent, extent)
    (width_m, height_m), (x, y) = _box_metres(srid, extent), _middle_of(extent)
    metres = max(width_m / wish.width, height_m / wish.height)
    per_x, per_y = ground_size(srid, extent)
    dx, dy = wish.width * metres / per_x / 2, wish.height * metres / per_y / 2
    return x - dx, y - dy, x + dx, y + dy


def _with_area(srid: int, box: Box, extent: Box) -> Box:
    """The box; a side without length is as long as a pixel of the map of everything."""
    west, south, east, north = box
    half_m = max(_longer_side(srid, box), _longer_side(srid, extent), 1e-3) / DEFAULT_PX / 2
    per_x, per_y = ground_size(srid, box)
    if west == east:
        west, east = west - half_m / per_x, east + half_m / per_x
    if south == north:
        south, north = south - half_m / per_y, north + half_m / per_y
    return west, south, east, north


def _with_surroundings(srid: int, extent: Box) -> Box:
    """The extent; that of a single place has as much around it as shows where it is."""
    if _longer_side(srid, extent) >= SINGLE_PLACE_M:
        return extent
    (x, y), (per_x, per_y) = _middle_of(extent), ground_size(srid, extent)
    dx, dy = SURROUNDINGS_M / per_x / 2, SURROUNDINGS_M / per_y / 2
    return x - dx, y - dy, x + dx, y + dy


def _box_metres(srid: int, box: Box) -> tuple[float, float]:
    """Width and height of the box on the ground, in metres."""
    per_x, per_y = ground_size(srid, box)
    return (box[2] - box[0]) * per_x, (box[3] - box[1]) * per_y


def _longer_side(srid: int, box: Box) -> float:
    return max(_box_metres(srid, box))


def _middle_of(box: Box) -> Point:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2

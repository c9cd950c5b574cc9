"""The scale of a printed map: what a frame shows at it, which round one fits an extent, and the bar that shows it."""

import math
from dataclasses import dataclass

from dothi.cartography.paper import SIZES_MM, Orientation, Paper, Rectangle, Sheet, sheet_of
from dothi.core.errors import WrongUse
from dothi.core.text import Text
from processes.forms.numbers import format_number

# Denominators that people know, times a power of ten.
ROUND = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5)
LEAST = 100
# White around an extent whose scale is free, as a share of its longer side.
ROOM = 0.03
# How an extent that is but a point is widened.
LEAST_SIDE_M = 100.0

type Box = tuple[float, float, float, float]


class DoesNotFit(WrongUse):
    """The extent is larger than the paper shows at the scale that is asked for."""


@dataclass(frozen=True)
class Bar:
    """A scale bar. length_m: on the ground; length_mm: on the paper; parts: how many it is divided into."""

    length_m: float
    length_mm: float
    parts: int


def widen_box(box: Box) -> Box:
    """The extent with some room around it, and with sides of 100 m at least."""
    west, south, east, north = box
    room = ROOM * max(east - west, north - south)
    across, up = (max(room, (LEAST_SIDE_M - side) / 2) for side in (east - west, north - south))
    return west - across, south - up, east + across, north + up


def fitting_scale(box: Box, frame: Rectangle) -> int:
    """The largest round scale at which the frame holds the extent, as its denominator: 50000 for 1:50,000.

    box: west, south, east, north in metres.
    """
    west, south, east, north = box
    least = max((east - west) / frame.width, (north - south) / frame.height) * 1_000
    power = 10.0 ** math.floor(math.log10(max(least, LEAST)))
    steps = [round(step * power * times) for times in (1, 10) for step in ROUND]
    return max(LEAST, next(step for step in steps if step >= least * (1 - 1e-9)))


def place_frame(box: Box, frame: Rectangle, denominator: float) -> Box:
    """What the frame shows at the scale: west, south, east, north in metres, with the extent in its middle."""
    west, south, east, north = box
    wide, high = frame.width * denominator / 1_000, frame.height * denominator / 1_000
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def must_fit(box: Box, sheet: Sheet, denominator: float) -> None:
    """Raises DoesNotFit, which says what would, where the frame does not hold the extent at the scale."""
    west, south, east, north = box
    wide, high = (east - west) * 1_000 / denominator, (north - south) * 1_000 / denominator
    # half a pixel over is not seen
    if wide <= sheet.frame.width + 0.14 and high <= sheet.frame.height + 0.14:
        return
    fits, larger = fitting_scale(box, sheet.frame), _larger_paper(box, denominator)
    paper_vi = f', hoặc chọn khổ {larger[0]} {NAMES[larger[1]].vi}' if larger else ''
    paper_en = f', or take {larger[0]} {NAMES[larger[1]].en}' if larger else ''
    vi = [format_number(value, 'vi') for value in (denominator, round(wide), round(high), fits)]
    en = [format_number(value, 'en') for value in (denominator, round(wide), round(high), fits)]
    frame = f'{sheet.frame.width:.0f} × {sheet.frame.height:.0f} mm'
    raise DoesNotFit(
        vi=f'Ở tỷ lệ 1:{vi[0]} phạm vi này rộng {vi[1]} × {vi[2]} mm, khung bản đồ trên giấy {sheet.paper} '
        f'{NAMES[sheet.orientation].vi} chỉ có {frame}. Bỏ trống tỷ lệ, dùng 1:{vi[3]}{paper_vi}.',
        en=f'At 1:{en[0]} this extent takes {en[1]} × {en[2]} mm, and the map on {sheet.paper} {sheet.orientation} '
        f'has {frame}. Leave the scale out, use 1:{en[3]}{paper_en}.',
    )


NAMES = {'landscape': Text(vi='ngang', en='landscape'), 'portrait': Text(vi='dọc', en='portrait')}


def _larger_paper(box: Box, denominator: float) -> tuple[Paper, Orientation] | None:
    """The smallest sheet that holds the extent at the scale."""
    west, south, east, north = box
    wide, high = (east - west) * 1_000 / denominator, (north - south) * 1_000 / denominator
    orientations: tuple[Orientation, Orientation] = ('landscape', 'portrait')
    for paper in SIZES_MM:
        for orientation in orientations:
            frame = sheet_of(paper, orientation).frame
            if wide <= frame.width and high <= frame.height:
                return paper, orientation
    return None


def bar_of(denominator: float, most_mm: float) -> Bar:
    """The longest bar of 1, 2 or 5 times a power of ten metres that is no longer than `most_mm` on the paper."""
    most_m = most_mm * denominator / 1_000
    power = 10.0 ** math.floor(math.log10(most_m))
    step = max(step for step in (1, 2, 5) if step * power <= most_m * (1 + 1e-9))
    length_m = step * power
    return Bar(length_m, length_m * 1_000 / denominator, {1: 4, 2: 4, 5: 5}[step])

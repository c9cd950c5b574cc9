"""Sheets of paper: their sizes, and where on them the map, its explanations and the sources lie."""

import math
from dataclasses import dataclass
from typing import Literal

from dothi.cartography.style.zoom import PIXEL_M

Paper = Literal['A4', 'A3', 'A2', 'A1', 'A0']
Orientation = Literal['landscape', 'portrait']

# ISO 216, short side and long side.
SIZES_MM: dict[Paper, tuple[float, float]] = {
    'A4': (210, 297), 'A3': (297, 420), 'A2': (420, 594), 'A1': (594, 841), 'A0': (841, 1189),
}  # fmt: skip
# How much larger letters and margins are than on A4: a larger sheet is read from farther away.
FACTORS: dict[Paper, float] = {'A4': 1, 'A3': 1.2, 'A2': 1.5, 'A1': 1.9, 'A0': 2.4}
PIXEL_MM = PIXEL_M * 1_000
# All in millimetres of A4: the paper's white edge, the band of the grid's numbers around the map, the title, the
# foot of the sheet, the width of the explanations beside a map, and their height below one.
EDGE, BAND, TITLE, FOOT, COLUMN = 8.0, 5.0, 14.0, 5.0, 62.0
GAP, COLUMN_GAP = 3.0, 4.0
UPRIGHT = 77.0


@dataclass(frozen=True)
class Rectangle:
    """Millimetres from the left and upper edge of the paper."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True)
class Sheet:
    """A sheet: its size, the frame that the map fills, and the place of the explanations, whose columns are as wide.

    The frame has a whole number of the standard's pixels of 0.28 mm, so that the picture in it is to scale exactly.
    """

    paper: Paper
    orientation: Orientation
    width_mm: float
    height_mm: float
    factor: float
    frame: Rectangle
    explanations: Rectangle

    @property
    def column_mm(self) -> float:
        """Width of a column of the explanations; below a map there are three."""
        if self.orientation == 'landscape':
            return self.explanations.width
        return (self.explanations.width - 2 * COLUMN_GAP * self.factor) / 3

    @property
    def frame_px(self) -> tuple[int, int]:
        """Width and height of the frame in pixels of 0.28 mm."""
        return round(self.frame.width / PIXEL_MM), round(self.frame.height / PIXEL_MM)

    @property
    def border(self) -> Rectangle:
        """The line around all that is printed."""
        edge = EDGE * self.factor
        return Rectangle(edge, edge, self.width_mm - 2 * edge, self.height_mm - 2 * edge)


def sheet_of(paper: Paper, orientation: Orientation) -> Sheet:
    """The sheet: explanations at the right of the map, or below it on a sheet that stands upright."""
    short, long = SIZES_MM[paper]
    width, height = (long, short) if orientation == 'landscape' else (short, long)
    factor = FACTORS[paper]
    edge, band, gap = EDGE * factor, BAND * factor, GAP * factor
    left, top = edge + band, edge + TITLE * factor + band
    right, bottom = width - edge - band, height - edge - FOOT * factor - band
    if orientation == 'landscape':
        right -= COLUMN * factor + gap
        beside_top = edge + TITLE * factor + gap
        beside = Rectangle(right + band, beside_top, COLUMN * factor, height - edge - FOOT * factor - gap - beside_top)
    else:
        bottom -= UPRIGHT * factor + gap
        beside_top = bottom + band
        beside = Rectangle(edge + gap, beside_top, width - 2 * edge - 2 * gap, UPRIGHT * factor)
    frame = Rectangle(left, top, _whole_mm(right - left), _whole_mm(bottom - top))
    return Sheet(paper, orientation, width, height, factor, frame, beside)


def _whole_mm(length_mm: float) -> float:
    """The longest length that is a whole number of pixels and no longer than `length_mm`."""
    return math.floor(length_mm / PIXEL_MM) * PIXEL_MM

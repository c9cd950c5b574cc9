"""A map's sheet: where its frame lies, and what stands around it: title, legend, scale bar, arrow, sources."""

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import shapely
from shapely.geometry.base import BaseGeometry

from dothi.core.text import Lang, Text
from processes.forms.numbers import format_number

WIDTH_PX, HEIGHT_PX, MARGIN_PX = 1_200, 900, 24
# The frame, in pixels from the upper left corner: left, top, right, bottom.
FRAME_PX = (MARGIN_PX, 96, WIDTH_PX - 300, HEIGHT_PX - 84)
LEGEND_PX = FRAME_PX[2] + 20
SWATCH_PX = (28, 16)
ROW_PX = 26
SCALE_BAR_PX = 180
# Width of a letter of DejaVu Sans, in parts of its height; the bold one is wider.
LETTER, BOLD_LETTER = 0.58, 0.68
SIZES_PX = {'title': 22, 'demo': 15, 'heading': 14, 'text': 13, 'small': 11, 'north': 16}
NORTH = Text(vi='B', en='N')
# How an extent that is but a point is widened, in metres.
LEAST_SIDE_M = 500

type Kind = Literal['area', 'line', 'point']


@dataclass(frozen=True)
class Entry:
    """A line of the legend: number of its class, how it is drawn, and what it means."""

    number: int
    kind: Kind
    label: str


@dataclass(frozen=True)
class Words:
    """What is written on the sheet. demo: the mark of demonstration data, or nothing. sources: below the frame."""

    title: str
    legend: str
    demo: str
    sources: str
    lang: Lang


@dataclass(frozen=True)
class Sheet:
    """The sheet as a view of the working CRS: `west` and `north` are the corner of the whole sheet, in metres."""

    west: float
    north: float
    metres_per_px: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the whole sheet."""
        return (self.west, self._y(HEIGHT_PX), self._x(WIDTH_PX), self.north)

    @property
    def frame(self) -> BaseGeometry:
        """The rectangle of the map on the sheet, in the coordinates of the map."""
        return self.rectangle(*FRAME_PX)

    def rectangle(self, left: float, top: float, right: float, bottom: float) -> BaseGeometry:
        """A rectangle of the sheet that is given in pixels."""
        return shapely.box(self._x(left), self._y(bottom), self._x(right), self._y(top))

    def point(self, x: float, y: float) -> BaseGeometry:
        """A place of the sheet that is given in pixels."""
        return shapely.Point(self._x(x), self._y(y))

    def line(self, *places: tuple[float, float]) -> BaseGeometry:
        """A line through places in pixels."""
        return shapely.LineString([(self._x(x), self._y(y)) for x, y in places])

    def _x(self, x: float) -> float:
        return self.west + x * self.metres_per_px

    def _y(self, y: float) -> float:
        return self.north - y * self.metres_per_px


@dataclass(frozen=True)
class Mark:
    """Something drawn on the sheet: its place, how it looks, and what is written there."""

    shape: BaseGeometry
    look: str
    text: str = ''
    number: int = 0

    @property
    def feature(self) -> dict[str, Any]:
        properties = {'look': self.look, 'text': self.text, 'class': self.number}
        return {'type': 'Feature', 'geometry': shapely.geometry.mapping(self.shape), 'properties': properties}


def sheet_of(bounds: tuple[float, float, float, float]) -> Sheet:
    """The sheet whose frame holds `bounds` (west, south, east, north in metres), with some room around them."""
    west, south, east, north = bounds
    left, top, right, bottom = FRAME_PX
    wide, high = max(east - west, LEAST_SIDE_M) * 1.08, max(north - south, LEAST_SIDE_M) * 1.08
    metres_per_px = max(wide / (right - left), high / (bottom - top))
    middle = ((left + right) / 2, (top + bottom) / 2)
    return Sheet(
        (west + east) / 2 - middle[0] * metres_per_px, (south + north) / 2 + middle[1] * metres_per_px, metres_per_px
    )


def page_marks(sheet: Sheet, words: Words, entries: Sequence[Entry]) -> list[Mark]:
    """Everything around and above the map itself."""
    whole = shapely.box(*sheet.box)
    paper = Mark(shapely.difference(whole, sheet.frame), 'paper')
    return [
        paper,
        Mark(sheet.frame, 'frame'),
        *_title_marks(sheet, words),
        *_legend_marks(sheet, words, entries),
        *_scale_bar(sheet, words.lang),
        *_north_arrow(sheet, words.lang),
        *_source_marks(sheet, words),
    ]


def _wrapped_lines(text: str, look: str, width_px: float, most: int) -> list[str]:
    letter = BOLD_LETTER if look in ('title', 'heading') else LETTER
    letters = int(width_px / (SIZES_PX[look] * letter))
    return textwrap.wrap(text, letters, max_lines=most, placeholder=' …')


def _title_marks(sheet: Sheet, words: Words) -> Iterator[Mark]:
    lines = _wrapped_lines(words.title, 'title', FRAME_PX[2] - MARGIN_PX, 2)
    for row, line in enumerate(lines):
        yield Mark(sheet.point(MARGIN_PX, 34 + row * 30 if len(lines) > 1 else 52), 'title', line)
    if words.demo:
        yield Mark(sheet.point(LEGEND_PX, 52), 'demo', words.demo)


def _legend_marks(sheet: Sheet, words: Words, entries: Sequence[Entry]) -> Iterator[Mark]:
    y, wide = FRAME_PX[1] + 12, WIDTH_PX - LEGEND_PX - MARGIN_PX
    for line in _wrapped_lines(words.legend, 'heading', wide, 5):
        yield Mark(sheet.point(LEGEND_PX, y), 'heading', line)
        y += 20
    y += 10
    for entry in entries:
        yield Mark(_legend_swatch(sheet, entry.kind, y), entry.kind, number=entry.number)
        for row, line in enumerate(_wrapped_lines(entry.label, 'text', wide - SWATCH_PX[0] - 12, 3)):
            y += 18 if row else 0
            yield Mark(sheet.point(LEGEND_PX + SWATCH_PX[0] + 12, y), 'text', line)
        y += ROW_PX


def _legend_swatch(sheet: Sheet, kind: Kind, y: float) -> BaseGeometry:
    wide, high = SWATCH_PX
    if kind == 'point':
        return sheet.point(LEGEND_PX + wide / 2, y)
    if kind == 'line':
        return sheet.line((LEGEND_PX, y), (LEGEND_PX + wide, y))
    return sheet.rectangle(LEGEND_PX, y - high / 2, LEGEND_PX + wide, y + high / 2)


def scale_bar_m(metres_per_px: float) -> float:
    """The longest of 1, 2 and 5 times a power of ten metres that is no longer than the bar may be."""
    most = SCALE_BAR_PX * metres_per_px
    power = 10 ** math.floor(math.log10(most))
    return float(max(step for step in (power, 2 * power, 5 * power) if step <= most))


def _scale_bar(sheet: Sheet, lang: Lang) -> Iterator[Mark]:
    length_m = scale_bar_m(sheet.metres_per_px)
    long = length_m / sheet.metres_per_px
    left, y = FRAME_PX[0] + 20, FRAME_PX[3] - 18
    yield Mark(sheet.rectangle(left - 10, y - 30, left + max(long, 60) + 10, y + 10), 'backing')
    yield Mark(sheet.rectangle(left, y - 4, left + long / 2, y), 'bar')
    yield Mark(sheet.rectangle(left + long / 2, y - 4, left + long, y), 'empty_bar')
    text = format_number(length_m / 1_000, lang, 'km') if length_m >= 1_000 else format_number(length_m, lang, 'm')
    yield Mark(sheet.point(left, y - 17), 'text', text)


def _north_arrow(sheet: Sheet, lang: Lang) -> Iterator[Mark]:
    x, y = FRAME_PX[2] - 34, FRAME_PX[1] + 22
    yield Mark(sheet.rectangle(x - 16, y - 14, x + 16, y + 54), 'backing')
    arrow = sheet.line((x, y + 14), (x - 10, y + 46), (x, y + 38), (x + 10, y + 46))
    yield Mark(shapely.Polygon(shapely.get_coordinates(arrow)), 'bar')
    yield Mark(sheet.point(x - 6, y), 'north', NORTH.pick(lang))


def _source_marks(sheet: Sheet, words: Words) -> Iterator[Mark]:
    for row, line in enumerate(_wrapped_lines(words.sources, 'small', WIDTH_PX - 2 * MARGIN_PX, 4)):
        yield Mark(sheet.point(MARGIN_PX, FRAME_PX[3] + 18 + row * 17), 'small', line)

"""The coordinate grid of a printed map: lines at round coordinates of the working CRS, numbered in the margins."""

import math
from dataclasses import dataclass

from dothi.core.text import Lang, Text
from processes.printing.paper import Rectangle
from processes.printing.scale import Box

# How far lines are apart at least, on A4.
LEAST_MM = 40.0
EAST, NORTH = Text(vi='Đ', en='E'), Text(vi='B', en='N')


@dataclass(frozen=True)
class Line:
    """A line of the grid. value_m: its easting or northing; at_mm: from the paper's left or upper edge."""

    value_m: int
    at_mm: float


@dataclass(frozen=True)
class Grid:
    """The lines that cross the frame: `eastings` run from top to bottom, `northings` from left to right."""

    spacing_m: int
    eastings: tuple[Line, ...]
    northings: tuple[Line, ...]


def spacing_m(denominator: float, least_mm: float) -> int:
    """The least of 1, 2 and 5 times a power of ten metres that is `least_mm` on the paper or more."""
    least = max(least_mm * denominator / 1_000, 1)
    power = 10 ** math.floor(math.log10(least))
    return int(min(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9)))


def grid_of(box: Box, frame: Rectangle, spacing: int) -> Grid:
    """The grid over the frame. box: what it shows, in metres of the working CRS."""
    west, south, east, north = box
    per_m = frame.width / (east - west)
    return Grid(
        spacing,
        tuple(Line(value, frame.left + (value - west) * per_m) for value in _multiples_between(west, east, spacing)),
        tuple(Line(value, frame.top + (north - value) * per_m) for value in _multiples_between(south, north, spacing)),
    )


def grid_label(value_m: int, axis: Text, lang: Lang) -> str:
    """`569 500 Đ`: metres in groups of three, which narrow spaces that do not break part, and the axis."""
    return f'{value_m:,}'.replace(',', '\u202f') + f'\u00a0{axis.pick(lang)}'


def _multiples_between(low: float, high: float, step: int) -> range:
    return range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step)

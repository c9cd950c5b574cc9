"""A place on a sheet: at which scale, what the frame then shows, its coordinate grid and the outline of its unit."""

import math
from dataclasses import dataclass
from functools import cached_property

import shapely

from dothi.cartography.mapping.view import View
from dothi.cartography.paper import Orientation, Paper, Rectangle, Sheet, sheet_of
from dothi.core.text import Lang, Text
from processes.printing.place import PrintArea
from processes.printing.scale import Box, fitting_scale, must_fit, place_frame, widen_box

# How far lines are apart at least, on A4.
LEAST_MM = 40.0
EAST, NORTH = Text(vi='Đ', en='E'), Text(vi='B', en='N')
# Corners that nobody can tell from a straight line on paper are left out.
TOLERANCE_MM = 0.05


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


def path_of(shape: shapely.Geometry, box: Box, frame: Rectangle) -> str:
    """The rings of a polygon within the frame, as SVG's path data in millimetres of the paper; `` for none.

    shape: in metres of the working CRS, as `box` is, which the frame shows.
    """
    west, _, east, north = box
    per_m = frame.width / (east - west)
    clipped = shapely.clip_by_rect(shapely.simplify(shape, TOLERANCE_MM / per_m), *box)
    rings = [
        ring
        for polygon in shapely.get_parts(clipped)
        if shapely.get_dimensions(polygon) == 2
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    return ' '.join(
        'M'
        + 'L'.join(
            f'{frame.left + (x - west) * per_m:.2f} {frame.top + (north - y) * per_m:.2f}' for x, y in ring.coords
        )
        + 'Z'
        for ring in rings
    )


@dataclass(frozen=True)
class FramedView:
    """A place in the middle of a sheet's frame. scale: its denominator. srid: of the working CRS."""

    place: PrintArea
    sheet: Sheet
    scale: int
    srid: int

    @cached_property
    def box(self) -> Box:
        """What the frame shows, in metres of the working CRS."""
        return place_frame(self.place.box, self.sheet.frame, self.scale)

    @property
    def view(self) -> View:
        """The view for Mapnik, with the standard's pixels of 0.28 mm."""
        return View(self.srid, self.box, *self.sheet.frame_px)

    @property
    def grid(self) -> Grid:
        """The lines and labels of the coordinate grid."""
        return grid_of(self.box, self.sheet.frame, spacing_m(self.scale, LEAST_MM * self.sheet.factor))

    @property
    def outline(self) -> str:
        """The unit's outline on the paper, as SVG's path data; `` where it is no unit that is shown."""
        return path_of(self.place.outline, self.box, self.sheet.frame) if self.place.outline is not None else ''


def frame_place(
    place: PrintArea, paper: Paper, orientation: Orientation | None, scale: int | None, srid: int
) -> FramedView:
    """The place on such paper, the largest round scale and the way round that shows it largest where not said.

    Raises DoesNotFit where it is larger than the frame at the scale.
    """
    ways: tuple[Orientation, ...] = (orientation,) if orientation else ('landscape', 'portrait')
    sheets = [sheet_of(paper, way) for way in ways]
    best = min(sheets, key=lambda sheet: _least_scale(place.box, sheet))
    if scale is not None:
        must_fit(place.box, best, scale)
    return FramedView(place, best, scale or fitting_scale(widen_box(place.box), best.frame), srid)


def _least_scale(box: Box, sheet: Sheet) -> float:
    west, south, east, north = widen_box(box)
    return max((east - west) / sheet.frame.width, (north - south) / sheet.frame.height)

"""A place on a sheet: at which scale, and what the frame then shows."""

from dataclasses import dataclass
from functools import cached_property

from dothi.cartography.mapping.view import View
from processes.printing.grid import LEAST_MM, Grid, grid_of, spacing_m
from processes.printing.outline import path_of
from processes.printing.paper import Orientation, Paper, Sheet, sheet_of
from processes.printing.place import PrintArea
from processes.printing.scale import Box, fitting_scale, must_fit, place_frame, widen_box


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
        """The same for Mapnik, with the standard's pixels of 0.28 mm."""
        return View(self.srid, self.box, *self.sheet.frame_px)

    @property
    def grid(self) -> Grid:
        """The coordinate grid."""
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

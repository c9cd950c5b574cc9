"""A small map of what was found: outlines of the units and a dot per row, as SVG without anything from outside."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import numpy as np
import shapely

from dothi.core.crs import WGS84, proj_string
from etl.moving import move
from etl.reference import Units
from etl.report.model import BadRow, Report

Ring = list[tuple[float, float]]
Box = tuple[float, float, float, float]
WIDTH_PX = 420
DOTS = 500
# About 200 m: the map is a few hundred pixels wide.
TOLERANCE_DEG = 0.002


def outlines(units: Units, srid: int) -> list[Ring]:
    """The outer rings of the units, simplified, in longitude and latitude."""
    moved = move(units.polygons, proj_string(srid), proj_string(WGS84))
    parts = shapely.get_parts(shapely.simplify(moved, TOLERANCE_DEG))
    rings = [shapely.get_coordinates(shapely.get_exterior_ring(part)) for part in parts]
    return [[(round(float(x), 4), round(float(y), 4)) for x, y in ring] for ring in rings]


@dataclass(frozen=True)
class Window:
    """A drawing of the box `extent` (west, south, east, north in degrees), `width_px` wide."""

    extent: Box
    width_px: int

    @property
    def height_px(self) -> int:
        _, south, _, north = self.extent
        return round((north - south) * self._scale)

    @property
    def _squeeze(self) -> float:
        _, south, _, north = self.extent
        return math.cos(math.radians((south + north) / 2))

    @property
    def _scale(self) -> float:
        west, _, east, _ = self.extent
        return self.width_px / ((east - west) * self._squeeze)

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """The pixel at which a place is drawn, from the upper left corner."""
        west, _, _, north = self.extent
        return round((lon - west) * self._squeeze * self._scale, 1), round((north - lat) * self._scale, 1)

    def dot(self, lon: float, lat: float, title: str, look: str) -> str:
        """A dot; what lies outside sits on the frame, where its direction shows."""
        x, y = self.point(lon, lat)
        x, y = float(np.clip(x, 4, self.width_px - 4)), float(np.clip(y, 4, self.height_px - 4))
        return f'<circle cx="{x}" cy="{y}" {look}><title>{escape(title)}</title></circle>'

    def holds(self, lon: float, lat: float) -> bool:
        """Whether the place is in the box."""
        west, south, east, north = self.extent
        return west <= lon <= east and south <= lat <= north

    def svg(self, shapes: list[str]) -> str:
        """The drawing of these shapes in a frame."""
        width, height = self.width_px, self.height_px
        return (
            f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">'
            f'<rect width="{width}" height="{height}" class="frame"/>{"".join(shapes)}</svg>'
        )


def svg(report: Report) -> str:
    """The map, errors above warnings, or nothing where none of them has a known place."""
    faults = [row for row in [*report.rows.bad, *report.rows.warnings] if row.place is not None][:DOTS][::-1]
    if report.map_extent is None or not faults:
        return ''
    window = Window(report.map_extent, WIDTH_PX)
    shapes = [outline(window, ring) for ring in report.map_outlines]
    return window.svg([*shapes, *(_fault(window, row, *row.place) for row in faults if row.place)])


def dots_svg(extent: Box, units: list[Ring], dots: Iterable[tuple[str, float, float]]) -> str:
    """The map of the box `extent` (degrees) with outlines of units, and a dot for each class, longitude, latitude."""
    window = Window(extent, WIDTH_PX)
    drawn = [window.dot(lon, lat, kind, f'r="3" class="{kind}"') for kind, lon, lat in dots]
    return window.svg([*(outline(window, ring) for ring in units), *drawn])


def outline(window: Window, ring: Ring) -> str:
    """The outline of a unit."""
    points = (window.point(*vertex) for vertex in ring)
    return f'<path d="M{" ".join(f"{x},{y}" for x, y in points)}Z" class="unit"/>'


def _fault(window: Window, row: BadRow, lon: float, lat: float) -> str:
    kind = ('bad' if row.severity == 'error' else 'noted') + ('' if window.holds(lon, lat) else ' far')
    return window.dot(lon, lat, f'{row.row}: {row.code}', f'r="4" class="{kind}"')

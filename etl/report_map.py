"""A small map of what was found: outlines of the units and a dot per row, as SVG without anything from outside."""

import math

import numpy as np
import shapely

from dothi.core.crs import WGS84, proj_string
from etl.moving import move
from etl.reference import Units
from etl.report import BadRow, Report

Ring = list[tuple[float, float]]
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


def svg(report: Report) -> str:
    """The map, errors above warnings, or nothing where none of them has a known place."""
    faults = [row for row in [*report.rows.bad, *report.rows.warnings] if row.place is not None][:DOTS][::-1]
    if report.map_extent is None or not faults:
        return ''
    west, south, east, north = report.map_extent
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = WIDTH_PX / ((east - west) * squeeze)
    height = round((north - south) * scale)

    def point(lon: float, lat: float) -> tuple[float, float]:
        return round((lon - west) * squeeze * scale, 1), round((north - lat) * scale, 1)

    shapes = [_path([point(*vertex) for vertex in ring]) for ring in report.map_outlines]
    dots = [_dot(*point(*row.place), row, height) for row in faults if row.place]
    frame = f'<rect width="{WIDTH_PX}" height="{height}" class="frame"/>'
    return (
        f'<svg viewBox="0 0 {WIDTH_PX} {height}" width="{WIDTH_PX}" height="{height}" role="img">'
        f'{frame}{"".join(shapes)}{"".join(dots)}</svg>'
    )


def _path(points: list[tuple[float, float]]) -> str:
    return f'<path d="M{" ".join(f"{x},{y}" for x, y in points)}Z" class="unit"/>'


def _dot(x: float, y: float, row: BadRow, height: int) -> str:
    """A dot on the map; what lies outside of it sits on the frame, where its direction shows."""
    inside = 0 <= x <= WIDTH_PX and 0 <= y <= height
    x, y = float(np.clip(x, 4, WIDTH_PX - 4)), float(np.clip(y, 4, height - 4))
    kind = ('bad' if row.severity == 'error' else 'noted') + ('' if inside else ' far')
    return f'<circle cx="{x}" cy="{y}" r="4" class="{kind}"><title>{row.row}: {row.code}</title></circle>'

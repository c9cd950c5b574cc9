"""The outline of the unit that a map is of, as a path on the sheet: what lies around it is made paler."""

import shapely

from processes.printing.paper import Rectangle
from processes.printing.scale import Box

# Corners that nobody can tell from a straight line on paper are left out.
TOLERANCE_MM = 0.05


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

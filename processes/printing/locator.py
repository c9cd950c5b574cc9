"""The small map on a sheet that shows where in the locality the sheet lies."""

from dataclasses import dataclass

import shapely
from psycopg2 import sql

from dothi.cartography.paper import Rectangle
from processes.data import Data
from processes.inputs import LayerRef
from processes.printing.framed import path_of
from processes.printing.place import first_unit_layer
from processes.printing.scale import Box

# What of the longer side lies around the locality; and how far corners are left out, as a share of it.
ROOM, TOLERANCE = 0.02, 0.002
# The frame of the locator in its own units.
WIDTH = 100.0


@dataclass(frozen=True)
class Locator:
    """The largest units of the locality and the frame of the sheet, as paths of SVG on WIDTH by `height`."""

    units: tuple[str, ...]
    frame: Rectangle
    height: float

    def height_mm(self, width_mm: float) -> float:
        """How high it is where it is so wide."""
        return width_mm * self.height / WIDTH


def locator_of(box: Box, data: Data, datetime: str | None) -> Locator | None:
    """Where `box`, in metres of the working CRS, lies in the locality; None where no units are released."""
    shapes = _largest_units(data, datetime)
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(shapes)
    room = ROOM * max(east - west, north - south)
    whole = (west - room, south - room, east + room, north + room)
    height = WIDTH * (whole[3] - whole[1]) / (whole[2] - whole[0])
    paper = Rectangle(0, 0, WIDTH, height)
    tolerance = TOLERANCE * (east - west)
    paths = tuple(path_of(shapely.simplify(shape, tolerance), whole, paper) for shape in shapes)
    return Locator(paths, _on_paper(box, whole, paper), height)


def _on_paper(box: Box, whole: Box, paper: Rectangle) -> Rectangle:
    """The part of the box that the locator shows, on it."""
    per_m = paper.width / (whole[2] - whole[0])
    west, south, east, north = (
        max(box[0], whole[0]), max(box[1], whole[1]), min(box[2], whole[2]), min(box[3], whole[3]),
    )  # fmt: skip
    left, top = (west - whole[0]) * per_m, (whole[3] - north) * per_m
    return Rectangle(left, top, max(east - west, 0) * per_m, max(north - south, 0) * per_m)


def _largest_units(data: Data, datetime: str | None) -> list[shapely.Geometry]:
    layer = first_unit_layer(data)
    if layer is None:
        return []
    _, rows = data.source(LayerRef(layer.id, datetime=datetime))
    units = data.rows(sql.SQL('select ST_AsBinary(geom) as wkb from {} order by id').format(rows))
    return [shapely.from_wkb(bytes(row['wkb'])) for row in units]

"""Where on earth a map on paper lies, as a PDF says it (ISO 32000-2, 12.10): GDAL, QGIS and readers of PDF know it."""

from collections.abc import Mapping, Sequence

import pyproj
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from processes.printing.framed import FramedView

POINTS_PER_MM = 72 / 25.4
# The corners of the frame as shares of its width and height: lower left, upper left, upper right, lower right.
CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))


def georeference(on_paper: FramedView) -> ArrayObject:
    """The viewport of the map's frame: its place on the page, its corners in degrees, its coordinate system."""
    frame, high = on_paper.sheet.frame, on_paper.sheet.height_mm
    sides = (frame.left, high - frame.bottom, frame.right, high - frame.top)
    viewport: dict[str, PdfObject] = {
        '/Type': NameObject('/Viewport'),
        '/BBox': _numbers([side * POINTS_PER_MM for side in sides]),
        '/Name': TextStringObject('map'),
        '/Measure': _measure(on_paper),
    }
    return ArrayObject([_dictionary(viewport)])


def _measure(on_paper: FramedView) -> DictionaryObject:
    corners = [share for corner in CORNERS for share in corner]
    system = pyproj.CRS.from_epsg(on_paper.srid)
    wkt = TextStringObject(system.to_wkt('WKT1_ESRI'))
    plane = {'/Type': NameObject('/PROJCS'), '/EPSG': NumberObject(on_paper.srid), '/WKT': wkt}
    return _dictionary(
        {
            '/Type': NameObject('/Measure'),
            '/Subtype': NameObject('/GEO'),
            '/Bounds': _numbers(corners),
            '/LPTS': _numbers(corners),
            '/GPTS': _numbers(_degrees(on_paper, system)),
            '/GCS': _dictionary(plane),
        }
    )


def _degrees(on_paper: FramedView, system: pyproj.CRS) -> list[float]:
    """Latitude and longitude of each corner, in the datum of the system itself: nothing is shifted."""
    assert system.geodetic_crs is not None  # noqa: S101
    west, south, east, north = on_paper.box
    to_degrees = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
    made = []
    for across, up in CORNERS:
        lon, lat = to_degrees.transform(west + across * (east - west), south + up * (north - south))
        made += [lat, lon]
    return made


def _numbers(values: Sequence[float]) -> ArrayObject:
    return ArrayObject(FloatObject(f'{value:.9f}') for value in values)


def _dictionary(members: Mapping[str, PdfObject]) -> DictionaryObject:
    return DictionaryObject({NameObject(name): value for name, value in members.items()})

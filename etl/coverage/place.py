"""Where a delivered raster lies: its system as it was declared or decided, its grid, and what that covers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from dothi.core.coverage import Coverage
from dothi.core.crs import proj_string
from dothi.core.errors import DataRefused
from dothi.core.grid import PIECES, Grid
from dothi.core.locality import Locality
from etl.coverage.file import Raster
from etl.doctor.coordinates import Decision, Reading, Sample, decide, units_alone
from etl.doctor.coordinates.reading import parse_reading
from etl.formats.source import Geometries
from etl.moving import move
from etl.reference import Units, extent_polygon

# Cells that are looked at along each side to judge a coordinate system by.
SAMPLE = 40


class UnusableCrs(DataRefused):
    """A raster in this system cannot be served: its cells would have to be drawn anew."""


@dataclass(frozen=True)
class Declared:
    """What a raster says of its coordinates, as the judge of coordinates wants it."""

    name: str
    declared_crs: str | None
    implied_crs: str | None = None
    axes_known: bool = True


def decide_place(
    raster: Raster, name: str, named_crs: str | None, coverage: Coverage, locality: Locality, units: list[Units]
) -> Decision:
    """Which system the raster's coordinates are in; raises UnknownCrs for a declaration that nobody knows."""
    declared = Declared(name, raster.crs.to_wkt() if raster.crs else None)
    places = _places_in_locality(_places(raster), named_crs or declared.declared_crs, locality)
    return decide(declared, named_crs, coverage, locality, Sample.of(places), units_alone(units, locality))


def grid_of(raster: Raster, reading: Reading) -> Grid:
    """The raster's grid in the system that was decided on; raises UnusableCrs."""
    if reading.crs.srid is None or reading.swapped:
        raise UnusableCrs(
            vi=f'Raster phải theo một hệ tọa độ có mã EPSG, x trước y (tệp: {reading.label}). Nắn lại bằng gdalwarp.',
            en=f'A raster must be in a system with an EPSG code, x before y (here: {reading.label}). Use gdalwarp.',
        )
    place = raster.transform
    return Grid(reading.crs.srid, raster.width, raster.height, place.c, place.f, place.a, -place.e)


def covered_share(grid: Grid, locality: Locality, units: list[Units]) -> float:
    """Share of the locality's area (its units where they are released, else its extent) inside the raster."""
    area = shapely.union_all(units[0].polygons) if units else extent_polygon(locality)
    inside = shapely.intersection(area, _outline(grid, locality.srid))
    return float(shapely.area(inside) / shapely.area(area))


def _outline(grid: Grid, srid: int) -> Any:
    """The rectangle of all cells in the system `srid`."""
    box = shapely.box(*grid.bounds)
    dense = shapely.segmentize(box, box.length / 4 / PIECES)
    return move(np.array([dense]), proj_string(grid.srid), proj_string(srid))[0]


def _places_in_locality(places: Geometries, named_crs: str | None, locality: Locality) -> Geometries:
    """Those of the places that lie in the locality as the raster says; all where none does, or it says nothing.

    A raster may well reach beyond the locality, and what lies there speaks against no system. Whether it covers
    enough is another question (`covered_share`).
    """
    if named_crs is None:
        return places
    extent = extent_polygon(locality)
    shapely.prepare(extent)
    inside = shapely.contains(extent, parse_reading(named_crs).to(places, locality.srid))
    return places[inside] if inside.any() else places


def _places(raster: Raster) -> Geometries:
    """Centres of cells with a value, spread over the raster; of any cells where none that was looked at has one."""
    rows, columns = (np.unique(np.linspace(0, size - 1, SAMPLE).round()) for size in (raster.height, raster.width))
    has_value = raster.dataset_mask(out_shape=(len(rows), len(columns))) > 0
    if not has_value.any():
        has_value[:] = True
    row, column = np.nonzero(has_value)
    place = raster.transform
    east, north = place.c + (columns[column] + 0.5) * place.a, place.f + (rows[row] + 0.5) * place.e
    return np.asarray(shapely.points(east, north))

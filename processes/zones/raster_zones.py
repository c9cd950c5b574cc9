"""Values of a raster inside polygons and at points, read in windows."""

import json
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.feature import JSONFeatureSource
from exactextract.raster import RasterioRasterSource
from rasterio.windows import Window

from dothi.core.arrays import Floats, Geometries, Ints
from dothi.core.crs import proj_string, units_per_metre
from dothi.core.grid import Grid
from dothi.core.released_raster import Raster
from etl.moving import move
from processes.zones.weighted import Statistics, weighted_median

# A straight border is a curve in another system. Pieces of this length bend by less than a centimetre in a province,
# and neighbours that share a border get the same vertices on it.
DENSE_M = 500.0
ROWS_AT_ONCE = 1_024
# What exactextract tells as None or nan where there is nothing; both become nan.
STATISTICS = ('count', 'sum', 'mean', 'min', 'max', 'stdev', 'majority', 'minority', 'variety')
# The different values in a zone, and the share of the covered area that each has: what its median is of.
SHARES = ('unique', 'frac')


def band_number(raster: Raster, band: str) -> int:
    """The number of a band, counted from 1, by the name of the band."""
    return [*raster.coverage.bands].index(band) + 1


def move_shapes(shapes: Geometries, grid: Grid, srid: int) -> Geometries:
    """Polygons of the system `srid` in that of the raster, their sides as curves."""
    if grid.srid == srid:
        return shapes
    dense = np.asarray(shapely.segmentize(shapes, DENSE_M * units_per_metre(srid)), dtype=object)
    return move(dense, proj_string(srid), proj_string(grid.srid))


def in_zones(
    raster: Raster, band: str, shapes: Geometries, report_share: Callable[[float], None], *, median: bool = False
) -> Statistics:
    """Statistics of the cells in each polygon (of the raster's system), shape (n,); nan where there is nothing.

    A cell counts by the share of its area that lies inside, so that polygons side by side share out its value. count:
    cells with a value. As exactextract (Baston 2023) works it out, in windows of 30 million cells at most.
    median: whether it is wanted too; it is of ours, as exactextract's lies between values where cells have equal ones.
    """
    geometries = [json.loads(text) for text in shapely.to_geojson(shapes)]
    features = [{'type': 'Feature', 'properties': {}, 'geometry': geometry} for geometry in geometries]
    with rasterio.open(raster.path) as file:
        extracted = exact_extract(
            RasterioRasterSource(file, band_number(raster, band)),
            JSONFeatureSource(features),
            [*STATISTICS, *(SHARES if median else ())],
            progress=lambda share, _: report_share(share),
        )
    rows = [feature['properties'] for feature in extracted]
    statistics = {name: np.array([row[name] for row in rows], dtype=np.float64) for name in STATISTICS}
    return statistics | (
        {'median': np.array([_median_of_cells(row['unique'], row['frac']) for row in rows])} if median else {}
    )


def _median_of_cells(values: Floats | None, shares: Floats | None) -> float:
    """The weighted median of different values, in any order; nan of none. shares: how much each one covers."""
    if values is None or shares is None or not len(values):
        return float('nan')
    order = np.argsort(values)
    return weighted_median(np.asarray(values)[order].astype(np.float64), np.asarray(shares)[order])


def at_points(raster: Raster, band: str, xy: Floats) -> Floats:
    """The value of the cell in which each point (of the raster's system) lies, nan without one; shape (n,)."""
    grid = raster.grid
    column = np.floor((xy[:, 0] - grid.west) / grid.cell_width)
    row = np.floor((grid.north - xy[:, 1]) / grid.cell_height)
    inside = (column >= 0) & (column < grid.width) & (row >= 0) & (row < grid.height)
    values = np.full(len(xy), np.nan)
    with rasterio.open(raster.path) as file:
        for top, bottom in pairwise([*range(0, grid.height, ROWS_AT_ONCE), grid.height]):
            in_strip = np.flatnonzero(inside & (row >= top) & (row < bottom))
            if in_strip.size:
                strip = file.read(band_number(raster, band), window=Window(0, top, grid.width, bottom - top))
                values[in_strip] = strip[(row[in_strip] - top).astype(int), column[in_strip].astype(int)]
    values[values == raster.coverage.nodata] = np.nan
    return values


def pieces_of_cells(raster: Raster, band: str, shapes: Geometries) -> tuple[Ints, Geometries, Floats]:
    """The cells above 0 cut by polygons (of the raster's system): number of the polygon, piece, its part of the value.

    A cell's value is spread evenly over it, so a piece has of it what it has of the area.
    """
    grid = raster.grid
    with rasterio.open(raster.path) as file:
        values = file.read(band_number(raster, band)).astype(np.float64)
    row, column = np.nonzero((values != raster.coverage.nodata) & (values > 0))
    west, north = grid.west + column * grid.cell_width, grid.north - row * grid.cell_height
    cells = np.asarray(shapely.box(west, north - grid.cell_height, west + grid.cell_width, north), dtype=object)
    pairs = shapely.STRtree(cells).query(shapes, predicate='intersects')
    zone, cell = pairs[:, np.lexsort(pairs[::-1])]
    parts = _shape_areas(np.asarray(shapely.intersection(shapes[zone], cells[cell]), dtype=object))
    share = shapely.area(parts) / (grid.cell_width * grid.cell_height)
    has_share = share > 0
    amount = values[row[cell], column[cell]] * share
    return zone[has_share], parts[has_share], amount[has_share]


def _shape_areas(shapes: Geometries) -> Geometries:
    """The shapes without the lines and points beside their areas: a border along the edge of a cell leaves some."""
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION)
    only = shapes.copy()
    for number in mixed:
        parts = shapely.get_parts(shapes[number])
        only[number] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return only

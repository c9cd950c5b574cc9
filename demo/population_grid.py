"""People and homes of the demo per cell of 30 arc seconds, counted from its buildings: the sum is the census."""

from pathlib import Path

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine, from_origin

from demo.buildings import Buildings
from demo.outline import Outline
from dothi.core.crs import WGS84, proj_string, transformer

CELLS_PER_DEGREE = 120
NODATA = -1
BANDS = ('people', 'homes')
Counts = NDArray[np.int32]


def write_population_grid(path: Path, outline: Outline, buildings: Buildings) -> None:
    """The grid as the statistics office writes one: GeoTIFF in longitude and latitude, two bands of whole numbers."""
    place, counts = draw_population_grid(outline, buildings)
    _, rows, columns = counts.shape
    with rasterio.open(
        path,
        'w',
        driver='GTiff',
        width=columns,
        height=rows,
        count=len(BANDS),
        dtype='int32',
        nodata=NODATA,
        crs=f'EPSG:{WGS84}',
        transform=place,
        compress='LZW',
    ) as file:
        file.write(counts)
        for number, name in enumerate(BANDS, 1):
            file.set_band_description(number, name)


def draw_population_grid(outline: Outline, buildings: Buildings) -> tuple[Affine, Counts]:
    """Where the cells lie, and people and homes of each; NODATA where a cell has no part of the province."""
    province = _in_degrees(outline)
    west, south, east, north = shapely.bounds(province)
    left, low = (int(np.floor(value * CELLS_PER_DEGREE)) for value in (west, south))
    right, top = (int(np.ceil(value * CELLS_PER_DEGREE)) for value in (east, north))
    shape = (top - low, right - left)
    place = from_origin(left / CELLS_PER_DEGREE, top / CELLS_PER_DEGREE, 1 / CELLS_PER_DEGREE, 1 / CELLS_PER_DEGREE)
    inside = rasterize([province], shape, transform=place, fill=0, all_touched=True) > 0
    counts = np.where(inside, 0, NODATA).astype(np.int32)[None].repeat(len(BANDS), axis=0)
    _count(counts, buildings, left, top, outline.srid)
    return place, counts


def _count(counts: Counts, buildings: Buildings, left: int, top: int, srid: int) -> None:
    """Adds every building to the cell that its middle lies in."""
    middle = shapely.get_coordinates(shapely.centroid(buildings.footprint))
    lon, lat = transformer(proj_string(srid), proj_string(WGS84)).transform(*middle.T)
    column = np.floor(lon * CELLS_PER_DEGREE).astype(int) - left
    row = top - 1 - np.floor(lat * CELLS_PER_DEGREE).astype(int)
    counts[:, row, column] = np.maximum(counts[:, row, column], 0)
    np.add.at(counts[0], (row, column), buildings.population)
    np.add.at(counts[1], (row, column), buildings.population > 0)


def _in_degrees(outline: Outline) -> shapely.Geometry:
    change = transformer(proj_string(outline.srid), proj_string(WGS84))
    return shapely.transform(outline.province, lambda xy: np.column_stack(change.transform(*xy.T)))

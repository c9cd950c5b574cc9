"""Rasters: what a released one says on the cells of another grid, and results written as Cloud Optimized GeoTIFF."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.features import shapes
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window
from shapely.geometry import shape

from dothi.core.arrays import Geometries
from dothi.core.crs import proj_string
from dothi.core.export.formats import not_written
from dothi.core.grid import Grid
from dothi.core.text import Text
from processes.ground.tiles import Tile, tiles_of, transform_of
from processes.outputs import ResultFile

type Heights = NDArray[np.float32]
MEDIA_TYPE = 'image/tiff; application=geotiff'
NODATA = -9999.0
BLOCK = 512


@dataclass(frozen=True)
class Band:
    """One band of a file that whoever computes can open: its number, and the system of its cells."""

    path: Path
    number: int
    srid: int


def heights_in(band: Band, grid: Grid, tile: Tile) -> Heights:
    """What the raster says on the cells of the tile, shape of the tile; NaN where it says nothing.

    Cells no larger than the raster's take the value of the one that their centre lies in: no height is made up
    between two. Larger cells take the mean, weighted by area, of those that have a value.
    """
    with rasterio.open(band.path) as file:
        finer = grid.cell_width <= _cell_m(file, band.srid, grid) * (1 + 1e-9)
        if finer and band.srid == grid.srid:
            return _pick_cells(file, band.number, grid, tile)
        return _warp_band(file, band, grid, tile, Resampling.nearest if finer else Resampling.average)


def _pick_cells(file: rasterio.DatasetReader, number: int, grid: Grid, tile: Tile) -> Heights:
    """The values by row and column: a fifth of the time that GDAL's warper takes for the same."""
    place = transform_of(grid, tile)
    x, y = place.c + (np.arange(tile.width) + 0.5) * place.a, place.f + (np.arange(tile.height) + 0.5) * place.e
    column = np.floor((x - file.transform.c) / file.transform.a).astype(np.int64)
    row = np.floor((y - file.transform.f) / file.transform.e).astype(np.int64)
    inside_row, inside_column = (row >= 0) & (row < file.height), (column >= 0) & (column < file.width)
    heights = np.full(tile.shape, np.nan, dtype=np.float32)
    if inside_row.any() and inside_column.any():
        row, column = row[inside_row], column[inside_column]
        window = Window(column[0], row[0], column[-1] - column[0] + 1, row[-1] - row[0] + 1)
        values = file.read(number, window=window, masked=True).astype(np.float32).filled(np.nan)
        heights[np.ix_(inside_row, inside_column)] = values[np.ix_(row - row[0], column - column[0])]
    return heights


def _warp_band(file: rasterio.DatasetReader, band: Band, grid: Grid, tile: Tile, how: Resampling) -> Heights:
    """The values as GDAL's warper resamples them, from whatever system."""
    with WarpedVRT(
        file,
        crs=CRS.from_string(proj_string(grid.srid)),
        src_crs=CRS.from_string(proj_string(band.srid)),
        transform=transform_of(grid, tile),
        width=tile.width,
        height=tile.height,
        resampling=how,
        # the place of a cell is exact to a hair, or it would depend on the tile (0 is refused by GDAL)
        tolerance=1e-6,
        dtype='float32',
    ) as warped:
        return np.asarray(warped.read(band.number, masked=True).filled(np.nan), dtype=np.float32)


def _cell_m(file: rasterio.DatasetReader, srid: int, grid: Grid) -> float:
    """Side of the raster's cells in metres of the grid's system, on the whole."""
    own = Grid(srid, file.width, file.height, file.transform.c, file.transform.f, file.transform.a, -file.transform.e)
    west, south, east, north = own.bounds_in(grid.srid)
    return float(max((east - west) / file.width, (north - south) / file.height))


@contextmanager
def plain_raster(path: Path, grid: Grid, dtype: str, nodata: float) -> Iterator[rasterio.io.DatasetWriter]:
    """A plain file of one band on the cells of `grid`, to `put` tiles into; blocks never written take no room.

    Raises NotWritten.
    """
    profile = {'driver': 'GTiff', 'width': grid.width, 'height': grid.height, 'count': 1, 'dtype': dtype}
    layout = {'tiled': True, 'blockxsize': BLOCK, 'blockysize': BLOCK, 'sparse_ok': True, 'bigtiff': 'if_safer'}
    (whole,) = tiles_of(grid, max(grid.width, grid.height))
    try:
        with rasterio.open(
            path,
            'w',
            crs=CRS.from_epsg(grid.srid),
            transform=transform_of(grid, whole),
            nodata=nodata,
            **profile,
            **layout,
        ) as file:
            yield file
    except (RasterioError, OSError) as error:
        raise not_written(path, error) from error


def write_tile(file: rasterio.io.DatasetWriter, tile: Tile, values: NDArray[Any]) -> None:
    """Writes the values of a tile; NaN as the file's nodata, and nothing where there is nothing else."""
    has_value = ~np.isnan(values) if values.dtype.kind == 'f' else values != file.nodata
    if has_value.any():
        filled = np.where(has_value, values, file.nodata).astype(file.dtypes[0])
        file.write(filled, 1, window=Window(tile.left, tile.top, tile.width, tile.height))


def write_cog(plain: Path, target: Path, title: Text, unit: str) -> ResultFile:
    """The Cloud Optimized GeoTIFF of a plain file, which is removed; in its overviews cells become their mean."""
    try:
        with rasterio.open(plain, 'r+') as file:
            file.update_tags(TITLE=title.en, TIFFTAG_IMAGEDESCRIPTION=title.vi)
            file.set_band_description(1, target.stem)
            file.set_band_unit(1, unit)
            cells = file.width * file.height
        how = {'compress': 'DEFLATE', 'level': 1, 'predictor': 'YES', 'blocksize': BLOCK, 'bigtiff': 'IF_SAFER'}
        rasterio.shutil.copy(plain, target, driver='COG', num_threads='ALL_CPUS', overview_resampling='AVERAGE', **how)
    except (RasterioError, OSError) as error:
        raise not_written(target, error) from error
    plain.unlink()
    return ResultFile(target, MEDIA_TYPE, target.name, cells)


def outline_values(path: Path) -> dict[int, Geometries]:
    """The polygons that cells of the same value form, by value; nodata forms none. path: a file of whole numbers.

    Cells that share a side are one polygon, those that share a corner only are not, so that each is valid. GDAL reads
    the file row by row.
    """
    areas: dict[int, list[Any]] = {}
    with rasterio.open(path) as file:
        band = rasterio.band(file, 1)
        for outline, value in shapes(band, mask=rasterio.band(file, 1), connectivity=4):
            if value != file.nodata:
                areas.setdefault(int(value), []).append(shape(outline))
    return {value: np.asarray(polygons, dtype=object) for value, polygons in sorted(areas.items())}

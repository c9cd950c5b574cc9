"""Results that are rasters: written tile by tile, then handed over as Cloud Optimized GeoTIFF."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.errors import RasterioError
from rasterio.features import shapes
from rasterio.windows import Window
from shapely.geometry import shape

from dothi.core.arrays import Geometries
from dothi.core.export.formats import not_written
from dothi.core.grid import Grid
from dothi.core.text import Text
from processes.ground.tiles import Tile, tiles_of, transform_of
from processes.outputs import ResultFile

MEDIA_TYPE = 'image/tiff; application=geotiff'
NODATA = -9999.0
BLOCK = 512


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


def write_cog(plain: Path, target: Path, title: Text, unit: str, overviews: str = 'AVERAGE') -> ResultFile:
    """The Cloud Optimized GeoTIFF of a plain file, which is removed. overviews: how several cells become one."""
    try:
        with rasterio.open(plain, 'r+') as file:
            file.update_tags(TITLE=title.en, TIFFTAG_IMAGEDESCRIPTION=title.vi)
            file.set_band_description(1, target.stem)
            file.set_band_unit(1, unit)
            cells = file.width * file.height
        how = {'compress': 'DEFLATE', 'level': 1, 'predictor': 'YES', 'blocksize': BLOCK, 'bigtiff': 'IF_SAFER'}
        rasterio.shutil.copy(plain, target, driver='COG', num_threads='ALL_CPUS', overview_resampling=overviews, **how)
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

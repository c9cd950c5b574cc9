"""A coverage in the colours of its file, on the very pixels of a view: what Mapnik lays between its layers."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from dothi.cartography.mapping.ramp import coloured, hillshade, lit
from dothi.cartography.mapping.view import View, is_degrees, metres_per_unit
from dothi.core.coverage import Band
from dothi.core.crs import WGS84, proj_string
from dothi.core.released_raster import Raster

# Of one strip of the picture; a hundred bytes each are in memory while it is painted.
STRIP_CELLS = 500_000
# Bytes of blocks of files that stay in memory, and megabytes that the warper may take.
CACHE_BYTES, WARP_MB = 32 * 2**20, 16


def paint(raster: Raster, view: View, target: Path) -> None:
    """Writes the coverage as it is seen in `view` to `target` (GeoTIFF: red, green, blue, opacity), clear where nothing
    is known.

    However large the raster is, some rows of the view are in memory at a time, and of the raster the overview that has
    about its pixels.
    """
    profile = {
        'driver': 'GTiff', 'width': view.width_px, 'height': view.height_px, 'count': 4, 'dtype': 'uint8',
        'photometric': 'RGB', 'alpha': 'YES', 'transform': view.transform, 'interleave': 'pixel', 'bigtiff': 'IF_SAFER',
    }  # fmt: skip
    with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), rasterio.open(target, 'w+', **profile) as picture:
        for turn in view.turns:
            for top, colours in _strips(raster, view.turned(turn)):
                place = Window(0, top, view.width_px, colours.shape[1])
                picture.write(_over(picture, place, colours) if turn else colours, window=place)


def _over(picture: Any, place: Window, colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The colours, and where they are clear what lies there already."""
    return np.where(colours[3] > 0, colours, picture.read(window=place))


def _strips(raster: Raster, view: View) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Number of the first row, and colours of shape (4, rows, width); from north to south, without rows far from it."""
    coverage = raster.coverage
    rows = max(1, STRIP_CELLS // view.width_px)
    number = list(coverage.bands).index(coverage.publish.band) + 1
    ratio = _ratio(raster, view)
    with rasterio.open(raster.path, **_level(raster, ratio)) as source, _warped(source, raster, view, ratio) as seen:
        for top in range(0, view.height_px, rows):
            high = min(rows, view.height_px - top)
            if not _reaches(raster, view, top, high):
                continue
            # a cell more on each side: a slope needs its neighbours
            yield (
                top,
                _colour_cells(raster, view, seen.read(number, window=Window(0, top, view.width_px + 2, high + 2))),
            )


def _reaches(raster: Raster, view: View, top: int, high: int) -> bool:
    """Whether the raster may show in these rows of the view.

    Beyond the poles, where a box with its axes swapped lies, and far from a projected system's area GDAL fails, or
    finds places that are not there.
    """
    west, south, east, north = raster.grid.bounds_in(view.crs)
    if not all(map(math.isfinite, (west, south, east, north))):
        return True
    (left, bottom, right, upper), (wide, down) = view.grown(1), view.pixel
    upper, bottom = upper - top * down, max(bottom, upper - (top + high + 2) * down)
    # a longitude and the same with a circle more are one place
    beside = not is_degrees(view.crs) and (right < west - wide or left > east + wide)
    return not (beside or upper < south - down or bottom > north + down)


def _colour_cells(raster: Raster, view: View, values: NDArray[Any]) -> NDArray[np.uint8]:
    """The colours of all values but those at the edge."""
    coverage = raster.coverage
    colours = coloured(values[1:-1, 1:-1], coverage)
    if not coverage.publish.hillshade:
        return colours
    heights = np.where(values == coverage.nodata, np.nan, values.astype(np.float32)) * coverage.publish.hillshade
    return lit(colours, hillshade(heights, view.pixel_m))


def _warped(source: Any, raster: Raster, view: View, ratio: float) -> Any:
    """The raster as if it lay on the pixels of the view and one more on each side; VN-2000 with its datum shift."""
    west, _, _, north = view.grown(1)
    return WarpedVRT(
        source,
        src_crs=CRS.from_string(proj_string(raster.grid.srid)),
        crs=CRS.from_string(proj_string(view.crs)),
        transform=from_origin(west, north, *view.pixel),
        width=view.width_px + 2,
        height=view.height_px + 2,
        resampling=_resampling(raster.coverage.bands[raster.coverage.publish.band], ratio),
        nodata=raster.coverage.nodata,
        warp_mem_limit=WARP_MB,
    )


def _ratio(raster: Raster, view: View) -> float:
    """How many cells of the raster, in a row, one pixel shows."""
    grid = raster.grid
    _, south, _, north = grid.bounds_in(WGS84)
    across, up = metres_per_unit(grid.srid, (south + north) / 2)
    return view.metres_per_px / math.sqrt(grid.cell_width * across * grid.cell_height * up)


def _level(raster: Raster, ratio: float) -> dict[str, int]:
    """The overview to read from: the coarsest that still has finer cells than the picture."""
    with rasterio.open(raster.path) as file:
        fine = [level for level, factor in enumerate(file.overviews(1)) if factor <= ratio]
    return {'overview_level': fine[-1]} if fine else {}


def _resampling(band: Band, ratio: float) -> Resampling:
    """How cells become pixels: heights flow into each other, a count or a kind speaks of its own cell alone."""
    if ratio > 1:
        return Resampling.mode if band.kind == 'category' else Resampling.average
    return Resampling.bilinear if band.kind == 'continuous' else Resampling.nearest

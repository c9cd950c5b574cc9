"""The file that is kept and served of a released raster: a Cloud Optimized GeoTIFF with values as they came."""

import os
from pathlib import Path
from typing import Any

import rasterio
import rasterio.shutil
from rasterio.crs import CRS
from rasterio.errors import RasterioError
from rasterio.transform import from_origin

from dothi.core.coverage import BandKind, Coverage
from dothi.core.errors import EnvironmentMissing
from dothi.core.grid import Grid
from dothi.core.layer import Access
from dothi.core.settings import PathSettings
from dothi.core.store_mark import require_store
from dothi.core.units import ucum
from etl.coverage.cells import BLOCK, Scan, strips
from etl.coverage.file import Raster

FOLDER, INTERNAL_FOLDER = 'coverages', 'internal-coverages'
OVERVIEWS: dict[BandKind, str] = {'continuous': 'AVERAGE', 'category': 'MODE', 'count': 'NONE'}


class NoRoomForRaster(EnvironmentMissing):
    """The raster of a release cannot be written into the store."""


def store_path(coverage: Coverage, release: int) -> str:
    """The path of a release's raster, relative to the store."""
    return place_of(coverage.id, coverage.access, f'{release}.tif')


def place_of(coverage_id: str, access: Access, name: str) -> str:
    """Where a file of a coverage is kept: one that is not for the public is nothing that its service should see."""
    return f'{FOLDER if access == "public" else INTERNAL_FOLDER}/{coverage_id}/{name}'


def write(raster: Raster, coverage: Coverage, grid: Grid, scan: Scan, release: int) -> int:
    """Bytes of the file that was written for the release; it appears whole or not at all. Raises StoreAway."""
    require_store()
    target = Path(PathSettings().store) / store_path(coverage, release)
    draft, plain = target.with_suffix('.part'), target.with_suffix('.plain')
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write_plain(raster, coverage, grid, scan, plain, release)
        rasterio.shutil.copy(plain, draft, driver='COG', **_layout(coverage))
        with draft.open('rb') as written:
            os.fsync(written.fileno())
        draft.replace(target)
    except (RasterioError, OSError) as error:
        raise _no_room(target, error) from None
    finally:
        plain.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def _no_room(target: Path, error: Exception) -> NoRoomForRaster:
    reason = str(error.__cause__ or error).splitlines()[0][:200]
    return NoRoomForRaster(
        vi=f'Không ghi được {target} ({reason}). Dữ liệu đang phục vụ không đổi; dọn chỗ trong kho lưu rồi làm lại.',
        en=f'{target} cannot be written ({reason}). What is served is unchanged; make room there and do it again.',
    )


def forget_all_but(coverage: Coverage, releases: set[int]) -> None:
    """Removes what releases that never came about have left; only while no other delivery of it can be at work."""
    retained_names = {f'{release}.tif' for release in releases}
    for folder in (FOLDER, INTERNAL_FOLDER):
        for file in (Path(PathSettings().store) / folder / coverage.id).glob('*'):
            if file.name not in retained_names:
                file.unlink()


def _layout(coverage: Coverage) -> dict[str, Any]:
    """Creation options: small blocks, the compression that every client reads, overviews that mean what cells mean."""
    return {
        'compress': 'DEFLATE',
        'predictor': 'YES',
        'blocksize': BLOCK,
        'bigtiff': 'IF_SAFER',
        # a mean of counts is no count, and fewer cells of a category are no mean
        **(
            {'overviews': 'NONE'} if _kind(coverage) == 'count' else {'overview_resampling': OVERVIEWS[_kind(coverage)]}
        ),
    }


def _kind(coverage: Coverage) -> BandKind:
    """The kind whose overviews do no harm to any band."""
    kinds = {band.kind for band in coverage.bands.values()}
    return 'count' if len(kinds) > 1 else kinds.pop()


def _write_plain(raster: Raster, coverage: Coverage, grid: Grid, scan: Scan, target: Path, release: int) -> None:
    profile = {
        'driver': 'GTiff',
        'width': grid.width,
        'height': grid.height,
        'count': len(coverage.bands),
        'dtype': coverage.type,
        'nodata': coverage.nodata,
        'crs': CRS.from_epsg(grid.srid),
        'transform': from_origin(grid.west, grid.north, grid.cell_width, grid.cell_height),
        'tiled': True,
        'blockxsize': BLOCK,
        'blockysize': BLOCK,
        'bigtiff': 'IF_SAFER',
    }
    with rasterio.open(target, 'w', **profile) as plain:
        _describe(plain, coverage, scan, release)
        for strip in strips(raster, coverage):
            plain.write(strip.values, window=strip.window)


def _describe(plain: Raster, coverage: Coverage, scan: Scan, release: int) -> None:
    """Names, units and figures of the bands, and the release, in the file itself."""
    plain.update_tags(TITLE=coverage.title.en, TIFFTAG_IMAGEDESCRIPTION=coverage.title.vi, DOTHI_RELEASE=str(release))
    for number, (name, band) in enumerate(coverage.bands.items(), 1):
        plain.set_band_description(number, name)
        if band.unit:
            plain.set_band_unit(number, ucum(band.unit))
        tally = scan.bands[name]
        if tally.min is not None and tally.max is not None and tally.mean is not None:
            plain.update_tags(
                number, STATISTICS_MINIMUM=tally.min, STATISTICS_MAXIMUM=tally.max, STATISTICS_MEAN=tally.mean
            )

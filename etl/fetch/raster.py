"""Tiles of an open raster as one file, cut to the locality."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError, WindowError
from rasterio.merge import merge

from dothi.core.crs import WGS84
from dothi.core.locality import Locality
from etl.closed_room.rasters import clean_copy
from etl.formats.errors import UnreadableFile


def write_raster(files: Sequence[Path], locality: Locality, target: Path) -> None:
    """Writes what `files` (in WGS 84) have of the locality's extent as the GeoTIFF `target`; raises UnreadableFile."""
    names = ', '.join(file.name for file in files)
    try:
        with ExitStack() as stack:
            copies = [stack.enter_context(clean_copy(file, None)) for file in files]
            first = copies[0]
            if first.crs is None or first.crs.to_epsg() != WGS84:
                raise _unreadable(names, f'EPSG:{WGS84}?')
            tags, descriptions = first.tags(), first.descriptions
            options = {'bounds': locality.place.extent_wgs84, 'target_aligned_pixels': False}
            merge(copies, dst_path=target, dst_kwds={'driver': 'GTiff', 'compress': 'deflate'}, **options)
        with rasterio.open(target, 'r+') as written:
            written.update_tags(**tags)
            written.descriptions = descriptions
    except (RasterioError, WindowError, ValueError) as error:
        raise _unreadable(names, str(error)) from None


def _unreadable(names: str, why: str) -> UnreadableFile:
    return UnreadableFile(
        vi=f'{names}: không đọc được raster ({why}). Tải lại, hoặc kiểm tra nguồn trong sources/.',
        en=f'{names}: the raster cannot be read ({why}). Fetch it again, or check the source in sources/.',
    )

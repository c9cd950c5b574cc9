"""Rasters that mean harm, by what they are after; each maker writes into the target's folder."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin

from tests.hostile.conftest import Target

SMALL = {
    'driver': 'GTiff', 'width': 10, 'height': 10, 'count': 1, 'dtype': 'float32', 'crs': 'EPSG:4326',
    'transform': from_origin(106.0, 20.5, 0.05, 0.05), 'nodata': -9999.0,
}  # fmt: skip


def _sound(file: Path, **changed: object) -> Path:
    with rasterio.open(file, 'w', **{**SMALL, **changed}) as raster:
        raster.write(np.ones((raster.count, raster.height, raster.width), dtype='float32'))
    return file


def sparse(target: Target) -> Path:
    """10⁶ × 10⁶ cells in 16 kB."""
    file = target.folder / 'sparse.tif'
    size = {'width': 1_000_000, 'height': 1_000_000, 'transform': from_origin(106.0, 20.5, 5e-7, 5e-7)}
    with rasterio.open(file, 'w', **{**SMALL, **size, 'sparse_ok': True, 'bigtiff': 'yes', 'tiled': True,
                                     'blockxsize': 32_768, 'blockysize': 32_768}):  # fmt: skip
        pass
    return file


def many_bands(target: Target) -> Path:
    """60,000 bands of one cell."""
    file = target.folder / 'bands.tif'
    with rasterio.open(file, 'w', **{**SMALL, 'width': 1, 'height': 1, 'count': 60_000, 'sparse_ok': True}):
        pass
    return file


def vrt(target: Target) -> Path:
    """A description of another file, called a GeoTIFF."""
    file = target.folder / 'vrt.tif'
    file.write_text(
        '<VRTDataset rasterXSize="10" rasterYSize="10"><VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
        f'<SourceFilename>{target.secret}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>'
    )
    return file


def auxiliary(target: Target) -> Path:
    """An entity in the XML beside the raster."""
    file = _sound(target.folder / 'auxiliary.tif')
    Path(f'{file}.aux.xml').write_text(
        f'<!DOCTYPE x [<!ENTITY s SYSTEM "{target.secret}">]><PAMDataset><SRS>&s;</SRS></PAMDataset>'
    )
    return file


def truncated(target: Target) -> Path:
    """Half of a raster."""
    file = _sound(target.folder / 'truncated.tif', width=1_000, height=1_000)
    file.write_bytes(file.read_bytes()[:1_000_000])
    return file


def strange_offsets(target: Target) -> Path:
    """A directory of tags that follows itself for ever."""
    file = target.folder / 'offsets.tif'
    entry = struct.pack('<HHII', 256, 4, 1, 10)
    file.write_bytes(struct.pack('<2sHI', b'II', 42, 8) + struct.pack('<H', 1) + entry + struct.pack('<I', 8))
    return file


HOSTILE_RASTERS: dict[str, Callable[..., Path]] = {
    'tif-exhaust-sparse': sparse,
    'tif-exhaust-bands': many_bands,
    'tif-read-vrt-inside': vrt,
    'tif-read-auxiliary': auxiliary,
    'tif-crash-truncated': truncated,
    'tif-crash-offsets': strange_offsets,
}

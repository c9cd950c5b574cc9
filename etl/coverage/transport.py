"""A raster on its way out of the closed room: what describes it, its cells as Arrow, and the clean copy they become."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from rasterio.enums import MaskFlags
from rasterio.windows import Window

from etl.coverage.file import Raster
from etl.formats.declared_crs import usable_crs

STRIP_CELLS = 4_000_000
LONGEST_TAG = 1_000
MASK = 'mask'


class RasterHeader(BaseModel):
    """What a GeoTIFF says of itself. transform: the six numbers of its affine transformation, as rasterio has them.

    masked: whether a mask or an alpha band tells which cells have a value.
    """

    model_config = ConfigDict(extra='forbid', frozen=True)

    width: int
    height: int
    count: int
    dtype: str
    nodata: float | None
    transform: tuple[float, float, float, float, float, float]
    crs_wkt: str | None
    masked: bool
    descriptions: list[str | None]
    tags: dict[str, str]


@dataclass(frozen=True)
class CellStrip:
    """Whole rows of all bands. cells: shape (bands, rows, width). mask: shape (rows, width), or None."""

    first_row: int
    cells: NDArray[Any]
    mask: NDArray[np.bool_] | None

    def as_arrow(self) -> Any:
        """A column for each band, and one for the mask."""
        columns = {f'band_{number}': pa.array(band.ravel()) for number, band in enumerate(self.cells)}
        mask = {} if self.mask is None else {MASK: pa.array(self.mask.ravel())}
        return pa.RecordBatch.from_pydict(columns | mask)


def describe_raster(raster: Raster) -> RasterHeader:
    """What is known of an open raster without reading its cells."""
    flags = {flag for band in raster.mask_flag_enums for flag in band}
    return RasterHeader(
        width=raster.width,
        height=raster.height,
        count=raster.count,
        dtype=str(raster.dtypes[0]),
        nodata=raster.nodata,
        transform=tuple(raster.transform)[:6],
        crs_wkt=usable_crs(raster.crs.to_wkt()) if raster.crs else None,
        masked=bool(flags & {MaskFlags.per_dataset, MaskFlags.alpha}),
        descriptions=list(raster.descriptions),
        tags={key: value[:LONGEST_TAG] for key, value in raster.tags().items()},
    )


def cell_strips(raster: Raster) -> Iterator[CellStrip]:
    """The cells of an open raster from north to south, as many rows at a time as fit into memory well."""
    header = describe_raster(raster)
    rows = max(1, STRIP_CELLS // (raster.width * raster.count))
    for top in range(0, raster.height, rows):
        window = Window(0, top, raster.width, min(rows, raster.height - top))
        mask = raster.dataset_mask(window=window) > 0 if header.masked else None
        yield CellStrip(top, raster.read(window=window), mask)


def strip_from_arrow(first_row: int, header: RasterHeader, batch: Any) -> CellStrip:
    """The strip that `CellStrip.as_arrow` wrote."""
    arrays = [column.to_numpy(zero_copy_only=False).reshape(-1, header.width) for column in batch.columns]
    mask = arrays.pop() if header.masked else None
    return CellStrip(first_row, np.stack(arrays), mask)


def create_copy(target: Any, header: RasterHeader) -> Any:
    """A GeoTIFF of our own at `target`, open for writing, that is described as the delivered one was."""
    copy = rasterio.open(
        target, 'w', driver='GTiff', width=header.width, height=header.height, count=header.count,
        dtype=header.dtype, nodata=_storable(header), crs=header.crs_wkt, transform=Affine(*header.transform),
        compress='zstd', zstd_level=1, bigtiff='IF_SAFER', sparse_ok=True,
    )  # fmt: skip
    copy.update_tags(**header.tags)
    for number, description in enumerate(header.descriptions, 1):
        copy.set_band_description(number, description or '')
    return copy


def write_strip(copy: Any, strip: CellStrip) -> None:
    """Write the strip into the copy."""
    _, rows, width = strip.cells.shape
    window = Window(0, strip.first_row, width, rows)
    copy.write(strip.cells, window=window)
    if strip.mask is not None:
        copy.write_mask(strip.mask, window=window)


def _storable(header: RasterHeader) -> float | None:
    """The nodata value, where cells of this type can have it."""
    if header.nodata is None or header.dtype.startswith('float') or math.isfinite(header.nodata):
        return header.nodata
    return None

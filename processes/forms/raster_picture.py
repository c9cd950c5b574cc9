"""A raster result in the colours of its classes, as small as the map that shows it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT

from dothi.core.crs import proj_string
from processes.forms.figure import NONE, Class, class_of, classes_of
from processes.forms.map_page import FRAME_PX


@dataclass(frozen=True)
class PaintedRaster:
    """A raster as a picture. bounds: west, south, east, north in the system that was asked for."""

    file: Path
    bounds: tuple[float, float, float, float]
    classes: list[Class]
    band: str | None
    unit: str | None


def paint_raster(raster: Path, srid: int, target: Path) -> PaintedRaster:
    """The first band in colours, in the system `srid`, written to `target`; cells without a value are clear."""
    with rasterio.open(raster) as source, WarpedVRT(source, crs=proj_string(srid)) as moved:
        times = max(1.0, moved.width / (FRAME_PX[2] - FRAME_PX[0]), moved.height / (FRAME_PX[3] - FRAME_PX[1]))
        high, wide = round(moved.height / times), round(moved.width / times)
        # near: a mean of class numbers would be none
        cells = moved.read(1, out_shape=(high, wide), resampling=Resampling.nearest, masked=True)
        transform = moved.transform @ moved.transform.scale(moved.width / wide, moved.height / high)
        bounds, band, unit = tuple(moved.bounds), source.descriptions[0], source.units[0]
    values = cells.astype(np.float64).filled(np.nan)
    classes = classes_of(values[np.isfinite(values)].tolist())
    profile = {
        'driver': 'GTiff', 'width': wide, 'height': high, 'count': 4, 'dtype': 'uint8', 'photometric': 'RGB',
        'alpha': 'YES', 'transform': transform,
    }  # fmt: skip
    with rasterio.open(target, 'w', **profile) as picture:
        picture.write(_colour_classes(values, classes))
    return PaintedRaster(target, bounds, classes, band, unit)


def _colour_classes(values: NDArray[np.float64], classes: list[Class]) -> NDArray[np.uint8]:
    """Red, green, blue and opacity of each cell, shape (4, rows, columns)."""
    numbers = class_of(values.ravel().tolist(), classes).reshape(values.shape)
    # the last one is for NONE, which is -1
    table = np.array(
        [[*bytes.fromhex(value_class.colour[1:]), 255] for value_class in classes] + [[0, 0, 0, 0]], dtype=np.uint8
    )
    assert NONE == -1  # noqa: S101
    return np.moveaxis(table[numbers], -1, 0)

"""The ground of the demo: a delta plain a metre above the sea, river levees, beach ridges, and mud flats.

Heights in metres, 0 to 4. Nothing here is surveyed: rivers and coast are where the demo draws them, and the ground
beside them has the shape that such places have.
"""

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine, from_origin
from scipy.ndimage import distance_transform_edt, zoom
from shapely.geometry.base import BaseGeometry

from demo.chance import generator
from demo.outline import Outline

Heights = NDArray[np.float32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
CELL_M = 50.0
NODATA = -9999.0
HIGHEST_M = 4.0
PLAIN_M = 0.75
# A bank as high as that of the largest river; it falls to a third over its width.
LEVEE_M, LEVEE_WIDTH_M, LARGEST_RIVER_M = 2.1, 700.0, 700.0
# Old shores, one behind the other: metres from the sea, height, half the width.
RIDGES_M = ((320.0, 2.2, 140.0), (2100.0, 0.9, 220.0), (4600.0, 0.7, 260.0), (7400.0, 0.5, 300.0))
FLAT_M = 0.25


def write_elevation(path: Path, place: Affine, heights: Heights, srid: int) -> None:
    """The elevation model as the surveying office writes one: GeoTIFF, whole centimetres as float32."""
    rows, columns = heights.shape
    with rasterio.open(
        path,
        'w',
        driver='GTiff',
        width=columns,
        height=rows,
        count=1,
        dtype='float32',
        nodata=NODATA,
        crs=f'EPSG:{srid}',
        transform=place,
        compress='DEFLATE',
        predictor=3,
    ) as file:
        file.write(heights, 1)


def draw_elevation(outline: Outline, seed: int) -> tuple[Affine, Heights]:
    """Where the cells lie, and their heights from north to south; NODATA outside the province and its rivers."""
    place, shape = _grid(outline.province)
    rivers = sorted(outline.rivers, key=lambda river: river.width_m)
    # the widest is drawn last: where rivers meet, its banks are the banks
    widths = rasterize([(river.water, river.width_m) for river in rivers], shape, transform=place, fill=0)
    land = _mask(outline.province, place, shape) | (widths > 0)
    uneven = _rolling(shape, generator(seed, 'elevation'))
    heights = PLAIN_M + 0.35 * uneven + _levees(widths) + _ridges(outline, place, shape, uneven)
    heights[_mask(outline.wetlands, place, shape)] = FLAT_M
    heights[widths > 0] = 0.15 + 0.1 * uneven[widths > 0]
    clipped = np.round(np.clip(heights, 0.0, HIGHEST_M), 2)
    return place, np.where(land, clipped, NODATA).astype(np.float32)


def _grid(area: BaseGeometry) -> tuple[Affine, tuple[int, int]]:
    """Cells on whole multiples of their size, with one to spare around `area`."""
    west, south, east, north = area.bounds
    left, low = (np.floor(value / CELL_M) - 1 for value in (west, south))
    right, top = (np.ceil(value / CELL_M) + 1 for value in (east, north))
    return from_origin(left * CELL_M, top * CELL_M, CELL_M, CELL_M), (int(top - low), int(right - left))


def _mask(area: BaseGeometry, place: Affine, shape: tuple[int, int]) -> Bools:
    if area.is_empty:
        return np.zeros(shape, dtype=bool)
    return np.asarray(rasterize([area], shape, transform=place, fill=0, default_value=1), dtype=bool)


def _levees(widths: NDArray[np.generic]) -> Floats:
    """What floods have left beside the rivers: much at the bank, less with every step, more by the large ones."""
    distance_cells, (row, column) = distance_transform_edt(widths == 0, return_indices=True)
    share = np.sqrt(widths[row, column] / LARGEST_RIVER_M)
    return np.asarray(LEVEE_M * share * np.exp(-distance_cells * CELL_M / LEVEE_WIDTH_M))


def _ridges(outline: Outline, place: Affine, shape: tuple[int, int], uneven: Floats) -> Floats:
    """Dunes on the shore and the beach ridges that were shores before, broken where the sea broke through."""
    shore = _mask(outline.coast.buffer(CELL_M), place, shape)
    distance_m = distance_transform_edt(~shore) * CELL_M if shore.any() else np.full(shape, np.inf)
    ridges = sum(high * np.exp(-(((distance_m - at) / half) ** 2)) for at, high, half in RIDGES_M)
    return np.asarray(ridges * np.clip(0.8 + 0.5 * uneven, 0.2, 1.2))


def _rolling(shape: tuple[int, int], chance: np.random.Generator) -> Floats:
    """Smooth unevenness, mostly between -1 and 1, in waves of about two kilometres."""
    coarse = chance.normal(0, 0.5, (shape[0] // 40 + 2, shape[1] // 40 + 2))
    fine = zoom(coarse, (shape[0] / coarse.shape[0], shape[1] / coarse.shape[1]), order=3)
    return np.asarray(fine[: shape[0], : shape[1]])

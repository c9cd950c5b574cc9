"""What a released raster says on the cells of another grid, a tile at a time."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from dothi.core.crs import proj_string
from dothi.core.grid import Grid
from processes.ground.tiles import Tile, transform_of

type Heights = NDArray[np.float32]


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

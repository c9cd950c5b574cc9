"""A raster as a scenario changes it: a virtual raster of the released file, and of the changed cells in one beside it.

Whoever reads it in windows reads of both what the window needs. Cells that no change touches are those of the release,
bit by bit. Method: docs/decisions/0119-scenarios.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from dothi.core.arrays import Bools, Ints
from dothi.core.crs import WGS84, proj_string
from dothi.core.grid import Grid
from dothi.core.released_raster import Raster
from etl.moving import move
from processes.ground.geotiff import BLOCK, plain_raster
from processes.ground.tiles import Tile, mask_of, numbers_in, tiles_of
from processes.ground.touch import wall_cells
from processes.scenario.numbered import read_shape

# What GDAL calls the types of bands.
GDAL_TYPES = {
    'uint8': 'Byte', 'int16': 'Int16', 'uint16': 'UInt16', 'int32': 'Int32', 'uint32': 'UInt32',
    'float32': 'Float32', 'float64': 'Float64',
}  # fmt: skip


@dataclass(frozen=True)
class Barrier:
    """Cells that are raised to a crest, where they are lower or nobody knows their height; ascending."""

    cells: Ints
    crest_m: float

    def touches(self, grid: Grid, tile: Tile) -> Bools:
        """The cells of the tile that it lies on, shape of the tile."""
        return mask_of(self.cells, grid, tile)

    def applied(self, heights: NDArray[np.float64], cells: Bools) -> NDArray[np.float64]:
        """The heights with the barrier; NaN where nobody knows one."""
        return np.where(cells & ~(heights >= self.crest_m), self.crest_m, heights)


@dataclass(frozen=True)
class LevelGround:
    """An area that is brought to a level, cut and filled: cells whose centre lies in it."""

    area: Any
    level_m: float

    def touches(self, grid: Grid, tile: Tile) -> Bools:
        """The cells of the tile that it is of, shape of the tile."""
        return np.asarray(numbers_in(np.array([self.area], dtype=object), grid, tile) > 0)

    def applied(self, heights: NDArray[np.float64], cells: Bools) -> NDArray[np.float64]:
        """The heights with the ground at its level."""
        return np.where(cells, self.level_m, heights)


type Earthwork = Barrier | LevelGround


def changed_raster(raster: Raster, changes: Sequence[dict[str, Any]], patch: Path, virtual: Path) -> Raster:
    """The raster with the changes, in their order, applied to its first band.

    patch, virtual: where the files of it are written, which last as long as the run.
    """
    works = [_earthwork(change, raster.grid) for change in changes]
    tiles = []
    with plain_raster(patch, raster.grid, raster.coverage.type, raster.coverage.nodata) as file:
        for tile, cells in _changed_tiles(raster, works):
            file.write(cells, 1, window=Window(tile.left, tile.top, tile.width, tile.height))
            tiles.append(tile)
    if not tiles:
        return raster
    virtual.write_bytes(_virtual_raster(raster, patch, _window_around(tiles)))
    return replace(raster, path=virtual)


def _earthwork(change: dict[str, Any], grid: Grid) -> Earthwork:
    (shape,) = move(
        np.array([read_shape(change['geometry'])], dtype=object), proj_string(WGS84), proj_string(grid.srid)
    )
    if change['kind'] == 'dike':
        return Barrier(wall_cells(np.array([shape], dtype=object), grid), change['crest_m'])
    return LevelGround(shape, change['level_m'])


def _changed_tiles(raster: Raster, works: Sequence[Earthwork]) -> Iterator[tuple[Tile, NDArray[Any]]]:
    """Each tile in which a cell changes, with its changed cells; the others are the coverage's nodata."""
    kind, nodata = np.dtype(raster.coverage.type), raster.coverage.nodata
    with rasterio.open(raster.path) as file:
        for tile in tiles_of(raster.grid, BLOCK):
            masks = [work.touches(raster.grid, tile) for work in works]
            if not any(mask.any() for mask in masks):
                continue
            window = Window(tile.left, tile.top, tile.width, tile.height)
            before = file.read(1, window=window, masked=True).astype(np.float64).filled(np.nan)
            heights = before
            for work, mask in zip(works, masks, strict=True):
                heights = work.applied(heights, mask)
            changed = ~np.isnan(heights) & (np.isnan(before) | (heights != before))
            if changed.any():
                whole = heights if kind.kind == 'f' else np.rint(heights)
                yield tile, np.where(changed, whole, nodata).astype(kind)


def _window_around(tiles: Sequence[Tile]) -> Window:
    """The window that holds all tiles."""
    top, left = min(tile.top for tile in tiles), min(tile.left for tile in tiles)
    bottom = max(tile.top + tile.height for tile in tiles)
    right = max(tile.left + tile.width for tile in tiles)
    return Window(left, top, right - left, bottom - top)


def _virtual_raster(raster: Raster, patch: Path, window: Window) -> bytes:
    """The document of GDAL's virtual raster: every band of the file, and over the first one the patch in its window."""
    with rasterio.open(raster.path) as file:
        root = Element('VRTDataset', rasterXSize=str(file.width), rasterYSize=str(file.height))
        if file.crs is not None:
            SubElement(root, 'SRS').text = file.crs.to_wkt()
        SubElement(root, 'GeoTransform').text = ', '.join(repr(float(part)) for part in file.transform.to_gdal())
        whole = Window(0, 0, file.width, file.height)
        for number, (kind, nodata) in enumerate(zip(file.dtypes, file.nodatavals, strict=True), start=1):
            band = SubElement(root, 'VRTRasterBand', dataType=GDAL_TYPES[kind], band=str(number))
            if nodata is not None:
                SubElement(band, 'NoDataValue').text = repr(nodata)
            _add_source(band, 'SimpleSource', raster.path, number, whole)
            if number == 1:
                # its cells without a value let those of the file be seen
                _add_source(band, 'ComplexSource', patch, 1, window, raster.coverage.nodata)
    return tostring(root)


def _add_source(band: Element, kind: str, path: Path, number: int, window: Window, nodata: float | None = None) -> None:
    source = SubElement(band, kind)
    SubElement(source, 'SourceFilename', relativeToVRT='0').text = str(path.absolute())
    SubElement(source, 'SourceBand').text = str(number)
    place = {
        'xOff': str(window.col_off), 'yOff': str(window.row_off),
        'xSize': str(window.width), 'ySize': str(window.height),
    }  # fmt: skip
    SubElement(source, 'SrcRect', place)
    SubElement(source, 'DstRect', place)
    if nodata is not None:
        SubElement(source, 'NODATA').text = repr(nodata)

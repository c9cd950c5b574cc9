"""The values of a raster on the cells of an answer, some rows at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.transform import Affine, from_origin
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from dothi.api.coverages.areas import by_area
from dothi.api.coverages.scale import HAIR, grid_in
from dothi.api.coverages.stored import StoredCoverage
from dothi.api.coverages.systems import is_global
from dothi.api.http.parameters import BadParameter
from dothi.core.coverage import Band
from dothi.core.crs import proj_string
from dothi.core.errors import WrongUse
from dothi.core.grid import Grid, moved_bounds
from dothi.core.numbers import number_vi

Values = NDArray[Any]
# Rows that are in memory at a time: about this many cells of one band, in whole blocks.
STRIP_CELLS, BLOCK = 1_000_000, 256
# Bytes of blocks of files that stay in memory, of all requests of a process together (GDAL alone counts megabytes).
CACHE_BYTES = 64 * 2**20
# What the warper may read for one answer in another system where no overview helps, and hold at a time: it takes about
# a microsecond and 200 bytes for each cell that it sums.
WARPED_CELLS, WARP_MB = 4_000_000, 2


class TooManyCells(WrongUse):
    """More cells are asked for, or have to be read, than one answer may take."""


@dataclass(frozen=True)
class CoveragePart:
    """What is read: the bands by name, in this order, on the cells of `grid`.

    for_display: whether for an image, in which a colour speaks of one cell of the raster, however large it is drawn.
    """

    stored: StoredCoverage
    names: list[str]
    grid: Grid
    for_display: bool = False

    @property
    def bands(self) -> dict[str, Band]:
        """The bands by name, in the order of the answer."""
        return {name: self.stored.coverage.bands[name] for name in self.names}

    @property
    def nodata(self) -> float:
        """The value of cells that have no data."""
        return self.stored.coverage.nodata

    @property
    def cells(self) -> int:
        """The number of cells in all bands together."""
        return self.grid.width * self.grid.height * len(self.names)


def read_strips(part: CoveragePart) -> Iterator[tuple[int, Values]]:
    """Number of the first row, and values of shape (bands, rows, width); from north to south."""
    rows = max(BLOCK, STRIP_CELLS // part.grid.width // BLOCK * BLOCK)
    read = _read_untouched if same_cells(part) else _read_resampled
    if (
        read is _read_resampled
        and is_global(part.stored.grid)
        and part.grid.bounds[2] > part.stored.grid.bounds[2] + HAIR
    ):
        raise _across_the_antimeridian()
    if part.grid.srid != part.stored.grid.srid:
        _must_not_read_too_much(part)
    with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES):
        for top in range(0, part.grid.height, rows):
            yield top, read(part, Window(0, top, part.grid.width, min(rows, part.grid.height - top)))


def values_at(part: CoveragePart, x: float, y: float) -> list[float | int | None]:
    """The value of each band in the cell that the point lies in, in the raster's own system; None for none."""
    own = part.stored.grid
    column = min(int((x - own.west) / own.cell_width + HAIR), own.width - 1)
    row = min(int((own.north - y) / own.cell_height + HAIR), own.height - 1)
    cell = CoveragePart(part.stored, part.names, own.window(column, row, 1, 1))
    (_, values) = next(read_strips(cell))
    return [None if value == part.nodata else _plain_number(value) for value in values[:, 0, 0]]


def _plain_number(value: Any) -> float | int:
    """The number with the fewest digits that give it back in its own type: 1.45, not 1.4500000476837158."""
    return float(str(value)) if isinstance(value, np.floating) else int(value)


def same_cells(part: CoveragePart) -> bool:
    """Whether the cells of the answer are cells of the raster, so that their values are passed on as they are."""
    own, part_grid = part.stored.grid, part.grid
    if part_grid.srid != own.srid:
        return False
    offsets = _cell_offsets(own, part_grid)
    return (
        abs(part_grid.cell_width / own.cell_width - 1) * part_grid.width < HAIR
        and abs(part_grid.cell_height / own.cell_height - 1) * part_grid.height < HAIR
        and all(abs(offset - round(offset)) < HAIR for offset in offsets)
    )


def _across_the_antimeridian() -> BadParameter:
    return BadParameter(
        vi='Không đổi cỡ ô hoặc hệ tọa độ qua kinh tuyến 180°. Chia thành hai yêu cầu, hoặc giữ ô gốc.',
        en='Cells cannot change size or system across the antimeridian. Ask in two parts, or keep the cells.',
    )


def _cell_offsets(own: Grid, part_grid: Grid) -> tuple[float, float]:
    """Columns and rows from the raster's corner to that of the answer."""
    return (part_grid.west - own.west) / own.cell_width, (own.north - part_grid.north) / own.cell_height


def _read_untouched(part: CoveragePart, window: Window) -> Values:
    """The raster's own cells; what lies beyond it has no value, but for what lies around the globe."""
    own = part.stored.grid
    left, top = (round(offset) for offset in _cell_offsets(own, part.grid))
    top, across = top + window.row_off, own.width - left
    if not is_global(own) or across >= window.width:
        return _read_cells(part, left, top, window.width, window.height)
    sides = ((left, across), (0, window.width - across))
    return np.concatenate([_read_cells(part, first, top, width, window.height) for first, width in sides], axis=2)


def _read_cells(part: CoveragePart, left: int, top: int, width: int, height: int) -> Values:
    """Some of the raster's own cells, by column, row and number of both."""
    own = part.stored.grid
    cells = np.full((len(part.names), height, width), part.nodata, dtype=part.stored.coverage.type)
    x1, y1 = max(left, 0), max(top, 0)
    x2, y2 = min(left + width, own.width), min(top + height, own.height)
    if x1 < x2 and y1 < y2:
        with rasterio.open(part.stored.path) as raster:
            inside = raster.read(_band_numbers(part), window=Window(x1, y1, x2 - x1, y2 - y1))
        cells[:, y1 - top : y2 - top, x1 - left : x2 - left] = inside
    return cells


def _read_resampled(part: CoveragePart, window: Window) -> Values:
    """Values for cells of another size, place or system; each band in the way that its kind allows."""
    read = [_one_band(part, name, window) for name in part.names]
    return np.stack(read)


def _one_band(part: CoveragePart, name: str, window: Window) -> Values:
    fine, coarse = _cell_ratios(part)
    number = list(part.stored.coverage.bands).index(name) + 1
    how = resampling_of(part.bands[name], coarse, drawn=part.for_display)
    by_cells = how in BY_AREA and part.grid.srid == part.stored.grid.srid
    with rasterio.open(
        part.stored.path, **_overview_level(part, how, fine / MUCH_FINER if by_cells else fine)
    ) as raster:
        if by_cells:
            cells = part.grid.window(window.col_off, window.row_off, window.width, window.height)
            return by_area(raster, number, part.stored.grid.of_size(raster.width, raster.height), cells, how)
        with _warped_raster(raster, part, how) as warped:
            values: Values = warped.read(number, window=window)
            return values


BY_AREA = (Resampling.sum, Resampling.average, Resampling.mode)
# How many cells of an overview, in a row, make one of an answer by area: they do not lie side by side with its cells.
MUCH_FINER = 4


def resampling_of(band: Band, ratio: float, *, drawn: bool = False) -> Resampling:
    """How cells of a band become others. ratio: how many of its cells in a row become one."""
    if band.kind == 'count' and not drawn:
        return Resampling.sum
    coarser, finer = {
        'category': (Resampling.mode, Resampling.nearest),
        'count': (Resampling.average, Resampling.nearest),
        'continuous': (Resampling.average, Resampling.bilinear),
    }[band.kind]
    return coarser if ratio > 1 + HAIR else finer


def _warped_raster(raster: Any, part: CoveragePart, how: Resampling) -> Any:
    """The raster as if it were drawn on the cells of the answer; VN-2000 with its datum shift."""
    return WarpedVRT(
        raster,
        src_crs=CRS.from_string(proj_string(part.stored.grid.srid)),
        crs=CRS.from_string(proj_string(part.grid.srid)),
        transform=transform_of(part.grid),
        width=part.grid.width,
        height=part.grid.height,
        resampling=how,
        nodata=part.nodata,
        warp_mem_limit=WARP_MB,
    )


def _overview_level(part: CoveragePart, how: Resampling, ratio: float) -> dict[str, int]:
    """The overview to read from: the coarsest that still has finer cells than the answer. Sums need every cell."""
    if how is not Resampling.average:
        return {}
    with rasterio.open(part.stored.path) as raster:
        fine = [level for level, factor in enumerate(raster.overviews(1)) if factor <= ratio + HAIR]
    return {'overview_level': fine[-1]} if fine else {}


def _must_not_read_too_much(part: CoveragePart) -> None:
    """Raises TooManyCells where the warper would have to read more cells than it can in reasonable time."""
    fine, coarse = _cell_ratios(part)
    ways = [resampling_of(band, coarse, drawn=part.for_display) for band in part.bands.values()]
    if not any(how in BY_AREA and not _overview_level(part, how, fine) for how in ways):
        return
    own = part.stored.grid
    west, south, east, north = moved_bounds(part.grid.bounds, part.grid.srid, own.srid)
    columns = min(east, own.bounds[2]) - max(west, own.west)
    rows = min(north, own.north) - max(south, own.bounds[1])
    read = columns / own.cell_width * rows / own.cell_height
    if columns > 0 and rows > 0 and read > WARPED_CELLS:
        raise TooManyCells(
            vi=f'Phải đổi hệ tọa độ của {number_vi(read, ",.0f")} ô, quá nhiều cho một câu trả lời (tối đa '
            f'{number_vi(WARPED_CELLS)}). '
            'Thu hẹp bằng bbox hoặc subset, hoặc giữ hệ tọa độ gốc.',
            en=f'{read:,.0f} cells would have to change their system, too many for one answer (at most '
            f'{WARPED_CELLS:,}). Narrow the area by bbox or subset, or keep the system of the raster.',
        )


def _cell_ratios(part: CoveragePart) -> tuple[float, float]:
    """How many cells of the raster, in a row, become one of the answer: on the finer axis and on the coarser one."""
    base = grid_in(part.stored.grid, part.grid.srid)
    fine, coarse = sorted((part.grid.cell_width / base.cell_width, part.grid.cell_height / base.cell_height))
    return fine, coarse


def _band_numbers(part: CoveragePart) -> list[int]:
    """Numbers of the bands in the file, from 1, in the order of the answer."""
    band_names = list(part.stored.coverage.bands)
    return [band_names.index(name) + 1 for name in part.names]


def transform_of(grid: Grid) -> Affine:
    """The affine transform of the grid, as rasterio takes it."""
    return from_origin(grid.west, grid.north, grid.cell_width, grid.cell_height)

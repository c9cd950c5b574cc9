"""The cells of a raster, strip by strip: values of the coverage's type, and what is wrong with them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from dothi.core.coverage import Band, Coverage
from dothi.core.progress import Progress
from etl.coverage.file import Raster
from etl.report.model import LISTED_ROWS

Cells = NDArray[Any]  # of whatever type the file and the coverage have
Bools = NDArray[np.bool_]
# Rows of a strip are whole blocks of the file that is written, and a strip of one band is about this many cells.
BLOCK = 512
STRIP_CELLS = 4_000_000


@dataclass(frozen=True)
class Strip:
    """Some whole rows: values of all bands, shape (bands, rows, width), and which cells have a bad one.

    Where nothing is known, and where the value is bad, stands the coverage's nodata. given: the values as they came.
    no_number: values that are NaN or infinite though that is not the file's nodata.
    """

    window: Window
    values: Cells
    bad: Bools
    given: Cells
    no_number: int


@dataclass(frozen=True)
class BadCell:
    """A value that is out of range. row and column count from 0."""

    band: str
    row: int
    column: int
    value: float


@dataclass
class BandTally:
    """What one band holds. total: sum of its values."""

    valid: int = 0
    bad: int = 0
    min: float | None = None
    max: float | None = None
    total: float = 0.0

    @property
    def mean(self) -> float | None:
        """The mean value, None in a band without any."""
        return self.total / self.valid if self.valid else None

    def add(self, values: Cells) -> None:
        """Takes values in, none of which is nodata."""
        if values.size:
            self.valid += values.size
            self.total += float(values.sum(dtype=np.float64))
            # by way of text: 0.02 in 32 bits is no 0.019999999552965164
            low, high = float(str(values.min())), float(str(values.max()))
            self.min = low if self.min is None else min(self.min, low)
            self.max = high if self.max is None else max(self.max, high)


@dataclass
class Scan:
    """What all cells came to. filled, bad: cells with a value, with a bad value, in any band.

    no_number: as in Strip.
    """

    bands: dict[str, BandTally]
    cells: int
    sha256: str = ''
    filled: int = 0
    bad: int = 0
    no_number: int = 0
    listed: list[BadCell] = field(default_factory=list)

    @property
    def bad_share(self) -> float:
        """Share of bad cells among those that came with a value."""
        return self.bad / (self.filled + self.bad) if self.bad else 0.0


def strips(raster: Raster, coverage: Coverage) -> Iterator[Strip]:
    """All rows of `raster` from north to south."""
    for window in windows(raster.width, raster.height):
        yield _strip(raster, coverage, window)


def windows(width: int, height: int) -> Iterator[Window]:
    """Whole rows, as many at a time as fit into memory well."""
    rows = max(BLOCK, STRIP_CELLS // width // BLOCK * BLOCK)
    for top in range(0, height, rows):
        yield Window(0, top, width, min(rows, height - top))


def scan(raster: Raster, coverage: Coverage, place: str, progress: Progress) -> Scan:
    """What the cells of `raster` hold. place: where they lie, which is part of the hash."""
    tallies = Scan({name: BandTally() for name in coverage.bands}, raster.width * raster.height)
    digest = hashlib.sha256(place.encode())
    for strip in strips(raster, coverage):
        digest.update(strip.values.tobytes())
        _add(tallies, strip, coverage)
        progress('stage', strip.window.row_off + strip.window.height, raster.height)
    tallies.sha256 = digest.hexdigest()
    return tallies


def _strip(raster: Raster, coverage: Coverage, window: Window) -> Strip:
    read = raster.read(window=window, masked=True)
    read_values = np.ma.getdata(read)
    masked = np.ma.getmaskarray(read)
    empty = masked | ~np.isfinite(read_values)
    no_number = int((empty & ~masked).sum())
    if raster.nodata is None:
        empty |= read_values == coverage.nodata
    bands = coverage.bands.values()
    bad = ~empty & ~np.array([_inside(values, band) for values, band in zip(read_values, bands, strict=True)])
    values = np.where(empty | bad, np.array(coverage.nodata, coverage.type), read_values.astype(coverage.type))
    return Strip(window, values, bad, read_values, no_number)


def _inside(values: Cells, band: Band) -> Bools:
    """Which of many values lie inside the band's limits, as `Band.inside` says of one."""
    low = -np.inf if band.min is None else band.min
    high = np.inf if band.max is None else band.max
    return np.asarray((values >= low) & (values <= high) & (values != band.nodata))


def _add(scan: Scan, strip: Strip, coverage: Coverage) -> None:
    filled = strip.values != coverage.nodata
    scan.filled += int((filled.any(axis=0) & ~strip.bad.any(axis=0)).sum())
    scan.bad += int(strip.bad.any(axis=0).sum())
    scan.no_number += strip.no_number
    for tally, values, has, bad in zip(scan.bands.values(), strip.values, filled, strip.bad, strict=True):
        tally.add(values[has])
        tally.bad += int(bad.sum())
    _list(scan, strip, list(coverage.bands))


def _list(scan: Scan, strip: Strip, names: list[str]) -> None:
    """Names the first bad cells one by one."""
    room = LISTED_ROWS - len(scan.listed)
    for band, row, column in np.argwhere(strip.bad)[:room].tolist():
        value = float(strip.given[band, row, column])
        scan.listed.append(BadCell(names[band], strip.window.row_off + row, column, value))

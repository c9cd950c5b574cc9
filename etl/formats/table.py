"""Tables whose rows have their place in columns: the same rules for a CSV and for a sheet of a workbook."""

import itertools
import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from dothi.core.text import Text
from etl.formats.coordinate_pair import parse_pair
from etl.formats.dms import parse_coordinate
from etl.formats.header import is_filled
from etl.formats.hidden import HIDDEN_ROW, HiddenRow
from etl.formats.place import Place
from etl.formats.source import BATCH_ROWS, EncodedBatch, Geometries, Source
from etl.report.problems import Finding

# A row "(1) (2) (3)" under the header numbers the columns; two cells could be a coordinate.
FEWEST_NUMBERED = 3
# Of a batch: a sheet may have 16,384 columns.
MOST_CELLS = 4_000_000
# Rows between blank lines, of which each run is a batch of its own.
MOST_RUNS = 500
COUNTING = re.compile(r'[(\[]?(\d{1,3})[)\]]?')


@dataclass(frozen=True, kw_only=True)
class TableSource(Source):
    """A table whose rows have coordinates in columns."""

    last_header_row: int
    place: Place | None

    def readable(self, cell: str) -> str:
        """A cell as text, where `cells` gives bytes that are not decoded yet."""
        return cell

    @abstractmethod
    def cells(self) -> Iterator[Sequence[str]]:
        """All rows of the table, with what stands above its header."""

    def encoded_batches(self, rows: int = BATCH_ROWS) -> Iterator[EncodedBatch]:
        """All rows, each cell as text; a blank line is no row, nor is one that numbers the columns.

        Rows have the numbers that a spreadsheet shows, with what stands above the header and blank lines counted.
        """
        most = max(1, min(rows, MOST_CELLS // len(self.columns)))
        width = len(self.columns)
        cut_rows = ((number, _cut(row, width)) for number, row in _below(self.cells(), self.last_header_row))
        for first_row, chunk in _runs(cut_rows, most):
            yield self._batch(first_row, chunk)

    def _batch(self, first_row: int, chunk: Sequence[Sequence[str]]) -> EncodedBatch:
        width = len(self.columns)
        long = np.array([i for i, row in enumerate(chunk) if is_filled(row[width:])], dtype=np.intp)
        cells = list(zip(*([*row, *[''] * (width - len(row))][:width] for row in chunk), strict=True))
        columns = {name: pa.array(cells[i], pa.string()) for i, name in enumerate(self.columns)}
        geometry, findings = self._geometry(cells)
        if long.size:
            says = Text(
                vi=f'nhiều ô hơn tiêu đề ({width} cột). Đặt giá trị có dấu phân cách trong ngoặc kép.',
                en=f'more cells than the header ({width} columns). Quote values that contain the delimiter.',
            )
            findings.append(Finding('type', long, says))
        hidden = np.array([i for i, row in enumerate(chunk) if isinstance(row, HiddenRow)], dtype=np.intp)
        if hidden.size:
            findings.append(Finding('hidden_row', hidden, HIDDEN_ROW))
        return EncodedBatch(first_row, columns, pa.array(shapely.to_wkb(geometry), pa.binary()), findings)

    def _geometry(self, cells: list[tuple[str, ...]]) -> tuple[Geometries, list[Finding]]:
        place = self.place
        if place is None:
            return np.full(len(cells[0]), None), []
        if place.wkt is not None:
            return _from_wkt(cells[place.wkt], self.columns[place.wkt])
        if place.is_pair:
            east, north = _pairs(map(self.readable, cells[place.east]), north_first=place.north_first)
        else:
            east, north = (_numbers(map(self.readable, cells[i])) for i in (place.east, place.north))
        missing = np.isnan(east) | np.isnan(north)
        geometry = np.full(len(east), None)
        geometry[~missing] = shapely.points(east[~missing], north[~missing])
        return geometry, _missing(missing, list(dict.fromkeys(self.columns[i] for i in (place.east, place.north))))


def _below(rows: Iterator[Sequence[str]], header: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Number, as a spreadsheet shows it, and cells of each row below the header that is not blank."""
    numbered = ((number, row) for number, row in enumerate(rows, start=1) if number > header + 1 and is_filled(row))
    first = next(numbered, None)
    if first is not None and not _numbers_columns(first[1]):
        yield first
    yield from numbered


def _runs(rows: Iterator[tuple[int, Sequence[str]]], most: int) -> Iterator[tuple[int, list[Sequence[str]]]]:
    """Rows whose numbers follow each other, together, up to `most` of them, with the number of the first.

    After many blank lines between rows the rows alone are counted: each run takes a while of its own.
    """
    run: list[Sequence[str]] = []
    first = following = runs = 0
    for number, row in rows:
        if run and (len(run) == most or (number != following and runs < MOST_RUNS)):
            yield first, run
            run, runs = [], runs + 1
        if not run:
            first = number if runs < MOST_RUNS else following
            following = first
        run.append(row)
        following += 1
    if run:
        yield first, run


def _cut(row: Sequence[str], width: int) -> Sequence[str]:
    """The row as wide as the header, with one more cell where more are filled; hidden where it was."""
    if len(row) <= width:
        return row
    cut_row = [*row[:width], *itertools.islice((cell for cell in row[width:] if cell.strip()), 1)]
    return HiddenRow(cut_row) if isinstance(row, HiddenRow) else cut_row


def _numbers_columns(row: Sequence[str]) -> bool:
    """Whether the row only counts the columns: 1, 2, 3 or (1), (2), (3)."""
    counted = [COUNTING.fullmatch(cell.strip()) for cell in row if cell.strip()]
    numbers = [int(match[1]) for match in counted if match]
    return len(counted) >= FEWEST_NUMBERED and numbers == list(range(1, len(counted) + 1))


def _numbers(cells: Iterable[str]) -> NDArray[np.float64]:
    """Coordinates, nan where a cell has none."""
    return np.array([_coordinate(cell) for cell in cells], dtype=np.float64)


def _pairs(cells: Iterable[str], *, north_first: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eastings and northings of cells that hold both, nan where a cell has none."""
    pairs = [_coordinates(cell, north_first) for cell in cells]
    east, north = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    return east, north


def _coordinates(cell: str, north_first: bool) -> tuple[float, float]:
    try:
        return parse_pair(cell, north_first=north_first)
    except ValueError:
        return float('nan'), float('nan')


def _coordinate(cell: str) -> float:
    try:
        return parse_coordinate(cell)
    except ValueError:
        return float('nan')


def _missing(missing: NDArray[np.bool_], columns: list[str]) -> list[Finding]:
    rows = np.flatnonzero(missing)
    if not rows.size:
        return []
    says = Text(
        vi=f'thiếu tọa độ hoặc tọa độ không phải là số ({", ".join(columns)}). Điền tọa độ.',
        en=f'the coordinates are missing or not numbers ({", ".join(columns)}). Fill them in.',
    )
    return [Finding('coordinates_missing', rows, says)]


def _from_wkt(cells: tuple[str, ...], column: str) -> tuple[Geometries, list[Finding]]:
    # a program that split the text at its commas writes empty cells behind it
    texts = np.array([cell.strip().rstrip(',') or None for cell in cells], dtype=object)
    geometry = shapely.from_wkt(texts, on_invalid='ignore')
    empty = np.array([text is None for text in texts])
    broken = np.flatnonzero(shapely.is_missing(geometry) & ~empty)
    says = Text(vi='WKT không đọc được. Sửa hình học.', en='the WKT cannot be read. Correct the geometry.')
    findings = [Finding('geometry_invalid', broken, says, column)] if broken.size else []
    return geometry, findings + _missing(empty, [column])

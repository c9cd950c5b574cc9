"""Tables whose rows have their place in columns: the same rules for a CSV and for a sheet of a workbook."""

import itertools
import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from dothi.core.text import Text
from etl.formats.coordinate_pair import parse_pair
from etl.formats.dms import parse_coordinate
from etl.formats.errors import NoCoordinates
from etl.formats.place import Place, find_address, find_place
from etl.formats.source import BATCH_ROWS, EncodedBatch, Geometries, Source
from etl.report.problems import Finding
from etl.template.mark import Mark, find_mark

# Titles, dates and signatures stand above the header, not whole pages of them.
HEADER_WITHIN = 40
# "Tọa độ" may be the title over two columns, which the next row or the one after it names.
SUBHEADER_WITHIN = 2
# A row "(1) (2) (3)" under the header numbers the columns; two cells could be a coordinate.
FEWEST_NUMBERED = 3
# Of a batch: a sheet may have 16,384 columns.
MOST_CELLS = 4_000_000
COUNTING = re.compile(r'[(\[]?(\d{1,3})[)\]]?')


@dataclass(frozen=True)
class Header:
    """The header of a table: its position among the rows, the names of the columns, and the columns of coordinates.

    address: the position of the column with addresses. mark: of the template that the table was written in.
    """

    row: int
    columns: list[str]
    place: Place | None
    address: int | None = None
    mark: Mark | None = None


@dataclass(frozen=True, kw_only=True)
class TableSource(Source):
    """A table whose rows have coordinates in columns."""

    header_row: int
    place: Place | None

    def readable(self, cell: str) -> str:
        """A cell as text, where `cells` gives bytes that are not decoded yet."""
        return cell

    @abstractmethod
    def cells(self) -> Iterator[Sequence[str]]:
        """All rows of the table, with what stands above its header."""

    def encoded_batches(self, rows: int = BATCH_ROWS) -> Iterator[EncodedBatch]:
        """All rows, each cell as text; a blank line is no row, nor is one that numbers the columns."""
        first_row = 1
        width = len(self.columns)
        cut_rows = (_cut(row, width) for row in _below(self.cells(), self.header_row))
        for chunk in itertools.batched(cut_rows, max(1, min(rows, MOST_CELLS // width))):
            yield self._batch(first_row, chunk)
            first_row += len(chunk)

    def _batch(self, first_row: int, chunk: tuple[Sequence[str], ...]) -> EncodedBatch:
        width = len(self.columns)
        long = np.array([i for i, row in enumerate(chunk) if _filled(row[width:])], dtype=np.intp)
        cells = list(zip(*([*row, *[''] * (width - len(row))][:width] for row in chunk), strict=True))
        columns = {name: pa.array(cells[i], pa.string()) for i, name in enumerate(self.columns)}
        geometry, findings = self._geometry(cells)
        if long.size:
            says = Text(
                vi=f'nhiều ô hơn tiêu đề ({width} cột). Đặt giá trị có dấu phân cách trong ngoặc kép.',
                en=f'more cells than the header ({width} columns). Quote values that contain the delimiter.',
            )
            findings.append(Finding('type', long, says))
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


def find_header(rows: Iterable[Sequence[str]]) -> Header | None:
    """The first row that names columns of coordinates; else the widest one, without a place; None for no rows at all.

    A name that is missing is taken from the row above, where a merged cell has it.
    """
    without: list[Header] = []
    with_pair: Header | None = None
    mark: Mark | None = None
    above: Sequence[str] = ()
    filled_rows = ((position, row) for position, row in enumerate(rows) if _filled(row))
    for position, row in itertools.islice(filled_rows, HEADER_WITHIN):
        if with_pair is not None and position > with_pair.row + SUBHEADER_WITHIN:
            break
        mark = mark or find_mark([row])
        header = Header(position, (columns := _names(row, above)), find_place(columns), find_address(columns), mark)
        if header.place is not None and not header.place.is_pair:
            return header
        if header.place is None:
            without.append(header)
        elif with_pair is None:
            with_pair = header
        above = row
    return with_pair or max(without, key=lambda header: (header.address is not None, len(header.columns)), default=None)


def _must_have_place(header: Header, name: str) -> None:
    """Raises NoCoordinates where no column of the table `name` holds coordinates or addresses."""
    if header.place is not None or header.address is not None:
        return
    raise NoCoordinates(
        vi=f'{name} không có cột tọa độ (có: {", ".join(header.columns)}). '
        'Đặt tên cột là E và N, X và Y, lon và lat (kinh độ, vĩ độ), tọa độ (cả hai trong một ô), WKT, hoặc địa chỉ.',
        en=f'{name} has no coordinate columns (it has: {", ".join(header.columns)}). '
        'Name them E and N, X and Y, lon and lat, coordinates (both in one cell), WKT, or address.',
    )


def described(header: Header, name: str) -> dict[str, Any]:
    """What a header tells of its table, as fields of the source; raises NoCoordinates."""
    _must_have_place(header, name)
    place, columns = header.place, header.columns
    positions = {header.address} | ({place.east, place.north} if place else set())
    return {
        'columns': columns,
        'kind': 'Point' if place is None or place.wkt is None else None,
        'declared_crs': header.mark.crs if header.mark else None,
        'template': str(header.mark) if header.mark else None,
        'implied_crs': place.implied_crs if place else None,
        'axes_known': place is None or place.axes_known,
        'coordinate_columns': frozenset(columns[position] for position in positions if position is not None),
        'address_column': None if header.address is None else columns[header.address],
        'has_places': place is not None,
        'place': place,
        'header_row': header.row,
    }


def _below(rows: Iterator[Sequence[str]], header: int) -> Iterator[Sequence[str]]:
    filled_rows = (row for row in itertools.islice(rows, header + 1, None) if _filled(row))
    first = next(filled_rows, None)
    if first is not None and not _numbers_columns(first):
        yield first
    yield from filled_rows


def _cut(row: Sequence[str], width: int) -> Sequence[str]:
    """The row as wide as the header, with one more cell where more are filled."""
    if len(row) <= width:
        return row
    return [*row[:width], *itertools.islice((cell for cell in row[width:] if cell.strip()), 1)]


def _filled(row: Sequence[str]) -> bool:
    return any(cell.strip() for cell in row)


def _numbers_columns(row: Sequence[str]) -> bool:
    """Whether the row only counts the columns: 1, 2, 3 or (1), (2), (3)."""
    counted = [COUNTING.fullmatch(cell.strip()) for cell in row if cell.strip()]
    numbers = [int(match[1]) for match in counted if match]
    return len(counted) >= FEWEST_NUMBERED and numbers == list(range(1, len(counted) + 1))


def _names(row: Sequence[str], above: Sequence[str]) -> list[str]:
    """The header's names, made different where two are the same or one is missing."""
    names: dict[str, None] = {}
    for position, cell in enumerate(row, start=1):
        over = above[position - 1].strip() if position <= len(above) else ''
        name = cell.strip() or over or f'({position})'
        names[name if name not in names else f'{name} ({position})'] = None
    return list(names)


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

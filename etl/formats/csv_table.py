"""CSV with coordinates: whatever delimiter, byte order mark and decimal sign a spreadsheet wrote."""

import codecs
import csv
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from dothi.core.errors import DataRefused
from dothi.core.text import Text, search_key
from etl.formats.encoding import decode_or_refuse
from etl.formats.errors import EmptyFile, UnreadableFile
from etl.formats.source import BATCH_ROWS, Geometries, RawBatch, Source
from etl.problems import Finding
from etl.values import parse_number

SUFFIXES = frozenset({'.csv', '.tsv', '.txt'})
LONGITUDE = frozenset({'lon', 'lng', 'long', 'longitude', 'kinh do'})
LATITUDE = frozenset({'lat', 'latitude', 'vi do'})
EASTING = frozenset({'e', 'east', 'easting', 'dong', 'toa do dong', 'toa do e'})
NORTHING = frozenset({'n', 'north', 'northing', 'bac', 'toa do bac', 'toa do n'})
X = frozenset({'x', 'toa do x', 'x vn2000', 'x vn 2000', 'coord x', 'point x'})
Y = frozenset({'y', 'toa do y', 'y vn2000', 'y vn 2000', 'coord y', 'point y'})
WKT = frozenset({'wkt', 'geom', 'geometry', 'the geom', 'hinh hoc'})
MAX_CELL = 50_000_000
DELIMITERS = (',', ';', '\t', '|')
# What an empty row of a spreadsheet consists of.
BLANK = ' ,;\t|"\r\n'
# Tells Excel the delimiter, and is no row of the table.
EXCEL_HINT = re.compile(r'"?sep=."?', re.IGNORECASE)


class NoCoordinates(DataRefused):
    """A table without columns that hold coordinates."""


@dataclass(frozen=True)
class Place:
    """Where a table keeps its coordinates: positions of the columns of easting and northing, or of WKT."""

    east: int
    north: int
    wkt: int | None = None


@dataclass(frozen=True, kw_only=True)
class CsvSource(Source):
    """A table whose rows have coordinates in columns."""

    file: Path
    member: str | None
    codec: str
    place: Place

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[RawBatch]:
        """All rows, each cell as text; a blank line is no row."""
        with _text(self.file, self.member, self.codec) as lines:
            _, rows_below = _open(lines, self.name)
            kept = (row for row in rows_below if any(cell.strip() for cell in row))
            first_row = 1
            for chunk in itertools.batched(kept, rows):
                yield self._batch(first_row, chunk)
                first_row += len(chunk)

    def _batch(self, first_row: int, chunk: tuple[list[str], ...]) -> RawBatch:
        width = len(self.columns)
        long = np.array([i for i, row in enumerate(chunk) if any(cell.strip() for cell in row[width:])], dtype=np.intp)
        cells = list(zip(*((row + [''] * (width - len(row)))[:width] for row in chunk), strict=True))
        columns = {name: pa.array(cells[i], pa.string()) for i, name in enumerate(self.columns)}
        geometry, findings = self._geometry(cells)
        if long.size:
            says = Text(
                vi=f'nhiều ô hơn tiêu đề ({width} cột). Đặt giá trị có dấu phân cách trong ngoặc kép.',
                en=f'more cells than the header ({width} columns). Quote values that contain the delimiter.',
            )
            findings.append(Finding('type', long, says))
        return RawBatch(first_row, columns, geometry, findings)

    def _geometry(self, cells: list[tuple[str, ...]]) -> tuple[Geometries, list[Finding]]:
        if self.place.wkt is not None:
            return _from_wkt(cells[self.place.wkt], self.columns[self.place.wkt])
        east, north = (_numbers(cells[i]) for i in (self.place.east, self.place.north))
        missing = np.isnan(east) | np.isnan(north)
        geometry = np.full(len(east), None)
        geometry[~missing] = shapely.points(east[~missing], north[~missing])
        return geometry, _missing(missing, [self.columns[self.place.east], self.columns[self.place.north]])


def csv_source(file: Path, member: str | None, encoding: str) -> CsvSource:
    """The table in `file` (in the archive `file` under `member`).

    encoding: what text is, unless a byte order mark says otherwise. Raises NoCoordinates, EmptyFile, WrongEncoding.
    """
    name = member or file.name
    codec = _codec(file, member)
    with _text(file, member, codec) as lines:
        header, _ = _open(lines, name)
        rows = sum(1 for _ in lines)
    if codec == 'latin-1':  # bytes not decoded yet
        header = [decode_or_refuse(cell, encoding, name) for cell in header]
    columns = _names(header)
    place, implied, known = _find_place(columns, name)
    return CsvSource(
        name=name,
        columns=columns,
        kind='Point' if place.wkt is None else None,
        rows=rows,
        implied_crs=implied,
        axes_known=known,
        unicode=codec != 'latin-1',
        read_as='latin-1' if codec == 'latin-1' else None,
        file=file,
        member=member,
        codec=codec,
        place=place,
        coordinate_columns=frozenset({columns[place.east], columns[place.north]}),
    )


def _codec(file: Path, member: str | None) -> str:
    """UTF-8 or UTF-16 where a byte order mark says so; else Latin-1, which gives every byte back."""
    with _bytes(file, member) as opened:
        start = opened.read(3)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return 'utf-16'
    return 'utf-8-sig' if start == codecs.BOM_UTF8 else 'latin-1'


@contextmanager
def _bytes(file: Path, member: str | None) -> Iterator[Any]:
    if member is None:
        with file.open('rb') as opened:
            yield opened
        return
    with zipfile.ZipFile(file) as archive, archive.open(member) as opened:
        yield opened


@contextmanager
def _text(file: Path, member: str | None, codec: str) -> Iterator[TextIO]:
    with _bytes(file, member) as opened:
        try:
            yield io.TextIOWrapper(opened, encoding=codec, newline='')
        except (UnicodeDecodeError, zipfile.BadZipFile, zlib.error) as error:
            raise UnreadableFile(
                vi=f'{file.name}: bảng hỏng hoặc không phải {codec} như đầu tệp nói ({error}). Lưu lại dạng CSV UTF-8.',
                en=f'{file.name}: damaged, or not {codec} as its first bytes say ({error}). Save it as CSV UTF-8.',
            ) from None


def _open(lines: TextIO, name: str) -> tuple[list[str], Iterator[list[str]]]:
    """The header's cells, and the rows below it, split at the delimiter that makes most of the header."""
    skipped, first = next(((i, line) for i, line in enumerate(lines) if _says_something(line)), (0, ''))
    if not first:
        raise EmptyFile(
            vi=f'{name} trống. Kiểm tra lại tệp và gửi lại.', en=f'{name} is empty. Check the file and resend.'
        )
    delimiter = max(DELIMITERS, key=lambda candidate: len(next(csv.reader([first], delimiter=candidate))))
    # The reader gets the header's line too, for a name in quotes may go on in the next one.
    rows = _rows(itertools.chain([first], lines), delimiter, name, skipped)
    return next(rows), rows


def _says_something(line: str) -> bool:
    return bool(line.strip(BLANK)) and not EXCEL_HINT.fullmatch(line.strip())


def _rows(lines: Iterable[str], delimiter: str, name: str, skipped: int) -> Iterator[list[str]]:
    """The rows of cells. Raises UnreadableFile at a quote that is not closed: it would swallow the rows after it."""
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        line = skipped + reader.line_num
        raise UnreadableFile(
            vi=f'{name}, dòng {line}: dấu ngoặc kép không khép hoặc đặt sai chỗ ({error}). '
            'Viết đôi dấu ngoặc kép trong ô ("") rồi gửi lại.',
            en=f'{name}, line {line}: a quote is not closed or in a wrong place ({error}). '
            'Double the quotes inside a cell ("") and resend.',
        ) from None


def _names(header: list[str]) -> list[str]:
    """The header's names, made different where two are the same or one is missing."""
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        name = cell.strip() or f'({position})'
        names.append(name if name not in names else f'{name} ({position})')
    return names


def _find_place(columns: list[str], name: str) -> tuple[Place, str | None, bool]:
    """Where the coordinates are, the CRS that the columns' names imply, and whether the axes are certain."""
    keys = [re.sub(r'[\W_]+', ' ', search_key(column)).strip() for column in columns]

    def find(names: frozenset[str]) -> int | None:
        return next((i for i, key in enumerate(keys) if key in names), None)

    for east_names, north_names, implied, known in (
        (LONGITUDE, LATITUDE, 'EPSG:4326', True),
        (EASTING, NORTHING, None, True),
        (X, Y, None, False),
    ):
        east, north = find(east_names), find(north_names)
        if east is not None and north is not None:
            return Place(east, north), implied, known
    wkt = find(WKT)
    if wkt is not None:
        return Place(wkt, wkt, wkt), None, True
    raise NoCoordinates(
        vi=f'{name} không có cột tọa độ (có: {", ".join(columns)}). '
        'Đặt tên cột là E và N, X và Y, lon và lat (kinh độ, vĩ độ), hoặc WKT.',
        en=f'{name} has no coordinate columns (it has: {", ".join(columns)}). '
        'Name them E and N, X and Y, lon and lat, or WKT.',
    )


def _numbers(cells: tuple[str, ...]) -> NDArray[np.float64]:
    """Numbers, nan where a cell has none."""
    return np.array([_number(cell) for cell in cells], dtype=np.float64)


def _number(cell: str) -> float:
    try:
        return parse_number(cell)
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
    texts = np.array([cell.strip() or None for cell in cells], dtype=object)
    geometry = shapely.from_wkt(texts, on_invalid='ignore')
    empty = np.array([text is None for text in texts])
    broken = np.flatnonzero(shapely.is_missing(geometry) & ~empty)
    says = Text(vi='WKT không đọc được. Sửa hình học.', en='the WKT cannot be read. Correct the geometry.')
    found = [Finding('geometry_invalid', broken, says, column)] if broken.size else []
    return geometry, found + _missing(empty, [column])

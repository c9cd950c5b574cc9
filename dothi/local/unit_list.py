"""The list of units that a new locality is made from, read as spreadsheets save it."""

import codecs
import csv
import io
import itertools
import math
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from dothi.core.errors import DataRefused
from dothi.core.locality_file import BadLocalityFile
from dothi.core.unit_register import CENSUS
from dothi.local.unit_columns import NAMES, columns_of, missing_columns
from etl.closed_room.sheets import SUFFIXES as WORKBOOKS
from etl.closed_room.sheets import first_sheet

type Row = dict[str, str]

# Excel writes a semicolon where the comma is the decimal sign, as it is in Vietnam, and tabs in "Unicode Text".
DELIMITERS = (',', ';', '\t')
DECIMAL_COMMA = re.compile(r'(-?\d+),(\d+)')
NUMBERS = {'lon': (-180.0, 180.0), 'lat': (-90.0, 90.0), 'area_km2': (0.0, 1e6)}
DATES = ('valid_from', 'valid_to')
DAY_FIRST = re.compile(r'(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})')
# A title may stand above the header.
HEADER_WITHIN = 20
SHOWN_NAMES = 4


class BadUnitsFile(BadLocalityFile):
    """The list of units lacks a column, a code or a parent."""


def read_unit_list(file: Path) -> list[tuple[int, Row]]:
    """Number of each row that is not empty, as a spreadsheet shows it, and its cells: code, name, what else is there.

    The file is a CSV or a workbook; its header may be in Vietnamese, below a title. Text is NFC without blanks around
    it, numbers have a decimal point. Raises BadUnitsFile with file and row.
    """
    table = [(number, cells) for number, cells in enumerate(_cells(file), start=1) if any(map(str.strip, cells))]
    header, columns = _header(table, file)
    plain = [(number, _plain_row(cells, columns, number, file)) for number, cells in table[header + 1 :]]
    return [(number, row) for number, row in plain if any(row.values())]


def _header(table: list[tuple[int, list[str]]], file: Path) -> tuple[int, list[str]]:
    """Position of the header among the rows, and what its columns are; raises BadUnitsFile that names what is there."""
    headers = [columns_of(cells) for _, cells in table[:HEADER_WITHIN]]
    for position, columns in enumerate(headers):
        if not missing_columns(columns):
            return position, columns
    best = min(range(len(headers)), key=lambda position: len(missing_columns(headers[position])), default=None)
    shown = [] if best is None else [cell.strip() for cell in table[best][1] if cell.strip()]
    lacking = missing_columns([] if best is None else headers[best])[0]
    names, has = ', '.join(NAMES[lacking][:SHOWN_NAMES]), ', '.join(shown) or '–'
    raise bad_units(
        file,
        f'thiếu cột {lacking} (tên cột có thể là: {names}); tệp có: {has}',
        f'no column {lacking} (it may be called: {names}); the file has: {has}',
    )


def bad_units(file: Path, vi: str, en: str) -> BadUnitsFile:
    """What is wrong with the list of units, as an error."""
    return BadUnitsFile(vi=f'{file}: {vi}.', en=f'{file}: {en}.')


def _cells(file: Path) -> Iterator[list[str]]:
    """All rows of the list: of a CSV, or of the first sheet of a workbook that has any."""
    if file.suffix.lower() in WORKBOOKS:
        yield from _sheet(file)
        return
    text = _text_of(file)
    try:
        yield from csv.reader(io.StringIO(text, newline=''), delimiter=_delimiter(text))
    except csv.Error as error:
        raise bad_units(file, f'không đọc được CSV ({error})', f'not readable as CSV ({error})') from None


def _delimiter(text: str) -> str:
    """The delimiter by which some line names the needed columns; else the one that the first line has most of."""
    lines = list(itertools.islice((line for line in text.split('\n') if line.strip()), HEADER_WITHIN))
    for delimiter in DELIMITERS:
        if any(not missing_columns(columns_of(row)) for row in csv.reader(lines, delimiter=delimiter)):
            return delimiter
    return max(DELIMITERS, key=''.join(lines[:1]).count)


def _sheet(file: Path) -> Iterator[list[str]]:
    try:
        yield from ([unicodedata.normalize('NFC', cell) for cell in row] for row in first_sheet(file))
    except DataRefused as refused:
        raise BadUnitsFile(vi=refused.text.vi, en=refused.text.en) from None


def _text_of(file: Path) -> str:
    content = file.read_bytes()
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode('utf-16' if utf16 else 'utf-8-sig')
    except UnicodeDecodeError:
        raise bad_units(
            file,
            'không phải UTF-8, hãy lưu lại (Excel: "CSV UTF-8" hoặc .xlsx)',
            'not in UTF-8, save it anew (Excel: "CSV UTF-8" or .xlsx)',
        ) from None
    if '\0' in text:
        raise bad_units(file, 'có ký tự NUL, không phải tệp văn bản', 'has NUL characters, which no text has')
    return unicodedata.normalize('NFC', text.replace('\r\n', '\n').replace('\r', '\n'))


def _plain_row(cells: list[str], columns: list[str], number: int, file: Path) -> Row:
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise bad_units(
            file,
            f'hàng {number} có nhiều ô hơn số cột; đặt tên có dấu phẩy trong ngoặc kép',
            f'row {number} has more cells than there are columns; quote names with commas',
        )
    filled = [*cells, *[''] * (len(columns) - len(cells))]
    named = {name: ' '.join(cell.split()) for name, cell in zip(columns, filled, strict=False) if name}
    checked: Row = {name: _checked_cell(name, value, number, file) for name, value in named.items()}
    first, last = (checked.get(name, '') for name in DATES)
    if first and last and last <= first:
        raise bad_units(
            file,
            f'hàng {number}: valid_to {last} không sau valid_from {first}',
            f'row {number}: valid_to {last} is not after valid_from {first}',
        )
    return checked


def _checked_cell(name: str, value: str, number: int, file: Path) -> str:
    """The cell as it is to be written; raises BadUnitsFile for a number or a day that is none, or out of its range."""
    if not value:
        return value
    if name in NUMBERS:
        return _number(name, DECIMAL_COMMA.sub(r'\1.\2', value), number, file)
    if CENSUS.fullmatch(name) and not (value.isascii() and value.isdigit()):
        raise _wrong_cell(name, value, number, file, 'số nguyên không có dấu chấm', 'a whole number without separators')
    if name in DATES:
        value = DAY_FIRST.sub(lambda day: f'{day[3]}-{int(day[2]):02d}-{int(day[1]):02d}', value)
    if name in DATES and not _is_day(value):
        raise _wrong_cell(name, value, number, file, 'ngày viết như 2024-09-01', 'a day written like 2024-09-01')
    return value


def _number(name: str, value: str, number: int, file: Path) -> str:
    least, most = NUMBERS[name]
    try:
        parsed = float(value)
    except ValueError:
        parsed = math.nan
    if not least <= parsed <= most:  # nan is in no range
        span = f'{least:g} … {most:g}'
        raise _wrong_cell(name, value, number, file, f'một số trong {span}', f'a number in {span}')
    return value


def _is_day(value: str) -> bool:
    try:
        return bool(re.fullmatch(r'\d{4}-\d\d-\d\d', value) and date.fromisoformat(value))
    except ValueError:
        return False


def _wrong_cell(name: str, value: str, number: int, file: Path, vi: str, en: str) -> BadUnitsFile:
    return bad_units(
        file,
        f'hàng {number}, cột {name}: "{value}" phải là {vi}',
        f'row {number}, column {name}: "{value}" must be {en}',
    )

"""The list of units that a new locality is made from, read as spreadsheets save it."""

import codecs
import csv
import io
import math
import re
import unicodedata
from datetime import date
from pathlib import Path

from dothi.core.locality_file import BadLocalityFile
from dothi.core.unit_register import CENSUS

type Row = dict[str, str]

# Excel writes a semicolon where the comma is the decimal sign, as it is in Vietnam, and tabs in "Unicode Text".
DELIMITERS = (',', ';', '\t')
DECIMAL_COMMA = re.compile(r'(-?\d+),(\d+)')
NUMBERS = {'lon': (-180.0, 180.0), 'lat': (-90.0, 90.0), 'area_km2': (0.0, 1e6)}
DATES = ('valid_from', 'valid_to')


class BadUnitsFile(BadLocalityFile):
    """The list of units lacks a column, a code or a parent."""


def read_unit_list(file: Path) -> list[tuple[int, Row]]:
    """Line and cells of each row that is not empty: code, name, and what else stands there.

    Text is NFC without blanks around it, numbers have a decimal point. Raises BadUnitsFile with file and line.
    """
    text = _text_of(file)
    delimiter = max(DELIMITERS, key=text.partition('\n')[0].count)
    lines = csv.DictReader(io.StringIO(text, newline=''), delimiter=delimiter, restval='')
    lines.fieldnames = [name.strip().lower() for name in lines.fieldnames or ()]
    try:
        rows = [(lines.line_num, row) for row in lines]
    except csv.Error as error:
        raise bad_units(file, f'không đọc được CSV ({error})', f'not readable as CSV ({error})') from None
    for name in ('code', 'name'):
        if not rows or name not in rows[0][1]:
            raise bad_units(file, f'thiếu cột {name} hoặc không có hàng nào', f'no column {name}, or no rows')
    plain = [(number, _plain_row(row, number, file)) for number, row in rows]
    return [(number, row) for number, row in plain if any(row.values())]


def bad_units(file: Path, vi: str, en: str) -> BadUnitsFile:
    """What is wrong with the list of units, as an error."""
    return BadUnitsFile(vi=f'{file}: {vi}.', en=f'{file}: {en}.')


def _text_of(file: Path) -> str:
    content = file.read_bytes()
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode('utf-16' if utf16 else 'utf-8-sig')
    except UnicodeDecodeError:
        raise bad_units(
            file,
            'không phải UTF-8, hãy lưu lại (Excel: "CSV UTF-8")',
            'not in UTF-8, save it anew (Excel: "CSV UTF-8")',
        ) from None
    if '\0' in text:
        raise bad_units(file, 'có ký tự NUL, không phải tệp văn bản', 'has NUL characters, which no text has')
    return unicodedata.normalize('NFC', text.replace('\r\n', '\n').replace('\r', '\n'))


def _plain_row(row: dict[str, str], number: int, file: Path) -> Row:
    if None in row:  # where DictReader puts cells beyond the last column
        raise bad_units(
            file,
            f'hàng {number} có nhiều ô hơn số cột; đặt tên có dấu phẩy trong ngoặc kép',
            f'row {number} has more cells than there are columns; quote names with commas',
        )
    cells = {name: ' '.join(value.split()) for name, value in row.items() if name}
    checked: Row = {name: _checked_cell(name, value, number, file) for name, value in cells.items()}
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

"""The parts of an Excel workbook (ECMA-376): names of its sheets, texts, formats of dates, and rows of cells.

GDAL's reader drops the time of day of many formats, and takes a title for the header in all sheets but the first.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.parsers import expat

from dothi.core.text import Text
from etl.formats.errors import UnreadableFile
from etl.formats.hidden import HiddenRow
from etl.formats.xlsx_dates import date_styles, read_moment

# What rows become before they are taken: a row of 30 bytes may have its only cell in the last column.
BLOCK_BYTES = 1 << 14
WORKBOOK = 'xl/workbook.xml'
EPOCHS = {False: datetime.fromisoformat('1899-12-30'), True: datetime.fromisoformat('1904-01-01')}
# Excel has no columns past XFD, and no rows past this.
MOST_COLUMNS = 16_384
MOST_ROWS = 1_048_576
TRUE = ('1', 'true')


@dataclass(frozen=True)
class Workbook:
    """Where each sheet lies in the archive; texts, the styles' formats of dates, and the day from which they count.

    dates: by style: whether it shows the time of day; None where its numbers are no dates.
    """

    path: Path
    name: str
    sheets: dict[str, str]
    texts: list[str]
    dates: list[bool | None]
    epoch: datetime

    def rows(self, sheet: str) -> Iterator[list[str]]:
        """The rows of a sheet, each cell as text; dates in ISO form, numbers in 15 digits.

        What the sheet leaves out between two rows is an empty row, so that the n-th is the one that Excel calls n.
        """
        reader = _Rows(self)
        for _ in _parse(self.path, self.name, self.sheets[sheet], reader):
            yield from reader.taken()

    def hidden_columns(self, sheet: str) -> frozenset[int]:
        """Positions of the columns that the sheet does not show."""
        reader = _Columns()
        for _ in _parse(self.path, self.name, self.sheets[sheet], reader):
            if reader.is_past:
                break
        return frozenset(reader.hidden)


def read_workbook(path: Path, name: str) -> Workbook:
    """The workbook at `path`, which the sender calls `name`; raises UnreadableFile."""
    elements = _elements(path, name, WORKBOOK)
    parts = {a['Id']: a['Target'] for tag, a in _elements(path, name, _rels(WORKBOOK)) if tag == 'Relationship'}
    sheets = {a['name']: _target(parts.get(a.get('id', ''), '')) for tag, a in elements if tag == 'sheet'}
    members = _members(path)
    old = any(tag == 'workbookPr' and a.get('date1904') in TRUE for tag, a in elements)
    return Workbook(
        path=path,
        name=name,
        sheets={title: part for title, part in sheets.items() if part in members},
        texts=_texts(path, name) if 'xl/sharedStrings.xml' in members else [],
        dates=date_styles(_elements(path, name, 'xl/styles.xml')) if 'xl/styles.xml' in members else [],
        epoch=EPOCHS[old],
    )


class _Collector:
    """What expat calls; tags come without their namespace."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """At the beginning of an element."""

    def end(self, tag: str) -> None:
        """Handle the end of an element."""

    def text(self, text: str) -> None:
        """Handle a piece of text."""


class _Attributes(_Collector):
    def __init__(self) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.found.append((tag, {name.rpartition(' ')[2]: value for name, value in attributes.items()}))

    def end(self, tag: str) -> None:
        self.found.append((f'/{tag}', {}))


class _Texts(_Collector):
    """Texts that cells refer to by number, of one or several runs each."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.runs: list[str] = []
        self.reading = False

    def start(self, tag: str, _: dict[str, str]) -> None:
        self.reading = tag == 't'
        if tag == 'si':
            self.runs = []

    def end(self, tag: str) -> None:
        self.reading = False
        if tag == 'si':
            self.found.append(''.join(self.runs))

    def text(self, text: str) -> None:
        if self.reading:
            self.runs.append(text)


class _Columns(_Collector):
    """What a sheet says of its columns, before its rows."""

    def __init__(self) -> None:
        self.hidden: set[int] = set()
        self.is_past = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.is_past = self.is_past or tag == 'sheetData'
        if tag == 'col' and not self.is_past and attributes.get('hidden') in TRUE:
            last = min(int(attributes['max']), MOST_COLUMNS)
            self.hidden |= set(range(int(attributes['min']) - 1, last))


class _Rows(_Collector):
    """Rows of a sheet, as far as they are read."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.rows: list[list[str]] = []
        self.passed = 0
        self.cells: list[str] = []
        self.attributes: dict[str, str] = {}
        self.pieces: list[str] = []
        self.reading = False

    def taken(self) -> list[list[str]]:
        """The rows since the last time."""
        rows, self.rows = self.rows, []
        return rows

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == 'row':
            self._pass_empty_rows(attributes.get('r', ''))
            self.cells = HiddenRow() if attributes.get('hidden') in TRUE else []
        elif tag == 'c':
            self.attributes, self.pieces = attributes, []
        self.reading = tag in ('v', 't')

    def end(self, tag: str) -> None:
        self.reading = False
        if tag == 'row':
            self.rows.append(self.cells)
        elif tag == 'c':
            column = _column(self.attributes.get('r', ''), len(self.cells))
            if column >= MOST_COLUMNS:
                raise ValueError(f'> {MOST_COLUMNS} columns')
            self.cells += [''] * (column - len(self.cells))
            self.cells.append(self._value(''.join(self.pieces)))

    def text(self, text: str) -> None:
        if self.reading:
            self.pieces.append(text)

    def _pass_empty_rows(self, number: str) -> None:
        """Adds the rows that the sheet leaves out before the one of this number, which may say none."""
        following = int(number) if number else self.passed + 1
        if following > MOST_ROWS:
            raise ValueError(f'> {MOST_ROWS} rows')
        self.rows += [[]] * (following - self.passed - 1)
        self.passed = max(following, self.passed + 1)

    def _value(self, text: str) -> str:
        type_ = self.attributes.get('t', 'n')
        if type_ == 's':
            return self.book.texts[int(text)]
        if type_ != 'n' or not text:
            return text
        style = int(self.attributes.get('s', '0'))
        with_time = self.book.dates[style] if style < len(self.book.dates) else None
        if with_time is not None:
            return read_moment(float(text), self.book.epoch, with_time=with_time)
        # A workbook keeps 15 digits and writes 17, of which the last two are noise.
        return text if text.isdigit() else f'{float(text):.15g}'


def _column(reference: str, following: int) -> int:
    """Position of the column in "AB12", from 0; or the next one where a cell says nothing."""
    letters = reference.rstrip('0123456789')
    return _position(letters) if letters else following


@lru_cache(maxsize=20_000)
def _position(letters: str) -> int:
    if not re.fullmatch('[A-Z]{1,3}', letters):
        raise ValueError(letters)
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord('A') + 1
    return number - 1


def _texts(path: Path, name: str) -> list[str]:
    reader = _Texts()
    for _ in _parse(path, name, 'xl/sharedStrings.xml', reader):
        pass
    return reader.found


def _elements(path: Path, name: str, part: str) -> list[tuple[str, dict[str, str]]]:
    reader = _Attributes()
    for _ in _parse(path, name, part, reader):
        pass
    return reader.found


def _parse(path: Path, name: str, part: str, into: _Collector) -> Iterator[None]:
    """Feeds `part` to `into`, block by block; raises UnreadableFile for XML that is damaged or declares entities."""
    parser: Any = expat.ParserCreate(namespace_separator=' ')
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: into.start(tag.rpartition(' ')[2], attributes)
    parser.EndElementHandler = lambda tag: into.end(tag.rpartition(' ')[2])
    parser.CharacterDataHandler = into.text
    parser.StartDoctypeDeclHandler = lambda *_: _refuse_doctype()
    try:
        with zipfile.ZipFile(path) as archive, archive.open(part) as opened:
            while block := opened.read(BLOCK_BYTES):
                parser.Parse(block, False)
                yield
            parser.Parse(b'', True)
            yield
    except (expat.ExpatError, zipfile.BadZipFile, KeyError, ValueError, IndexError, NotImplementedError) as error:
        why = Text(vi=f'{part}: {error}', en=f'{part}: {error}')
        raise UnreadableFile(
            vi=f'{name} không đọc được ({why.vi}). Mở bằng Excel, lưu lại thành .xlsx rồi gửi lại.',
            en=f'{name} cannot be read ({why.en}). Open it in Excel, save it as .xlsx and resend.',
        ) from None


def _refuse_doctype() -> None:
    raise ValueError('DOCTYPE')


def _rels(part: str) -> str:
    folder, base = posixpath.split(part)
    return f'{folder}/_rels/{base}.rels'


def _target(target: str) -> str:
    """The member of the archive to which a relation of the workbook leads."""
    return target.lstrip('/') if target.startswith('/') else posixpath.normpath(f'xl/{target}')


def _members(path: Path) -> frozenset[str]:
    with zipfile.ZipFile(path) as archive:
        return frozenset(archive.namelist())

"""CSV with coordinates: whatever delimiter, byte order mark and decimal sign a spreadsheet wrote."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from dothi.core.text import Text
from etl.doctor.text.choice import Naming
from etl.doctor.text.encoding import wrong_encoding
from etl.doctor.text.readings import Reading
from etl.formats.errors import EmptyFile, TooLarge, UnreadableFile
from etl.formats.header import Header, described, find_header
from etl.formats.item import Item
from etl.formats.table import TableSource

SUFFIXES = frozenset({'.csv', '.tsv', '.txt'})
MAX_CELL = 50_000_000
# As many as a sheet of Excel has.
MOST_COLUMNS = 16_384
BLOCK_BYTES = 1 << 20
# As much as tells the encoding of the header.
FIRST_BYTES = 100_000
DELIMITERS = (',', ';', '\t', '|')


@dataclass(frozen=True, kw_only=True)
class CsvSource(TableSource):
    """A table in a text file. padding: what a program of another delimiter put behind short rows; '' for nothing."""

    item: Item
    codec: str
    delimiter: str
    padding: str

    def readable(self, cell: str) -> str:
        """A coordinate as text: the signs of degrees and minutes are letters beyond ASCII."""
        if cell.isascii() or self.codec != 'latin-1':
            return cell
        raw = cell.encode('latin-1')
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw.decode('cp1258', 'replace')

    def cells(self) -> Iterator[Sequence[str]]:
        """All rows of cells. Raises UnreadableFile at a quote that is not closed: it would swallow the rows after."""
        csv.field_size_limit(MAX_CELL)
        with _text(self.item, self.codec) as lines:
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            try:
                yield from (map(self._without_padding, reader) if self.padding else reader)
            except csv.Error as error:
                raise _bad_quote(self.name, reader.line_num, error) from None

    def _without_padding(self, row: list[str]) -> list[str]:
        return [*row[:-1], row[-1].rstrip(self.padding)] if row else row


def csv_source(item: Item, how: Naming) -> CsvSource:
    """The source of rows in a CSV file.

    how: names are read, unless a byte order mark says otherwise. Raises NoCoordinates, EmptyFile, WrongEncoding.
    """
    codec = _codec(item)
    delimiter, header = _begin(item, codec, how.reading_of(_first_bytes(item)))
    return CsvSource(
        name=item.name,
        rows=max(1, _count_lines(item) - header.row - 1),
        unicode=codec != 'latin-1',
        read_as='latin-1' if codec == 'latin-1' else None,
        **described(header, item.name),
        item=item,
        codec=codec,
        delimiter=delimiter,
        padding=_padding(header, delimiter),
    )


def _padding(header: Header, delimiter: str) -> str:
    """The delimiter at the end of the header that is not the table's.

    LibreOffice, which takes commas unless it is told otherwise, writes back a table with semicolons so where a value
    has a comma: `2212554.21,` would be read as 221 million.
    """
    last = header.columns[-1][-1:]
    return last if last in DELIMITERS and last != delimiter else ''


def _begin(item: Item, codec: str, reading: Reading) -> tuple[str, Header]:
    """The delimiter that makes columns of coordinates, or else most columns; and the header as it makes it."""
    headers = ((delimiter, _header(item, codec, reading, delimiter)) for delimiter in DELIMITERS)
    readable_headers = [(delimiter, header) for delimiter, header in headers if header is not None]
    if not readable_headers:
        name = item.name
        raise EmptyFile(vi=f'{name} trống. Kiểm tra lại tệp và gửi lại.', en=f'{name} is empty. Check it and resend.')
    delimiter, header = max(readable_headers, key=lambda pair: _usefulness(pair[1]))
    if any(_undecoded(name) for name in header.columns):
        raise wrong_encoding(Text(vi=item.name, en=item.name), reading.name)
    return delimiter, header


def _usefulness(header: Header) -> tuple[bool, bool, int]:
    return header.place is not None, header.address is not None, len(header.columns)


def _header(item: Item, codec: str, reading: Reading, delimiter: str) -> Header | None:
    csv.field_size_limit(MAX_CELL)

    def decode(cell: str) -> str:
        # Latin-1 stands for bytes that are not decoded yet; those that cannot be are left as surrogates.
        if codec != 'latin-1':
            return cell
        raw = cell.encode('latin-1')
        text = reading.meant(raw)
        return raw.decode('ascii', 'surrogateescape') if text is None else text

    with _text(item, codec) as lines:
        # Lenient here: what is wrong with quotes is told, with its line, when all rows are read.
        rows = (_narrow(row, item.name) for row in csv.reader(lines, delimiter=delimiter))
        return find_header([decode(cell) for cell in row] for row in rows)


def _narrow(row: list[str], name: str) -> list[str]:
    """The row; raises TooLarge for one that no spreadsheet holds: its names alone take minutes to look through."""
    if len(row) <= MOST_COLUMNS:
        return row
    raise TooLarge(
        vi=f'{name} có {len(row)} cột; tối đa {MOST_COLUMNS} cột. Kiểm tra dấu phân cách và gửi lại.',
        en=f'{name} has {len(row)} columns; at most {MOST_COLUMNS} are read. Check the delimiter and resend.',
    )


def _first_bytes(item: Item) -> list[bytes]:
    """The lines of the header and of rows below it, without the last one, which may be cut."""
    return item.head(FIRST_BYTES).splitlines()[:-1] or item.head(FIRST_BYTES).splitlines()


def _undecoded(text: str) -> bool:
    return re.search('[\udc80-\udcff]', text) is not None


def _count_lines(item: Item) -> int:
    """About as many as the table has: a cell may hold line ends."""
    with item.open() as opened:
        return sum(block.count(b'\n') for block in iter(lambda: opened.read(BLOCK_BYTES), b''))


def _codec(item: Item) -> str:
    """UTF-8 or UTF-16 where a byte order mark says so; else Latin-1, which gives every byte back."""
    start = item.head(3)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return 'utf-16'
    return 'utf-8-sig' if start == codecs.BOM_UTF8 else 'latin-1'


@contextmanager
def _text(item: Item, codec: str) -> Iterator[TextIO]:
    with item.open() as opened:
        try:
            yield io.TextIOWrapper(opened, encoding=codec, newline='')
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                vi=f'{item.name}: bảng hỏng hoặc không phải {codec} như đầu tệp nói ({error}). Lưu lại dạng CSV UTF-8.',
                en=f'{item.name}: damaged, or not {codec} as its first bytes say ({error}). Save it as CSV UTF-8.',
            ) from None


def _bad_quote(name: str, line: int, error: csv.Error) -> UnreadableFile:
    return UnreadableFile(
        vi=f'{name}, dòng {line}: dấu ngoặc kép không khép hoặc đặt sai chỗ ({error}). '
        'Viết đôi dấu ngoặc kép trong ô ("") rồi gửi lại.',
        en=f'{name}, line {line}: a quote is not closed or in a wrong place ({error}). '
        'Double the quotes inside a cell ("") and resend.',
    )

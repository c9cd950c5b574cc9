"""Workbooks of Excel and LibreOffice: each sheet with coordinates is a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dothi.core.errors import DataRefused
from dothi.core.limit_settings import LimitSettings
from etl.formats import zipped
from etl.formats.errors import EmptyFile
from etl.formats.header import described, find_header
from etl.formats.item import Item
from etl.formats.older_workbook import read_older_workbook
from etl.formats.table import TableSource
from etl.formats.xlsx_parts import read_workbook
from etl.formats.xml_guard import must_fit_in_memory

# Excel's own since 2007, Excel's before, and that of LibreOffice.
SUFFIXES = ('.xlsx', '.xls', '.ods')
ZIP_HEAD = b'PK'


class Workbook(Protocol):
    """What is read of a workbook, in whichever format."""

    @property
    def sheets(self) -> Mapping[str, object]:
        """The sheets, by title."""

    def rows(self, sheet: str) -> Iterator[Sequence[str]]:
        """The rows of a sheet, each cell as text; dates in ISO form, numbers in 15 digits."""

    def hidden_columns(self, sheet: str) -> frozenset[int]:
        """Positions of the columns that the sheet does not show, where the format's reader says it."""


@dataclass(frozen=True, kw_only=True)
class SheetSource(TableSource):
    """One sheet of a workbook.

    unpacked: what the workbook was unpacked into, where it came in an archive; it lives as long as the source.
    """

    book: Workbook
    unpacked: object

    def cells(self) -> Iterator[Sequence[str]]:
        """All rows of the sheet."""
        return self.book.rows(str(self.layer))


def sheet_sources(item: Item) -> list[SheetSource]:
    """The sheets that have coordinates; raises NoCoordinates where none has, EmptyFile where all are empty."""
    must_fit_in_memory(item)
    path, folder = item.unpacked()
    book = open_workbook(item, path)
    sheets: list[SheetSource] = []
    refused: list[DataRefused] = []
    for title in book.sheets:
        try:
            sheets += _describe(item, book, title, folder)
        except DataRefused as refusal:  # a sheet of explanations beside the table
            refused.append(refusal)
    if refused and not sheets:
        raise refused[0]
    if not sheets:
        name = item.name
        raise EmptyFile(vi=f'{name} trống. Kiểm tra lại tệp và gửi lại.', en=f'{name} is empty. Check it and resend.')
    return sheets


def open_workbook(item: Item, path: Path) -> Workbook:
    """The workbook at `path`. What Excel has written since 2007 is read as such, also where it is called .xls."""
    is_zip = item.head(len(ZIP_HEAD)) == ZIP_HEAD
    if is_zip:
        zipped.must_not_be_huge(item.name, zipped.infos(path, item.name), LimitSettings().max_document_mb)
    return read_workbook(path, item.name) if is_zip and item.suffix != '.ods' else read_older_workbook(path, item.name)


def _describe(item: Item, book: Workbook, title: str, folder: object) -> list[SheetSource]:
    name = f'{item.name}:{title}'
    header = find_header(book.rows(title))
    if header is None:
        return []
    header_fields = described(header, name)
    hidden = book.hidden_columns(title)
    header_fields['hidden_columns'] = [column for i, column in enumerate(header.columns) if i in hidden]
    return [SheetSource(name=name, layer=title, rows=None, unicode=True, book=book, unpacked=folder, **header_fields)]

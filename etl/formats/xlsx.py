"""Excel workbooks: each sheet with coordinates is a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dothi.core.errors import DataRefused
from dothi.core.limit_settings import LimitSettings
from etl.formats import zipped
from etl.formats.errors import EmptyFile
from etl.formats.item import Item
from etl.formats.table import TableSource, described, find_header
from etl.formats.xlsx_parts import Workbook, read_workbook
from etl.formats.xml_guard import must_fit_in_memory


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
    # a workbook is a zip archive itself
    zipped.must_not_be_huge(item.name, zipped.infos(path, item.name), LimitSettings().max_document_mb)
    book = read_workbook(path, item.name)
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


def _describe(item: Item, book: Workbook, title: str, folder: object) -> list[SheetSource]:
    name = f'{item.name}:{title}'
    header = find_header(book.rows(title))
    if header is None:
        return []
    header_fields = described(header, name)
    return [SheetSource(name=name, layer=title, rows=None, unicode=True, book=book, unpacked=folder, **header_fields)]

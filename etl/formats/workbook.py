"""Excel and OpenDocument workbooks: each sheet with coordinates is a table."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyogrio import list_layers
from pyogrio.errors import DataLayerError, DataSourceError
from pyogrio.raw import open_arrow

from dothi.core.errors import DataRefused
from dothi.core.settings import LimitSettings
from etl.formats import zipped
from etl.formats.errors import EmptyFile
from etl.formats.item import Item
from etl.formats.ogr import READ_ERRORS, unreadable
from etl.formats.table import TableSource, described, find_header
from etl.formats.xml_guard import must_fit_in_memory

SUFFIXES = frozenset({'.xlsx', '.ods'})
# GDAL would take the first row for the header and guess types; a title may stand there.
AS_TEXT: Mapping[str, str] = {'HEADERS': 'DISABLE', 'FIELD_TYPES': 'STRING'}
# A workbook keeps 15 digits; GDAL writes 17 of them, of which the last two are noise.
NOISY = re.compile(r'-?\d+\.\d{7,}')
ROWS_A_TIME = 10_000


@dataclass(frozen=True, kw_only=True)
class SheetSource(TableSource):
    """One sheet of a workbook.

    unpacked: what the workbook was unpacked into, where it came in an archive; it lives as long as the source.
    """

    path: str
    unpacked: object

    def cells(self) -> Iterator[Sequence[str]]:
        """All rows of the sheet."""
        try:
            yield from _rows(self.path, str(self.layer))
        except READ_ERRORS as error:
            raise unreadable(self.name, error) from None


def sheet_sources(item: Item) -> list[SheetSource]:
    """The sheets that have coordinates; raises NoCoordinates where none has, EmptyFile where all are empty."""
    must_fit_in_memory(item)
    path, folder = item.unpacked()
    _must_be_small(item, path)
    try:
        names = [str(name) for name, _ in list_layers(path)]
    except (DataSourceError, DataLayerError) as error:
        raise unreadable(item.name, error) from None
    return _with_coordinates(item, str(path), names, folder)


def _with_coordinates(item: Item, path: str, names: list[str], folder: object) -> list[SheetSource]:
    sheets: list[SheetSource] = []
    refused: list[DataRefused] = []
    for layer in names:
        try:
            sheets += _describe(item, path, layer, folder)
        except DataRefused as refusal:  # a sheet of explanations beside the table
            refused.append(refusal)
    if refused and not sheets:
        raise refused[0]
    if not sheets:
        name = item.name
        raise EmptyFile(vi=f'{name} trống. Kiểm tra lại tệp và gửi lại.', en=f'{name} is empty. Check it and resend.')
    return sheets


def _describe(item: Item, path: str, layer: str, folder: object) -> list[SheetSource]:
    name = f'{item.name}:{layer}'
    header = find_header(_rows(path, layer))
    if header is None:
        return []
    return [
        SheetSource(
            name=name, layer=layer, rows=None, unicode=True, path=path, unpacked=folder, **described(header, name)
        )
    ]


def _rows(path: str, layer: str) -> Iterator[Sequence[str]]:
    asked: dict[str, Any] = {'layer': layer, 'batch_size': ROWS_A_TIME, 'use_pyarrow': True}
    with open_arrow(path, **asked, **AS_TEXT) as (_, reader):
        for batch in reader:
            columns = [batch.column(name).to_pylist() for name in batch.schema.names]
            yield from zip(*([_cell(value) for value in column] for column in columns), strict=True)


def _cell(value: str | None) -> str:
    if value is None:
        return ''
    return f'{float(value):.15g}' if NOISY.fullmatch(value) else value


def _must_be_small(item: Item, path: Path) -> None:
    """A workbook is a zip archive, and is read as a whole."""
    infos = zipped.infos(path, item.name)
    zipped.must_not_be_huge(item.name, infos, LimitSettings().max_document_mb)

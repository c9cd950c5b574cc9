"""Workbooks of Excel before 2007 and of LibreOffice: the rows that the same table has as .xlsx."""

import datetime
import random
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
import xlwt

from dothi.core.errors import DataRefused
from etl.formats.errors import UnreadableFile
from etl.formats.source import Source
from tests.etl.conftest import Agency

type Cell = str | int | float | bool | datetime.date | datetime.datetime | None
type Table = Sequence[Sequence[Cell]]
HEADER = ['Mã trường', 'Tên trường', 'Cấp học', 'Số chỗ', 'Ngày lập', 'Công lập', 'Kinh độ', 'Vĩ độ']
AFTERNOON = datetime.datetime.fromisoformat('2001-09-05T14:30')
TABLE: Table = [
    ['DANH SÁCH TRƯỜNG HỌC NĂM 2026'],
    [],
    HEADER,
    ['a', 'Trường Nguyễn Khuyến', 'primary', 400, datetime.date(2001, 9, 5), True, 106.168, 20.429],
    ['b', 'Trường <Lý Tự Trọng> & con', 'primary', 1234567890123, AFTERNOON, False, 106.1683333333333, 20.43],
    ['c', None, 'primary', 0.1, None, None, 106.2, 20.5],
    ['d', 'Mã dài', 'primary', 10**15, None, None, 106.2, 20.5],
]  # fmt: skip


def write_xlsx(file: Path, table: Table) -> None:
    book = openpyxl.Workbook()
    for row in table:
        book.active.append(list(row))
    book.save(file)


def write_xls(file: Path, table: Table) -> None:
    book = xlwt.Workbook(encoding='utf-8')
    sheet = book.add_sheet('Trường')
    formats: dict[type, Any] = {
        datetime.datetime: xlwt.easyxf(num_format_str='dd/mm/yyyy hh:mm'),
        datetime.date: xlwt.easyxf(num_format_str='dd/mm/yyyy'),
    }
    for row, cells in enumerate(table):
        for column, cell in enumerate(cells):
            if cell is not None:
                sheet.write(row, column, cell, formats.get(type(cell), xlwt.Style.default_style))
    book.save(str(file))


NAMESPACES = ' '.join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ('office', 'table', 'text')
)


def ods_cell(cell: Cell) -> str:
    """A cell as LibreOffice writes it."""
    match cell:
        case None:
            return '<table:table-cell/>'
        case bool():
            return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(cell).lower()}"/>'
        case datetime.date():
            return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"/>'
        case int() | float():
            return f'<table:table-cell office:value-type="float" office:value="{cell!r}"/>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'


def write_ods(file: Path, table: Table, rows: str = '') -> None:
    rows = rows or ''.join(f'<table:table-row>{"".join(map(ods_cell, row))}</table:table-row>' for row in table)
    content = f'<office:document-content {NAMESPACES} office:version="1.3"><office:body><office:spreadsheet>'
    content += f'<table:table table:name="Trường">{rows}</table:table></office:spreadsheet></office:body>'
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('mimetype', 'application/vnd.oasis.opendocument.spreadsheet', zipfile.ZIP_STORED)
        archive.writestr('content.xml', f'{content}</office:document-content>')
        archive.writestr('META-INF/manifest.xml', '<manifest:manifest '
                         'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')  # fmt: skip


def rows_of(source: Source) -> list[dict[str, str]]:
    return [row for batch in source.encoded_batches() for row in zip_columns(batch.columns)]


def zip_columns(columns: dict[str, object]) -> list[dict[str, str]]:
    texts = {name: column.to_pylist() for name, column in columns.items()}  # type: ignore[attr-defined]
    return [dict(zip(texts, cells, strict=True)) for cells in zip(*texts.values(), strict=True)]


@pytest.mark.parametrize(('suffix', 'write'), [('.xls', write_xls), ('.ods', write_ods)])
def test_rows_are_those_of_the_same_table_as_xlsx(
    agency: Agency, opened: Callable[..., Source], suffix: str, write: Callable[[Path, Table], None]
) -> None:
    """Vietnamese, whole numbers beyond 32 bits, fractions of 15 digits, days, times of day, yes and no, empty cells."""
    write_xlsx(agency.folder / 'a.xlsx', TABLE)
    write(agency.folder / f'a{suffix}', TABLE)
    expected = rows_of(opened(agency.folder / 'a.xlsx'))
    assert rows_of(opened(agency.folder / f'a{suffix}')) == expected
    assert [row['Ngày lập'] for row in expected] == ['2001-09-05', '2001-09-05 14:30:00', '', '']
    assert [row['Số chỗ'] for row in expected] == ['400', '1234567890123', '0.1', '1000000000000000']


def test_a_newer_workbook_under_the_older_name_is_read(agency: Agency, opened: Callable[..., Source]) -> None:
    write_xlsx(agency.folder / 'a.xlsx', TABLE)
    (agency.folder / 'a.xlsx').rename(agency.folder / 'b.xls')
    assert [row['Mã trường'] for row in rows_of(opened(agency.folder / 'b.xls'))] == ['a', 'b', 'c', 'd']


@pytest.mark.parametrize('suffix', ['.xls', '.ods'])
@pytest.mark.parametrize(
    'content',
    [
        b'<html><table><tr><td>a</td></tr></table></html>', b'MA_TRUONG\tTEN\n', b'%PDF-1.7',
        b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\0' * 5_000, b'PK\x03\x04' + b'\0' * 5_000,
    ],
    ids=['html', 'text', 'pdf', 'an empty compound file', 'a broken archive'],
)  # fmt: skip
def test_what_only_has_the_name_of_a_workbook_is_refused(
    agency: Agency, opened: Callable[..., Source], suffix: str, content: bytes
) -> None:
    """Systems that "export to Excel" write pages under this name; the sender hears what to do."""
    file = agency.folder / f't{suffix}'
    file.write_bytes(content)
    with pytest.raises(DataRefused) as refused:
        opened(file)
    assert file.name in refused.value.text.vi
    assert str(agency.folder) not in refused.value.text.vi + refused.value.text.en


@pytest.mark.parametrize('write', [write_xls, write_ods])
def test_a_damaged_workbook_is_read_or_refused(
    agency: Agency, opened: Callable[..., Source], write: Callable[[Path, Table], None]
) -> None:
    """Cut off anywhere, or with bytes that changed: an error in the sender's words, and no other one."""
    whole, random_ = agency.folder / 'whole', random.Random(7)
    write(whole, TABLE)
    content = whole.read_bytes()
    suffix, refusals = '.xls' if write is write_xls else '.ods', 0
    for _ in range(60):
        damaged = bytearray(content[: random_.randrange(len(content) // 4, len(content))])
        for _ in range(random_.randrange(20)):
            damaged[random_.randrange(len(damaged))] = random_.randrange(256)
        file = agency.folder / f't{suffix}'
        file.write_bytes(damaged)
        try:
            rows_of(opened(file))
        except DataRefused:
            refusals += 1
    assert refusals


def test_an_older_workbook_without_sheets_says_what_to_do(agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.folder / 't.ods'
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr('content.xml', '<a/>')
    with pytest.raises(UnreadableFile, match=r'save it as \.xlsx'):
        opened(file)

"""Excel workbooks: one sheet with typed cells, and one that says what the columns mean and where the data is from."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dothi.core.errors import WrongUse
from dothi.core.export.extract import Extract, Tell, batches
from dothi.core.layer import Column
from dothi.core.text import Text
from dothi.core.units import unit_in

MOST_ROWS, LONGEST_TEXT = 1_048_575, 32_767
# Beyond it, a number in Excel has no unit digit left.
LARGEST_WHOLE = 2**53
# Excel counts days from here, and takes 1900 for a leap year: earlier days are text.
FIRST_DAY = date(1900, 3, 1)
WIDTHS = {'text': 24, 'date': 12, 'timestamp': 20}
ABOUT = Text(vi='Thông tin', en='About')
COLUMN_HEADS = (
    Text(vi='Cột', en='Column'),
    Text(vi='Tên', en='Title'),
    Text(vi='Đơn vị', en='Unit'),
    Text(vi='Giá trị', en='Values'),
)

type Put = Callable[[Worksheet, int, int, Any], Any]


class TooLargeForExcel(WrongUse):
    """More rows, or a longer text, than a sheet of Excel can hold."""


def write_xlsx(db: Connection, extract: Extract, path: Path, tell: Tell) -> None:
    """The workbook; raises TooLargeForExcel rather than leave anything out."""
    # rows wait in files of their own, which a failure would leave behind
    with TemporaryDirectory(dir=path.parent) as waiting:
        _write(db, extract, path, waiting, tell)


def _write(db: Connection, extract: Extract, path: Path, waiting: str, tell: Tell) -> None:
    options = {'constant_memory': True, 'tmpdir': waiting, 'default_date_format': 'yyyy-mm-dd'}
    book = xlsxwriter.Workbook(path, options)
    bold = book.add_format({'bold': True, 'text_wrap': True, 'valign': 'top'})
    moment = book.add_format({'num_format': 'yyyy-mm-dd hh:mm:ss.000'})
    try:
        _rows(db, extract, book.add_worksheet(extract.layer.id[:31]), bold, moment, tell)
        _write_about_sheet(extract, book.add_worksheet(ABOUT.pick(extract.lang)), bold)
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from error


def _rows(db: Connection, extract: Extract, sheet: Worksheet, bold: Format, moment: Format, tell: Tell) -> None:
    names = ['id', *extract.columns, *(['x', 'y'] if extract.has_xy else [])]
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(names):
        column = extract.columns.get(name)
        sheet.set_column(place, place, WIDTHS.get(column.type, 12) if column else 12)
        sheet.write_string(0, place, _heading(extract, name, column), bold)
    put = _put(moment)
    row = 0
    for batch_rows in batches(db, extract.select(*extract.attributes(), *_place(extract)), tell):
        if row + len(batch_rows) > MOST_ROWS:
            raise _too_many()
        for values in batch_rows:
            row += 1
            for place, value in enumerate(values):
                if value is not None and put(sheet, row, place, value):
                    raise _too_long(values[0], names[place])
    sheet.autofilter(0, 0, row, len(names) - 1)


def _heading(extract: Extract, name: str, column: Column | None) -> str:
    """A cell has no time zone, so the heading says which one is meant."""
    zone = ' (UTC)' if column and column.type == 'timestamp' and extract.headers == 'titles' else ''
    return extract.heading(name) + zone


def _place(extract: Extract) -> list[sql.Composable]:
    axes = ('ST_X', 'ST_Y') if extract.has_xy else ()
    return [sql.SQL(f'{axis}({{}})').format(extract.shape) for axis in axes]


def _put(moment: Format) -> Put:
    """Writes one value as a cell of its type; a text stays a text, whatever it begins with. True if it did not fit."""

    def put(sheet: Worksheet, row: int, place: int, value: Any) -> Any:
        if isinstance(value, bool):
            return sheet.write_boolean(row, place, value)
        if isinstance(value, int | float):
            return _put_number(sheet, row, place, value)
        if isinstance(value, datetime) and value.date() >= FIRST_DAY:
            return sheet.write_datetime(row, place, value.astimezone(UTC).replace(tzinfo=None), moment)
        if isinstance(value, date) and not isinstance(value, datetime) and value >= FIRST_DAY:
            return sheet.write_datetime(row, place, value)
        text = value.isoformat() if isinstance(value, date) else str(value)
        return len(text) > LONGEST_TEXT or sheet.write_string(row, place, text)

    return put


def _put_number(sheet: Worksheet, row: int, place: int, value: float) -> Any:
    exact = abs(value) <= LARGEST_WHOLE if isinstance(value, int) else math.isfinite(value)
    return sheet.write_number(row, place, value) if exact else sheet.write_string(row, place, str(value))


def _write_about_sheet(extract: Extract, sheet: Worksheet, bold: Format) -> None:
    """Which data it is, and each column with its title, unit and codes."""
    lang, release = extract.lang, extract.release
    part = '' if extract.matched is None else f' / {extract.matched}'
    facts = [
        (Text(vi='Lớp', en='Layer'), extract.title),
        (Text(vi='Mô tả', en='Description'), extract.layer.description.pick(lang)),
        (Text(vi='Bản phát hành', en='Release'), f'{release.number} ({release.released_at:%Y-%m-%d})'),
        (Text(vi='Giấy phép', en='Licence'), extract.layer.licence),
        (Text(vi='Hệ tọa độ', en='Coordinate system'), f'EPSG:{extract.srid}'),
    ]
    if part:
        facts.append((Text(vi='Số đối tượng của cả lựa chọn', en='Features of the whole selection'), part.strip(' /')))
    sheet.set_column(0, 1, 32)
    sheet.set_column(2, 3, 48)
    rows = [(label.pick(lang), value) for label, value in facts]
    for row, pair in enumerate(rows):
        for place, text in enumerate(pair):
            sheet.write_string(row, place, text)
    _columns(extract, sheet, len(rows) + 1, bold)


def _columns(extract: Extract, sheet: Worksheet, first: int, bold: Format) -> None:
    for place, head in enumerate(COLUMN_HEADS):
        sheet.write_string(first, place, head.pick(extract.lang), bold)
    for row, (name, column) in enumerate(extract.columns.items(), first + 1):
        codes = ', '.join(f'{code} = {title.pick(extract.lang)}' for code, title in (column.domain or {}).items())
        unit = unit_in(column.unit, extract.lang)
        for place, text in enumerate((name, column.title.pick(extract.lang), unit, codes[:LONGEST_TEXT])):
            if text:
                sheet.write_string(row, place, text)


def _too_many() -> TooLargeForExcel:
    return TooLargeForExcel(
        vi=f'Một trang Excel chứa được nhiều nhất {MOST_ROWS} dòng. Lọc bớt, hoặc lấy dạng csv hay gpkg.',
        en=f'A sheet of Excel holds at most {MOST_ROWS} rows. Narrow the selection, or take csv or gpkg.',
    )


def _too_long(feature_id: int, name: str) -> TooLargeForExcel:
    return TooLargeForExcel(
        vi=f'Đối tượng {feature_id}, cột "{name}": dài quá {LONGEST_TEXT} ký tự, một ô Excel không chứa được. '
        'Bỏ cột này (properties), hoặc lấy dạng csv hay gpkg.',
        en=f'Feature {feature_id}, column "{name}": longer than the {LONGEST_TEXT} characters that a cell of Excel '
        'holds. Leave the column out (properties), or take csv or gpkg.',
    )

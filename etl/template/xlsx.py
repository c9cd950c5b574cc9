"""A template as a workbook of Excel: drop-downs for codes, checks of types and ranges, and a sheet that explains."""

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

import shapely
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from dothi.core.errors import WrongUse
from dothi.core.layer import Column
from dothi.core.text import Lang, Text
from dothi.core.units import unit_in
from etl.template.content import YES_NO, Template

DATA, LISTS, GUIDE = (
    Text(vi='Dữ liệu', en='Data'),
    Text(vi='Danh mục', en='Lists'),
    Text(vi='Hướng dẫn', en='Guide'),
)
# Rows, from 0: title, mark, header; then what is filled in. Checks reach as far as anybody fills in by hand.
MARK_ROW, HEADER_ROW = 1, 2
CHECKED_ROWS = 5_000
LONGEST_CELL = 32_767
TITLE = Text(vi='Mẫu giao dữ liệu: {layer}', en='Template for deliveries: {layer}')
WRONG = Text(vi='Giá trị không hợp lệ', en='Not a valid value')
EASTING, NORTHING = Text(vi='E (m)', en='E (m)'), Text(vi='N (m)', en='N (m)')
LONGITUDE, LATITUDE = Text(vi='Kinh độ', en='Longitude'), Text(vi='Vĩ độ', en='Latitude')
ABOUT: Mapping[str, Text] = {
    'column': Text(vi='Cột', en='Column'),
    'required': Text(vi='Bắt buộc', en='Required'),
    'type': Text(vi='Kiểu', en='Type'),
    'values': Text(vi='Giá trị', en='Values'),
    'meaning': Text(vi='Ý nghĩa', en='Meaning'),
}
TYPES: Mapping[str, Text] = {
    'text': Text(vi='chữ', en='text'),
    'integer': Text(vi='số nguyên', en='whole number'),
    'number': Text(vi='số', en='number'),
    'boolean': Text(vi='có/không', en='yes/no'),
    'date': Text(vi='ngày', en='date'),
    'timestamp': Text(vi='ngày giờ', en='date and time'),
}
RETURN = Text(
    vi='Điền từ hàng 4 trang "Dữ liệu", không đổi ba hàng đầu. Gửi lại cho trung tâm điều hành: đặt vào thư mục của cơ '
    'quan, hoặc gửi ở trang /api/processes/deliver-layer.',
    en='Fill in from row 4 of the sheet "Data", and leave the first three rows as they are. Send it back to the '
    "operations centre: put it into the agency's folder, or send it on the page /api/processes/deliver-layer.",
)


class TooLongForACell(WrongUse):
    """An outline is longer than a cell of Excel can hold."""


def write_xlsx(template: Template) -> bytes:
    """The workbook; raises TooLongForACell for outlines that no cell holds."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {'in_memory': True, 'default_date_format': 'yyyy-mm-dd'})
    formats = _Formats(book)
    data = book.add_worksheet(DATA.pick(template.lang))
    lists = book.add_worksheet(LISTS.pick(template.lang))
    _write_data(data, template, formats)
    _write_checks(data, _write_lists(lists, template, formats), template)
    _write_guide(book.add_worksheet(GUIDE.pick(template.lang)), template, formats)
    book.close()
    return out.getvalue()


class _Formats:
    """How cells look: a column that must be filled in has a darker header."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        frame = {'text_wrap': True, 'valign': 'top', 'border': 1}
        self.title = book.add_format({'bold': True, 'font_size': 14})
        self.mark = book.add_format({'font_size': 8, 'font_color': '#9a9a9a'})
        self.required = book.add_format({**frame, 'bold': True, 'bg_color': '#bcdff0'})
        self.optional = book.add_format({**frame, 'bold': True, 'bg_color': '#eef3f5'})
        self.text = book.add_format({'num_format': '@'})
        self.date = book.add_format({'num_format': 'yyyy-mm-dd'})
        self.moment = book.add_format({'num_format': 'yyyy-mm-dd hh:mm:ss'})
        self.wrapped = book.add_format({'text_wrap': True, 'valign': 'top'})

    def of(self, column: Column) -> Format | None:
        """How the cells of a column look; codes are text, or Excel would take their zeros away."""
        return {'text': self.text, 'date': self.date, 'timestamp': self.moment}.get(column.type)


def place_headings(template: Template) -> list[str]:
    """The columns of the place: two numbers for points, else the outline as WKT."""
    if not template.is_point:
        return ['WKT']
    pair = (LONGITUDE, LATITUDE) if template.degrees else (EASTING, NORTHING)
    return [text.pick(template.lang) for text in pair]


def place_cells(template: Template, wkb: bytes | None) -> list[float | str | None]:
    """The values of those columns for one row; raises TooLongForACell."""
    if wkb is None:
        return [None] * len(place_headings(template))
    shape = shapely.from_wkb(bytes(wkb))
    if template.is_point:
        return [round(float(axis(shape)), template.decimals) for axis in (shapely.get_x, shapely.get_y)]
    text = shapely.to_wkt(shape, rounding_precision=template.decimals)
    if len(text) > LONGEST_CELL:
        raise TooLongForACell(
            vi='Có đường ranh dài hơn một ô của Excel. Lấy mẫu GeoPackage (f=gpkg), hoặc mẫu trống.',
            en='An outline is longer than a cell of Excel holds. Take the one in GeoPackage (f=gpkg), or an empty one.',
        )
    return [text]


def _write_data(sheet: Worksheet, template: Template, formats: _Formats) -> None:
    sheet.write_string(0, 0, TITLE.format(layer=template.layer.title).pick(template.lang), formats.title)
    sheet.write_string(MARK_ROW, 0, template.mark, formats.mark)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    for position, (name, column) in enumerate(template.columns.items()):
        sheet.set_column(position, position, 18, formats.of(column))
        must = column.required or name in template.layer.key
        sheet.write_string(HEADER_ROW, position, template.heading(name), formats.required if must else formats.optional)
        if column.description:
            sheet.write_comment(HEADER_ROW, position, column.description.pick(template.lang))
    for position, heading in enumerate(place_headings(template), len(template.columns)):
        sheet.set_column(position, position, 16)
        sheet.write_string(HEADER_ROW, position, heading, formats.required)
    for row, (*values, wkb) in enumerate(template.rows, HEADER_ROW + 1):
        shown = [template.shown(name, value) for name, value in zip(template.columns, values, strict=True)]
        for position, value in enumerate([*shown, *place_cells(template, wkb)]):
            _put(sheet, row, position, value, formats)


def _put(sheet: Worksheet, row: int, position: int, value: Any, formats: _Formats) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(row, position, value.replace(tzinfo=None), formats.moment)
    elif isinstance(value, date):
        sheet.write_datetime(row, position, value, formats.date)
    elif isinstance(value, int | float):
        sheet.write_number(row, position, value)
    elif value is not None:
        sheet.write_string(row, position, str(value), formats.text)


def _write_lists(sheet: Worksheet, template: Template, formats: _Formats) -> dict[str, str]:
    """Where the values of each column that has a list stand: `='Danh mục'!$A$2:$A$5`, by the column's name."""
    ranges: dict[str, str] = {}
    place = 0
    for name, column in template.columns.items():
        values = _listed(template, column)
        if not values:
            continue
        sheet.write_string(0, place, template.heading(name), formats.optional)
        for row, cells in enumerate(values, 1):
            for aside, cell in enumerate(cells):
                sheet.write_string(row, place + aside, cell, formats.text)
        letter = xl_col_to_name(place)
        ranges[name] = f"='{LISTS.pick(template.lang)}'!${letter}$2:${letter}${len(values) + 1}"
        place += len(values[0]) + 1
    return ranges


def _listed(template: Template, column: Column) -> list[tuple[str, ...]]:
    """What may stand in a column: titles of codes, yes and no, or codes of units with their names beside them."""
    if column.domain:
        return [(title.pick(template.lang),) for title in column.domain.values()]
    if column.type == 'boolean':
        return [(word,) for word in YES_NO[template.lang]]
    return [(code, name) for code, name in template.units.get(column.unit_layer or '', [])]


def _write_checks(sheet: Worksheet, ranges: dict[str, str], template: Template) -> None:
    """Excel's own checks of what is typed in."""
    first, last = HEADER_ROW + 1, HEADER_ROW + CHECKED_ROWS
    for position, (name, column) in enumerate(template.columns.items()):
        rule = {'validate': 'list', 'source': ranges[name]} if name in ranges else _rule(column)
        if rule is None and template.layer.key == [name]:
            letter = xl_col_to_name(position)
            span = f'${letter}${first + 1}:${letter}${last + 1}'
            rule = {'validate': 'custom', 'value': f'=COUNTIF({span},{letter}{first + 1})=1'}
        if rule:
            sheet.data_validation(first, position, last, position, rule | _error(column, template.lang))
    for position, limits in enumerate(_place_limits(template), len(template.columns)):
        rule = {'validate': 'decimal', 'criteria': 'between', 'minimum': limits[0], 'maximum': limits[1]}
        sheet.data_validation(first, position, last, position, rule | {'error_title': WRONG.pick(template.lang)})


def _rule(column: Column) -> dict[str, Any] | None:
    if column.type in ('integer', 'number'):
        low, high = (-1e15 if column.min is None else column.min), (1e15 if column.max is None else column.max)
        kind = 'integer' if column.type == 'integer' else 'decimal'
        return {'validate': kind, 'criteria': 'between', 'minimum': low, 'maximum': high}
    if column.type == 'date':
        return {'validate': 'date', 'criteria': '>=', 'value': date(1900, 1, 1)}
    return None


def _error(column: Column, lang: Lang) -> dict[str, Any]:
    """What Excel says of a wrong value; its titles hold 32 letters, its messages 255."""
    message = f'{column.title.pick(lang)}: {_values(column, lang)}'
    return {'error_title': WRONG.pick(lang)[:32], 'error_message': message[:255]}


def _place_limits(template: Template) -> list[tuple[float, float]]:
    """Between which values the coordinates lie: those of the locality's extent; nothing for outlines."""
    if not template.is_point:
        return []
    west, south, east, north = template.bounds
    return [(west, east), (south, north)]


def _values(column: Column, lang: Lang) -> str:
    """Which values a column takes: type, range, unit, or the list."""
    if column.domain:
        return '; '.join(title.pick(lang) for title in column.domain.values())
    span = '–'.join('' if limit is None else f'{limit:g}' for limit in (column.min, column.max)).strip('–')
    return ' '.join(part for part in (TYPES[column.type].pick(lang), span, unit_in(column.unit, lang)) if part)


def _write_guide(sheet: Worksheet, template: Template, formats: _Formats) -> None:
    """What each column means, and how the file comes back."""
    lang, layer = template.lang, template.layer
    sheet.write_string(0, 0, layer.title.pick(lang), formats.title)
    sheet.write_string(1, 0, layer.description.pick(lang))
    sheet.write_string(2, 0, RETURN.format(layer=layer.id).pick(lang))
    sheet.write_string(3, 0, f'{template.crs}')
    sheet.set_column(0, 4, 28)
    for position, text in enumerate(ABOUT.values()):
        sheet.write_string(5, position, text.pick(lang), formats.required)
    for row, (name, column) in enumerate(template.columns.items(), 6):
        must = column.required or name in layer.key
        meaning = column.description.pick(lang) if column.description else ''
        cells = (template.heading(name), YES_NO[lang][0 if must else 1], TYPES[column.type].pick(lang),
                 _values(column, lang), meaning)  # fmt: skip
        for position, cell in enumerate(cells):
            sheet.write_string(row, position, cell, formats.wrapped)

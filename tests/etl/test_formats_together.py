"""Several sheets or layers that are parts of one table, delivered as one."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dothi.core.text import steward_advice
from etl.formats.errors import AmbiguousLayer, NoLayerInFile
from etl.formats.source import Source
from tests.etl.conftest import Agency, Query, Send

HEADER = ['Mã trường', 'Tên trường', 'Cấp học', 'E', 'N']


def school(code: str, east: float) -> list[str | float]:
    return [code, f'Trường {code}', 'primary', 570_000 + east, 2_250_000]


def advice(error: AmbiguousLayer) -> str:
    text = steward_advice(error.text)
    assert text is not None
    return text.en


def write_sheets(agency: Agency, sheets: Iterable[tuple[str, list[list[Any]]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(agency.folder / 't.xlsx')
    return agency.folder / 't.xlsx'


def by_commune(agency: Agency, second_header: list[str] | None = None) -> Path:
    """A sheet of explanations, and one for each of two communes."""
    second: list[list[Any]] = [second_header or HEADER, school('c', 20)]
    sheets: list[tuple[str, list[list[Any]]]] = [
        ('Hướng dẫn', [['Mỗi xã một trang']]),
        ('Xã A', [HEADER, school('a', 0), school('b', 10)]),
        ('Xã B', second),
    ]
    return write_sheets(agency, sheets)


def test_sheets_of_one_table_are_released_as_one(agency: Agency, send: Send, query: Query) -> None:
    report = send(by_commune(agency), 'schools', crs='EPSG:9209', source_layer='*')
    assert (report.verdict, report.rows.bad_rows) == ('accepted', 0)
    assert query('select code from layer.schools order by 1') == [('a',), ('b',), ('c',)]


def test_rows_are_counted_on_from_sheet_to_sheet(agency: Agency, send: Send) -> None:
    """The first sheet ends with row 61; the third one of the next, its header counted, is 64."""
    rows: list[list[Any]] = [HEADER, *(school(f's{number}', number) for number in range(60))]
    file = write_sheets(
        agency, [('Xã A', rows), ('Xã B', [HEADER, school('c', 99), ['d', 'Trường d', 'primary', None, None]])]
    )
    report = send(file, 'schools', crs='EPSG:9209', source_layer='*', dry_run=True)
    assert [(row.row, row.code) for row in report.rows.bad] == [(64, 'coordinates_missing')]


def test_columns_may_stand_in_another_order(agency: Agency, opened: Callable[..., Source]) -> None:
    file = write_sheets(
        agency, [('A', [HEADER, school('a', 0)]), ('B', [HEADER[1:] + HEADER[:1], [*school('b', 1)[1:], 'b']])]
    )
    codes = [batch.columns['Mã trường'].to_pylist() for batch in opened(file, name='*').encoded_batches()]
    assert codes == [['a'], ['b']]


def test_sheets_that_differ_are_refused_with_what_differs(agency: Agency, opened: Callable[..., Source]) -> None:
    with pytest.raises(NoLayerInFile, match=r'"Xã A" and "Xã B" differ in columns \(Cấp, Cấp học\)'):
        opened(by_commune(agency, ['Mã trường', 'Tên trường', 'Cấp', 'E', 'N']), name='*')


def test_who_has_to_choose_hears_that_all_can_be_taken_where_they_are_alike(
    agency: Agency, opened: Callable[..., Source]
) -> None:
    with pytest.raises(AmbiguousLayer) as undecided:
        opened(by_commune(agency))
    assert '--source-layer "*"' in advice(undecided.value)
    with pytest.raises(AmbiguousLayer) as undecided:
        opened(by_commune(agency, [*HEADER[:3], 'X', 'Y']))
    assert '"*"' not in advice(undecided.value)


def test_layers_of_a_geopackage_are_one_table_too(agency: Agency, opened: Callable[..., Source]) -> None:
    for layer, code in (('xa_a', 'a'), ('xa_b', 'b')):
        agency.write('t.gpkg', [(agency.school(code), agency.point())], layer=layer)
    source = opened(agency.folder / 't.gpkg', name='*')
    assert source.rows == 2
    assert [batch.first_row for batch in source.encoded_batches()] == [1, 2]


def test_all_of_a_file_with_one_layer_is_that_layer(agency: Agency, opened: Callable[..., Source]) -> None:
    assert opened(agency.schools('a', 'b'), name='*').rows == 2

"""Tables with coordinates: CSV and workbooks, by the same rules."""

import datetime
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
import xlsxwriter

from etl.formats.errors import AmbiguousLayer, BadArchive, NoCoordinates, UnreadableFile
from etl.formats.place import find_place
from etl.formats.source import RawBatch, Source
from tests.etl.conftest import Agency, Send
from tests.matrix import thorough
from tests.present import present

HEADER = ['Mã trường', 'Tên trường', 'Cấp học', 'Kinh độ', 'Vĩ độ']
ROW = ['a', 'Trường A', 'primary', 106.168, 20.429]


@pytest.fixture
def workbook(agency: Agency) -> Callable[..., Path]:
    """Writes an Excel workbook with these sheets of rows."""

    def workbook_(name: str = 't.xlsx', **sheets: Any) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(agency.folder / name)
        return agency.folder / name

    return workbook_


def only(source: Source) -> RawBatch:
    (batch,) = source.batches()
    return batch


@pytest.mark.parametrize(
    ('columns', 'east', 'implied', 'known'),
    [
        (['Kinh độ', 'Vĩ độ'], 0, 'EPSG:4326', True),
        (['Vĩ độ\n(độ, phút, giây)', 'Kinh độ\n(độ, phút, giây)'], 1, 'EPSG:4326', True),
        (['Kinh độ VN-2000', 'Vĩ độ VN-2000'], 0, 'EPSG:4756', True),
        (['LAT (WGS84)', 'LONG (WGS84)'], 1, 'EPSG:4326', True),
        (['Tọa độ X (m)', 'Tọa độ Y (m)'], 0, None, False),
        (['X (VN2000)', 'Y (VN2000)'], 0, None, False),
        (['TOẠ ĐỘ X', 'TOẠ ĐỘ Y'], 0, None, False),
        (['POINT_X', 'POINT_Y'], 0, None, False),
        (['X (Bắc)', 'Y (Đông)'], 1, None, True),
        (['E (m)', 'N (m)'], 0, None, True),
    ],
)
def test_columns_of_coordinates_by_their_usual_names(
    columns: list[str], east: int, implied: str | None, known: bool
) -> None:
    place = find_place(columns)
    assert (present(place).east, present(place).north) == (east, 1 - east)
    assert (present(place).implied_crs, present(place).axes_known) == (implied, known)


@pytest.mark.parametrize('columns', [['Kinh tuyến trục', 'Vĩ độ'], ['xã', 'tên'], ['mã xã', 'năm'], ['X'], []])
def test_other_columns_are_no_coordinates(columns: list[str]) -> None:
    assert find_place(columns) is None


def test_degrees_minutes_and_seconds_in_csv_become_degrees(agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.text('t.csv', 'Mã trường;Vĩ độ;Kinh độ\na;"20°25\'44,4""N";106°10′06″Đ\nb;20 25 44,4;106 10 6\n')
    batch = only(opened(file))
    assert [(round(p.x, 9), round(p.y, 9)) for p in batch.geometry] == [(106.168333333, 20.429)] * 2


def test_thousands_in_csv_are_metres_and_the_axes_stay_open(agency: Agency, opened: Callable[..., Source]) -> None:
    source = opened(agency.text('t.csv', 'ma;X (VN2000);Y (VN2000)\na;2.260.342,55;569.542,41\n'))
    assert [(p.x, p.y) for p in only(source).geometry] == [(2260342.55, 569542.41)]
    assert not source.axes_known


def test_commas_that_another_program_put_behind_semicolons_are_no_part_of_a_number(
    agency: Agency, opened: Callable[..., Source]
) -> None:
    """LibreOffice writes a table back so that it took for one of commas, where a value has one."""
    table = 'ma;loai;lon;lat,\na;biển;106.25;20.5,\nb;tỉnh, thành;106.5;20.25\n'
    places = shapely.get_coordinates(only(opened(agency.text('t.csv', table))).geometry)
    assert places.tolist() == [[106.25, 20.5], [106.5, 20.25]]


def test_titles_above_the_header_of_a_csv_are_no_rows(agency: Agency, opened: Callable[..., Source]) -> None:
    title = 'SỞ GIÁO DỤC, HUYỆN HẢI HẬU;;;\n"DANH SÁCH, đợt 1";;;\n;;;\n'
    table = 'Mã trường;Tên;lon;lat\n(1);(2);(3);(4)\na;A;106,1;20,4\n'
    source = opened(agency.text('t.csv', title + table))
    assert source.columns == ['Mã trường', 'Tên', 'lon', 'lat']
    batch = only(source)
    assert batch.columns['Mã trường'].to_pylist() == ['a']
    assert batch.first_row == 6, 'the sixth line, as a spreadsheet shows it'


def test_numbers_of_a_workbook_keep_what_was_typed(
    workbook: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    """A cell of 569542.413 is 569542.4129999999 to GDAL, and a code typed as a number is no 366.0."""
    file = workbook(truong=[['Mã trường', 'Tên', 'X', 'Y'], [366, 1.1, 2259884.543, 569542.413], ['036', 'A', 1, 2]])
    batch = only(opened(file))
    assert batch.columns['Mã trường'].to_pylist() == ['366', '036']
    assert batch.columns['Tên'].to_pylist() == ['1.1', 'A']
    assert batch.columns['Y'].to_pylist() == ['569542.413', '2']
    assert (batch.geometry[0].x, batch.geometry[0].y) == (2259884.543, 569542.413)


def test_titles_merged_headers_and_numbered_columns_of_a_workbook(
    workbook: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    rows = [
        ['SỞ GIÁO DỤC VÀ ĐÀO TẠO'],
        [],
        ['Mã trường', 'Tên trường', 'Tọa độ VN-2000', None],
        [None, None, 'X (m)', 'Y (m)'],
        [1, 2, 3, 4],
        ['a', 'A', '2.259.884,54', 569542.41],
        [None] * 4,
        ['b', 'B', 2259894.5, 569552.5],
    ]
    source = opened(workbook(**{'Danh sách': rows}))
    assert source.columns == ['Mã trường', 'Tên trường', 'X (m)', 'Y (m)']
    first, second = source.batches()
    assert (first.first_row, second.first_row) == (6, 8), 'as Excel shows them: the seventh is blank'
    assert [batch.columns['Mã trường'].to_pylist() for batch in (first, second)] == [['a'], ['b']]
    points = [*first.geometry, *second.geometry]
    assert [(p.x, p.y) for p in points] == [(2259884.54, 569542.41), (2259894.5, 569552.5)]


def test_a_sheet_of_explanations_is_no_layer(workbook: Callable[..., Path], opened: Callable[..., Source]) -> None:
    file = workbook(**{'Ghi chú': [['Cột', 'Nghĩa'], ['Mã', 'mã trường']], 'Số liệu': [HEADER, ROW], 'Sheet3': []})
    assert opened(file).layer == 'Số liệu'


def test_of_several_sheets_the_one_whose_columns_fit_is_taken_or_they_are_listed(
    workbook: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    other = [['Tên cầu', 'x', 'y'], ['Cầu', 1, 2]]
    assert opened(workbook(cau=other, truong=[HEADER, ROW])).layer == 'truong'
    file = workbook(**{'đợt 1': [HEADER, ROW], 'đợt 2': [HEADER, ROW]})
    with pytest.raises(AmbiguousLayer, match=r'đợt 1.*đợt 2'):
        opened(file)
    assert opened(file, name='đợt 2').layer == 'đợt 2'


def test_a_workbook_without_coordinates_says_what_to_call_them(
    workbook: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    with pytest.raises(NoCoordinates, match='lon and lat'):
        opened(workbook(truong=[['Mã trường', 'Tên'], ['a', 'A']]))


def test_a_workbook_inside_an_archive_is_read(
    agency: Agency, workbook: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    archive = agency.zip('t.zip', [workbook('bảng (1).xlsx', truong=[HEADER, ROW])], inside='thư mục/')
    assert [(p.x, p.y) for p in only(opened(archive)).geometry] == [(106.168, 20.429)]


def test_rows_without_a_place_are_told_and_those_of_the_whole_table_released(
    workbook: Callable[..., Path], send: Send
) -> None:
    file = workbook(truong=[HEADER, ROW, ['b', 'B', 'primary', None, 20.4], ['c', 'C', 'primary', 'ở xa', 20.4]])
    report = send(file, 'schools', dry_run=True)
    assert [(row.row, row.code) for row in report.rows.bad] == [(3, 'coordinates_missing'), (4, 'coordinates_missing')]


def test_a_workbook_that_unpacks_to_gigabytes_is_not_opened(
    agency: Agency, workbook: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    file = workbook(truong=[HEADER, ROW])
    with zipfile.ZipFile(file, 'a', zipfile.ZIP_DEFLATED) as book:
        book.writestr('xl/worksheets/sheet9.xml', b' ' * 50_000_000)
    with pytest.raises(BadArchive, match='unpacks to too much'):
        opened(file)


WHEN = datetime.datetime.fromisoformat('2024-08-31 10:05')


@pytest.mark.parametrize(
    'number_format', ['dd/mm/yyyy hh:mm:ss', 'yyyy-mm-dd h:mm', 'm/d/yy h:mm', '[$-42A]d mmm h:mm']
)
def test_a_time_of_day_in_a_workbook_is_not_lost(
    number_format: str, agency: Agency, opened: Callable[..., Source]
) -> None:
    """GDAL knows hours of two digits only."""
    book = openpyxl.Workbook()
    book.active.append(['Mã trường', 'lon', 'lat', 'Lúc', 'Ngày', 'Giá'])
    book.active.append(['a', 106.1, 20.4, WHEN, WHEN.date(), 5])
    book.active['D2'].number_format = number_format
    book.active['F2'].number_format = '#,##0 "đồng/m2/ngày"'
    book.save(agency.folder / 't.xlsx')
    columns = only(opened(agency.folder / 't.xlsx')).columns
    assert [columns[name].to_pylist() for name in ('Lúc', 'Ngày', 'Giá')] == [
        ['2024-08-31 10:05:00'],
        ['2024-08-31'],
        ['5'],
    ]


def test_a_workbook_that_declares_entities_is_not_read(
    agency: Agency, workbook: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    file = workbook(truong=[HEADER, ROW])
    parts = {name: zipfile.ZipFile(file).read(name) for name in zipfile.ZipFile(file).namelist()}
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    with zipfile.ZipFile(file, 'w') as book:
        for name, content in parts.items():
            book.writestr(name, doctype + content if name.endswith('sheet1.xml') else content)
    with pytest.raises(UnreadableFile, match='DOCTYPE'):
        opened(file)


def test_a_workbook_of_another_program_is_read(agency: Agency, opened: Callable[..., Source]) -> None:
    """XlsxWriter and openpyxl differ in how they keep texts, and one that is told to keeps none apart."""
    with xlsxwriter.Workbook(agency.folder / 't.xlsx', {'constant_memory': True}) as book:
        sheet = book.add_worksheet('truong')
        for number, row in enumerate([HEADER, ROW]):
            sheet.write_row(number, 0, row)
    batch = only(opened(agency.folder / 't.xlsx'))
    assert batch.columns['Tên trường'].to_pylist() == ['Trường A']


SHEET = {
    'xl/workbook.xml': '<workbook xmlns:r="u"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': '<R><Relationship Id="r1" Target="worksheets/sheet1.xml"/></R>',
}


def sheet(agency: Agency, rows: str) -> Path:
    file = agency.folder / 't.xlsx'
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as packed:
        for name, text in SHEET.items():
            packed.writestr(name, text)
        packed.writestr('xl/worksheets/sheet1.xml', f'<worksheet><sheetData>{rows}</sheetData></worksheet>')
    return file


def test_a_cell_past_the_last_column_of_excel_is_refused(agency: Agency, opened: Callable[..., Source]) -> None:
    with pytest.raises(UnreadableFile, match='16384'):
        opened(sheet(agency, '<row><c r="ZZZ1"/></row>'))


@thorough
def test_a_small_workbook_with_cells_in_the_last_column_does_not_fill_the_memory(
    agency: Agency, opened: Callable[..., Source]
) -> None:
    """Unless rows are cut at the header's width, 3,000 of them are 3,000 times 16,384 cells: 400 MB."""
    names = ''.join(f'<c t="str"><v>{name}</v></c>' for name in HEADER)
    file = sheet(agency, f'<row>{names}</row>' + '<row><c r="XFD1"><v>1</v></c></row>' * 3_000)
    source = opened(file)
    tracemalloc.start()
    try:
        assert sum(len(batch) for batch in source.batches()) == 3_000
        assert tracemalloc.get_traced_memory()[1] < 150e6
    finally:
        tracemalloc.stop()


def test_names_below_merged_cells_are_joined_where_the_coordinates_are_named_above(
    workbook: Callable[..., Path], send: Send
) -> None:
    """ "Quy mô" is merged over two columns that the next row names; the other names are merged over both rows."""
    rows = [
        ['Mã trường', 'Tên trường', 'Cấp học', 'Quy mô', None, 'Kinh độ', 'Vĩ độ'],
        [None, None, None, 'Số lớp', 'Số chỗ học', None, None],
        ['a', 'A', 'primary', 12, 400, 106.168, 20.429],
    ]
    report = send(workbook(t=rows), 'schools', dry_run=True)
    assert (report.verdict, report.rows.read, report.rows.bad_rows) == ('accepted', 1, 0)
    assert report.columns['Quy mô – Số chỗ học'] == 'places'


def test_names_that_stand_twice_take_what_is_merged_over_them(
    workbook: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    rows = [
        ['Mã trường', 'Năm 2023', None, 'Năm 2024', None, 'Tọa độ', None],
        [None, 'Kế hoạch', 'Thực tế', 'Kế hoạch', 'Thực tế', 'Kinh độ', 'Vĩ độ'],
        ['a', 1, 2, 3, 4, 106.168, 20.429],
    ]
    assert opened(workbook(t=rows)).columns == [
        'Mã trường',
        'Năm 2023 – Kế hoạch',
        'Năm 2023 – Thực tế',
        'Năm 2024 – Kế hoạch',
        'Năm 2024 – Thực tế',
        'Kinh độ',
        'Vĩ độ',
    ]


def test_a_first_row_of_data_is_never_taken_for_names(
    workbook: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    """The second column has no name, and the first row holds something there only."""
    rows = [['Mã trường', None, 'Kinh độ', 'Vĩ độ'], [None, 25, None, None], ['a', 26, 106.168, 20.429]]
    source = opened(workbook(t=rows))
    assert source.columns[:2] == ['Mã trường', '(2)']
    assert sum(len(batch) for batch in source.batches()) == 2


@pytest.mark.parametrize('line_end', ['\n', '\r\n', '_x000a_'])
def test_line_breaks_in_headers_are_blanks(agency: Agency, send: Send, line_end: str) -> None:
    names = ['Mã trường', 'Tên trường', 'Cấp học', 'Số chỗ học', 'Kinh độ', 'Vĩ độ']
    header = ';'.join(f'"{name.replace(" ", line_end, 1)}"' for name in names)
    file = agency.text('t.csv', f'{header}\na;A;primary;400;106,168;20,429\n')
    report = send(file, 'schools', dry_run=True)
    assert report.verdict == 'accepted'
    assert sorted(report.columns) == sorted(names[:4])


def test_what_a_workbook_hides_is_taken_and_told(agency: Agency, send: Send) -> None:
    """Rows 3 and 5 as Excel shows them, and the column with the names."""
    book = openpyxl.Workbook()
    sheet = present(book.active)
    sheet.append(HEADER)
    for number in range(4):
        sheet.append([f's{number}', f'Trường {number}', 'primary', 106.168 + number / 100, 20.429])
    sheet.row_dimensions[3].hidden = sheet.row_dimensions[5].hidden = True
    sheet.column_dimensions['B'].hidden = True
    book.save(agency.folder / 'hidden.xlsx')
    report = send(agency.folder / 'hidden.xlsx', 'schools')
    assert (report.verdict, report.rows.good) == ('accepted', 4)
    assert [(row.row, row.code) for row in report.rows.warnings] == [(3, 'hidden_row'), (5, 'hidden_row')]
    assert any('1 cột ẩn' in note.vi and 'Tên trường' in note.vi for note in report.notes)
    assert report.rows.warnings_by_code == {'hidden_row': 2}


def test_after_many_blank_lines_rows_are_still_all_read(agency: Agency, opened: Callable[..., Source]) -> None:
    lines = '\n\n'.join(f's{number};106,1;20,4' for number in range(2_000))
    batches = list(opened(agency.text('t.csv', f'Mã trường;lon;lat\n{lines}\n')).batches())
    assert sum(map(len, batches)) == 2_000
    assert len(batches) <= 501
    firsts = [batch.first_row for batch in batches]
    assert firsts[:3] == [2, 4, 6]
    assert firsts == sorted(set(firsts))

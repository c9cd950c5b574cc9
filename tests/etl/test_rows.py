"""Faulty rows are told one by one, kept in quarantine with their original values, and never released."""

import json
from typing import Any

import pytest
import shapely

from dothi.core.layer import Column
from dothi.core.text import Text
from etl.doctor.rows.values import range_says
from etl.report.html import page
from etl.report.model import Report
from tests.etl.conftest import Agency, Query, Send

STORED = 'select code from layer.schools order by code'


def faults(report: Report) -> list[tuple[int, str]]:
    return [(row.row, row.code) for row in report.rows.bad]


def test_each_fault_has_its_code(agency: Agency, send: Send) -> None:
    """One row per fault, in the order of the file; the first row is good."""
    rows = [
        (agency.school('good'), agency.point()),
        (agency.school(None), agency.point()),
        (agency.school('c', CAP_HOC='đại học'), agency.point()),
        (agency.school('d', CAP_HOC=None), agency.point()),
        (agency.school('e', SO_CHO='nhiều'), agency.point()),
        (agency.school('f', SO_CHO='20000'), agency.point()),
        (agency.school('g'), None),
        (agency.school('h'), shapely.Point(0, 0)),
        (agency.school('i'), shapely.MultiPoint([agency.point(), agency.point(1)])),
        (agency.school('đ' * 251), agency.point()),
    ]
    report = send(agency.geojson('t.geojson', rows), 'schools')
    assert faults(report) == [
        (2, 'key_missing'),
        (3, 'domain'),
        (4, 'required'),
        (5, 'type'),
        (6, 'range'),
        (7, 'geometry_empty'),
        (8, 'outside_locality'),
        (9, 'geometry_kind'),
        (10, 'key_too_long'),
    ]
    assert (report.rows.read, report.rows.good, report.rows.bad_rows) == (10, 1, 9)


def test_a_fault_is_told_in_the_users_words(agency: Agency, send: Send) -> None:
    report = send(agency.geojson('t.geojson', [(agency.school('a', CAP_HOC='đại học'), agency.point())]), 'schools')
    assert report.rows.bad[0].message == (
        'Hàng 1, cột CAP_HOC: "đại học" không có trong danh mục: Mầm non (kindergarten), Tiểu học (primary), '
        'Trung học cơ sở (secondary), Trung học phổ thông (high). '
        'Sửa giá trị, hoặc đề nghị trung tâm thêm vào danh mục.'
    )
    assert report.rows.bad[0].message_en.startswith(
        'Row 1, column CAP_HOC: "đại học" is not in the list: Kindergarten (kindergarten), '
    )


def test_limits_are_told_with_their_unit_in_words() -> None:
    def told(column: dict[str, Any]) -> Text:
        title = {'vi': 'Số chỗ', 'en': 'Places'}
        return range_says(Column.model_validate({'type': 'integer', 'title': title} | column))

    both = told({'unit': 'place', 'min': 0, 'max': 10_000})
    assert 'is outside 0 to 10,000 places.' in both.en
    assert 'nằm ngoài khoảng 0–10.000 chỗ.' in both.vi
    assert 'is less than 1 floor.' in told({'unit': 'floor', 'min': 1}).en
    assert 'is more than 60 floors.' in told({'unit': 'floor', 'max': 60}).en
    assert 'is more than 5 people/m2.' in told({'unit': 'person/m2', 'max': 5}).en
    assert 'is more than 9 m.' in told({'unit': 'm', 'max': 9}).en


def test_a_polygon_that_crosses_itself_is_told_with_the_place(agency: Agency, send: Send) -> None:
    """A bow tie over a square of 100 m crosses itself in the middle, at 50, 50."""
    east, north = agency.east, agency.north
    bow = shapely.Polygon([(east, north), (east + 100, north + 100), (east + 100, north), (east, north + 100)])
    file = agency.geojson('t.geojson', [({'ma': 'a', 'cong_nang': 'residential'}, bow)])
    (bad,) = send(file, 'buildings').rows.bad
    assert bad.code == 'geometry_invalid'
    assert 'hình tự cắt tại 570050 2250050' in bad.message


def test_one_vertex_outside_is_outside(agency: Agency, send: Send) -> None:
    """A road to 0 0, as a failed digitising leaves it, begins well inside the province."""
    line = shapely.LineString([agency.point(), shapely.Point(0, 0)])
    report = send(agency.geojson('t.geojson', [({'ma': 'a', 'cap': 'national'}, line)]), 'roads')
    assert faults(report) == [(1, 'outside_locality')]


def test_rows_over_the_threshold_return_the_file_whole(agency: Agency, send: Send, query: Query) -> None:
    """Two per cent may be bad: 1 of 50 passes, 2 of 50 do not, and then nothing is released."""
    codes = [f'{i:02}' for i in range(50)]
    rows = [(agency.school(code), agency.point(i)) for i, code in enumerate(codes)]
    rows[7] = (agency.school('07', SO_CHO='?'), agency.point())
    rows[8] = (agency.school('08', SO_CHO='?'), agency.point())
    report = send(agency.geojson('hai.geojson', rows), 'schools')
    assert (report.verdict, report.release, report.exit_code) == ('returned', None, 3)
    assert query(STORED) == []
    rows[8] = (agency.school('08'), agency.point(8))
    assert send(agency.geojson('một.geojson', rows), 'schools').verdict == 'accepted'
    assert len(query(STORED)) == 49


def test_quarantine_keeps_the_row_as_the_file_gave_it(agency: Agency, send: Send, query: Query) -> None:
    row = agency.school('a', SO_CHO='12.5 chỗ', KHAC='cột thừa')
    report = send(agency.geojson('t.geojson', [(row, agency.point())]), 'schools')
    ((delivery, number, code, column, value, attributes, place, crs),) = query(
        'select delivery_id, row_number, code, column_name, value, attributes, st_astext(geom_wkb::geometry), crs '
        'from quarantine.row'
    )
    assert (delivery, number, code, column, value) == (report.delivery, 1, 'type', 'SO_CHO', '12.5 chỗ')
    assert attributes == row
    assert (place, crs) == ('POINT(570000 2250000)', 'EPSG:9209')


def test_a_check_leaves_no_trace(agency: Agency, send: Send, query: Query) -> None:
    file = agency.geojson('t.geojson', [(agency.school('a', SO_CHO='?'), agency.point())])
    report = send(file, 'schools', dry_run=True)
    assert report.dry_run
    assert faults(report) == [(1, 'type')]
    assert query('select count(*) from catalog.delivery') == [(0,)]
    assert query('select count(*) from quarantine.row') == [(0,)]


def test_single_bad_bytes_are_faults_of_their_rows(agency: Agency, send: Send, query: Query) -> None:
    """Latin-1's é in one of three accented names: that row is bad, the file is not."""
    text = 'ma,ten_truong,cap_hoc,lon,lat\na,Hải Hậu,primary,106.2,20.3\nb,Ý Yên,primary,106.2,20.3\n'
    file = agency.text('t.csv', text)
    file.write_bytes(file.read_bytes() + b'c,Caf\xe9,primary,106.2,20.3\n')
    report = send(file, 'schools')
    assert faults(report) == [(4, 'text_encoding')]
    assert query('select value from quarantine.row') == [('Caf\\xe9',)]


def test_geojson_with_bad_bytes_is_no_crash(agency: Agency, send: Send) -> None:
    file = agency.schools('a', 'b', TEN_TRUONG='Hải Hậu Xé')
    file.write_bytes(file.read_bytes().replace('Xé'.encode(), b'X\xe9', 1))
    assert faults(send(file, 'schools')) == [(1, 'text_encoding')]


def test_missing_coordinates_in_a_table(agency: Agency, send: Send) -> None:
    file = agency.text('t.csv', 'ma,ten_truong,cap_hoc,lon,lat\na,A,primary,106.2,\nb,B,primary,106.2,x\n')
    assert faults(send(file, 'schools')) == [(2, 'coordinates_missing'), (3, 'coordinates_missing')]


def test_a_table_row_with_too_many_cells(agency: Agency, send: Send) -> None:
    """A decimal comma between commas shifts every cell after it."""
    file = agency.text('t.csv', 'ma,ten_truong,cap_hoc,lon,lat\na,A,primary,106,2,20,3\n')
    assert (2, 'type') in faults(send(file, 'schools'))


def test_height_and_measure_are_dropped_with_a_note(agency: Agency, send: Send, query: Query) -> None:
    file = agency.geojson('t.geojson', [(agency.school('a'), shapely.Point(agency.east, agency.north, 7.5))])
    report = send(file, 'schools')
    assert 'Z' in report.notes[-1].en
    assert query('select st_astext(geom) from layer.schools') == [('POINT(570000 2250000)',)]


def test_single_parts_are_promoted_and_lone_parts_demoted(agency: Agency, send: Send, query: Query) -> None:
    square = agency.box(0, 0, 10)
    send(agency.geojson('b.geojson', [({'ma': 'a', 'cong_nang': 'public'}, square)]), 'buildings')
    assert query('select st_geometrytype(geom) from layer.buildings') == [('ST_MultiPolygon',)]
    send(agency.geojson('s.geojson', [(agency.school('a'), shapely.MultiPoint([agency.point()]))]), 'schools')
    assert query('select st_geometrytype(geom) from layer.schools') == [('ST_Point',)]


def test_the_register_fills_what_a_file_lacks(agency: Agency, send: Send, query: Query) -> None:
    """Code and name are enough for a district; parent and validity come from the locality's register."""
    row = {'district_code': '366', 'ten': 'Huyện Hải Hậu'}
    report = send(agency.geojson('d.geojson', [(row, agency.box(0, 0, 900))]), 'districts')
    assert 'valid_from' in report.notes[-1].en
    assert query('select code, name, parent_code, valid_from::text, valid_to::text from layer.districts') == [
        ('366', 'Huyện Hải Hậu', '36', '2004-07-08', '2025-07-01')
    ]


def test_a_code_that_the_register_does_not_know_on_the_day(agency: Agency, send: Send) -> None:
    """358 Mỹ Lộc was merged away on 2024-09-01."""
    file = agency.geojson('d.geojson', [({'ma': '358', 'ten': 'Huyện Mỹ Lộc'}, agency.box(0, 0, 900))])
    assert send(file, 'districts', dry_run=True).rows.good == 1
    report = send(file, 'districts', as_of='2024-09-01', dry_run=True)
    assert faults(report) == [(1, 'unknown_unit')]


@pytest.mark.parametrize('lang', ['vi', 'en'])
def test_the_html_report_stands_alone_in_both_languages(lang: str, agency: Agency, send: Send) -> None:
    rows = [(agency.school('<iframe>', SO_CHO='?'), agency.point()), (agency.school('b'), shapely.Point(0, 0))]
    html = page(send(agency.geojson('t.geojson', rows), 'schools'), Text(vi='Trường học', en='Schools'), lang)
    assert html.startswith('<!doctype html>')
    assert f'<html lang="{lang}">' in html
    assert 'Trả lại' in html
    assert 'Returned' in html
    assert '<circle' in html
    assert '<iframe' not in html
    assert 'http' not in html


def test_the_json_report_has_the_promised_members(agency: Agency, send: Send) -> None:
    report = json.loads(send(agency.schools('a'), 'schools').model_dump_json())
    assert {'layer', 'file', 'verdict', 'crs', 'text', 'columns', 'rows'} <= report.keys()
    assert (report['crs']['declared'], report['crs']['decided']) == ('EPSG:9209', 'EPSG:9209')
    assert report['crs'].keys() == {'declared', 'named', 'decided', 'candidates', 'rivals', 'overruled', 'by_address'}
    assert report['crs']['candidates'][0].keys() == {'crs', 'score', 'evidence', 'distance_m', 'places'}
    assert report['columns']['MA_TRUONG'] == 'code'
    assert report['text']['TEN_TRUONG']['encoding'] == 'utf-8'


def test_the_table_says_what_the_report_says(agency: Agency, send: Send) -> None:
    import io

    from rich.console import Console

    from etl.report.table import renderable

    out = io.StringIO()
    report = send(agency.geojson('t.geojson', [(agency.school('a', SO_CHO='?'), agency.point())]), 'schools')
    Console(file=out, width=200).print(renderable(report))
    assert 'Trả lại' in out.getvalue()
    assert 'không phải là số nguyên' in out.getvalue()

"""Equal faults are one line with a count, in numbers, days and units as Vietnamese has them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dothi.core.clock import local_moment, today
from dothi.core.locality import Locality
from dothi.core.numbers import number_vi
from dothi.core.text import Text
from dothi.core.units import unit_vi
from etl.doctor.rows.repair import SAYS
from etl.receipt.receipt import write_receipt
from etl.report.grouping import MOST_LINES, Fault, group_faults, repair_lines
from etl.report.model import Repair, Report, Rows
from etl.report.problems import message
from tests.etl.agency_words import must_be_a_page_for_agencies
from tests.etl.conftest import Agency, Send
from tests.present import present

OUTSIDE = Text(vi='nằm ngoài khung của địa phương.', en='lies outside.')


def faults(
    count: int,
    says: Callable[[int], Text] = lambda row: OUTSIDE,
    code: str = 'outside_locality',
    column: str | None = None,
    value: Callable[[int], str | None] = lambda row: None,
) -> list[Fault]:
    return [
        Fault(row, code, column, value(row), message(row, column, value(row), says(row))) for row in range(1, count + 1)
    ]


def test_two_thousand_rows_with_one_fault_are_one_line() -> None:
    (line,) = group_faults(faults(2_000))
    assert line.count == 2_000
    assert line.text.vi == '2.000 hàng: nằm ngoài khung của địa phương. (hàng 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …)'
    assert line.text.en.startswith('2,000 rows: lies outside. (rows 1, 2, 3')


def test_a_single_fault_keeps_its_own_words() -> None:
    (line,) = group_faults(faults(1))
    assert line.text.vi == 'Hàng 1: nằm ngoài khung của địa phương.'


def test_values_that_differ_are_named_in_the_line() -> None:
    (line,) = group_faults(faults(5, code='domain', column='LOAI', value=lambda row: f'v{row % 2}'))
    assert line.text.vi.startswith('5 hàng, cột LOAI: "v1", "v0" nằm ngoài')


def test_faults_of_other_columns_and_other_reasons_have_lines_of_their_own() -> None:
    mixed = [*faults(3), *faults(3, code='type', column='A'), *faults(3, code='type', column='B')]
    assert [line.count for line in group_faults(mixed)] == [3, 3, 3]
    assert len(group_faults(faults(MOST_LINES, lambda row: Text(vi=f'{row} m', en=f'{row} m')))) == MOST_LINES


def test_more_reasons_than_a_page_holds_are_one_line_with_the_title_of_their_kind() -> None:
    (line,) = group_faults(faults(MOST_LINES + 1, lambda row: Text(vi=f'{row} m', en=f'{row} m')))
    assert line.text.vi.startswith('21 hàng: Ngoài khung địa phương. Kiểm tra')


def test_what_is_not_listed_row_by_row_is_counted_all_the_same() -> None:
    """A report lists the first thousand faults and knows how many there are."""
    (line,) = group_faults(faults(1_000), {'outside_locality': 2_000})
    assert (line.count, line.text.vi[:12]) == (2_000, '2.000 hàng: ')


def test_a_receipt_of_many_equal_faults_is_short_and_vietnamese(
    agency: Agency, send: Send, tmp_path: Path, locality: Locality
) -> None:
    good = [(agency.school(f's{i}'), agency.point(10 * i)) for i in range(10)]
    bad = [(agency.school(f'x{i}', SO_CHO=1_000_000 + i), agency.point(10 * i, 50)) for i in range(1_200)]
    report = send(agency.geojson('t.geojson', [*good, *bad]), 'schools')
    html = write_receipt(present(report.delivery), tmp_path, locality).html.read_text(encoding='utf-8')
    must_be_a_page_for_agencies(html)
    vi = html.partition('Hàng lỗi, chưa được nhận')[2]
    assert vi.count('<tr>') == 2
    assert '1.200 hàng, cột SO_CHO: ' in vi
    assert ' chỗ. Kiểm tra giá trị và đơn vị.' in vi
    assert 'chỉ cho phép 2,0\u00a0%' in html
    assert 'lớp &#34;Trường học&#34;' in html
    assert f'{today(locality.place.zone):%d/%m/%Y}' in html


@pytest.mark.parametrize(
    ('value', 'form', 'text'),
    [(1234567, ',', '1.234.567'), (1234.5, ',.1f', '1.234,5'), (0.197, '.1%', '19,7\u00a0%'), (-0.5, 'g', '-0,5')],
)
def test_numbers_have_a_decimal_comma(value: float, form: str, text: str) -> None:
    assert number_vi(value, form) == text


def test_units_are_vietnamese_words_where_they_are_words() -> None:
    assert [unit_vi(unit) for unit in ('place', 'floor', 'm³/d', 'kV', None)] == ['chỗ', 'tầng', 'm³/ngày', 'kV', '']


@pytest.mark.parametrize('machine', ['UTC', 'America/Los_Angeles', 'Pacific/Kiritimati'])
def test_the_day_is_the_localitys_whatever_the_machines_zone_is(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """18:00 UTC on the 27th is one in the morning of the 28th in Vietnam."""
    import time

    monkeypatch.setenv('TZ', machine)
    time.tzset()
    now, zone = datetime(2026, 11, 27, 18, 0, tzinfo=UTC), ZoneInfo('Asia/Ho_Chi_Minh')
    assert today(zone, now) == date(2026, 11, 28)
    assert local_moment(now, zone) == '01:00 28/11/2026'
    assert local_moment(now, zone, 'en') == '01:00 28 November 2026'
    monkeypatch.undo()
    time.tzset()


def test_equal_repairs_are_one_line() -> None:
    """500 rings that touched themselves are one sentence with its rows, of which the report lists the first 3."""
    text = SAYS['make_valid']
    repairs = [
        Repair(row=row, repair='make_valid', message=f'Hàng {row}: {text.vi}', message_en=f'Row {row}: {text.en}')
        for row in (1, 2, 3)
    ]
    rows = Rows(read=600, good=600, repairs=repairs, repairs_by_kind={'make_valid': 500})
    (line,) = repair_lines(Report(layer='schools', file='t.csv', verdict='accepted', rows=rows))
    assert line.text.vi == '500 hàng: đã sửa hình tự chạm, diện tích giữ nguyên. (hàng 1, 2, 3, …)'
    assert line.text.en == '500 rows: it touched itself; made valid, area kept. (rows 1, 2, 3, …)'

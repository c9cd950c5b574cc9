"""Rows with the same key: copies cost nothing, contradictions are told, and nothing is chosen by chance."""

from dothi.core.locality import Locality
from etl.report.model import Report
from tests.etl.conftest import Agency, Query, Send


def faults(report: Report) -> list[tuple[int, str]]:
    return [(row.row, row.code) for row in report.rows.bad]


def test_of_identical_rows_the_first_is_kept(agency: Agency, send: Send, query: Query) -> None:
    """A copy is listed, and does not count towards the share of bad rows."""
    row = (agency.school('a'), agency.point())
    report = send(agency.geojson('t.geojson', [row, row, row]), 'schools')
    assert report.verdict == 'accepted'
    assert faults(report) == [(2, 'duplicate_row'), (3, 'duplicate_row')]
    assert 'hàng 1' in report.rows.bad[0].message
    assert query('select count(*) from layer.schools') == [(1,)]


def test_of_differing_rows_all_are_bad_where_nothing_is_known(agency: Agency, send: Send) -> None:
    rows = [(agency.school('a'), agency.point()), (agency.school('b'), agency.point())]
    rows.append((agency.school('a', SO_CHO=5), agency.point()))
    report = send(agency.geojson('t.geojson', rows), 'schools')
    assert faults(report) == [(1, 'key_duplicate'), (3, 'key_duplicate')]
    assert 'các hàng 1, 3' in report.rows.bad[0].message


def test_the_row_that_the_register_contradicts_is_the_bad_one(agency: Agency, send: Send) -> None:
    """366 is Hải Hậu by the register, so the row that calls it Nghĩa Hưng is wrong."""
    rows = [
        ({'ma': '366', 'ten': 'Huyện Nghĩa Hưng'}, agency.box(0, 0, 900)),
        ({'ma': '366', 'ten': 'Huyện Hải Hậu'}, agency.box(0, 1000, 900)),
    ]
    report = send(agency.geojson('d.geojson', rows), 'districts')
    assert faults(report) == [(1, 'key_duplicate')]
    assert 'Hải Hậu' in report.rows.bad[0].message


def test_the_row_outside_the_unit_that_it_names_is_the_bad_one(agency: Agency, send: Send, locality: Locality) -> None:
    """Two districts side by side; all communes lie in the district that they name, but for one of two with one key."""
    districts = [({'ma': code, 'ten': code}, agency.box(2000 * i, 0, 2000)) for i, code in enumerate(['365', '366'])]
    send(agency.geojson('d.geojson', districts), 'districts')
    dates = {'valid_from': '2020-03-01', 'valid_to': '2024-09-01'}
    named = {'parent_code': '366', **dates}
    rows = [({'ma': f'{i}', 'ten': f'{i}', **named}, agency.box(2000 + 50 * i, 0, 40)) for i in range(30)]
    rows.append(({'ma': '7', 'ten': 'lạc', **named}, agency.box(100, 0, 40)))
    report = send(agency.geojson('c.geojson', rows), 'communes', dry_run=True)
    assert faults(report) == [(31, 'key_duplicate')]
    assert '366' in report.rows.bad[0].message


def test_a_copy_of_a_differing_row_is_a_copy_still(agency: Agency, send: Send) -> None:
    rows = [(agency.school('a'), agency.point()), (agency.school('a', SO_CHO=5), agency.point())]
    report = send(agency.geojson('t.geojson', [*rows, rows[0]]), 'schools')
    assert faults(report) == [(1, 'key_duplicate'), (2, 'key_duplicate'), (3, 'duplicate_row')]


def test_a_message_does_not_name_thousands_of_rows(agency: Agency, send: Send) -> None:
    """A column that is no key at all: each of n messages with n rows would fill the memory."""
    rows = [(agency.school('a', SO_CHO=i), agency.point()) for i in range(200)]
    report = send(agency.geojson('t.geojson', rows), 'schools')
    assert report.rows.by_code == {'key_duplicate': 200}
    assert 'các hàng 1, 2, 3, 4, 5, …' in report.rows.bad[0].message

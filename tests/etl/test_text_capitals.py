"""TCVN3 holds no accented capitals: names get them back from what is known of the same row, and only those."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dothi.core.locality import Locality
from etl.register import register_rows
from tests.etl.conftest import Agency, Query, Send
from tests.present import present

DISTRICT = 'Huyện Ý Yên'


def table(agency: Agency, names: list[str], encoding: str) -> Path:
    """Schools a, b, c … with these names, as an old program writes them."""
    rows = ''.join(f'{"abcdef"[i]},{name},primary,106.2,20.3\n' for i, name in enumerate(names))
    file = agency.text('t.csv', '')
    file.write_bytes(('ma,ten_truong,cap_hoc,lon,lat\n' + rows).encode(encoding))
    return file


def districts(agency: Agency, name: str) -> Path:
    """The district 360 in TCVN3, called `name`."""
    row = {'ma': '360', 'ten': name.encode('tcvn3').decode('latin-1')}
    return agency.write('huyen.shp', [(row, agency.box(0, 0, 100))], encoding='ISO-8859-1')


@pytest.fixture
def names(query: Query) -> Callable[[], list[str]]:
    return lambda: [name for (name,) in query('select name from layer.schools order by code')]


def test_names_take_the_capitals_that_are_served_and_the_report_says_how_many(
    agency: Agency, send: Send, names: Callable[[], list[str]]
) -> None:
    before = ['Trường Ý Yên', 'Trường Úc Kỳ', 'Trường Hải Hậu']
    send(table(agency, before, 'utf-8'), 'schools')
    report = send(table(agency, ['Trường ý Yên', 'Trường úc Kỳ', 'Trường Hải Hậu'], 'tcvn3'), 'schools')
    assert report.text['ten_truong'].encoding == 'tcvn3'
    assert (names(), report.unchanged) == (before, True)
    assert next(note for note in report.notes if 'TCVN3' in note.en).vi.endswith('không có các chữ đó: 2.')


def test_a_name_that_differs_in_more_than_case_is_the_senders(
    agency: Agency, send: Send, names: Callable[[], list[str]]
) -> None:
    send(table(agency, ['Trường Ý Yên', 'Trường Ý Yên', 'Trường Vụ Bản'], 'utf-8'), 'schools')
    came = ['Trường ý Yến', 'Trường THCS ý Yên', 'Trường Vụ Bản']
    report = send(table(agency, came, 'tcvn3'), 'schools')
    assert names() == came
    assert not [note for note in report.notes if 'TCVN3' in note.en]


def test_unicode_keeps_its_small_letters(agency: Agency, send: Send, names: Callable[[], list[str]]) -> None:
    """Whoever can write a capital and does not, means it."""
    send(table(agency, ['Trường Ý Yên'], 'utf-8'), 'schools')
    send(table(agency, ['Trường ý Yên'], 'utf-8'), 'schools')
    assert names() == ['Trường ý Yên']


def test_a_unit_that_is_not_served_is_spelt_as_the_register_does(
    agency: Agency, send: Send, query: Query, locality: Locality
) -> None:
    layer = locality.layers['districts']
    registered = register_rows(layer, locality, locality.place.reference_date)
    assert present(registered).rows['360']['name'] == DISTRICT
    report = send(districts(agency, 'Huyện ý Yên'), 'districts', crs='EPSG:9209', encoding='tcvn3')
    assert report.verdict == 'accepted'
    assert query('select name from layer.districts') == [(DISTRICT,)]
    assert 'Column ten: values that took accented capitals from the known names, as TCVN3 has none: 1.' in [
        note.en for note in report.notes
    ]


def test_what_is_served_counts_before_the_register(agency: Agency, send: Send, query: Query) -> None:
    row = {'ma': '360', 'ten': 'HUYỆN Ý YÊN'}
    send(agency.geojson('1.geojson', [(row, agency.box(0, 0, 100))]), 'districts')
    send(districts(agency, 'Huyện ý Yên'), 'districts', crs='EPSG:9209', encoding='tcvn3')
    assert query('select name from layer.districts') == [('HUYỆN Ý YÊN',)]

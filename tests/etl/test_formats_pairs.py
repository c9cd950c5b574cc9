"""Both coordinates in one column, as offices that copy them from a phone or a drawing write them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.formats.coordinate_pair import parse_pair
from etl.formats.place import find_place
from etl.formats.source import Source
from tests.etl.conftest import Agency, Send

HEADER = 'Mã trường;Tên trường;Cấp học;{}\n'
NAMES = {
    'Tọa độ': (False, None, False),
    'Toạ độ (VN-2000)': (False, None, False),
    'Tọa độ X, Y': (False, None, False),
    'Vị trí (tọa độ)': (False, None, False),
    'GPS': (False, None, False),
    'LatLng': (True, 'EPSG:4326', True),
    'Tọa độ (vĩ độ, kinh độ)': (True, 'EPSG:4326', True),
    'Kinh độ, vĩ độ': (False, 'EPSG:4326', True),
    'Kinh độ, vĩ độ VN-2000': (False, 'EPSG:4756', True),
}


@pytest.mark.parametrize('name', NAMES)
def test_a_column_of_both_is_known_by_its_usual_names(name: str) -> None:
    place = find_place(['Mã', name, 'Tên'])
    assert place is not None
    assert (place.east, place.north, place.is_pair) == (1, 1, True)
    assert (place.north_first, place.implied_crs, place.axes_known) == NAMES[name]


@pytest.mark.parametrize('name', ['Vị trí', 'Hệ tọa độ', 'Ghi chú tọa độ', 'Tọa độ X', 'Toạ độ tim cống'])
def test_other_columns_do_not_hold_both(name: str) -> None:
    assert find_place(['Mã', name, 'Tên']) is None


def test_two_columns_go_before_one_that_holds_both() -> None:
    place = find_place(['Tọa độ', 'Kinh độ', 'Vĩ độ'])
    assert place is not None
    assert (place.east, place.north, place.is_pair) == (1, 2, False)


@pytest.mark.parametrize(
    'text',
    [
        '106.168, 20.429', '106,168; 20,429', '106,168, 20,429', '106.168,20.429', '106,168 20,429',
        '(106.168; 20.429)',
        '106.168\n20.429', '106.168 / 20.429', 'lat: 20.429, lon: 106.168', 'Kinh độ: 106.168; Vĩ độ: 20.429',
        '20.429N, 106.168E', 'N20.429 E106.168', '20,429°B 106,168°Đ', "106°10'4.8\"Đ, 20°25'44.4\"B",
        '106 10 4.8 20 25 44.4',
    ],
)  # fmt: skip
def test_degrees_are_parted_and_their_sides_and_names_tell_the_order(text: str) -> None:
    """Where a cell says neither, the first is the east, as in `X, Y`; which it is the doctor tells by the place."""
    assert parse_pair(text, north_first=False) == pytest.approx((106.168, 20.429))


@pytest.mark.parametrize(
    'text',
    [
        '2260342,55; 569542,12', '2260342.55 569542.12', 'X=2260342,55; Y=569542,12', 'X: 2260342.55 Y: 569542.12',
        '2.260.342,55 / 569.542,12', '2 260 342.55 569 542.12', '2,260,342.55, 569,542.12',
    ],
)  # fmt: skip
def test_metres_are_parted(text: str) -> None:
    assert parse_pair(text, north_first=False) == (2260342.55, 569542.12)
    assert parse_pair(text, north_first=True) == (569542.12, 2260342.55)


@pytest.mark.parametrize(
    'text', ['', '20.429', 'a, b', '1, 2, 3', '20,429,106,168', '20.4; nan', 'xem bản đồ', '20°70′B 106°Đ', '1 2 3 4 5']
)
def test_what_is_not_two_coordinates_is_none(text: str) -> None:
    """Four numbers between commas may be parted in several ways: no coordinates rather than wrong ones."""
    with pytest.raises(ValueError):  # noqa: PT011  # the cell is the message
        parse_pair(text, north_first=False)


@given(
    st.floats(100, 110).map(lambda value: round(value, 6)),
    st.floats(8, 24).map(lambda value: round(value, 6)),
    st.sampled_from([', ', '; ', ' ', '|', '\t', ' / ']),
    st.booleans(),
)
def test_whatever_was_written_is_read(east: float, north: float, between: str, north_first: bool) -> None:
    first, second = (north, east) if north_first else (east, north)
    assert parse_pair(f'{first}{between}{second}', north_first=north_first) == (east, north)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        east, north = parse_pair(text, north_first=False)
    except ValueError:
        return
    assert isinstance(east, float)
    assert isinstance(north, float)


def test_a_title_over_two_columns_is_not_a_column_of_both(agency: Agency, opened: Callable[..., Source]) -> None:
    """ "Tọa độ" stands in a merged cell over X and Y."""
    file = agency.folder / 't.csv'
    file.write_text(HEADER.format('Tọa độ;') + ';;;X;Y\na;Trường A;primary;2260342.5;569542.1\n', encoding='utf-8')
    source = opened(file)
    assert source.columns == ['Mã trường', 'Tên trường', 'Cấp học', 'X', 'Y']


@pytest.mark.parametrize(
    ('name', 'crs', 'places'),
    [
        ('Tọa độ', 'EPSG:4326', ['20.339696, 106.172298', '20.339696, 106.172393', '20.339695, 106.172489']),
        ('Tọa độ', 'EPSG:4326', ['106.172298; 20.339696', '106.172393; 20.339696', '106.172489; 20.339695']),
        ('LatLng', None, ['20.339696, 106.172298', '20.339696, 106.172393', '20.339695, 106.172489']),
        ('Tọa độ (VN-2000)', 'EPSG:9209', ['2250000 570000', '2250000 570010', '2250000 570020']),
        ('Tọa độ (VN-2000)', 'EPSG:9209', ['570000; 2250000', '570010; 2250000', '570020; 2250000']),
    ],
)
def test_the_same_schools_are_released_in_whichever_order_they_were_written(
    agency: Agency, send: Send, query: Callable[..., list[Any]], name: str, crs: str | None, places: list[str]
) -> None:
    """Three schools, 10 m from one to the next eastwards, from the corner where files of these tests begin."""
    rows = [f'{code};Trường {code};primary;"{place}"\n' for code, place in zip('abc', places, strict=True)]
    file = agency.folder / 't.csv'
    file.write_text(HEADER.format(name) + ''.join(rows), encoding='utf-8')
    report = send(file, 'schools', crs=crs)
    assert (report.verdict, report.rows.bad_rows) == ('accepted', 0)
    placed = query('select ST_X(geom) - 570000, ST_Y(geom) - 2250000 from layer.schools order by code')
    assert [pytest.approx(row, abs=0.5) for row in placed] == [(0, 0), (10, 0), (20, 0)]


def test_a_cell_without_two_coordinates_is_a_row_without_a_place(agency: Agency, send: Send) -> None:
    places = [f'2250000 {570_000 + 10 * number}' for number in range(60)] + ['xem bản đồ']
    rows = [f'{code};Trường {code};primary;{place}\n' for code, place in enumerate(places)]
    file = agency.folder / 't.csv'
    file.write_text(HEADER.format('Tọa độ') + ''.join(rows), encoding='utf-8')
    report = send(file, 'schools', crs='EPSG:9209', dry_run=True)
    assert [(row.row, row.code) for row in report.rows.bad] == [(62, 'coordinates_missing')]

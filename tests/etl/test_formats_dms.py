"""Coordinates as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.formats.dms import parse_coordinate


@pytest.mark.parametrize(
    'text',
    [
        '20°25\'44.4"N', "20°25'44,4''", '20º25’44,4”', '20° 25′ 44.4″ N', 'N20°25\'44.4"', '20 25 44,4',
        '20 25 44.4 N',
        '20:25:44.4', '20-25-44.4', '20°25 44.4', '20 độ 25 phút 44.4 giây', '20 ĐỘ 25 PHÚT 44,4 GIÂY Bắc',
        '20°25\'44.4"B', "20°25.74'", '20°25,74′', '20.429', '20,429', '20.429°', '20.429 N', 'N 20.429', ' +20.429 ',
    ],
)  # fmt: skip
def test_usual_spellings_of_one_latitude(text: str) -> None:
    assert parse_coordinate(text) == pytest.approx(20.429, abs=1e-12)


@pytest.mark.parametrize('text', ['106°10′06″Đ', '106°10′06″ E', "106°10'06'' Đông", '106 10 06'])
def test_east_has_four_names(text: str) -> None:
    assert parse_coordinate(text) == pytest.approx(106 + 10 / 60 + 6 / 3600, abs=1e-12)


@pytest.mark.parametrize('text', ['20°25\'44.4"S', '-20°25\'44.4"', '20°25\'44.4" Nam', '20.429W', '20.429 tây'])
def test_south_and_west_are_negative(text: str) -> None:
    assert parse_coordinate(text) == pytest.approx(-20.429, abs=1e-12)


@pytest.mark.parametrize(
    'text', ['2.260.342,55', '2,260,342.55', '2 260 342,55', '2 260 342.55', '2260342.55', '2260342,55']
)
def test_signs_of_thousands_are_no_decimal_signs(text: str) -> None:
    assert parse_coordinate(text) == 2260342.55


@pytest.mark.parametrize(
    ('text', 'number'),
    [('569.542', 569542), ('569,542', 569542), ('2.260.342', 2260342), ('106.168', 106.168), ('106,168', 106.168)],
)
def test_a_lone_sign_before_three_digits_is_decimal_where_degrees_may_be_meant(text: str, number: float) -> None:
    """569.542 is no longitude, and 570 m from where easting begins lies in another country."""
    assert parse_coordinate(text) == number


@pytest.mark.parametrize(
    'text',
    ['', 'abc', "20°60'00\"", "20°25'60\"", "20.5°30'", '21 2 3 4', '20°25\'44"N E', '20 Bắc Nam', 'nan', 'inf', '1_0',
     '0x10', '20.1.2', "1'2'3'", '20 25 60', '20 25X', '12 34 567'],
)  # fmt: skip
def test_what_is_no_coordinate_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 Python's own messages differ
        parse_coordinate(text)


SPELLINGS = ('{d}°{m}′{s}″{e}', '{d}°{m}\'{s}"{e}', '{d} {m} {s}', '{d}:{m}:{s} {e}', "{d} ° {m} ' {s} '' {e}")


@given(
    st.integers(0, 179),
    st.integers(0, 59),
    st.integers(0, 599_999),
    st.sampled_from(SPELLINGS),
    st.sampled_from('.,'),
    st.sampled_from(['', 'N', 'B', 'Đ', 'E']),
)
def test_degrees_survive_every_spelling(
    degrees: int, minutes: int, tenthousandths: int, spelling: str, decimal: str, end: str
) -> None:
    seconds = f'{tenthousandths / 10_000:.4f}'.replace('.', decimal)
    text = spelling.format(d=degrees, m=f'{minutes:02}', s=seconds, e=end)
    expected = degrees + minutes / 60 + tenthousandths / 36_000_000
    assert parse_coordinate(text) == pytest.approx(expected, abs=1e-12)


@given(st.integers(181_000, 9_999_999), st.integers(0, 999), st.sampled_from([('.', ','), (',', '.'), (' ', ',')]))
def test_metres_survive_signs_of_thousands(whole: int, thousandths: int, signs: tuple[str, str]) -> None:
    """Below 181 thousand `180.000` could be degrees."""
    thousands, decimal = signs
    grouped = f'{whole:,}'.replace(',', thousands)
    assert parse_coordinate(grouped) == whole
    assert parse_coordinate(f'{grouped}{decimal}{thousandths:03}') == pytest.approx(
        whole + thousandths / 1000, abs=1e-6
    )


@given(st.floats(-180, 180))
def test_decimal_degrees_are_themselves(number: float) -> None:
    assert parse_coordinate(f'{number:.9f}') == pytest.approx(number, abs=1e-9)
    assert parse_coordinate(f'{number:.9f}'.replace('.', ',')) == pytest.approx(number, abs=1e-9)


@given(st.text(alphabet='0123456789.,°\'"′″ NSEĐBTđộphút-+:', max_size=20))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = parse_coordinate(text)
    except ValueError:
        return
    assert number == number
    assert abs(number) < float('inf')

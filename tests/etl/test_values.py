"""Values are read as people and spreadsheets write them, and nothing is read wrongly."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import Array, TimestampArray

from dothi.core.layer import Column, ColumnType
from dothi.core.text import Text
from etl.doctor.rows.values import range_says
from etl.values import coded, convert, out_of_range, parse_number

CASES = [
    ('integer', '12', 12),
    ('integer', '12.0', 12),
    ('integer', '1 200', 1200),
    ('integer', '12,5', None),
    ('integer', '9' * 30, None),
    ('number', '12,5', 12.5),
    ('number', '1.234,5', 1234.5),
    ('number', '1,234.5', 1234.5),
    ('number', '1\u00a0234,5', 1234.5),
    ('number', 'nan', None),
    ('number', '1_000', None),
    ('number', '1.234.567', 1234567),
    ('boolean', 'Có', True),
    ('boolean', 'KHÔNG', False),
    ('boolean', 'yes', True),
    ('boolean', '0', False),
    ('boolean', 'maybe', None),
    ('date', '31/08/2024', date(2024, 8, 31)),
    ('date', '2024-08-31', date(2024, 8, 31)),
    ('date', '2024/08/31 00:00:00', date(2024, 8, 31)),
    ('date', '31/02/2024', None),
    ('date', '2024-08-31 12:00', None),
    ('timestamp', '2024-08-31T12:00:00+07:00', datetime(2024, 8, 31, 5, tzinfo=UTC)),
    ('timestamp', '31/08/2024', datetime(2024, 8, 31, tzinfo=UTC)),
    ('text', '  Nam Định ', 'Nam Định'),
]


@pytest.mark.parametrize(('type_', 'given_', 'expected'), CASES)
def test_text_becomes_the_value_that_it_means(
    type_: ColumnType, given_: str, expected: float | str | date | None
) -> None:
    values, bad = convert(pa.array([given_]), type_)
    assert values.to_pylist() == [expected]
    assert bad.tolist() == [expected is None]


@pytest.mark.parametrize('type_', ['text', 'integer', 'number', 'boolean', 'date', 'timestamp'])
def test_empty_cells_are_null_and_no_fault(type_: ColumnType) -> None:
    values, bad = convert(pa.array(['', '  ', None], pa.string()), type_)
    assert values.null_count == 3
    assert not bad.any()


@pytest.mark.parametrize(
    ('values', 'type_', 'expected'),
    [
        (pa.array([1.0, 2.5, np.nan]), 'integer', [1, None, None]),
        (pa.array([356, 366]), 'text', ['356', '366']),
        (pa.array([356.0, None]), 'text', ['356', None]),
        (pa.array([1, 0]), 'boolean', [True, False]),
        (pa.array([float('inf'), 1.5]), 'number', [None, 1.5]),
        (pa.array([20240831]), 'date', [date(2024, 8, 31)]),
        (pa.array([True]), 'integer', [None]),
    ],
)
def test_typed_columns_become_the_layers_type_only_where_they_mean_the_same(
    values: Array, type_: ColumnType, expected: list[float | str | date | None]
) -> None:
    assert convert(values, type_)[0].to_pylist() == expected


@pytest.mark.parametrize('type_', ['integer', 'number', 'text', 'boolean'])
def test_a_null_of_a_typed_column_is_no_fault(type_: ColumnType) -> None:
    values, bad = convert(pa.array([1.0, None]), type_)
    assert values[1].as_py() is None
    assert bad.tolist() == [False, False]


def test_a_domain_takes_codes_and_titles_in_any_spelling() -> None:
    domain = {'station': Text(vi='Trạm y tế', en='Health station'), 'hospital': Text(vi='Bệnh viện', en='Hospital')}
    given_ = pa.array(['station', 'TRẠM Y TẾ', 'benh vien', 'Hospital', 'trạm', None])
    values, bad = coded(given_, domain)
    assert values.to_pylist() == ['station', 'station', 'hospital', 'hospital', None, None]
    assert bad.tolist() == [False, False, False, False, True, False]


@given(st.floats(-1e12, 1e12), st.sampled_from(['.', ',']))
def test_any_number_survives_either_decimal_sign(number: float, sign: str) -> None:
    assert parse_number(f'{number:.6f}'.replace('.', sign)) == pytest.approx(number, abs=1e-6)


@given(st.floats(1e3, 1e12), st.sampled_from(['.,', ',.']))
def test_any_number_survives_groups_of_three_in_either_writing(number: float, signs: str) -> None:
    """signs: of decimals, and of thousands."""
    written = f'{number:,.6f}'.translate(str.maketrans('.,', signs))
    assert parse_number(written) == pytest.approx(number, abs=1e-6)


@pytest.mark.parametrize(
    'text', ['2212554.21,', '2212554.21,5', '1.23,4', '12,34,567.8', '1.234,567,8', '1,234.', '.5,25', '1,234.5.6']
)
def test_two_signs_that_are_no_groups_and_decimals_are_no_number(text: str) -> None:
    """A northing before a comma too many was read a hundred times too large."""
    with pytest.raises(ValueError, match=re.escape(text)):
        parse_number(text)


@given(st.lists(st.text(st.characters(exclude_categories=['Cs'], exclude_characters='\0'), max_size=20), max_size=20))
def test_any_text_is_stored_composed_and_trimmed_or_null(texts: list[str]) -> None:
    """What Arrow does in bulk is what Python does one by one, but for white space that only one of them knows."""
    values, bad = convert(pa.array(texts, pa.string()), 'text')
    assert not bad.any()
    for text, value in zip(texts, values.to_pylist(), strict=True):
        assert unicodedata.normalize('NFC', value or '').strip() == unicodedata.normalize('NFC', text).strip()


@pytest.mark.parametrize(
    ('limits', 'value', 'said'),
    [
        ({'min': 1, 'max': 100, 'unit': 'm'}, 3500, 'nằm ngoài khoảng 1–100 m.'),
        ({'max': 1_500_000, 'unit': 'person'}, 2_000_000, 'lớn hơn 1.500.000 người.'),
        ({'min': 0}, -1, 'nhỏ hơn 0.'),
    ],
)
def test_a_number_out_of_range_is_told_with_the_limits_that_there_are(
    limits: dict[str, Any], value: int, said: str
) -> None:
    column = Column(type='number', title=Text(vi='', en=''), **limits)
    assert said in range_says(column).vi
    assert out_of_range(pa.array([float(value)]), column).all()


def test_whole_numbers_of_any_size_are_held_against_the_limits() -> None:
    """Arrow compares no integer over 2^53 with a float."""
    column = Column(type='integer', title=Text(vi='', en=''), min=0, max=100)
    assert out_of_range(pa.array([2**62, -(2**62), 5, None]), column).tolist() == [True, True, False, False]


def test_a_nul_character_is_a_fault_and_not_a_crash() -> None:
    """PostgreSQL cannot store it."""
    assert convert(pa.array(['a\0b']), 'text')[1].tolist() == [True]


@pytest.mark.parametrize(
    ('given', 'moment'),
    [
        # noon by the clock of +07:00 is five in the morning in UTC
        (['2024-08-31T12:00'], '2024-08-31T05:00'),
        (['2024-08-31T12:00+00:00'], '2024-08-31T12:00'),
        # a day begins at midnight UTC, whatever the clock
        (['31/08/2024'], '2024-08-31T00:00'),
        (pa.array([1_725_105_600_000], pa.timestamp('ms')), '2024-08-31T05:00'),
        (pa.array([1_725_105_600_000], pa.timestamp('ms', tz='UTC')), '2024-08-31T12:00'),
    ],
)
def test_a_moment_without_a_zone_is_by_the_clock_of_the_layer(given: list[str] | TimestampArray, moment: str) -> None:
    values, bad = convert(given if isinstance(given, pa.Array) else pa.array(given), 'timestamp', '+07:00')
    assert values.to_pylist() == [datetime.fromisoformat(moment).replace(tzinfo=UTC)]
    assert not bad.any()

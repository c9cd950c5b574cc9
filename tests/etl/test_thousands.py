"""A number with one sign before three digits is never divided by a thousand silently."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest

from dothi.core.layer import Column, ColumnType
from dothi.core.text import Text
from etl.thousands import plain
from etl.values import convert
from tests.etl.conftest import Agency, Query, Send


def read(type_: ColumnType, texts: Sequence[str | None], **limits: Any) -> tuple[list[float | None], list[bool]]:
    column = Column(type=type_, title=Text(vi='', en=''), **limits)
    values, unsure = plain(pa.array(texts), column)
    return convert(values, type_)[0].to_pylist(), unsure.tolist()


@pytest.mark.parametrize(
    ('texts', 'expected'),
    [
        (['20.000', '12,5'], [20_000, 12.5]),
        (['20.000', '1.234.567'], [20_000, 1_234_567]),
        (['20.000', '12.345,6'], [20_000, 12_345.6]),
        (['20.000', '3.5'], [20, 3.5]),
        (['20.000', '0.750'], [20, 0.75]),
        (['20.000', '1500.000'], [20, 1500]),
        (['20,000', '1.5'], [20_000, 1.5]),
        (['20.000', '1,234,567'], [20, 1_234_567]),
        ([' 20.000 ', None, '12,5'], [20_000, None, 12.5]),
        (['+20.000', '+3.5'], [20, 3.5]),
    ],
)
def test_the_column_tells_which_sign_is_decimal(texts: list[str | None], expected: list[float | None]) -> None:
    values, unsure = read('number', texts)
    assert values == expected
    assert not any(unsure)


def test_the_limits_of_the_layer_tell_where_the_column_does_not() -> None:
    assert read('number', ['+20.000', '5.500'], min=1_000, max=100_000) == ([20_000, 5_500], [False, False])
    assert read('number', ['20.000', '5.500'], min=0, max=100) == ([20, 5.5], [False, False])


def test_what_nothing_tells_is_read_as_decimal_and_told() -> None:
    assert read('number', ['20.000', '7', '5.500']) == ([20, 7, 5.5], [True, False, True])
    assert read('number', ['20.000', '3.5', '12,5']) == ([20, 3.5, 12.5], [True, False, False])


def test_a_whole_number_has_thousands_and_no_decimals() -> None:
    assert read('integer', ['12.000', '-1,500', '7']) == ([12_000, -1_500, 7], [False] * 3)
    assert read('integer', ['12.000', '0.000']) == ([12, 0], [False] * 2)


def test_a_delivery_warns_of_each_number_that_could_be_either(agency: Agency, send: Send, query: Query) -> None:
    """The limits of a water plant's capacity, 0 and 1,000,000 m³ a day, allow both."""
    lines = ['MA_NMN;TEN_NMN;NGUON_NUOC;CONG_SUAT;X;Y', 'a;A;river;20.000;570000;2250000',
             'b;B;river;800;570900;2250000']  # fmt: skip
    report = send(agency.text('1.csv', '\n'.join(lines)), 'water_plants', crs='EPSG:9209')
    assert report.rows.warnings_by_code == {'number_ambiguous': 1}
    (warning,) = report.rows.warnings
    assert (warning.row, warning.column) == (2, 'CONG_SUAT')
    assert 'dấu thập phân' in warning.message


def test_a_delivery_reads_thousands_where_the_column_has_a_decimal_comma(
    agency: Agency, send: Send, query: Query
) -> None:
    lines = ['MA_NMN;TEN_NMN;NGUON_NUOC;CONG_SUAT;X;Y', 'a;A;river;20.000;570000;2250000',
             'b;B;river;800,5;570900;2250000']  # fmt: skip
    report = send(agency.text('1.csv', '\n'.join(lines)), 'water_plants', crs='EPSG:9209')
    assert not report.rows.warnings
    assert query('select capacity_m3_d from layer.water_plants order by code') == [(20_000,), (800.5,)]

"""How a result's values are written for people."""

import math
from datetime import date

import pytest

from processes.forms.numbers import format_day, format_number, unit_of, value_text
from processes.forms.words import MemberWords
from processes.outputs import SHARED


@pytest.mark.parametrize(
    ('value', 'unit', 'vi', 'en'),
    [
        (0.197, 'share', '19,7\xa0%', '19.7\xa0%'),
        (1.0, 'share', '100\xa0%', '100\xa0%'),
        # 65 people of 167,752 were 0 %
        (65 / 167_752, 'share', '0,0387\xa0%', '0.0387\xa0%'),
        (0.0, 'share', '0\xa0%', '0\xa0%'),
        (26_114, 'm', '26.114\xa0m', '26,114\xa0m'),
        (26_113.6, 'm', '26.114\xa0m', '26,114\xa0m'),
        (3.14159, 'km', '3,14\xa0km', '3.14\xa0km'),
        (12.0, None, '12', '12'),
        (-0.00126, None, '-0,00126', '-0.00126'),
        (0, 'person', '0\xa0người', '0\xa0people'),
        (2.5, '1/km2', '2,5\xa01/km²', '2.5\xa01/km²'),
        (2.5, 'm2/person', '2,5\xa0m²/người', '2.5\xa0m²/person'),
        (2.5, '1', '2,5', '2.5'),
        (math.nan, 'm', '–', '–'),
    ],
)
def test_numbers_are_written_in_the_manner_of_the_language(value: float, unit: str | None, vi: str, en: str) -> None:
    assert format_number(value, 'vi', unit) == vi
    assert format_number(value, 'en', unit) == en


def test_a_name_tells_its_unit() -> None:
    """As the project names its columns: with the unit at the end, the longest ending counting."""
    assert [unit_of(name) for name in ('distance_m', 'overlap_m2', 'share_covered', 'way_km', 'population')] == [
        'm', 'm²', 'share', 'km', None,
    ]  # fmt: skip


def test_a_value_of_any_kind_is_one_line() -> None:
    assert value_text(None, 'vi') == '–'
    assert value_text(True, 'vi') == 'có'
    assert value_text({'vi': 'Ước tính', 'en': 'Estimate'}, 'vi') == 'Ước tính'
    assert value_text([{'line_id': 'L1', 'voltage_kv': 22.0}, 'x'], 'en') == 'line_id: L1, voltage_kv: 22\xa0kV; x'


def test_a_member_without_a_title_goes_by_its_name_without_the_unit() -> None:
    assert MemberWords({}, 'en').heading('widest_gap_m') == 'Widest gap (m)'
    assert MemberWords(SHARED, 'vi').title('population') == 'Dân số'


def test_days() -> None:
    assert format_day(date(2026, 9, 1), 'vi') == '01/09/2026'
    assert format_day(date(2026, 9, 1), 'en') == '1 September 2026'

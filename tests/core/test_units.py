"""Units of layer files in the notation of UCUM."""

import pytest

from dothi.core.text import Lang
from dothi.core.units import ucum, unit_words


@pytest.mark.parametrize(
    ('unit', 'expected'),
    [
        ('m', 'm'), ('ha', 'har'), ('m²', 'm2'), ('°C', 'Cel'), ('year', 'a'), ('%', '%'), ('m3/h', 'm3/h'),
        ('bed', '{bed}'), ('person/km²', '{person}/km2'), ('mm/day', 'mm/d'), ('t/ha', 't/har'), ('a}b', '{a)b}'),
    ],
)  # fmt: skip
def test_units_are_those_of_ucum(unit: str, expected: str) -> None:
    """What is counted, and what UCUM has no sign for, stands in braces as a remark."""
    assert ucum(unit) == expected


@pytest.mark.parametrize(
    ('unit', 'lang', 'written'),
    [
        ('place', 'en', 'places'), ('place', 'vi', 'chỗ'), ('person/ha', 'en', 'people/ha'),
        ('m²/person', 'en', 'm²/person'), ('m²/person', 'vi', 'm²/người'), ('kV', 'en', 'kV'), (None, 'en', ''),
    ],
)  # fmt: skip
def test_a_unit_that_is_a_word_stands_in_words_in_each_language(unit: str | None, lang: Lang, written: str) -> None:
    assert unit_words(unit, lang) == written
    assert unit_words('place', 'en', of_one=True) == 'place'

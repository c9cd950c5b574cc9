"""Units of layer files in the notation of UCUM, and in words."""

from collections.abc import Iterator
from typing import Any

import pytest

from dothi.core.indicator_set import indicator_set, indicator_sets
from dothi.core.locality import load_locality
from dothi.core.text import Lang, Text
from dothi.core.units import UNIT_WORDS, ucum, unit_words, with_unit
from processes.registry import all_processes
from tests.nam_dinh import NAM_DINH


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


@pytest.mark.parametrize(
    ('value', 'unit', 'written'),
    [
        (1_000, 'm³/d', Text(vi='1.000 m³/ngày', en='1,000 m³/d')), (1, 'person', Text(vi='1 người', en='1 person')),
        (137, 'building', Text(vi='137 công trình', en='137 buildings')), (2026, None, Text(vi='2026', en='2026')),
    ],
)  # fmt: skip
def test_a_number_has_its_unit_in_the_words_of_the_language(value: float, unit: str | None, written: Text) -> None:
    assert with_unit(value, unit) == written


def test_every_unit_that_is_a_word_has_one_in_each_language() -> None:
    """What UCUM has no sign for is a word of ours; English ones would stand in Vietnamese texts."""
    parts = {part for unit in units_of_the_product() for part in unit.split('/')}
    assert {part for part in parts if ucum(part) == f'{{{part}}}'} - set(UNIT_WORDS) == set()


def units_of_the_product() -> Iterator[str]:
    """Of all layers, coverages, indicator sets and results of analyses."""
    locality = load_locality(NAM_DINH)
    described: list[Any] = [column for layer in locality.layers.values() for column in layer.columns.values()]
    described += [band for coverage in locality.coverages.values() for band in coverage.bands.values()]
    for name in indicator_sets(locality):
        evaluation = indicator_set(name, locality)
        described += [*evaluation.measures.values(), *evaluation.indicators.values()]
    outputs = [output for process in all_processes().values() for output in process.outputs.values()]
    described += [member for output in outputs for member in output.members.values()]
    yield from (part.unit for part in described if part.unit and part.unit != 'share')

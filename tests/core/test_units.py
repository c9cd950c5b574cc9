"""Units of layer files in the notation of UCUM."""

import pytest

from dothi.core.units import ucum


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

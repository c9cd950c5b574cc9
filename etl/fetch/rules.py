"""Columns of a layer out of those of an open file, by the rules of its source."""

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from dothi.core.text import without_accents
from etl.fetch.source import Mapping, Rule

Values = Sequence[str | None]
ANY = '*'
NUMBER = re.compile(r'\d+(?:[.,]\d+)?')


def chosen(columns: dict[str, Values], rows: int, mapping: Mapping) -> NDArray[np.bool_]:
    """Which rows the mapping takes: those where one column of `where` has a wanted value."""
    if not mapping.where:
        return np.ones(rows, dtype=bool)
    matches = np.zeros(rows, dtype=bool)
    for name, wanted_values in mapping.where.items():
        values = columns.get(name, [None] * rows)
        matches |= [value is not None and (ANY in wanted_values or value in wanted_values) for value in values]
    return matches


def column(rule: Rule, columns: dict[str, Values], rows: int, unit_code: Callable[[str], str | None]) -> list[object]:
    """The values of a layer's column, None where the rule finds none. unit_code: see `units.by_name`."""
    tag_values = [columns[name] for name in rule.tag if name in columns] or [[None] * rows]
    first = (next((value for value in row if value), None) for row in zip(*tag_values, strict=True))
    return [None if value is None else _value(rule, value, unit_code) for value in first]


def _value(rule: Rule, text: str, unit_code: Callable[[str], str | None]) -> object:
    if rule.unit:
        return unit_code(text)
    if rule.number:
        number = NUMBER.match(text.strip())
        return float(number[0].replace(',', '.')) if number else None
    value = _translated(rule, text) if rule.values or rule.patterns else text
    return None if value is None else rule.prefix + value


def _translated(rule: Rule, text: str) -> str | None:
    if text in rule.values:
        return rule.values[text]
    plain = without_accents(text)
    return next((value for pattern, value in rule.patterns if re.search(pattern, plain, re.IGNORECASE)), None)

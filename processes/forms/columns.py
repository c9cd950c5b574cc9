"""The properties of a result's features as columns: their types, and their values as a table takes them."""

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from dothi.core.layer import ColumnType

DAY = re.compile(r'\d{4}-\d{2}-\d{2}')

type Feature = dict[str, Any]


def columns_of(features: Sequence[Feature]) -> dict[str, ColumnType]:
    """Type of every property, in the order in which they appear; what has no value anywhere is text."""
    values: dict[str, list[Any]] = {}
    for feature in features:
        for name, value in (feature.get('properties') or {}).items():
            kept = values.setdefault(name, [])
            if value is not None:
                kept.append(value)
    return {name: _type(found) for name, found in values.items()}


def _type(values: list[Any]) -> ColumnType:
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return 'boolean'
    if kinds == {int}:
        return 'integer'
    if kinds and kinds <= {int, float}:
        return 'number'
    if kinds == {str} and all(_is_day(value) for value in values):
        return 'date'
    return 'text'


def _is_day(value: str) -> bool:
    if not DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def rows_of(features: Sequence[Feature], columns: dict[str, ColumnType]) -> list[dict[str, Any]]:
    """The features' values by column, as Python has the column's type; what is nested becomes JSON."""
    return [
        {name: cell((feature.get('properties') or {}).get(name), kind) for name, kind in columns.items()}
        for feature in features
    ]


def cell(value: Any, kind: ColumnType) -> Any:
    """A value as its column has it."""
    if value is None:
        return None
    if kind == 'number':
        return float(value)
    if kind == 'date':
        return date.fromisoformat(value)
    if kind == 'timestamp':
        return datetime.fromisoformat(value)
    if kind == 'text' and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return value

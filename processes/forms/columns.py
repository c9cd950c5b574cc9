"""The properties of a result's features as the columns of a table."""

from collections.abc import Sequence
from typing import Any

from dothi.core.layer import ColumnType
from processes.reading.geojson_layers import cell_of, column_types

type Feature = dict[str, Any]


def properties_of(features: Sequence[Feature]) -> list[dict[str, Any]]:
    """The properties of each feature; none where they are no object, which only an echo can have."""
    members = [feature.get('properties') for feature in features]
    return [properties if isinstance(properties, dict) else {} for properties in members]


def columns_of(features: Sequence[Feature]) -> dict[str, ColumnType]:
    """Type of every property, in the order in which they appear; what has no value anywhere is text."""
    return column_types(properties_of(features))


def rows_of(features: Sequence[Feature], columns: dict[str, ColumnType]) -> list[dict[str, Any]]:
    """The features' values by column; what is nested becomes JSON."""
    return [{name: cell_of(row.get(name), kind) for name, kind in columns.items()} for row in properties_of(features)]

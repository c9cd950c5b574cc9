"""What is wrong with a feature that an editor sends: the layer file's checks, each fault with its place in the body."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dothi.core.errors import DataRefused, did_you_mean
from dothi.core.layer import Column, ColumnType, Layer
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.doctor.columns import Matching
from etl.doctor.coordinates import Reading
from etl.doctor.rows.geometry import Area, place
from etl.doctor.rows.values import TYPE_WORDS, attributes, required
from etl.prepare import Prepared
from etl.reference import extent_polygon
from etl.report.problems import Finding

GEOMETRY = '/geometry'
# What JSON has for a value of each type; dates come as text.
JSON_TYPES: dict[ColumnType, tuple[type, ...]] = {
    'text': (str,),
    'integer': (int, float),
    'number': (int, float),
    'boolean': (bool,),
    'date': (str,),
    'timestamp': (str,),
}
ARROW: dict[ColumnType, Any] = {'integer': pa.int64(), 'number': pa.float64(), 'boolean': pa.bool_()}
LONGEST_INTEGER = 2**63
# JSON may write numbers that no float holds.
LARGEST_NUMBER = 1.7e308


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. row: which of the features. pointer: where in it (RFC 6901)."""

    pointer: str
    code: str
    says: Text
    row: int = 0


@dataclass(frozen=True)
class Submitted:
    """A feature as it was sent: values by column, and a geometry, which is None where there is none."""

    properties: dict[str, Any]
    geometry: Any


class Unfit(DataRefused):
    """A feature that the layer cannot take, with all that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(
            vi='; '.join(f'{fault.pointer}: {fault.says.vi}' for fault in faults),
            en='; '.join(f'{fault.pointer}: {fault.says.en}' for fault in faults),
        )


def unknown_properties(names: Sequence[str], columns: Sequence[str]) -> list[Fault]:
    """A fault for each name that is no column, with the nearest column."""
    return [_unknown(name, columns) for name in names if name not in columns]


def prepared(features: Sequence[Submitted], reading: Reading, layer: Layer, locality: Locality) -> Prepared:
    """The features as rows of the layer, numbered from 1, ready to be staged; raises Unfit with every fault.

    reading: how the coordinates of the geometries are to be read.
    """
    matching = Matching({name: name for name in layer.columns}, [], [])
    columns, findings = _arrays(features, layer)
    typed, misfits = attributes(columns, layer, matching, _as_is, len(features))
    findings += misfits
    findings += required(typed, layer, matching, findings)
    geometry = np.array([feature.geometry for feature in features], dtype=object)
    placed = place(geometry, layer, reading, locality.srid, Area(extent_polygon(locality)), [])
    faults = [fault for finding in findings + placed.findings for fault in _faults(finding)]
    if faults:
        raise Unfit(faults)
    return Prepared(pa.array(np.arange(1, len(features) + 1)), typed, placed.geometry, [], 0, placed.flattened)


def pointer_to(column: str) -> str:
    """The JSON pointer of a property."""
    return '/properties/' + column.replace('~', '~0').replace('/', '~1')


def _arrays(features: Sequence[Submitted], layer: Layer) -> tuple[dict[str, Any], list[Finding]]:
    """Each column's values as an array, null where JSON has another type than the column; and where that is."""
    arrays: dict[str, Any] = {}
    findings: list[Finding] = []
    for name, column in layer.columns.items():
        values = [feature.properties.get(name) for feature in features]
        wrong = [row for row, value in enumerate(values) if not fits(value, column)]
        if wrong:
            findings.append(Finding('type', np.array(wrong), must_be(column), name))
        stored_values = [None if row in wrong else _as_stored(value, column) for row, value in enumerate(values)]
        arrays[name] = pa.array(stored_values, ARROW.get(column.type, pa.string()))
    return arrays, findings


def fits(value: Any, column: Column) -> bool:
    """Whether JSON's `value` is of the column's type, and one that the database can hold."""
    if value is None:
        return True
    if isinstance(value, bool) != (column.type == 'boolean') or not isinstance(value, JSON_TYPES[column.type]):
        return False
    number: Any = value if column.type in ('integer', 'number') else 0
    whole: bool = column.type != 'integer' or (-LONGEST_INTEGER <= number < LONGEST_INTEGER and number == int(number))
    return whole and bool(abs(number) < LARGEST_NUMBER)


def _as_stored(value: Any, column: Column) -> Any:
    makers: dict[ColumnType, type] = {'integer': int, 'number': float}
    return value if value is None or column.type not in makers else makers[column.type](value)


def _faults(finding: Finding) -> list[Fault]:
    pointer = GEOMETRY if finding.column is None else pointer_to(finding.column)
    rows = enumerate(finding.rows)
    return [Fault(pointer, finding.code, finding.text(position), int(row)) for position, row in rows]


def must_be(column: Column) -> Text:
    """What a value that does not fit the column has to be."""
    words = TYPE_WORDS[column.type]
    return Text(vi='phải là {words}.', en='must be {words}.').format(words=words)


def _unknown(name: str, columns: Sequence[str]) -> Fault:
    hint = did_you_mean(name, columns)
    says = Text(vi='lớp không có thuộc tính này. {hint}', en='the layer has no such property. {hint}').format(hint=hint)
    return Fault(pointer_to(name), 'unknown_property', says)


def _as_is(values: Any, _column: str) -> tuple[Any, NDArray[np.bool_]]:
    """JSON is UTF-8: there is nothing to decode."""
    return values, np.zeros(len(values), dtype=bool)

"""Columns that a delivery lacks, filled from the locality's register of units."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.doctor.columns import Matching
from etl.report.problems import Finding
from etl.values import convert


@dataclass(frozen=True)
class RegisterRows:
    """What the register says of each code on one day."""

    key: str
    on: date
    rows: dict[str, dict[str, str]]


def register_rows(layer: Layer, locality: Locality, on: date) -> RegisterRows | None:
    """The layer's register as it stood on the day `on`, or None where the layer has none."""
    if layer.register_ is None:
        return None
    return RegisterRows(layer.register_.key, on, locality.register(layer.register_, on))


def fill(
    typed: dict[str, Any], layer: Layer, matching: Matching, register: RegisterRows | None
) -> tuple[dict[str, Any], list[Finding]]:
    """The columns, those that the file lacks taken from the register by code; and rows whose code it lacks.

    A code that the register does not know is a fault only where a required column was to be filled.
    """
    if register is None or not matching.filled:
        return typed, []
    codes = typed[register.key]
    filled = {name: _looked_up(codes, name, layer, register) for name in matching.filled}
    needed = any(layer.columns[name].required or name in layer.key for name in matching.filled)
    unknown = pc.and_(pc.is_valid(codes), pc.invert(pc.is_in(codes, pa.array(list(register.rows), pa.string()))))
    rows = np.flatnonzero(np.asarray(unknown)) if needed else np.array([], dtype=np.intp)
    return typed | filled, [_unknown(rows, matching, register)] if rows.size else []


def _looked_up(codes: Any, name: str, layer: Layer, register: RegisterRows) -> Any:
    register_values = pa.array([row[name] for row in register.rows.values()], pa.string())
    position = pc.index_in(codes, pa.array(list(register.rows), pa.string()))
    return convert(pc.take(register_values, position), layer.columns[name].type)[0]


def _unknown(rows: Any, matching: Matching, register: RegisterRows) -> Finding:
    says = Text(
        vi=f'không phải là mã đơn vị có hiệu lực ngày {register.on:%d/%m/%Y}. Sửa mã, hoặc cho biết dữ liệu là của '
        'ngày nào.',
        en=f'is not the code of a unit in force on {register.on}. Correct it, or say of which day the data is.',
    )
    return Finding('unknown_unit', rows, says, matching.source(register.key))

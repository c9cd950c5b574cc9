"""Numbers in another unit than the layer's: outside the limits, and inside them by the factor between two units."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dothi.core.layer import Column, Layer
from dothi.core.numbers import number_vi
from dothi.core.text import Text
from dothi.core.units import unit_vi
from etl.doctor.columns import Matching
from etl.report.problems import Finding

# Other units by how many of them make one of the layer's, the likelier first: drawings are in millimetres, and
# decimetres are hardly met. Counted things, such as beds, have none.
OTHER_UNITS: dict[str, dict[float, str]] = {
    'm': {1_000: 'mm', 0.001: 'km', 100: 'cm', 10: 'dm'},
    'km': {1_000: 'm'},
    'cm': {10: 'mm', 0.01: 'm', 0.1: 'dm'},
    'mm': {0.001: 'm', 0.1: 'cm', 0.01: 'dm'},
    'm²': {0.0001: 'ha', 0.000001: 'km²'},
    'ha': {10_000: 'm²', 0.01: 'km²'},
    'kV': {1_000: 'V'},
    'W': {0.001: 'kW'},
    'kW': {1_000: 'W', 0.001: 'MW'},
    'MW': {1_000: 'kW'},
    'MVA': {1_000: 'kVA'},
    't': {1_000: 'kg'},
    't/d': {1_000: 'kg/d'},
    'm³/d': {1_000: 'L/d'},
}
# Above this share of a column's values the column is in the other unit, and is told of once.
MAJORITY = 0.5


def likely_factors(values: NDArray[np.float64], column: Column) -> NDArray[np.float64]:
    """By value outside the column's limits: the likeliest factor by which it is in another unit, nan for none."""
    factors = np.full(len(values), np.nan)
    for factor, fits in fitting(values, column).items():
        factors[fits & np.isnan(factors)] = factor
    return factors


def fitting(values: NDArray[np.float64], column: Column) -> dict[float, NDArray[np.bool_]]:
    """By factor: which values it brings within the limits; needs a column with a unit and both limits."""
    low, high = column.min, column.max
    if low is None or high is None:
        return {}
    scaled = {factor: values / factor for factor in OTHER_UNITS.get(column.unit or '', {})}
    return {factor: (value >= low) & (value <= high) & (values != 0) for factor, value in scaled.items()}


def range_texts(values: NDArray[np.float64], column: Column, says: Text) -> Text | Sequence[Text]:
    """What to say of each value outside the limits: `says`, and the likely unit where there is one."""
    factors = likely_factors(values, column)
    if np.isnan(factors).all():
        return says
    pairs = zip(values, factors, strict=True)
    return [says if np.isnan(factor) else _in_unit(value, factor, column, says) for value, factor in pairs]


def counted(typed: dict[str, Any], layer: Layer) -> Counter[str]:
    """How many values each column has of which a unit can be told."""
    limited_columns = [
        name for name, c in layer.columns.items() if c.unit in OTHER_UNITS and None not in (c.min, c.max)
    ]
    return Counter({name: len(typed[name]) - typed[name].null_count for name in limited_columns})


def count(
    findings: list[Finding], typed: dict[str, Any], layer: Layer, matching: Matching
) -> Counter[tuple[str, float]]:
    """How many values of each column each factor would bring within the limits."""
    off: Counter[tuple[str, float]] = Counter()
    names = {matching.source(name): name for name in layer.columns}
    for finding in findings:
        if finding.code == 'range' and finding.column is not None:
            name = names[finding.column]
            values = numbers(typed[name].take(pa.array(finding.rows)))
            off.update({(name, f): int(fits.sum()) for f, fits in fitting(values, layer.columns[name]).items()})
    return off


def whole_columns(off: Counter[tuple[str, float]], values: Counter[str]) -> dict[str, tuple[float, int]]:
    """By column that is mostly in another unit: the factor that fits most values, and their number."""
    factors: dict[str, tuple[float, int]] = {}
    for (name, factor), count_ in sorted(off.items(), key=lambda item: -item[1]):
        if name not in factors and count_ > MAJORITY * values[name]:
            factors[name] = factor, count_
    return factors


def numbers(values: Any) -> NDArray[np.float64]:
    """An Arrow array of numbers as floats, nan for null."""
    return np.asarray(values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=float)


def whole_column(source: str, column: Column, factor: float, off: int, values: int) -> Text:
    """Most of a column is in another unit."""
    unit = _other_unit(column, factor)
    return Text(
        vi=f'Cột {source}: {number_vi(off)} trong {number_vi(values)} giá trị có vẻ ghi theo {unit_vi(unit)}; lớp '
        f'cần {unit_vi(column.unit)}. '
        f'Đổi cả cột sang {unit_vi(column.unit)} rồi giao lại.',
        en=f'Column {source}: {off} of {values} values seem to be in {unit}; the layer has {column.unit}. '
        f'Convert the whole column to {column.unit} and deliver again.',
    )


def _other_unit(column: Column, factor: float) -> str:
    return OTHER_UNITS[column.unit or ''][factor]


def _in_unit(value: float, factor: float, column: Column, says: Text) -> Text:
    right, unit = value / factor, _other_unit(column, factor)
    return Text(
        vi=f'{says.vi} Có vẻ ghi theo {unit_vi(unit)}: khi đó là {number_vi(right, ",.6g")} {unit_vi(column.unit)}.',
        en=f'{says.en} It seems to be in {unit}: {right:,.6g} {column.unit} then.',
    )

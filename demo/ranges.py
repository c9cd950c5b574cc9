"""Figures of the demo within what the locality's layers allow."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from demo.files import Table
from dothi.core.layer import Column, Layer


def within_ranges(table: Table, layer: Layer | None) -> Table:
    """The table with each number moved to the nearest that the layer takes; as it is where there is no layer.

    Few communes with many people would otherwise get schools that the desk refuses.
    """
    if layer is None:
        return table
    declared = {source: column for name, column in layer.columns.items() for source in (name, *column.sources)}
    columns = {
        name: _clipped(values, declared[name]) if name in declared else values for name, values in table.columns.items()
    }
    return replace(table, columns=columns)


def _clipped(values: NDArray[np.generic], column: Column) -> NDArray[np.generic]:
    """The numbers between the column's bounds, of their own type; what is no number stays."""
    if values.dtype.kind not in 'iuf':
        return values
    lowest, highest = column.min, column.max
    if values.dtype.kind != 'f':
        lowest, highest = None if lowest is None else np.ceil(lowest), None if highest is None else np.floor(highest)
    return np.asarray(np.clip(values, lowest, highest).astype(values.dtype))

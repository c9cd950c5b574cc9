"""Names of administrative units in the place of the codes by which filters name them."""

from collections.abc import Callable, Mapping

from dothi.core.layer import Column
from dothi.core.unit_codes import unit_codes
from processes.data import Data

# The name of the unit that a column names by a code; None for a code of no unit, and of a column that names none.
type UnitNaming = Callable[[Column, str], str | None]
# Codes and names by layer, of the units that columns name.
type UnitReader = Callable[[Mapping[str, Column]], dict[str, list[tuple[str, str]]]]


def without_names(_column: Column, _code: str) -> None:
    """No unit has a name, where no database is at hand."""


def unit_naming(read: UnitReader) -> UnitNaming:
    """Names as `read` has them; the units of a layer are read when the first of them is named."""
    by_layer: dict[str, dict[str, str]] = {}

    def name_of(column: Column, code: str) -> str | None:
        layer = column.unit_layer
        if layer is None:
            return None
        if layer not in by_layer:
            by_layer[layer] = dict(read({layer: column}).get(layer, []))
        return by_layer[layer].get(code)

    return name_of


def units_of(data: Data) -> UnitNaming:
    """Names as a run reads them."""
    return unit_naming(lambda columns: unit_codes(data.db, columns, data.locality, data.audience))

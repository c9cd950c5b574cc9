"""A change with its place in the list, by which whoever sent it is told what is wrong with it."""

import json
from dataclasses import dataclass
from typing import Any

import shapely

from dothi.core.text import Text
from etl.editing.checks import Fault
from processes.scenario.changes import fault_of_change


@dataclass(frozen=True)
class NumberedChange[C]:
    """number: counted from 1."""

    number: int
    change: C

    def fault(self, place: str, code: str, says: Text) -> Fault:
        """What is wrong with it. place: where in it, such as /geometry."""
        return fault_of_change(self.number, place, code, says)


def read_shape(geometry: dict[str, Any]) -> Any:
    """The GeoJSON geometry as a flat shape; None where it cannot be read."""
    try:
        return shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    except (shapely.errors.GEOSException, RecursionError):
        return None


def unreadable(numbered: NumberedChange[Any]) -> Fault:
    """The fault of a geometry that cannot be read."""
    says = Text(vi='không phải hình học GeoJSON đọc được.', en='is no readable GeoJSON geometry.')
    return numbered.fault('/geometry', 'geometry_invalid', says)

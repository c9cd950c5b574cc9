"""Power lines from tower to tower."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.chance import generator
from demo.curves import Points, wiggled
from demo.outline import Outline, metres

SPAN_M = 320.0


@dataclass(frozen=True)
class PowerLine:
    """One overhead line; each vertex is a tower."""

    code: str
    name: str
    voltage_kv: float
    insulated: bool
    line: shapely.LineString


def draw_power_lines(outline: Outline) -> list[PowerLine]:
    """The lines of the outline between its substations, a tower every 200 to 320 m."""
    stations = {name: metres([point])[0] for name, point in outline.data['substations'].items()}
    return [_power_line(outline, item, stations, i) for i, item in enumerate(outline.data['power_lines'], 1)]


def _power_line(outline: Outline, item: dict[str, Any], stations: dict[str, Points], number: int) -> PowerLine:
    voltage, name = float(item['voltage_kv']), str(item['name'])
    corners = outline.way(item['via'], stations)
    towers = wiggled(corners, generator(0, name), 0.004, SPAN_M)
    code = f'{outline.data["code_prefix"]}-{voltage:.0f}-{number:02d}'
    return PowerLine(code, f'{voltage:.0f} kV {name}', voltage, bool(item['insulated']), _line(towers))


def _line(towers: Points) -> shapely.LineString:
    return shapely.LineString(np.round(towers, 2))


def geometries(lines: list[PowerLine]) -> NDArray[np.object_]:
    """The lines as an array of LineStrings."""
    return np.array([line.line for line in lines], dtype=object)

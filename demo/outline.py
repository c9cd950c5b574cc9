"""The hand-drawn province: districts that share edges, rivers, and where roads and power lines pass."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry

from demo.chance import generator
from demo.curves import Points, smoothed, wiggled

OUTLINE = Path(__file__).with_name('outline.json')
SMOOTH_STEP_M = {'river': 250.0, 'coast': 300.0, 'land': 400.0}
WIGGLE_SHARE = {'river': 0.02, 'coast': 0.04, 'land': 0.07}
WIGGLE_SHORTEST_M = {'river': 130.0, 'coast': 120.0, 'land': 150.0}


@dataclass(frozen=True)
class River:
    """A river by its centre line, in parts that follow each other down to the sea."""

    code: str
    name: str
    width_m: float
    line: MultiLineString

    @cached_property
    def water(self) -> BaseGeometry:
        """The water surface: the centre line, half the width to either side."""
        return self.line.buffer(self.width_m / 2, quad_segs=4)


class Outline:
    """What `outline.json` holds, in metres of EPSG:9209, every curve drawn once."""

    def __init__(self, path: Path = OUTLINE) -> None:
        self.data: dict[str, Any] = json.loads(path.read_text(encoding='utf-8'))

    @cached_property
    def edges(self) -> dict[str, Points]:
        """Curve of each edge by name; both neighbours of an edge use these same vertices."""
        return {name: self._edge(name, edge) for name, edge in self.data['edges'].items()}

    def _edge(self, name: str, edge: dict[str, Any]) -> Points:
        nodes = self.data['nodes']
        return natural_curve(metres([nodes[edge['from']], *edge['via'], nodes[edge['to']]]), name, edge['kind'])

    def walk(self, name: str) -> Points:
        """Vertices of an edge, backwards for '-name'."""
        return self.edges[name[1:]][::-1] if name.startswith('-') else self.edges[name]

    @cached_property
    def districts(self) -> dict[str, Polygon]:
        """Polygon of each district by code."""
        rings = {code: [self.walk(name) for name in item['ring']] for code, item in self.data['districts'].items()}
        return {code: Polygon(np.vstack([piece[:-1] for piece in ring])) for code, ring in rings.items()}

    @cached_property
    def centres(self) -> dict[str, Points]:
        """Seat of each district by code, and centre of each town by its commune code."""
        seats = {code: item['centre'] for code, item in self.data['districts'].items()}
        return {code: metres([point])[0] for code, point in (self.data['towns'] | seats).items()}

    @property
    def towns(self) -> dict[str, Points]:
        """Centre of each town by its commune code."""
        return {code: self.centres[code] for code in self.data['towns']}

    def grain_rad(self, district: str) -> float:
        """Direction in which the village streets of a district run, counter-clockwise from east."""
        return float(np.radians(self.data['districts'][district]['grain_deg']))

    @cached_property
    def rivers(self) -> list[River]:
        """The rivers of the outline, in the order of its file: the largest first."""
        return [self._river(item) for item in self.data['rivers']]

    def _river(self, item: dict[str, Any]) -> River:
        parts = [
            LineString(self.walk(part) if isinstance(part, str) else natural_curve(metres(part), item['code'], 'river'))
            for part in item['parts']
        ]
        return River(item['code'], item['name'], float(item['width_m']), MultiLineString(parts))

    @cached_property
    def coast(self) -> MultiLineString:
        """The shore, from the mouth of the northern border river to that of the western one."""
        names = [name for name, edge in self.data['edges'].items() if edge['kind'] == 'coast']
        return MultiLineString([LineString(self.edges[name]) for name in names])

    @cached_property
    def wetlands(self) -> BaseGeometry:
        """Mangroves and fish ponds outside the sea dike, where nobody lives."""
        return shapely.union_all([Polygon(metres(ring)) for ring in self.data['wetlands']])

    @cached_property
    def province(self) -> BaseGeometry:
        """All districts together."""
        return shapely.coverage_union_all(list(self.districts.values()))

    @cached_property
    def dry_land(self) -> BaseGeometry:
        """Where people build: the province without rivers, their banks, the beach and the wetlands."""
        water = shapely.union_all([river.line.buffer(river.width_m / 2 + 30, quad_segs=4) for river in self.rivers])
        beach = self.coast.buffer(300, quad_segs=4)
        return self.province.difference(shapely.union_all([water, beach, self.wetlands]))

    def way(self, via: list[Any], places: dict[str, Points]) -> Points:
        """Waypoints in metres; a name stands for that place's point."""
        return np.array([places[point] if isinstance(point, str) else metres([point])[0] for point in via])


def metres(kilometres: list[list[float]]) -> Points:
    """Points in metres, shape (n, 2)."""
    return np.round(np.array(kilometres, dtype=float) * 1000, 3)


def natural_curve(points: Points, name: str, kind: str) -> Points:
    """Natural curve through hand-drawn points, in whole millimetres, the same for every seed."""
    curve = smoothed(points, SMOOTH_STEP_M[kind])
    return np.round(wiggled(curve, generator(0, name), WIGGLE_SHARE[kind], WIGGLE_SHORTEST_M[kind]), 3)

"""What a demo province is drawn on: its regions, rivers and coast, and where roads and power lines pass."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry

from demo.chance import generator
from demo.curves import Points, smoothed, wiggled
from demo.register import Unit
from dothi.core.crs import srid_of

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
    """What a locality's `demo/outline.json` holds, in metres of its `crs`, every curve drawn once.

    Its regions are the units of the largest level, and their communes are those whose parent they are.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    @property
    def srid(self) -> int:
        """EPSG number of the system in which it is drawn."""
        return srid_of(self.data['crs'])

    @property
    def areas(self) -> dict[str, Polygon]:
        """What is divided into communes, by the code that `area_of` gives a commune: here the regions."""
        return self.regions

    def area_of(self, unit: Unit) -> str:
        """The area that the commune is a part of."""
        return unit.parent_code

    def region_of(self, unit: Unit) -> str:
        """The region that the commune lies in."""
        return unit.parent_code

    def region_units(self, units: list[Unit]) -> list[Unit]:
        """The units that the regions are, in the order of the register."""
        return [unit for unit in units if unit.level == units[0].level]

    def counted(self, units: list[Unit]) -> list[Unit]:
        """The units, each with a population: here as the register has them."""
        return units

    @property
    def sites(self) -> dict[str, Points]:
        """Where communes lie whose place is known, by code: here the towns."""
        return self.towns

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
    def regions(self) -> dict[str, Polygon]:
        """Polygon of each region by code."""
        rings = {code: [self.walk(name) for name in item['ring']] for code, item in self.data['regions'].items()}
        return {code: Polygon(np.vstack([piece[:-1] for piece in ring])) for code, ring in rings.items()}

    @cached_property
    def centres(self) -> dict[str, Points]:
        """Seat of each region by code, and centre of each town by its commune code."""
        return self.towns | self.seats

    @cached_property
    def seats(self) -> dict[str, Points]:
        """Seat of each region by code."""
        return {code: metres([item['centre']])[0] for code, item in self.data['regions'].items()}

    @cached_property
    def towns(self) -> dict[str, Points]:
        """Centre of each town by its commune code."""
        return {code: metres([point])[0] for code, point in self.data['towns'].items()}

    @cached_property
    def salt_land(self) -> BaseGeometry:
        """Regions where salt is made by the sea."""
        return shapely.union_all([self.regions[code] for code in self.data.get('salt', [])])

    @cached_property
    def works(self) -> BaseGeometry:
        """The industrial zones."""
        zones = self.data['industry']
        return shapely.union_all([shapely.Point(metres([z['at']])[0]).buffer(z['radius_km'] * 1000) for z in zones])

    def grain_rad(self, region: str) -> float:
        """Direction in which the village streets of a region run, counter-clockwise from east."""
        return float(np.radians(self.data['regions'][region]['grain_deg']))

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
        """All regions together."""
        return shapely.coverage_union_all(list(self.regions.values()))

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

"""A demo province made up around points: for a locality whose units have a known place and no drawn outline.

Everything is made up but the points: borders lie halfway between neighbours, rivers run along borders from inland to
the sea, main roads and power lines join the seats of regions, which are groups of neighbouring communes.
"""

from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Voronoi, cKDTree
from shapely import LineString, MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry

from demo.chance import generator
from demo.curves import Points
from demo.outline import Outline, River, natural_curve
from demo.points import Site
from demo.register import REGION, Unit
from demo.roads import neighbour_pairs

COMMUNES_PER_REGION = 9
# People per km2 of a ward and of a rural commune, where no census figure is known.
WARD_DENSITY, RURAL_DENSITY = 2200, 850
# How far the province goes beyond its outermost points, as a share of the side of a mean commune.
MARGIN = 0.55
SMOOTH_M = 900.0
# 0 follows every point, 1 is convex.
HULL_RATIO = 0.5
# The coast is the border within this angle of the bearing of the sea, seen from the middle.
COAST_HALF_ANGLE_RAD = np.radians(30)
WETLAND_M = 320.0
# Code, name, width in metres, and from where it comes: degrees to the right of where it goes.
RIVERS = (('SONG-CAI', 'Sông Cái', 350.0, 180.0), ('SONG-CON', 'Sông Con', 160.0, 105.0))
# How far from a seat towards the next commune works and substations lie.
WORKS_SHARE, SUBSTATION_SHARE = 0.42, 0.22
INLAND_BEARING_DEG = 90.0
VOLTAGES_KV = (220, 110, 35)


class Sketch(Outline):
    """An outline made up around the places of communes.

    sea_bearing_deg: where the sea is, seen from the middle, clockwise from north; None for a locality without coast.
    """

    def __init__(self, sites: list[Site], crs: str, prefix: str, sea_bearing_deg: float | None) -> None:
        self._units = [site.unit for site in sites]
        self._points = np.array([site.at for site in sites])
        self._area_km2 = np.array([site.area_km2 for site in sites])
        self._sea_bearing_deg = sea_bearing_deg
        self._group = _grouped(self._points)
        self._seat_of_group = [self._seat(group) for group in range(int(self._group.max()) + 1)]
        super().__init__({'crs': crs, 'code_prefix': prefix, **self._places(), **self._ways()})

    def _seat(self, group: int) -> int:
        """Index of the commune that is the seat of a group: the ward nearest to its middle, or any commune."""
        members = np.flatnonzero(self._group == group)
        wards = [i for i in members if self._units[i].is_ward]
        middle = self._points[members].mean(axis=0)
        return int(min(wards or members, key=lambda i: float(np.hypot(*(self._points[i] - middle)))))

    def _places(self) -> dict[str, Any]:
        """Seats, towns, works and substations, in the form of a drawn outline."""
        seats = self._seat_of_group
        towns = sorted({i for i, unit in enumerate(self._units) if unit.is_ward} | {*seats})
        names = [self._units[seat].short_name for seat in seats]
        return {
            'regions': {
                self._units[seat].code: {'centre': _km(self._points[seat]), 'grain_deg': 17 * i % 90}
                for i, seat in enumerate(seats)
            },
            'towns': {self._units[i].code: _km(self._points[i]) for i in towns},
            'industry': [
                {'name': name, 'at': self._beside(seat, WORKS_SHARE), 'radius_km': 0.7}
                for name, seat in zip(names[::2], seats[::2], strict=True)
            ],
            'substations': {
                name: self._beside(seat, SUBSTATION_SHARE) for name, seat in zip(names, seats, strict=True)
            },
        }

    def _beside(self, seat: int, share: float) -> list[float]:
        """A point on the way from a seat to the nearest other commune."""
        nearest = cKDTree(self._points).query(self._points[seat], 2)[1][1]
        return _km(self._points[seat] + share * (self._points[nearest] - self._points[seat]))

    def _ways(self) -> dict[str, Any]:
        """Main roads and power lines between neighbouring seats; every third road is a national one."""
        units = [self._units[seat] for seat in self._seat_of_group]
        pairs = [[units[i] for i in pair] for pair in neighbour_pairs(self._points[self._seat_of_group])]
        return {
            'roads': [
                {
                    'name': f'ĐT {481 + i}' if i % 3 else f'QL {41 + i}',
                    'class': 'provincial' if i % 3 else 'national',
                    'via': [start.code, end.code],
                }
                for i, (start, end) in enumerate(pairs)
            ],
            'power_lines': [
                {
                    'name': f'{start.short_name} - {end.short_name}',
                    'voltage_kv': VOLTAGES_KV[i * len(VOLTAGES_KV) // len(pairs)],
                    'insulated': False,
                    'via': [start.short_name, end.short_name],
                }
                for i, (start, end) in enumerate(pairs)
            ],
        }

    @cached_property
    def province(self) -> Polygon:
        """What lies around the points, with a natural border."""
        margin_m = MARGIN * 1000 * float(np.sqrt(self._area_km2.mean()))
        hull = (
            shapely.concave_hull(shapely.MultiPoint(self._points), ratio=HULL_RATIO)
            .buffer(margin_m)
            .buffer(-margin_m / 3)
        )
        corners = shapely.get_coordinates(shapely.get_exterior_ring(hull.simplify(SMOOTH_M)))
        whole = Polygon(natural_curve(corners, 'border', 'land')).buffer(0)
        return Polygon(max(shapely.get_parts(whole), key=lambda part: part.area).exterior)

    @cached_property
    def _middle(self) -> Points:
        """The middle of the province, or a point inside where it bends around its middle."""
        centroid = self.province.centroid
        inside = centroid if self.province.contains(centroid) else self.province.representative_point()
        return np.array(inside.coords[0])

    @property
    def areas(self) -> dict[str, Polygon]:
        """The province as a whole is divided into communes."""
        return {'': self.province}

    def area_of(self, unit: Unit) -> str:
        """The province as a whole."""
        del unit
        return ''

    @property
    def sites(self) -> dict[str, Points]:
        """The place of every commune, by its code."""
        return {unit.code: point for unit, point in zip(self._units, self._points, strict=True)}

    def region_of(self, unit: Unit) -> str:
        """The code of its region, which is that of the region's seat."""
        return str(self._units[self._seat_of_group[self._group[self._units.index(unit)]]].code)

    def counted(self, units: list[Unit]) -> list[Unit]:
        """The units, those without a census figure with a population that their area suggests."""
        smallest = units[-1].level
        counted = [self._estimated(unit) if unit.level == smallest and not unit.population else unit for unit in units]
        self._units = [unit for unit in counted if unit.level == smallest]
        return counted

    def _estimated(self, unit: Unit) -> Unit:
        density = WARD_DENSITY if unit.is_ward else RURAL_DENSITY
        return replace(unit, population=round(self._area_km2[self._units.index(unit)] * density))

    def region_units(self, units: list[Unit]) -> list[Unit]:
        """The regions as units: each has the code and name of its seat and the people of all its communes."""
        del units
        return [
            Unit(
                code=self._units[seat].code,
                level=REGION,
                name=self._units[seat].name,
                parent_code=self._units[seat].parent_code,
                valid_from=date.min,
                valid_to=None,
                population=sum(
                    unit.population for unit, of in zip(self._units, self._group, strict=True) if of == group
                ),
            )
            for group, seat in enumerate(self._seat_of_group)
        ]

    @cached_property
    def coast(self) -> MultiLineString:
        """The border towards the sea; nothing where there is none."""
        if self._sea_bearing_deg is None:
            return MultiLineString()
        border = shapely.intersection(self.province.exterior, self._sector(self._sea_bearing_deg, COAST_HALF_ANGLE_RAD))
        merged = shapely.get_parts(shapely.line_merge(border))
        return MultiLineString([max(merged, key=lambda part: part.length)])

    def _sector(self, bearing_deg: float, half_angle_rad: float) -> Polygon:
        middle, reach = self._middle, 1e6
        angles = np.radians(bearing_deg) + np.array([-half_angle_rad, 0, half_angle_rad])
        return Polygon([middle, *(middle + reach * np.column_stack([np.sin(angles), np.cos(angles)]))])

    @cached_property
    def wetlands(self) -> BaseGeometry:
        """A strip along the coast."""
        return self.coast.buffer(WETLAND_M).intersection(self.province)

    @cached_property
    def rivers(self) -> list[River]:
        """Rivers along borders of communes, to the sea, or across a locality without one."""
        mouth_deg = INLAND_BEARING_DEG if self._sea_bearing_deg is None else self._sea_bearing_deg
        return [
            River(code, name, width_m, MultiLineString([self._course(code, mouth_deg + from_deg, mouth_deg)]))
            for code, name, width_m, from_deg in RIVERS
        ]

    def _course(self, code: str, from_deg: float, to_deg: float) -> LineString:
        """A course from one side of the province to the other, a little beyond its border at both ends."""
        diagram = Voronoi(np.vstack([self._points, _far_around(self._points)]))
        inside = np.asarray(shapely.contains_xy(self.province.buffer(-SMOOTH_M), *diagram.vertices.T))
        ends = np.array(
            [pair for pair in diagram.ridge_vertices if min(pair) >= 0 and all(inside[end] for end in pair)]
        )
        start, stop = (self._border_point(deg) for deg in (from_deg, to_deg))
        via = _shortest(diagram.vertices, ends, start, stop)
        middle = self._middle
        course = [start + 0.02 * (start - middle), *via, stop + 0.02 * (stop - middle)]
        return LineString(natural_curve(np.round(np.array(course), 2), code, 'river'))

    def _border_point(self, bearing_deg: float) -> Points:
        ray = self._sector(bearing_deg, np.radians(0.5)).intersection(self.province.exterior)
        return np.array(max(shapely.get_parts(ray), key=lambda part: part.length).centroid.coords[0])


def _km(point: Points) -> list[float]:
    return [round(float(value) / 1000, 5) for value in point]


def _grouped(points: Points) -> NDArray[np.intp]:
    """Number of the region of each point: those near each other, about as many in each."""
    count = max(4, round(len(points) / COMMUNES_PER_REGION))
    groups = kmeans2(points, count, minit='++', rng=generator(0, 'regions'))[1]
    return np.unique(groups, return_inverse=True)[1]


def _far_around(points: Points) -> Points:
    """Four points far off, so that every commune has a bounded cell."""
    middle, reach = points.mean(axis=0), 20 * float(np.ptp(points, axis=0).max())
    return np.asarray(middle + reach * np.array([(-1, 0), (1, 0), (0, -1), (0, 1)]))


def _shortest(at: Points, ends: NDArray[np.intp], start: Points, stop: Points) -> Points:
    """The vertices of the shortest way along the edges, from that nearest to `start` to that nearest to `stop`."""
    used = np.unique(ends)
    first, last = (int(used[np.argmin(np.hypot(*(at[used] - point).T))]) for point in (start, stop))
    length_m = np.hypot(*(at[ends[:, 0]] - at[ends[:, 1]]).T)
    graph = coo_array((length_m, (ends[:, 0], ends[:, 1])), shape=(len(at), len(at))).tocsr()
    before = dijkstra(graph, directed=False, indices=first, return_predecessors=True)[1]
    way = [last]
    while way[-1] != first:
        way.append(int(before[way[-1]]))
    return at[way[::-1]]

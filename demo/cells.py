"""Commune sites and cells: Lloyd's algorithm in each region, and a coverage without gaps."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from demo.chance import generator
from demo.curves import Points, wiggled

LLOYD_ROUNDS = 40
SAMPLES_PER_SITE = 150
GRID_M = 0.001
BORDER_WIGGLE = 0.06
BORDER_SHORTEST_M = 120.0
SMALLEST_PART_M2 = 150_000.0


@dataclass(frozen=True)
class Area:
    """A region to be divided: its polygon, where in it sites may lie, how many, and which may not move."""

    code: str
    polygon: Polygon
    settled: BaseGeometry
    cells: int
    fixed: Points
    crowded_at: Points | None


def sites(area: Area, seed: int) -> Points:
    """Sites of the area's cells, shape (cells, 2): the fixed ones first, the others centroidal.

    Where the area has a crowded middle, cells get smaller towards it.
    """
    if area.cells == len(area.fixed):
        return area.fixed
    chance = generator(seed, f'sites {area.code}')
    samples = _samples(area, chance)
    free = samples[chance.choice(len(samples), area.cells - len(area.fixed), replace=False)]
    for _ in range(LLOYD_ROUNDS):
        owner = np.asarray(cKDTree(np.vstack([area.fixed, free])).query(samples)[1]) - len(area.fixed)
        free = np.array([samples[owner == i].mean(axis=0) if np.any(owner == i) else free[i] for i in range(len(free))])
    return np.vstack([area.fixed, free])


def _samples(area: Area, chance: np.random.Generator) -> Points:
    """Random points inside the area, denser towards its crowded middle."""
    west, south, east, north = area.polygon.bounds
    sample_count = SAMPLES_PER_SITE * area.cells * (6 if area.crowded_at is not None else 1)
    points = chance.uniform((west, south), (east, north), (3 * sample_count, 2))
    inside = np.asarray(points[shapely.contains_xy(area.settled, *points.T)])
    if area.crowded_at is None:
        return inside
    away_km = np.hypot(*(inside - area.crowded_at).T) / 1000
    return np.asarray(inside[chance.random(len(inside)) < 1 / (1 + (away_km / 0.9) ** 2.6)])


def borders(area: Area, points: Points, seed: int) -> list[Points]:
    """Wiggled borders between the cells of an area; they overshoot its outline by a little.

    The overshoot makes each border cross the outline, so that noding finds a crossing and no near miss.
    """
    around = area.polygon.buffer(20_000).envelope
    edges = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=around, only_edges=True))
    inside = shapely.get_parts(shapely.intersection(edges, area.polygon.buffer(4, quad_segs=1)))
    lines = [shapely.get_coordinates(line) for line in inside if line.geom_type == 'LineString' and line.length > 0]
    chance = generator(seed, f'borders {area.code}')
    return [wiggled(line, chance, BORDER_WIGGLE, BORDER_SHORTEST_M) for line in sorted(lines, key=lambda c: c.tolist())]


def faces(outlines: list[Polygon], inner: list[Points]) -> NDArray[np.object_]:
    """Faces of the plane cut by all outlines and inner borders, noded on a grid of 1 mm."""
    rings = [polygon.exterior for polygon in outlines]
    lines = shapely.union_all([*rings, *(shapely.LineString(line) for line in inner)], grid_size=GRID_M)
    return shapely.get_parts(shapely.polygonize([lines]))


def coverage(areas: list[Area], points: list[Points], seed: int) -> list[list[BaseGeometry]]:
    """Cells of each area in the order of its sites: no gaps, no overlaps, shared vertices."""
    inner = [line for area, own in zip(areas, points, strict=True) for line in borders(area, own, seed)]
    parts = faces([area.polygon for area in areas], inner)
    middles = shapely.point_on_surface(parts)
    return [
        _cells(area, own, parts[shapely.contains(area.polygon, middles)])
        for area, own in zip(areas, points, strict=True)
    ]


def _cells(area: Area, points: Points, parts: NDArray[np.object_]) -> list[BaseGeometry]:
    owner = _owners(points, parts)
    return [shapely.coverage_union_all(parts[owner == i]) for i in range(area.cells)]


def _owners(points: Points, parts: NDArray[np.object_]) -> NDArray[np.intp]:
    """Index of the site of each face; small detached faces join the neighbour with the longest common border."""
    owner = np.asarray(cKDTree(points).query(shapely.get_coordinates(shapely.point_on_surface(parts)))[1])
    size = shapely.area(parts)
    for i in np.argsort(size):
        largest = size[owner == owner[i]].max()
        if size[i] < min(largest, SMALLEST_PART_M2):
            owner[i] = owner[_closest_neighbour(parts, i)]
    return owner


def _closest_neighbour(parts: NDArray[np.object_], i: int) -> int:
    shared = shapely.length(shapely.intersection(shapely.boundary(parts), shapely.boundary(parts[i])))
    shared[i] = -1
    return int(np.argmax(shared))

"""Local streets: ribbons and links between paddy fields, town grids, and roads along the dikes.

A delta village is a row of houses along a ribbon: a long lane beside a canal. Ribbons of a region run
side by side in one direction, bent by a slow warp of the plane; short links join neighbouring ribbons.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from demo.chance import generator
from demo.curves import Points

Floats = NDArray[np.float64]
Lines = NDArray[np.object_]


@dataclass(frozen=True)
class Pattern:
    """How the streets of a place lie: direction, distances, and how ragged they are."""

    grain_rad: float
    ribbon_every_m: float
    link_every_m: float
    lanes_per_km2: float
    step_m: float
    raggedness: float


def street_pattern(area: BaseGeometry, pattern: Pattern, seed: int, name: str) -> Lines:
    """Streets of one area: ribbons along the grain and links across, clipped to the area.

    Links end on vertices of the ribbons, so the network is connected wherever the area is.
    """
    chance = generator(seed, f'streets {name}')
    middle = np.array(area.centroid.coords[0])
    reach = float(shapely.hausdorff_distance(area.centroid, area.boundary)) + pattern.ribbon_every_m
    across = _ragged_steps(-reach, reach, pattern.ribbon_every_m, pattern.raggedness / 3, chance)
    links = [_link_places(reach, gap, pattern, chance) for gap in np.diff(across)]
    lines = _ribbons(across, links, reach, pattern) + _links(across, links, pattern, chance)
    index = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    return clipped(np.asarray(shapely.linestrings(warped(np.vstack(lines), middle, pattern), indices=index)), area)


def _ragged_steps(start: float, stop: float, every: float, raggedness: float, chance: np.random.Generator) -> Floats:
    steps = every * chance.uniform(1 - raggedness, 1 + raggedness, int((stop - start) / every * 1.5) + 2)
    places = start + np.cumsum(steps)
    return np.asarray(places[places < stop])


def _link_places(reach: float, gap: float, pattern: Pattern, chance: np.random.Generator) -> Floats:
    """Where links leave one ribbon for the next: at ragged intervals, and close together at hamlets."""
    regular = _ragged_steps(-reach, reach, pattern.link_every_m, pattern.raggedness, chance)
    hamlets = chance.uniform(-reach, reach, chance.poisson(pattern.lanes_per_km2 / 3 * 2 * reach * gap / 1e6))
    lanes = [hamlet + np.array([0, 85, 170]) + chance.normal(0, 6, 3) for hamlet in hamlets]
    places = np.sort(np.concatenate([regular, *lanes]))
    return np.asarray(places[np.diff(places, prepend=-np.inf) > 55])


def _ribbons(across: Floats, links: list[Floats], reach: float, pattern: Pattern) -> list[Points]:
    """One polyline per ribbon, with a vertex at each link on either side."""
    regular = np.arange(-reach, reach, pattern.step_m)
    sides = [np.empty(0), *links, np.empty(0)]
    along = [np.unique(np.concatenate([regular, sides[i], sides[i + 1]])) for i in range(len(across))]
    return [np.column_stack([u, np.full(len(u), v)]) for u, v in zip(along, across, strict=True)]


def _links(across: Floats, links: list[Floats], pattern: Pattern, chance: np.random.Generator) -> list[Points]:
    """Straight ways from a ribbon to the next; a ragged pattern leaves some as blind lanes."""
    return [
        np.array([(u, start), (u, start + (end - start) * share)])
        for places, start, end in zip(links, across[:-1], across[1:], strict=True)
        for u, share in zip(places, _shares(len(places), pattern, chance), strict=True)
    ]


def _shares(count: int, pattern: Pattern, chance: np.random.Generator) -> Floats:
    blind = chance.random(count) < pattern.raggedness * 0.5
    return np.where(blind, chance.uniform(0.35, 0.7, count), 1.0)


def warped(points: Points, middle: Points, pattern: Pattern) -> Points:
    """Points given along and across the grain, turned into place and bent by slow waves of the plane."""
    cos, sin = np.cos(pattern.grain_rad), np.sin(pattern.grain_rad)
    x, y = (points @ np.array([[cos, sin], [-sin, cos]]) + middle).T
    bend = pattern.raggedness * np.array([180.0, 70.0, 22.0])
    wave = 2 * np.pi / np.array([5200.0, 1900.0, 700.0])
    shift_x = sum(b * np.sin(w * y + 0.4 * w * x + i) for i, (b, w) in enumerate(zip(bend, wave, strict=True)))
    shift_y = sum(b * np.sin(w * x - 0.3 * w * y + 2 * i) for i, (b, w) in enumerate(zip(bend, wave, strict=True)))
    return np.column_stack([x + shift_x, y + shift_y])


def clipped(lines: Lines, area: BaseGeometry) -> Lines:
    """The parts of lines that lie in the area; lines wholly inside stay untouched, which is most and fast."""
    shapely.prepare(area)
    near = lines[shapely.intersects(area, lines)]
    whole = shapely.contains_properly(area, near)
    parts = shapely.get_parts(shapely.intersection(near[~whole], area))
    return np.concatenate([near[whole], parts[(shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > 1)]])


def dike_roads(dry_land: BaseGeometry, province: BaseGeometry) -> Lines:
    """Roads on the dikes: along the water's edge, not along the province's land borders."""
    crest = dry_land.buffer(-15, quad_segs=3).simplify(6)
    inland = province.buffer(-60, quad_segs=2)
    rings = shapely.get_rings(shapely.get_parts(crest))
    parts = shapely.get_parts(shapely.intersection(rings[shapely.length(rings) > 2000], inland))
    return parts[shapely.length(parts) > 200]

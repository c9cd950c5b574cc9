"""Building lots along both sides of the roads: narrow and deep, as houses stand in the delta."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from demo.curves import Points
from demo.roads import Roads, junctions

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

CORNER_M = 9.0
BLOCK_M = 110.0
VILLAGE, TOWN, WORKS = 0, 1, 2
# Metres, from and to, for each kind of place.
FRONTAGE_M = np.array([(5.5, 12.0), (4.5, 7.5), (26.0, 60.0)])
GAP_M = np.array([(0.5, 5.0), (0.15, 0.3), (8.0, 25.0)])
DEPTH_M = np.array([(9.0, 19.0), (12.0, 22.0), (40.0, 90.0)])
SETBACK_M = np.array([(3.5, 12.0), (3.0, 4.0), (10.0, 12.0)])


@dataclass(frozen=True)
class Lots:
    """Lots for one building each: arrays of the same length.

    centre: shape (n, 2). along, outward: unit vectors of the road and from the road to the lot. frontage_m, depth_m:
    size of the building. segment: index of its road segment. kind: VILLAGE, TOWN or WORKS. block: number that some ten
    neighbours on a street share. plot: number of the lot among all of the province, which a larger lot in its place
    keeps.
    """

    centre: Points
    along: Points
    outward: Points
    frontage_m: Floats
    depth_m: Floats
    segment: Ints
    kind: Ints
    block: Ints
    plot: Ints

    def __len__(self) -> int:
        return len(self.segment)

    def only(self, keep: NDArray[np.bool_] | Ints) -> 'Lots':
        """The lots where `keep` is true, or at those indices."""
        return Lots(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))

    @property
    def footprint(self) -> NDArray[np.object_]:
        """Rectangle of each building, rounded to centimetres."""
        ahead = self.along * self.frontage_m[:, None] / 2
        aside = self.outward * self.depth_m[:, None] / 2
        corners = np.stack([-ahead - aside, ahead - aside, ahead + aside, -ahead + aside, -ahead - aside], axis=1)
        return np.asarray(shapely.polygons(np.round(self.centre[:, None, :] + corners, 2)))


@dataclass(frozen=True)
class _Sides:
    """Both sides of every straight piece of road: start, direction, usable stretch, kind of place."""

    start: Points
    along: Points
    left: Floats
    begin_m: Floats
    usable_m: Floats
    segment: Ints
    kind: Ints


@dataclass(frozen=True)
class _Houses:
    """Houses along the sides: which side, how far along its usable stretch, size, and distance from the road's edge."""

    side: Ints
    middle_m: Floats
    frontage_m: Floats
    depth_m: Floats
    setback_m: Floats


def lots_along(roads: Roads, works: BaseGeometry, spread: float, chance: np.random.Generator) -> Lots:
    """All lots along the roads, in the order of the roads; those near `works` are for factories.

    Large roads are lined with tube houses as towns are.

    spread: factor on the free strips between neighbours, 1 for a village as dense as it really is.
    """
    sides = _sides(roads, works)
    lots = joined(
        [_lots_of_kind(sides, kind, roads.width_m, GAP_M[kind] * spread, chance) for kind in (VILLAGE, TOWN, WORKS)]
    )
    return replace(lots, plot=np.arange(len(lots)))


def _sides(roads: Roads, works: BaseGeometry) -> _Sides:
    points, segment = shapely.get_coordinates(roads.line, return_index=True)
    first = np.flatnonzero(segment[1:] == segment[:-1])
    vector = points[first + 1] - points[first]
    length = np.hypot(*vector.T)
    along, owner = vector / length[:, None], segment[first]
    begin, end = _margins(roads, along, owner)
    kind = np.where(roads.town[owner] | (roads.rank[owner] < 2), TOWN, VILLAGE)
    shapely.prepare(works)
    kind = np.where(shapely.contains_xy(works, *points[first].T) & (length > 30), WORKS, kind)
    usable = length - begin - end
    keep = usable > 6
    two = [np.concatenate([a[keep], a[keep]]) for a in (points[first], along, begin, usable, owner, kind)]
    left = np.repeat([1.0, -1.0], int(keep.sum()))
    return _Sides(two[0], two[1], left, two[2], two[3], two[4], two[5])


def _margins(roads: Roads, along: Points, owner: Ints) -> tuple[Floats, Floats]:
    """Metres to leave free at either end of each piece: a corner at junctions, enough at bends to keep houses apart."""
    same = owner[1:] == owner[:-1]
    bend = np.arccos(np.clip((along[1:] * along[:-1]).sum(axis=1), -1, 1))
    joint = np.minimum(30 * np.tan(np.minimum(bend, 2.5) / 2) + 0.3, 25)
    ends = junctions(roads.line)
    crossing = np.bincount(ends.ravel())[ends] > 1
    begin, end = np.zeros(len(owner)), np.zeros(len(owner))
    begin[1:], end[:-1] = joint, joint
    starts, stops = np.append(True, ~same), np.append(~same, True)
    begin[starts] = np.where(crossing[:, 0], CORNER_M, 1.0)
    end[stops] = np.where(crossing[:, 1], CORNER_M, 1.0)
    return begin, end


def _lots_of_kind(sides: _Sides, kind: int, width_m: Floats, gap_m: Floats, chance: np.random.Generator) -> Lots:
    """Lots of one kind: all sides laid end to end as one long street, cut into lots of random width."""
    which = np.flatnonzero(sides.kind == kind)
    limit = np.append(0, np.cumsum(sides.usable_m[which]))
    cuts = _cuts(limit[-1], FRONTAGE_M[kind] + gap_m, chance)
    side = np.searchsorted(limit, cuts[:-1], side='right') - 1
    fits = cuts[1:] <= limit[np.minimum(side + 1, len(limit) - 1)]
    start, stop, side = cuts[:-1][fits], cuts[1:][fits], side[fits]
    houses = _Houses(
        side=which[side],
        middle_m=(start + stop) / 2 - limit[side],
        frontage_m=np.clip(stop - start - _between(gap_m, len(side), chance), *FRONTAGE_M[kind]),
        depth_m=_between(DEPTH_M[kind], len(side), chance),
        setback_m=_between(SETBACK_M[kind], len(side), chance),
    )
    return _placed(sides, houses, kind, np.asarray(start // BLOCK_M, dtype=np.intp), width_m)


def _between(limits: Floats, count: int, chance: np.random.Generator) -> Floats:
    return chance.uniform(float(limits[0]), float(limits[1]), count)


def _cuts(total_m: float, lot_m: Floats, chance: np.random.Generator) -> Floats:
    """Ends of the lots along a street of `total_m`, starting at 0."""
    cuts = np.cumsum(_between(lot_m, int(total_m / lot_m[0]) + 1, chance))
    return np.append(0, cuts[cuts < total_m])


def _placed(sides: _Sides, houses: _Houses, kind: int, block: Ints, width_m: Floats) -> Lots:
    """Lots in the plane for houses along the sides; width_m: width of each road segment."""
    along, segment = sides.along[houses.side], sides.segment[houses.side]
    outward = np.column_stack([-along[:, 1], along[:, 0]]) * sides.left[houses.side][:, None]
    apart_m = width_m[segment] / 2 + houses.setback_m + houses.depth_m / 2
    along_m = sides.begin_m[houses.side] + houses.middle_m
    centre = sides.start[houses.side] + along * along_m[:, None] + outward * apart_m[:, None]
    kinds, plot = np.full(len(along), kind), np.arange(len(along))
    return Lots(centre, along, outward, houses.frontage_m, houses.depth_m, segment, kinds, block, plot)


def joined(parts: list[Lots]) -> Lots:
    """All lots of the parts, one part after the other."""
    return Lots(*(np.concatenate([getattr(part, name) for part in parts]) for name in Lots.__dataclass_fields__))

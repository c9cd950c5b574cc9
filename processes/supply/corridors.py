"""Which norm keeps a strip beside a line free, and on which side of a dike something stands: no database needed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely

from dothi.core.arrays import Bools, Floats, Geometries, point_geometries
from dothi.core.norms import Norm, norm_for
from dothi.core.text import Text

Kind = Literal['power_line', 'road', 'dike']
# What decides about the strip, by kind of line: columns that its layer has to have.
COLUMNS: dict[Kind, tuple[str, ...]] = {
    'power_line': ('voltage_kv', 'insulated'),
    'road': ('class', 'width_m'),
    'dike': ('kind', 'class'),
}
NORMS: dict[Kind, tuple[str, ...]] = {
    'power_line': ('power_line_corridor',),
    'road': ('road_safety_strip', 'road_technical_class'),
    'dike': ('river_dike_corridor', 'sea_dike_corridor'),
}
# A line of unknown insulation meets only a norm for any.
COVERED = {True: 'insulated', False: 'bare', None: None}
SETTLEMENT, LANDWARD = 'settlement', 'landward'
# The side of the water, by kind of dike.
WATERWARD = {'river': 'riverward', 'sea': 'seaward'}

MEASURED_FROM: dict[Kind, str] = {
    'power_line': 'line as drawn',
    'road': 'half the width beside the line as drawn',
    'dike': 'line as drawn',
}
CAVEATS: dict[Kind, list[Text]] = {
    'power_line': [
        Text(
            vi='Quy chuẩn đo từ dây dẫn ngoài cùng; tuyến được vẽ theo tim, nên hành lang thật rộng hơn.',
            en='The norm measures from the outermost conductor, lines are drawn by their middle: it is wider.',
        ),
    ],
    'road': [
        Text(
            vi='Quy chuẩn đo từ mép đất của đường bộ; ở đây từ nửa bề rộng mặt đường, vì không có ranh đất của đường.',
            en='The norm measures from the edge of the road land, which is unknown: half the width stands for it.',
        ),
        Text(
            vi='Cấp kỹ thuật suy từ cấp quản lý, và bề rộng dải an toàn, chưa được đối chiếu với văn bản.',
            en='The technical class is taken from who manages the road; nobody has compared it with the law.',
        ),
    ],
    'dike': [
        Text(
            vi='Luật đo từ chân đê; tuyến được vẽ theo đỉnh, nên hành lang thật rộng hơn.',
            en='The law measures from the foot of the dike, dikes are drawn by their crest: it is wider.',
        ),
        Text(
            vi='Phía sông, phía biển và khu dân cư được suy từ các lớp khác, không phải từ hồ sơ đê.',
            en='Riverward, seaward and settlements are told by other layers, not by the records of the dike.',
        ),
    ],
}

type Norms = Mapping[str, Sequence[Norm]]


@dataclass(frozen=True)
class Strip:
    """What a line asks for: norms by condition (None where only the line decides), measured from its edge.

    edge_m: from the line as drawn to where the norm is measured from.
    used: norms that led here besides.
    """

    norms: dict[str | None, Norm]
    edge_m: float = 0.0
    used: tuple[Norm, ...] = ()

    @property
    def reach_m(self) -> float:
        """How far from the line as drawn anything can be in conflict."""
        return self.edge_m + max(norm.value for norm in self.norms.values())

    @property
    def widest(self) -> Norm:
        """The norm of what the line runs through, which stands on either side."""
        return max(self.norms.values(), key=lambda norm: norm.value)


def strip_of(kind: Kind, line: Mapping[str, Any], norms: Norms) -> Strip | None:
    """The strip of one line by its attributes, or None where no norm applies. norms: by name."""
    strips = {'power_line': _power_line, 'road': _road_strip, 'dike': _dike_strip}
    return strips[kind](line, norms)


def _power_line(line: Mapping[str, Any], norms: Norms) -> Strip | None:
    norm = norm_for(
        norms['power_line_corridor'],
        'power_line',
        condition=COVERED[line['insulated']],
        quantity=line['voltage_kv'],
    )
    return Strip({None: norm}) if norm else None


def _road_strip(line: Mapping[str, Any], norms: Norms) -> Strip | None:
    """The strip begins at the edge of the road land; where no survey tells it, half the width stands for it."""
    technical = norm_for(norms['road_technical_class'], line['class'])
    norm = technical and norm_for(norms['road_safety_strip'], 'road', quantity=technical.value)
    return Strip({None: norm}, (line['width_m'] or 0) / 2, (technical,)) if norm and technical else None


def _dike_strip(line: Mapping[str, Any], norms: Norms) -> Strip | None:
    water = WATERWARD.get(line['kind'])
    of_kind = norms[f'{line["kind"]}_dike_corridor'] if water else ()
    by_side = {side: norm_for(of_kind, line['class'], condition=side) for side in (SETTLEMENT, LANDWARD, water)}
    norms_by_condition: dict[str | None, Norm] = {side: norm for side, norm in by_side.items() if norm}
    return Strip(norms_by_condition) if norms_by_condition else None


def is_toward(foot: Floats, place: Floats, goal: Floats) -> Bools:
    """Whether each place is on the goal's side of a line, seen from the foot of the way to it; shape (n,).

    foot: the line's nearest point to the place; goal: what is looked for, nearest to the foot; all of shape (n, 2),
    metres. The way from a line to a place is at right angles to it (or leaves its end), so the sign of the scalar
    product tells the side, whichever way the line is drawn.
    """
    towards: Bools = ((place - foot) * (goal - foot)).sum(axis=1) > 0
    return towards


def nearest_points(points: Floats, shapes: Geometries) -> Floats:
    """The point of any of `shapes` nearest to each point, shape (n, 2); there is one shape at least."""
    at = point_geometries(points)
    point_index, nearest = shapely.STRtree(shapes).query_nearest(at, all_matches=False)
    order = np.argsort(point_index, kind='stable')
    ways = shapely.shortest_line(at[point_index[order]], shapes[nearest[order]])
    return np.asarray(shapely.get_coordinates(ways).reshape(-1, 2, 2)[:, 1])


def outline_areas(areas: Geometries) -> Geometries:
    """The outer border of all areas together, as one geometry in an array of shape (1,)."""
    return np.asarray([shapely.boundary(shapely.union_all(areas))], dtype=object)


@dataclass(frozen=True)
class NearPairs:
    """Pairs within the reach of a line, in the order of their ids; all arrays have one row for each pair.

    line, target: ids. distance_m: between both. foot, place: the nearest points of line and target, shape (n, 2).
    """

    line: Floats
    target: Floats
    distance_m: Floats
    foot: Floats
    place: Floats

    def where(self, mask: Bools) -> 'NearPairs':
        """The pairs that the mask keeps."""
        return NearPairs(self.line[mask], self.target[mask], self.distance_m[mask], self.foot[mask], self.place[mask])


@dataclass(frozen=True)
class Conflict:
    """A pair that is nearer than its norm allows."""

    line: int
    target: int
    distance_m: float
    edge_m: float
    norm: Norm


def stand_by_the_water(near: NearPairs, goals: Geometries) -> Bools:
    """Whether each target stands on the side of the nearest goal, shape (n,)."""
    return is_toward(near.foot, near.place, nearest_points(near.foot, goals))


def judge_pairs(near: NearPairs, where: list[str | None], strips: dict[int, Strip]) -> list[Conflict]:
    """The pairs that are nearer than the norm of their condition allows, in the order of `near`."""
    conflicts = []
    pairs = zip(near.line.tolist(), near.target.tolist(), near.distance_m.tolist(), where, strict=True)
    for line, target, distance_m, condition in pairs:
        strip = strips[int(line)]
        norm = strip.norms.get(condition) or (strip.widest if distance_m == 0 else None)
        if norm and distance_m < strip.edge_m + norm.value:
            conflicts.append(Conflict(int(line), int(target), distance_m, strip.edge_m, norm))
    return conflicts


def distinct_norms(norms: Iterable[Norm]) -> list[Norm]:
    """Each norm once, by name, subject, condition and value."""
    return sorted(set(norms), key=lambda norm: (norm.norm, norm.subject, norm.condition, norm.value))

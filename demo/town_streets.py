"""The streets of the towns: which strokes have a name of their own, and which are lanes of another street."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.curves import Points
from demo.roads import CLASSES, Roads, junctions, towns_apart
from demo.street_names import names_of_town, street_name
from demo.streets import Floats
from demo.strokes import Bools, Ints, Strokes, directions, join_strokes
from demo.units import Province

Names = NDArray[np.object_]
LOCAL = CLASSES.index('commune')
# A blind street shorter than this is a lane, and so is the shorter half of a town's other local streets.
SHORT_BLIND_M = 300.0
NAMED_SHARE = 0.5
# Names kept for streets that would else be lanes of no street.
RESERVE = 20


@dataclass(frozen=True)
class Lanes:
    """Where each stroke leaves another street: arrays with a value for each stroke.

    parent: the stroke that it leaves, -1 where it is no lane. at_m: how far along the parent. left: on its left side.
    from_end: whether it is the end of the lane, as the stroke runs, that lies at the parent.
    """

    parent: Ints
    at_m: Floats
    left: Bools
    from_end: Bools


@dataclass(frozen=True)
class TownStreets:
    """All streets of the towns.

    segment: index of each road segment in a town, in the order of `strokes`. name, lanes: of each stroke; a lane has no
    name of its own. street: number that the strokes of one name in one town share. before_m: length of the strokes of
    that street that come before this one.
    """

    segment: Ints
    strokes: Strokes
    name: Names
    lanes: Lanes
    street: Ints
    before_m: Floats


@dataclass(frozen=True)
class Ends:
    """Both ends of every segment, the start and end of each in turn: arrays of shape (2n,).

    at_m: how far along its stroke the end lies. along: direction of the stroke there. away: direction into the segment.
    """

    junction: Ints
    stroke: Ints
    at_m: Floats
    along: Points
    away: Points


def draw_town_streets(province: Province, roads: Roads, seed: int) -> TownStreets:
    """The streets of all towns of the province, each with a name or with the street that it is a lane of."""
    towns = towns_apart(province)
    segment, town = _in_towns(roads, towns)
    own, places = roads.only(segment), junctions(roads.line)
    strokes = join_strokes(own.line, _groups(own, town), _remoteness_m(own, towns[town]))
    first = np.unique(strokes.stroke, return_index=True)[1]
    ends = ends_of(own.line, strokes, places[segment])
    length_m = np.bincount(strokes.stroke, shapely.length(own.line))
    short_blind = _blind(ends, np.bincount(places.ravel())) & (length_m < SHORT_BLIND_M)
    known = np.where(own.rank[first] < LOCAL, own.name[first], '')
    name = _named(known, town[first], length_m, short_blind, ends, seed)
    lanes = lanes_of(ends, name != '', length_m)
    strokes = strokes.turned(lanes.from_end, shapely.length(own.line))
    return TownStreets(segment, strokes, name, lanes, *_streets(town[first], name, length_m))


def _streets(town: Ints, name: Names, length_m: Floats) -> tuple[Ints, Floats]:
    """Number of the street of each stroke, and the length of the street's strokes before it; a lane is by itself."""
    labels = [f'{number}|{text or stroke}' for stroke, (number, text) in enumerate(zip(town, name, strict=True))]
    street = np.unique(labels, return_inverse=True)[1]
    order = np.argsort(street, kind='stable')
    passed_m = np.cumsum(length_m[order]) - length_m[order]
    begins = np.diff(street[order], prepend=-1) != 0
    before_m = np.empty(len(street))
    before_m[order] = passed_m - np.maximum.accumulate(np.where(begins, passed_m, 0.0))
    return street, before_m


def _in_towns(roads: Roads, towns: NDArray[np.object_]) -> tuple[Ints, Ints]:
    """Indices of the segments in towns, and the number of the town of each."""
    middles = shapely.line_interpolate_point(roads.line, 0.5, normalized=True)
    town, segment = shapely.STRtree(middles).query(towns, predicate='intersects')
    order = np.argsort(segment, kind='stable')
    order = order[roads.town[segment[order]]]
    return segment[order], town[order]


def _groups(own: Roads, town: Ints) -> Ints:
    """Number that segments share which may be one street: in one town, of one rank, and of one name if it is known."""
    name = np.where(own.rank < LOCAL, own.name, '').astype(str)
    labels = [f'{number}|{rank}|{text}' for number, rank, text in zip(town, own.rank, name, strict=True)]
    return np.unique(labels, return_inverse=True)[1]


def _remoteness_m(own: Roads, towns: NDArray[np.object_]) -> Floats:
    """How far the start and the end of each segment lie from the middle of its town, shape (n, 2)."""
    middle = shapely.centroid(towns)
    return np.stack([shapely.distance(shapely.get_point(own.line, i), middle) for i in (0, -1)], axis=1)


def ends_of(lines: NDArray[np.object_], strokes: Strokes, places: Ints) -> Ends:
    """The ends of the segments; places: number of the junction at either end of each, shape (n, 2)."""
    count, length_m = len(lines), shapely.length(lines)
    segment = np.repeat(np.arange(count), 2)
    from_start_m = np.stack([np.zeros(count), length_m], axis=1).ravel()
    away = directions(lines)
    onward = strokes.forward[segment] == (np.arange(2 * count) % 2 == 0)
    return Ends(
        junction=places.ravel(),
        stroke=strokes.stroke[segment],
        at_m=strokes.along_m(segment, from_start_m, length_m),
        along=np.where(onward[:, None], away, -away),
        away=away,
    )


def _blind(ends: Ends, ways: Ints) -> Bools:
    """Whether each stroke ends where nothing goes on; ways: number of segments at each junction."""
    return np.asarray(np.bincount(ends.stroke, ways[ends.junction] == 1) > 0)


def _named(known: Names, town: Ints, length_m: Floats, short_blind: Bools, ends: Ends, seed: int) -> Names:
    """The name of each stroke, '' for lanes: the known ones as they are, others by the list of their town."""
    name = known.copy()
    for number in np.unique(town):
        names = names_of_town(str(number), seed)
        local = np.flatnonzero((town == number) & (known == ''))
        local = local[np.argsort(-length_m[local], kind='stable')]
        served = np.zeros(int(ends.junction.max()) + 1, dtype=bool)
        served[ends.junction[(town == number)[ends.stroke] & (known != '')[ends.stroke]]] = True
        chosen = streets_to_name(local, short_blind, ends, served, len(names))
        for stroke, each in zip(chosen, names, strict=False):
            name[stroke] = street_name(each, length_m[stroke])
    return name


def streets_to_name(local: Ints, short_blind: Bools, ends: Ends, served: Bools, most: int) -> list[int]:
    """At most so many of a town's local strokes: the longer half, and those that no street with a name leads to.

    local: strokes, the longest first. served: whether each junction lies on a street whose name is known.
    """
    served, chosen = served.copy(), [int(i) for i in local[: round(len(local) * NAMED_SHARE)] if not short_blind[i]]
    chosen = chosen[: most - RESERVE]
    served[ends.junction[np.isin(ends.stroke, chosen)]] = True
    for stroke in local:
        own = ends.junction[ends.stroke == stroke]
        if not served[own].any():
            chosen.append(int(stroke))
            served[own] = True
    return chosen[:most]


def lanes_of(ends: Ends, named: Bools, length_m: Floats) -> Lanes:
    """Each stroke without a name as a lane of the longest named stroke that it meets."""
    count = len(named)
    lanes = Lanes(np.full(count, -1), np.zeros(count), np.zeros(count, dtype=bool), np.zeros(count, dtype=bool))
    longest = _longest_at(ends, named, length_m)
    met = np.flatnonzero(~named[ends.stroke] & (longest[ends.junction] >= 0))
    for i in met[np.argsort(length_m[ends.stroke[longest[ends.junction[met]]]], kind='stable')]:
        lane, parent = ends.stroke[i], longest[ends.junction[i]]
        lanes.parent[lane], lanes.at_m[lane] = ends.stroke[parent], ends.at_m[parent]
        lanes.left[lane] = _cross(ends.along[parent], ends.away[i]) > 0
        lanes.from_end[lane] = ends.at_m[i] > length_m[lane] / 2
    return lanes


def _longest_at(ends: Ends, named: Bools, length_m: Floats) -> Ints:
    """An end of the longest named stroke at each junction, or -1."""
    which = np.flatnonzero(named[ends.stroke])
    longest = np.full(int(ends.junction.max()) + 1, -1)
    for i in which[np.argsort(length_m[ends.stroke[which]], kind='stable')]:
        longest[ends.junction[i]] = i
    return longest


def _cross(first: Points, second: Points) -> float:
    return float(first[0] * second[1] - first[1] * second[0])

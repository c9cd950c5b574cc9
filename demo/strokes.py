"""Strokes: segments of road that go on straight at a junction, which is what people call one street."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.curves import Points
from demo.roads import junctions
from demo.streets import Floats, Lines

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
LARGEST_TURN_RAD = np.radians(45)
# A segment's direction at a junction is that of its first metres: its very first piece may be a few centimetres long.
SIGHT_M = 20.0


@dataclass(frozen=True)
class Strokes:
    """How segments lie in their strokes: arrays of the same length, a value for each segment.

    stroke: number of its stroke, from 0. begin_m: how far along the stroke it begins. forward: whether it is drawn in
    the direction of the stroke.
    """

    stroke: Ints
    begin_m: Floats
    forward: Bools

    def along_m(self, segment: Ints, from_start_m: Floats, length_m: Floats) -> Floats:
        """How far along its stroke a place lies that is so many metres from the start of its segment as drawn."""
        walked_m = np.where(self.forward[segment], from_start_m, length_m[segment] - from_start_m)
        return np.asarray(self.begin_m[segment] + walked_m)

    def turned(self, which: Bools, length_m: Floats) -> 'Strokes':
        """The same strokes, those where `which` is true in the other direction; length_m: of the segments."""
        turn = which[self.stroke]
        whole_m = np.bincount(self.stroke, length_m)[self.stroke]
        begin_m = np.where(turn, whole_m - self.begin_m - length_m, self.begin_m)
        return Strokes(self.stroke, begin_m, self.forward ^ turn)


def join_strokes(lines: Lines, group: Ints, remoteness_m: Floats) -> Strokes:
    """Strokes of the lines: at each junction the pairs of segments of one group that turn least are joined.

    group: segments of different groups are never joined, shape (n,). remoteness_m: of each segment's start and end,
    shape (n, 2); a stroke begins at its less remote end.
    """
    partner = _partners(lines, group)
    stroke, begin_m = np.full(len(lines), -1), np.zeros(len(lines))
    forward, length_m, number = np.ones(len(lines), dtype=bool), shapely.length(lines), 0
    for start in _starts(partner, remoteness_m.ravel()):
        if stroke[start // 2] < 0:
            chain = _chain(partner, int(start))
            segments = chain // 2
            stroke[segments], forward[segments] = number, chain % 2 == 0
            begin_m[segments] = np.cumsum(length_m[segments]) - length_m[segments]
            number += 1
    return Strokes(stroke, begin_m, forward)


def _starts(partner: Ints, remoteness_m: Floats) -> Ints:
    """Ends of segments from which to walk: free ends, the least remote first, then the others, for closed strokes."""
    return np.lexsort((remoteness_m, partner >= 0))


def _chain(partner: Ints, start: int) -> Ints:
    """Ends by which the segments of a stroke are entered, one after the other. End 2i is the start of segment i."""
    chain = [start]
    while (following := int(partner[chain[-1] ^ 1])) >= 0 and following != start:
        chain.append(following)
    return np.array(chain)


def _partners(lines: Lines, group: Ints) -> Ints:
    """The end that each end of a segment goes on in, or -1; shape (2n,), the start and end of each line in turn."""
    first, second, turn = _meetings(lines, group)
    partner = np.full(2 * len(lines), -1)
    for i in np.argsort(turn, kind='stable'):
        if partner[first[i]] < 0 and partner[second[i]] < 0:
            partner[first[i]], partner[second[i]] = second[i], first[i]
    return partner


def _meetings(lines: Lines, group: Ints) -> tuple[Ints, Ints, Floats]:
    """Pairs of ends of one group at a junction that may be one street, and how much one turns from one to the other."""
    place, group, direction = junctions(lines).ravel(), np.repeat(group, 2), directions(lines)
    order = np.lexsort((group, place))
    pairs = [np.stack([order[:-step], order[step:]]) for step in range(1, int(np.bincount(place).max()))]
    first, second = np.concatenate([np.empty((2, 0), dtype=np.intp), *pairs], axis=1)
    met = (place[first] == place[second]) & (group[first] == group[second]) & (first // 2 != second // 2)
    first, second = first[met], second[met]
    turn = np.arccos(np.clip(-(direction[first] * direction[second]).sum(axis=1), -1, 1))
    slight = turn < LARGEST_TURN_RAD
    return first[slight], second[slight], turn[slight]


def directions(lines: Lines) -> Points:
    """Unit vectors from each end into its segment, shape (2n, 2)."""
    sight_m = np.minimum(SIGHT_M, shapely.length(lines) / 2)
    start, end = (shapely.get_coordinates(shapely.get_point(lines, i)) for i in (0, -1))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, sight_m)) - start
    back = shapely.get_coordinates(shapely.line_interpolate_point(lines, -sight_m)) - end
    vector = np.stack([ahead, back], axis=1).reshape(-1, 2)
    return np.asarray(vector / np.maximum(np.hypot(*vector.T), 1e-9)[:, None])

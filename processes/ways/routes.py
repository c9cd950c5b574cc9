"""The k nearest places to each point along a network, and the ways there as lines: pure functions on arrays."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy
import shapely

from dothi.core.arrays import Floats, Geometries, Ints
from processes.ways.reach import NOWHERE, Reach

# A distance is told to a micrometre, and those that agree so far are equal: the first place of them is the nearer one.
EQUAL_DIGITS = 6


@dataclass(frozen=True)
class RankedFacilities:
    """The places nearest to points, one row for each pair, by point and then by rank from 0; arrays of shape (r,)."""

    point: Ints
    rank: Ints
    place: Ints
    way_m: Floats


def nearest_places(
    reach: Reach, owner: Ints, count: int, k: int, limit_m: float, report_share: Callable[[float], None]
) -> RankedFacilities:
    """The k nearest of `count` places to each point within `limit_m`; fewer where fewer are within it.

    owner: the place of each entrance, shape (reach.size,). One run for all of them finds the nearest; for more, each
    place has a run of its own. Of places equally far the first counts.
    """
    if k == 1:
        way_m, entrance = reach.nearest()
        reached = np.flatnonzero((entrance >= 0) & (np.round(way_m, EQUAL_DIGITS) <= limit_m))
        return RankedFacilities(
            reached, np.zeros(len(reached), dtype=np.int64), owner[entrance[reached]], way_m[reached]
        )
    best_m, best = np.full((reach.count, k), np.inf), np.full((reach.count, k), -1)
    for place in range(count):
        report_share(place / count)
        way_m = np.round(reach.way_to_nearest(np.flatnonzero(owner == place)), EQUAL_DIGITS)
        way_m[way_m > limit_m] = np.inf
        best_m, best = _with_nearer(best_m, best, way_m, place)
    point, rank = np.nonzero(np.isfinite(best_m))
    return RankedFacilities(point, rank, best[point, rank], best_m[point, rank])


def _with_nearer(best_m: Floats, best: Ints, way_m: Floats, place: int) -> tuple[Floats, Ints]:
    """The k best so far, with one more place among them; a stable sort leaves earlier places before equal ones."""
    ways_m = np.column_stack([best_m, way_m])
    places = np.column_stack([best, np.full(len(best), place)])
    order = np.argsort(ways_m, axis=1, kind='stable')[:, : best.shape[1]]
    return np.take_along_axis(ways_m, order, axis=1), np.take_along_axis(places, order, axis=1)


def route_lines(reach: Reach, points: Floats, places: Floats, owner: Ints, ranked: RankedFacilities) -> Geometries:
    """The way of each row of `ranked` as a LineString from the point to the place, shape (r,).

    points, places: coordinates of what `reach` was made of. One run of Dijkstra's algorithm for each place that is
    anybody's. The line begins at the point itself and ends at the place.
    """
    lines = np.empty(len(ranked.point), dtype=object)
    for place in np.unique(ranked.place):
        rows = np.flatnonzero(ranked.place == place)
        entrances = reach.numbers(np.flatnonzero(owner == place))
        node_m, before, _ = scipy.sparse.csgraph.dijkstra(
            reach.graph, indices=entrances, min_only=True, return_predecessors=True
        )
        came_from = np.asarray(before, dtype=np.int64)
        _, entry = reach.best_entries(node_m)
        for row in rows:
            lines[row] = _route_line(reach, points[ranked.point[row]], int(entry[ranked.point[row]]), came_from, places)
    return lines


def _route_line(reach: Reach, point: Floats, entry: int, before: Ints, places: Floats) -> shapely.LineString:
    """From the point over the nodes before it to the place where the way began."""
    node, nodes = int(reach.entries[1][entry]), len(reach.network.nodes)
    xy = [point, reach.feet[entry]]
    while NOWHERE != node < nodes:
        xy.append(reach.network.nodes[node])
        node = int(before[node])
    xy.append(places[node - nodes])
    return shapely.LineString(_without_repeats(np.asarray(xy)))


def _without_repeats(xy: Floats) -> Floats:
    """The same corners without one that equals the one before; two at least, for a line of no length is a line."""
    moved = np.concatenate([[True], (xy[1:] != xy[:-1]).any(axis=1)])
    return xy[moved] if moved.sum() > 1 else xy[[0, -1]]

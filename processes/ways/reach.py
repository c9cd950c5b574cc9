"""Shortest ways along a network between points and places: pure functions on arrays, metres.

way = point → network + along the network + network → place

The way from a point to the nearest place of the network, and from there to a facility, counts as walked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy
import shapely

from dothi.core.arrays import Floats, Ints, point_geometries
from processes.ways.network import Network, SnappedPoints, places_xy, snap_points, split_at

# A way of ten thousand segments is exact to a nanometre.
ROUNDING_M = 1e-6
# Of two facilities equally far the first counts: each gets a head start on the next, more than rounding and less
# than a millimetre for ten thousand of them.
HEAD_START_M = 1e-7
# Nothing is before the source of a way; scipy's number for it.
NOWHERE = -9999


@dataclass(frozen=True)
class Reach:
    """Points and places on one network, which has a node at every place.

    places, points: where they reach it. count: of points. size: of places; place i is node len(network.nodes) + i
    of the graph, from which edges lead to the network and none leads back: nobody passes through a facility.
    """

    network: Network
    places: SnappedPoints
    entrances: Ints
    size: int
    points: SnappedPoints
    count: int

    @cached_property
    def graph(self) -> 'scipy.sparse.csr_array':
        """Lengths in metres of the directed edges between nodes, and from each place to the network."""
        start, end = self.network.ends.T
        starts = np.concatenate([start, end, self.numbers(self.places.point)])
        ends = np.concatenate([end, start, self.entrances])
        lengths_m = np.concatenate([np.tile(self.network.lengths_m, 2), self.places.offset_m])
        return _shortest_edges(starts, ends, lengths_m, len(self.network.nodes) + self.size)

    @property
    def places_off_road(self) -> Ints:
        """Numbers of the places that are too far from any road to be reached."""
        return np.setdiff1d(np.arange(self.size), self.places.point)

    @property
    def points_off_road(self) -> Ints:
        """Numbers of the points that are too far from any road to get anywhere."""
        return np.setdiff1d(np.arange(self.count), self.points.point)

    def numbers(self, chosen: Ints) -> Ints:
        """The nodes of the graph that the chosen places are."""
        return chosen + len(self.network.nodes)

    def way_to_nearest(self, chosen: Ints | None = None) -> Floats:
        """Metres from each point to the nearest of the chosen places, by default of all; inf where no way leads there.

        Shape (count,). One run of Dijkstra's algorithm answers for all places at once.
        """
        chosen = np.arange(self.size) if chosen is None else chosen
        if not len(chosen):
            return np.full(self.count, np.inf)
        node_m = scipy.sparse.csgraph.dijkstra(self.graph, indices=self.numbers(chosen), min_only=True)
        return self.from_nodes(node_m)

    def nearest(self) -> tuple[Floats, Ints]:
        """The way from each point to the nearest place, and the number of that place, -1 where there is none.

        Of places equally far the one with the lowest number counts.
        """
        if not self.size:
            return np.full(self.count, np.inf), np.full(self.count, -1)
        late = self._with_head_starts()
        node_m, _, source = scipy.sparse.csgraph.dijkstra(
            late, indices=self.numbers(np.arange(self.size)), min_only=True, return_predecessors=True
        )
        way_m, entry = self.best_entries(node_m)
        place, is_reached = np.full(self.count, -1), entry >= 0
        place[is_reached] = source[self.entries[1][entry[is_reached]]] - len(self.network.nodes)
        return way_m - HEAD_START_M * np.maximum(place, 0), place

    def each(self, chosen: Ints, limit_m: float = np.inf) -> Iterator[Floats]:
        """By chosen place: metres to every node of the network, inf beyond `limit_m`."""
        for number in self.numbers(chosen):
            yield scipy.sparse.csgraph.dijkstra(self.graph, indices=number, limit=limit_m)[: len(self.network.nodes)]

    def from_nodes(self, node_m: Floats) -> Floats:
        """Metres from each point to the source of `node_m`, which has metres from it to each node. Shape (count,)."""
        point, node, entry_m = self.entries
        way_m = np.full(self.count, np.inf)
        np.minimum.at(way_m, point, entry_m + node_m[node])
        return way_m

    @cached_property
    def entries(self) -> tuple[Ints, Ints, Floats]:
        """Point, node, and metres between them, for the start and then for the end of every segment that a point
        reaches. Shape (2 r,).
        """
        start, end = self.network.ends[self.points.segment].T
        rest_m = self.network.lengths_m[self.points.segment] - self.points.along_m
        way_m = np.concatenate([self.points.along_m, rest_m]) + np.tile(self.points.offset_m, 2)
        return np.tile(self.points.point, 2), np.concatenate([start, end]), way_m

    @cached_property
    def feet(self) -> Floats:
        """Where each entry leaves the point's way to the network, shape (2 r, 2)."""
        return np.tile(places_xy(self.network, self.points), (2, 1))

    def best_entries(self, node_m: Floats) -> tuple[Floats, Ints]:
        """The shortest way from each point, and the number of the entry by which it leads, -1 where there is none."""
        point, node, entry_m = self.entries
        way_m = entry_m + node_m[node]
        order = np.lexsort([node, way_m, point])
        first = order[np.unique(point[order], return_index=True)[1]]
        best_m, best = np.full(self.count, np.inf), np.full(self.count, -1)
        best_m[point[first]], best[point[first]] = way_m[first], first
        best[np.isinf(best_m)] = -1
        return best_m, best

    def _with_head_starts(self) -> 'scipy.sparse.csr_array':
        late = self.graph.copy()
        place = np.repeat(np.arange(late.shape[0]), np.diff(late.indptr)) - len(self.network.nodes)
        late.data = late.data + HEAD_START_M * np.maximum(place, 0)
        return late


def reach_of(points: Floats, places: Floats, network: Network) -> Reach:
    """Points and places on `network`. points: shape (n, 2); places: shape (k, 2), metres in its plane."""
    at_places = snap_points(places, network)
    network, entrances = split_at(network, at_places)
    return Reach(network, at_places, entrances, len(places), snap_points(points, network), len(points))


def straight_to_nearest(points: Floats, facilities: Floats) -> Floats:
    """Straight distance in metres from each point to the nearest facility, shape (n,); inf where there is none."""
    if not len(facilities):
        return np.full(len(points), np.inf)
    tree = shapely.STRtree(point_geometries(facilities))
    (point_index, _), distance_m = tree.query_nearest(point_geometries(points), return_distance=True, all_matches=False)
    result = np.empty(len(points))
    result[point_index] = distance_m
    return result


def _shortest_edges(starts: Ints, ends: Ints, lengths_m: Floats, size: int) -> 'scipy.sparse.csr_array':
    """Lengths by start and end, the shortest of several edges: a sparse matrix alone would add them up."""
    order = np.lexsort([lengths_m, ends, starts])
    starts, ends, lengths_m = starts[order], ends[order], lengths_m[order]
    first = np.ones(len(starts), dtype=bool)
    first[1:] = (starts[1:] != starts[:-1]) | (ends[1:] != ends[:-1])
    return scipy.sparse.coo_array((lengths_m[first], (starts[first], ends[first])), shape=(size, size)).tocsr()

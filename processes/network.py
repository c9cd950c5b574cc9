"""Distances along a road network: pure functions on arrays, metres in a metric plane.

Points reach the network at the nearest place of the nearest segment; the way to that place counts as
walked. Roads meet where they share a vertex, so the graph has a node for every distinct vertex.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]
type Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class Network:
    """Straight segments between nodes. nodes: shape (k, 2), metres; ends: node numbers, shape (m, 2)."""

    nodes: Floats
    ends: Ints

    @property
    def starts_xy(self) -> Floats:
        """Where each segment starts, shape (m, 2)."""
        return self.nodes[self.ends[:, 0]]

    @property
    def steps_xy(self) -> Floats:
        """From each segment's start to its end, shape (m, 2)."""
        return self.nodes[self.ends[:, 1]] - self.starts_xy

    @property
    def lengths_m(self) -> Floats:
        """Length of each segment, shape (m,)."""
        return lengths(self.steps_xy)


@dataclass(frozen=True)
class Snapped:
    """Where points reach the network, one row for each place that is nearest to a point.

    point and segment: numbers; along_m: way along the segment from its start; offset_m: way to it; all shape (r,).
    """

    point: Ints
    segment: Ints
    along_m: Floats
    offset_m: Floats


def network_of(lines: Geometries) -> Network:
    """The network that shapely LineStrings form; vertices with the very same coordinates are one node.

    Segments of no length (repeated vertices) are left out: there is nothing to walk on them.
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    nodes, number = np.unique(xy, axis=0, return_inverse=True)
    ends = np.column_stack([number[:-1], number[1:]])[line[:-1] == line[1:]]
    return Network(nodes, ends[ends[:, 0] != ends[:, 1]])


def snap(points: Floats, network: Network) -> Snapped:
    """The nearest place of the network for each point. points: shape (n, 2); the network has a segment at least.

    A point equally near to several segments gets a row for each, so that the order of the roads decides nothing.
    """
    tree = shapely.STRtree(np.asarray(shapely.linestrings(network.nodes[network.ends])))
    point, segment = tree.query_nearest(point_geometries(points), all_matches=True)
    start, step, length_m = network.starts_xy[segment], network.steps_xy[segment], network.lengths_m[segment]
    along_m = np.clip(((points[point] - start) * step).sum(axis=1) / length_m, 0, length_m)
    foot = start + step * (along_m / length_m)[:, None]
    return Snapped(point, segment, along_m, lengths(points[point] - foot))


def split(network: Network, snapped: Snapped) -> tuple[Network, Ints]:
    """The network with a node at every snapped place, and the number of that node for each row.

    After it a way between two points of one segment needs no case of its own: it runs over nodes too.
    """
    places = np.column_stack([snapped.segment, snapped.along_m])
    distinct, node = np.unique(places, axis=0, return_inverse=True)
    segment, along_m = distinct[:, 0].astype(np.int64), distinct[:, 1]
    share = (along_m / network.lengths_m[segment])[:, None]
    nodes = np.vstack([network.nodes, network.starts_xy[segment] + network.steps_xy[segment] * share])
    new = np.arange(len(distinct)) + len(network.nodes)
    ends = _pieces(network, segment, along_m, new)
    return Network(nodes, ends[(nodes[ends[:, 0]] != nodes[ends[:, 1]]).any(axis=1)]), new[node]


def _pieces(network: Network, segment: Ints, along_m: Floats, new: Ints) -> Ints:
    """Ends of all segments, cut at the `new` nodes that lie `along_m` on `segment`."""
    every = np.arange(len(network.ends))
    of_segment = np.concatenate([every, segment, every])
    position_m = np.concatenate([np.full(len(every), -1.0), along_m, np.full(len(every), np.inf)])
    node = np.concatenate([network.ends[:, 0], new, network.ends[:, 1]])
    order = np.lexsort([position_m, of_segment])
    node, of_segment = node[order], of_segment[order]
    pieces: Ints = np.column_stack([node[:-1], node[1:]])[of_segment[:-1] == of_segment[1:]]
    return pieces


def way_to_nearest(points: Floats, facilities: Floats, network: Network) -> Floats:
    """Length in metres of the shortest way from each point to the facility nearest to it by the network.

    The way from the point to the network, along it, and from it to the facility; inf where none leads there.
    points: shape (n, 2); facilities: shape (k, 2). Never less than the straight line, by the triangle inequality.
    """
    if not len(facilities) or not len(network.ends):
        return np.full(len(points), np.inf)
    at_facility = snap(facilities, network)
    network, entrance = split(network, at_facility)
    node_m = _shortest_from_any(network, entrance, at_facility.offset_m)
    at_point = snap(points, network)
    start, end = network.ends[at_point.segment].T
    rest_m = network.lengths_m[at_point.segment] - at_point.along_m
    on_network_m = np.minimum(node_m[start] + at_point.along_m, node_m[end] + rest_m)
    way_m = np.full(len(points), np.inf)
    np.minimum.at(way_m, at_point.point, at_point.offset_m + on_network_m)
    return way_m


def _shortest_from_any(network: Network, entrances: Ints, entry_m: Floats) -> Floats:
    """Shortest way in metres from any entrance to each node, shape (k,), the way to the entrance included.

    One more node stands for all facilities: it has an edge to every entrance, as long as the way from the
    facility to the network. So one run of Dijkstra answers for all, and the nearest facility wins.
    """
    start, end, length_m = _shortest_edges(network, entrances, entry_m)
    size = len(network.nodes) + 1
    graph = coo_array((length_m, (start, end)), shape=(size, size)).tocsr()
    return dijkstra(graph, directed=False, indices=size - 1)[:-1]


def _shortest_edges(network: Network, entrances: Ints, entry_m: Floats) -> tuple[Ints, Ints, Floats]:
    """Edges without duplicates, the shortest of each pair of nodes: a sparse matrix would add them up."""
    hub = np.full(len(entrances), len(network.nodes))
    ends = np.vstack([np.sort(network.ends, axis=1), np.column_stack([entrances, hub])])
    length_m = np.concatenate([network.lengths_m, entry_m])
    order = np.lexsort([length_m, ends[:, 1], ends[:, 0]])
    ends, length_m = ends[order], length_m[order]
    first = np.ones(len(ends), dtype=bool)
    first[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    return ends[first, 0], ends[first, 1], length_m[first]


def straight_to_nearest(points: Floats, facilities: Floats) -> Floats:
    """Straight distance in metres from each point to the nearest facility, shape (n,); inf where there is none."""
    if not len(facilities):
        return np.full(len(points), np.inf)
    tree = shapely.STRtree(point_geometries(facilities))
    (asked, _), distance_m = tree.query_nearest(point_geometries(points), return_distance=True, all_matches=False)
    result = np.empty(len(points))
    result[asked] = distance_m
    return result


def zone_of(points: Floats, zones: Geometries) -> Ints:
    """Number of the zone that each point lies in, shape (n,); the first of several; -1 outside all of them.

    The points go into the tree and the polygons are asked, because shapely prepares the geometry that asks.
    """
    pairs = shapely.STRtree(point_geometries(points)).query(zones, predicate='intersects')
    zone, point = pairs[:, np.argsort(-pairs[0], kind='stable')]
    result = np.full(len(points), -1, dtype=np.int64)
    result[point] = zone
    return result


def lengths(steps: Floats) -> Floats:
    """Length of each step (dx, dy). steps: shape (n, 2)."""
    return np.hypot(steps[:, 0], steps[:, 1])


def point_geometries(xy: Floats) -> Geometries:
    """shapely points, shape (n,), of coordinates of shape (n, 2); none for none."""
    return np.asarray(shapely.points(xy), dtype=object)

"""A road network as a graph, where points reach it, and where rivers cut it: pure functions on arrays, metres.

Points reach the network at the nearest place of the nearest segment; the way to that place counts as
walked. Roads meet where they share a vertex, so the graph has a node for every distinct vertex.
Shortest ways along it are in processes/ways/reach.py.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from dothi.core.arrays import Bools, Floats, Geometries, Ints, no_geometries, point_geometries, segments_between

# Few segments to a box of the tree: 560,000 homes find theirs in 1.5 s, with shapely's usual 10 in 2.5 s.
NODE_CAPACITY = 4
POINTS_AT_ONCE = 50_000
# Where the nearest road lies behind a wall, another is looked for up to here.
SEARCH_M = 10_000.0
# Rivers are drawn by one agency and bridges by another: a crossing is matched to a bridge within this.
BRIDGE_NEAR_M = 30.0
# How far from the river's line an interrupted road ends.
BANK_M = 0.5


@dataclass(frozen=True)
class Network:
    """Straight segments between nodes. nodes: shape (k, 2), metres; ends: node numbers, shape (m, 2).

    walls: lines that nobody crosses on the way between a point and the network; roads over them are ways.
    walk_m: how far from the network a point may be to belong to it.
    """

    nodes: Floats
    ends: Ints
    walls: Geometries = field(default_factory=no_geometries)
    walk_m: float = np.inf

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
        return step_lengths(self.steps_xy)

    @property
    def lines(self) -> Geometries:
        """Each segment as a shapely LineString, shape (m,)."""
        return segments_between(self.starts_xy, self.nodes[self.ends[:, 1]])


@dataclass(frozen=True)
class SnappedPoints:
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


def snap_points(points: Floats, network: Network) -> SnappedPoints:
    """The nearest place of the network for each point that no wall lies before. points: shape (n, 2).

    A point equally near to several segments gets a row for each, so that the order of the roads decides nothing;
    one that reaches none within the network's walk_m, or within SEARCH_M past the walls, gets no row.
    """
    if not len(network.ends) or not len(points):
        return SnappedPoints(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))
    tree = shapely.STRtree(network.lines, node_capacity=NODE_CAPACITY)
    point, segment = _nearest_segments(points, tree)
    near = _feet_on_segments(points, network, point, segment)
    near = _snapped_rows(near, near.offset_m <= network.walk_m)
    return _this_side(points, network, tree, near) if len(network.walls) else near


def _nearest_segments(points: Floats, tree: shapely.STRtree) -> tuple[Ints, Ints]:
    """Numbers of points and of their nearest segments, by point; threads work at once, as shapely lets them."""
    starts = np.arange(0, len(points), POINTS_AT_ONCE)

    def nearest(start: int) -> tuple[Ints, Ints]:
        geometries = point_geometries(points[start : start + POINTS_AT_ONCE])
        point, segment = tree.query_nearest(geometries, all_matches=True)
        return point + start, segment

    with ThreadPoolExecutor() as pool:
        parts = [*pool.map(nearest, starts)]
    return np.concatenate([point for point, _ in parts]), np.concatenate([segment for _, segment in parts])


def _feet_on_segments(points: Floats, network: Network, point: Ints, segment: Ints) -> SnappedPoints:
    """Each point's place on the segment beside it. point, segment: numbers, shape (r,)."""
    start, end = network.ends[segment].T
    step = network.nodes[end] - network.nodes[start]
    length_m, from_start = step_lengths(step), points[point] - network.nodes[start]
    along_m = np.clip((from_start * step).sum(axis=1) / length_m, 0, length_m)
    return SnappedPoints(point, segment, along_m, step_lengths(from_start - step * (along_m / length_m)[:, None]))


def _this_side(points: Floats, network: Network, tree: shapely.STRtree, near: SnappedPoints) -> SnappedPoints:
    """`near` without places behind a wall; a point that keeps none takes the nearest place that it can walk to."""
    free = ~_behind_wall(points, network, near)
    parts = [_snapped_rows(near, free)]
    unplaced = np.setdiff1d(near.point, near.point[free])
    reach_m = 2 * float(near.offset_m.max(initial=1.0))
    while len(unplaced):
        point_index, segment = tree.query(point_geometries(points[unplaced]), predicate='dwithin', distance=reach_m)
        feet = _feet_on_segments(points, network, unplaced[point_index], segment)
        feet = _nearest_rows(_snapped_rows(feet, ~_behind_wall(points, network, feet)))
        parts.append(feet)
        if reach_m >= SEARCH_M:
            break
        unplaced, reach_m = np.setdiff1d(unplaced, feet.point), min(2 * reach_m, SEARCH_M)
    return SnappedPoints(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in SnappedPoints.__match_args__)
    )


def _behind_wall(points: Floats, network: Network, snapped: SnappedPoints) -> Bools:
    """Whether the straight way from the point to its place crosses a wall, shape (r,)."""
    way = segments_between(points[snapped.point], places_xy(network, snapped))
    behind = np.zeros(len(way), dtype=bool)
    behind[shapely.STRtree(network.walls).query(way, predicate='intersects')[0]] = True
    return behind


def _nearest_rows(snapped: SnappedPoints) -> SnappedPoints:
    """The rows that are nearest to their point, all of them where several are."""
    nearest_m = np.full(snapped.point.max(initial=-1) + 1, np.inf)
    np.minimum.at(nearest_m, snapped.point, snapped.offset_m)
    return _snapped_rows(snapped, snapped.offset_m <= nearest_m[snapped.point])


def _snapped_rows(snapped: SnappedPoints, chosen: Bools) -> SnappedPoints:
    return SnappedPoints(*(getattr(snapped, name)[chosen] for name in SnappedPoints.__match_args__))


def places_xy(network: Network, snapped: SnappedPoints) -> Floats:
    """Where on the network each row is, shape (r, 2)."""
    start, end = network.ends[snapped.segment].T
    share = snapped.along_m / step_lengths(network.nodes[end] - network.nodes[start])
    xy: Floats = network.nodes[start] + (network.nodes[end] - network.nodes[start]) * share[:, None]
    return xy


def split_at(network: Network, snapped: SnappedPoints) -> tuple[Network, Ints]:
    """The network with a node at every snapped place, and the number of that node for each row.

    After it a way between two points of one segment needs no case of its own: it runs over nodes too.
    A place at the end of a segment is the node that is there already, or the way past it would be cut.
    """
    places = np.column_stack([snapped.segment, snapped.along_m])
    distinct, row = np.unique(places, axis=0, return_inverse=True)
    segment, along_m = distinct[:, 0].astype(np.int64), distinct[:, 1]
    xy = places_xy(network, SnappedPoints(segment, segment, along_m, along_m))
    node = np.arange(len(distinct)) + len(network.nodes)
    for end in network.ends[segment].T:
        node = np.where((network.nodes[end] == xy).all(axis=1), end, node)
    ends = _cut_segments(network, segment, along_m, node)
    nodes = np.vstack([network.nodes, xy])
    return replace(network, nodes=nodes, ends=ends[ends[:, 0] != ends[:, 1]]), node[row]


def _cut_segments(network: Network, segment: Ints, along_m: Floats, new: Ints) -> Ints:
    """Ends of all segments, cut at the nodes `new` that lie `along_m` on `segment`."""
    every = np.arange(len(network.ends))
    of_segment = np.concatenate([every, segment, every])
    position_m = np.concatenate([np.full(len(every), -1.0), along_m, np.full(len(every), np.inf)])
    node = np.concatenate([network.ends[:, 0], new, network.ends[:, 1]])
    order = np.lexsort([position_m, of_segment])
    node, of_segment = node[order], of_segment[order]
    pieces: Ints = np.column_stack([node[:-1], node[1:]])[of_segment[:-1] == of_segment[1:]]
    return pieces


def step_lengths(steps: Floats) -> Floats:
    """Length of each step (dx, dy). steps: shape (n, 2)."""
    return np.hypot(steps[:, 0], steps[:, 1])


def behind_barriers(network: Network, barriers: Geometries, bridges: Geometries) -> tuple[Network, int]:
    """The network cut wherever it crosses a barrier and no bridge is near, and at how many places that is.

    barriers, bridges: shapely geometries. A crossing stays where all of it is within BRIDGE_NEAR_M of a bridge.
    The barriers become walls: nobody walks across them to a road, bridge or not.
    """
    lines, walls = network.lines, straight_pieces(barriers)
    segment, crossing = _unbridged_crossings(lines, shapely.get_parts(barriers), bridges)
    if not len(segment):
        return replace(network, walls=walls), 0
    cut, first = np.unique(segment, return_index=True)
    gaps = [shapely.union_all(strips) for strips in np.split(shapely.buffer(crossing, BANK_M), first[1:])]
    pieces = shapely.get_parts(shapely.difference(lines[cut], gaps))
    return replace(network_of(np.concatenate([np.delete(lines, cut), pieces])), walls=walls), len(segment)


def _unbridged_crossings(lines: Geometries, barriers: Geometries, bridges: Geometries) -> tuple[Ints, Geometries]:
    """Number of the line and what it shares with a barrier, for each crossing without a bridge, by line."""
    line, barrier = shapely.STRtree(barriers).query(lines, predicate='intersects')
    crossings, row = shapely.get_parts(shapely.intersection(lines[line], barriers[barrier]), return_index=True)
    # a road may run in a river bed: then every corner of what they share needs a bridge beside it
    places, of_crossing = shapely.get_coordinates(crossings, return_index=True)
    far = np.unique(of_crossing[distance_to(places, bridges) > BRIDGE_NEAR_M])
    far = far[np.argsort(line[row[far]], kind='stable')]
    return line[row[far]], crossings[far]


def straight_pieces(shapes: Geometries) -> Geometries:
    """The straight pieces of lines and outlines: each has a small box of its own, so few are looked at twice."""
    parts = shapely.get_parts(shapes)
    areas = shapely.get_dimensions(parts) == 2
    lines = shapely.get_parts(np.concatenate([parts[~areas], shapely.get_rings(parts[areas])]))
    xy, line = shapely.get_coordinates(lines, return_index=True)
    joined = line[1:] == line[:-1]
    return segments_between(xy[:-1][joined], xy[1:][joined])


def distance_to(points: Floats, shapes: Geometries) -> Floats:
    """Metres from each point to the nearest of the shapes, shape (n,); inf where there is none."""
    result = np.full(len(points), np.inf)
    if len(shapes) and len(points):
        tree = shapely.STRtree(shapes)
        (point_index, _), far_m = tree.query_nearest(point_geometries(points), return_distance=True, all_matches=False)
        result[point_index] = far_m
    return result

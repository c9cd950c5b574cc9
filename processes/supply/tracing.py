"""Who is cut off when part of a supply network fails: graphs as arrays, no database needed.

A pipe meets a node at either end, and a valve sits on such an end. So pipes and nodes are both vertices of the graph,
and the ends of the pipes are its edges, which a closed valve takes away.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy
import shapely

from dothi.core.arrays import Bools, Floats, Geometries, Ints, point_geometries


@dataclass(frozen=True)
class Pipes:
    """n pipes between k nodes. nodes: at either end, shape (n, 2); sources: nodes where water comes in."""

    nodes: Ints
    count: int
    sources: Ints

    @property
    def ends(self) -> Ints:
        """The vertices of every end: pipe (its number after those of the nodes) and node, shape (2n, 2)."""
        pipe = np.repeat(np.arange(len(self.nodes)) + self.count, 2)
        return np.column_stack([pipe, self.nodes.ravel()])


@dataclass(frozen=True)
class IsolatedSection:
    """What is to be closed and stopped. closed: ends of pipes, shape (n, 2); stopped: sources, shape (s,)."""

    closed: Bools
    stopped: Bools


def supplied_nodes(pipes: Pipes, cut: IsolatedSection) -> Bools:
    """Whether water reaches each pipe from a source that runs, through ends that are open, shape (n,)."""
    part = _connected_parts(pipes, ~cut.closed.ravel())
    return np.isin(part[pipes.count :], part[pipes.sources[~cut.stopped]])


def nothing_closed(pipes: Pipes) -> IsolatedSection:
    """The network in its usual state: no pipe is closed, no plant is stopped."""
    return IsolatedSection(np.zeros((len(pipes.nodes), 2), dtype=bool), np.zeros(len(pipes.sources), dtype=bool))


def isolate_burst(pipes: Pipes, gates: Bools, burst: Bools) -> IsolatedSection:
    """The fewest valves around the burst pipes that have to be closed so that no water comes to them.

    gates: ends with a valve that can be closed, shape (n, 2). burst: shape (n,).

    The search spreads from the burst pipes over every end without a gate: what it reaches empties with them. Of the
    gates at its rim those stay open behind which there is no source, as no water comes from there. Each of the rest
    has water behind it without passing what was reached, so none of them can stay open: no smaller set of these
    gates will do. A source within cannot be shut off by valves and has to be stopped.
    """
    ends, part = pipes.ends, _connected_parts(pipes, ~gates.ravel())
    emptied = np.isin(part, part[pipes.count :][burst])
    inside = emptied[ends]
    behind = _connected_parts(pipes, ~inside.any(axis=1))
    fed = np.isin(behind, behind[pipes.sources[~emptied[pipes.sources]]]) & ~emptied
    rim = inside[:, 0] != inside[:, 1]
    closed = rim & fed[ends].any(axis=1)
    return IsolatedSection(closed.reshape(-1, 2), emptied[pipes.sources])


def _connected_parts(pipes: Pipes, open_: Bools) -> Ints:
    """Number of the connected part of each vertex, by the ends that are open; shape (k + n,)."""
    start, end = pipes.ends[open_].T
    size = pipes.count + len(pipes.nodes)
    graph = scipy.sparse.coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(size, size))
    _, part = scipy.sparse.csgraph.connected_components(graph, directed=False)
    return np.asarray(part, dtype=np.int64)


@dataclass(frozen=True)
class Grid:
    """Power lines and the stations that they lead to.

    sections: numbers of two stations with nothing between them on a line, shape (m, 2). touching: the stations of each
    line in their order along it.
    """

    sections: Ints
    touching: list[Ints]


def grid_of(stations: Floats, lines: Geometries, touch_m: float) -> Grid:
    """The sections into which the stations within `touch_m` of a line divide it, in the order along it.

    stations: shape (k, 2). A line that touches fewer than two stations has no section.
    """
    at = point_geometries(stations)
    touching, sections = [], []
    for line in lines:
        near = np.flatnonzero(shapely.dwithin(at, line, touch_m))
        along = near[np.argsort(shapely.line_locate_point(line, at[near]), kind='stable')]
        touching.append(along)
        sections += list(pairwise(along))
    return Grid(np.array(sections, dtype=np.int64).reshape(-1, 2), touching)


def energised_nodes(grid: Grid, sources: Bools, lost: Bools) -> Bools:
    """Whether each station is connected to a source over sections between stations that are not lost, shape (k,)."""
    start, end = grid.sections[~lost[grid.sections].any(axis=1)].T
    graph = scipy.sparse.coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(len(lost), len(lost)))
    _, part = scipy.sparse.csgraph.connected_components(graph, directed=False)
    return np.isin(part, part[sources & ~lost])


def on_failed(points: Floats, lines: Geometries, failed: Bools, within_m: float) -> tuple[Ints, Ints, Floats]:
    """Points whose nearest line failed and is within `within_m`: numbers of point and line, and the distance in metres.

    The first of several lines that are equally near counts. Only points near a failed line are looked at twice.
    """
    at = point_geometries(points)
    tree = shapely.STRtree(at)
    near_failed = np.unique(tree.query(lines[failed], predicate='dwithin', distance=within_m)[1])
    (point, line), distance_m = shapely.STRtree(lines).query_nearest(
        at[near_failed], return_distance=True, all_matches=True
    )
    order = np.lexsort([line, point])
    point, line, distance_m = point[order], line[order], distance_m[order]
    first = np.concatenate([[True], point[1:] != point[:-1]])[: len(point)] & failed[line]
    return near_failed[point[first]], line[first], distance_m[first]

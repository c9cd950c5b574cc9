"""Where a new facility could stand, and whom it would reach: pure functions on arrays."""

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_array

from dothi.core.arrays import Floats, Ints
from dothi.core.errors import WrongUse
from processes.ways.maximal_cover import Cover, cover_of
from processes.ways.network import Network
from processes.ways.reach import ROUNDING_M, Reach

# A pair takes some 50 bytes while the matrix is made.
MOST_PAIRS = 20_000_000


class TooManyPairs(WrongUse):
    """Candidates and homes make more pairs than a run may hold."""


def on_roads(network: Network, spacing_m: float) -> Floats:
    """One place on the roads for each square of `spacing_m`: the node nearest to its middle. Shape (c, 2).

    In the order of the squares, so that it is the same whatever the order of the roads.
    """
    nodes = network.nodes[np.unique(network.ends)]
    square = np.floor(nodes / spacing_m)
    off_m = np.hypot(*(nodes - (square + 0.5) * spacing_m).T)
    order = np.lexsort([nodes[:, 1], nodes[:, 0], off_m, square[:, 1], square[:, 0]])
    _, first = np.unique(square[order], axis=0, return_index=True)
    xy: Floats = nodes[order][first]
    return xy


def cover_within(
    reach: Reach, owner: Ints, candidates: int, people: Floats, limit_m: float, report_share: Callable[[float], None]
) -> Cover:
    """Whom each candidate has within `limit_m`. people: at each point of `reach`, shape (reach.count,).

    owner: the candidate of each place of `reach`. From each candidate Dijkstra's algorithm goes as far as the limit;
    the nodes that it meets know the homes beside them. report_share: how much is done. Raises TooManyPairs.
    """
    beside = _points_beside(reach, limit_m)
    covered_by_place: list[Ints] = []
    pairs = 0
    for number, node_m in enumerate(reach.each(np.arange(reach.size), limit_m + ROUNDING_M)):
        covered_by_place.append(_points_within(node_m, beside, limit_m))
        pairs += len(covered_by_place[-1])
        _check_count(pairs)
        if number % 500 == 0:
            report_share(number / reach.size)
    of_place = np.repeat(np.arange(reach.size), [len(covered) for covered in covered_by_place])
    home = np.concatenate([*covered_by_place, np.empty(0, dtype=np.int64)])
    return cover_of(owner[of_place], home, people, candidates)


def _points_beside(reach: Reach, limit_m: float) -> csr_array:
    """Metres from each node to the homes on the segments that end there, by node and home."""
    point, node, way_m = reach.entries
    near = way_m <= limit_m + ROUNDING_M
    size = (len(reach.network.nodes), reach.count)
    # a home may reach a node from two segments: what follows takes either, so that the entries need no summing
    order = np.lexsort([point[near], node[near]])
    indptr = np.searchsorted(node[near][order], np.arange(size[0] + 1))
    return csr_array((way_m[near][order], point[near][order], indptr), shape=size)


def _points_within(node_m: Floats, beside: csr_array, limit_m: float) -> Ints:
    """Numbers of the homes that the source of `node_m` has within the limit."""
    reached = np.flatnonzero(np.isfinite(node_m))
    starts = beside.indptr[reached]
    counts = beside.indptr[reached + 1] - starts
    entry = np.repeat(starts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(counts.sum())
    way_m = beside.data[entry] + np.repeat(node_m[reached], counts)
    return np.unique(beside.indices[entry[way_m <= limit_m + ROUNDING_M]]).astype(np.int64)


def _check_count(pairs: int) -> None:
    if pairs > MOST_PAIRS:
        raise TooManyPairs(
            vi=f'Hơn {MOST_PAIRS:,} cặp ứng viên và nhà. Tăng spacing_m, giảm distance_m hoặc lọc bớt ứng viên.',
            en=f'More than {MOST_PAIRS:,} pairs of candidate and home. Raise spacing_m, lower the limit, or filter.',
        )

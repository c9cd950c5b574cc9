"""Which points each place of a network has within a limit: pure functions on arrays."""

from collections.abc import Callable

import numpy as np
import scipy

from dothi.core.arrays import Floats, Ints
from dothi.core.errors import WrongUse
from dothi.core.numbers import number_vi
from processes.ways.reach import ROUNDING_M, Reach

# A pair takes some 50 bytes while it is looked for.
MOST_PAIRS = 20_000_000


class TooManyPairs(WrongUse):
    """Candidates and homes make more pairs than a run may hold."""


def pairs_within(reach: Reach, limit_m: float, report_share: Callable[[float], None]) -> tuple[Ints, Ints]:
    """Numbers of place and point of each pair within `limit_m`, shape (p,) each, by place and then by point.

    From each place Dijkstra's algorithm goes as far as the limit; the nodes that it meets know the points beside them.
    report_share: how much is done. Raises TooManyPairs.
    """
    beside = _points_beside(reach, limit_m)
    of_places: list[Ints] = []
    pairs = 0
    for number, node_m in enumerate(reach.each(np.arange(reach.size), limit_m + ROUNDING_M)):
        of_places.append(_points_within(node_m, beside, limit_m))
        pairs += len(of_places[-1])
        _check_count(pairs)
        if number % 500 == 0:
            report_share(number / reach.size)
    place = np.repeat(np.arange(reach.size), [len(points) for points in of_places])
    return place, np.concatenate([*of_places, np.empty(0, dtype=np.int64)])


def _points_beside(reach: Reach, limit_m: float) -> 'scipy.sparse.csr_array':
    """Metres from each node to the homes on the segments that end there, by node and home."""
    point, node, way_m = reach.entries
    near = way_m <= limit_m + ROUNDING_M
    size = (len(reach.network.nodes), reach.count)
    # a home may reach a node from two segments: what follows takes either, so that the entries need no summing
    order = np.lexsort([point[near], node[near]])
    indptr = np.searchsorted(node[near][order], np.arange(size[0] + 1))
    return scipy.sparse.csr_array((way_m[near][order], point[near][order], indptr), shape=size)


def _points_within(node_m: Floats, beside: 'scipy.sparse.csr_array', limit_m: float) -> Ints:
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
            vi=f'Hơn {number_vi(MOST_PAIRS)} cặp ứng viên và nhà. '
            'Tăng spacing_m, giảm distance_m hoặc lọc bớt ứng viên.',
            en=f'More than {MOST_PAIRS:,} pairs of candidate and home. Raise spacing_m, lower the limit, or filter.',
        )

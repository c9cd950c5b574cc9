"""How much capacity is within reach of each home: the two-step floating catchment area, pure functions on arrays.

R(j) = capacity(j) / sum of demand(i) over the homes i within the limit of facility j
A(i) = sum of R(j) over the facilities j within the limit of home i

W. Luo, F. Wang, Measures of spatial accessibility to health care in a GIS environment, Environment and Planning B 30
(2003). What is within reach is shared by all who have it within reach: demand · A adds up to the capacity of the
facilities that somebody reaches.
"""

from dataclasses import dataclass

import numpy as np

from dothi.core.arrays import Floats, Ints


@dataclass(frozen=True)
class Catchments:
    """demand: within the limit of each facility, shape (f,). ratio: its capacity per demand, nan where there is none.

    access: capacity per demand within the limit of each home, shape (h,); 0 where nothing is within the limit.
    """

    demand: Floats
    ratio: Floats
    access: Floats


def share_capacity(facility: Ints, home: Ints, capacity: Floats, demand: Floats) -> Catchments:
    """Capacity shared among the homes within reach.

    facility, home: numbers of each pair within the limit, each pair once. capacity: by facility; demand: by home.
    """
    reached = np.bincount(facility, weights=demand[home], minlength=len(capacity))
    ratio = np.divide(capacity, reached, out=np.full(len(capacity), np.nan), where=reached > 0)
    access = np.bincount(home, weights=np.nan_to_num(ratio)[facility], minlength=len(demand))
    return Catchments(reached, ratio, access)


def distinct_pairs(facility: Ints, home: Ints) -> tuple[Ints, Ints]:
    """Each pair once: a facility with several entrances is within reach by any of them."""
    pairs = np.unique(np.stack([facility, home], axis=1), axis=0) if len(home) else np.empty((0, 2), dtype=np.int64)
    return pairs[:, 0], pairs[:, 1]

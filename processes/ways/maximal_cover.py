"""Where new facilities could stand, whom each would reach, and which k of them cover most people: pure functions.

The maximal covering location problem (Church & ReVelle 1974). Greedily, with its bounds (Nemhauser, Wolsey & Fisher
1978); exactly as a mixed-integer programme where it is small.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy

from dothi.core.arrays import Floats, Ints
from dothi.core.errors import WrongUse
from dothi.core.numbers import number_vi
from processes.ways.network import Network
from processes.ways.pairs import pairs_within
from processes.ways.reach import Reach

# Up to here HiGHS proved the optimum on the demo province within seconds; it gives up after so many nodes, and not
# after some time, so that the same question has the same answer on any machine.
EXACT_PAIRS = 40_000
EXACT_NODES = 2_000


@dataclass(frozen=True)
class Cover:
    """Who is covered by what. reaches: 0 or 1 by candidate and demand, shape (c, d); people: per demand, shape (d,).

    demand: number of the demand of each home, shape (h,). room: people whom each candidate can serve at most.
    """

    reaches: 'scipy.sparse.csr_array'
    people: Floats
    demand: Ints
    room: float = math.inf

    def gains(self, without: Ints) -> Floats:
        """People whom each candidate covers and `without`, in their order, leave, shape (c,)."""
        return np.asarray(np.minimum(self.reaches @ self.people_left(without), self.room), dtype=np.float64)

    def covered(self, chosen: Ints) -> float:
        """People whom the chosen candidates cover, in their order."""
        return float((self.people - self.people_left(chosen)).sum())

    def people_left(self, chosen: Ints) -> Floats:
        """People of each demand whom the chosen candidates leave, shape (d,).

        One whose room is too small for all who are left within its reach serves the same share of each demand.
        """
        left = self.people.copy()
        if math.isinf(self.room):
            left[self.reaches[chosen].indices] = 0
            return left
        for candidate in chosen:
            reached = self.reaches[[candidate]].indices
            waiting = left[reached].sum()
            left[reached] *= 1 - min(self.room / waiting, 1) if waiting else 0
        return left

    def served_share(self, chosen: Ints) -> Floats:
        """Share of the people of each home whom the chosen candidates serve, shape (h,)."""
        left = np.divide(self.people_left(chosen), self.people, out=np.ones(len(self.people)), where=self.people > 0)
        return np.asarray(1 - left[self.demand], dtype=np.float64)


@dataclass(frozen=True)
class CoverChoice:
    """chosen: candidates, the one that adds most first; bound: people whom no choice of as many could exceed.

    optimal: whether none is better, which was proved.
    """

    chosen: Ints
    bound: float
    optimal: bool


def cover_of(candidate: Ints, demand: Ints, people: Floats, candidates: int) -> Cover:
    """The cover in which each pair of candidate and demand is one that is within reach.

    Demands that the same candidates reach are one, their people added up: the same question, and far smaller.
    """
    reaches = scipy.sparse.coo_array((np.ones(len(demand)), (candidate, demand)), shape=(candidates, len(people)))
    group, groups = _group_alike(reaches)
    merged = scipy.sparse.coo_array(
        (np.ones(len(demand)), (candidate, group[demand])), shape=(candidates, groups)
    ).tocsr()
    merged.data[:] = 1
    return Cover(merged, np.bincount(group, weights=people, minlength=groups), group)


def _group_alike(reaches: 'scipy.sparse.coo_array') -> tuple[Ints, int]:
    """A number for each demand, the same for those of the same candidates, and how many numbers there are.

    Told by the sum of two random 64-bit numbers of each candidate: among a million demands that two different sets
    agree has a chance of 1e-27.
    """
    marks = np.random.default_rng(0).integers(0, 2**63, (2, reaches.shape[0]), dtype=np.uint64)
    candidate, demand = reaches.coords
    sums = np.zeros((reaches.shape[1], 2), dtype=np.uint64)
    for column, mark in enumerate(marks):
        np.add.at(sums[:, column], demand, mark[candidate])
    _, group = np.unique(sums, axis=0, return_inverse=True)
    return np.asarray(group.ravel(), dtype=np.int64), int(group.max(initial=-1)) + 1


def choose_greedily(cover: Cover, k: int) -> CoverChoice:
    """k candidates, or as many as add anybody, each the one that adds most people; the first of several.

    It covers at least 1 - 1/e (63 %) of what the best choice would. Mostly far more, which the bound shows: whoever
    is covered, and the k largest gains that are left, are at no time fewer than the best choice covers. With limited
    room the share is no longer promised, and the bound still holds, if the gains of the chosen count too: whomever the
    best choice serves, however it shares its room out, is served already, or left and within reach of one of its k.
    """
    chosen: list[int] = []
    gains = cover.gains(np.empty(0, dtype=np.int64))
    bound = _largest_gains(gains, k)
    while len(chosen) < k and (best := _best_of_others(gains, chosen)) is not None:
        chosen.append(best)
        gains = cover.gains(np.asarray(chosen))
        bound = min(bound, cover.covered(np.asarray(chosen)) + _largest_gains(gains, k))
    places = np.asarray(chosen, dtype=np.int64)
    return CoverChoice(places, bound, optimal=bound <= cover.covered(places))


def _best_of_others(gains: Floats, chosen: list[int]) -> int | None:
    """The candidate that adds most of those that are not chosen; None where no other adds anybody."""
    others = gains.copy()
    others[chosen] = 0
    return int(others.argmax()) if others.max(initial=0) > 0 else None


def choose_exactly(cover: Cover, k: int) -> CoverChoice:
    """The best k candidates, by HiGHS; never worse than `greedy`, and not proved best where it gave up.

    Chosen x, covered y: maximise people · y, with y <= reaches' x, sum of x <= k, x whole.
    """
    first = choose_greedily(cover, k)
    if first.optimal:
        # nothing is left to search for, and HiGHS takes no programme without unknowns
        return first
    candidates, demands = cover.reaches.shape
    linked = scipy.sparse.hstack([-cover.reaches.T, scipy.sparse.eye_array(demands)])
    counted = scipy.sparse.coo_array(np.concatenate([np.ones(candidates), np.zeros(demands)])[None, :])
    rules = scipy.sparse.csc_array(scipy.sparse.vstack([linked, counted]))
    solution = scipy.optimize.milp(
        np.concatenate([np.zeros(candidates), -cover.people]),
        integrality=np.concatenate([np.ones(candidates), np.zeros(demands)]),
        bounds=scipy.optimize.Bounds(0, 1),
        constraints=scipy.optimize.LinearConstraint(rules, ub=[*np.zeros(demands), k]),
        options={'node_limit': EXACT_NODES, 'mip_rel_gap': 0},
    )
    bound = first.bound if solution.mip_dual_bound is None else min(first.bound, -solution.mip_dual_bound)
    best = first.chosen if solution.x is None else np.flatnonzero(solution.x[:candidates] > 0.5)
    if cover.covered(best) <= cover.covered(first.chosen):
        best = first.chosen
    return CoverChoice(_most_first(cover, best), bound, optimal=cover.covered(best) > bound - 0.5)


def _most_first(cover: Cover, chosen: Ints) -> Ints:
    """The chosen in the order in which a greedy choice among them takes them; those that add nobody are left out."""
    only = replace(cover, reaches=cover.reaches[chosen])
    return np.asarray(chosen[choose_greedily(only, len(chosen)).chosen], dtype=np.int64)


def _largest_gains(gains: Floats, k: int) -> float:
    return float(np.sort(gains)[::-1][:k].sum())


class TooLargeForExact(WrongUse):
    """The question has more pairs than the exact method takes on."""


@dataclass(frozen=True)
class Proposal:
    """What was chosen from, what was chosen, and by which method: `exact` or `greedy`."""

    cover: Cover
    choice: CoverChoice
    method: str


def choose_sites(method: str, cover: Cover, count: int) -> Proposal:
    """The candidates that the method chooses; greedily where room is limited. Raises TooLargeForExact."""
    pairs, is_unlimited = cover.reaches.nnz, math.isinf(cover.room)
    if method == 'exact' and pairs > EXACT_PAIRS:
        raise TooLargeForExact(
            vi=f'Bài toán có {number_vi(pairs)} cặp, exact chỉ nhận đến {number_vi(EXACT_PAIRS)}. '
            'Dùng greedy, hoặc bớt ứng viên.',
            en=f'That is {pairs:,} pairs; exact takes {EXACT_PAIRS:,}. Use greedy, or fewer candidates.',
        )
    if method == 'greedy' or pairs > EXACT_PAIRS or not is_unlimited:
        return Proposal(cover, choose_greedily(cover, count), 'greedy')
    return Proposal(cover, choose_exactly(cover, count), 'exact')


def bound_of(proposal: Proposal, uncovered: float) -> dict[str, Any]:
    """How good the choice is: by what it adds, and what no choice of as many candidates could exceed.

    uncovered: people who are to be served and have no facility yet.
    """
    gained, bound = proposal.cover.covered(proposal.choice.chosen), proposal.choice.bound
    return {
        'method': proposal.method,
        'optimal': proposal.choice.optimal,
        'population_gained_at_most': int(bound + 1e-6),
        'share_of_best_at_least': round(gained / bound, 6) if bound else None,
        'population_beyond_candidates': int(uncovered - _reachable_share(proposal.cover)),
    }


def _reachable_share(cover: Cover) -> float:
    """People whom any candidate could cover."""
    return float(cover.people[np.unique(cover.reaches.indices)].sum())


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

    owner: the candidate of each place of `reach`. report_share: how much is done. Raises TooManyPairs.
    """
    of_place, home = pairs_within(reach, limit_m, report_share)
    return cover_of(owner[of_place], home, people, candidates)

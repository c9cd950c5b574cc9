"""Covers small enough to be worked out by hand, and bounds that hold for any."""

import itertools
import math
import random
from collections.abc import Collection, Sequence
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processes.ways.maximal_cover import Cover, choose_exactly, choose_greedily, cover_of

# Greedy takes A (6 people) and then 2 more, 8 in all. Best are B and C, which cover all 10.
TRAP = {'A': [0, 1, 2, 3, 4, 5], 'B': [0, 1, 2, 6, 7], 'C': [3, 4, 5, 8, 9]}


def cover(sets: Collection[Collection[int]], people: Sequence[float] | None = None) -> Cover:
    pairs = [(i, demand) for i, demands in enumerate(sets) for demand in demands]
    candidate, demand = np.asarray(pairs, dtype=np.int64).reshape(-1, 2).T
    size = 1 + max((demand for _, demand in pairs), default=0)
    return cover_of(candidate, demand, np.asarray(people if people else [1.0] * size), len(sets))


def best(sets: list[set[int]], k: int, people: list[int]) -> int:
    """By trying every choice."""
    choices = itertools.combinations(sets, min(k, len(sets)))
    return max(sum(people[demand] for demand in set().union(*choice)) for choice in choices)


def test_greedy_walks_into_the_trap_and_knows_how_far_off_it_may_be() -> None:
    found = choose_greedily(cover(TRAP.values()), 2)
    assert found.chosen.tolist() == [0, 1]
    assert cover(TRAP.values()).covered(found.chosen) == 8
    # 8 covered, and the largest two gains left are those of C (2 people) and nobody's
    assert (found.bound, found.optimal) == (10, False)


def test_the_exact_answer_avoids_the_trap() -> None:
    found = choose_exactly(cover(TRAP.values()), 2)
    assert sorted(found.chosen) == [1, 2]
    assert found.bound == pytest.approx(10)
    assert found.optimal


def test_of_equal_candidates_the_first_is_taken() -> None:
    assert choose_greedily(cover([[0], [1], [0, 1], [0, 1]]), 1).chosen.tolist() == [2]


def test_no_more_sites_are_proposed_than_serve_anybody() -> None:
    for choose in (choose_greedily, choose_exactly):
        found = choose(cover([[0, 1], [1], [0]]), 3)
        assert (found.chosen.tolist(), found.bound, found.optimal) == ([0], 2, True)


def test_demands_of_the_same_candidates_are_one() -> None:
    merged = cover([[0, 1, 2], [0, 1]], people=[1, 2, 4])
    assert merged.reaches.shape == (2, 2)
    assert sorted(merged.people) == [3, 4]


def test_nobody_to_cover_is_covered_by_nothing() -> None:
    empty = cover([[], []], people=[3.0])
    assert choose_greedily(empty, 2).chosen.tolist() == []


sets = st.lists(st.sets(st.integers(0, 11), max_size=7), min_size=1, max_size=7)


@settings(deadline=None)
@given(sets=sets, k=st.integers(1, 4), people=st.lists(st.integers(1, 50), min_size=12, max_size=12))
def test_greedy_exact_and_bounds_keep_their_order(sets: list[set[int]], k: int, people: list[int]) -> None:
    """(1 - 1/e) best <= greedy <= exact = best <= bound of either."""
    question = cover([*sets, []], people=[float(n) for n in people])
    optimum = best(sets, k, people)
    quick, proved = choose_greedily(question, k), choose_exactly(question, k)
    assert question.covered(quick.chosen) >= (1 - 1 / math.e) * optimum - 1e-9
    assert question.covered(quick.chosen) <= question.covered(proved.chosen) == optimum
    assert optimum <= min(quick.bound, proved.bound) + 1e-6
    assert proved.optimal


def most_served(sets: list[set[int]], k: int, people: list[int], room: int) -> int:
    """By trying every choice, the places of each shared out as well as can be: a maximum flow."""
    served = []
    for choice in itertools.combinations(sets, min(k, len(sets))):
        flow = nx.DiGraph()
        flow.add_nodes_from(('all', 'served'))
        for number, demands in enumerate(choice):
            flow.add_edge('all', f'site {number}', capacity=room)
            for demand in demands:
                flow.add_edge(f'site {number}', demand)
                flow.add_edge(demand, 'served', capacity=people[demand])
        served.append(nx.maximum_flow_value(flow, 'all', 'served'))
    return max(served)


@settings(deadline=None)
@given(
    sets=sets,
    k=st.integers(1, 3),
    room=st.integers(1, 120),
    people=st.lists(st.integers(1, 50), min_size=12, max_size=12),
)
def test_no_choice_serves_more_than_the_bound_however_places_are_shared_out(
    sets: list[set[int]], k: int, room: int, people: list[int]
) -> None:
    question = replace(cover([*sets, []], people=[float(n) for n in people]), room=float(room))
    choice = choose_greedily(question, k)
    optimum = most_served(sets, k, people, room)
    assert question.covered(choice.chosen) <= optimum + 1e-6
    assert optimum <= choice.bound + 1e-6
    assert len(set(choice.chosen)) == len(choice.chosen), 'a site is chosen once'


def test_those_within_reach_of_one_site_share_its_places_alike() -> None:
    """Of ten and thirty people within reach of twenty places half are served; who is beyond has none of them."""
    question = replace(cover([[0, 1], [2]], people=[10, 30, 7]), room=20.0)
    assert question.gains(np.empty(0, dtype=np.int64)).tolist() == [20, 7]
    assert question.served_share(np.array([0])).tolist() == [0.5, 0.5, 0]


@settings(deadline=None)
@given(sets=sets, k=st.integers(1, 4), seed=st.randoms(use_true_random=False))
def test_the_order_of_demands_decides_nothing(sets: list[set[int]], k: int, seed: random.Random) -> None:
    order = list(range(12))
    seed.shuffle(order)
    turned = [[order[demand] for demand in demands] for demands in sets]
    assert (
        choose_greedily(cover(sets, [1.0] * 12), k).chosen.tolist()
        == choose_greedily(cover(turned, [1.0] * 12), k).chosen.tolist()
    )


@pytest.mark.parametrize(('candidates', 'people'), [(0, 0), (3, 0), (0, 3)])
def test_where_there_is_nothing_to_choose_the_exact_answer_is_nothing(candidates: int, people: int) -> None:
    """Everybody is covered already, or nowhere could one build: HiGHS would refuse to look for it."""
    nothing = np.empty(0, dtype=np.int64)
    found = choose_exactly(cover_of(nothing, nothing, np.ones(people), candidates), 2)
    assert (found.chosen.tolist(), found.bound, found.optimal) == ([], 0, True)

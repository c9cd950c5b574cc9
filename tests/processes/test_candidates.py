"""Whom candidates reach in a grid town, and against the ways that are measured one by one."""

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dothi.core.errors import http_status
from processes.ways import pairs
from processes.ways.maximal_cover import cover_within, on_roads
from processes.ways.network import Network, network_of
from processes.ways.pairs import TooManyPairs
from processes.ways.reach import reach_of


def grid(blocks: int = 3, side_m: int = 500) -> Network:
    steps = [i * side_m for i in range(blocks + 1)]
    lines = [[(0, y), (steps[-1], y)] for y in steps] + [[(x, 0), (x, steps[-1])] for x in steps]
    return network_of(shapely.get_parts(shapely.node(shapely.multilinestrings(lines))))


def covered_by(
    homes: list[tuple[int, int]], sites: list[tuple[int, int]], limit_m: int, people: Sequence[int] | None = None
) -> list[float]:
    reach = reach_of(np.asarray(homes, float), np.asarray(sites, float), grid())
    each = np.ones(len(homes)) if people is None else np.array(people, dtype=np.float64)
    cover = cover_within(reach, np.arange(len(sites)), len(sites), each, limit_m, lambda share: None)
    return cover.gains(np.empty(0, dtype=np.int64)).tolist()


def test_a_candidate_covers_what_is_within_the_limit() -> None:
    """100 m off the road and 950 m along it; 20 m off; and 1,800 m away."""
    homes = [(250, 100), (1200, 20), (1500, 1500)]
    for limit_m, people in ((19, 0), (20, 2), (1_049, 2), (1_050, 3), (1_799, 3), (1_800, 7)):
        assert covered_by(homes, [(1200, 0)], limit_m, people=[1, 2, 4]) == [people]


def test_there_is_a_candidate_in_each_square_near_its_middle() -> None:
    """Junctions are every 500 m, so each square of 1,000 m has one in its middle; in squares of 750 m it is aside."""
    assert on_roads(grid(), 1_000).tolist() == [[500, 500], [500, 1_500], [1_500, 500], [1_500, 1_500]]
    assert on_roads(grid(), 750).tolist()[:2] == [[500, 500], [500, 1_000]]


def test_too_many_pairs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, 'MOST_PAIRS', 1)
    with pytest.raises(TooManyPairs, match='spacing_m') as refused:
        covered_by([(0, 0), (10, 0)], [(0, 0)], 100)
    assert http_status(refused.value) == 400


places = st.lists(st.tuples(st.integers(-100, 1600), st.integers(-100, 1600)), min_size=1, max_size=12)


@settings(deadline=None)
@given(homes=places, sites=places, limit_m=st.integers(1, 3_000))
def test_covers_agree_with_the_ways(homes: list[tuple[int, int]], sites: list[tuple[int, int]], limit_m: int) -> None:
    ways = [reach_of(np.asarray(homes, float), np.asarray([site], float), grid()).way_to_nearest() for site in sites]
    assert covered_by(homes, sites, limit_m) == [(way_m <= limit_m + 1e-6).sum() for way_m in ways]


@settings(deadline=None)
@given(homes=places, sites=places, new=places, limit_m=st.integers(1, 3_000))
def test_another_facility_never_lowers_coverage_nor_a_longer_way(
    homes: list[tuple[int, int]], sites: list[tuple[int, int]], new: list[tuple[int, int]], limit_m: int
) -> None:
    before = reach_of(np.asarray(homes, float), np.asarray(sites, float), grid()).way_to_nearest()
    after = reach_of(np.asarray(homes, float), np.asarray([*sites, *new], float), grid()).way_to_nearest()
    assert (after <= before + 1e-9).all()
    near, far = covered_by(homes, sites, limit_m), covered_by(homes, sites, limit_m + 10)
    assert all(one <= other for one, other in zip(near, far, strict=True))

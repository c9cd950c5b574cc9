"""Gi* by esda, with weights written out pair by pair; the false discovery rate by its definition."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dothi.core.arrays import Floats, Ints
from processes.zones.clusters import judge_bins, pool_counts
from tests.matrix import number_of_examples

WORLDS = settings(max_examples=number_of_examples(10, 25), deadline=None)
CUBES = st.tuples(st.integers(1, 3), st.integers(2, 4), st.integers(2, 4)).flatmap(
    lambda shape: st.tuples(
        st.lists(st.integers(0, 9), min_size=int(np.prod(shape)), max_size=int(np.prod(shape))),
        st.lists(st.booleans(), min_size=shape[1] * shape[2], max_size=shape[1] * shape[2]),
        st.just(shape),
    )
)


@pytest.mark.filterwarnings('ignore')
@WORLDS
@given(CUBES, st.sampled_from([1.0, 1.5, 2.0]), st.integers(0, 1), st.sampled_from([0, 3]))
def test_z_scores_are_those_of_esda(
    world: tuple[list[int], list[bool], tuple[int, int, int]], reach: float, back: int, least: int
) -> None:
    """Cells of any outline, counts that tie, small ones pooled first; a bin that is near to all has no z-score."""
    from esda.getisord import G_Local
    from libpysal.weights import W

    counts, inside, shape = world
    cube, area = np.array(counts).reshape(shape), np.array(inside).reshape(shape[1:])
    bins = np.argwhere(np.broadcast_to(area, shape))
    assume(len(bins) > 2)
    values = pool_counts(cube[tuple(bins.T)], least).values
    assume(values.std() > 0)
    near = neighbours(bins, reach, back)
    found = judge_bins(cube, area, least, reach, back)
    z = found.z[tuple(bins.T)]
    weights = W(near, {number: [1.0] * len(others) for number, others in near.items()}, silence_warnings=True)
    expected = G_Local(values, weights, transform='B', star=None, permutations=0, keep_simulations=False).Zs
    partial = np.array([len(others) < len(bins) for others in near.values()])
    assert z[partial] == pytest.approx(np.asarray(expected)[partial], abs=1e-9)
    assert (z[~partial] == 0).all()
    assert found.p_adjusted[tuple(bins.T)] == pytest.approx(corrected(found.p[tuple(bins.T)]))


def neighbours(bins: Ints, reach: float, back: int) -> dict[int, list[int]]:
    """The numbers of the bins near each one, itself among them."""

    def is_near(one: Ints, other: Ints) -> bool:
        before, away = one[0] - other[0], np.hypot(*(one[1:] - other[1:]))
        return 0 <= before <= back and away <= reach + 1e-9

    numbers = range(len(bins))
    return {one: [other for other in numbers if is_near(bins[one], bins[other])] for one in numbers}


def corrected(p: Floats) -> Floats:
    """Benjamini and Hochberg: p times the number of tests over its rank, the least of it and of all greater ones."""
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    result = np.empty(len(p))
    result[order] = [*itertools.accumulate(np.minimum(p[order] * len(p) / ranks, 1), min)]
    return result

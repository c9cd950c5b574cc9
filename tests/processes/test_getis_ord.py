"""Gi* against the published example, its definition written out, and cases that can be counted by hand."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from dothi.core.arrays import Floats, Ints
from processes.zones.clusters import (
    adjust_p,
    gi_star,
    judge_bins,
    may_show,
    near_sums,
    neighbourhood_kernel,
    pool_counts,
    trend,
    two_sided,
)

CUBES = arrays.arrays(
    np.int64, st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5)), elements=st.integers(0, 12)
)


@pytest.fixture(scope='module')
def correction() -> Callable[..., Floats]:
    """Of false discoveries; who only collects the tests does not import it."""
    from scipy import stats

    corrected: Callable[..., Floats] = stats.false_discovery_control
    return corrected


def straight(values: Floats, weights: Floats) -> NDArray[Any]:
    """Equation 14.3 of Ord and Getis (1995), place by place, for any weights."""
    n, mean = len(values), values.mean()
    spread = np.sqrt((values**2).mean() - mean**2)
    found = []
    for row in weights:
        own, squares = row.sum(), (row**2).sum()
        error = spread * np.sqrt((n * squares - own**2) / max(n - 1, 1))
        found.append((row @ values - mean * own) / error if error > 1e-9 else 0)
    return np.array(found)


def test_the_example_of_the_pysal_manual() -> None:
    """Six points, neighbours within 15; z of G_Local(y, w, transform='B', star=True) as its documentation prints it."""
    places = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=float)
    values = np.array([2, 3, 3.2, 5, 8, 7])
    near = (np.linalg.norm(places[:, None] - places, axis=2) <= 15).astype(float)
    z = gi_star(values, near @ values, near.sum(axis=1))
    assert z == pytest.approx([-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331])


def test_one_full_cell_in_a_row_of_nine() -> None:
    """9 in the middle of nine cells, 0 elsewhere: mean 1, spread sqrt(8), three near the middle: 6 / (sqrt(8) 1.5)."""
    cube = np.zeros((1, 1, 9))
    cube[0, 0, 4] = 9
    kernel = neighbourhood_kernel(1, 0)
    z = gi_star(cube, near_sums(cube, kernel), near_sums(np.ones(cube.shape), kernel))
    assert z[0, 0, 4] == pytest.approx(6 / (np.sqrt(8) * np.sqrt((9 * 3 - 9) / 8)))
    assert z[0, 0, 3:6] == pytest.approx([z[0, 0, 4]] * 3)
    assert z[0, 0, 0] == pytest.approx(-2 / (np.sqrt(8) * np.sqrt((9 * 2 - 4) / 8)))


@given(CUBES, st.integers(0, 2), st.sampled_from([1, 1.5, 2]))
def test_the_sums_over_the_grid_are_those_of_the_definition(cube: Ints, back: int, reach: float) -> None:
    """Each bin against each other one, by their distance in cells and periods: n x n weights."""
    at = np.argwhere(np.ones(cube.shape, dtype=bool))
    apart = np.hypot(*(at[:, None, 1:] - at[None, :, 1:]).transpose(2, 0, 1))
    before = at[:, None, 0] - at[None, :, 0]
    weights = ((apart <= reach + 1e-9) & (before >= 0) & (before <= back)).astype(float)
    kernel, values = neighbourhood_kernel(reach, back), cube.astype(float)
    z = gi_star(values, near_sums(values, kernel), near_sums(np.ones(cube.shape), kernel))
    assert z.ravel() == pytest.approx(straight(values.ravel(), weights), abs=1e-6)


@given(CUBES.filter(lambda cube: np.ptp(cube) > 0), st.integers(1, 50), st.integers(2, 9))
def test_neither_the_unit_nor_the_zero_of_the_values_matters(cube: Ints, more: int, times: int) -> None:
    kernel, near = neighbourhood_kernel(1.5, 1), near_sums(np.ones(cube.shape), neighbourhood_kernel(1.5, 1))
    one, other = cube.astype(float), cube.astype(float) * times + more
    assert gi_star(one, near_sums(one, kernel), near) == pytest.approx(
        gi_star(other, near_sums(other, kernel), near), abs=1e-6
    )


def test_equal_values_have_no_spots() -> None:
    cube = np.full((2, 3, 3), 7.0)
    kernel = neighbourhood_kernel(1.5, 1)
    assert not gi_star(cube, near_sums(cube, kernel), near_sums(np.ones(cube.shape), kernel)).any()


def test_p_values_corrected_by_hand() -> None:
    """Four tests: 0.01 x 4 / 1, 0.02 x 4 / 2, 0.03 x 4 / 3, 0.5 x 4 / 4, none above the next one."""
    assert adjust_p(np.array([0.02, 0.5, 0.01, 0.03])) == pytest.approx([0.04, 0.5, 0.04, 0.04])
    assert two_sided(np.array([1.959964, -1.959964, 0])) == pytest.approx([0.05, 0.05, 1], abs=1e-6)


@given(p=arrays.arrays(float, st.tuples(st.integers(0, 4), st.integers(1, 5)), elements=st.floats(0, 1)))
def test_p_values_are_corrected_as_scipy_does(correction: Callable[..., Floats], p: Floats) -> None:
    expected = correction(p, axis=None).reshape(p.shape) if p.size else p
    assert adjust_p(p) == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_trend_by_hand() -> None:
    """Five values that rise: S = 10, variance 5 x 4 x 15 / 18; two equal ones take 18 from the 300."""
    series = np.array([[1, 5, 3, 1], [2, 4, 3, 1], [3, 3, 3, 2], [4, 2, 3, 3], [5, 1, 3, 4]], dtype=float)
    rising = 9 / np.sqrt(300 / 18)
    assert trend(series) == pytest.approx([rising, -rising, 0, 8 / np.sqrt((300 - 18) / 18)])


@given(arrays.arrays(np.int64, st.integers(1, 40), elements=st.integers(0, 12)), st.integers(2, 6))
def test_pooling_keeps_the_sum_and_shows_no_small_count(counts: Ints, least: int) -> None:
    found = pool_counts(counts, least)
    assert found.values.sum() == pytest.approx(counts.sum())
    assert (counts[found.is_published] >= least).all()
    assert (found.values[found.is_published] == counts[found.is_published]).all()
    hidden = counts[~found.is_published]
    assert hidden.sum() == 0 or not found.is_published.any() or (hidden.size > 1 and hidden.sum() >= least)


@given(CUBES, st.randoms())
def test_hidden_counts_cannot_be_had_back_from_anything_that_is_told(cube: Ints, chance: random.Random) -> None:
    """Move reports between hidden bins as one likes: as long as the same ones are hidden, every figure stays."""
    least, other = 5, cube.copy()
    hidden = np.argwhere(cube < least)
    for _ in range(20):
        one, two = (tuple(hidden[chance.randrange(len(hidden))]) if len(hidden) else None for _ in range(2))
        if one and other[one] > 0 and other[two] < least - 1:
            other[one] -= 1
            other[two] += 1
    inside = np.ones(cube.shape[1:], dtype=bool)
    told, again = (judge_bins(counts, inside, least, 1.5, 1) for counts in (cube, other))
    assert (told.is_published == again.is_published).all()
    for name in ('z', 'p', 'p_adjusted', 'trend_z', 'trend_p_adjusted'):
        assert (getattr(told, name) == getattr(again, name)).all(), name


@pytest.mark.parametrize(
    ('counts', 'shown'),
    [
        ([9, 8, 7, 2, 3], [True, True, True, False, False]),
        # 2 alone would follow from the total, so 7 is hidden with it
        ([9, 8, 7, 2], [True, True, False, False]),
        # 1 + 1 is itself too small a number
        ([9, 8, 7, 1, 1], [True, True, False, False, False]),
        # 4 + 4 of at most 4 each
        ([9, 8, 7, 4, 4], [True, True, False, False, False]),
        # nobody is in an empty cell
        ([9, 8, 7, 0], [True, True, True, False]),
        # of equal ones all
        ([9, 7, 7, 2], [True, False, False, False]),
    ],
)
def test_what_is_hidden_with_a_small_count(counts: list[int], shown: list[bool]) -> None:
    assert pool_counts(np.array(counts), 5).is_published.tolist() == shown


def test_a_small_count_is_not_told() -> None:
    assert [may_show(count, 5) for count in (0, 1, 4, 5)] == [0, None, None, 5]

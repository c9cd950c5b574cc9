"""Weighted statistics: by hand, and against numpy with every value repeated as often as it weighs."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.zones.weighted import by_group

PIECES = st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 5), st.integers(0, 4)), max_size=40)


def test_three_pieces_by_hand() -> None:
    """1 weighs 3 and 5 weighs 1: mean 2, median 1, spread sqrt((3 x 1 + 9) / 4); nothing is known of group 1."""
    found = by_group(np.array([0, 0, 2]), np.array([5.0, 1, 7]), np.array([1.0, 3, 0.5]), 3)
    assert {name: values[0] for name, values in found.items()} == pytest.approx(
        {
            'count': 4, 'sum': 8, 'mean': 2, 'min': 1, 'max': 5, 'median': 1, 'stdev': np.sqrt(3),
            'majority': 1, 'minority': 5, 'variety': 2,
        }
    )  # fmt: skip
    assert [found['count'][1], found['sum'][1], found['variety'][1]] == [0, 0, 0]
    assert all(np.isnan(found[name][1]) for name in ('mean', 'min', 'max', 'median', 'stdev', 'majority', 'minority'))
    assert found['median'][2] == 7


@given(PIECES, st.randoms())
def test_a_weight_is_a_number_of_times(pieces: list[tuple[int, int, int]], chance: random.Random) -> None:
    pieces = chance.sample(pieces, len(pieces))
    group, values, weights = np.array(pieces, dtype=float).reshape(-1, 3).T
    found = by_group(group.astype(np.int64), values, weights, 4)
    for number in range(4):
        own = np.repeat(values[group == number], weights[group == number].astype(int))
        assert found['count'][number] == len(own)
        assert found['sum'][number] == own.sum()
        if not len(own):
            continue
        same = {'mean': own.mean(), 'min': own.min(), 'max': own.max(), 'stdev': own.std(), 'median': np.median(own)}
        assert {name: found[name][number] for name in same} == pytest.approx(same, abs=1e-9)
        different, times = np.unique(own, return_counts=True)
        assert found['variety'][number] == len(different)
        assert found['majority'][number] == different[times == times.max()][-1]
        assert found['minority'][number] == different[times == times.min()][0]

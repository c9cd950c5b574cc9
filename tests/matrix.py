"""What runs every day, and what by `make test-all` only: large matrices in every combination, tests that take long."""

import itertools
import os
from collections.abc import Sequence
from typing import Any

import pytest

# set by `make test-all`
EXHAUSTIVE = os.environ.get('DOTHI_TEST_ALL') == 'yes'
# For a test that is a matrix by itself, where another one covers each value.
exhaustive = pytest.mark.skipif(not EXHAUSTIVE, reason='every combination runs by `make test-all`')
# For a test of seconds beside a quicker one that would see most faults of its kind.
thorough = pytest.mark.skipif(not EXHAUSTIVE, reason='takes long, and runs by `make test-all`')


def combinations(*factors: Sequence[Any], every: bool = EXHAUSTIVE) -> list[tuple[Any, ...]]:
    """Rows for `parametrize` or a loop: the product of the factors, or the fewest rows in which each value occurs.

    Row i of the fewest holds value i of each factor, which begins anew where it is shorter than the longest one.
    """
    if every:
        return list(itertools.product(*factors))
    rows = max(map(len, factors))
    return [tuple(factor[row % len(factor)] for factor in factors) for row in range(rows)]


def number_of_examples(every_day: int, exhaustive: int) -> int:
    """How many random examples a test takes."""
    return exhaustive if EXHAUSTIVE else every_day

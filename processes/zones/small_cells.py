"""Counts so small that they speak of persons, hidden so that what is shown does not give them away."""

from dataclasses import dataclass

import numpy as np

from dothi.core.arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class PooledCounts:
    """Counts that may be shown, and one value, the mean of the rest, in place of each of the others.

    values: shape of the counts, with the same sum. is_shown: where the value is the count itself.
    """

    values: Floats
    is_shown: Bools


def pool_counts(counts: Ints, least: int) -> PooledCounts:
    """The counts, those below `least` (empty ones too) pooled.

    Whatever is computed from the values alone can tell no more of a hidden count than that it is hidden: two tables
    with the same counts shown and the same sum give the same values. As that sum is known, it must not be small
    itself, nor belong to one place: then the least of the counts that could be shown are hidden with the rest.
    """
    is_shown = counts >= least
    while is_shown.any() and _gives_away(counts[~is_shown], least):
        is_shown &= counts > counts[is_shown].min()
    hidden = counts[~is_shown]
    values = counts.astype(np.float64)
    values[~is_shown] = hidden.mean() if hidden.size else 0
    return PooledCounts(values, is_shown)


def may_show(count: int, least: int) -> int | None:
    """The count, or None where it is too small to be shown; none at all is nobody's."""
    return None if 0 < count < least else count


def _gives_away(hidden: Ints, least: int) -> bool:
    """Whether the sum of the hidden counts tells what they are (one alone, or all at their most), or is too small."""
    total = int(hidden.sum())
    return total > 0 and (hidden.size < 2 or total < least or total == hidden.size * (least - 1))

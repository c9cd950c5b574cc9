"""Hot and cold spots among bins of space and time, whose small counts are pooled so that nothing gives them away."""

from dataclasses import dataclass

import numpy as np

from dothi.core.arrays import Bools, Floats, Ints
from processes.zones.getis_ord import adjust_p, gi_star, near_sums, neighbourhood_kernel, trend, two_sided

# A trend in fewer periods cannot be told from chance: four that rise one after another have p = 0.09.
LEAST_PERIODS_FOR_TREND = 5


@dataclass(frozen=True)
class PooledCounts:
    """Counts that may be shown, and one value, the mean of the rest, in place of each of the others.

    values: shape of the counts, with the same sum. is_shown: where the value is the count itself.
    """

    values: Floats
    is_published: Bools


def pool_counts(counts: Ints, least: int) -> PooledCounts:
    """The counts, those below `least` (empty ones too) pooled.

    Whatever is computed from the values alone can tell no more of a hidden count than that it is hidden: two tables
    with the same counts shown and the same sum give the same values. As that sum is known, it must not be small
    itself, nor belong to one place: then the least of the counts that could be shown are hidden with the rest.
    """
    is_published = counts >= least
    while is_published.any() and _gives_away(counts[~is_published], least):
        is_published &= counts > counts[is_published].min()
    hidden = counts[~is_published]
    values = counts.astype(np.float64)
    values[~is_published] = hidden.mean() if hidden.size else 0
    return PooledCounts(values, is_published)


def may_show(count: int, least: int) -> int | None:
    """The count, or None where it is too small to be shown; none at all is nobody's."""
    return None if 0 < count < least else count


def _gives_away(hidden: Ints, least: int) -> bool:
    """Whether the sum of the hidden counts tells what they are (one alone, or all at their most), or is too small."""
    total = int(hidden.sum())
    return total > 0 and (hidden.size < 2 or total < least or total == hidden.size * (least - 1))


@dataclass(frozen=True)
class Verdicts:
    """What is told of each bin, shape (periods, rows, columns), and of each cell, shape (rows, columns)."""

    is_published: Bools
    z: Floats
    p: Floats
    p_adjusted: Floats
    trend_z: Floats
    trend_p_adjusted: Floats


def judge_bins(cube: Ints, inside: Bools, least: int, reach_cells: float, periods_back: int) -> Verdicts:
    """Gi* of each bin and the trend of each cell, from the counts that may be shown and the mean of the others.

    cube: counts, shape (periods, rows, columns). inside: the cells that are looked at, shape (rows, columns).
    """
    bins = np.broadcast_to(inside, cube.shape)
    kernel = neighbourhood_kernel(reach_cells, periods_back)
    of_inside = pool_counts(cube[bins], least)
    values, is_published = np.zeros(cube.shape), np.zeros(cube.shape, dtype=bool)
    values[bins], is_published[bins] = of_inside.values, of_inside.is_published
    near_sum, near = near_sums(values, kernel), near_sums(bins.astype(np.float64), kernel)
    z, p_adjusted = np.zeros(cube.shape), np.ones(cube.shape)
    z[bins] = gi_star(of_inside.values, near_sum[bins], near[bins])
    p = two_sided(z)
    p_adjusted[bins] = adjust_p(p[bins])
    trend_z, trend_p = np.zeros(inside.shape), np.ones(inside.shape)
    if len(cube) >= LEAST_PERIODS_FOR_TREND:
        trend_z[inside] = trend(z[:, inside])
        trend_p[inside] = adjust_p(two_sided(trend_z[inside]))
    return Verdicts(is_published, z, p, p_adjusted, trend_z, trend_p)

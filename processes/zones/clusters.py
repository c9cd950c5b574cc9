"""Hot and cold spots among bins of space and time whose small counts are hidden."""

from dataclasses import dataclass

import numpy as np

from dothi.core.arrays import Bools, Floats, Ints
from processes.zones.getis_ord import adjust_p, gi_star, near_sums, neighbourhood_kernel, trend, two_sided
from processes.zones.small_cells import pool_counts

# A trend in fewer periods cannot be told from chance: four that rise one after another have p = 0.09.
LEAST_PERIODS_FOR_TREND = 5


@dataclass(frozen=True)
class Verdicts:
    """What is told of each bin, shape (periods, rows, columns), and of each cell, shape (rows, columns)."""

    is_shown: Bools
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
    values, is_shown = np.zeros(cube.shape), np.zeros(cube.shape, dtype=bool)
    values[bins], is_shown[bins] = of_inside.values, of_inside.is_shown
    near_sum, near = near_sums(values, kernel), near_sums(bins.astype(np.float64), kernel)
    z, p_adjusted = np.zeros(cube.shape), np.ones(cube.shape)
    z[bins] = gi_star(of_inside.values, near_sum[bins], near[bins])
    p = two_sided(z)
    p_adjusted[bins] = adjust_p(p[bins])
    trend_z, trend_p = np.zeros(inside.shape), np.ones(inside.shape)
    if len(cube) >= LEAST_PERIODS_FOR_TREND:
        trend_z[inside] = trend(z[:, inside])
        trend_p[inside] = adjust_p(two_sided(trend_z[inside]))
    return Verdicts(is_shown, z, p, p_adjusted, trend_z, trend_p)

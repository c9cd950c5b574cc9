"""Local clusters in space and time: Getis-Ord Gi*, its significance, and the trend of a series."""

from itertools import combinations

import numpy as np
from scipy import ndimage, special, stats

from dothi.core.arrays import Floats


def gi_star(values: Floats, near_sum: Floats, near: Floats) -> Floats:
    """The z-score of each place: how far the sum over it and its neighbours is from what chance would give.

    values: of all n places. near_sum: sum of the values of a place and its neighbours; near: how many these are, the
    place itself among them. All of one shape. 0 where there is nothing to compare with: all values equal, or
    everybody a neighbour. With weights that are 0 or 1, equation 14.3 of Ord and Getis (1995):

        z = (near_sum - mean near) / (spread sqrt((n near - near^2) / (n - 1)))
    """
    n, spread = values.size, values.std()
    error = spread * np.sqrt(np.maximum(n * near - near**2, 0) / max(n - 1, 1))
    # a spread that is nothing but rounding is none
    has_spread = error > 1e-9 * max(1.0, float(np.abs(values).max(initial=0)))
    z = np.zeros(values.shape)
    np.divide(near_sum - values.mean() * near, error, out=z, where=has_spread)
    return z


def neighbourhood_kernel(reach_cells: float, periods_back: int) -> Floats:
    """Which bins count as near, as a kernel for `near_sums`: (2 p + 1, 2 c + 1, 2 c + 1) of 0 and 1.

    Cells whose middle is at most `reach_cells` away, in the same period and in the `periods_back` before it: what
    comes later says nothing of what was already seen.
    """
    cells = int(np.floor(reach_cells))
    steps = np.arange(-cells, cells + 1)
    disk = np.hypot(*np.meshgrid(steps, steps)) <= reach_cells + 1e-9
    kernel = np.zeros((2 * periods_back + 1, *disk.shape))
    kernel[: periods_back + 1] = disk
    return kernel


def near_sums(cube: Floats, kernel: Floats) -> Floats:
    """Sum of each bin's neighbourhood; beyond the edge there is nothing. cube: (periods, rows, columns)."""
    return np.asarray(ndimage.correlate(cube, kernel, mode='constant', cval=0.0))


def two_sided(z: Floats) -> Floats:
    """Probability of a z-score as far from 0 as this, or farther, by chance."""
    return np.asarray(2 * special.ndtr(-np.abs(z)))


def adjust_p(p: Floats) -> Floats:
    """p-values corrected for their number, so that at most a share a of those below a is false (in expectation).

    Benjamini and Hochberg (1995), as Caldas de Castro and Singer (2006) advise for local statistics. Shape kept.
    """
    return np.asarray(stats.false_discovery_control(p, axis=None, method='bh')).reshape(p.shape) if p.size else p


def trend(series: Floats) -> Floats:
    """z-score of Mann and Kendall for each column of series, shape (periods, n): above 0 it rises, below it falls.

    0 where nothing rises or falls. Corrected for ties and for continuity (Kendall 1975).
    """
    periods = len(series)
    rises = np.zeros(series.shape[1])
    for earlier, later in combinations(range(periods), 2):
        rises += np.sign(series[later] - series[earlier])
    variance = (periods * (periods - 1) * (2 * periods + 5) - _tie_variance(series)) / 18
    z = np.zeros(len(rises))
    np.divide(rises - np.sign(rises), np.sqrt(variance), out=z, where=variance > 0)
    return z


def _tie_variance(series: Floats) -> Floats:
    """What equal values take from the variance: the sum of t (t - 1) (2 t + 5) over groups of t equal ones.

    Each of the t members of a group adds (t - 1) (2 t + 5).
    """
    equal = np.array([(series == row).sum(axis=0) for row in series])
    return np.asarray(((equal - 1) * (2 * equal + 5)).sum(axis=0), dtype=np.float64)

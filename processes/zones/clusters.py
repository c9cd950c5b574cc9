"""Hot and cold spots among bins of space and time: Getis-Ord Gi*, its significance, trends, and small counts pooled."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import scipy

from dothi.core.arrays import Bools, Floats, Ints
from processes.geojson import geojson_geometries, numbered_features
from processes.zones.space_time import Cells, Periods

# A trend in fewer periods cannot be told from chance: four that rise one after another have p = 0.09.
LEAST_PERIODS_FOR_TREND = 5


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
    return np.asarray(scipy.ndimage.correlate(cube, kernel, mode='constant', cval=0.0))


def two_sided(z: Floats) -> Floats:
    """Probability of a z-score as far from 0 as this, or farther, by chance."""
    return np.asarray(2 * scipy.special.ndtr(-np.abs(z)))


def adjust_p(p: Floats) -> Floats:
    """p-values corrected for their number, so that at most a share a of those below a is false (in expectation).

    Benjamini and Hochberg (1995), as Caldas de Castro and Singer (2006) advise for local statistics. Shape kept.
    """
    # by hand, as importing scipy.stats takes a fifth of the time in which a worker or a service starts
    order = np.argsort(p, axis=None)
    corrected = p.ravel()[order] * p.size / np.arange(1, p.size + 1)
    adjusted = np.empty(p.size)
    adjusted[order] = np.minimum.accumulate(corrected[::-1])[::-1]
    return np.minimum(adjusted, 1).reshape(p.shape)


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


@dataclass(frozen=True)
class PooledCounts:
    """Counts that may be shown, and one value, the mean of the rest, in place of each of the others.

    values: shape of the counts, with the same sum. is_published: where the value is the count itself.
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


def bin_features(
    verdicts: Verdicts, cube: Ints, cells: Cells, periods: Periods, significance: float, srid: int
) -> list[Any]:
    """A feature for each bin that has a count to show or is a hot or cold spot, by cell and then by period."""
    period, row, column = np.nonzero(verdicts.is_published | (verdicts.p_adjusted <= significance))
    order = np.lexsort([period, column, row])
    period, row, column = period[order], row[order], column[order]
    properties = [
        {
            'cell': cells.name(at[1], at[2]),
            'since': periods.begins(at[0]).isoformat(),
            'until': periods.ends(at[0]).isoformat(),
            'reports': int(cube[at]) if verdicts.is_published[at] else None,
            **_describe_verdict(verdicts, at, significance),
        }
        for at in zip(period.tolist(), row.tolist(), column.tolist(), strict=True)
    ]
    return numbered_features(geojson_geometries(cells.boxes(row, column), srid), properties)


def _describe_verdict(verdicts: Verdicts, at: tuple[int, int, int], significance: float) -> dict[str, Any]:
    z, p_adjusted = float(verdicts.z[at]), float(verdicts.p_adjusted[at])
    verdict = ('hot' if z > 0 else 'cold') if p_adjusted <= significance else 'none'
    trend_z, trend_p = float(verdicts.trend_z[at[1:]]), float(verdicts.trend_p_adjusted[at[1:]])
    rising = ('rising' if trend_z > 0 else 'falling') if trend_p <= significance else 'none'
    return {
        'z': round(z, 4),
        'p': round(float(verdicts.p[at]), 6),
        'p_adjusted': round(p_adjusted, 6),
        'verdict': verdict,
        'trend_z': round(trend_z, 4),
        'trend_p_adjusted': round(trend_p, 6),
        'trend': rising if len(verdicts.z) >= LEAST_PERIODS_FOR_TREND else None,
    }

"""Statistics of values that have weights, by group."""

import numpy as np

from dothi.core.arrays import Floats, Ints

type Statistics = dict[str, Floats]


def by_group(group: Ints, values: Floats, weights: Floats, groups: int) -> Statistics:
    """Each statistic by its name, shape (groups,); nan where a group has no weight, but 0 for count, sum and variety.

    group, values, weights: of each of n pieces, shape (n,); what has no weight is left out. count: the weight of the
    group. sum: of value x weight. mean: sum / count. stdev: of the whole, not of a sample. median: the value at which
    half the weight is reached, or the middle of two where it is reached just between them. majority, minority: the
    value with most and with least weight, of equal ones the greatest and the smallest, as exactextract has it.
    variety: how many different values.
    """
    has_weight = weights > 0
    order = np.lexsort([values[has_weight], group[has_weight]])
    group, values, weights = group[has_weight][order], values[has_weight][order], weights[has_weight][order]
    count = np.bincount(group, weights, minlength=groups)
    total = np.bincount(group, weights * values, minlength=groups)
    statistics = {name: np.full(groups, np.nan) for name in ('min', 'max', 'median', 'stdev', 'majority', 'minority')}
    statistics |= {'count': count, 'sum': total, 'mean': _divide_or_nan(total, count), 'variety': np.zeros(groups)}
    starts = np.searchsorted(group, np.arange(groups + 1))
    for number in np.flatnonzero(count):
        part = slice(starts[number], starts[number + 1])
        for name, value in _of_one(values[part], weights[part], statistics['mean'][number]).items():
            statistics[name][number] = value
    return statistics


def _of_one(values: Floats, weights: Floats, mean: float) -> dict[str, float]:
    """What has to look at the values of one group, which are in order."""
    different, first = np.unique(values, return_index=True)
    by_value = np.add.reduceat(weights, first)
    return {
        'min': values[0],
        'max': values[-1],
        'median': weighted_median(different, by_value),
        'stdev': float(np.sqrt(weights @ (values - mean) ** 2 / weights.sum())),
        'majority': different[::-1][np.argmax(by_value[::-1])],
        'minority': different[np.argmin(by_value)],
        'variety': len(different),
    }


def weighted_median(values: Floats, weights: Floats) -> float:
    """Where half of the weight is reached; values: different ones, rising."""
    reached, half = np.cumsum(weights), weights.sum() / 2
    at = int(np.searchsorted(reached, half * (1 - 1e-12)))
    just_between = np.isclose(reached[at], half, rtol=1e-12) and at + 1 < len(values)
    return float((values[at] + values[at + 1]) / 2 if just_between else values[at])


def _divide_or_nan(total: Floats, count: Floats) -> Floats:
    result = np.full(len(total), np.nan)
    np.divide(total, count, out=result, where=count > 0)
    return result

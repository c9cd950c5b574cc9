"""Which sites stay when weights and limits are a little other than was said: variations of the factors of a search."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from processes.ground.suitability import Factor, Site

# Of its cells, how many must still reach the threshold for a site to be the same one.
LEAST_STAYING = 0.5


@dataclass(frozen=True)
class Variation:
    """The factors of a search with the weight of one criterion, or its worst and best value, changed by a share."""

    criterion: str
    varied: Literal['weight', 'limits']
    by: float
    factors: list[Factor]


def variations_of(factors: Sequence[Factor], with_limits: Collection[str], by: float) -> list[Variation]:
    """One weight at a time, less and more by this share; then the limits, of the criteria named `with_limits`.

    Weights are made 1 together again. A criterion without a weight has no score that could change.
    """
    scored = [number for number, factor in enumerate(factors) if factor.share]
    steps = (-by, by)
    weights = [
        Variation(factors[number].name, 'weight', step, _with_weight(factors, number, 1 + step))
        for number in scored if len(scored) > 1 for step in steps
    ]  # fmt: skip
    limits = [
        Variation(factors[number].name, 'limits', step, _with_limits(factors, number, 1 + step))
        for number in scored if factors[number].name in with_limits for step in steps
    ]  # fmt: skip
    return [*weights, *limits]


def _with_weight(factors: Sequence[Factor], number: int, times: float) -> list[Factor]:
    shares = [factor.share * (times if place == number else 1) for place, factor in enumerate(factors)]
    return [
        replace(factor, share=share / sum(shares)) for factor, share in zip(factors, shares, strict=True)
    ]  # fmt: skip


def _with_limits(factors: Sequence[Factor], number: int, times: float) -> list[Factor]:
    own = factors[number]
    changed = replace(own, worst=own.worst * times, best=own.best * times)
    return [*factors[:number], changed, *factors[number + 1 :]]


def site_sensitivity(site: Site) -> dict[str, Any]:
    """In which share of the variations a site stays, and its lowest and highest mean score in them."""
    if not site.varied:
        return {}
    scores = [score for score, _ in site.varied]
    return {
        'stays_share': round(sum(stays(site)) / len(site.varied), 4),
        'score_lowest': round(min(scores), 4),
        'score_highest': round(max(scores), 4),
    }


def stays(site: Site) -> list[bool]:
    """By variation, whether half of the site's cells still reach the threshold."""
    return [good >= LEAST_STAYING for _, good in site.varied]


def describe_variations(variations: Sequence[Variation], sites: Sequence[Site]) -> list[dict[str, Any]]:
    """What was varied by how much, and how many of the sites stay."""
    return [
        {
            'criterion': variation.criterion,
            'varied': variation.varied,
            'by_pct': round(100 * variation.by, 2),
            'sites_staying': sum(stays(site)[number] for site in sites),
        }
        for number, variation in enumerate(variations)
    ]

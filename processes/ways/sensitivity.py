"""Which of the proposed sites stay when the longest acceptable way is a little other than was said."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dothi.core.arrays import Floats
from processes.ways.facilities import Facilities
from processes.ways.maximal_cover import Proposal

# Of the longest acceptable way: how near another choice stands that is the same site.
SAME_SITE = 0.5


@dataclass(frozen=True)
class Try:
    """The choice with a limit that is other by this share."""

    by: float
    limit_m: float
    proposal: Proposal


def try_limits(choose_within: Callable[[float], Proposal], limit_m: float, by: float) -> list[Try]:
    """The choices with the limit less and more by this share; none where that is 0."""
    return [Try(step, limit_m * (1 + step), choose_within(limit_m * (1 + step))) for step in (-by, by) if by]


def stays_of(site: int, tries: list[Try], candidates: Facilities, limit_m: float) -> dict[str, Any]:
    """In which share of the tries a site is chosen, or another one within half of the longest way from it."""
    if not tries:
        return {}
    staying = [_is_chosen(site, each.proposal, candidates, limit_m) for each in tries]
    return {'stays_share': round(sum(staying) / len(tries), 4)}


def describe_tries(tries: list[Try], candidates: Facilities, proposal: Proposal, limit_m: float) -> dict[str, Any]:
    """What was tried, whom its choice adds, and how many of the sites stay; nothing where nothing was."""
    if not tries:
        return {}
    return {
        'variations': [
            {
                'varied': 'longest_way',
                'by_pct': round(100 * each.by, 2),
                'distance_m': round(each.limit_m, 3),
                'population_gained': int(each.proposal.cover.covered(each.proposal.choice.chosen)),
                'sites_staying': sum(
                    _is_chosen(int(site), each.proposal, candidates, limit_m) for site in proposal.choice.chosen
                ),
            }
            for each in tries
        ]
    }


def _is_chosen(site: int, proposal: Proposal, candidates: Facilities, limit_m: float) -> bool:
    chosen = candidates.xy[np.isin(candidates.owner, proposal.choice.chosen)]
    own: Floats = candidates.xy[candidates.owner == site]
    if not len(chosen):
        return False
    apart_m = np.hypot(*(own[:, None, :] - chosen[None, :, :]).transpose(2, 0, 1))
    return bool(apart_m.min() <= SAME_SITE * limit_m)

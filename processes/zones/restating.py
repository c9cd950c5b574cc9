"""Figures divided by shares without losing anything, how wrong the division can be, and shares told by outlines."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import shapely

from dothi.core.arrays import Geometries
from dothi.core.unit_crosswalk import Shares
from processes.data import Homes
from processes.zones.membership import SLIVER, zone_of

# A figure with more decimals is rounded to so many, as nobody measures more.
MOST_DECIMALS = 9


@dataclass(frozen=True)
class RestatedFigure:
    """A figure on a unit of the other day: the estimate, and the least and the most that it can be.

    pieces: the units that it is made of, each with the share that comes from it. exact: the bounds are one.
    """

    value: float
    least: float
    most: float
    pieces: Mapping[str, float]

    @property
    def exact(self) -> bool:
        """Whether it is only added up of whole units."""
        return self.least == self.most


def restate_figures(figures: Mapping[str, float], shares: Shares, decimals: int) -> dict[str, RestatedFigure]:
    """The figures of units on those of another day, by code, with `decimals` places; their sum is kept to the last.

    shares: of each unit to each of the other day, adding up to 1; a share of 0 says that the two touch but nothing is
    known to lie there. Every unit of `figures` needs them. A figure is cut into whole steps of the last place, and the
    steps that its shares leave over go to the largest remainders (Hamilton's method), so each one is kept by itself.

    least: what comes from units that lie in it whole; most: what comes from all that touch it. A piece of a unit
    can have all that the unit has, or nothing: that is the bound, and no assumption narrows it. It holds for figures
    that are sums of things of one sign.
    """
    scale = 10**decimals
    parts: dict[str, dict[str, int]] = defaultdict(dict)
    steps = {code: in_steps(value, decimals) for code, value in figures.items()}
    for code, whole in sorted(steps.items()):
        for target, part in allot_whole(whole, shares[code]).items():
            parts[target][code] = part
    return {target: _sum_shares(own, steps, shares, target, scale) for target, own in sorted(parts.items())}


def allot_whole(whole: int, shares: Mapping[str, float]) -> dict[str, int]:
    """`whole` steps divided by shares that add up to about 1: whole numbers with the sum `whole`.

    Of equal remainders the lower code comes first, so the order of the shares decides nothing.
    """
    total = sum(Fraction(share) for share in shares.values())
    exact = {code: abs(whole) * Fraction(share) / total for code, share in shares.items()}
    parts = {code: int(part) for code, part in exact.items()}
    by_remainder = sorted(exact, key=lambda code: (parts[code] - exact[code], code))
    for code in by_remainder[: abs(whole) - sum(parts.values())]:
        parts[code] += 1
    return {code: part if whole >= 0 else -part for code, part in parts.items()}


def in_steps(value: float, decimals: int) -> int:
    """The value in whole steps of the last of so many decimal places."""
    return round(Decimal(str(value)).scaleb(decimals))


def decimals_of(figures: Mapping[str, float], least: int) -> int:
    """The decimal places that the figures have, `least` at least and MOST_DECIMALS at most."""
    exponents = (Decimal(str(value)).normalize().as_tuple().exponent for value in figures.values())
    return min(MOST_DECIMALS, max([least, *(-place for place in exponents if isinstance(place, int))]))


def area_shares(before: list[str], old: Geometries, after: list[str], new: Geometries) -> Shares:
    """Share of the area of each old unit that lies in each new one, by code; they add up to 1.

    old, new: polygons in the working CRS, in the order of their codes. What no new unit covers is divided as the rest
    is. Pieces below a ten-thousandth are two drawings of one border, and left out.
    """
    old_index, other = shapely.STRtree(new).query(old, predicate='intersects')
    share = shapely.area(shapely.intersection(old[old_index], new[other])) / shapely.area(old[old_index])
    is_real = share > SLIVER
    shares: Shares = {code: {} for code in before}
    for source, target, part in zip(
        old_index[is_real].tolist(), other[is_real].tolist(), share[is_real].tolist(), strict=True
    ):
        shares[before[source]][after[target]] = part
    return {code: _normalise_shares(parts) for code, parts in shares.items()}


def people_shares(
    by_area: Shares, before: list[str], old: Geometries, after: list[str], new: Geometries, homes: Homes
) -> tuple[Shares, set[str]]:
    """Share of the people of each old unit whose home lies in each new one, and the divided units without a home.

    These are divided by area. A piece of ground without homes has the share 0: it may have something else.
    """
    people: dict[tuple[str, str], float] = defaultdict(float)
    was, now = zone_of(homes.xy, old), zone_of(homes.xy, new)
    both = (was >= 0) & (now >= 0)
    pairs = was[both] * len(new) + now[both]
    for pair, count in enumerate(np.bincount(pairs, homes.population[both], minlength=len(old) * len(new))):
        people[before[pair // len(new)], after[pair % len(new)]] = float(count)
    shares: Shares = {}
    empty: set[str] = set()
    for code, parts in by_area.items():
        lived = {target: people[code, target] for target in parts}
        if len(parts) > 1 and not sum(lived.values()):
            empty.add(code)
        shares[code] = _normalise_shares(lived) if sum(lived.values()) else parts
    return shares, empty


def _sum_shares(
    own: Mapping[str, int], steps: Mapping[str, int], shares: Shares, target: str, scale: int
) -> RestatedFigure:
    whole = [steps[code] for code in own if len(shares[code]) == 1]
    divided = [steps[code] for code in own if len(shares[code]) > 1]
    least = sum(whole) + sum(min(step, 0) for step in divided)
    most = sum(whole) + sum(max(step, 0) for step in divided)
    pieces = {code: shares[code][target] for code in own}
    return RestatedFigure(sum(own.values()) / scale, least / scale, most / scale, pieces)


def _normalise_shares(parts: Mapping[str, float]) -> dict[str, float]:
    total = sum(parts.values())
    return {code: part / total for code, part in sorted(parts.items())}

"""Figures by the units of one day, told by those of another: through the lineage, or not at all."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dothi.core.errors import DataRefused, WrongUse
from dothi.core.unit_register import UnitRegister, UnitVersion

type Shares = dict[str, dict[str, float]]


class NoUnitsThen(WrongUse):
    """No unit of this level was in force on the day."""


class NotDivisible(DataRefused):
    """Units of the one day lie in several of the other, and nothing known says how to divide what they have."""


@dataclass(frozen=True)
class Crosswalk:
    """Share of each unit of one day that goes to each of another, by code.

    estimated: the codes, on the other day, of units that get a part of something: a figure there is an estimate by
    census population. What is only added up is exact.
    """

    shares: Shares
    estimated: frozenset[str] = frozenset()

    def convert(self, values: Mapping[str, float]) -> dict[str, float]:
        """Sums on the other day's units. Only for what may be added up: people, pupils, lengths; no densities."""
        parts: dict[str, list[float]] = defaultdict(list)
        for code, value in values.items():
            for target, share in self.shares[code].items():
                parts[target].append(value * share)
        return {code: math.fsum(amounts) for code, amounts in sorted(parts.items())}


def crosswalk(register: UnitRegister, level: str, start: date, end: date) -> Crosswalk:
    """From the units of a level on `start` to those on `end`, in either direction of time.

    Forward, units that merge are added up. Backward, and where a unit is split, the parts share by the population
    that the census counted in each. Raises NoUnitsThen, or NotDivisible where no census helps.
    """
    before, after = units_in(register, level, start), units_in(register, level, end)
    if start <= end:
        shares = {unit.code: _followed(register, unit, end) for unit in before}
    else:
        shares = _backward(register, before, after, start)
    parts = {code for own in shares.values() if len(own) > 1 for code in own}
    lost = sorted(code for code, own in shares.items() if not own)
    if lost:
        raise NotDivisible(
            vi=f'Không biết các đơn vị {", ".join(lost)} thành gì ngày {end}: lineage.csv không nói.',
            en=f'What became of {", ".join(lost)} by {end} is not known: lineage.csv does not say.',
        )
    return Crosswalk(shares, frozenset(parts))


def parents(register: UnitRegister, level: str, on: date, upper: str, then: date) -> dict[str, str]:
    """By unit of `level` on the day `on`: the code of the unit of level `upper` on the day `then` around it.

    Raises NotDivisible, naming the units that lie in several: their figures cannot be given to one, and a share by
    population would only look like one.
    """
    upper_codes = {unit.code for unit in units_in(register, upper, then)}
    parent = {unit.code: unit.parent_code for unit in units_in(register, level, then)}
    shares = crosswalk(register, level, on, then).shares
    around = {code: {parent[part] for part in parts} for code, parts in shares.items()}
    astride = sorted(
        code for code, upper_units in around.items() if len(upper_units) > 1 or not upper_units <= upper_codes
    )
    if astride:
        names = ', '.join(f'{unit.code} {unit.name}' for unit in register.on(on, level) if unit.code in astride)
        raise NotDivisible(
            vi=f'{names}: nằm trên nhiều đơn vị cấp {upper} của ngày {then}, nên không dựng lại được số liệu cấp '
            f'{upper} từ đơn vị của ngày {on}. Lấy số liệu theo đơn vị của ngày {then}.',
            en=f'{names}: these lie in several units of the level {upper} of {then}, so its figures cannot be rebuilt '
            f'from units of {on}. Take figures by units of {then}.',
        )
    return {code: next(iter(upper_units)) for code, upper_units in around.items()}


def units_in(register: UnitRegister, level: str, on: date) -> list[UnitVersion]:
    """The units of a level in force on a day; raises NoUnitsThen with the days on which they changed."""
    units = register.on(on, level)
    if not units:
        days = ', '.join(map(str, register.days(level))) or '–'
        raise NoUnitsThen(
            vi=f'Ngày {on} không có đơn vị cấp "{level}" nào có hiệu lực. Các mốc thay đổi: {days}.',
            en=f'No unit of the level "{level}" is in force on {on}. Its units changed on: {days}.',
        )
    return units


def _followed(register: UnitRegister, unit: UnitVersion, end: date) -> dict[str, float]:
    """Share of a unit that goes to each unit in force on `end`; nothing where its line ends before."""
    if unit.in_force(end):
        return {unit.code: 1.0}
    shares: dict[str, float] = defaultdict(float)
    targets = [step.after for step in register.after(unit) if step.after]
    for after, weight in zip(targets, _weights(targets, unit), strict=True):
        for code, share in _followed(register, after, end).items():
            shares[code] += weight * share
    return dict(shares)


def _backward(register: UnitRegister, before: list[UnitVersion], after: list[UnitVersion], start: date) -> Shares:
    """The shares of `before` that its forerunners `after` had, by their population."""
    origin: dict[str, list[tuple[UnitVersion, float]]] = defaultdict(list)
    for unit in after:
        for code, share in _followed(register, unit, start).items():
            origin[code].append((unit, share))
    shares: Shares = {}
    for unit in before:
        units = [forerunner for forerunner, _ in origin[unit.code]]
        parts = _weights(units, unit, [share for _, share in origin[unit.code]])
        shares[unit.code] = {part.code: weight for part, weight in zip(units, parts, strict=True)}
    return shares


def _weights(parts: list[UnitVersion], whole: UnitVersion, shares: list[float] | None = None) -> list[float]:
    """What each part has of the whole, by census population, shape of `parts`; one part has all of it."""
    if len(parts) <= 1:
        return [1.0] * len(parts)
    people = [(part.population or 0) * share for part, share in zip(parts, shares or [1.0] * len(parts), strict=True)]
    if any(part.population is None for part in parts) or not sum(people):
        raise NotDivisible(
            vi=f'Không chia được số liệu của {whole.code} {whole.name}: units.csv không có dân số của mọi phần.',
            en=f'{whole.code} {whole.name} cannot be divided: units.csv lacks the population of its parts.',
        )
    return [part / sum(people) for part in people]

"""What a set of indicators comes to in the units of a day: the values, and how they are told and kept."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dothi.core.indicator_set import Indicator, IndicatorSet
from processes.evaluation.figures import Figures
from processes.evaluation.period import Period
from processes.evaluation.units import WHOLE, Unit, Units
from processes.evaluation.verdicts import (
    Proof,
    Trend,
    Verdict,
    count_verdicts,
    rolled_up,
    trend_of,
    value_of,
    verdict_of,
)
from processes.geojson import geojson_feature


@dataclass(frozen=True)
class Value:
    """What an indicator comes to in one unit; before: in the period before."""

    indicator: str
    unit: Unit
    numerator: float
    denominator: float | None
    value: float | None
    verdict: Verdict | None
    before: float | None
    trend: Trend | None


@dataclass(frozen=True)
class Evaluation:
    """A set in a period. figures: by measure; proofs: by indicator; before: earlier values by indicator and unit.

    levels: those that are told of, from the largest to the smallest.
    """

    definition: IndicatorSet
    period: Period
    units: Units
    levels: list[str]
    figures: dict[str, Figures]
    proofs: dict[str, list[Proof]]
    before: dict[tuple[str, str], float]

    @cached_property
    def values(self) -> list[Value]:
        """Every indicator in every unit that its measures tell of; figures of larger units are sums of their parts."""
        return [
            value
            for name, indicator in self.definition.indicators.items()
            for value in self._indicator_values(name, indicator)
        ]

    def _indicator_values(self, name: str, indicator: Indicator) -> Iterator[Value]:
        parents = self.units.parents
        parts = [
            rolled_up(self.figures[measure].by_unit, parents) for measure in self.definition.measures_of(indicator)
        ]
        for unit in self.units.of(*self.levels):
            if all(unit.code in part for part in parts):
                numerator, *rest = (part[unit.code] for part in parts)
                yield self._judge_value(name, unit, numerator, rest[0] if rest else None)

    def _judge_value(self, name: str, unit: Unit, numerator: float, denominator: float | None) -> Value:
        indicator, before = self.definition.indicators[name], self.before.get((name, unit.code))
        value = value_of(indicator, numerator, denominator)
        is_known = not any(math.isnan(figure) for figure in (numerator, denominator or 0))
        verdict = verdict_of(value, indicator.threshold, indicator.direction, self.proofs[name], is_known=is_known)
        trend = trend_of(value, before, indicator.direction)
        return Value(name, unit, numerator, denominator, value, verdict, before, trend)

    @property
    def verdicts(self) -> dict[str, int]:
        """The number of criteria by verdict, for the whole locality."""
        return count_verdicts([value.verdict for value in self.values if value.unit.level == WHOLE])

    def describe_indicator(self, name: str) -> dict[str, Any]:
        """One criterion: what it is, what it came to in the whole, in how many units it is met, on what it rests."""
        indicator = self.definition.indicators[name]
        own = [value for value in self.values if value.indicator == name]
        # what is counted by any level adds up to the whole; by one without units on the day, to nothing
        whole = next((value for value in own if value.unit.level == WHOLE), None)
        members = {'title', 'description', 'unit', 'threshold', 'direction', 'source', 'after'}
        return {
            'id': name,
            **indicator.model_dump(include=members),
            'value': whole.value if whole else None,
            'numerator': _number_or_none(whole.numerator) if whole else None,
            'denominator': _number_or_none(whole.denominator) if whole else None,
            'verdict': whole.verdict if whole else None,
            'value_before': whole.before if whole else None,
            'trend': whole.trend if whole else None,
            'units': count_verdicts([value.verdict for value in own if value.unit.level != WHOLE]),
            'evidence': [proof.document() for proof in self.proofs[name]],
        }

    def features(self) -> list[Any]:
        """The units, each with the value and the verdict of each indicator."""
        own: dict[str, list[Value]] = {unit.code: [] for unit in self.units.of(*self.levels)}
        for value in self.values:
            own[value.unit.code].append(value)
        return [_unit_feature(self.units.units[code], values) for code, values in own.items()]

    def rows(self) -> list[dict[str, Any]]:
        """The values as rows of the layer that keeps them."""
        return [self._value_row(value) for value in self.values]

    def _value_row(self, value: Value) -> dict[str, Any]:
        indicator, unit = self.definition.indicators[value.indicator], value.unit
        proofs = self.proofs[value.indicator]
        return {
            'set_id': self.definition.id,
            'set_version': self.definition.version,
            'indicator': value.indicator,
            'title_vi': indicator.title.vi,
            'title_en': indicator.title.en,
            'unit_code': unit.code,
            'unit_name': unit.name,
            'unit_level': unit.level,
            'period_from': self.period.first.isoformat(),
            'period_until': self.period.until.isoformat(),
            'value': value.value,
            'measured_in': indicator.unit,
            'numerator': _number_or_none(value.numerator),
            'denominator': _number_or_none(value.denominator),
            'threshold': indicator.threshold,
            'direction': indicator.direction,
            'verdict': value.verdict,
            'value_before': value.before,
            'trend': value.trend,
            'evidence': '; '.join(proof.line() for proof in proofs) or '–',
            'source': indicator.source.vi,
        }


def _unit_feature(unit: Unit, values: list[Value]) -> Any:
    properties: dict[str, float | str | None] = {value.indicator: value.value for value in values}
    properties |= {f'{value.indicator}_verdict': value.verdict for value in values}
    place = {'code': unit.code, 'name': unit.name, 'level': unit.level, 'parent_code': unit.parent}
    counts = count_verdicts([value.verdict for value in values])
    return geojson_feature(unit.code, unit.geometry, {**place, **counts, **properties})


def _number_or_none(figure: float | None) -> float | None:
    """A figure as it is told: to the millionth, as sums of many parts are not exact to the last digit."""
    return None if figure is None or math.isnan(figure) else round(figure, 6)

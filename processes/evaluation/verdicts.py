"""What the figures of an indicator come to: value, proof, verdict and trend. Method: docs/explanation/indicators.md."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from dothi.core.catalog import Release
from dothi.core.clock import local_day
from dothi.core.freshness import last_deliveries
from dothi.core.indicator_set import Direction, Evidence, Indicator
from dothi.core.locality import locality_zone
from dothi.core.text import Text
from dothi.core.update_cycle import next_update_due
from processes.data import Data

Verdict = Literal['met', 'not_met', 'not_shown']
Trend = Literal['better', 'worse', 'same']
# Why a piece of evidence proves nothing; None where it does.
Fault = Literal['missing', 'late', 'demo']

VERDICTS: dict[Verdict, Text] = {
    'met': Text(vi='Đạt', en='Met'),
    'not_met': Text(vi='Không đạt', en='Not met'),
    'not_shown': Text(vi='Không chứng minh được', en='Not shown'),
}
TRENDS: dict[Trend, Text] = {
    'better': Text(vi='tốt lên', en='better'),
    'worse': Text(vi='xấu đi', en='worse'),
    'same': Text(vi='không đổi', en='the same'),
}
FAULTS: dict[Fault, Text] = {
    'missing': Text(vi='chưa có', en='not there'),
    'late': Text(vi='quá hạn cập nhật', en='past its update cycle'),
    'demo': Text(vi='là dữ liệu minh họa', en='demonstration data'),
}


@dataclass(frozen=True)
class Proof:
    """One thing that a verdict rests on: a layer's release, or a file.

    delivered: when the layer was last delivered; due: the last day on which that is within its update cycle.
    """

    name: str
    release: int | None = None
    delivered: date | None = None
    due: date | None = None
    demo: bool = False
    fault: Fault | None = None

    def document(self) -> dict[str, Any]:
        """The proof as plain data, without members that are empty."""
        members = {'name': self.name, 'release': self.release, 'delivered': self.delivered, 'due': self.due}
        filled = {name: str(value) if isinstance(value, date) else value for name, value in members.items() if value}
        return {**filled, 'demo': self.demo, 'fault': self.fault}

    def line(self) -> str:
        """One line of a table: `roads #12 (2026-11-25)`, with what is wrong in Vietnamese and English."""
        release = f' #{self.release} ({self.delivered})' if self.release else ''
        wrong = f': {FAULTS[self.fault].vi} · {FAULTS[self.fault].en}' if self.fault else ''
        return f'{self.name}{release}{wrong}'


def rolled_up(figures: Mapping[str, float], parents: Mapping[str, str | None]) -> dict[str, float]:
    """The figures of all units: those given, and for every unit above them the sum of its parts.

    figures: by code of the units that were counted by, nan where a figure is not known; that of a larger unit is nan
    then too. parents: the unit above each, None above the largest.
    """
    sums: dict[str, float] = dict(figures)
    for code, figure in figures.items():
        above = parents.get(code)
        while above is not None:
            sums[above] = sums.get(above, 0.0) + figure
            above = parents.get(above)
    return sums


def value_of(indicator: Indicator, numerator: float, denominator: float | None) -> float | None:
    """The value, rounded as it is shown and judged; None where a part is not known or the denominator is 0."""
    if math.isnan(numerator) or (denominator is not None and (math.isnan(denominator) or denominator == 0)):
        return None
    share = numerator if denominator is None else numerator / denominator
    return round(indicator.factor * share, indicator.decimals)


def verdict_of(
    value: float | None,
    threshold: float | None,
    direction: Direction,
    proofs: Iterable[Proof],
    *,
    is_known: bool = True,
) -> Verdict | None:
    """`not_shown` unless every proof holds; None where there is nothing to judge: no threshold, or no value.

    is_known: whether both figures are; one that is not shows nothing, but a unit where nobody lives has nothing to
    show.
    A value on the threshold meets it, as norms say "at least" and "at most".
    """
    if not is_known or any(proof.fault for proof in proofs):
        return 'not_shown'
    if value is None or threshold is None:
        return None
    return 'met' if (value >= threshold if direction == 'higher' else value <= threshold) else 'not_met'


def trend_of(value: float | None, before: float | None, direction: Direction) -> Trend | None:
    """How the value compares with that of the period before; None where either is missing."""
    if value is None or before is None:
        return None
    if value == before:
        return 'same'
    return 'better' if (value > before) == (direction == 'higher') else 'worse'


def count_verdicts(verdicts: Sequence[Verdict | None]) -> dict[str, int]:
    """How many there are of each verdict."""
    return {verdict: sum(other == verdict for other in verdicts) for verdict in VERDICTS}


class Witness:
    """Answers for the evidence of one day. on: the day on which a layer had to be within its update cycle."""

    def __init__(self, data: Data, on: date) -> None:
        self._data, self._on = data, on
        self._delivered = last_deliveries(data.db)

    def proofs(self, layers: Iterable[str], evidence: Evidence) -> list[Proof]:
        """One for each layer that was read or is wanted beside, in order of their names, then one for each file."""
        return [
            *(self._of_layer(layer, evidence.real) for layer in sorted({*layers, *evidence.layers})),
            *(self._of_file(file) for file in evidence.files),
        ]

    def _of_layer(self, layer: str, real: bool) -> Proof:
        release = self._data.current(layer)
        if release is None:
            return Proof(layer, fault='missing')
        cycle = self._data.locality.described(layer).update_cycle
        return proof_of(release, self._delivered.get(layer, {}).values(), cycle, self._on, real=real)

    def _of_file(self, file: str) -> Proof:
        path = self._data.locality.file(file)
        return Proof(file, fault=None if path.is_file() else 'missing')


def proof_of(release: Release, deliveries: Iterable[datetime], cycle: str, on: date, *, real: bool) -> Proof:
    """The proof that a layer is on the day `on`. cycle: ISO 8601, as P6M; real: demonstration data proves nothing.

    deliveries: the last ones of each agency. One that brought nothing new counts: somebody looked, and all is as it
    was. A release that no delivery made (an edit) counts as well.
    """
    delivered = local_day(max([release.released_at, *deliveries]), locality_zone())
    due = next_update_due(cycle, delivered)
    fault = 'late' if on > due else 'demo' if real and release.demo else None
    return Proof(release.layer_id, release.number, delivered, due, release.demo, fault)  # type: ignore[arg-type]

"""An indicator set for a period, by unit: value, verdict, trend, evidence. Method: docs/explanation/indicators.md."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from dothi.core.indicator_set import Indicator, IndicatorSet, indicator_set
from dothi.core.layer import Audience
from dothi.core.text import Text
from processes.base import FeatureCollection, Figure, Process, ProcessInputs, Report, input_field
from processes.data import Data
from processes.indicator_evidence import Witness
from processes.indicator_figures import Figures, Formulas
from processes.indicator_period import Period, period_of
from processes.indicator_store import Kept, keep, values_before
from processes.indicator_units import WHOLE, NoUnits, Unit, Units, must_be_known, read_units
from processes.indicator_verdicts import (
    Proof,
    Trend,
    Verdict,
    counted,
    rolled_up,
    trend_of,
    value_of,
    verdict_of,
)

DAY = r'^\d{4}-\d{2}-\d{2}$'


class Inputs(ProcessInputs):
    """What the evaluator may choose."""

    set: str = input_field(
        Text(vi='Bộ chỉ tiêu', en='Indicator set'),
        Text(
            vi='Tên tệp trong locality/indicators/, không có đuôi.',
            en='A file of locality/indicators/, without suffix.',
        ),
        default='pilot',
        max_length=40,
    )
    period_from: str | None = input_field(
        Text(vi='Kỳ từ ngày', en='First day of the period'),
        Text(vi='Viết là 2026-01-01. Bỏ trống: đầu năm.', en='Such as 2026-01-01. Left out: the first of the year.'),
        default=None,
        pattern=DAY,
    )
    period_to: str | None = input_field(
        Text(vi='Kỳ đến ngày', en='Last day of the period'),
        Text(vi='Viết là 2026-12-31. Bỏ trống: cuối năm.', en='Such as 2026-12-31. Left out: the last of the year.'),
        default=None,
        pattern=DAY,
    )
    level: str = input_field(
        Text(vi='Cấp nhỏ nhất', en='Smallest level'),
        Text(
            vi='commune, district hoặc province; các cấp lớn hơn luôn có.',
            en='commune, district or province; the larger levels are always told.',
        ),
        default='commune',
        max_length=40,
    )
    units_on: str | None = input_field(
        Text(vi='Đơn vị của ngày', en='Units of the day'),
        Text(
            vi='Đơn vị hành chính có hiệu lực ngày này; bỏ trống: ngày tham chiếu của địa phương.',
            en="The units in force on it; left out: the locality's reference date.",
        ),
        default=None,
        pattern=DAY,
    )
    keep: bool = input_field(
        Text(vi='Lưu', en='Keep'),
        Text(
            vi='Phát hành các giá trị vào lớp giá trị chỉ tiêu, để so sánh với kỳ sau.',
            en='Releases the values in the layer of indicator values, where later periods are compared with them.',
        ),
        default=True,
    )


@dataclass(frozen=True)
class Value:
    """What an indicator comes to in one unit."""

    indicator: str
    unit: Unit
    numerator: float
    denominator: float | None
    value: float | None
    verdict: Verdict | None
    before: float | None
    trend: Trend | None


class Indicators(Process[Inputs]):
    """Only for the internal service: it reads the population of every house."""

    title = Text(vi='Chỉ tiêu đánh giá', en='Indicators')
    description = Text(
        vi='Một bộ chỉ tiêu theo đơn vị hành chính cho một kỳ: giá trị, kết luận đạt hay không, xu hướng, bằng chứng.',
        en='An indicator set by administrative unit for a period: values, whether each is met, trend, and evidence.',
    )
    audience: ClassVar[Audience] = 'internal'
    example: ClassVar[dict[str, Any]] = {'set': 'pilot', 'level': 'district', 'keep': False}

    # layers grow old and services fail without a release, and a run that is kept makes one
    reusable: ClassVar[bool] = False
    figures: ClassVar[dict[str, Figure]] = {
        'met': Figure(Text(vi='Số tiêu chí đạt', en='Criteria met')),
        'not_met': Figure(Text(vi='Số tiêu chí không đạt', en='Criteria not met')),
        'not_shown': Figure(Text(vi='Số tiêu chí không chứng minh được', en='Criteria not shown')),
        'set': Figure(Text(vi='Mã bộ chỉ tiêu', en='Id of the set')),
        'set_title': Figure(Text(vi='Bộ chỉ tiêu', en='Indicator set')),
        'set_version': Figure(Text(vi='Phiên bản', en='Version')),
        'source': Figure(Text(vi='Văn bản', en='Document')),
        'evidence_on': Figure(Text(vi='Ngày lấy bằng chứng', en='Day of the evidence')),
        'units_on': Figure(Text(vi='Đơn vị hành chính của ngày', en='Units of the day')),
        'units_without_outline': Figure(Text(vi='Đơn vị chưa có ranh giới', en='Units without an outline')),
        'level': Figure(Text(vi='Cấp', en='Level')),
        'verdicts': Figure(Text(vi='Kết luận của toàn địa phương', en='Verdicts of the whole')),
        'kept': Figure(Text(vi='Đã lưu', en='Kept')),
    }
    method: ClassVar[Text] = Text(
        vi='Giá trị của một đơn vị là tổng tử số chia tổng mẫu số của các xã trong đó. Đạt khi giá trị chạm ngưỡng. '
        'Không chứng minh được khi một lớp dữ liệu cần thiết chưa có hoặc quá hạn cập nhật vào ngày lấy bằng chứng.',
        en="A unit's value is the sum of its communes' numerators over that of their denominators. It is met when it "
        'reaches the threshold, and not shown when a layer it needs is missing or past its update cycle on the day of '
        'the evidence.',
    )
    page: ClassVar[str | None] = 'criteria.html'

    def cost_s(self, inputs: Inputs) -> float:
        """Half a minute for a whole province, whatever is asked: the smallest units are always counted."""
        del inputs
        return 30.0

    def run(self, inputs: Inputs, data: Data, progress: Report) -> FeatureCollection:
        """Units with the value and verdict of each indicator, and each indicator with its evidence as `summary`."""
        today = datetime.now(UTC).date()
        chosen, period = (
            indicator_set(inputs.set, data.locality),
            period_of(inputs.period_from, inputs.period_to, today),
        )
        must_be_known(inputs.level, data.locality)
        progress(0.02, Text(vi='Đọc đơn vị hành chính', en='Reading the units'))
        units = read_units(data, _units_on(inputs, data))
        levels = _levels(inputs.level, units)
        figures = read_figures(chosen, units, given(period, today, data), data, progress)
        evidence_on = period.evidence_on(today)
        proofs = proofs_of(chosen, figures, Witness(data, evidence_on))
        before = values_before(chosen.id, period, data)
        values = [*values_of(chosen, figures, proofs, before, units, levels)]
        summary = {
            'set': chosen.id,
            'set_title': chosen.title.model_dump(),
            'set_version': chosen.version,
            'source': chosen.source.model_dump(),
            'period': {'from': period.first.isoformat(), 'to': period.last.isoformat()},
            'evidence_on': evidence_on.isoformat(),
            'units_on': units.on.isoformat(),
            'units_without_outline': units.undrawn,
            'level': inputs.level,
            'indicators': [about(name, chosen, values, proofs[name]) for name in chosen.indicators],
            'verdicts': counted([value.verdict for value in values if value.unit.level == WHOLE]),
            'kept': None,
            **data.provenance,
        }
        if inputs.keep:
            progress(0.85, Text(vi='Phát hành giá trị', en='Releasing the values'))
            summary['kept'] = _told(_kept(chosen, period, values, proofs, summary, data))
        features = [feature(unit, [value for value in values if value.unit is unit]) for unit in units.of(*levels)]
        return {'type': 'FeatureCollection', 'features': features, 'summary': summary}


def given(period: Period, today: date, data: Data) -> dict[str, str | date]:
    """The values that every formula may name, as dothi.core.indicator_set.GIVEN lists them."""
    return {
        'day': period.evidence_on(today),
        'period_from': period.first,
        'period_until': period.until,
        'province': data.locality.place.unit_code,
    }


def read_figures(
    chosen: IndicatorSet, units: Units, given: dict[str, str | date], data: Data, progress: Report
) -> dict[str, Figures]:
    """Every measure that an indicator uses, once."""
    used = sorted({name for one in chosen.indicators.values() for name in chosen.measures_of(one)})
    formulas = Formulas(chosen, units, given, data)
    figures: dict[str, Figures] = {}
    for names in formulas.groups(used):
        title = chosen.measures[names[0]].title
        progress(0.05 + 0.75 * len(figures) / len(used), Text(vi=f'Tính: {title.vi}', en=f'Computing: {title.en}'))
        figures |= formulas.read(names)
    return figures


def proofs_of(chosen: IndicatorSet, figures: dict[str, Figures], witness: Witness) -> dict[str, list[Proof]]:
    """What each indicator rests on."""
    return {
        name: witness.proofs(
            {layer for measure in chosen.measures_of(one) for layer in figures[measure].layers}, one.evidence
        )
        for name, one in chosen.indicators.items()
    }


def values_of(
    chosen: IndicatorSet,
    figures: dict[str, Figures],
    proofs: dict[str, list[Proof]],
    before: dict[tuple[str, str], float],
    units: Units,
    levels: list[str],
) -> Iterator[Value]:
    """Every indicator in every unit of `levels` that its measures tell of; figures of larger units are sums."""
    sums = {name: rolled_up(one.by_unit, units.parents) for name, one in figures.items()}
    for name, indicator in chosen.indicators.items():
        told = [sums[measure] for measure in chosen.measures_of(indicator)]
        for unit in units.of(*levels):
            if all(unit.code in figure for figure in told):
                parts = [figure[unit.code] for figure in told]
                earlier = before.get((name, unit.code))
                yield _value(name, indicator, unit, parts[0], parts[1] if indicator.denominator else None,
                             proofs[name], earlier)  # fmt: skip


def _value(
    name: str,
    indicator: Indicator,
    unit: Unit,
    numerator: float,
    denominator: float | None,
    proofs: list[Proof],
    before: float | None,
) -> Value:
    value = value_of(indicator, numerator, denominator)
    known = not any(math.isnan(figure) for figure in (numerator, denominator or 0))
    verdict = verdict_of(value, indicator.threshold, indicator.direction, proofs, known=known)
    trend = trend_of(value, before, indicator.direction)
    return Value(name, unit, numerator, denominator, value, verdict, before, trend)


def about(name: str, chosen: IndicatorSet, values: list[Value], proofs: list[Proof]) -> dict[str, Any]:
    """One criterion: what it is, what it came to in the whole, in how many units it is met, and on what it rests."""
    indicator = chosen.indicators[name]
    own = [value for value in values if value.indicator == name]
    whole = next((value for value in own if value.unit.level == WHOLE), None)
    return {
        'id': name,
        **indicator.model_dump(include={'title', 'description', 'unit', 'threshold', 'direction', 'source', 'after'}),
        'value': whole.value if whole else None,
        'numerator': _number(whole.numerator) if whole else None,
        'denominator': _number(whole.denominator) if whole else None,
        'verdict': whole.verdict if whole else None,
        'value_before': whole.before if whole else None,
        'trend': whole.trend if whole else None,
        'units': counted([value.verdict for value in own if value.unit.level != WHOLE]),
        'evidence': [proof.document() for proof in proofs],
    }


def feature(unit: Unit, values: list[Value]) -> dict[str, Any]:
    """A unit with the value and the verdict of each indicator."""
    told: dict[str, float | str | None] = {value.indicator: value.value for value in values}
    told |= {f'{value.indicator}_verdict': value.verdict for value in values}
    counts = counted([value.verdict for value in values])
    return {
        'type': 'Feature',
        'id': unit.code,
        'geometry': unit.geometry,
        'properties': {
            'code': unit.code, 'name': unit.name, 'level': unit.level, 'parent_code': unit.parent, **counts, **told,
        },
    }  # fmt: skip


def row(value: Value, chosen: IndicatorSet, period: Period, proofs: list[Proof]) -> dict[str, Any]:
    """The columns of the layer of values."""
    indicator = chosen.indicators[value.indicator]
    return {
        'set_id': chosen.id,
        'set_version': chosen.version,
        'indicator': value.indicator,
        'title_vi': indicator.title.vi,
        'title_en': indicator.title.en,
        'unit_code': value.unit.code,
        'unit_name': value.unit.name,
        'unit_level': value.unit.level,
        'period_from': period.first.isoformat(),
        'period_until': period.until.isoformat(),
        'value': value.value,
        'measured_in': indicator.unit,
        'numerator': _number(value.numerator),
        'denominator': _number(value.denominator),
        'threshold': indicator.threshold,
        'direction': indicator.direction,
        'verdict': value.verdict,
        'value_before': value.before,
        'trend': value.trend,
        'evidence': '; '.join(proof.line() for proof in proofs) or '–',
        'source': indicator.source.vi,
    }


def _kept(
    chosen: IndicatorSet,
    period: Period,
    values: list[Value],
    proofs: dict[str, list[Proof]],
    summary: dict[str, Any],
    data: Data,
) -> Kept | None:
    rows = [row(value, chosen, period, proofs[value.indicator]) for value in values]
    told = {name: summary[name] for name in ('level', 'units_on', 'evidence_on', 'releases', 'demo')}
    evidence = {name: [proof.document() for proof in own] for name, own in proofs.items()}
    return keep(rows, [value.unit.wkb for value in values], chosen, period, {**told, 'evidence': evidence}, data)


def _told(kept: Kept | None) -> dict[str, Any] | None:
    return None if kept is None else {'run': kept.run, 'layer': kept.layer, 'release': kept.release}


def _levels(level: str, units: Units) -> list[str]:
    if level not in units.levels:
        raise NoUnits(
            vi=f'Ngày {units.on} không có đơn vị cấp "{level}". Chọn ngày khác (units_on) hoặc cấp khác.',
            en=f'There were no units of the level "{level}" on {units.on}. Choose another units_on or level.',
        )
    return units.down_to(level)


def _units_on(inputs: Inputs, data: Data) -> date:
    return period_of(inputs.units_on, None, date.max).first if inputs.units_on else data.locality.place.reference_date


def _number(figure: float | None) -> float | None:
    """A figure as it is told: to the millionth, as sums of many parts are not exact to the last digit."""
    return None if figure is None or math.isnan(figure) else round(figure, 6)

"""An indicator set for a period, by unit: value, verdict, trend, evidence. Method: docs/explanation/indicators.md."""

from datetime import date
from typing import Any, ClassVar

from dothi.core.clock import today
from dothi.core.errors import Forbidden
from dothi.core.indicator_set import IndicatorSet, indicator_set
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.evaluation.evaluated import Evaluation
from processes.evaluation.figures import Figures, Formulas
from processes.evaluation.period import Period, day_of, period_of
from processes.evaluation.store import keep_evaluation, values_before
from processes.evaluation.units import NoUnits, Units, levels_of_figures, read_units
from processes.evaluation.verdicts import FAULTS, TRENDS, VERDICTS, Proof, Witness
from processes.geojson import FeatureCollection, feature_collection
from processes.inputs import DAY, ProcessInputs, input_field
from processes.outputs import Member, Output, shared
from processes.reading.unit_layers import require_level

# What of the summary is recorded with a run that is kept.
RECORDED = ('level', 'units_on', 'evidence_on', 'releases', 'demo')


class SetUnseen(Forbidden):
    """The indicator set reads layers of which whoever asks knows nothing."""


class Inputs(ProcessInputs):
    """What the evaluator may choose."""

    set: str = input_field(
        Text(vi='Bộ chỉ tiêu', en='Indicator set'),
        Text(
            vi='Tên tệp trong indicators/ của địa phương, không có đuôi.',
            en='A file of indicators/ of the locality, without suffix.',
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
            vi='Một cấp đơn vị của địa phương, như commune; các cấp lớn hơn luôn có.',
            en='A level of the units of the locality, such as commune; the larger ones are always told.',
        ),
        default='commune',
        max_length=40,
        levels='whole',
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
            vi='Phát hành các giá trị vào lớp giá trị chỉ tiêu, để so sánh với kỳ sau; cần quyền công bố.',
            en='Releases the values in the layer of indicator values, where later periods are compared with them; '
            'needs the right to publish.',
        ),
        default=False,
    )


COUNTS = {
    'met': Member(Text(vi='Số tiêu chí đạt', en='Criteria met')),
    'not_met': Member(Text(vi='Số tiêu chí không đạt', en='Criteria not met')),
    'not_shown': Member(Text(vi='Số tiêu chí không chứng minh được', en='Criteria not shown')),
}
# What is said of each indicator, and of each thing that its verdict rests on.
CRITERION = {
    'id': Member(Text(vi='Mã', en='Id')),
    'title': Member(Text(vi='Tên', en='Title')),
    'description': Member(Text(vi='Mô tả', en='Description')),
    'direction': Member(
        Text(vi='Chiều', en='Direction'),
        codes={
            'higher': Text(vi='càng cao càng tốt', en='higher is better'),
            'lower': Text(vi='càng thấp càng tốt', en='lower is better'),
        },
    ),
    'threshold': Member(Text(vi='Ngưỡng', en='Threshold')),
    'after': Member(Text(vi='Theo', en='After')),
    'numerator': Member(Text(vi='Tử số', en='Numerator')),
    'denominator': Member(Text(vi='Mẫu số', en='Denominator')),
    'verdict': Member(Text(vi='Kết luận', en='Verdict'), codes=VERDICTS),
    'value_before': Member(Text(vi='Giá trị kỳ trước', en='Value of the period before')),
    'trend': Member(Text(vi='So với kỳ trước', en='Against the period before'), codes=TRENDS),
    'units': Member(Text(vi='Số đơn vị theo kết luận', en='Units by verdict')),
    'source': Member(Text(vi='Văn bản', en='Document')),
    'evidence': Member(Text(vi='Căn cứ', en='Evidence')),
    'release': Member(Text(vi='Bản phát hành', en='Release')),
    'delivered': Member(Text(vi='Giao gần nhất', en='Last delivered')),
    'due': Member(Text(vi='Hạn cập nhật', en='Update due')),
    'fault': Member(Text(vi='Vì sao chưa đủ', en='Why it proves nothing'), codes=FAULTS),
}
LEVEL_MEMBER = Member(Text(vi='Cấp', en='Level'), levels=True)


class Indicators(Process[Inputs]):
    """Only for the internal service: it reads the population of every house."""

    title = Text(vi='Chỉ tiêu đánh giá', en='Indicators')
    description = Text(
        vi='Một bộ chỉ tiêu theo đơn vị hành chính cho một kỳ: giá trị, kết luận đạt hay không, xu hướng, bằng chứng.',
        en='An indicator set by administrative unit for a period: values, whether each is met, trend, and evidence.',
    )
    audience: ClassVar[Audience] = 'internal'
    example: ClassVar[dict[str, Any]] = {'set': 'pilot', 'level': 'commune', 'keep': False}

    # layers grow old and services fail without a release, and a run that is kept makes one
    reusable: ClassVar[bool] = False
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(
            title,
            members={
                **COUNTS,
                **shared('code', 'name', 'parent_code'),
                'level': LEVEL_MEMBER,
                '{indicator}_verdict': Member(
                    Text(vi='{indicator}: kết luận', en='{indicator}: verdict'), codes=VERDICTS
                ),
            },
        )
    }
    summary: ClassVar[dict[str, Member]] = {
        **COUNTS,
        'set': Member(Text(vi='Mã bộ chỉ tiêu', en='Id of the set')),
        'set_title': Member(Text(vi='Bộ chỉ tiêu', en='Indicator set')),
        'set_version': Member(Text(vi='Phiên bản', en='Version')),
        'period': Member(Text(vi='Kỳ', en='Period')),
        'from': Member(Text(vi='từ', en='from')),
        'to': Member(Text(vi='đến', en='to')),
        'evidence_on': Member(Text(vi='Ngày lấy bằng chứng', en='Day of the evidence')),
        'level': LEVEL_MEMBER,
        'indicators': Member(Text(vi='Chỉ số', en='Indicators')),
        **CRITERION,
        'verdicts': Member(
            Text(vi='Kết luận của toàn địa phương', en='Verdicts of the whole'), codes=VERDICTS, by_data=True
        ),
        'kept': Member(Text(vi='Đã lưu', en='Kept')),
        'run': Member(Text(vi='Lượt đánh giá', en='Run')),
        'layer': Member(Text(vi='Lớp', en='Layer')),
        **shared('units_without_outline', 'value', 'name', 'unit'),
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

    def for_editors(self, inputs: Inputs) -> bool:
        """A run that keeps its values releases them."""
        return inputs.keep

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> FeatureCollection:
        """Units with the value and verdict of each indicator, and each indicator with its evidence as `summary`."""
        on = today(data.locality.place.zone)
        period = period_of(inputs.period_from, inputs.period_to, on)
        evaluated, evidence_on = evaluate_indicators(inputs, period, on, data, progress), period.evidence_on(on)
        summary = {
            **describe_set(evaluated.definition, period),
            'evidence_on': evidence_on.isoformat(),
            'units_on': evaluated.units.on.isoformat(),
            'units_without_outline': evaluated.units.undrawn,
            'level': inputs.level,
            'indicators': [evaluated.describe_indicator(name) for name in evaluated.definition.indicators],
            'verdicts': evaluated.verdicts,
            'kept': None,
            **data.provenance(),
        }
        if inputs.keep:
            progress(0.85, Text(vi='Phát hành giá trị', en='Releasing the values'))
            record = keep_evaluation(evaluated, {name: summary[name] for name in RECORDED}, data)
            summary['kept'] = record and {'run': record.run, 'layer': record.layer, 'release': record.release}
        return feature_collection(evaluated.features(), summary)


def describe_set(definition: IndicatorSet, period: Period) -> dict[str, Any]:
    """What a summary says of the set and of the period."""
    return {
        'set': definition.id,
        'set_title': definition.title.model_dump(),
        'set_version': definition.version,
        'source': definition.source.model_dump(),
        'period': {'from': period.first.isoformat(), 'to': period.last.isoformat()},
    }


def _require_seen(definition: IndicatorSet, locality: Locality) -> None:
    """Raises SetUnseen where the set reads a layer that whoever asks does not see: it would be named by its absence."""
    needed = {layer for measure in definition.measures.values() for layer in definition.layers_of(measure)}
    if not needed & locality.whole.layers.keys() <= locality.layers.keys():
        raise SetUnseen(
            vi=f'Bộ chỉ tiêu "{definition.id}" cần dữ liệu mà bạn không xem được. Nhờ người xem được chạy.',
            en=f'The indicator set "{definition.id}" needs data that you do not see. Have somebody run it who does.',
        )


def evaluate_indicators(
    inputs: Inputs, period: Period, today: date, data: Data, progress: ProgressCallback
) -> Evaluation:
    """Evaluates the set in the period: reads the figures, and judges the values by the evidence."""
    definition = indicator_set(inputs.set, data.locality.whole)
    _require_seen(definition, data.locality)
    require_level(inputs.level, levels_of_figures(data.locality))
    progress(0.02, Text(vi='Đọc đơn vị hành chính', en='Reading the units'))
    units = read_units(data, day_of('units_on', inputs.units_on) or data.locality.place.reference_date)
    levels = _levels_of_units(inputs.level, units)
    figures = read_figures(definition, units, formula_values(period, today, data), data, progress)
    proofs = proofs_of(definition, figures, Witness(data, period.evidence_on(today)))
    return Evaluation(definition, period, units, levels, figures, proofs, values_before(definition.id, period, data))


def formula_values(period: Period, today: date, data: Data) -> dict[str, str | date]:
    """The values that every formula may name, as dothi.core.indicator_set.GIVEN lists them."""
    return {
        'day': period.evidence_on(today),
        'period_from': period.first,
        'period_until': period.until,
        'province': data.locality.place.unit_code,
    }


def read_figures(
    definition: IndicatorSet,
    units: Units,
    formula_values: dict[str, str | date],
    data: Data,
    progress: ProgressCallback,
) -> dict[str, Figures]:
    """Every measure that an indicator uses, once."""
    used = sorted({name for indicator in definition.indicators.values() for name in definition.measures_of(indicator)})
    formulas = Formulas(definition, units, formula_values, data)
    figures: dict[str, Figures] = {}
    for names in formulas.groups(used):
        title = definition.measures[names[0]].title
        progress(
            0.05 + 0.75 * len(figures) / len(used),
            Text(vi='Tính: {title}', en='Computing: {title}').format(title=title),
        )
        figures |= formulas.read(names)
    return figures


def proofs_of(definition: IndicatorSet, figures: dict[str, Figures], witness: Witness) -> dict[str, list[Proof]]:
    """What each indicator rests on."""
    return {
        name: witness.proofs(
            {layer for measure in definition.measures_of(indicator) for layer in figures[measure].layers},
            indicator.evidence,
        )
        for name, indicator in definition.indicators.items()
    }


def _levels_of_units(level: str, units: Units) -> list[str]:
    if level not in units.levels:
        raise NoUnits(
            vi=f'Ngày {units.on} không có đơn vị cấp "{level}". Chọn ngày khác (units_on) hoặc cấp khác.',
            en=f'There were no units of the level "{level}" on {units.on}. Choose another units_on or level.',
        )
    return units.down_to(level)

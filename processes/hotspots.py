"""Where and when reports gather more than chance would have it. Method: docs/explanation/hotspots.md."""

from datetime import timedelta
from typing import Any, ClassVar

import numpy as np
from psycopg2 import sql

from dothi.core.arrays import Bools, Floats, Ints
from dothi.core.errors import DataRefused, WrongUse, did_you_mean
from dothi.core.layer import Layer
from dothi.core.norms import Norm, norm_for
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.geojson import FeatureCollection, feature_collection
from processes.inputs import AREAS, DAY, POINTS, LayerRef, ProcessInputs, filter_field, input_field
from processes.outputs import CITED, Member, Output
from processes.reading.layers import Filter, NotDelivered, column_identifier
from processes.reading.unit_layers import day_of
from processes.zones.clusters import bin_features, judge_bins, may_show
from processes.zones.space_time import EPOCH, Periods, cells_of, count_bins

NORM = 'small_cell'
DAY_S = 86_400
MOST_PERIODS = 366
NOT_SIGNIFICANT = Text(vi='không có ý nghĩa thống kê', en='not significant')


class NoMoment(WrongUse):
    """The column does not say when."""


class UnknownCategory(WrongUse):
    """No report has this category."""


class NothingReported(DataRefused):
    """No report is left to look at."""


class Inputs(ProcessInputs):
    """What the planner may choose."""

    reports: LayerRef = input_field(
        Text(vi='Phản ánh', en='Reports'),
        Text(vi='Lớp điểm có cột thời điểm.', en='Layer of points with a column that says when.'),
        default=LayerRef('citizen_reports'),
        geometry=POINTS,
    )
    filter: str | None = filter_field('reports', "status = 'open'")
    category: str | None = input_field(
        Text(vi='Nhóm việc', en='Category'),
        Text(vi='Chỉ các phản ánh thuộc nhóm này.', en='Only the reports of this category.'),
        default=None,
        max_length=200,
    )
    category_column: str = input_field(
        Text(vi='Cột nhóm việc', en='Column of the category'),
        Text(vi='Tên cột ghi nhóm việc.', en='Name of the column with the category.'),
        default='category',
        max_length=63,
        column_of='reports',
    )
    moment: str = input_field(
        Text(vi='Cột thời điểm', en='Column of the moment'),
        Text(vi='Tên cột ngày hoặc thời điểm.', en='Name of a column of days or moments.'),
        default='reported_at',
        max_length=63,
        column_of='reports',
    )
    cell_m: float = input_field(
        Text(vi='Cạnh ô', en='Side of a cell'),
        Text(vi='Ô vuông theo hệ tọa độ làm việc, tính bằng mét.', en='Square cells of the working system, in metres.'),
        default=2_000,
        unit='m',
        ge=100,
        le=50_000,
    )
    period_days: int = input_field(
        Text(vi='Số ngày một kỳ', en='Days of a period'),
        Text(
            vi='Các kỳ dài bằng nhau, đếm lùi từ ngày cuối.',
            en='All periods have as many, counted back from the last day.',
        ),
        default=30,
        unit='d',
        ge=1,
        le=366,
    )
    periods: int | None = input_field(
        Text(vi='Số kỳ', en='Periods'),
        Text(
            vi='Nếu bỏ trống: mọi kỳ trọn vẹn từ phản ánh đầu tiên.',
            en='When left out: all whole ones since the first report.',
        ),
        default=None,
        ge=1,
        le=366,
    )
    until: str | None = input_field(
        Text(vi='Ngày cuối', en='Last day'),
        Text(
            vi='Viết là 2024-08-30; nếu bỏ trống: ngày của phản ánh cuối cùng.',
            en='Such as 2024-08-30; that of the last report when left out.',
        ),
        default=None,
        pattern=DAY,
    )
    reach_m: float | None = input_field(
        Text(vi='Bán kính lân cận', en='Reach of the neighbourhood'),
        Text(
            vi='Các ô có tâm trong bán kính này là lân cận; nếu bỏ trống: 1,5 cạnh ô (8 ô liền kề).',
            en='Cells whose middle is within it are neighbours; 1.5 sides (the 8 around) when left out.',
        ),
        default=None,
        unit='m',
        gt=0,
        le=100_000,
    )
    periods_back: int = input_field(
        Text(vi='Số kỳ trước', en='Periods before'),
        Text(vi='Các kỳ ngay trước cũng là lân cận.', en='So many periods before count as neighbours too.'),
        default=1,
        ge=0,
        le=12,
    )
    significance: float = input_field(
        Text(vi='Mức ý nghĩa', en='Level of significance'),
        Text(
            vi='Tỷ lệ kết luận sai cho phép trong các điểm nóng và lạnh (FDR).',
            en='The share of false ones to be expected among the hot and cold spots (FDR).',
        ),
        default=0.05,
        gt=0,
        le=0.2,
    )
    area: LayerRef = input_field(
        Text(vi='Vùng xét', en='Area'),
        Text(
            vi='Lớp vùng; ô chạm vùng được xét, kể cả ô không có phản ánh.',
            en='Layer of areas; cells that touch one are looked at, those without reports too.',
        ),
        default=LayerRef('communes'),
        geometry=AREAS,
    )


class Hotspots(Process[Inputs]):
    """Everything is computed from counts of which the small ones are pooled before, so nothing gives them away."""

    title = Text(vi='Điểm nóng phản ánh', en='Hot spots of reports')
    description = Text(
        vi='Nơi và kỳ phản ánh tập trung nhiều hoặc ít khác thường (Getis-Ord Gi*), đã hiệu chỉnh nhiều phép kiểm '
        'định; ô có ít phản ánh được ẩn số.',
        en='Where and when reports are unusually many or few (Getis-Ord Gi*), corrected for multiple tests; small '
        'counts are hidden.',
    )
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(
            title,
            members={
                'z': Member(Text(vi='Điểm z (Gi*)', en='z-score (Gi*)')),
                'reports': Member(Text(vi='Số phản ánh', en='Reports')),
                'cell': Member(Text(vi='Ô', en='Cell')),
                'since': Member(Text(vi='Từ ngày', en='Since')),
                'until': Member(Text(vi='Đến ngày', en='Until')),
                'p': Member(Text(vi='Giá trị p', en='p-value')),
                'p_adjusted': Member(Text(vi='Giá trị p hiệu chỉnh', en='p-value, corrected')),
                'verdict': Member(
                    Text(vi='Kết luận', en='Verdict'),
                    codes={
                        'hot': Text(vi='điểm nóng', en='hot'),
                        'cold': Text(vi='điểm lạnh', en='cold'),
                        'none': NOT_SIGNIFICANT,
                    },
                ),
                'trend_z': Member(Text(vi='Điểm z của xu hướng', en='z of the trend')),
                'trend_p_adjusted': Member(Text(vi='Giá trị p hiệu chỉnh của xu hướng', en='Adjusted p of the trend')),
                'trend': Member(
                    Text(vi='Xu hướng', en='Trend'),
                    codes={
                        'rising': Text(vi='tăng', en='rising'),
                        'falling': Text(vi='giảm', en='falling'),
                        'none': NOT_SIGNIFICANT,
                    },
                ),
            },
        )
    }
    summary: ClassVar[dict[str, Member]] = {
        'reports': Member(Text(vi='Số phản ánh', en='Reports')),
        'reports_outside': Member(Text(vi='Phản ánh ngoài vùng hoặc kỳ', en='Reports outside of area or periods')),
        'reports_layer': Member(Text(vi='Lớp phản ánh', en='Layer of reports')),
        'area_layer': Member(Text(vi='Vùng xét', en='Area')),
        'since': Member(Text(vi='Từ ngày', en='Since')),
        'until': Member(Text(vi='Đến ngày', en='Until')),
        'bins': Member(Text(vi='Số ô theo kỳ', en='Cells by period')),
        'bins_shown': Member(Text(vi='Ô theo kỳ được hiện số', en='Cells by period whose count is shown')),
        'hot': Member(Text(vi='Số điểm nóng', en='Hot spots')),
        'cold': Member(Text(vi='Số điểm lạnh', en='Cold spots')),
        'least_count_shown': Member(Text(vi='Số nhỏ nhất được hiện', en='Least count shown')),
        **CITED,
    }
    method = Text(
        vi='Phản ánh được đếm theo ô và kỳ; số nhỏ được gộp. Gi* so tổng quanh mỗi ô với tổng kỳ vọng ngẫu nhiên; '
        'giá trị p được hiệu chỉnh cho mọi ô (Benjamini-Hochberg).',
        en='Reports are counted by cell and period, small counts pooled. Gi* compares the sum around each cell with '
        'what chance would give; p-values are corrected for all cells (Benjamini-Hochberg).',
    )
    example: ClassVar[dict[str, Any]] = {
        'reports': 'citizen_reports',
        'cell_m': 4000,
        'period_days': 45,
    }

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> FeatureCollection:
        """Cells by period that have a count to show or a verdict, and the whole as `summary`."""
        least = significance_norm(data)
        x, y, days = read_reports(inputs, data)
        periods = periods_of(inputs, days)
        progress(0.2, Text(vi='Chia ô và kỳ', en='Dividing into cells and periods'))
        cells = cells_of(data.shapes(inputs.area), inputs.cell_m, periods.count)
        cube, outside = count_bins(x, y, periods.numbers(days), cells, periods.count)
        progress(0.5, Text(vi='Tính Gi*', en='Computing Gi*'))
        reach_cells = (inputs.reach_m or 1.5 * inputs.cell_m) / inputs.cell_m
        verdicts = judge_bins(cube, cells.inside, int(least.value), reach_cells, inputs.periods_back)
        progress(0.9, Text(vi='Ghi kết quả', en='Writing the result'))
        features = bin_features(verdicts, cube, cells, periods, inputs.significance, data.locality.srid)
        return feature_collection(
            features,
            {
                **inputs.model_dump(exclude={'reports', 'area', 'until', 'periods'}),
                'reports_layer': inputs.reports.reference,
                'area_layer': inputs.area.reference,
                'since': periods.begins(0).isoformat(),
                'until': periods.until.isoformat(),
                'periods': periods.count,
                'reports': may_show(int(cube.sum()), int(least.value)),
                'reports_outside': may_show(outside, int(least.value)),
                'bins': int(cells.inside.sum()) * periods.count,
                'bins_shown': int(verdicts.is_published.sum()),
                'hot': sum(feature['properties']['verdict'] == 'hot' for feature in features),
                'cold': sum(feature['properties']['verdict'] == 'cold' for feature in features),
                'least_count_shown': least.value,
                'norm': least.cited,
                **data.provenance(list_caveats(verdicts.is_published)),
            },
        )


def significance_norm(data: Data) -> Norm:
    """The norm that says how many reports of a place may be shown; raises NotDelivered without one."""
    norm = norm_for(data.norms(NORM), None)
    if norm is None:
        raise NotDelivered(
            vi=f'norms.csv chưa có "{NORM}": số phản ánh ít nhất của một ô được hiển thị. Thêm một dòng.',
            en=f'norms.csv lacks "{NORM}": the least count of a cell that may be shown. Add a row.',
        )
    return norm


def read_reports(inputs: Inputs, data: Data) -> tuple[Floats, Floats, Ints]:
    """x, y (working CRS) and day (days since 1970, by the layer's clock) of each report.

    Reports without a moment are left out. Raises NoMoment, UnknownCategory, NothingReported.
    """
    layer, rows = data.source(inputs.reports, inputs.filter, _of_category(inputs))
    query = sql.SQL(
        'select ST_X(centre), ST_Y(centre), extract(epoch from at)::float8'
        ' from (select ST_Centroid(geom) as centre, {} as at from {}) report where at is not null'
    )
    columns = data.numbers(query.format(_moment_sql(inputs, layer, rows, data), rows), width=3)
    if not len(columns):
        _require_category(inputs, layer)
        raise NothingReported(
            vi=f'Lớp "{layer.id}" không có phản ánh nào qua bộ lọc.', en=f'No report of "{layer.id}" passes the filter.'
        )
    days = np.floor((columns[:, 2] + offset_s(layer, inputs.moment)) / DAY_S).astype(np.int64)
    return columns[:, 0], columns[:, 1], days


def periods_of(inputs: Inputs, days: Ints) -> Periods:
    """The periods that were asked for, or all whole ones from the first report on, and one at least."""
    until = day_of(inputs.until) if inputs.until else EPOCH + timedelta(days=int(days.max()))
    whole = ((until - EPOCH).days - int(days.min()) + 1) // inputs.period_days
    return Periods(until, inputs.period_days, inputs.periods or min(max(whole, 1), MOST_PERIODS))


def list_caveats(is_published: Bools) -> list[Text]:
    """What a reader of the result has to know."""
    notes = [
        Text(
            vi='Số phản ánh nhỏ được gộp trước khi tính: cụm toàn ô nhỏ không hiện ra. Tăng cell_m hoặc period_days.',
            en='Small counts are pooled before anything is computed: a cluster of nothing but small counts does not '
            'show. Take larger cells or longer periods.',
        ),
        Text(
            vi='Nhiều phản ánh không có nghĩa là nhiều sự cố: nơi đông người và quen phản ánh thì có nhiều hơn.',
            en='Many reports are not many faults: where more people live, and are used to reporting, there are more.',
        ),
    ]
    if not is_published.any():
        notes.insert(
            0,
            Text(
                vi='Mọi ô đều có số phản ánh quá nhỏ nên không kết luận được.',
                en='The count of every cell is too small to be shown, so nothing can be concluded.',
            ),
        )
    return notes


def _of_category(inputs: Inputs) -> Filter | None:
    if inputs.category is None:
        return None
    return {'op': '=', 'args': [{'property': inputs.category_column}, inputs.category]}


def _moment_sql(inputs: Inputs, layer: Layer, rows: sql.Composed, data: Data) -> sql.Composable:
    """The SQL of a report's moment; raises NoMoment, NoSuchColumn. GeoJSON has no moments, only texts that say one."""
    name = column_identifier(layer, inputs.moment, data.audience)
    kind = layer.columns[inputs.moment].type if inputs.moment in layer.columns else 'integer'
    if kind in ('date', 'timestamp'):
        return name
    check = sql.SQL("select {0}::text as said from {1} where not pg_input_is_valid({0}::text, 'timestamptz') limit 1")
    wrong = data.rows(check.format(name, rows)) if kind == 'text' else [{'said': kind}]
    if wrong:
        moments = [each for each, definition in layer.columns.items() if definition.type in ('date', 'timestamp')]
        hint = did_you_mean(inputs.moment, moments) if moments else Text(vi='', en='')
        raise NoMoment(
            vi=f'moment: cột "{inputs.moment}" không phải ngày hay thời điểm ({wrong[0]["said"]}). {hint.vi}'.strip(),
            en=f'moment: the column "{inputs.moment}" holds no moments ({wrong[0]["said"]}). {hint.en}'.strip(),
        )
    return sql.SQL('{}::timestamptz').format(name)


def _require_category(inputs: Inputs, layer: Layer) -> None:
    domain = layer.columns[inputs.category_column].domain if inputs.category else None
    if domain and inputs.category not in domain:
        raise UnknownCategory.with_suggestion(
            str(inputs.category),
            domain,
            vi=f'category: lớp "{layer.id}" không có nhóm "{inputs.category}".',
            en=f'category: the layer "{layer.id}" has no category "{inputs.category}".',
        )


def offset_s(layer: Layer, moment: str) -> int:
    """How far ahead of UTC the clock of the layer's agency is: its days begin by that. A date is that day anywhere."""
    if moment in layer.columns and layer.columns[moment].type == 'date':
        return 0
    sign, hours, minutes = layer.source.utc_offset[0], *layer.source.utc_offset[1:].split(':')
    seconds = int(hours) * 3600 + int(minutes) * 60
    return -seconds if sign == '-' else seconds

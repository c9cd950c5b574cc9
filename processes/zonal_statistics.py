"""What a raster or a layer has in each zone. Method: docs/explanation/zonal-statistics.md."""

from typing import Any, ClassVar

import numpy as np
from psycopg2 import sql

from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data, Zones
from processes.geojson import FeatureCollection
from processes.inputs import ZONES, LayerRef
from processes.outputs import Member, Output, ZoneFeatures, shared
from processes.zones.parts import united_rows
from processes.zones.statistics import (
    STATISTICS,
    Answer,
    Statistic,
    StatisticsInputs,
    layer_statistics,
    must_fit,
    raster_statistics,
)

# Of nothing they are 0 and not unknown.
ADDED_UP = {'count', 'length_m', 'area_m2'}


class Inputs(StatisticsInputs):
    """What the planner may choose."""

    zones: LayerRef = ZONES


class ZonalStatistics(Process[Inputs]):
    """Nothing is lost between zones, what a border cuts is shared out; zones that overlap answer each for itself."""

    title = Text(vi='Thống kê theo vùng', en='Zonal statistics')
    description = Text(
        vi='Tổng, trung bình, trung vị... của raster hoặc lớp trong từng vùng, theo diện tích hoặc theo dân số.',
        en='Sum, mean, median... of a raster or a layer in each zone, weighted by area or by population.',
    )
    outputs: ClassVar[dict[str, Output]] = {
        'result': ZoneFeatures(
            title,
            members={
                **STATISTICS,
                'covered_share': Member(Text(vi='Tỷ lệ có dữ liệu', en='Share with data'), 'share'),
                'has_data': Member(Text(vi='Có dữ liệu', en='Has data')),
                **shared('people'),
            },
        )
    }
    summary: ClassVar[dict[str, Member]] = {
        'sum_of_zones': Member(Text(vi='Tổng các vùng', en='Sum of the zones')),
        'count_of_zones': Member(Text(vi='Số ô hoặc đối tượng trong các vùng', en='Cells or features in the zones')),
        'length_m_of_zones': Member(Text(vi='Chiều dài trong các vùng', en='Length in the zones'), 'm'),
        'area_m2_of_zones': Member(Text(vi='Diện tích trong các vùng', en='Area in the zones'), 'm2'),
        'zones_without_data': Member(Text(vi='Vùng không có dữ liệu', en='Zones without data')),
        **shared('features', 'features_outside', 'unit'),
    }
    method = Text(
        vi='Ô bị ranh giới cắt được tính theo phần diện tích nằm trong; đường và vùng cũng vậy. Theo dân số thì mỗi '
        'người được tính một lần với giá trị nơi ở.',
        en='What a border cuts counts by the share that lies inside. By population everybody counts once, with the '
        'value of the place where they live.',
    )
    example: ClassVar[dict[str, Any]] = {
        'coverage': 'elevation',
        'statistics': ['mean', 'min', 'max'],
        'zones': 'communes',
    }

    def cost_s(self, inputs: Inputs) -> float:
        """600,000 buildings are cut in 10 s, as many homes looked up in 5 s; cells take less than a second."""
        return 10.0 if inputs.weight == 'population' or inputs.layer is not None else 2.0

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> FeatureCollection:
        """Zones with the statistics, has_data and covered_share, and the whole as `summary`."""
        must_fit(inputs)
        zones = data.zones(inputs.zones)
        progress(0.1, Text(vi='Đọc vùng', en='Reading the zones'))
        answer = compute_statistics(inputs, zones, data.source(inputs.zones)[1], data, progress)
        whole = answer_of_all(inputs, zones, answer, data, progress)
        figures = [zone_figures(number, answer, inputs.statistics) for number in range(len(zones.codes))]
        empty = [code for code, zone in zip(zones.codes, figures, strict=True) if not zone['has_data']]
        return zones.collection(
            figures,
            {
                **inputs.model_dump(include={'coverage', 'filter', 'column', 'weight', 'population', 'statistics'}),
                'layer': inputs.layer.reference if inputs.layer else None,
                'zones': inputs.zones.reference,
                'unit': answer.unit,
                'zones_without_data': empty,
                **{
                    f'{name}_of_zones': float(whole.statistics[name].sum())
                    for name in ('count', 'sum', 'length_m', 'area_m2')
                    if name in inputs.statistics
                },
                **answer.members,
                **data.provenance([*zones.notes, *list_caveats(inputs, empty, answer.members.get('features'))]),
            },
        )


def compute_statistics(
    inputs: Inputs, zones: Zones, zone_rows: sql.Composed, data: Data, progress: ProgressCallback
) -> Answer:
    """The statistics of the raster or layer in each zone. zone_rows: `here` of the zones in SQL."""
    if inputs.coverage is not None:
        return raster_statistics(inputs, data.raster(inputs.coverage), zones, data, progress)
    return layer_statistics(inputs, zones, zone_rows, data)


def answer_of_all(inputs: Inputs, zones: Zones, by_zone: Answer, data: Data, progress: ProgressCallback) -> Answer:
    """Statistics whose sums count everything once: those by zone, or of all zones as one where they overlap."""
    if not zones.overlap:
        return by_zone
    whole = zones.united()
    return compute_statistics(inputs, whole, united_rows(whole, data.locality.srid), data, progress)


def zone_figures(number: int, answer: Answer, statistics: list[Statistic]) -> dict[str, Any]:
    """The figures of a zone; where nothing is known they are null, and has_data says so."""
    of = answer.statistics
    has_data = bool(of.get('has', of['count'])[number] > 0)
    more = {'people': round(float(of['people'][number]), 1)} if 'people' in of else {}
    covered = {'covered_share': round(float(answer.covered[number]), 6)} if answer.covered is not None else {}
    figures: dict[str, Any] = {
        name: figure_or_none(of[name][number], has_value=has_data or name in ADDED_UP) for name in statistics
    }
    return {**figures, **more, **covered, 'has_data': has_data}


def figure_or_none(value: float, *, has_value: bool) -> float | None:
    """The figure rounded to a millionth, which hides what single precision adds; None for nan or without a value."""
    return round(float(value), 6) if has_value and not np.isnan(value) else None


def list_caveats(inputs: Inputs, empty: list[str], features: int | None) -> list[Text]:
    """What a reader of the result has to know. features: of the layer that pass the filter; None of a raster."""
    notes = []
    if features == 0:
        notes.append(
            Text(
                vi='Lớp không có đối tượng nào (qua bộ lọc): các số 0 không nói gì về các vùng.',
                en='The layer has no feature (that passes the filter): zeros say nothing of the zones.',
            )
        )
    if empty:
        notes.append(
            Text(
                vi=f'{len(empty)} vùng không có dữ liệu: has_data = false.',
                en=f'{len(empty)} zones have no data: has_data = false.',
            )
        )
    if inputs.weight == 'population':
        notes.append(
            Text(
                vi='Theo dân số: nói về con người, không phải về mặt đất; nơi không ai ở không được tính.',
                en='By population: of people and not of ground; where nobody lives does not count.',
            )
        )
    return notes

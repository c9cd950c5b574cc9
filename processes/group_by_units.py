"""Any layer, told by the units of any day. Method: docs/explanation/units-through-time.md."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal

from psycopg2 import sql

from dothi.core.errors import WrongUse
from dothi.core.layer import Layer
from dothi.core.text import Text
from dothi.core.unit_crosswalk import Crosswalk, crosswalk, units_in
from dothi.core.unit_register import UnitRegister, UnitVersion, unit_register
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.geojson import FeatureCollection, feature_collection, geojson_feature
from processes.inputs import DAY, LEVEL, LayerRef, ProcessInputs, filter_field, input_field
from processes.outputs import Member, Output, shared
from processes.reading.layers import column_identifier
from processes.reading.unit_layers import day_of, layer_of_level, read_outlines, unit_outlines

# What a statistic needs of the layer: its column, or a kind of geometry.
OF_COLUMN = ('sum', 'mean')
OF_GEOMETRY = {'length_m': 'LineString', 'area_m2': 'Polygon'}


class DoesNotFit(WrongUse):
    """The statistic cannot be had of this layer."""


class Inputs(ProcessInputs):
    """What the planner may choose."""

    layer: LayerRef = input_field(
        Text(vi='Lớp', en='Layer'), Text(vi='Lớp cần tổng hợp.', en='The layer whose features are grouped.')
    )
    filter: str | None = filter_field('layer', "kind = 'station'")
    level: str = LEVEL
    date: str = input_field(
        Text(vi='Ngày của đơn vị', en='Day of the units'),
        Text(
            vi='Các đơn vị có hiệu lực ngày này, viết là 2024-10-01.',
            en='The units in force on it, such as 2024-10-01.',
        ),
        pattern=DAY,
    )
    statistic: Literal['count', 'sum', 'mean', 'length_m', 'area_m2'] = input_field(
        Text(vi='Thống kê', en='Statistic'),
        Text(
            vi='Số đối tượng; tổng hoặc trung bình của cột; chiều dài hoặc diện tích nằm trong đơn vị.',
            en='How many; sum or mean of the column; length or area inside the unit.',
        ),
        default='count',
        choices={
            'count': Text(vi='số lượng', en='count'),
            'sum': Text(vi='tổng', en='sum'),
            'mean': Text(vi='trung bình', en='mean'),
            'length_m': Text(vi='chiều dài', en='length'),
            'area_m2': Text(vi='diện tích', en='area'),
        },
    )
    column: str | None = input_field(
        Text(vi='Cột', en='Column'),
        Text(vi='Cột số, cho sum và mean.', en='A column of numbers, for sum and mean.'),
        default=None,
        max_length=63,
        column_of='layer',
    )
    counted_on: str | None = input_field(
        Text(vi='Ngày đếm', en='Counted by the units of'),
        Text(
            vi='Đếm theo đơn vị của ngày này, rồi quy đổi sang đơn vị của date như khi chỉ còn số liệu cũ.',
            en='Counts by the units of this day and re-expresses that on those of date, as one must where only old '
            'figures are left.',
        ),
        default=None,
        pattern=DAY,
    )


@dataclass(frozen=True)
class Figures:
    """By code of a unit that has any: its features and their value; how many lie in none; the value of nothing."""

    features: dict[str, int]
    values: dict[str, float | None]
    outside: int
    nothing: float | None = 0


class GroupByUnits(Process[Inputs]):
    """Every feature once by its point; lengths and areas cut at the borders."""

    title = Text(vi='Tổng hợp theo đơn vị hành chính', en='Group by administrative units')
    description = Text(
        vi='Số đối tượng, tổng, trung bình, chiều dài hoặc diện tích theo các đơn vị có hiệu lực vào một ngày bất kỳ.',
        en='Count, sum, mean, length or area of a layer by the units in force on any day.',
    )
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(
            title,
            members={
                **shared('value', 'features', 'code', 'name', 'parent_code'),
                'estimated': Member(Text(vi='Ước tính', en='Estimated')),
            },
        )
    }
    summary: ClassVar[dict[str, Member]] = {
        **shared('features_outside', 'units_without_outline'),
    }
    method = Text(
        vi='Mỗi đối tượng được tính một lần theo điểm của nó; chiều dài và diện tích được cắt tại ranh giới đơn vị.',
        en='Each feature counts once, by its point; lengths and areas are cut at the borders of units.',
    )
    example: ClassVar[dict[str, Any]] = {
        'layer': 'schools',
        'level': 'commune',
        'date': '2025-08-01',
        'statistic': 'count',
    }

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> FeatureCollection:
        """Units with `value`, `features` and `estimated`, and what lies outside of all as `summary`."""
        on, counted_on = day_of(inputs.date), day_of(inputs.counted_on or inputs.date)
        register, unit_layer = unit_register(data.locality), layer_of_level(inputs.level, data.locality)
        units = units_in(register, inputs.level, on)
        way = _crosswalk_of(inputs, register, counted_on, on)
        borders = read_outlines(unit_layer, on, data)
        progress(0.2, Text(vi='Tổng hợp', en='Grouping'))
        figures = _read_figures(inputs, unit_layer, counted_on, data)
        if way:
            figures = re_expressed(figures, way)
        units_with_border = [unit for unit in units if unit.code in borders]
        estimated = way.estimated if way else frozenset()
        summary = {
            **inputs.model_dump(include={'level', 'statistic', 'column'}),
            'layer': inputs.layer.reference,
            'date': on.isoformat(),
            'counted_on': counted_on.isoformat(),
            'features_outside': figures.outside,
            'units_without_outline': sorted({unit.code for unit in units} - borders.keys()),
            'note': note_on_change(way, register.census),
            **data.provenance(nothing_note(figures)),
        }
        features = [unit_feature(unit, borders[unit.code], figures, estimated) for unit in units_with_border]
        return feature_collection(features, summary)


def unit_feature(unit: UnitVersion, outline: dict[str, Any], figures: Figures, estimated: frozenset[str]) -> Any:
    """A unit with its figures; nothing lies in one that has none."""
    properties = {
        'code': unit.code,
        'name': unit.name,
        'parent_code': unit.parent_code,
        'features': figures.features.get(unit.code, 0),
        'value': figures.values.get(unit.code, figures.nothing),
        'estimated': unit.code in estimated,
    }
    return geojson_feature(unit.code, outline, properties)


def nothing_note(figures: Figures) -> list[Text]:
    """What a reader has to know where there is nothing to group."""
    if figures.features or figures.outside:
        return []
    return [
        Text(
            vi='Lớp không có đối tượng nào (qua bộ lọc): các số 0 không nói gì về các đơn vị.',
            en='The layer has no feature (that passes the filter): zeros say nothing of the units.',
        )
    ]


def re_expressed(figures: Figures, way: Crosswalk) -> Figures:
    """The same figures on the units of the other day: sums of whole units, or shares by population."""
    values = way.convert({code: value or 0 for code, value in figures.values.items()})
    counts = {code: round(count) for code, count in way.convert(figures.features).items()}
    return Figures(counts, dict(values), figures.outside)


def note_on_change(way: Crosswalk | None, census: int | None) -> dict[str, str] | None:
    """How the figures were re-expressed, in both languages; None where they were counted as they are shown."""
    if way is None:
        return None
    if not way.estimated:
        return Text(vi='Cộng trọn các đơn vị sáp nhập: chính xác.', en='Whole units added up: exact.').model_dump()
    return Text(
        vi=f'ƯỚC TÍNH ở các đơn vị có estimated = true: chia theo dân số điều tra năm {census}.',
        en=f'ESTIMATES where estimated = true: divided by the population of the census of {census}.',
    ).model_dump()


def _crosswalk_of(inputs: Inputs, register: UnitRegister, start: date, end: date) -> Crosswalk | None:
    """How figures come from the units they were counted by to those that are shown; None where these are the same."""
    if start == end:
        return None
    if inputs.statistic == 'mean':
        raise DoesNotFit(
            vi='counted_on: không quy đổi được số trung bình. Quy đổi sum và count rồi chia.',
            en='counted_on: a mean cannot be re-expressed. Do it with sum and count, and divide.',
        )
    return crosswalk(register, inputs.level, start, end)


def _read_figures(inputs: Inputs, unit_layer: Layer, on: date, data: Data) -> Figures:
    """What lies in each unit of a day. A day without outlines is refused as by `read_outlines`."""
    read_outlines(unit_layer, on, data)
    layer, features = data.source(inputs.layer, inputs.filter)
    units = unit_outlines(unit_layer, on, data)
    measured = OF_GEOMETRY.get(inputs.statistic)
    value = _statistic_sql(inputs, layer, data)
    form = CUT if measured else COUNTED
    figure_rows = data.rows(form.format(units=units, features=features, value=value))
    inside = {row['code']: row for row in figure_rows if row['code'] is not None}
    return Figures(
        features={code: row['features'] for code, row in inside.items()},
        values={code: row['value'] for code, row in inside.items()},
        outside=sum(row['features'] for row in figure_rows if row['code'] is None),
        nothing=None if inputs.statistic == 'mean' else 0,
    )


def _statistic_sql(inputs: Inputs, layer: Layer, data: Data) -> sql.Composable:
    """The SQL of the statistic; raises DoesNotFit, or NoSuchColumn."""
    kind = OF_GEOMETRY.get(inputs.statistic)
    if kind and not layer.geometry.endswith(kind):
        raise DoesNotFit(
            vi=f'{inputs.statistic}: lớp "{layer.id}" có hình học {layer.geometry}, không phải {kind}.',
            en=f'{inputs.statistic}: the layer "{layer.id}" has {layer.geometry} geometries, not {kind}.',
        )
    if (inputs.statistic in OF_COLUMN) != (inputs.column is not None):
        raise DoesNotFit(
            vi='column: cần cho sum và mean, và chỉ cho hai thống kê này.',
            en='column: needed for sum and mean, and for these only.',
        )
    if inputs.column is None:
        return sql.SQL('sum(measure)' if kind else 'count(*)')
    value_column = column_identifier(layer, inputs.column, data.audience)
    if layer.columns[inputs.column].type not in ('integer', 'number'):
        raise DoesNotFit(
            vi=f'column: cột "{inputs.column}" không phải là số.', en=f'column: "{inputs.column}" is not a number.'
        )
    return sql.SQL('coalesce(sum({}), 0)' if inputs.statistic == 'sum' else 'avg({})').format(value_column)


# Each feature once: on a border it counts in the unit with the lower code, beyond all of them in none.
COUNTED = sql.SQL("""
    select u.code, count(*) as features, ({value})::float8 as value
    from {features} left join lateral (
        select outline.code from {units}
        where ST_Intersects(outline.geom, unit.place_of(here.geom)) order by 1 limit 1
    ) u on true
    group by 1
""")
CUT = sql.SQL("""
    select u.code, count(*) as features, ({value})::float8 as value
    from {features} left join lateral (
        select outline.code, unit.measure_inside(here.geom, outline.geom) as measure
        from {units}
        where ST_Intersects(outline.geom, here.geom)
    ) u on measure > 0
    group by 1
""")

"""Figures by the units of one day, on the units of another. Method: docs/explanation/restate-units.md."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal

from psycopg2 import sql

from dothi.core.arrays import Geometries, wkb_geometries
from dothi.core.errors import DataRefused, WrongUse, did_you_mean
from dothi.core.layer import Layer
from dothi.core.text import Text
from dothi.core.unit_crosswalk import Shares, crosswalk, units_in
from dothi.core.unit_register import UnitVersion, unit_register
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.geojson import FeatureCollection, feature_collection, geojson_feature
from processes.inputs import DAY, LEVEL, LayerRef, ProcessInputs, input_field
from processes.outputs import Member, Output, shared
from processes.reading.layers import NotDelivered, column_identifier
from processes.reading.unit_layers import day_of, layer_of_level, read_outlines, unit_outlines
from processes.zones.restating import RestatedFigure, area_shares, decimals_of, in_steps, people_shares, restate_figures

METHODS = {
    'crosswalk': Text(vi='bảng quy đổi', en='the crosswalk'),
    'population': Text(vi='dân số', en='population'),
    'area': Text(vi='diện tích', en='area'),
}


class BadFigures(WrongUse):
    """The figures do not fit the units that they are said to be of."""


class NoWay(DataRefused):
    """Nothing known says where the figures of a unit belong on the other day."""


class Inputs(ProcessInputs):
    """What the planner may choose."""

    figures: dict[str, float] | None = input_field(
        Text(vi='Số liệu', en='Figures'),
        Text(
            vi='Mã đơn vị và số liệu, ví dụ {"356": 120, "358": 45}. Chỉ số cộng được: không mật độ, trung bình.',
            en='Code of a unit and its figure: {"356": 120, "358": 45}. Only what adds up: no densities, no means.',
        ),
        hint=Text(
            vi='Mỗi dòng một đơn vị và số liệu. Chỉ số cộng được: không mật độ, trung bình.',
            en='A unit and its figure on each line. Only what adds up: no densities, no means.',
        ),
        instead_of=('layer',),
        default=None,
        max_length=20_000,
    )
    layer: LayerRef | None = input_field(
        Text(vi='Lớp số liệu', en='Layer of figures'),
        Text(
            vi='Thay cho figures: lớp, FeatureCollection hoặc kết quả trước, có cột mã và cột số liệu.',
            en='In place of figures: a layer, FeatureCollection or earlier result with columns of code and figure.',
        ),
        hint=Text(
            vi='Thay cho số liệu ở trên: lớp hoặc kết quả trước, có cột mã và cột số liệu.',
            en='In place of the figures above: a layer or earlier result with columns of code and figure.',
        ),
        instead_of=('figures',),
        default=None,
    )
    code_column: str = input_field(
        Text(vi='Cột mã', en='Column of the code'),
        Text(vi='Cột mã đơn vị của layer.', en='Of the layer: the code of the unit.'),
        default='code',
        max_length=63,
        column_of='layer',
    )
    value_column: str = input_field(
        Text(vi='Cột số liệu', en='Column of the figure'),
        Text(vi='Cột số liệu của layer.', en='Of the layer: the figure.'),
        default='value',
        max_length=63,
        column_of='layer',
    )
    level: str = LEVEL
    from_date: str = input_field(
        Text(vi='Ngày của số liệu', en='Day of the figures'),
        Text(vi='Số liệu theo các đơn vị của ngày này.', en='The figures are by the units of it.'),
        pattern=DAY,
    )
    to_date: str = input_field(
        Text(vi='Ngày cần quy đổi', en='Day to restate on'),
        Text(vi='Quy đổi sang các đơn vị của ngày này.', en='They are restated on the units of it.'),
        pattern=DAY,
    )
    method: Literal['crosswalk', 'population', 'area'] = input_field(
        Text(vi='Cách chia', en='How to divide'),
        Text(
            vi='Đơn vị bị chia: theo dân số điều tra (crosswalk), người ở các nhà (population), hoặc diện tích (area).',
            en='Where a unit is divided: by the census (crosswalk), the people of its houses (population), or area.',
        ),
        default='crosswalk',
        choices=METHODS,
    )
    decimals: int = input_field(
        Text(vi='Số chữ số thập phân', en='Decimal places'),
        Text(
            vi='Của kết quả; nhiều hơn nếu số liệu có nhiều hơn. Tổng giữ nguyên đến chữ số cuối.',
            en='Of the result, more where the figures have more. Sums are kept to the last place.',
        ),
        default=0,
        ge=0,
        le=6,
    )


@dataclass(frozen=True)
class Division:
    """Share of each unit of the one day in each of the other, and how each unit was divided, by its code."""

    shares: Shares
    methods: Mapping[str, str]


class RestateUnits(Process[Inputs]):
    """Whole units are added up; what is divided is an estimate, with the least and the most that it can be."""

    title = Text(vi='Quy đổi số liệu theo đơn vị', en='Restate figures on other units')
    description = Text(
        vi='Số liệu theo đơn vị của một ngày, quy đổi sang đơn vị của ngày khác; giữ nguyên tổng, kèm sai số tối đa.',
        en='Figures by the units of one day, on the units of another; sums are kept, and each has its error bound.',
    )
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(
            title,
            members={
                'value': Member(Text(vi='Số liệu quy đổi', en='Restated figure')),
                'least': Member(Text(vi='Ít nhất', en='Least')),
                'most': Member(Text(vi='Nhiều nhất', en='Most')),
                'error': Member(Text(vi='Sai số tối đa', en='Error at most')),
                'exact': Member(Text(vi='Chính xác', en='Exact')),
                'complete': Member(Text(vi='Đủ số liệu', en='Complete')),
                'method': Member(
                    Text(vi='Cách chia', en='How it was divided'),
                    codes=METHODS
                    | {
                        'whole': Text(vi='nguyên đơn vị', en='whole units'),
                        'census': Text(vi='dân số điều tra', en='the population of the census'),
                    },
                ),
                'pieces': Member(Text(vi='Gồm các đơn vị', en='Made of units'), by_data=True),
                **shared('code', 'name', 'parent_code'),
            },
        )
    }
    summary: ClassVar[dict[str, Member]] = {
        'sum_before': Member(Text(vi='Tổng trước quy đổi', en='Sum before')),
        'sum_after': Member(Text(vi='Tổng sau quy đổi', en='Sum after')),
        'units_without_figure': Member(Text(vi='Đơn vị chưa có số liệu', en='Units without a figure'), by_data=True),
        'census': Member(Text(vi='Năm điều tra dân số', en='Year of the census'), year=True),
        **shared('units_without_outline'),
    }
    method = Text(
        vi='Đơn vị nằm trọn thì cộng; đơn vị bị chia thì chia theo tỷ lệ, phần dư theo số dư lớn nhất nên tổng giữ '
        'nguyên. Ít nhất và nhiều nhất: mọi cách phân bố có thể.',
        en='Whole units are added up; divided ones are shared out, and what is left over goes to the largest '
        'remainders, so sums are kept. Least and most hold however a figure is spread.',
    )
    example: ClassVar[dict[str, Any]] = {
        'figures': {'356': 120, '358': 45, '359': 60},
        'level': 'district',
        'from_date': '2024-08-31',
        'to_date': '2024-10-01',
        'method': 'crosswalk',
    }

    def cost_s(self, inputs: Inputs) -> float:
        """The method `population` places every house in the units of both days, which takes longest."""
        return 5.0 if inputs.method == 'population' else 1.0

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> FeatureCollection:
        """Units of to_date with value, least, most, method and pieces, and the sums as `summary`."""
        start, end = day_of(inputs.from_date), day_of(inputs.to_date)
        register, unit_layer = unit_register(data.locality), layer_of_level(inputs.level, data.locality)
        before, after = units_in(register, inputs.level, start), units_in(register, inputs.level, end)
        figures = read_figures(inputs, before, data)
        progress(0.2, Text(vi='Xác định tỷ lệ chia', en='Working out the shares'))
        division = divide_units(inputs, unit_layer, start, end, data)
        must_know(figures, division.shares, end)
        decimals = decimals_of(figures, inputs.decimals)
        restated_figures = restate_figures(figures, division.shares, decimals)
        progress(0.9, Text(vi='Ghi kết quả', en='Writing the result'))
        silent = {unit.code: unit.name for unit in before if unit.code not in figures}
        touched = {target for code in silent for target in division.shares.get(code, {})}
        borders = _unit_borders(unit_layer, end, data)
        return feature_collection(
            [
                unit_feature(
                    unit,
                    borders.get(unit.code),
                    restated_figures.get(unit.code),
                    division.methods,
                    unit.code not in touched,
                )
                for unit in after
            ],
            {
                **inputs.model_dump(include={'level', 'from_date', 'to_date', 'method'}),
                'layer': inputs.layer.reference if inputs.layer else None,
                'decimals': decimals,
                'sum_before': _rounded_total(figures.values(), decimals),
                'sum_after': _rounded_total((figure.value for figure in restated_figures.values()), decimals),
                'units_without_figure': silent,
                'units_without_outline': sorted({unit.code for unit in after} - borders.keys()),
                'census': register.census if inputs.method == 'crosswalk' else None,
                **data.provenance(list_caveats(inputs.method, register.census, restated_figures)),
            },
        )


def read_figures(inputs: Inputs, units: list[UnitVersion], data: Data) -> dict[str, float]:
    """The figure of each unit that has one, by code; raises BadFigures for codes that are no unit of the day."""
    if (inputs.figures is None) == (inputs.layer is None):
        raise BadFigures(
            vi='Cho số liệu bằng một trong hai đầu vào: figures hoặc layer.',
            en='Give the figures by one of the two inputs: figures or layer.',
        )
    rows = list(inputs.figures.items()) if inputs.figures is not None else _read_rows(inputs, data)
    codes, unit_codes = [code for code, _ in rows], {unit.code for unit in units}
    strange, twice = sorted(set(codes) - unit_codes), sorted({code for code in codes if codes.count(code) > 1})
    if strange:
        hint = did_you_mean(strange[0], unit_codes) if len(strange) == 1 else Text(vi='', en='')
        listed = ', '.join(strange[:10])
        raise BadFigures(
            vi=f'Ngày {inputs.from_date} không có đơn vị cấp "{inputs.level}" mã {listed}. {hint.vi}'.strip(),
            en=f'On {inputs.from_date} no unit of the level "{inputs.level}" has the code {listed}. {hint.en}'.strip(),
        )
    if twice:
        listed = ', '.join(twice[:10])
        raise BadFigures(vi=f'Mã {listed} có nhiều số liệu.', en=f'The code {listed} has several figures.')
    if not rows:
        raise BadFigures(vi='Không có số liệu nào.', en='There are no figures.')
    return dict(rows)


def divide_units(inputs: Inputs, unit_layer: Layer, start: date, end: date, data: Data) -> Division:
    """How the units of the day `start` go into those of `end`, by the method that was asked for."""
    if inputs.method == 'crosswalk':
        shares = crosswalk(unit_register(data.locality), inputs.level, start, end).shares
        return Division(shares, _methods_by_unit(shares, 'census'))
    (before, old), (after, new) = (_unit_shapes(unit_layer, on, data) for on in (start, end))
    by_area = area_shares(before, old, after, new)
    if inputs.method == 'area':
        return Division(by_area, _methods_by_unit(by_area, 'area'))
    shares, empty = people_shares(by_area, before, old, after, new, data.homes())
    return Division(shares, _methods_by_unit(shares, 'population') | dict.fromkeys(empty, 'area'))


def must_know(figures: Mapping[str, float], shares: Shares, end: date) -> None:
    """Raises NoWay where a unit with a figure has no share anywhere."""
    codes_without_share = sorted(code for code in figures if not shares.get(code))
    if codes_without_share:
        listed = ', '.join(codes_without_share[:10])
        raise NoWay(
            vi=f'Đơn vị {listed}: không có ranh giới nằm trong đơn vị nào của ngày {end}. Nạp ranh giới, hoặc dùng '
            'method crosswalk.',
            en=f'{listed}: no outline of these lies in a unit of {end}. Deliver the outlines, or use the method '
            'crosswalk.',
        )


def unit_feature(
    unit: UnitVersion,
    outline: dict[str, Any] | None,
    figure: RestatedFigure | None,
    methods: Mapping[str, str],
    complete: bool,
) -> Any:
    """A unit of the other day with its figure; null where nothing that is known touches it."""
    return geojson_feature(
        unit.code,
        outline,
        {
            'code': unit.code,
            'name': unit.name,
            'parent_code': unit.parent_code,
            'value': figure.value if figure else None,
            'least': figure.least if figure else None,
            'most': figure.most if figure else None,
            'error': max(figure.most - figure.value, figure.value - figure.least) if figure else None,
            'exact': figure.exact and complete if figure else False,
            'complete': complete,
            'method': ', '.join(sorted({methods[code] for code in figure.pieces})) if figure else None,
            'pieces': {code: round(share, 6) for code, share in figure.pieces.items()} if figure else {},
        },
    )


def list_caveats(method: str, census: int | None, figures: Mapping[str, RestatedFigure]) -> list[Text]:
    """What a reader of the result has to know."""
    if all(figure.exact for figure in figures.values()):
        return [Text(vi='Cộng trọn các đơn vị: chính xác.', en='Whole units added up: exact.')]
    by = {
        'crosswalk': Text(vi=f'dân số điều tra năm {census}', en=f'the population of the census of {census}'),
        'population': Text(vi='số người ở các nhà', en='the people of its houses'),
        'area': Text(vi='diện tích', en='area'),
    }[method]
    return [
        Text(
            vi='ƯỚC TÍNH ở các đơn vị có exact = false: đơn vị bị chia được chia theo {by}.',
            en='ESTIMATES where exact = false: what was divided is divided by {by}.',
        ).format(by=by),
        Text(
            vi='least và most đúng với mọi cách phân bố, nếu số liệu là tổng của những thứ cùng dấu.',
            en='least and most hold however it is spread, if a figure is a sum of things of one sign.',
        ),
    ]


def _read_rows(inputs: Inputs, data: Data) -> list[tuple[str, float]]:
    assert inputs.layer is not None  # noqa: S101 (asked before)
    layer, rows = data.source(inputs.layer)
    code, value = (column_identifier(layer, name, data.audience) for name in (inputs.code_column, inputs.value_column))
    if layer.columns[inputs.value_column].type not in ('integer', 'number'):
        raise BadFigures(
            vi=f'value_column: cột "{inputs.value_column}" không phải là số.',
            en=f'value_column: "{inputs.value_column}" is not a number.',
        )
    query = sql.SQL('select {}::text as code, {}::float8 as value from {} where {} is not null order by 1')
    return [(row['code'], row['value']) for row in data.rows(query.format(code, value, rows, value))]


def _unit_shapes(unit_layer: Layer, on: date, data: Data) -> tuple[list[str], Geometries]:
    """Codes and polygons (working CRS) of the units of a day; raises NotDelivered where there is none."""
    read_outlines(unit_layer, on, data)
    query = sql.SQL('select code, ST_AsBinary(geom) as wkb from {} order by 1')
    shape_rows = data.rows(query.format(unit_outlines(unit_layer, on, data)))
    return [row['code'] for row in shape_rows], wkb_geometries([row['wkb'] for row in shape_rows])


def _unit_borders(unit_layer: Layer, on: date, data: Data) -> dict[str, dict[str, Any]]:
    """The outlines to draw; the figures stand without them."""
    try:
        return read_outlines(unit_layer, on, data)
    except NotDelivered:
        return {}


def _methods_by_unit(shares: Shares, divided_by: str) -> dict[str, str]:
    return {code: divided_by if len(parts) > 1 else 'whole' for code, parts in shares.items()}


def _rounded_total(values: Iterable[float], decimals: int) -> float:
    """Added up in whole steps of the last place, as floats would not."""
    return float(sum(in_steps(value, decimals) for value in values) / 10**decimals)

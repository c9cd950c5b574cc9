"""The statistics of a raster or of a layer in each zone. Method: docs/explanation/zonal-statistics.md."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from psycopg2 import sql

from dothi.core.arrays import Floats
from dothi.core.errors import NotFound, WrongUse
from dothi.core.layer import Layer
from dothi.core.released_raster import Raster
from dothi.core.text import Text
from processes.base import ProgressCallback
from processes.data import Data, Zones
from processes.inputs import LayerRef, ProcessInputs, filter_field, input_field
from processes.outputs import Member
from processes.reading.layers import column_identifier
from processes.zones.layer_zones import Pieces, at_homes, lived_in, on_grid, people_of, place_points, statistics_of
from processes.zones.parts import kind_of, parts_of
from processes.zones.raster_zones import in_zones, move_shapes
from processes.zones.weighted import Statistics, by_group

type Statistic = Literal[
    'count', 'sum', 'mean', 'min', 'max', 'median', 'stdev', 'majority', 'minority', 'variety', 'length_m', 'area_m2'
]
STATISTICS = {
    'mean': Member(Text(vi='Trung bình', en='Mean')),
    'sum': Member(Text(vi='Tổng', en='Sum')),
    'count': Member(Text(vi='Số ô hoặc đối tượng', en='Cells or features')),
    'median': Member(Text(vi='Trung vị', en='Median')),
    'min': Member(Text(vi='Nhỏ nhất', en='Least')),
    'max': Member(Text(vi='Lớn nhất', en='Greatest')),
    'stdev': Member(Text(vi='Độ lệch chuẩn', en='Standard deviation')),
    'majority': Member(Text(vi='Giá trị nhiều nhất', en='Majority')),
    'minority': Member(Text(vi='Giá trị ít nhất', en='Minority')),
    'variety': Member(Text(vi='Số giá trị khác nhau', en='Different values')),
    'length_m': Member(Text(vi='Chiều dài', en='Length'), 'm'),
    'area_m2': Member(Text(vi='Diện tích', en='Area'), 'm2'),
}
# Of numbers that are names of classes, these say nothing.
OF_QUANTITIES = {'sum', 'mean', 'min', 'max', 'median', 'stdev'}
OF_KIND = {'length_m': 'LineString', 'area_m2': 'Polygon'}


class UnknownBand(NotFound):
    """The raster has no band of this name."""


class DoesNotFit(WrongUse):
    """The statistic cannot be had of this raster or layer."""


class StatisticsInputs(ProcessInputs):
    """Which statistics, of what, and how it is weighted."""

    coverage: str | None = input_field(
        Text(vi='Raster', en='Raster'),
        Text(vi='Lớp raster; hoặc cho layer.', en='A coverage; or give a layer.'),
        default=None,
        coverage=True,
        max_length=40,
    )
    band: str | None = input_field(
        Text(vi='Dải', en='Band'),
        Text(vi='Tên dải của raster; bỏ trống: dải được vẽ.', en='Of the raster; the one that is drawn when left out.'),
        default=None,
        max_length=40,
    )
    layer: LayerRef | None = input_field(
        Text(vi='Lớp', en='Layer'),
        Text(vi='Lớp đối tượng; hoặc cho coverage.', en='A layer of features; or give a coverage.'),
        default=None,
    )
    filter: str | None = filter_field('layer', 'floors > 2')
    column: str | None = input_field(
        Text(vi='Cột', en='Column'),
        Text(vi='Cột số của layer.', en='A column of numbers of the layer; not for count, length_m and area_m2.'),
        default=None,
        column_of='layer',
        max_length=63,
    )
    statistics: list[Statistic] = input_field(
        Text(vi='Thống kê', en='Statistics'),
        Text(
            vi='Một hoặc nhiều; length_m và area_m2 là của đường hoặc vùng trong layer.',
            en='One or more; length_m and area_m2 of the lines or areas of a layer.',
        ),
        default=['mean'],
        choices={name: member.title for name, member in STATISTICS.items()},
        min_length=1,
        max_length=12,
    )
    weight: Literal['area', 'population'] = input_field(
        Text(vi='Trọng số', en='Weight'),
        Text(
            vi='area: theo phần nằm trong vùng. population: theo số người sống ở đó.',
            en='area: by how much lies in the zone. population: by how many people live there.',
        ),
        default='area',
        choices={'area': Text(vi='diện tích', en='area'), 'population': Text(vi='dân số', en='population')},
    )
    population: str | None = input_field(
        Text(vi='Raster dân số', en='Raster of the population'),
        Text(
            vi='Cho trọng số population của raster: lưới dân số; bỏ trống: người ở các nhà.',
            en='For the weight population of a raster: a grid of people; those of the houses when left out.',
        ),
        default=None,
        coverage=True,
        max_length=40,
    )


@dataclass(frozen=True)
class Answer:
    """The statistics by zone, how much of each zone they cover (0 to 1, or nothing to say), and their unit."""

    statistics: Statistics
    covered: Floats | None
    unit: str | None
    members: dict[str, Any]


def must_fit(inputs: StatisticsInputs) -> None:
    """Raises DoesNotFit where inputs contradict each other."""
    needs_column = {*inputs.statistics} - {'count', *OF_KIND}
    faults = [
        (
            (inputs.coverage is None) == (inputs.layer is None),
            Text(vi='Cho một trong hai: coverage hoặc layer.', en='Give one of the two: coverage or layer.'),
        ),
        (
            inputs.coverage is not None and bool(OF_KIND.keys() & {*inputs.statistics}),
            Text(vi='statistics: length_m và area_m2 là của layer.', en='statistics: length_m, area_m2: of a layer.'),
        ),
        (
            inputs.layer is not None and bool(needs_column) != (inputs.column is not None),
            Text(
                vi='column: cần cho mọi thống kê trừ count, length_m, area_m2, và chỉ cho chúng.',
                en='column: needed for all statistics but count, length_m and area_m2, and for these only.',
            ),
        ),
        (
            inputs.layer is None and (inputs.filter is not None or inputs.column is not None),
            Text(vi='filter, column: chỉ cho layer.', en='filter, column: only for a layer.'),
        ),
        (
            inputs.population is not None and (inputs.coverage is None or inputs.weight != 'population'),
            Text(
                vi='population: chỉ cho coverage với weight = population.',
                en='population: only for a coverage with the weight population.',
            ),
        ),
    ]
    for at_fault, message in faults:
        if at_fault:
            raise DoesNotFit(vi=message.vi, en=message.en)


def raster_statistics(
    inputs: StatisticsInputs, raster: Raster, zones: Zones, data: Data, progress: ProgressCallback
) -> Answer:
    """The statistics of a band; raises UnknownBand, DoesNotFit."""
    name = inputs.band or raster.coverage.publish.band
    if name not in raster.coverage.bands:
        raise UnknownBand.with_suggestion(
            name,
            raster.coverage.bands,
            vi=f'band: "{inputs.coverage}" không có dải "{name}".',
            en=f'band: "{inputs.coverage}" has no band "{name}".',
        )
    band = raster.coverage.bands[name]
    if band.kind == 'category' and OF_QUANTITIES & {*inputs.statistics}:
        raise DoesNotFit(
            vi=f'statistics: "{name}" là mã loại, chỉ có count, majority, minority, variety.',
            en=f'statistics: "{name}" holds classes, which have count, majority, minority and variety only.',
        )

    def report_share(share: float) -> None:
        progress(0.1 + 0.8 * share, Text(vi='Đọc raster', en='Reading the raster'))

    if inputs.weight == 'area':
        shapes = move_shapes(zones.shapes, raster.grid, data.locality.srid)
        _must_be_on_the_map(shapes)
        by_zone = in_zones(raster, name, shapes, report_share, median='median' in inputs.statistics)
        cells = shapely.area(shapes) / (raster.grid.cell_width * raster.grid.cell_height)
        return Answer(by_zone, np.minimum(by_zone['count'] / cells, 1), band.unit, {'band': name})
    if inputs.population is None:
        homes = data.homes()
        pieces = at_homes(raster, name, homes, zones, data.locality.srid)
        everybody = people_of(homes, zones)
    else:
        pieces, everybody = on_grid(raster, name, data.raster(inputs.population), zones, data.locality.srid)
    return statistics_by_people(pieces, everybody, band.unit, {'band': name})


def _must_be_on_the_map(shapes: Any) -> None:
    """Raises DoesNotFit for a zone that reaches where the raster's projection has no place, such as the world."""
    # such a shape collapses, or has corners that are no numbers
    beyond = ~(shapely.area(shapes) > 0)
    if beyond.any():
        number = int(np.argmax(beyond)) + 1
        raise DoesNotFit(
            vi=f'zones: vùng thứ {number} vươn quá xa địa bàn. Cắt vùng theo địa bàn rồi gửi lại.',
            en=f'zones: zone number {number} reaches too far beyond the area. Cut it to the area, and send it again.',
        )


def layer_statistics(inputs: StatisticsInputs, zones: Zones, zone_rows: sql.Composed, data: Data) -> Answer:
    """The statistics of a layer; raises DoesNotFit, NoSuchColumn."""
    assert inputs.layer is not None  # noqa: S101 (asked before)
    layer, rows = data.source(inputs.layer, inputs.filter)
    must_have(inputs, layer, data)
    inside = zones.membership(place_points(rows, data))
    members = {'features': inside.places, 'features_outside': int(inside.outside.sum())}
    many = len(zones.codes)
    counted: Statistics = {'count': inside.counts().astype(np.float64)}
    if OF_KIND.keys() & {*inputs.statistics}:
        parts = parts_of(layer, rows, zones, zone_rows, data)
        amount = np.bincount(parts.zone, parts.measure, minlength=many)
        counted |= dict.fromkeys(OF_KIND, amount) | {'has': amount}
    if inputs.column is None:
        return Answer(counted, None, None, members)
    unit = layer.columns[inputs.column].unit
    if inputs.weight == 'population':
        pieces = lived_in(layer, rows, inputs.column, zones, data)
        answer = statistics_by_people(pieces, people_of(data.homes(), zones), unit, members)
        lived = answer.statistics
        return Answer({**lived, **counted, 'has': lived['people']}, answer.covered, unit, members)
    statistics = statistics_of(layer, rows, inputs.column, zones, zone_rows, data)
    return Answer({**statistics, **counted, 'has': statistics['count']}, None, unit, members)


def must_have(inputs: StatisticsInputs, layer: Layer, data: Data) -> None:
    """Raises DoesNotFit where the layer's geometry or column does not have what is asked, or NoSuchColumn."""
    kind = kind_of(layer)
    for statistic in sorted(OF_KIND.keys() & {*inputs.statistics}):
        if OF_KIND[statistic] != kind:
            raise DoesNotFit(
                vi=f'statistics: lớp "{layer.id}" có hình học {layer.geometry}, không có {statistic}.',
                en=f'statistics: "{layer.id}" has {layer.geometry} geometries, which have no {statistic}.',
            )
    if inputs.weight == 'population' and (kind != 'Polygon' or inputs.column is None):
        raise DoesNotFit(
            vi='weight: dân số chỉ dùng cho raster, hoặc cho một cột của lớp vùng.',
            en='weight: the population weighs rasters, and a column of a layer of areas.',
        )
    if inputs.column is None:
        return
    column_identifier(layer, inputs.column, data.audience)
    if inputs.column == 'id' or layer.columns[inputs.column].type not in ('integer', 'number'):
        raise DoesNotFit(
            vi=f'column: cột "{inputs.column}" không phải là số.', en=f'column: "{inputs.column}" is not a number.'
        )


def statistics_by_people(pieces: Pieces, everybody: Floats, unit: str | None, members: dict[str, Any]) -> Answer:
    """Statistics in which everybody counts once, and the share of the people of each zone who have a value."""
    statistics = by_group(pieces.zone, pieces.value, pieces.weight, len(everybody))
    covered = np.zeros(len(everybody))
    np.divide(statistics['count'], everybody, out=covered, where=everybody > 0)
    return Answer(statistics | {'people': statistics['count']}, np.minimum(covered, 1), unit, members)

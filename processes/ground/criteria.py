"""Criteria of a search for sites: what a request says, and what is read so that tiles can be scored by it."""

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
import shapely
from psycopg2 import sql
from pydantic import BaseModel, ConfigDict, Field

from dothi.core.arrays import wkb_geometries
from dothi.core.errors import WrongUse
from dothi.core.grid import Grid
from dothi.core.norms import Norm, norm_for
from dothi.core.text import Text
from processes.data import Data
from processes.ground.criterion_values import Classes, Depth, Distance, Slope, Values, grown_grid
from processes.ground.flood_basin import ground_of, level_of, own_cell_m
from processes.ground.flooding import Basin, flood_tiles
from processes.ground.geotiff import NODATA, Band, Heights, heights_in, plain_raster, write_tile
from processes.ground.suitability import Factor
from processes.ground.tiles import tiles_of
from processes.ground.touch import reached_cells, touched_cells
from processes.inputs import LayerRef, input_field
from processes.norm_words import CONDITIONS
from processes.outputs import Member, shared
from processes.reading.layers import column_identifier, must_be_unfiltered

# What a result says of each criterion.
CRITERION_MEMBERS = {
    'kind': Member(
        Text(vi='Loại', en='Kind'),
        codes={
            'distance_to': Text(vi='gần', en='near to'),
            'distance_from': Text(vi='xa', en='far from'),
            'land_use': Text(vi='loại đất', en='land use'),
            'slope': Text(vi='độ dốc', en='slope'),
            'flood': Text(vi='ngập', en='flood'),
        },
    ),
    **shared('name', 'scenario'),
    'layer': Member(Text(vi='Lớp', en='Layer')),
    'column': Member(Text(vi='Cột', en='Column')),
    'coverage': Member(Text(vi='Raster', en='Raster')),
    'classes': Member(Text(vi='Các loại', en='Classes'), by_data=True),
    'weight': Member(Text(vi='Trọng số', en='Weight')),
    'share': Member(Text(vi='Tỷ trọng', en='Share'), 'share'),
    'worst': Member(Text(vi='Kém nhất', en='Worst')),
    'best': Member(Text(vi='Tốt nhất', en='Best')),
    'at_least': Member(Text(vi='Ít nhất', en='At least')),
    'at_most': Member(Text(vi='Nhiều nhất', en='At most')),
    'level_m': Member(Text(vi='Mực nước', en='Level of the water'), 'm'),
    'scenario_cm': Member(Text(vi='Kịch bản nước biển dâng', en='Scenario of the sea level'), 'cm'),
    'slope_cell_m': Member(Text(vi='Cỡ ô tính độ dốc', en='Cell of the slope'), 'm'),
    'norm_subject': Member(Text(vi='Đối tượng của quy chuẩn', en='Subject of the norm')),
    'norm_condition': Member(Text(vi='Điều kiện của quy chuẩn', en='Condition of the norm'), codes=CONDITIONS),
    'norm_quantity': Member(Text(vi='Công suất', en='Quantity')),
}
# Cells around a tile that distances are looked for in; more would take gigabytes.
MOST_HALO = 2_000


class BadCriterion(WrongUse):
    """A criterion lacks what its kind needs, or says what makes no sense."""


class NoSuchNorm(WrongUse):
    """No norm in force fits what the criterion says."""


class TooFar(WrongUse):
    """A distance is so many cells long that a run cannot look for it."""


class _Named(BaseModel):
    """What every criterion has."""

    model_config = ConfigDict(extra='forbid', frozen=True, strict=True, allow_inf_nan=False)

    name: str = input_field(
        Text(vi='Tên ngắn', en='Short name'),
        Text(vi='Đặt tên cho các cột số liệu của kết quả.', en='Names the columns of its figures in the result.'),
        pattern=r'^[a-z][a-z0-9_]{0,39}$',
    )
    weight: float = input_field(
        Text(vi='Trọng số', en='Weight'),
        Text(vi='So với các tiêu chí khác; tổng được quy về 1.', en='Beside those of the others; together made 1.'),
        default=1.0,
        ge=0,
        le=1_000,
    )


class _Measured(_Named):
    """A criterion with a value that has a score, limits, or both."""

    worst: float | None = input_field(
        Text(vi='Giá trị kém nhất', en='Worst value'), Text(vi='Có điểm 0.', en='Has the score 0.'), default=None
    )
    best: float | None = input_field(
        Text(vi='Giá trị tốt nhất', en='Best value'),
        Text(vi='Có điểm 1; ở giữa tăng đều.', en='Has the score 1; linear between the two.'),
        default=None,
    )
    at_least: float | None = input_field(
        Text(vi='Không dưới', en='At least'),
        Text(vi='Không xây ở nơi có giá trị nhỏ hơn.', en='Nothing is built where the value is smaller.'),
        default=None,
    )
    at_most: float | None = input_field(
        Text(vi='Không quá', en='At most'),
        Text(vi='Không xây ở nơi có giá trị lớn hơn.', en='Nothing is built where the value is greater.'),
        default=None,
    )


LAYER = Text(vi='Lớp', en='Layer')
GROUND = input_field(
    Text(vi='Mô hình độ cao', en='Elevation'),
    Text(vi='Raster độ cao mặt đất.', en='The coverage of the ground.'),
    default='elevation',
    coverage=True,
    max_length=100,
)


class DistanceTo(_Measured):
    """Metres to the nearest feature of a layer that is wanted near."""

    kind: Literal['distance_to']
    layer: LayerRef = input_field(
        LAYER, Text(vi='Đối tượng nên ở gần; giá trị tính bằng mét.', en='What is wanted near; values are metres.')
    )


class DistanceFrom(_Measured):
    """Metres to the nearest feature of a layer that has to be kept away from, which a norm may tell."""

    kind: Literal['distance_from']
    layer: LayerRef = input_field(
        LAYER, Text(vi='Đối tượng phải ở xa; giá trị tính bằng mét.', en='What to keep away from; values are metres.')
    )
    norm: str | None = input_field(
        Text(vi='Quy chuẩn', en='Norm'),
        Text(vi='Giá trị của quy chuẩn là khoảng cách tối thiểu.', en='Its value is the least distance.'),
        default=None,
        max_length=100,
    )
    norm_subject: str | None = input_field(
        Text(vi='Đối tượng của quy chuẩn', en='Subject of the norm'),
        Text(vi='Quy chuẩn áp dụng cho gì.', en='What the norm is applied to.'),
        default=None,
        max_length=100,
    )
    norm_condition: str | None = input_field(
        Text(vi='Điều kiện của quy chuẩn', en='Condition of the norm'),
        Text(vi='Theo điều kiện nào.', en='On which of its conditions.'),
        default=None,
        max_length=100,
    )
    norm_quantity: float | None = input_field(
        Text(vi='Công suất', en='Quantity'),
        Text(vi='Như m3/ngày, theo đơn vị của cấp.', en="Such as m3/d, in the unit of the norm's classes."),
        default=None,
    )


class LandUse(_Named):
    """Scores by class of land; nothing is built on a class without one."""

    kind: Literal['land_use']
    layer: LayerRef = input_field(
        LAYER, Text(vi='Lớp hiện trạng sử dụng đất.', en='The layer of land use.'), default=LayerRef('land_use')
    )
    column: str = input_field(
        Text(vi='Cột loại đất', en='Column of the class'),
        Text(vi='Cột ghi loại đất.', en='The column with the class.'),
        default='class',
        column_of='layer',
        max_length=100,
    )
    classes: dict[str, Annotated[float, Field(ge=0, le=1)]] = input_field(
        Text(vi='Điểm theo loại đất', en='Scores by class'),
        Text(vi='Từ 0 đến 1; không xây trên loại không có điểm.', en='From 0 to 1; none is not built on.'),
        min_length=1,
        max_length=200,
    )


class SlopeOf(_Measured):
    """The slope of the ground in degrees."""

    kind: Literal['slope']
    coverage: str = GROUND


class FloodOf(_Measured):
    """Metres of water over the ground at a level, or in a scenario, of the sea."""

    kind: Literal['flood']
    coverage: str = GROUND
    level_m: float | None = input_field(
        Text(vi='Mực nước', en='Level of the water'),
        Text(vi='Hoặc scenario_cm.', en='Or scenario_cm.'),
        default=None,
        unit='m',
        gt=0,
        le=100,
    )
    scenario_cm: float | None = input_field(
        Text(vi='Kịch bản nước biển dâng', en='Scenario of the sea level'),
        Text(vi='Hoặc level_m.', en='Or level_m.'),
        default=None,
        unit='cm',
        gt=0,
        le=10_000,
    )


type Measured = DistanceTo | DistanceFrom | SlopeOf | FloodOf
type Criterion = Annotated[DistanceTo | DistanceFrom | LandUse | SlopeOf | FloodOf, Field(discriminator='kind')]


def must_make_sense(criteria: Sequence[Criterion]) -> None:
    """Raises BadCriterion that names the first criterion that lacks something."""
    names = [criterion.name for criterion in criteria]
    for number, criterion in enumerate(criteria):
        if criterion.name in names[:number]:
            raise _bad_criterion(criterion, 'trùng tên với tiêu chí trước', 'has the name of one before')
        if isinstance(criterion, LandUse):
            continue
        if (criterion.worst is None) != (criterion.best is None) or (
            criterion.worst is not None and criterion.worst == criterion.best
        ):
            raise _bad_criterion(
                criterion, 'cần cả worst và best, khác nhau', 'needs both worst and best, not the same'
            )
        if (
            criterion.best is None
            and criterion.at_least is None
            and criterion.at_most is None
            and _norm_name(criterion) is None
        ):
            raise _bad_criterion(criterion, 'cần worst và best, hoặc một giới hạn', 'needs worst and best, or a limit')


def weight_shares(criteria: Sequence[Criterion]) -> list[float]:
    """The weights of those that have a score, made 1 together; 0 for those that only allow or forbid."""
    weights = [
        criterion.weight if isinstance(criterion, LandUse) or criterion.best is not None else 0.0
        for criterion in criteria
    ]
    total = sum(weights)
    return [weight / total if total else 0.0 for weight in weights]


def _norm_name(criterion: Criterion) -> str | None:
    return criterion.norm if isinstance(criterion, DistanceFrom) else None


def _bad_criterion(criterion: Criterion, vi: str, en: str) -> BadCriterion:
    return BadCriterion(
        vi=f'Tiêu chí "{criterion.name}" ({criterion.kind}): {vi}.',
        en=f'Criterion "{criterion.name}" ({criterion.kind}) {en}.',
    )


def factor_of(
    criterion: Criterion, share: float, grid: Grid, data: Data, stretch: float = 1.0
) -> tuple[Factor, dict[str, Any]]:
    """What scores tiles by the criterion, and what the summary says of it. share: of the weights.

    stretch: by how many times its worst and best value distances are looked for.

    Raises NoSuchNorm, TooFar and what reading raises.
    """
    members = criterion.model_dump(exclude_none=True, exclude={'layer', 'weight'}) | {'share': round(share, 6)}
    if isinstance(criterion, LandUse):
        return Factor(criterion.name, _land_use(criterion, grid, data), share, 0.0, 1.0), members | {
            'layer': criterion.layer.reference
        }
    norm = isolation_norm(criterion, data) if isinstance(criterion, DistanceFrom) else None
    least = [limit for limit in (criterion.at_least, norm.value if norm else None) if limit is not None]
    values, more = _criterion_values(criterion, least, grid, data, stretch)
    # without them there is no score to tell; the share is 0 then
    worst, best = (0.0, 1.0) if criterion.worst is None or criterion.best is None else (criterion.worst, criterion.best)
    at_most = math.inf if criterion.at_most is None else criterion.at_most
    members |= ({'at_least': max(least)} if least else {}) | ({'norm': norm.cited} if norm else {}) | more
    return Factor(criterion.name, values, share, worst, best, max(least, default=-math.inf), at_most), members


def isolation_norm(criterion: DistanceFrom, data: Data) -> Norm | None:
    """The norm that the criterion names, as it is in force; raises NoSuchNorm."""
    if criterion.norm is None:
        return None
    norms = data.norms(criterion.norm)
    match = norm_for(
        norms, criterion.norm_subject, condition=criterion.norm_condition, quantity=criterion.norm_quantity
    )
    if match is None:
        listed = ', '.join(sorted({f'{norm.subject}/{norm.condition}' for norm in norms})) or '0'
        raise NoSuchNorm(
            vi=f'Tiêu chí "{criterion.name}": quy chuẩn "{criterion.norm}" không có giá trị phù hợp '
            f'({listed}). Sửa norm_….',
            en=f'Criterion "{criterion.name}": no value of the norm "{criterion.norm}" fits ({listed}). '
            'Correct norm_….',
        )
    return match


def _criterion_values(
    criterion: Measured, least: list[float], grid: Grid, data: Data, stretch: float
) -> tuple[Values, dict[str, Any]]:
    match criterion:
        case SlopeOf():
            raster = data.raster(criterion.coverage)
            cell_m = max(own_cell_m(raster.grid, grid.srid), grid.cell_width)
            return Slope(Band(raster.path, 1, raster.grid.srid), cell_m), {'slope_cell_m': cell_m}
        case FloodOf():
            return _flood_depths(criterion, grid, data)
        case _:
            return _distance_values(criterion, least, grid, data, stretch), {'layer': criterion.layer.reference}


def _distance_values(
    criterion: DistanceTo | DistanceFrom, least: list[float], grid: Grid, data: Data, stretch: float
) -> Distance:
    scored = [value * stretch for value in (criterion.worst, criterion.best) if value is not None]
    reach_m = reach_for([*scored, criterion.at_most, *least], grid.cell_width)
    if reach_m / grid.cell_width > MOST_HALO:
        least_m = math.ceil(reach_m / MOST_HALO)
        raise TooFar(
            vi=f'Tiêu chí "{criterion.name}": {reach_m:g} m dài quá {MOST_HALO} ô. Đặt cell_m từ {least_m} trở lên.',
            en=f'Criterion "{criterion.name}": {reach_m:g} m is over {MOST_HALO} cells. '
            f'Set cell_m to {least_m} or more.',
        )
    margin = math.ceil(reach_m / grid.cell_width) + 1
    wide = grown_grid(grid, margin)
    features = data.shapes(criterion.layer)
    if not len(features):
        must_be_unfiltered(criterion.layer)
    near = shapely.intersects(features, shapely.box(*wide.bounds)) if least else np.zeros(len(features), dtype=bool)
    return Distance(touched_cells(features, wide), reach_m, margin, features[near])


def reach_for(distances_m: Sequence[float | None], cell_m: float) -> float:
    """How far distances are looked for, given the values that are asked about.

    A cell more, so that what is at the limit can be told from what is beyond it; no distance is below 0.
    """
    return max([0.0, *(value for value in distances_m if value is not None)]) + cell_m


def _land_use(criterion: LandUse, grid: Grid, data: Data) -> Classes:
    """The areas whose class has a score, and the cells that others reach into."""
    layer, rows = data.source(criterion.layer)
    class_column = column_identifier(layer, criterion.column, data.audience)
    query = 'select {0}::text as class, ST_AsBinary(geom) as wkb from {1} order by id'
    area_rows = data.rows(sql.SQL(query).format(class_column, rows))
    shapes = wkb_geometries([row['wkb'] for row in area_rows])
    scores = np.array([criterion.classes.get(row['class'], np.nan) for row in area_rows], dtype=np.float64)
    has_score = ~np.isnan(scores)
    return Classes(shapes[has_score], scores[has_score], reached_cells(shapes[~has_score], grid))


def _flood_depths(criterion: FloodOf, grid: Grid, data: Data) -> tuple[Depth, dict[str, Any]]:
    """Depths as `flood-exposure` computes them without dikes, on cells of the same size, in a file of the run's own."""
    level = level_of(criterion.level_m, criterion.scenario_cm, data)
    ground, whole = ground_of(criterion.coverage, grid.cell_width, data)
    path = data.draft(f'{criterion.name}.plain')
    with plain_raster(path, whole, 'float32', NODATA) as file:
        for tile, depths in flood_tiles(Basin(ground, whole, level.metres), tiles_of(whole)):
            write_tile(file, tile, with_dry_ground(depths, heights_in(ground, whole, tile)))
    members = {'level_m': level.metres, 'scenario': level.scenario.cited if level.scenario else None}
    return Depth(Band(path, 1, whole.srid)), members


def with_dry_ground(depths: Heights, heights: Heights) -> Heights:
    """The depths with 0 where the ground is known and dry; NaN is left where nobody knows how high it is."""
    return np.where(np.isnan(depths) & ~np.isnan(heights), np.float32(0), depths)

"""The basin that a request means: its level, the ground, where water comes in, and the dikes that keep it out."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from dothi.core.arrays import Geometries
from dothi.core.errors import WrongUse
from dothi.core.grid import Grid
from dothi.core.norms import Norm
from dothi.core.numbers import number_vi
from dothi.core.text import Text
from processes.data import Data
from processes.ground.flooding import Basin
from processes.ground.geotiff import Band
from processes.ground.tiles import square_cells
from processes.ground.touch import touched_cells, wall_cells
from processes.inputs import LINES, POINTS, LayerRef, ProcessInputs, input_field

# What a scenario of the sea level says of the area at risk; its classes are the levels.
SCENARIO, CREST = 'sea_level_area_at_risk', 'crest_m'
# Half a minute's work of one processor for each hundred million.
MOST_CELLS = 1_000_000_000


class LevelOrScenario(WrongUse):
    """A level and a scenario are both given, or neither."""


class UnknownScenario(WrongUse):
    """The locality's norms have no scenario with this level."""


class TooManyCells(WrongUse):
    """The elevation has more cells of this size than a run may fill."""


@dataclass(frozen=True)
class Level:
    """How high the water stands, and the scenario that says so, if one does."""

    metres: float
    scenario: Norm | None = None


class WaterInputs(ProcessInputs):
    """Where water stands, comes in, and is kept out."""

    level_m: float | None = input_field(
        Text(vi='Mực nước', en='Level of the water'),
        Text(
            vi='Mét trên mốc 0 của mô hình độ cao. Cho mức này hoặc scenario_cm.',
            en='Metres above the zero of the elevation. Give this or scenario_cm.',
        ),
        default=None,
        unit='m',
        instead_of=('scenario_cm',),
        gt=0,
        le=100,
    )
    scenario_cm: float | None = input_field(
        Text(vi='Kịch bản nước biển dâng', en='Scenario of the sea level'),
        Text(
            vi='Mức nước biển dâng của một kịch bản trong bảng quy chuẩn, ví dụ 80 hoặc 100; kết quả ghi phiên bản.',
            en='Rise of the sea of a scenario in the norms, such as 80 or 100; the result names its version.',
        ),
        default=None,
        unit='cm',
        instead_of=('level_m',),
        gt=0,
        le=10_000,
    )
    elevation: str = input_field(
        Text(vi='Mô hình độ cao', en='Elevation'),
        Text(vi='Raster độ cao mặt đất.', en='The coverage of the ground.'),
        default='elevation',
        coverage=True,
        max_length=100,
    )
    cell_m: float | None = input_field(
        Text(vi='Cạnh ô', en='Side of a cell'),
        Text(
            vi='Mét; nếu bỏ trống thì bằng ô của raster. Ô nhỏ hơn lặp lại độ cao, ô lớn hơn lấy trung bình.',
            en="Metres; as the raster's when left out. Finer cells repeat its heights, larger ones take their mean.",
        ),
        default=None,
        unit='m',
        ge=1,
        le=1_000,
    )
    connected_to: LayerRef | None = input_field(
        Text(vi='Nơi nước vào', en='Where water comes from'),
        Text(
            vi='Đối tượng mà nước tràn vào từ đó; nếu bỏ trống: biển, tức mép ngoài của raster không có độ cao.',
            en='Features that water comes in at; the sea when left out: the rim of the raster without a height.',
        ),
        default=None,
    )
    breaches: LayerRef | None = input_field(
        Text(vi='Điểm vỡ đê', en='Breaches'),
        Text(
            vi='Điểm mà đê bị vỡ và nước tràn vào, ngoài nơi nước vào ở trên.',
            en='Points where a dike is broken and water comes in as well.',
        ),
        default=None,
        geometry=POINTS,
    )
    breach_m: float = input_field(
        Text(vi='Bề rộng chỗ vỡ', en='Width of a breach'),
        Text(vi='Đường kính quanh mỗi điểm vỡ.', en='Diameter around each of the breaches.'),
        default=100.0,
        unit='m',
        gt=0,
        le=10_000,
    )
    respect_dikes: bool = input_field(
        Text(vi='Tính đến đê', en='Respect dikes'),
        Text(
            vi='Đê có cao trình đỉnh từ mực nước trở lên ngăn nước.',
            en='Whether dikes whose crest is no lower than the water keep it out.',
        ),
        default=False,
    )
    dikes: LayerRef = input_field(
        Text(vi='Đê', en='Dikes'),
        Text(vi='Lớp đê có cột crest_m.', en='Layer of dikes with a column crest_m.'),
        hint=Text(vi='Lớp đê, có cao trình đỉnh.', en='Layer of dikes with the heights of their crests.'),
        default=LayerRef('dikes'),
        geometry=LINES,
    )
    neighbours: Literal[4, 8] = input_field(
        Text(vi='Ô liền kề', en='Neighbours'),
        Text(
            vi='Nước qua cạnh chung (4), hay qua cả góc chung của hai ô (8).',
            en='Whether water passes sides of cells only (4), or their corners too (8).',
        ),
        default=8,
    )


def level_of(level_m: float | None, scenario_cm: float | None, data: Data) -> Level:
    """The level of the water, from one of the two; raises LevelOrScenario, UnknownScenario."""
    if (level_m is None) == (scenario_cm is None):
        raise LevelOrScenario(
            vi='Cho đúng một trong hai đầu vào "level_m" và "scenario_cm".',
            en='Give one of the inputs "level_m" and "scenario_cm", and not both.',
        )
    if scenario_cm is None:
        return Level(float(level_m or 0))
    norms = data.norms(SCENARIO)
    match = next((norm for norm in norms if norm.holds(scenario_cm)), None)
    if match is None:
        levels = ', '.join(sorted({f'{norm.class_to.number:g}' for norm in norms if norm.class_to.number is not None}))
        raise UnknownScenario(
            vi=f'Không có kịch bản {scenario_cm:g} cm, chỉ có {levels}. Chọn lại, hoặc dùng level_m.',
            en=f'There is no scenario of {scenario_cm:g} cm, only of {levels}. Choose one, or use level_m.',
        )
    return Level(scenario_cm / 100, match)


def ground_of(coverage_id: str, cell_m: float | None, data: Data) -> tuple[Band, Grid]:
    """The heights of a coverage, and the grid of square cells over it; raises TooManyCells."""
    raster = data.raster(coverage_id)
    side_m = cell_m or own_cell_m(raster.grid, data.locality.srid)
    grid = square_cells(raster.grid.bounds_in(data.locality.srid), data.locality.srid, side_m)
    must_be_few(grid, side_m)
    return Band(raster.path, 1, raster.grid.srid), grid


def basin_of(inputs: WaterInputs, level_m: float, data: Data) -> Basin:
    """The ground, and where water comes in and is kept out."""
    ground, grid = ground_of(inputs.elevation, inputs.cell_m, data)
    breached = touched_cells(shapely.buffer(read_shapes(inputs.breaches, data), inputs.breach_m / 2), grid)
    kept_out = wall_cells(shapely.get_parts(dikes_that_hold(inputs, level_m, data)), grid)
    return Basin(
        ground=ground,
        grid=grid,
        level_m=level_m,
        walls=np.setdiff1d(kept_out, breached, assume_unique=True),
        sources=np.union1d(breached, touched_cells(read_shapes(inputs.connected_to, data), grid)),
        sea=inputs.connected_to is None,
        neighbours=inputs.neighbours,
    )


def own_cell_m(grid: Grid, srid: int) -> float:
    """Side of the raster's cells in metres, to the centimetre where they are in another system."""
    if grid.srid == srid:
        return min(grid.cell_width, grid.cell_height)
    west, south, east, north = grid.bounds_in(srid)
    return round(min((east - west) / grid.width, (north - south) / grid.height), 2)


def must_be_few(grid: Grid, cell_m: float) -> None:
    """Raises TooManyCells that names the smallest cell that will do."""
    count = grid.width * grid.height
    if count > MOST_CELLS:
        least_m = np.ceil(cell_m * np.sqrt(count / MOST_CELLS))
        raise TooManyCells(
            vi=f'Raster có {number_vi(count)} ô {cell_m:g} m, nhiều hơn {number_vi(MOST_CELLS)}. '
            f'Đặt cell_m từ {least_m:.0f} trở lên.',
            en=f'That is {count:,} cells of {cell_m:g} m (limit {MOST_CELLS:,}). Set cell_m to {least_m:.0f} or more.',
        )


def dikes_that_hold(inputs: WaterInputs, level_m: float, data: Data) -> Geometries:
    """The dikes that the water does not go over; one whose crest nobody knows keeps nothing dry."""
    if not inputs.respect_dikes:
        return np.empty(0, dtype=object)
    return data.shapes(inputs.dikes, f'{CREST} >= {level_m!r}')


def read_shapes(layer_ref: LayerRef | None, data: Data) -> Geometries:
    """The geometries of a layer; an empty array where no layer is named."""
    return np.empty(0, dtype=object) if layer_ref is None else data.shapes(layer_ref)

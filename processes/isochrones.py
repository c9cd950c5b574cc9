"""How far one gets from facilities along the roads. Method: docs/explanation/isochrones.md."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

import numpy as np
import shapely
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from dothi.core.arrays import Floats, Geometries, no_geometries, point_geometries
from dothi.core.errors import DataRefused, WrongUse
from dothi.core.numbers import number_vi
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.geojson import FeatureCollection, feature_collection, geojson_geometries, numbered_features
from processes.inputs import (
    AREAS,
    LONGEST_M,
    LONGEST_MINUTES,
    POINTS,
    FacilityInputs,
    LayerRef,
    TravelInputs,
    input_field,
)
from processes.outputs import Member, Output, shared
from processes.ways.cells import Cells, cells_in
from processes.ways.facilities import Facilities, read_facilities
from processes.ways.network import Network, snap_points
from processes.ways.reach import ROUNDING_M, Reach, reach_of
from processes.ways.travel import WALK_M, facilities_off_road, metres_in, minutes_for, off_road_notes, read_roads

MOST_SEPARATE = 200
# A cell is this part of the least break, so that its outline is a few per cent of the way; within these limits.
CELLS_A_BREAK, FINEST_M, COARSEST_M = 20, 5.0, 250.0


class StartOffRoads(DataRefused):
    """No road is near any of the places to start from."""


class TooManySeparate(WrongUse):
    """More facilities than are drawn one by one."""


class Inputs(TravelInputs, FacilityInputs):
    """What the planner may choose."""

    facilities: LayerRef = input_field(
        Text(vi='Xuất phát từ', en='Start from'),
        Text(vi='Lớp cơ sở hoặc các điểm gửi kèm.', en='A layer of facilities, or points that are sent along.'),
        geometry=POINTS | AREAS,
    )
    distances_m: list[Annotated[float, Field(gt=0, le=LONGEST_M)]] = input_field(
        Text(vi='Các quãng đường', en='Distances'),
        Text(vi='Mỗi quãng đường một vùng, ví dụ [500, 1000].', en='An area for each, such as [500, 1000].'),
        default=[],
        unit='m',
        instead_of=('minutes',),
        hint=Text(vi='Mỗi quãng đường một vùng.', en='An area for each.'),
        max_length=12,
    )
    minutes: list[Annotated[float, Field(gt=0, le=LONGEST_MINUTES)]] = input_field(
        Text(vi='Các thời gian', en='Times'),
        Text(vi='Thay cho quãng đường, ví dụ [5, 10, 15].', en='In place of distances, such as [5, 10, 15].'),
        default=[],
        unit='min',
        instead_of=('distances_m',),
        hint=Text(vi='Thay cho quãng đường.', en='In place of distances.'),
        max_length=12,
    )
    separate: bool = input_field(
        Text(vi='Riêng từng cơ sở', en='Each by itself'),
        Text(
            vi='Mỗi cơ sở một vùng; nếu không, một vùng chung cho tất cả.',
            en='An area for each facility; otherwise one for all of them together.',
        ),
        default=False,
    )
    cell_m: float | None = input_field(
        Text(vi='Cạnh ô', en='Cell'),
        Text(
            vi='Vùng gồm các ô vuông có cạnh này; mặc định 1/20 quãng đường ngắn nhất.',
            en='Areas are made of squares of this side; by default a 20th of the shortest way.',
        ),
        default=None,
        unit='m',
        ge=1,
        le=5_000,
    )

    @model_validator(mode='after')
    def _breaks(self) -> 'Inputs':
        if bool(self.distances_m) == bool(self.minutes):
            raise PydanticCustomError('breaks', 'distances_m or minutes')
        return self


class Isochrones(Process[Inputs]):
    """Areas that lie within a way of a facility, the larger ones around the smaller."""

    title = Text(vi='Vùng đẳng thời', en='Isochrones')
    description = Text(
        vi='Những nơi đến được từ cơ sở trong các quãng đường hoặc thời gian cho trước, theo đường đi.',
        en='Where one gets from facilities within given distances or times, along the roads.',
    )
    method = Text(
        vi='Mặt bằng được chia thành ô vuông. Quãng đường từ tâm ô gồm đoạn thẳng ra đường gần nhất và đường đi ngắn '
        'nhất tới cơ sở (Dijkstra). Các ô trong giới hạn hợp thành vùng; vùng của giới hạn dài chứa vùng của giới hạn '
        'ngắn. Thời gian tính theo một tốc độ trên mọi đường.',
        en='The plane is laid out in squares. The way from the centre of a square is the straight piece to the nearest '
        'road and the shortest way along roads to a facility (Dijkstra). Squares within the limit form the area; that '
        'of a longer limit holds those of shorter ones. Times suppose one speed on every road.',
    )
    example: ClassVar[dict[str, Any]] = {
        'facilities': 'health_facilities',
        'filter': "kind = 'hospital'",
        'minutes': [5, 10, 15],
        'travel': 'driving',
    }
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(
            title,
            members={
                'break_m': Member(Text(vi='Quãng đường đến', en='Way up to'), 'm', low_first=True),
                'break_min': Member(Text(vi='Thời gian đến', en='Time up to'), 'min', low_first=True),
                **shared('area_km2', 'code', 'name'),
            },
        )
    }
    summary: ClassVar[dict[str, Member]] = {
        'breaks_m': Member(Text(vi='Các mức', en='Breaks'), 'm'),
        **shared('facilities', 'roads_cut'),
    }

    def cost_s(self, inputs: Inputs) -> float:
        """The time grows with the area that the longest way may cover."""
        return 3.0 + max(breaks_of(inputs)) / 2_000

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> FeatureCollection:
        """A polygon for each break, of each facility or of all together, from the shortest way to the longest."""
        breaks_m, way = breaks_of(inputs), read_roads(inputs, data)
        facilities = read_facilities(inputs.facilities, data, inputs.filter)
        off_road_count = must_reach_roads(facilities, way.network)
        progress(0.2, Text(vi='Chia ô', en='Laying out the cells'))
        cells = cells_around(facilities.xy, max(breaks_m), inputs.cell_m or usual_cell_m(min(breaks_m)))
        reach = reach_of(cells.xy, facilities.xy, way.network)
        shapes: list[Geometries] = []
        properties: list[dict[str, Any]] = []
        for number, (who, way_m) in enumerate(ways_from_facilities(reach, facilities, separate=inputs.separate)):
            progress(0.4 + 0.5 * number / max(facilities.count, 1), Text(vi='Vẽ các vùng', en='Drawing the areas'))
            areas = nested_areas(cells, way_m, breaks_m)
            shapes.append(areas)
            properties += [
                {**who, **describe_break(break_m, area, inputs)} for break_m, area in zip(breaks_m, areas, strict=True)
            ]
        summary = {
            'facilities': facilities.count,
            'breaks_m': breaks_m,
            'separate': inputs.separate,
            'cell_m': cells.side_m,
            **way.summary,
            **data.provenance(off_road_notes(off_road_count)),
        }
        geometries = geojson_geometries(np.concatenate([*shapes, no_geometries()]), data.locality.srid)
        return feature_collection(numbered_features(geometries, properties), summary)


def must_reach_roads(facilities: Facilities, network: Network) -> int:
    """How many facilities are too far from any road to be left by one; raises StartOffRoads where all are."""
    off_road = np.setdiff1d(np.arange(len(facilities.xy)), snap_points(facilities.xy, network).point)
    off_road_count = facilities_off_road(facilities.owner, off_road)
    if off_road_count and off_road_count == facilities.count:
        raise StartOffRoads(
            vi=f'Mọi điểm xuất phát đều cách đường quá {WALK_M / 1000:g} km. Kiểm tra tọa độ (kinh độ trước, vĩ độ '
            'sau) và hệ tọa độ.',
            en=f'Every start is over {WALK_M / 1000:g} km from any road. Check its coordinates (longitude first) and '
            'their system.',
        )
    return off_road_count


def breaks_of(inputs: Inputs) -> list[float]:
    """The distances, or what one travels in the times, in metres from the shortest to the longest; each once."""
    return sorted({*inputs.distances_m, *(metres_in(minutes, inputs) for minutes in inputs.minutes)})


def usual_cell_m(least_m: float) -> float:
    """The side of a cell where nobody says otherwise."""
    return float(np.clip(least_m / CELLS_A_BREAK, FINEST_M, COARSEST_M))


def cells_around(xy: Floats, reach_m: float, cell_m: float) -> Cells:
    """Cells no farther from any of the places than `reach_m` in a straight line: no way leads farther than that."""
    # a disc of 32 corners lies half a per cent inside its circle
    discs = shapely.buffer(point_geometries(xy), 1.01 * reach_m)
    return cells_in(np.asarray([shapely.union_all(discs)], dtype=object), cell_m)


def ways_from_facilities(
    reach: Reach, facilities: Facilities, *, separate: bool
) -> Iterator[tuple[dict[str, Any], Floats]]:
    """Metres to each cell from all facilities, or from each with its code and name; raises TooManySeparate."""
    if not separate:
        yield {}, reach.way_to_nearest()
        return
    if facilities.count > MOST_SEPARATE:
        raise TooManySeparate(
            vi=f'{number_vi(facilities.count)} cơ sở, riêng từng cơ sở chỉ vẽ đến {MOST_SEPARATE}. '
            'Lọc bớt, hoặc bỏ separate.',
            en=f'{facilities.count:,} facilities; {MOST_SEPARATE} at most are drawn each by itself. Filter them, or '
            f'leave separate out.',
        )
    for number, (code, name) in enumerate(zip(facilities.codes, facilities.names, strict=True)):
        yield {'code': code, 'name': name}, reach.way_to_nearest(np.flatnonzero(facilities.owner == number))


def nested_areas(cells: Cells, way_m: Floats, breaks_m: list[float]) -> Geometries:
    """By break: the MultiPolygon of the cells within it; each holds the ones before it."""
    areas = [shapely.multipolygons(cells.outline(way_m <= break_m + ROUNDING_M)) for break_m in breaks_m]
    return np.asarray(areas, dtype=object)


def describe_break(break_m: float, area: shapely.MultiPolygon, inputs: Inputs) -> dict[str, Any]:
    """The properties of the area of one break."""
    return {
        'break_m': round(break_m, 3),
        'break_min': round(minutes_for(break_m, inputs), 3),
        'area_km2': round(area.area / 1e6, 6),
    }

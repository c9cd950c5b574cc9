"""Who and what stands in water at a level of the sea. Method: docs/explanation/flood-exposure.md."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import shapely
from psycopg2 import sql

from dothi.core.arrays import Ints
from dothi.core.errors import WrongUse
from dothi.core.grid import Grid
from dothi.core.layer import Audience
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import HOMES, POPULATION, Data, Zones
from processes.geojson import feature_collection, geojson_feature, geojson_geometries
from processes.ground.exposure import ExposedLayer, Tally, class_names, exposure_figures, outside_figures, things_in
from processes.ground.flood_basin import CREST, Level, WaterInputs, basin_of, level_of
from processes.ground.flooding import Basin, flood_tiles
from processes.ground.geotiff import MEDIA_TYPE, NODATA, outline_values, plain_raster, write_cog, write_tile
from processes.ground.tiles import Tile, numbers_in, tiles_of
from processes.ground.touch import cells_at, cut_at_cells
from processes.inputs import LINES, POINTS, ZONES, LayerRef, input_field
from processes.outputs import CITED, Member, Output, ResultFile, ZoneFeatures, shared
from processes.reading.layers import column_identifier
from processes.zones.layer_zones import place_points
from processes.zones.membership import no_people_note

CAVEATS = [
    Text(
        vi='Số liệu chung là của tất cả các vùng báo cáo, mỗi thứ tính một lần; “ngoài các vùng” không thuộc vùng nào.',
        en='The figures of the whole are of all zones together, each thing once; what is outside zones lies in none.',
    ),
    Text(
        vi='Đất thấp hơn mực nước và thông với nơi nước vào; không xét thời gian, dòng chảy và sóng.',
        en='Ground below the level and connected to the water; no time, flow or waves.',
    ),
    Text(
        vi='Độ cao lấy từ mô hình độ cao; mực nước tính từ mốc 0 của mô hình đó.',
        en='Heights are those of the elevation model; the level counts from its zero.',
    ),
]


# What stands in water; each by class of depth too. The classes lie side by side: one begins where the one before ends.
EXPOSED = {
    'people': Member(Text(vi='Số người trong vùng ngập', en='People in the flooded area')),
    'buildings': Member(Text(vi='Công trình bị ngập', en='Flooded buildings')),
    'schools': Member(Text(vi='Trường học bị ngập', en='Flooded schools')),
    'health_stations': Member(Text(vi='Cơ sở y tế bị ngập', en='Flooded health facilities')),
    'road_km': Member(Text(vi='Đường bị ngập', en='Flooded roads'), 'km'),
    'hectares': Member(Text(vi='Diện tích ngập', en='Flooded area'), 'ha'),
}
FIGURES = {
    **EXPOSED,
    'share_people': Member(Text(vi='Tỷ lệ người bị ngập', en='Share of people'), 'share'),
    'share_area': Member(Text(vi='Tỷ lệ diện tích ngập', en='Share of the area'), 'share'),
    **shared('population', 'area_ha'),
    **{
        f'{name}_{side}_{{bound}}_m': Member(
            Text(
                vi=f'{of.title.vi}, cấp sâu {vi} {{bound}}\u00a0m',
                en=f'{of.title.en}, depth class {en} {{bound}}\u00a0m',
            ),
            of.unit or '',
        )
        for name, of in EXPOSED.items()
        for side, vi, en in (('to', 'đến', 'to'), ('over', 'trên', 'over'))
    },
}


class BadDepths(WrongUse):
    """Depth classes that do not rise."""


class Inputs(WaterInputs):
    """What the planner may choose: the water, and what it may reach."""

    depths_m: list[float] = input_field(
        Text(vi='Ngưỡng độ sâu', en='Bounds of the depth classes'),
        Text(vi='Tăng dần, mét.', en='In rising order, metres.'),
        default=[0.2, 0.5, 1.0],
        unit='m',
        min_length=1,
        max_length=8,
    )
    schools: LayerRef = input_field(
        Text(vi='Trường học', en='Schools'),
        Text(vi='Lớp điểm trường học.', en='Layer of points of schools.'),
        default=LayerRef('schools'),
        geometry=POINTS,
    )
    health_stations: LayerRef = input_field(
        Text(vi='Trạm y tế', en='Health stations'),
        Text(vi='Lớp điểm cơ sở y tế.', en='Layer of points of health stations.'),
        default=LayerRef('health_facilities', "kind = 'station'"),
        geometry=POINTS,
    )
    roads: LayerRef = input_field(
        Text(vi='Đường', en='Roads'),
        Text(vi='Lớp tim đường.', en='Layer of centre lines of roads.'),
        default=LayerRef('roads'),
        geometry=LINES,
    )
    zones: LayerRef = ZONES


class FloodExposure(Process[Inputs]):
    """Only for the internal service: it reads the population of every house."""

    title = Text(vi='Phơi nhiễm ngập lụt', en='Exposure to flooding')
    description = Text(
        vi='Dân số, công trình, đường, trường học và trạm y tế bị ngập tại một mực nước, theo vùng và độ sâu.',
        en='People, buildings, roads, schools and health stations under water at a level, by zone and depth.',
    )
    audience: ClassVar[Audience] = 'internal'
    method = Text(
        vi='Ô đất thấp hơn mực nước và thông với nơi nước tới thì ngập. Người, công trình, đường trên các ô ngập được '
        'cộng theo vùng và theo cấp độ sâu.',
        en='A cell is flooded where it lies below the level and is connected to where the water comes from. People, '
        'buildings and roads on flooded cells are added up by zone and by class of depth.',
    )
    example: ClassVar[dict[str, Any]] = {'scenario_cm': 80.0, 'respect_dikes': False, 'zones': 'communes'}
    outputs: ClassVar[dict[str, Output]] = {
        'result': ZoneFeatures(Text(vi='Số liệu theo vùng', en='Figures by zone'), members=FIGURES),
        'extent': Output(
            Text(vi='Vùng ngập theo độ sâu', en='Flooded area by depth'),
            members={
                'hectares': EXPOSED['hectares'],
                'depth_class': Member(Text(vi='Cấp độ sâu', en='Depth class')),
                'from_m': Member(Text(vi='Từ', en='From'), 'm'),
                'to_m': Member(Text(vi='Đến', en='To'), 'm'),
            },
        ),
        'depth': Output(Text(vi='Độ sâu ngập', en='Depth of the water'), (MEDIA_TYPE,)),
    }
    summary: ClassVar[dict[str, Member]] = {
        **FIGURES,
        **{
            f'{name}_outside_zones': Member(
                Text(vi='{of}, ngoài các vùng', en='{of}, outside the zones').format(of=of.title), of.unit
            )
            for name, of in EXPOSED.items()
        },
        'connected_to': Member(
            Text(vi='Nước vào từ', en='Water comes from'), codes={'sea': Text(vi='biển', en='the sea')}
        ),
        'dikes_without_crest': Member(Text(vi='Đê chưa có cao trình đỉnh', en='Dikes without a crest')),
        **CITED,
        **shared('scenario', 'reference_date'),
    }

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, Any]:
        """Zones with what is under water, the flooded area as a polygon for each depth class, and the depths."""
        level = level_of(inputs.level_m, inputs.scenario_cm, data)
        must_rise(inputs.depths_m)
        basin = basin_of(inputs, level.metres, data)
        zones = data.zones(inputs.zones)
        progress(0.05, Text(vi='Đọc nhà, đường và cơ sở', en='Reading buildings, roads and facilities'))
        tally = Tally(
            basin.grid,
            tiles_of(basin.grid),
            len(zones.codes),
            inputs.depths_m,
            read_exposed_layers(inputs, zones, basin.grid, data),
        )
        depth = fill_tally(basin, zones, tally, data, progress)
        progress(0.9, Text(vi='Vẽ vùng ngập', en='Drawing what is flooded'))
        members = summarise_exposure(inputs, level, basin, tally, zones, data)
        return {
            'result': zones.collection(figures_by_zone(zones, tally), members),
            'extent': feature_collection(features_by_depth(tally, basin.grid, data), members),
            'depth': depth,
        }

    def cost_s(self, inputs: Inputs) -> float:
        """Reading the buildings, and filling the cells, of which nobody knows here how many there are."""
        del inputs
        return 15.0


def must_rise(bounds_m: list[float]) -> None:
    """Raises BadDepths unless the bounds are positive and rise."""
    if sorted({*bounds_m}) != bounds_m or bounds_m[0] <= 0:
        raise BadDepths(
            vi='Đầu vào "depths_m": các ngưỡng phải lớn hơn 0 và tăng dần, ví dụ [0.2, 0.5, 1].',
            en='Input "depths_m": the bounds must be greater than 0 and rise, such as [0.2, 0.5, 1].',
        )


def read_exposed_layers(inputs: Inputs, zones: Zones, grid: Grid, data: Data) -> list[ExposedLayer]:
    """Buildings with their people, schools and health stations, which count as a point, and roads by the cell."""
    layer, rows = data.source(HOMES)
    people = column_identifier(layer, POPULATION, data.audience)
    query = 'select ST_X(centre), ST_Y(centre), people from (select ST_Centroid(geom) as centre,'
    query += ' coalesce({}, 0)::float8 as people from {}) building'
    columns = data.numbers(sql.SQL(query).format(people, rows), width=3)
    points = [
        (columns[:, :2], {'people': columns[:, 2], 'buildings': np.ones(len(columns))}),
        *(
            (xy, {name: np.ones(len(xy))})
            for name, xy in (
                # one point for each, also for one that has several
                ('schools', place_points(data.source(inputs.schools)[1], data)),
                ('health_stations', place_points(data.source(inputs.health_stations)[1], data)),
            )
        ),
    ]
    roads = cut_at_cells(shapely.get_parts(data.shapes(inputs.roads)), grid)
    return [
        *(things_in(cells_at(xy, grid), amounts, zones.membership(xy)) for xy, amounts in points),
        *(ExposedLayer(pieces.cell, {'road_km': pieces.length_m / 1000}) for pieces in roads),
    ]


def fill_tally(basin: Basin, zones: Zones, tally: Tally, data: Data, progress: ProgressCallback) -> ResultFile:
    """Lets the water in, tile by tile: adds up what it reaches, and draws its depth and its classes into files."""
    plain, classes = data.draft('depth.plain'), data.draft('classes.plain')
    with (
        plain_raster(plain, basin.grid, 'float32', NODATA) as file,
        plain_raster(classes, basin.grid, 'uint8', 0) as graded,
    ):
        for number, (tile, depths) in enumerate(flood_tiles(basin, tally.tiles)):
            write_tile(graded, tile, tally.add(number, depths, zones_of_cells(zones, basin.grid, tile)))
            write_tile(file, tile, depths)
            share = (number + 1) / len(tally.tiles)
            progress(0.3 + 0.55 * share, Text(vi='Cho nước vào', en='Letting the water in'))
    return write_cog(plain, data.draft('depth.tif'), FloodExposure.outputs['depth'].title, 'm')


def zones_of_cells(zones: Zones, grid: Grid, tile: Tile) -> list[Ints]:
    """The zone that the centre of each cell lies in, -1 outside, for each set of zones that do not overlap."""
    parts = []
    for numbers in zones.sets:
        within = numbers_in(zones.shapes[numbers], grid, tile)
        parts.append(np.concatenate([[-1], numbers])[within])
    return parts


def summarise_exposure(
    inputs: Inputs, level: Level, basin: Basin, tally: Tally, zones: Zones, data: Data
) -> dict[str, Any]:
    """Figures of all zones together, what lies in none beside them, and what they were computed from."""
    members: dict[str, Any] = {
        **exposure_figures(tally.sums, tally.together, class_names(inputs.depths_m)),
        **outside_figures(tally),
        'level_m': level.metres,
        'scenario': level.scenario.cited if level.scenario else None,
        'elevation': inputs.elevation,
        'cell_m': basin.grid.cell_width,
        'depths_m': inputs.depths_m,
        'connected_to': inputs.connected_to.reference if inputs.connected_to else 'sea',
        'breaches': inputs.breaches.reference if inputs.breaches else None,
        'neighbours': inputs.neighbours,
        'respect_dikes': inputs.respect_dikes,
        'zones': inputs.zones.reference,
        'reference_date': data.locality.place.reference_date.isoformat(),
    }
    if inputs.respect_dikes:
        members['dikes_without_crest'] = len(data.shapes(inputs.dikes, f'{CREST} IS NULL'))
    notes = [
        *CAVEATS,
        *([] if inputs.respect_dikes else [WITHOUT_DIKES]),
        *zones.notes,
        *no_people_note(tally.sums['people'][: tally.zones].sum(axis=1)),
    ]
    return members | data.provenance(notes)


WITHOUT_DIKES = Text(
    vi='Không tính đến đê: nước vào mọi nơi thấp hơn mực nước mà nó tới được. Chạy thêm với "Tính đến đê" để so sánh.',
    en='Dikes are not considered: the water enters all lower ground that it gets to. Run it with "Respect dikes" too.',
)


def figures_by_zone(zones: Zones, tally: Tally) -> Iterator[dict[str, Any]]:
    """The figures of each zone, in the order of `zones`."""
    names = class_names(tally.bounds_m)
    return (exposure_figures(tally.sums, number, names) for number in range(len(zones.codes)))


def features_by_depth(tally: Tally, grid: Grid, data: Data) -> list[Any]:
    """A multipolygon for each depth class that there is."""
    depth_areas = outline_values(classes := data.draft('classes.plain'))
    classes.unlink()
    bounds, names = [0.0, *tally.bounds_m, None], class_names(tally.bounds_m)
    shapes = np.asarray([shapely.multipolygons(polygons) for polygons in depth_areas.values()], dtype=object)
    geometries = geojson_geometries(shapes, grid.srid)
    return [
        geojson_feature(
            number,
            geometry,
            {
                'depth_class': names[number - 1],
                'from_m': bounds[number - 1],
                'to_m': bounds[number],
                'hectares': round(float(shapely.area(shape)) / 1e4, 2),
            },
        )
        for number, geometry, shape in zip(depth_areas, geometries, shapes, strict=True)
    ]

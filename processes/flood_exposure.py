"""Who and what stands in water at a level of the sea. Method: docs/explanation/flood-exposure.md."""

import json
from typing import Any, ClassVar

import numpy as np
import shapely
from psycopg2 import sql

from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.errors import WrongUse
from dothi.core.grid import Grid
from dothi.core.layer import Audience
from dothi.core.text import Text
from processes.base import FeatureCollection, Figure, Layer, Output, Process, ProgressCallback, ResultFile, input_field
from processes.data import HOMES, POPULATION, Data, Zones
from processes.ground.exposure import ExposedLayer, Tally, class_names, exposure_figures, outside_figures, things_in
from processes.ground.flood_basin import CREST, Level, WaterInputs, basin_of, level_of
from processes.ground.flooding import Basin, flood_tiles
from processes.ground.geotiff import MEDIA_TYPE, NODATA, outline_values, plain_raster, put_values, write_cog
from processes.ground.tiles import Tile, numbers_in, tiles_of
from processes.ground.touch import cells_at, cut_at_cells
from processes.reading.layers import column_identifier
from processes.ways.network import Geometries, Ints
from processes.zones.layer_zones import place_points
from processes.zones.membership import no_people_note

CAVEATS = [
    Text(
        vi='Số liệu tổng hợp là của tất cả các vùng báo cáo, mỗi thứ tính một lần; …_outside_zones: ngoài các vùng.',
        en='The figures of the summary are of all zones together, each thing once; …_outside_zones lies in none.',
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
    schools: Layer = input_field(
        Text(vi='Trường học', en='Schools'),
        Text(vi='Lớp điểm trường học.', en='Layer of points of schools.'),
        default=Layer('schools'),
        geometry={'Point', 'MultiPoint'},
    )
    health_stations: Layer = input_field(
        Text(vi='Trạm y tế', en='Health stations'),
        Text(vi='Lớp điểm cơ sở y tế.', en='Layer of points of health stations.'),
        default=Layer('health_facilities', "kind = 'station'"),
        geometry={'Point', 'MultiPoint'},
    )
    roads: Layer = input_field(
        Text(vi='Đường', en='Roads'),
        Text(vi='Lớp tim đường.', en='Layer of centre lines of roads.'),
        default=Layer('roads'),
        geometry={'LineString', 'MultiLineString'},
    )
    zones: Layer = input_field(
        Text(vi='Vùng báo cáo', en='Zones'),
        Text(vi='Lớp vùng để cộng số liệu.', en='Layer of areas by which figures are added up.'),
        default=Layer('communes'),
        geometry={'Polygon', 'MultiPolygon'},
    )


class FloodExposure(Process[Inputs]):
    """Only for the internal service: it reads the population of every house."""

    title = Text(vi='Phơi nhiễm ngập lụt', en='Exposure to flooding')
    description = Text(
        vi='Dân số, công trình, đường, trường học và trạm y tế bị ngập tại một mực nước, theo vùng và độ sâu.',
        en='People, buildings, roads, schools and health stations under water at a level, by zone and depth.',
    )
    audience: ClassVar[Audience] = 'internal'
    figures: ClassVar[dict[str, Figure]] = {
        'people': Figure(Text(vi='Số người trong vùng ngập', en='People in the flooded area')),
        'buildings': Figure(Text(vi='Công trình bị ngập', en='Flooded buildings')),
        'schools': Figure(Text(vi='Trường học bị ngập', en='Flooded schools')),
        'health_stations': Figure(Text(vi='Cơ sở y tế bị ngập', en='Flooded health facilities')),
        'road_km': Figure(Text(vi='Đường bị ngập', en='Flooded roads'), 'km'),
        'hectares': Figure(Text(vi='Diện tích ngập', en='Flooded area'), 'ha'),
        'share_people': Figure(Text(vi='Tỷ lệ người bị ngập', en='Share of people'), 'share'),
        'share_area': Figure(Text(vi='Tỷ lệ diện tích ngập', en='Share of the area'), 'share'),
    }
    method = Text(
        vi='Ô đất thấp hơn mực nước và thông với nơi nước tới thì ngập. Người, công trình, đường trên các ô ngập được '
        'cộng theo vùng và theo cấp độ sâu.',
        en='A cell is flooded where it lies below the level and is connected to where the water comes from. People, '
        'buildings and roads on flooded cells are added up by zone and by class of depth.',
    )
    example: ClassVar[dict[str, Any]] = {'scenario_cm': 80.0, 'respect_dikes': False, 'zones': 'communes'}
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(Text(vi='Số liệu theo vùng', en='Figures by zone')),
        'extent': Output(Text(vi='Vùng ngập theo độ sâu', en='Flooded area by depth')),
        'depth': Output(Text(vi='Độ sâu ngập', en='Depth of the water'), (MEDIA_TYPE,)),
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
            'result': by_zone(zones, tally, members),
            'extent': by_depth(tally, basin.grid, data, members),
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
            put_values(graded, tile, tally.add(number, depths, zones_of_cells(zones, basin.grid, tile)))
            put_values(file, tile, depths)
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
    notes = [*CAVEATS, *zones.notes, *no_people_note(tally.sums['people'][: tally.zones].sum(axis=1))]
    return members | {'caveats': [note.model_dump() for note in notes], **data.provenance}


def by_zone(zones: Zones, tally: Tally, summary: dict[str, Any]) -> FeatureCollection:
    """A feature for each zone, in the order of `zones`."""
    names = class_names(tally.bounds_m)
    features = [
        {
            'type': 'Feature',
            'id': code,
            'geometry': geometry,
            'properties': {'code': code, 'name': name, **exposure_figures(tally.sums, number, names)},
        }
        for number, (code, name, geometry) in enumerate(zip(zones.codes, zones.names, zones.geometries, strict=True))
    ]
    return {'type': 'FeatureCollection', 'features': features, 'summary': summary}


def by_depth(tally: Tally, grid: Grid, data: Data, summary: dict[str, Any]) -> FeatureCollection:
    """A multipolygon for each depth class that there is."""
    depth_areas = outline_values(classes := data.draft('classes.plain'))
    classes.unlink()
    bounds = [0.0, *tally.bounds_m, None]
    features = [
        {
            'type': 'Feature',
            'id': number,
            'geometry': in_degrees(polygons, grid.srid),
            'properties': {
                'depth_class': class_names(tally.bounds_m)[number - 1],
                'from_m': bounds[number - 1],
                'to_m': bounds[number],
                'hectares': round(float(shapely.area(polygons).sum()) / 1e4, 2),
            },
        }
        for number, polygons in depth_areas.items()
    ]
    return {'type': 'FeatureCollection', 'features': features, 'summary': summary}


def in_degrees(polygons: Geometries, srid: int) -> dict[str, Any]:
    """One multipolygon in CRS84, to the centimetre."""
    move = transformer(proj_string(srid), proj_string(WGS84))
    moved = shapely.transform(
        shapely.multipolygons(polygons), lambda xy: np.round(np.column_stack(move.transform(*xy.T)), 7)
    )
    return dict(json.loads(str(shapely.to_geojson(moved))))

"""The nearest facilities to each place, and the ways there. Method: docs/explanation/nearest-facility.md."""

from typing import Any, ClassVar

import numpy as np
from psycopg2 import sql

from dothi.core.arrays import point_geometries
from dothi.core.errors import WrongUse
from dothi.core.numbers import number_vi
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.geojson import FeatureCollection, feature_collection, geojson_geometries, numbered_features
from processes.inputs import AREAS, FacilityInputs, LayerRef, LimitedTravelInputs, input_field
from processes.outputs import Member, Output, shared
from processes.reading.layers import column_identifier, must_be_unfiltered
from processes.ways.facilities import Facilities, read_facilities
from processes.ways.reach import reach_of
from processes.ways.routes import RankedFacilities, nearest_places, route_lines
from processes.ways.travel import facilities_off_road, limit_of, minutes_for, off_road_notes, read_roads

# A route has hundreds of coordinates in the answer, a point one.
MOST_ROUTES, MOST_ROWS = 2_000, 50_000


class TooManyOrigins(WrongUse):
    """More pairs of origin and facility than an answer can show."""


class Inputs(LimitedTravelInputs, FacilityInputs):
    """What the planner may choose."""

    origins: LayerRef = input_field(
        Text(vi='Nơi đi', en='Origins'),
        Text(
            vi='Lớp hoặc các đối tượng gửi kèm; vùng được tính từ tâm.', en='Whence; areas count from their centroid.'
        ),
        geometry={'Point', *AREAS},
    )
    count: int = input_field(
        Text(vi='Số cơ sở gần nhất', en='How many'),
        Text(vi='Số cơ sở gần nhất cho mỗi nơi đi.', en='How many of the nearest facilities for each origin.'),
        default=1,
        ge=1,
        le=10,
    )
    routes: bool = input_field(
        Text(vi='Vẽ đường đi', en='Draw the routes'),
        Text(
            vi='Hình học là đường đi; nếu không là điểm của nơi đi.',
            en='The geometry is the way; otherwise it is the point of the origin.',
        ),
        default=True,
    )


class NearestFacility(Process[Inputs]):
    """A route from each origin to each of its nearest facilities, with metres and minutes."""

    title = Text(vi='Cơ sở gần nhất', en='Nearest facilities')
    description = Text(
        vi='Cơ sở gần nhất theo đường đi cho mỗi nơi, kèm quãng đường, thời gian và tuyến đi.',
        en='The facilities nearest to each place along the roads, with distance, time and route.',
    )
    method = Text(
        vi='Quãng đường gồm đoạn thẳng từ nơi đi ra đường gần nhất, đường đi ngắn nhất (Dijkstra) và đoạn từ đường vào '
        'cơ sở. Mỗi nơi đi được ghép với các cơ sở gần nhất; cơ sở cách bằng nhau thì lấy mã nhỏ hơn. Thời gian tính '
        'theo một tốc độ trên mọi đường.',
        en='The way is the straight piece from the origin to the nearest road, the shortest way along roads '
        '(Dijkstra), and the piece from the road to the facility. Each origin has the facilities nearest to it, of '
        'equally near ones that with the lower code. Times suppose one speed on every road.',
    )
    example: ClassVar[dict[str, Any]] = {
        'origins': 'commune_offices',
        'facilities': 'health_facilities',
        'filter': "kind = 'hospital'",
        'travel': 'driving',
    }
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(
            title,
            members={
                'distance_m': Member(Text(vi='Quãng đường', en='Way'), 'm'),
                'minutes': Member(Text(vi='Thời gian', en='Time'), 'min'),
                'origin': Member(Text(vi='Mã nơi đi', en='Origin')),
                'origin_name': Member(Text(vi='Nơi đi', en='Name of the origin')),
                'facility': Member(Text(vi='Mã cơ sở', en='Facility')),
                'facility_name': Member(Text(vi='Cơ sở', en='Name of the facility')),
                'rank': Member(Text(vi='Thứ tự gần', en='Rank'), low_first=True),
            },
        )
    }
    summary: ClassVar[dict[str, Member]] = {
        'origins': Member(Text(vi='Số nơi đi', en='Origins')),
        'origins_without_way': Member(Text(vi='Nơi không có cơ sở trong tầm', en='Origins without a facility')),
        **shared('facilities', 'roads_cut'),
    }

    def cost_s(self, inputs: Inputs) -> float:
        """A run for all facilities finds the nearest; for more, and for routes, each facility has its own."""
        return 3.0 + (10.0 if inputs.count > 1 else 0.0) + (5.0 if inputs.routes else 0.0)

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> FeatureCollection:
        """A feature for each pair of origin and facility, by origin and then from the nearest on."""
        origins, way = read_origins(inputs.origins, data), read_roads(inputs, data)
        facilities = read_facilities(inputs.facilities, data, inputs.filter)
        check_count(origins.count, inputs)
        reach = reach_of(origins.xy, facilities.xy, way.network)
        limit_m = limit_of(inputs)
        ranked = nearest_places(
            reach,
            facilities.owner,
            facilities.count,
            inputs.count,
            np.inf if limit_m is None else limit_m,
            lambda share: progress(0.2 + 0.4 * share, Text(vi='Đo quãng đường', en='Measuring the ways')),
        )
        progress(0.6, Text(vi='Vẽ tuyến đi', en='Drawing the routes'))
        shapes = point_geometries(origins.xy[ranked.point])
        if inputs.routes:
            shapes = route_lines(reach, origins.xy, facilities.xy, facilities.owner, ranked)
        off_road_count = facilities_off_road(facilities.owner, reach.places_off_road)
        notes = off_road_notes(off_road_count, len(reach.points_off_road))
        pairs = [pair_feature(inputs, origins, facilities, ranked, row) for row in range(len(ranked.point))]
        summary = {
            'origins': origins.count,
            'origins_without_way': origins.count - len(np.unique(ranked.point)),
            'facilities': facilities.count,
            'count': inputs.count,
            'distance_m': limit_m,
            'minutes': inputs.minutes,
            'routes': inputs.routes,
            **way.summary,
            **data.provenance(notes),
        }
        return feature_collection(numbered_features(geojson_geometries(shapes, data.locality.srid), pairs), summary)


def read_origins(layer_ref: LayerRef, data: Data) -> Facilities:
    """Where the ways begin: points, and centroids of areas; in the order of their codes."""
    layer, rows = data.source(layer_ref)
    code = column_identifier(layer, layer.identifier, data.audience)
    name = column_identifier(layer, layer.publish.search[0], data.audience) if layer.publish.search else sql.SQL('null')
    query = (
        'select {}::text as code, {}::text as name, ST_X(ST_Centroid(here.geom)) as x,'
        ' ST_Y(ST_Centroid(here.geom)) as y from {} order by code, here.id'
    )
    origins = data.rows(sql.SQL(query).format(code, name, rows))
    if not origins:
        must_be_unfiltered(layer_ref)
    xy = np.asarray([(row['x'], row['y']) for row in origins], dtype=np.float64).reshape(-1, 2)
    codes, names = [row['code'] for row in origins], [row['name'] for row in origins]
    return Facilities(codes, names, [''] * len(origins), xy, np.arange(len(origins)))


def check_count(origins: int, inputs: Inputs) -> None:
    """Raises TooManyOrigins where the answer would have more rows than it may."""
    most = MOST_ROUTES if inputs.routes else MOST_ROWS
    if origins * inputs.count > most:
        raise TooManyOrigins(
            vi=f'{number_vi(origins)} nơi đi × {inputs.count}: nhiều hơn {number_vi(most)} dòng. Lọc bớt nơi đi'
            + (', hoặc đặt routes: false.' if inputs.routes else '.'),
            en=f'{origins:,} origins × {inputs.count} are more than {most:,} rows. Filter the origins'
            + (', or set routes: false.' if inputs.routes else '.'),
        )


def pair_feature(
    inputs: Inputs, origins: Facilities, facilities: Facilities, ranked: RankedFacilities, row: int
) -> dict[str, Any]:
    """Properties of one origin and one of its facilities."""
    origin, facility, way_m = ranked.point[row], ranked.place[row], float(ranked.way_m[row])
    return {
        'origin': origins.codes[origin],
        'origin_name': origins.names[origin],
        'rank': int(ranked.rank[row]) + 1,
        'facility': facilities.codes[facility],
        'facility_name': facilities.names[facility],
        'distance_m': round(way_m, 3),
        'minutes': round(minutes_for(way_m, inputs), 3),
    }

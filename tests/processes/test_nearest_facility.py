"""The nearest stations of a grid town, with routes that can be read off the drawing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import shapely

from dothi.core.errors import http_status
from processes import nearest_facility
from processes.inputs import LayerRef
from processes.nearest_facility import Inputs, TooManyOrigins, check_count
from tests.forked import ForkedProcess
from tests.processes.conftest import feature, features
from tests.processes.executing import execute
from tests.processes.town import Loader, Town

# Blocks of 500 m. Stations S0 (1200, 0), S1 (0, 1000). Markets: M (250, 100), 100 m off the bottom road, 1,050 m
# from S0 and 100 + 250 + 1,000 m from S1.
STATIONS = [(1200, 0), (0, 1000)]


@pytest.fixture
def town(grid_town: Callable[..., Town], loader: Loader) -> None:
    loader.town(grid_town(blocks=3, side_m=500, facilities=STATIONS))
    loader.load('markets', [(shapely.Point(250, 100), {'code': 'M', 'name': 'Chợ', 'grade': '3'})])


def nearest(**inputs: Any) -> dict[str, Any]:
    inputs = {'origins': 'markets', 'facilities': 'health_facilities', **inputs}
    return json.loads(execute('nearest-facility', inputs, 'public'))


def told(answer: dict[str, Any]) -> list[tuple[str, int, str, float, float]]:
    rows = (feature['properties'] for feature in answer['features'])
    return [(row['origin'], row['rank'], row['facility'], row['distance_m'], row['minutes']) for row in rows]


def test_the_nearest_of_them_with_metres_minutes_and_names(town: None, worker: ForkedProcess) -> None:
    answer = nearest()
    assert told(answer) == [('M', 1, 'S0', 1050, 12.6)]
    properties = answer['features'][0]['properties']
    assert (properties['origin_name'], properties['facility_name']) == ('Chợ', 'Trạm 0')
    assert answer['summary']['origins_without_way'] == 0


def test_several_in_the_order_of_their_ways(town: None, worker: ForkedProcess) -> None:
    assert told(nearest(count=3, travel='driving')) == [('M', 1, 'S0', 1050, 2.1), ('M', 2, 'S1', 1350, 2.7)]


def test_the_route_is_drawn_over_the_road(town: None, worker: ForkedProcess) -> None:
    """From the market to the road, along it, and there: three corners of which two are ends."""
    geometry = nearest()['features'][0]['geometry']
    assert geometry['type'] == 'LineString'
    line = shapely.geometry.shape(geometry)
    market = shapely.geometry.shape(nearest(routes=False)['features'][0]['geometry'])
    assert line.coords[0] == market.coords[0]
    # 1,050 m, in degrees of about 104.5 km (longitude) and 110.7 km (latitude)
    assert line.length == pytest.approx(100 / 110_700 + 950 / 104_500, rel=0.01)


def test_who_has_no_way_within_the_limit_is_counted(town: None, worker: ForkedProcess) -> None:
    answer = nearest(distance_m=1_049)
    assert (answer['features'], answer['summary']['origins_without_way']) == ([], 1)


def test_areas_count_from_their_middle(town: None, loader: Loader, worker: ForkedProcess) -> None:
    shape = shapely.MultiPolygon([shapely.box(1150, -50, 1250, 50)])
    loader.load('parks', [(shape, {'code': 'P', 'name': 'x', 'kind': 'park'})])
    assert told(nearest(origins='parks')) == [('P', 1, 'S0', 0, 0)]


def test_too_many_routes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = Inputs(origins=LayerRef('markets'), facilities=LayerRef('schools'), count=2)
    check_count(nearest_facility.MOST_ROUTES // 2, inputs)
    with pytest.raises(TooManyOrigins, match='routes: false') as refused:
        check_count(nearest_facility.MOST_ROUTES // 2 + 1, inputs)
    assert http_status(refused.value) == 400
    check_count(nearest_facility.MOST_ROUTES, inputs.model_copy(update={'routes': False}))


def test_an_origin_far_from_any_road_has_no_way_and_is_named(town: None, worker: ForkedProcess) -> None:
    """154 km in the east."""
    answer = nearest(origins=features(feature(shapely.Point(154_000, 0)), feature(shapely.Point(250, 100))))
    assert [row[3] for row in told(answer)] == [pytest.approx(1050, abs=0.1)]
    assert answer['summary']['origins_without_way'] == 1
    assert '1 origins are over 10 km from any road' in answer['summary']['caveats'][0]['en']
    alone = nearest(origins=features(feature(shapely.Point(154_000, 0))))
    assert (alone['features'], alone['summary']['origins_without_way']) == ([], 1)

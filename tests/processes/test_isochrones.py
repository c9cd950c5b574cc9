"""Areas around a station on two roads that cross, whose shape can be drawn by hand."""

import json
from typing import Any

import numpy as np
import pytest
import shapely

from dothi.core.arrays import Geometries
from dothi.core.crs import proj_string, transformer
from dothi.core.errors import DothiError, http_status
from dothi.core.layer import Audience
from tests.forked import ForkedProcess
from tests.processes.conftest import ORIGIN, feature, features, station
from tests.processes.executing import execute
from tests.processes.town import Loader


@pytest.fixture
def cross(loader: Loader) -> None:
    """Two roads of 4 km that cross at (0, 0), and a station there."""
    loader.load(
        'roads',
        [
            (shapely.LineString([(-2_000, 0), (0, 0), (2_000, 0)]), {'code': 'EW', 'class': 'commune'}),
            (shapely.LineString([(0, -2_000), (0, 0), (0, 2_000)]), {'code': 'NS', 'class': 'commune'}),
        ],
    )
    loader.load('health_facilities', [(shapely.Point(0, 0), station(0))])


def isochrones(audience: Audience = 'public', **inputs: Any) -> dict[str, Any]:
    return json.loads(execute('isochrones', {'facilities': 'health_facilities', **inputs}, audience))


def areas(answer: dict[str, Any]) -> Geometries:
    """The polygons in the town's metres."""
    back = transformer(proj_string(4326), proj_string(9209))
    shapes = np.asarray([shapely.geometry.shape(feature['geometry']) for feature in answer['features']])
    return shapely.transform(shapes, lambda xy: np.column_stack(back.transform(*xy.T)) - ORIGIN)


def test_an_area_is_the_diamond_of_those_who_walk_to_the_road_and_along_it(cross: None, worker: ForkedProcess) -> None:
    """Whoever is x along a road and y off it walks x + y: within 500 m is a square of 500 m half diagonal."""
    answer = isochrones(distances_m=[500], cell_m=5)
    (area,) = areas(answer)
    diamond = shapely.Polygon([(500, 0), (0, 500), (-500, 0), (0, -500)])
    assert area.symmetric_difference(diamond).area < 0.03 * diamond.area
    (told,) = (feature['properties'] for feature in answer['features'])
    assert told['area_km2'] == pytest.approx(0.5, rel=0.02)
    assert (told['break_m'], told['break_min']) == (500, 6)


def test_longer_ways_hold_the_shorter_ones(cross: None, worker: ForkedProcess) -> None:
    answer = isochrones(distances_m=[900, 300, 600, 300])
    assert [feature['properties']['break_m'] for feature in answer['features']] == [300, 600, 900]
    small, middle, large = areas(answer)
    # back in metres a common edge is a centimetre off at most
    assert small.difference(middle.buffer(0.05)).is_empty
    assert middle.difference(large.buffer(0.05)).is_empty
    assert answer['summary']['cell_m'] == 15


def test_minutes_are_metres_at_the_speed(cross: None, worker: ForkedProcess) -> None:
    """12 minutes at 5 km/h and 2 at 30 are 1,000 m."""
    walked, driven = isochrones(minutes=[12]), isochrones(minutes=[2], travel='driving')
    assert walked['features'][0]['geometry'] == driven['features'][0]['geometry']
    assert walked['features'][0]['properties']['break_m'] == 1_000


def test_each_facility_has_areas_of_its_own_or_all_have_one(cross: None, loader: Loader, worker: ForkedProcess) -> None:
    loader.load('health_facilities', [(shapely.Point(300, 0), station(1))])
    together, apart = isochrones(distances_m=[400]), isochrones(distances_m=[400], separate=True)
    assert [feature['properties']['code'] for feature in apart['features']] == ['S0', 'S1']
    (both,) = areas(together)
    assert shapely.union_all(areas(apart)).symmetric_difference(both).area < 100


def test_a_river_without_a_bridge_ends_an_area(cross: None, loader: Loader, worker: ForkedProcess) -> None:
    """It runs north to south at x = 200, and the bridge is elsewhere."""
    loader.load('rivers', [(shapely.MultiLineString([[(200, -3_000), (200, 3_000)]]), {'code': 'R', 'name': 'x'})])
    loader.load('bridges', [(shapely.LineString([(0, 900), (9, 900)]), {'code': 'B', 'name': 'x', 'length_m': 9})])
    (area,) = areas(isochrones(distances_m=[500], barriers='rivers'))
    assert -501 < area.bounds[0] < -450
    assert 150 < area.bounds[2] <= 250


def test_from_nowhere_one_gets_nowhere(cross: None, worker: ForkedProcess) -> None:
    with pytest.raises(DothiError, match='passes the filter') as refused:
        isochrones(distances_m=[500], filter="kind = 'hospital'")
    assert http_status(refused.value) == 422


def test_a_start_far_from_any_road_is_refused_with_what_to_check(cross: None, worker: ForkedProcess) -> None:
    """154 km in the east: nobody walks that far to a road, and nothing is reachable from there in ten hours."""
    start = features(feature(shapely.Point(154_000, 0)))
    with pytest.raises(DothiError, match='over 10 km from any road') as refused:
        isochrones(facilities=start, minutes=[600.0], travel='driving')
    assert http_status(refused.value) == 422


@pytest.mark.parametrize(
    ('inputs', 'hint'),
    [
        ({}, 'distances_m or minutes'),
        ({'distances_m': [5], 'minutes': [5]}, 'not both'),
        ({'distances_m': [0]}, 'distances_m.0.* greater than 0'),
        ({'minutes': [5, 601]}, 'minutes.1.* 600 or less'),
        ({'distances_m': list(range(1, 14))}, '12 values or fewer'),
        ({'distances_m': [50_000], 'cell_m': 1}, 'cell_m to'),
    ],
)
def test_wrong_breaks_are_refused_with_what_would_be_right(
    cross: None, worker: ForkedProcess, inputs: dict[str, Any], hint: str
) -> None:
    with pytest.raises(DothiError, match=hint) as refused:
        isochrones(**inputs)
    assert http_status(refused.value) == 400

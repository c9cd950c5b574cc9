"""Service coverage of a 3 x 3 grid town, from the request through the queue to the answer."""

import json

import pytest
import shapely

from dothi.core.database import connection
from dothi.core.errors import http_status
from processes.manager import execute

# Blocks of 500 m. One health station at (1200, 0), on the bottom road.
# Home A (250, 100): 100 m to the bottom road, 950 m along it: 1,050 m. In a straight line 955.2 m.
# Home B (1500, 1500): at the far corner, 1500 m down and 300 m along: 1,800 m. In a straight line 1,529.7 m.
# Home C (1200, 20): 20 m to the road, where the station stands.
# Home D (-50, 0): 50 m before the road begins, 1,200 m along it: 1,250 m; outside all communes.
HOMES, PEOPLE = [(250, 100), (1500, 1500), (1200, 20), (-50, 0)], [4, 2, 3, 5]
ZONES = {'1': (0, 0, 750, 1600), '2': (750, 0, 1600, 1600), '3': (0, 1600, 100, 1700)}


@pytest.fixture
def town(grid_town, loader):
    loader.town(grid_town(blocks=3, side_m=500, homes=HOMES, people=PEOPLE, facilities=[(1200, 0)], zones=ZONES))


def coverage(distance_m, **more):
    inputs = {'facilities': 'health_facilities', 'distance_m': distance_m, **more}
    return json.loads(execute('service-coverage', inputs, 'internal'))


def by_zone(answer):
    properties = (feature['properties'] for feature in answer['features'])
    return {
        zone['code']: (zone['population'], zone['population_covered'], zone['share_covered']) for zone in properties
    }


def test_the_grid_town_has_the_figures_worked_out_by_hand(town, worker):
    """Each home once within and once beyond reach, so that no part of the way can be left out."""
    assert by_zone(coverage(1_049)) == {'1': (4, 0, 0), '2': (5, 3, 0.6), '3': (0, 0, None)}
    assert by_zone(coverage(1_050)) == {'1': (4, 4, 1), '2': (5, 3, 0.6), '3': (0, 0, None)}
    assert by_zone(coverage(1_800)) == {'1': (4, 4, 1), '2': (5, 5, 1), '3': (0, 0, None)}
    assert by_zone(coverage(956, mode='straight-line')) == {'1': (4, 4, 1), '2': (5, 3, 0.6), '3': (0, 0, None)}


def test_nobody_is_lost_between_the_zones(town, worker):
    """The five people of D live in no commune: they count in the summary, and are named there."""
    summary = coverage(1_250)['summary']
    assert (summary['population'], summary['population_covered']) == (14, 12)
    assert summary['share_covered'] == round(12 / 14, 6)
    assert summary['population_outside_zones'] == 5
    assert summary['population_without_way'] == 0
    assert (summary['facilities'], summary['mode'], summary['distance_m']) == (1, 'network', 1_250)


def test_people_without_a_way_to_any_facility_are_named(town, loader, worker):
    """A road of its own, joined to no other, and a home with two people on it."""
    loader.load('roads', [(shapely.LineString([(0, 5_000), (90, 5_000)]), {'code': 'ISLAND', 'class': 'commune'})])
    home = shapely.MultiPolygon([shapely.box(49, 4_999, 51, 5_001)])
    loader.load('buildings', [(home, {'code': 'LONELY', 'use': 'residential', 'population': 2})])
    assert coverage(50_000)['summary']['population_without_way'] == 2
    assert coverage(50_000, mode='straight-line')['summary']['population_without_way'] == 0


def test_only_facilities_that_pass_the_filter_serve(town, loader, worker):
    """A hospital beside home B: all of it, only stations, only hospitals, none."""
    hospital = {'code': 'H1', 'name': 'Bệnh viện', 'kind': 'hospital'}
    loader.load('health_facilities', [(shapely.Point(1500, 1490), hospital)])
    assert by_zone(coverage(100))['2'] == (5, 5, 1)
    assert by_zone(coverage(100, filter="kind = 'station'"))['2'] == (5, 3, 0.6)
    assert by_zone(coverage(100, filter="kind = 'hospital'"))['2'] == (5, 2, 0.4)
    both = {'collection': 'health_facilities', 'filter': "kind = 'station'"}
    nobody = coverage(100, facilities=both, filter="kind = 'hospital'")
    assert (nobody['summary']['facilities'], nobody['summary']['population_covered']) == (0, 0)


def test_a_filter_that_cannot_be_computed_is_its_authors_fault(town, worker):
    with pytest.raises(Exception, match='filter') as refused:
        coverage(100, filter='beds / (beds - beds) > 1 OR 1 / 0 > 1')
    assert http_status(refused.value) == 400


def test_zones_are_those_in_force_on_the_reference_date(town, loader, worker):
    """A commune that ended on the very day before, and one that begins later, are not among them."""
    square = shapely.MultiPolygon([shapely.box(0, 0, 10, 10)])
    rest = {'name': 'x', 'parent_code': '366'}
    ended = {'code': '8', 'valid_from': '2000-01-01', 'valid_to': '2024-08-31', **rest}
    later = {'code': '9', 'valid_from': '2024-09-01', **rest}
    loader.load('communes', [(square, ended), (square, later)])
    assert [*by_zone(coverage(100))] == ['1', '2', '3']


def test_zones_are_drawn_in_crs84_as_they_are_served(town, worker):
    feature = coverage(100)['features'][0]
    west, south, east, north = shapely.geometry.shape(feature['geometry']).bounds
    assert 105.85 < west < east < 106.75
    assert 19.75 < south < north < 20.60
    assert feature['properties']['name'] == 'Xã 1'


def test_reach_grows_with_distance_and_never_beyond_the_straight_line(town, worker):
    distances = (10, 100, 1_049, 1_050, 1_250, 1_800)
    network = [coverage(distance)['summary']['population_covered'] for distance in distances]
    straight = [coverage(distance, mode='straight-line')['summary']['population_covered'] for distance in distances]
    assert network == sorted(network)
    assert all(one <= other for one, other in zip(network, straight, strict=True))


@pytest.mark.own_database
def test_a_run_reads_with_the_rights_of_whoever_asked(town, worker):
    """Once the internal reader may not see the houses any more, nor may its analyses."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('revoke select on layer.buildings from dothi_reader_internal')
    with pytest.raises(Exception, match='fault of the platform'):
        coverage(100)

"""Service coverage of a 3 x 3 grid town, from the request through the queue to the answer."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shapely
from shapely import Point

from dothi.core.crs import proj_string, transformer
from dothi.core.database import connection
from dothi.core.errors import DothiError, http_status
from dothi.core.locality import Locality
from processes.queue.manager import run_process
from processes.reading.validation import validate_inputs
from processes.service_coverage import Inputs
from processes.ways.covered import list_caveats
from tests.forked import ForkedProcess
from tests.matrix import thorough
from tests.processes.conftest import ORIGIN, area, building, commune, features, house
from tests.processes.executing import execute
from tests.processes.town import Loader, Town

# Blocks of 500 m. One health station at (1200, 0), on the bottom road.
# Home A (250, 100): 100 m to the bottom road, 950 m along it: 1,050 m. In a straight line 955.2 m.
# Home B (1500, 1500): at the far corner, 1500 m down and 300 m along: 1,800 m. In a straight line 1,529.7 m.
# Home C (1200, 20): 20 m to the road, where the station stands.
# Home D (-50, 0): 50 m before the road begins, 1,200 m along it: 1,250 m; outside all communes.
HOMES, PEOPLE = [(250, 100), (1500, 1500), (1200, 20), (-50, 0)], [4, 2, 3, 5]
ZONES = {'1': (0, 0, 750, 1600), '2': (750, 0, 1600, 1600), '3': (0, 1600, 100, 1700)}


@pytest.fixture
def town(grid_town: Callable[..., Town], loader: Loader) -> None:
    loader.town(grid_town(blocks=3, side_m=500, homes=HOMES, people=PEOPLE, facilities=[(1200, 0)], zones=ZONES))


def coverage(distance_m: int | None, **more: Any) -> dict[str, Any]:
    limit = {} if distance_m is None else {'distance_m': distance_m}
    inputs = {'facilities': 'health_facilities', **limit, **more}
    return json.loads(execute('service-coverage', inputs, 'internal'))


def coverage_by_zone(answer: dict[str, Any]) -> dict[str, tuple[int, int, float | None]]:
    properties = (feature['properties'] for feature in answer['features'])
    return {
        zone['code']: (zone['population'], zone['population_covered'], zone['share_covered']) for zone in properties
    }


def test_the_grid_town_has_the_figures_worked_out_by_hand(town: None, worker: ForkedProcess) -> None:
    """Each home once within and once beyond reach, so that no part of the way can be left out."""
    assert coverage_by_zone(coverage(1_049)) == {'1': (4, 0, 0), '2': (5, 3, 0.6), '3': (0, 0, None)}
    assert coverage_by_zone(coverage(1_050)) == {'1': (4, 4, 1), '2': (5, 3, 0.6), '3': (0, 0, None)}
    assert coverage_by_zone(coverage(1_800)) == {'1': (4, 4, 1), '2': (5, 5, 1), '3': (0, 0, None)}
    assert coverage_by_zone(coverage(956, mode='straight-line')) == {
        '1': (4, 4, 1),
        '2': (5, 3, 0.6),
        '3': (0, 0, None),
    }


def test_the_whole_is_who_lives_in_the_zones_and_nobody_is_lost(town: None, worker: ForkedProcess) -> None:
    """The five people of D live in no commune: they are in no share, and are told by number."""
    summary = coverage(1_250)['summary']
    assert (summary['population'], summary['population_covered']) == (9, 7)
    assert summary['share_covered'] == round(7 / 9, 6)
    assert summary['population_outside_zones'] == 5
    assert summary['population_without_way'] == 0
    assert (summary['facilities'], summary['mode'], summary['distance_m']) == (1, 'network', 1_250)


def test_the_whole_of_one_zone_is_that_zone(town: None, worker: ForkedProcess) -> None:
    """Of the second commune, with the homes B and C, only C is near; the town has other figures."""
    summary = coverage(1_050, zones={'collection': 'communes', 'filter': "code = '2'"})['summary']
    assert (summary['population'], summary['population_covered'], summary['share_covered']) == (5, 3, 0.6)
    assert (summary['kinds'][0]['population_covered'], summary['population_outside_zones']) == (3, 9)


def test_people_without_a_way_to_any_facility_are_named(town: None, loader: Loader, worker: ForkedProcess) -> None:
    """A road of its own, joined to no other, and a home with two people on it."""
    loader.load('roads', [(shapely.LineString([(0, 5_000), (90, 5_000)]), {'code': 'ISLAND', 'class': 'commune'})])
    home = shapely.MultiPolygon([shapely.box(49, 4_999, 51, 5_001)])
    loader.load('buildings', [(home, {'code': 'LONELY', 'use': 'residential', 'population': 2})])
    everywhere = features(area('everywhere', -200, -200, 2_000, 6_000))
    assert coverage(50_000, zones=everywhere)['summary']['population_without_way'] == 2
    assert coverage(50_000, zones=everywhere, mode='straight-line')['summary']['population_without_way'] == 0


def test_only_facilities_that_pass_the_filter_serve(town: None, loader: Loader, worker: ForkedProcess) -> None:
    """A hospital beside home B: all of it, only stations, only hospitals, none."""
    hospital = {'code': 'H1', 'name': 'Bệnh viện', 'kind': 'hospital'}
    loader.load('health_facilities', [(shapely.Point(1500, 1490), hospital)])
    assert coverage_by_zone(coverage(100))['2'] == (5, 5, 1)
    assert coverage_by_zone(coverage(100, filter="kind = 'station'"))['2'] == (5, 3, 0.6)
    assert coverage_by_zone(coverage(100, filter="kind = 'hospital'"))['2'] == (5, 2, 0.4)
    both = {'collection': 'health_facilities', 'filter': "kind = 'station'"}
    with pytest.raises(DothiError, match='passes the filter') as refused:
        coverage(100, facilities=both, filter="kind = 'hospital'")
    assert http_status(refused.value) == 422


def test_a_filter_that_cannot_be_computed_is_its_authors_fault(town: None, worker: ForkedProcess) -> None:
    with pytest.raises(DothiError, match='filter') as refused:
        coverage(100, filter='beds / (beds - beds) > 1 OR 1 / 0 > 1')
    assert http_status(refused.value) == 400


def test_zones_are_those_in_force_on_the_reference_date(town: None, loader: Loader, worker: ForkedProcess) -> None:
    """A commune that ended on the very day before, and one that begins later, are not among them."""
    square = shapely.MultiPolygon([shapely.box(0, 0, 10, 10)])
    rest = {'name': 'x', 'parent_code': '366'}
    ended = {'code': '8', 'valid_from': '2000-01-01', 'valid_to': '2024-08-31', **rest}
    later = {'code': '9', 'valid_from': '2024-09-01', **rest}
    loader.load('communes', [(square, ended), (square, later)])
    assert [*coverage_by_zone(coverage(100))] == ['1', '2', '3']


def test_zones_are_drawn_in_crs84_as_they_are_served(town: None, worker: ForkedProcess) -> None:
    feature = coverage(100)['features'][0]
    west, south, east, north = shapely.geometry.shape(feature['geometry']).bounds
    assert 105.85 < west < east < 106.75
    assert 19.75 < south < north < 20.60
    assert feature['properties']['name'] == 'Xã 1'


@thorough
def test_reach_grows_with_distance_and_never_beyond_the_straight_line(town: None, worker: ForkedProcess) -> None:
    distances = (10, 100, 1_049, 1_050, 1_250, 1_800)
    network = [coverage(distance)['summary']['population_covered'] for distance in distances]
    straight = [coverage(distance, mode='straight-line')['summary']['population_covered'] for distance in distances]
    assert network == sorted(network)
    assert all(one <= other for one, other in zip(network, straight, strict=True))


def test_a_layer_without_facilities_covers_nobody_and_says_so(
    town: None, loader: Loader, worker: ForkedProcess
) -> None:
    loader.load('markets', [])
    summary = coverage(100, facilities='markets')['summary']
    assert summary['population_covered'] == 0
    assert 'no facility of the kind "markets"' in summary['caveats'][0]['en']
    assert any('Nobody lives in 1 of the zones' in note['en'] for note in summary['caveats'])


def test_every_zone_of_several_that_overlap_answers_for_itself(town: None, worker: ForkedProcess) -> None:
    """Rings around the station: A is in the outer one alone, C in both; the summary counts each home once."""
    rings = features(area('inner', 1_000, -100, 1_400, 400), area('outer', 0, -200, 1_400, 500))
    answer = coverage(1_049, zones=rings)
    assert [zone['properties']['population'] for zone in answer['features']] == [3, 7]
    assert (answer['summary']['population'], answer['summary']['population_outside_zones']) == (7, 7)
    assert 'Zones overlap' in answer['summary']['caveats'][0]['en']


def by_unit(**more: Any) -> dict[str, Any]:
    inputs = {'facilities': 'health_facilities', 'kind_column': 'kind', 'norm': 'facilities_per_unit', **more}
    return json.loads(run_process('service-coverage', inputs, 'internal').result.content())


def test_a_health_station_in_each_commune_can_be_asked_for(town: None, worker: ForkedProcess) -> None:
    """The station stands in commune 2, with its five people; commune 1 has none, and nobody lives in commune 3."""
    answer = by_unit()
    told = {one['id']: one['properties'] for one in answer['features']}
    assert [(told[code]['facilities_station'], told[code]['norm_met']) for code in '123'] == [
        (0, False), (1, True), (0, False),
    ]  # fmt: skip
    assert coverage_by_zone(answer) == {'1': (4, 0, 0), '2': (5, 5, 1), '3': (0, 0, None)}
    summary = answer['summary']
    assert (summary['units'], summary['units_meeting_norm'], summary['population_outside_zones']) == (3, 1, 5)
    assert summary['share_covered'] == round(5 / 9, 6), 'who is in no unit is not assessed'
    assert summary['kinds'][0]['norms'][0]['unit'] == 'per commune'


@pytest.mark.parametrize(('target_pct', 'passing'), [(60, [True, True, None]), (60.1, [True, False, None])])
def test_a_zone_passes_where_as_many_are_covered_as_was_asked_for(
    town: None, worker: ForkedProcess, target_pct: float, passing: list[bool | None]
) -> None:
    """Of zone 1 everybody is covered, of zone 2 three of five; in zone 3 nobody lives."""
    answer = coverage(1_050, target_pct=target_pct)
    assert [feature['properties']['target_met'] for feature in answer['features']] == passing
    summary = answer['summary']
    assert [summary[f'zones_{word}_target'] for word in ('meeting', 'missing')] == [
        passing.count(True), passing.count(False),
    ]  # fmt: skip
    assert 'target_met' not in coverage(1_050)['features'][0]['properties']


@pytest.mark.parametrize(
    ('inputs', 'hint'),
    [
        ({'facilities': 'schools'}, 'kind_column level'),
        ({'facilities': 'health_facilities', 'kind_column': 'kind'}, 'norm = facilities_per_unit'),
        ({'facilities': 'schools', 'norm': 'facilities_per_unit'}, 'There is one for: health station'),
        ({'norm': 'facilities_per_unit', 'distance_m': 5.0}, 'leave distance_m'),
        ({'norm': 'facilities_per_unit', 'target_pct': 90.0}, 'leave distance_m'),
        ({'norm': 'facilities_per_unit', 'kind_column': 'kind', 'zones': 'districts'}, 'choose one of: communes'),
    ],
)
def test_a_kind_without_a_norm_is_refused_before_there_is_a_job(
    town: None, loader: Loader, worker: ForkedProcess, one: Callable[..., Any], inputs: dict[str, Any], hint: str
) -> None:
    loader.load('schools', [school(750, 0)])
    with pytest.raises(DothiError, match=hint) as refused:
        run_process('service-coverage', {'facilities': 'health_facilities', **inputs}, 'internal')
    assert http_status(refused.value) == 400
    assert one('select count(*) from job.job') == 0


@pytest.fixture
def hidden_buildings(town: None) -> Iterator[None]:
    """The internal reader may not see the houses while the test runs."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('revoke select on layer.buildings from dothi_reader_internal')
    yield
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('grant select on layer.buildings to dothi_reader_internal')


def test_a_run_reads_with_the_rights_of_whoever_asked(hidden_buildings: None, worker: ForkedProcess) -> None:
    with pytest.raises(Exception, match='fault of the platform'):
        coverage(100)


def outputs(**inputs: Any) -> dict[str, dict[str, Any]]:
    found = run_process('service-coverage', inputs, 'internal').results
    return {name: json.loads(one.content()) for name, one in found.items()}


def stations(*places: tuple[int, int], **more: Any) -> dict[str, Any]:
    """Health stations at places of the town, as the client would send them."""
    to_wgs84 = transformer(proj_string(9209), proj_string(4326))
    points = [to_wgs84.transform(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in places]
    features = [
        {'type': 'Feature', 'properties': more, 'geometry': {'type': 'Point', 'coordinates': point}} for point in points
    ]
    return {'type': 'FeatureCollection', 'features': features}


def test_facilities_sent_in_degrees_serve_like_those_of_a_layer(town: None, worker: ForkedProcess) -> None:
    own, sent = coverage(1_051), coverage(1_051, facilities=stations((1200, 0)))
    assert [feature['properties'] for feature in own['features']] == [
        feature['properties'] for feature in sent['features']
    ]


def test_several_kinds_have_figures_of_their_own_and_count_together(
    town: None, loader: Loader, worker: ForkedProcess
) -> None:
    """At 1,050 m the station serves A and C; the hospital beside B serves B only: nobody has both."""
    loader.load('health_facilities', [(shapely.Point(1500, 1490), {'code': 'H1', 'name': 'x', 'kind': 'hospital'})])
    answer = coverage(1_050, kind_column='kind')
    assert [(kind['kind'], kind['population_covered']) for kind in answer['summary']['kinds']] == [
        ('hospital', 2), ('station', 7),
    ]  # fmt: skip
    assert answer['summary']['population_covered'] == 0
    zone = answer['features'][1]['properties']
    assert (zone['population_covered'], zone['population_covered_station'], zone['share_covered_hospital']) == (
        0, 3, 0.4,
    )  # fmt: skip
    # C is 20 + 300 + 1,490 m from the hospital, B 1,800 m from the station
    assert coverage(1_810, kind_column='kind')['summary']['population_covered'] == 2 + 3


def test_further_layers_are_kinds_too(town: None, loader: Loader, worker: ForkedProcess) -> None:
    loader.load('schools', [(shapely.Point(0, 0), {'code': 'S1', 'name': 'x', 'level': 'primary'})])
    kinds = coverage(350, more_facilities=['schools'])['summary']['kinds']
    assert [(kind['kind'], kind['population_covered']) for kind in kinds] == [
        ('health_facilities', 3), ('schools', 4),
    ]  # fmt: skip


def test_a_column_that_no_layer_has_is_refused_with_the_nearest(town: None, worker: ForkedProcess) -> None:
    with pytest.raises(DothiError, match='"kind"') as refused:
        coverage(100, kind_column='kin')
    assert http_status(refused.value) == 400


def test_minutes_are_metres_at_the_speed_of_travel(town: None, worker: ForkedProcess) -> None:
    """1,050 m: 12.6 minutes at 5 km/h, 4.2 at 15, 6.3 at 10."""
    for minutes, how in ((12.6, {}), (4.2, {'travel': 'cycling'}), (6.3, {'speed_kmh': 10})):
        for more, served in ((0, 4), (-0.01, 0)):
            answer = coverage(None, minutes=minutes + more, **how)
            assert coverage_by_zone(answer)['1'][1] == served
    assert answer['summary']['speed_kmh'] == 10
    assert answer['summary']['caveats']


def school(x: int, y: int) -> tuple[Point, dict[str, str]]:
    return shapely.Point(x, y), {'code': f'S{x}', 'name': 'x', 'level': 'primary'}


@pytest.fixture
def half_urban(grid_town: Callable[..., Town], loader: Loader) -> None:
    """A ward in the west, a commune in the east; homes 700 m from the school on the road between them, either side."""
    loader.town(
        grid_town(blocks=3, side_m=500, homes=[(50, 0), (1450, 0), (400, 0), (1600, 1400)], people=[1, 2, 4, 8])
    )
    loader.load('schools', [school(750, 0)])
    boxes = {'Phường Tây': (-10, -10, 750, 1600), 'Xã Đông': (750, -10, 1510, 1600)}
    rows = [
        (shapely.MultiPolygon([shapely.box(*box)]), {**commune(code), 'name': name})
        for code, (name, box) in zip('12', boxes.items(), strict=True)
    ]
    loader.load('communes', rows)


def test_the_norm_is_stricter_in_town(half_urban: None, worker: ForkedProcess) -> None:
    """500 m in the ward, 1,000 m in the commune: of the two homes 700 m away only the rural one is covered."""
    summary = coverage(None, facilities='schools', kind_column='level')['summary']
    (kind,) = summary['kinds']
    assert (summary['population'], summary['population_covered']) == (7, 2 + 4)
    assert {(norm['condition'], norm['value']) for norm in kind['norms']} == {('urban', 500), ('rural', 1000)}
    assert all(norm['clause'] for norm in kind['norms'])
    # who lives outside all communes is in no urban unit
    assert summary['population_outside_zones'] == 8


def test_a_distance_overrides_the_norm(half_urban: None, worker: ForkedProcess) -> None:
    summary = coverage(700, facilities='schools', kind_column='level')['summary']
    assert (summary['population_covered'], summary['kinds'][0]['norms']) == (7, [])


def test_a_kind_without_a_norm_asks_for_a_distance(half_urban: None, worker: ForkedProcess) -> None:
    with pytest.raises(DothiError, match='distance_m') as refused:
        coverage(None, facilities='schools')
    assert http_status(refused.value) == 400


def test_a_river_without_a_bridge_is_in_the_way(town: None, loader: Loader, worker: ForkedProcess) -> None:
    """It crosses every road northwards at y = 700: B is cut off. A bridge far in the west lets B pass in 4,800 m."""
    loader.load('rivers', [(shapely.MultiLineString([[(-50, 700), (1600, 700)]]), {'code': 'R', 'name': 'x'})])
    bridge = {'code': 'B', 'name': 'x', 'length_m': 50}
    loader.load('bridges', [(shapely.LineString([(0, 2_000), (0, 2_050)]), bridge)])
    cut = coverage(50_000, barriers='rivers')['summary']
    assert (cut['roads_cut'], cut['population_without_way'], cut['population_covered']) == (4, 2, 7)
    loader.load('bridges', [(shapely.LineString([(0, 675), (0, 725)]), bridge | {'code': 'B2'})])
    # B: 1,500 m west, 1,500 m south, 1,200 m east
    for distance_m, covered in ((4_199, 7), (4_200, 9)):
        assert coverage(distance_m, barriers='rivers')['summary']['population_covered'] == covered


def test_a_park_is_entered_from_any_side(town: None, loader: Loader, worker: ForkedProcess) -> None:
    """Its south side lies on the road from x = 100 to 400; its corner is 200 m of road from the home at x = 600."""
    loader.load(
        'parks', [(shapely.MultiPolygon([shapely.box(100, 0, 400, 300)]), {'code': 'P', 'name': 'x', 'kind': 'park'})]
    )
    loader.load('buildings', [(house(600, 0), building(90, 6))])
    for distance_m, covered in ((199, 4), (200, 4 + 6)):
        assert coverage(distance_m, facilities='parks')['summary']['population_covered'] == covered


def test_gaps_are_the_cells_beyond_the_limit(town: None, worker: ForkedProcess) -> None:
    """In a straight line 1,000 m from (1200, 0): of commune 1, 750 m wide, what lies outside that circle."""
    found = outputs(facilities='health_facilities', distance_m=1_000, mode='straight-line', cell_m=10, gaps=True)[
        'gaps'
    ]
    areas = [shapely.geometry.shape(feature['geometry']) for feature in found['features']]
    assert all(area.is_valid for area in areas)
    west, east, _ = (shapely.box(*box) for box in ZONES.values())
    circle = shapely.Point(1200, 0).buffer(1_000, quad_segs=64)
    expected = shapely.union_all([west, east, shapely.box(0, 1600, 100, 1700)]).difference(circle).area
    assert sum(feature['properties']['area_km2'] for feature in found['features']) == pytest.approx(
        expected / 1e6, rel=0.01
    )
    # B lives in the gap, and so does no other: A is within 956 m, and D in no commune
    assert sum(feature['properties']['population_beyond'] for feature in found['features']) == 2


def test_all_are_within_reach_and_there_is_no_gap(town: None, worker: ForkedProcess) -> None:
    assert outputs(facilities='health_facilities', distance_m=50_000, gaps=True)['gaps']['features'] == []


def test_gaps_are_drawn_only_when_they_are_wanted(town: None, worker: ForkedProcess) -> None:
    assert outputs(facilities='health_facilities', distance_m=100).keys() == {'result'}


def test_layers_that_share_their_kinds_add_no_kind_that_nobody_has(
    town: None, loader: Loader, worker: ForkedProcess
) -> None:
    """Stations in one layer twice: a kind without facilities would leave everybody uncovered."""
    twice = {'more_facilities': ['health_facilities'], 'kind_column': 'kind'}
    summary = coverage(1_050, **twice)['summary']
    assert [(kind['kind'], kind['population_covered']) for kind in summary['kinds']] == [('station', 7)]
    assert summary['population_covered'] == 7


def test_a_facility_of_no_kind_is_a_kind_of_its_own(town: None, worker: ForkedProcess) -> None:
    """Sent along: one with a kind beside the station, one without beside B. Nobody has both at 1,051 m."""
    places = stations((1200, 0), (1500, 1490))
    for place, kind in zip(places['features'], ('station', None), strict=True):
        place['properties'] = {'kind': kind}
    answer = coverage(1_051, facilities=places, kind_column='kind')
    kinds = answer['summary']['kinds']
    assert [(kind['kind'], kind['population_covered']) for kind in kinds] == [('station', 7), ('unknown', 2)]
    zone = answer['features'][1]['properties']
    assert (zone['population_covered'], zone['population_covered_unknown']) == (0, 2)


def test_a_straight_line_is_no_measure_of_a_norm_along_actual_access(locality: Locality) -> None:
    """Parks: 300 m along actual access. Schools: a distance, which a straight line may measure."""
    norms = locality.norms('service_distance', locality.place.reference_date)
    park, primary = ([norm for norm in norms if norm.subject == subject] for subject in ('park', 'primary'))
    asked = validate_inputs(Inputs, {'facilities': 'parks', 'mode': 'straight-line'})
    straight, *warned = list_caveats(asked, asked.mode, park * 2)
    assert ('straight line' in straight.en, len(warned)) == (True, 1)
    assert 'along actual access' in warned[0].en
    assert 'tiếp cận thực tế' in warned[0].vi
    assert len(list_caveats(asked, asked.mode, primary)) == 1
    assert list_caveats(validate_inputs(Inputs, {'facilities': 'parks'}), 'network', park) == []

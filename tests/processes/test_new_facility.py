"""New facilities for a long road whose villages can be counted by hand."""

import json
from typing import Any

import numpy as np
import pytest
import shapely

from dothi.core.errors import DothiError, http_status
from processes.queue.manager import run_process
from processes.ways import maximal_cover
from processes.ways.facilities import Facilities
from processes.ways.maximal_cover import CoverChoice, Proposal, cover_of
from processes.ways.sensitivity import Try, stays_of
from tests.forked import ForkedProcess
from tests.processes.conftest import area, building, commune, features, house, station
from tests.processes.town import Loader

# A road of 10 km. Villages at its kilometres 0, 1, 2, 5, 6, 9; a station at kilometre 9. Within 1,000 m of a site at
# kilometre 1 live the first three, 10 + 20 + 30; of one at 5 or 6 the next two, 15 + 8.
VILLAGES = {0: 10, 1_000: 20, 2_000: 30, 5_000: 15, 6_000: 8, 9_000: 40}


@pytest.fixture
def road(loader: Loader) -> None:
    line = shapely.LineString([(x, 0) for x in range(0, 10_001, 500)])
    loader.load('roads', [(line, {'code': 'R', 'class': 'commune'})])
    rows = [(house(x, 0), building(x // 500, people)) for x, people in VILLAGES.items()]
    loader.load('buildings', rows)
    loader.load('health_facilities', [(shapely.Point(9_000, 0), station(0))])
    boxes = {'1': (-100, -100, 3_000, 100), '2': (3_000, -100, 10_100, 100)}
    loader.load('communes', [(shapely.MultiPolygon([shapely.box(*box)]), commune(code)) for code, box in boxes.items()])


def answer(**more: Any) -> dict[str, dict[str, Any]]:
    inputs = {'facilities': 'health_facilities', 'distance_m': 1_000, 'count': 2, **more}
    found = run_process('new-facility', inputs, 'internal').results
    return {name: json.loads(one.content()) for name, one in found.items()}


def test_the_sites_are_those_worked_out_by_hand(road: None, worker: ForkedProcess) -> None:
    """Of places every 500 m: kilometre 1 reaches three villages, 5, 5.5 and 6 reach two."""
    found = answer(spacing_m=500)
    told = [feature['properties'] for feature in found['result']['features']]
    assert [(site['rank'], site['population_gained'], site['population_gained_so_far']) for site in told] == [
        (1, 60, 60), (2, 23, 83),
    ]  # fmt: skip
    summary = found['result']['summary']
    assert (summary['population_covered_before'], summary['population_covered_after']) == (40, 123)
    assert (summary['method'], summary['optimal'], summary['population_gained_at_most']) == ('exact', True, 83)
    assert summary['releases'].keys() == {'buildings', 'communes', 'health_facilities', 'roads'}


def test_narrowed_zones_are_those_that_are_served(road: None, worker: ForkedProcess) -> None:
    """In the first commune live 10 + 20 + 30, whom one site serves; of places on the road only those near it count."""
    first = {'collection': 'communes', 'filter': "code = '1'"}
    found = answer(spacing_m=500, zones=first)
    gains = [feature['properties']['population_gained'] for feature in found['result']['features']]
    summary = found['result']['summary']
    assert (gains, summary['population'], summary['population_covered_after']) == ([60], 60, 60)
    assert summary['candidates'] == 9, 'from kilometre 0 to 4, which is 1,000 m from the commune'
    everybody = answer(spacing_m=500, zones=first, serve='everybody')
    assert [feature['properties']['population_gained'] for feature in everybody['result']['features']] == [60, 23]
    assert everybody['result']['summary']['population_gained_outside_zones'] == 23


def test_zones_where_nobody_lives_cannot_be_served(road: None, worker: ForkedProcess) -> None:
    nowhere = features(area('field', 3_100, -100, 4_900, 100))
    with pytest.raises(DothiError, match='Nobody lives in the zones') as refused:
        answer(zones=nowhere)
    assert http_status(refused.value) == 422


def test_zones_before_and_after_add_up(road: None, worker: ForkedProcess) -> None:
    zones = [feature['properties'] for feature in answer(spacing_m=500)['zones']['features']]
    assert [(zone['population_covered_before'], zone['population_covered_after']) for zone in zones] == [
        (0, 60), (40, 63),
    ]  # fmt: skip
    assert [zone['share_covered_after'] for zone in zones] == [1, 1]


def test_sites_that_another_limit_would_have_chosen_too_stay(road: None, worker: ForkedProcess) -> None:
    """Within 800 m a site between kilometres 1 and 2 reaches 50, half a kilometre from the one that 1,000 m chose."""
    found = answer(spacing_m=500, sensitivity_pct=20)['result']
    assert [feature['properties']['stays_share'] for feature in found['features']] == [1, 1]
    tries = [
        (each['by_pct'], each['distance_m'], each['population_gained'], each['sites_staying'])
        for each in found['summary']['variations']
    ]
    assert tries == [(-20, 800, 73, 2), (20, 1_200, 83, 2)]
    plain = answer(spacing_m=500)['result']
    assert 'variations' not in plain['summary']
    assert 'stays_share' not in plain['features'][0]['properties']


def test_a_site_farther_off_is_another_one() -> None:
    """Half of 1,000 m is as far as the same site may be: 400 m is, 2,000 m is not."""
    xy = np.array([(0.0, 0.0), (400.0, 0.0), (2_000.0, 0.0)])
    candidates = Facilities(['1', '2', '3'], [None] * 3, [''] * 3, xy, np.arange(3))
    cover = cover_of(np.arange(3), np.arange(3), np.ones(3), 3)
    tries = [
        Try(by, 1_000 * (1 + by), Proposal(cover, CoverChoice(np.array([chosen]), 1.0, optimal=True), 'exact'))
        for by, chosen in ((-0.2, 1), (0.2, 1))
    ]
    staying = [stays_of(site, tries, candidates, 1_000) for site in range(3)]
    assert staying == [{'stays_share': 1}, {'stays_share': 1}, {'stays_share': 0}]
    assert stays_of(0, [], candidates, 1_000) == {}


def test_a_new_facility_serves_no_more_people_than_it_has_places_for(road: None, worker: ForkedProcess) -> None:
    """Kilometre 1 reaches 60, of whom 40 get a place: two thirds of each village. Those left are fewer than 23."""
    found = answer(spacing_m=500, places=4, demand_pct=10)
    assert [site['properties']['population_gained'] for site in found['result']['features']] == [40, 23]
    summary = found['result']['summary']
    assert (summary['population_covered_after'], summary['method']) == (40 + 63, 'greedy')
    # kilometres 1 and 1.5 could fill 40 places each, if both had their people for themselves
    assert (summary['population_gained_at_most'], summary['optimal']) == (80, False)
    assert [zone['properties']['population_covered_after'] for zone in found['zones']['features']] == [40, 63]


def test_sites_whose_places_are_all_taken_are_the_best_there_are(road: None, worker: ForkedProcess) -> None:
    summary = answer(spacing_m=500, places=20)['result']['summary']
    assert (summary['population_gained'], summary['population_gained_at_most'], summary['optimal']) == (40, 40, True)


def test_the_exact_method_knows_no_places(road: None, worker: ForkedProcess) -> None:
    with pytest.raises(DothiError, match='choose auto or greedy') as refused:
        answer(places=20, method='exact')
    assert http_status(refused.value) == 400


def test_who_has_no_place_at_the_facilities_there_are_is_without(
    road: None, loader: Loader, worker: ForkedProcess
) -> None:
    """Of the stations at kilometre 9 one has ten beds for forty people, the other none: thirty are without."""
    loader.load('health_facilities', [(shapely.Point(9_000, 0), {**station(1), 'beds': 10})])
    found = answer(spacing_m=500, capacity_column='beds')
    assert [site['properties']['population_gained'] for site in found['result']['features']] == [60, 30]
    summary = found['result']['summary']
    assert (summary['population_covered_before'], summary['population_covered_after']) == (10, 100)


def test_facilities_without_a_written_capacity_serve_nobody_and_are_counted(road: None, worker: ForkedProcess) -> None:
    summary = answer(spacing_m=500, capacity_column='beds')['result']['summary']
    assert summary['population_covered_before'] == 0
    assert any('1 facilities without a written capacity' in caveat['en'] for caveat in summary['caveats'])


SCHOOL = {'kind': 'service', 'facilities': 'schools', 'filter': "level = 'primary'", 'count': 1}


@pytest.fixture
def secondary_school(road: None, loader: Loader) -> None:
    """The only school: no primary one."""
    loader.load('schools', [(shapely.Point(9_000, 0), {'code': 'T', 'name': 'x', 'level': 'lower_secondary'})])


def test_services_placed_together_are_told_apart_and_zones_say_who_has_all(
    secondary_school: None, worker: ForkedProcess
) -> None:
    """One station and one school, both at kilometre 1: forty had a station, nobody a school; sixty then have both."""
    found = answer(spacing_m=500, count=1, further=[SCHOOL])
    sites = [feature['properties'] for feature in found['result']['features']]
    assert [(site['service'], site['rank'], site['population_gained_of_service']) for site in sites] == [
        ('health_facilities', 1, 60), ('schools', 1, 60),
    ]  # fmt: skip
    summary = found['result']['summary']
    assert (summary['population_covered_before'], summary['population_covered_after']) == (0, 60)
    by_service = {each['service']: each for each in summary['services']}
    before_and_after = ('population_covered_before', 'population_covered_after')
    assert {name: tuple(each[member] for member in before_and_after) for name, each in by_service.items()} == {
        'health_facilities': (40, 100),
        'schools': (0, 60),
    }
    assert [zone['properties']['population_covered_after'] for zone in found['zones']['features']] == [60, 0]


def test_each_service_has_its_own_limit(secondary_school: None, worker: ForkedProcess) -> None:
    """Within 3,500 m of kilometre 5.5 are the villages from kilometre 2 to 9: 30 + 15 + 8 + 40."""
    summary = answer(spacing_m=500, count=1, further=[{**SCHOOL, 'distance_m': 3_500}])['result']['summary']
    assert [each['population_gained'] for each in summary['services']] == [60, 93]


def test_two_services_of_one_name_are_refused(road: None, worker: ForkedProcess) -> None:
    twice = {'kind': 'service', 'facilities': 'health_facilities', 'count': 1}
    with pytest.raises(DothiError, match='two services of the name "health_facilities"') as refused:
        answer(further=[twice])
    assert http_status(refused.value) == 400
    with pytest.raises(DothiError, match='service'):
        answer(further=[{**twice, 'service': ' '}])
    named = answer(spacing_m=500, count=1, further=[{**twice, 'service': 'Trạm thứ hai'}])['result']
    assert [site['properties']['service'] for site in named['features']] == ['health_facilities', 'Trạm thứ hai']


def test_candidates_of_a_layer_are_named(road: None, loader: Loader, worker: ForkedProcess) -> None:
    """A market at kilometre 2 reaches 20 + 30, one at kilometre 6 15 + 8, and one at kilometre 9 nobody more."""
    rows = [(shapely.Point(x, 0), {'code': f'M{x}', 'name': f'Chợ {x}', 'grade': '3'}) for x in (9_000, 6_000, 2_000)]
    loader.load('markets', rows)
    found = answer(candidates='markets', count=3)['result']
    told = [
        (feature['properties']['candidate'], feature['properties']['population_gained'])
        for feature in found['features']
    ]
    assert told == [('M2000', 50), ('M6000', 23)]
    # the ten at kilometre 0 are beyond all of them
    assert found['summary']['population_beyond_candidates'] == 10


def test_greedy_and_exact_agree_here_and_say_which_they_are(road: None, worker: ForkedProcess) -> None:
    quick, proved = (answer(spacing_m=500, method=method)['result'] for method in ('greedy', 'exact'))
    assert quick['features'] == proved['features']
    assert (quick['summary']['method'], proved['summary']['method']) == ('greedy', 'exact')
    assert quick['summary']['share_of_best_at_least'] >= 1 - 1 / 2.7182818


@pytest.mark.parametrize(('more', 'hint'), [({'distance_m': None}, 'limit'), ({'minutes': 5}, 'not both')])
def test_a_limit_is_needed_and_only_one(road: None, more: dict[str, int | None], hint: str) -> None:
    with pytest.raises(DothiError, match=hint) as refused:
        answer(**more)
    assert http_status(refused.value) == 400


def test_what_is_too_large_for_the_exact_method_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maximal_cover, 'EXACT_PAIRS', 0)
    one = np.array([0], dtype=np.int64)
    cover = cover_of(one, one, np.asarray([1.0]), 1)
    with pytest.raises(maximal_cover.TooLargeForExact, match='greedy'):
        maximal_cover.choose_sites('exact', cover, 1)

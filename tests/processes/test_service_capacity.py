"""Places within reach on a long road whose villages can be counted by hand."""

import json
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from dothi.core.errors import DothiError, http_status
from processes.queue.manager import run_process
from processes.ways.catchment import distinct_pairs, share_capacity
from tests.forked import ForkedProcess
from tests.processes.conftest import building, commune, features, house, in_degrees
from tests.processes.town import Loader

# Villages at kilometres 0, 1 and 2 of a road; schools at kilometres 0 and 2. Within 1,000 m the first school has the
# villages 0 and 1, the second 1 and 2; the village at kilometre 5 has none.
VILLAGES = {0: 100, 1_000: 200, 2_000: 300, 5_000: 50}
SCHOOLS = {0: 60, 2_000: 50}


def school(x: int, places: int | None) -> tuple[shapely.Point, dict[str, Any]]:
    return shapely.Point(x, 0), {'code': f'T{x:05}', 'name': f'Trường {x}', 'level': 'primary', 'places': places}


@pytest.fixture
def road(loader: Loader) -> None:
    line = shapely.LineString([(x, 0) for x in range(0, 6_001, 500)])
    loader.load('roads', [(line, {'code': 'R', 'class': 'commune'})])
    loader.load('buildings', [(house(x, 0), building(x // 500, people)) for x, people in VILLAGES.items()])
    loader.load('schools', [school(x, places) for x, places in SCHOOLS.items()])
    boxes = {'1': (-100, -100, 1_500, 100), '2': (1_500, -100, 3_000, 100), '3': (4_000, -100, 6_000, 100)}
    loader.load('communes', [(shapely.MultiPolygon([shapely.box(*box)]), commune(code)) for code, box in boxes.items()])


def answer(**more: Any) -> dict[str, dict[str, Any]]:
    inputs = {'facilities': 'schools', 'capacity_column': 'places', 'distance_m': 1_000, **more}
    results = run_process('service-capacity', inputs, 'internal').results
    return {name: json.loads(output.content()) for name, output in results.items()}


def test_capacity_is_shared_by_all_who_have_it_within_reach(road: None, worker: ForkedProcess) -> None:
    """60 places for 300 people are 0.2 each, 50 for 500 are 0.1: 0.2 at kilometre 0, 0.3 at 1, 0.1 at 2, 0 at 5."""
    found = answer()
    zones = {zone['properties']['code']: zone['properties'] for zone in found['result']['features']}
    assert {code: (zone['people_in_demand'], zone['capacity_per_1000']) for code, zone in zones.items()} == {
        '1': (300, round((100 * 0.2 + 200 * 0.3) / 300 * 1_000, 3)), '2': (300, 100), '3': (50, 0),
    }  # fmt: skip
    assert [zone['people_without'] for zone in zones.values()] == [0, 0, 50]
    summary = found['result']['summary']
    assert (summary['capacity'], summary['capacity_unreached'], summary['people_in_demand']) == (110, 0, 650)
    # all places are shared out, and no more
    assert summary['capacity_per_1000'] == pytest.approx(110 / 650 * 1_000, abs=1e-3)
    loads = [feature['properties'] for feature in found['facilities']['features']]
    assert [(load['capacity'], load['people_in_demand'], load['capacity_per_1000']) for load in loads] == [
        (60, 300, 200), (50, 500, 100),
    ]  # fmt: skip
    assert summary['releases'].keys() == {'buildings', 'communes', 'roads', 'schools'}


def test_only_a_share_of_the_people_may_be_in_demand(road: None, worker: ForkedProcess) -> None:
    """With a tenth in demand each has ten times as much: 2 and 3 places in the first commune, 1 in the second."""
    found = answer(demand_pct=10, wanted_per_1000=2_000)['result']
    zones = {zone['properties']['code']: zone['properties'] for zone in found['features']}
    assert (zones['1']['people_in_demand'], zones['2']['capacity_per_1000']) == (30, 1_000)
    assert [zones[code]['share_with_enough'] for code in '123'] == [1, 0, 0]
    assert found['summary']['people_with_enough'] == 30


def test_figures_of_some_zones_are_of_who_lives_there(road: None, worker: ForkedProcess) -> None:
    """People outside still share the places: 0.1 for each of the 300 in the second commune."""
    summary = answer(zones={'collection': 'communes', 'filter': "code = '2'"})['result']['summary']
    assert (summary['people_in_demand'], summary['capacity_per_1000']) == (300, 100)
    assert summary['population_outside_zones'] == 350


def test_a_facility_without_a_number_counts_as_none_and_is_said(
    road: None, loader: Loader, worker: ForkedProcess
) -> None:
    loader.load('schools', [school(1_000, None)])
    summary = answer()['result']['summary']
    assert (summary['capacity'], summary['facilities'], summary['facilities_without_capacity']) == (110, 3, 1)
    assert any('without a written capacity' in caveat['en'] for caveat in summary['caveats'])


def test_capacity_beyond_everybody_is_said(road: None, worker: ForkedProcess) -> None:
    """A school sent along at kilometre 3.5, more than a kilometre from each village."""
    far = features({'type': 'Feature', 'properties': {'code': 'X', 'places': 70},
                    'geometry': shapely.geometry.mapping(in_degrees(shapely.Point(3_500, 0)))})  # fmt: skip
    summary = answer(facilities=far)['result']['summary']
    assert (summary['capacity'], summary['capacity_unreached'], summary['people_without']) == (70, 70, 650)


@pytest.mark.parametrize(
    ('more', 'hint'),
    [
        ({'distance_m': None}, 'distance_m or minutes'), ({'minutes': 10}, 'distance_m or minutes'),
        ({'capacity_column': 'level'}, 'capacity_column'), ({'capacity_column': 'seats'}, 'seats'),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_refused(road: None, worker: ForkedProcess, more: dict[str, Any], hint: str) -> None:
    with pytest.raises(DothiError, match=hint) as refused:
        answer(**more)
    assert http_status(refused.value) in (400, 404)


PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=30)


@given(PAIRS, st.lists(st.integers(0, 50), min_size=4, max_size=4), st.lists(st.integers(0, 9), min_size=6, max_size=6))
def test_what_is_reached_is_shared_out_and_no_more(
    pairs: list[tuple[int, int]], places: list[int], people: list[int]
) -> None:
    """Demand times access adds up to the capacity of the facilities that somebody in demand reaches."""
    facility, home = distinct_pairs(*np.array(pairs, dtype=np.int64).reshape(-1, 2).T)
    capacity, demand = np.array(places, dtype=float), np.array(people, dtype=float)
    shared = share_capacity(facility, home, capacity, demand)
    reached = [j for j in range(4) if demand[[i for f, i in {*pairs} if f == j]].sum() > 0]
    assert (demand * shared.access).sum() == pytest.approx(capacity[reached].sum())
    assert np.flatnonzero(np.isfinite(shared.ratio)).tolist() == reached

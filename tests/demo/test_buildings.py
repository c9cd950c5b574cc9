"""The demo's buildings and people."""

import numpy as np
import pytest
import shapely

from demo.buildings import _evened, apportioned, people_in
from demo.drawing import Demo

CORRIDOR_M = {220: 6.0, 110: 4.0, 35: 3.0, 22: 1.0}


def test_people_sum_to_the_census_figure_of_each_unit(demo: Demo) -> None:
    """Exactly, by district and by commune."""
    people = np.bincount(demo.buildings.commune, demo.buildings.population, len(demo.province.communes))
    for place, counted in zip(demo.province.communes, people, strict=True):
        assert counted == place.unit.population
    for region in demo.province.regions:
        members = [place.unit.parent_code == region.unit.code for place in demo.province.communes]
        assert people[members].sum() == region.unit.population
    assert demo.buildings.population.sum() == 1_780_393


def test_people_live_in_homes_only_and_no_home_is_too_full(demo: Demo) -> None:
    """The layer takes 0 to 5,000 people in a building."""
    homes = demo.buildings.use == 'residential'
    assert (demo.buildings.population[~homes] == 0).all()
    assert demo.buildings.population.min() >= 0
    assert demo.buildings.population.max() <= 5_000
    assert 0.85 < homes.mean() < 0.95


@pytest.mark.parametrize(
    ('total', 'weight', 'expected'),
    [(10, [1, 1, 1], [4, 3, 3]), (7, [5, 3, 2], [4, 2, 1]), (0, [1, 2], [0, 0]), (3, [1], [3]), (5, [], [])],
)
def test_apportionment_by_largest_remainder(total: int, weight: list[int], expected: list[int]) -> None:
    """7 among 5:3:2 is 3.5, 2.1 and 1.4: the one that is left goes to the largest remainder."""
    assert apportioned(total, np.array(weight, dtype=float)).tolist() == expected


def test_buildings_keep_apart_from_each_other_roads_and_water(demo: Demo) -> None:
    """No two buildings touch, none stands on a road, none in a river."""
    tree = shapely.STRtree(demo.buildings.footprint)
    first, second = tree.query(demo.buildings.footprint, predicate='intersects')
    assert (first == second).all()
    carriageway = shapely.buffer(demo.roads.line, demo.roads.width_m / 2)
    assert tree.query(carriageway, predicate='intersects').size == 0
    assert tree.query([river.water for river in demo.outline.rivers], predicate='intersects').size == 0


def test_a_few_buildings_stand_too_near_a_power_line(demo: Demo) -> None:
    """5 to 40 lie in the safety corridor; every other building keeps 12 m from the line."""
    tree = shapely.STRtree(demo.buildings.footprint)
    near = [
        tree.query(line.line, predicate='dwithin', distance=CORRIDOR_M[round(line.voltage_kv)])
        for line in demo.power_lines
    ]
    wide = tree.query([line.line for line in demo.power_lines], predicate='dwithin', distance=11.9)[1]
    too_near = set(np.concatenate(near).tolist())
    assert 5 <= len(too_near) <= 40
    assert len(set(wide.tolist()) - too_near) <= 2


def test_codes_are_unique_and_name_the_district(demo: Demo) -> None:
    """'ND-356-000001' stands in district 356."""
    assert len(set(demo.buildings.code)) == len(demo.buildings) == 2_000
    for code, commune in zip(demo.buildings.code, demo.buildings.commune, strict=True):
        assert code.split('-')[1] == demo.province.communes[commune].unit.parent_code


def test_floors_run_from_one_and_are_more_in_the_city(demo: Demo) -> None:
    """1 to 9 floors; the city's buildings are the tallest."""
    assert demo.buildings.floors.min() == 1
    assert demo.buildings.floors.max() <= 9
    city = np.array([place.unit.parent_code == '356' for place in demo.province.communes])[demo.buildings.commune]
    assert demo.buildings.floors[city].mean() > demo.buildings.floors[~city].mean() + 0.2


def test_a_commune_without_homes_is_counted_in_its_district(demo: Demo) -> None:
    """Two homes in the first commune of each district, none elsewhere: together all of the district's people."""
    codes = [place.unit.parent_code for place in demo.province.communes]
    first = np.array([codes.index(region.unit.code) for region in demo.province.regions])
    people = people_in(demo.province, np.repeat(first, 2), np.tile([100.0, 200.0], 10)).reshape(10, 2)
    assert people.sum(axis=1).tolist() == [region.unit.population for region in demo.province.regions]


def test_people_follow_floor_space() -> None:
    """90 people in homes of 100, 150 and 200 m2: 20, 30 and 40; an outlier counts as twice the middle one."""
    assert apportioned(90, _evened(90, np.array([100.0, 150.0, 200.0]))).tolist() == [20, 30, 40]
    assert _evened(30, np.array([100.0, 100.0, 5_000.0])).tolist() == [100, 100, 200]

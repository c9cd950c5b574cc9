"""Schools and health facilities of the demo."""

from collections import Counter

import numpy as np
import shapely

from demo.drawing import Demo


def test_every_commune_has_its_schools_and_its_health_station(demo: Demo) -> None:
    """A kindergarten, a primary and a secondary school and a station each; high schools and a hospital by district."""
    kinds = Counter(item.kind for item in demo.facilities.items)
    assert kinds['primary'] == kinds['secondary'] == kinds['station'] == kinds['kindergarten'] == 226
    for kind in ('high', 'hospital'):
        assert len({item.region for item in demo.facilities.items if item.kind == kind}) == 10
    assert len({item.code for item in demo.facilities.items}) == len(demo.facilities.items)


def test_a_facility_stands_in_its_unit_by_the_road_and_not_on_it(demo: Demo) -> None:
    """Within its commune (its district for a hospital), at least 5 m and at most 60 m from the middle of a road."""
    points = demo.facilities.points
    assert shapely.contains([item.within for item in demo.facilities.items], points).all()
    away = shapely.STRtree(demo.roads.line).query_nearest(points, return_distance=True, all_matches=False)[1]
    assert away.min() > 5
    assert away.max() < 60


def test_names_say_kind_and_place(demo: Demo) -> None:
    """Health stations carry the commune's name with its kind, schools the bare name."""
    names = {item.name for item in demo.facilities.items}
    assert {'Trạm Y tế phường Hạ Long', 'Trường Tiểu học Hạ Long', 'Trường THCS Lâm', 'Trạm Y tế thị trấn Lâm'} <= names


def test_sites_do_not_share_ground(demo: Demo) -> None:
    """No two facilities are nearer than 40 m to each other."""
    tree = shapely.STRtree(demo.facilities.points)
    first, second = tree.query(demo.facilities.points, predicate='dwithin', distance=40)
    assert np.array_equal(first, second)

"""A river with and without a bridge, in a town of one block."""

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from dothi.core.arrays import Geometries
from processes.ways.network import behind_barriers, network_of
from processes.ways.reach import reach_of

# Two roads go north, at x = 0 and x = 500; roads along y = 0 and y = 500 join them. The river crosses both at y = 250.
ROADS = [[(0, 0), (500, 0)], [(0, 500), (500, 500)], [(0, 0), (0, 500)], [(500, 0), (500, 500)]]
RIVER = shapely.LineString([(-100, 250), (600, 250)])
HOME, FACILITY = [(0, 100)], [(0, 400)]


def way(
    bridges: Sequence[LineString], river: BaseGeometry = RIVER, home: list[tuple[int, int]] = HOME
) -> tuple[float, int]:
    roads = np.asarray([shapely.LineString(road) for road in ROADS], dtype=object)
    network, closed = behind_barriers(network_of(roads), shapes(river), shapes(*bridges))
    return reach_of(np.asarray(home, float), np.asarray(FACILITY, float), network).way_to_nearest()[0], closed


def shapes(*geometries: BaseGeometry) -> Geometries:
    return np.asarray(geometries, dtype=object)


def bridge(x: float, y: int = 250) -> LineString:
    return shapely.LineString([(x, y - 20), (x, y + 20)])


def test_over_the_near_bridge_over_the_far_one_or_not_at_all() -> None:
    """300 m straight on; by the other road 100 + 500 + 500 + 500 + 100; and no way."""
    assert way([bridge(0), bridge(500)]) == (300, 0)
    assert way([bridge(500)]) == (1700, 1)
    assert way([]) == (np.inf, 2)


def test_a_bridge_drawn_30_m_off_is_the_crossings_and_one_farther_is_not() -> None:
    assert way([bridge(29.9)])[1] == 1
    assert way([bridge(30.1)])[1] == 2


def test_a_road_in_the_river_bed_needs_a_bridge_as_long_as_itself() -> None:
    bed = shapely.LineString([(0, 190), (0, 310)])
    assert way([bridge(0)], river=bed) == (1700, 1)
    assert way([shapely.LineString([(0, 180), (0, 320)])], river=bed) == (300, 0)


def test_only_the_crossing_is_closed_and_not_the_road() -> None:
    """From one bank to the other along the same road of 500 m: round by the far bridge, and not 2 m straight on."""
    assert way([bridge(500)], home=[(0, 249)])[0] == 249 + 500 + 500 + 500 + 100
    assert way([bridge(500)], home=[(0, 251)])[0] == 149


def test_two_rivers_over_one_road_need_two_bridges() -> None:
    rivers = shapely.MultiLineString([[(-9, 200), (9, 200)], [(-9, 300), (9, 300)]])
    assert way([bridge(0, 200)], river=rivers) == (1700, 1)
    assert way([], river=rivers) == (1700, 2)
    assert way([bridge(0, 200), bridge(0, 300)], river=rivers) == (300, 0)


def test_nobody_wades_to_a_road() -> None:
    """A home on the north bank, 4 m from the road that is south of it: to the roads at either side it is 250 m."""
    river = shapely.LineString([(-100, 3), (600, 3)])
    assert way([], river=river, home=[(250, 4)])[0] == pytest.approx(250 + 396)

"""Nearest places and the ways there, on roads whose ways can be told by hand."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dothi.core.arrays import Geometries
from processes.ways.reach import reach_of
from processes.ways.routes import RankedFacilities, nearest_places, route_lines
from tests.processes.test_candidates import grid


def ranked(
    points: list[tuple[int, int]], places: list[tuple[int, int]], k: int = 1, limit_m: float = np.inf
) -> tuple[RankedFacilities, Geometries]:
    starts, ends = np.array(points, dtype=np.float64), np.array(places, dtype=np.float64)
    reach = reach_of(starts, ends, grid())
    owner = np.arange(len(places))
    found = nearest_places(reach, owner, len(places), k, limit_m, lambda share: None)
    return found, route_lines(reach, starts, ends, owner, found)


def test_a_route_leads_from_the_point_over_the_corners_to_the_place() -> None:
    """100 m to the road, 250 m to the corner, 300 m up and 40 m off the road."""
    found, (line,) = ranked([(250, -100)], [(540, 300)])
    assert found.way_m == pytest.approx([100 + 250 + 300 + 40])
    assert shapely.get_coordinates(line).tolist() == [[250, -100], [250, 0], [500, 0], [500, 300], [540, 300]]


def test_the_nearest_come_first_and_of_equals_the_first_of_the_layer() -> None:
    """100 m to the left and to the right; 200 m; and one that is beyond the limit."""
    places = [(450, 0), (350, 0), (150, 0), (1_000, 1_000)]
    found, _ = ranked([(250, 0)], places, k=4, limit_m=1_000)
    assert (found.place.tolist(), found.rank.tolist()) == ([1, 2, 0], [0, 1, 2])
    assert found.way_m == pytest.approx([100, 100, 200])
    assert ranked([(250, 0)], places)[0].place.tolist() == [1]


def test_a_limit_holds_to_the_end() -> None:
    assert [len(ranked([(250, 0)], [(350, 0)], limit_m=limit_m)[0].point) for limit_m in (99, 100)] == [0, 1]


def test_a_route_to_where_one_is_already_is_a_line_all_the_same() -> None:
    _, (line,) = ranked([(250, 0)], [(250, 0)])
    assert (line.length, len(line.coords)) == (0, 2)


places = st.lists(st.tuples(st.integers(-100, 1600), st.integers(-100, 1600)), min_size=1, max_size=8)


@settings(deadline=None)
@given(points=places, facilities=places, k=st.integers(1, 3))
def test_routes_are_as_long_as_their_ways_and_begin_and_end_where_they_should(
    points: list[tuple[int, int]], facilities: list[tuple[int, int]], k: int
) -> None:
    found, lines = ranked(points, facilities, k)
    assert shapely.length(lines) == pytest.approx(found.way_m, abs=1e-5)
    for point, place, line in zip(found.point, found.place, lines, strict=True):
        assert (line.coords[0], line.coords[-1]) == (tuple(points[point]), tuple(facilities[place]))


@settings(deadline=None)
@given(points=places, facilities=places)
def test_ranks_agree_with_the_ways_to_each_facility(
    points: list[tuple[int, int]], facilities: list[tuple[int, int]]
) -> None:
    ways = np.column_stack(
        [reach_of(np.asarray(points, float), np.asarray([one], float), grid()).way_to_nearest() for one in facilities]
    ).round(6)
    found, _ = ranked(points, facilities, k=2)
    one, _ = ranked(points, facilities, k=1)
    order = np.argsort(ways, axis=1, kind='stable')[:, :2]
    assert found.place.tolist() == order.ravel().tolist()
    assert one.place.tolist() == order[:, 0].tolist()
    assert one.way_m == pytest.approx(ways.min(axis=1), abs=1e-5)

"""Ways along roads, on towns whose distances can be worked out by hand, and against pgRouting."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from demo.sent import DemoFile
from dothi.core.arrays import Floats, Geometries
from dothi.core.database import connection
from processes.ways.network import Network, network_of, snap_points, split_at
from processes.ways.reach import reach_of, straight_to_nearest
from processes.zones.membership import zone_of
from tests.matrix import thorough
from tests.processes.town import Town

# Pairs of coordinates.
type Points = Sequence[tuple[float, float]] | Floats


def ways(roads: Iterable[Points], homes: Points, facilities: Points) -> Floats:
    network = network_of(np.asarray([shapely.LineString(road) for road in roads], dtype=object))
    with np.errstate(all='raise'):
        return reach_of(xy(homes), xy(facilities), network).way_to_nearest()


def lines(town: Town) -> Geometries:
    return np.asarray([shapely.LineString(road) for road in town.roads], dtype=object)


def xy(points: Points) -> Floats:
    return np.asarray(points, dtype=float).reshape(-1, 2)


def town_ways(town: Town) -> Floats:
    return ways(town.roads, town.homes, town.facilities)


def test_the_way_to_the_road_counts_as_walked(grid_town: Callable[..., Town]) -> None:
    """100 m off the road, then 950 m along it."""
    assert town_ways(grid_town(3, 500, homes=[(250, 100)], facilities=[(1200, 0)])) == pytest.approx([1050])


def test_the_way_from_the_road_to_the_facility_counts_too(grid_town: Callable[..., Town]) -> None:
    assert town_ways(grid_town(3, 500, homes=[(250, 100)], facilities=[(1200, -30)])) == pytest.approx([1080])


def test_home_and_facility_on_the_same_segment_meet_directly(grid_town: Callable[..., Town]) -> None:
    """30 m apart along one side of a block of 500 m, on either side of it: no corner has to be visited."""
    assert town_ways(grid_town(3, 500, homes=[(240, 10)], facilities=[(270, -5)])) == pytest.approx([10 + 30 + 5])


def test_a_facility_passed_on_the_way_is_the_nearest(grid_town: Callable[..., Town]) -> None:
    """Two on one segment: the home is between them, 100 m from one and 200 m from the other."""
    assert town_ways(grid_town(1, 500, homes=[(150, 0)], facilities=[(50, 0), (350, 0)])) == pytest.approx([100])


def test_round_the_corner(grid_town: Callable[..., Town]) -> None:
    """From the middle of one side to the middle of the next: 250 m and 250 m, although 353.6 m as the crow flies."""
    assert town_ways(grid_town(1, 500, homes=[(250, 0)], facilities=[(500, 250)])) == pytest.approx([500])


def test_a_way_that_does_not_exist_is_infinite() -> None:
    """The home's road and the facility's road do not touch."""
    roads = [[(0, 0), (100, 0)], [(0, 500), (100, 500)]]
    assert np.isinf(ways(roads, homes=[(50, 1)], facilities=[(50, 499)])).all()


def test_without_facilities_nobody_reaches_one(grid_town: Callable[..., Town]) -> None:
    town = grid_town(1, 500, homes=[(0, 0)])
    assert np.isinf(town_ways(town)).all()
    assert np.isinf(straight_to_nearest(xy(town.homes), xy([]))).all()


def test_without_homes_there_are_no_ways(grid_town: Callable[..., Town]) -> None:
    assert len(town_ways(grid_town(1, 500, facilities=[(0, 0)]))) == 0


def test_of_two_roads_between_the_same_junctions_the_shorter_counts() -> None:
    """A bow of 600 m and a straight road of 400 m, in either order of the file."""
    bow, straight = [(0, 0), (0, 100), (400, 100), (400, 0)], [(0, 0), (400, 0)]
    homes, facilities = [(-10, 0)], [(410, 0)]
    assert ways([bow, straight], homes, facilities) == pytest.approx([420])
    assert ways([straight, bow], homes, facilities) == pytest.approx([420])


def test_a_road_drawn_twice_is_walked_once() -> None:
    road = [(0, 0), (400, 0)]
    assert ways([road, road[::-1]], homes=[(100, 0)], facilities=[(300, 0)]) == pytest.approx([200])


def test_a_home_between_two_roads_takes_the_better_one_in_any_order() -> None:
    """50 m from both roads; only one of them leads to the facility."""
    roads = [[(0, 0), (100, 0)], [(0, 100), (100, 100)]]
    assert ways(roads, [(50, 50)], [(90, 100)]) == pytest.approx([90])
    assert ways(roads[::-1], [(50, 50)], [(90, 100)]) == pytest.approx([90])


def test_repeated_vertices_do_no_harm() -> None:
    road = [(0, 0), (50, 0), (50, 0), (100, 0)]
    assert ways([road], [(50, 5)], [(100, 0)]) == pytest.approx([55])
    assert ways([road], [(100, 0)], [(50, 5)]) == pytest.approx([55])


def test_of_two_facilities_with_one_entrance_the_nearer_counts(grid_town: Callable[..., Town]) -> None:
    """One 10 m and one 40 m off the road, at the same place of it, in either order of the layer."""
    for facilities in ([(250, 10), (250, 40)], [(250, 40), (250, 10)]):
        assert town_ways(grid_town(1, 500, homes=[(150, 0)], facilities=facilities)) == pytest.approx([110])


def test_a_facility_off_a_corner_does_not_cut_the_way_past_it() -> None:
    """One stands 300 m off the corner (500, 0); the other is round that corner, 400 m and 100 m from the home."""
    roads = [[(0, 0), (500, 0)], [(500, 0), (500, 500)]]
    town = network_of(np.asarray([shapely.LineString(road) for road in roads], dtype=object))
    reach = reach_of(xy([(100, 0)]), xy([(712.132, -212.132), (500, 100)]), town)
    assert reach.way_to_nearest() == pytest.approx([500])
    assert reach.way_to_nearest(np.array([0], dtype=np.int64)) == pytest.approx([700], abs=1e-3)


def test_of_two_facilities_equally_far_the_first_counts(grid_town: Callable[..., Town]) -> None:
    """100 m to either side, in either order; and the way is told without the head start."""
    for facilities in ([(150, 0), (350, 0)], [(350, 0), (150, 0)]):
        way_m, place = reach_of(xy([(250, 0)]), xy(facilities), network_of(lines(grid_town(1, 500)))).nearest()
        assert (place.tolist(), way_m.tolist()) == ([0], pytest.approx([100], abs=1e-9))


def test_a_wall_is_walked_around(grid_town: Callable[..., Town]) -> None:
    """The road 20 m south is behind a wall; the one 80 m west is not. A home between walls reaches none."""
    roads = np.asarray([shapely.LineString(road) for road in [[(0, 0), (500, 0)], [(0, 0), (0, 500)]]], dtype=object)
    walls = np.asarray([shapely.LineString([(-5, 10), (500, 10)]), shapely.Point(300, 300).buffer(9).exterior])
    network = replace(network_of(roads), walls=walls)
    way_m = reach_of(xy([(80, 20), (300, 300), (80, 5)]), xy([(0, 0)]), network).way_to_nearest()
    assert way_m.tolist() == [pytest.approx(80 + 20), np.inf, pytest.approx(85)]


def test_splitting_keeps_the_length_of_the_network(grid_town: Callable[..., Town]) -> None:
    network = network_of(lines(grid_town(3, 500)))
    cut, entrance = split_at(network, snap_points(xy([(10, 1), (20, 1), (20, -1), (0, 0)]), network))
    assert cut.lengths_m.sum() == pytest.approx(network.lengths_m.sum())
    # the corner belongs to two segments, and is one node all the same
    assert {tuple(cut.nodes[node]) for node in entrance} == {(10, 0), (20, 0), (0, 0)}


def test_a_place_on_the_border_belongs_to_the_first_zone() -> None:
    zones = np.asarray([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)], dtype=object)
    assert zone_of(xy([(10, 5), (15, 5), (5, 5), (25, 5)]), zones).tolist() == [0, 1, 0, -1]


places = st.tuples(st.integers(-200, 1700), st.integers(-200, 1700))


@settings(deadline=None)
@given(homes=st.lists(places, min_size=1, max_size=20), facilities=st.lists(places, min_size=1, max_size=5))
def test_a_way_is_never_shorter_than_the_straight_line(
    homes: list[tuple[int, int]], facilities: list[tuple[int, int]]
) -> None:
    roads = [[(x, y), (x + 500, y)] for x in (0, 500, 1000) for y in (0, 500, 1000, 1500)]
    roads += [[(y, x), (y, x + 500)] for x in (0, 500, 1000) for y in (0, 500, 1000, 1500)]
    way_m = ways(roads, homes, facilities)
    assert (way_m >= straight_to_nearest(xy(homes), xy(facilities)) - 1e-6).all()


@settings(deadline=None)
@given(
    homes=st.lists(places, min_size=1, max_size=10),
    facilities=st.lists(places, min_size=1, max_size=5),
    seed=st.randoms(use_true_random=False),
)
def test_the_order_of_roads_and_facilities_decides_nothing(
    homes: list[tuple[int, int]], facilities: list[tuple[int, int]], seed: random.Random
) -> None:
    roads = [[(x, y), (x + 500, y + seed.choice([-40, 0, 40]))] for x in (0, 500, 1000) for y in (0, 500, 1000)]
    roads += [[(500, 0), (500, 500)], [(1000, 500), (1000, 1000)]]
    expected = ways(roads, homes, facilities)
    seed.shuffle(roads)
    seed.shuffle(facilities)
    turned = [road[::-1] if seed.random() < 0.5 else road for road in roads]
    assert ways(turned, homes, facilities) == pytest.approx(expected)


@pytest.mark.own_database
def test_pgrouting_finds_the_same_distances(database: dict[str, str]) -> None:
    """A random plane network: homes and facilities at nodes, distances by pgr_dijkstraCost."""
    random = np.random.default_rng(7)
    nodes = random.uniform(0, 5000, (120, 2))
    triangles = shapely.delaunay_triangles(shapely.multipoints(nodes), only_edges=True)
    edges = np.asarray([shapely.get_coordinates(edge) for edge in shapely.get_parts(triangles)])
    edges = edges[random.random(len(edges)) < 0.6]
    junctions = random.permutation(np.unique(edges.reshape(-1, 2), axis=0))
    homes, facilities = junctions[10:], junctions[:10]
    found, expected = ways(edges, homes, facilities), pgrouting_cost(edges, homes, facilities)
    assert np.isfinite(expected).sum() > 40
    assert found == pytest.approx(expected)


@thorough
@pytest.mark.own_database
def test_pgrouting_finds_the_same_on_the_demos_roads(database: dict[str, str], demo_files: list[DemoFile]) -> None:
    """300 homes and 12 facilities anywhere, and the nodes within 3 km of the facility nearest to a road.

    PostGIS finds their places on the roads, pgr_withPointsCost and pgr_withPointsDD (driving distance) the ways.
    """
    path = next(file.path for file in demo_files if file.layer == 'roads')
    network = network_of(shapely.get_parts(shapely.from_wkb(pyogrio.raw.read(path, columns=[])[2])))
    low, high = network.nodes.min(axis=0), network.nodes.max(axis=0)
    points = np.random.default_rng(11).uniform(low, high, (312, 2))
    homes, facilities = points[12:], points[:12]
    reach = reach_of(homes, facilities, network)
    place = int(reach.places.point[reach.places.offset_m.argmin()])
    with connection('admin') as db, db.cursor() as cursor:
        put_edges(cursor, network)
        expected, near = with_points(cursor, points), driving_distance(cursor, place + 1, 3_000)
    assert np.isfinite(expected).all()
    assert reach.way_to_nearest() == pytest.approx(expected, abs=1e-3)
    (node_m,) = reach.each(np.array([place], dtype=np.int64), 3_000)
    found = {tuple(reach.network.nodes[node]): node_m[node] for node in np.flatnonzero(np.isfinite(node_m))}
    assert len(near) > 300
    assert {place: found[place] for place in near} == pytest.approx(near, abs=1e-3)
    # the others are where points reach the road
    assert len(found.keys() - near.keys()) <= 12


def put_edges(cursor: Cursor, network: Network) -> None:
    """The network as pgRouting wants it, and the place on it that is nearest to a point."""
    cursor.execute('create extension pgrouting')
    cursor.execute(
        'create temporary table edge'
        ' (id serial primary key, source bigint, target bigint, cost float8, geom geometry, xs float8, ys float8)'
    )
    lines = shapely.to_wkb(network.lines)
    rows = [
        (*map(int, ends), float(cost), bytes(line))
        for ends, cost, line in zip(network.ends, network.lengths_m, lines, strict=True)
    ]
    execute_values(cursor, 'insert into edge (source, target, cost, geom) values %s', rows, page_size=5_000)
    cursor.execute('update edge set xs = ST_X(ST_StartPoint(geom)), ys = ST_Y(ST_StartPoint(geom))')
    cursor.execute('create index on edge using gist (geom); analyze edge')


NEAREST = """
    select number, id as edge_id, ST_Distance(edge.geom, place) as offset_m,
        least(greatest(ST_LineLocatePoint(edge.geom, place), 1e-12), 1 - 1e-12) as fraction
    from (select ordinality as number, ST_MakePoint(x, y) as place
          from unnest(%s::float8[], %s::float8[]) with ordinality p (x, y)) point,
        lateral (select * from edge order by geom <-> place limit 1) edge"""


def with_points(cursor: Cursor, points: Floats, facilities: int = 12) -> Floats:
    """The shortest way from each point after the first 12 to one of those."""
    cursor.execute('create temporary table near as ' + NEAREST, [*points.T.tolist()])
    cursor.execute(
        """select home.number, min(cost.agg_cost + home.offset_m + facility.offset_m)
           from pgr_withPointsCost('select id, source, target, cost from edge',
                   'select number as pid, edge_id, fraction from near',
                   array(select -number from near where number > %s),
                   array(select -number from near where number <= %s),
                   directed => false) cost
               join near home on home.number = -cost.start_pid join near facility on facility.number = -cost.end_pid
           group by 1 order by 1""",
        [facilities, facilities],
    )
    return np.asarray([way for _, way in cursor.fetchall()])


def driving_distance(cursor: Cursor, number: int, limit_m: int) -> dict[tuple[float, float], float]:
    """Metres to the nodes within `limit_m` of the point with this number, by place."""
    cursor.execute(
        """select place.x, place.y, way.agg_cost + near.offset_m
           from near, lateral pgr_withPointsDD('select id, source, target, cost from edge',
               'select number as pid, edge_id, fraction from near', array[-near.number],
               %s - near.offset_m, 'b', directed => false, details => false) way
           join (select source as node, xs as x, ys as y from edge
                 union select target, ST_X(ST_EndPoint(geom)), ST_Y(ST_EndPoint(geom)) from edge) place using (node)
           where near.number = %s""",
        [limit_m, number],
    )
    return {(x, y): way_m for x, y, way_m in cursor.fetchall()}


def pgrouting_cost(edges: Floats, homes: Floats, facilities: Floats) -> Floats:
    """Cost from each home to the facility nearest by pgRouting, inf where it finds none."""
    number = {tuple(node): i for i, node in enumerate(np.unique(edges.reshape(-1, 2), axis=0))}
    rows = [(number[tuple(a)], number[tuple(b)], float(np.hypot(*(b - a)))) for a, b in edges]
    home_ids, facility_ids = ([number[tuple(place)] for place in places] for places in (homes, facilities))
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('create extension pgrouting')
        cursor.execute('create temporary table edge (id serial, source bigint, target bigint, cost float8)')
        execute_values(cursor, 'insert into edge (source, target, cost) values %s', rows)
        cursor.execute(
            """select start_vid, min(agg_cost) from pgr_dijkstraCost(
                   'select id, source, target, cost from edge', %s::bigint[], %s::bigint[], directed => false
               ) group by 1""",
            [home_ids, facility_ids],
        )
        cost = dict(cursor.fetchall())
    return np.asarray([cost.get(home, np.inf) for home in home_ids])

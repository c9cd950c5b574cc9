"""Ways along roads by networkx: who is nearest, how far it is, whom a site reaches, which sites reach most."""

import itertools
import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from shapely import LineString

from dothi.core.arrays import Floats, Ints
from processes.supply.tracing import Pipes, isolate_burst, nothing_closed, supplied_nodes
from processes.ways.catchment import distinct_pairs, share_capacity
from processes.ways.cells import cells_in
from processes.ways.maximal_cover import choose_exactly, choose_greedily, cover_within
from processes.ways.network import Network, network_of
from processes.ways.pairs import pairs_within
from processes.ways.reach import reach_of, straight_to_nearest
from processes.ways.routes import nearest_places, route_lines
from tests.matrix import number_of_examples

# Streets of a town of three blocks by three, of which some are missing; places on a lattice of 25 m, so that ways tie.
SIDE_M, BLOCKS = 100, 3
STREETS = [
    *(((x, y), (x + 1, y)) for x in range(BLOCKS) for y in range(BLOCKS + 1)),
    *(((x, y), (x, y + 1)) for x in range(BLOCKS + 1) for y in range(BLOCKS)),
]
SOME_STREETS = st.sets(st.sampled_from(STREETS), min_size=1).map(sorted)
PLACE = st.tuples(st.integers(-2, 14), st.integers(-2, 14)).map(lambda at: (at[0] * 25.0, at[1] * 25.0))
PLACES = st.lists(PLACE, min_size=1, max_size=6)
WORLDS = settings(max_examples=number_of_examples(10, 60), deadline=None)


def lines_of(streets: list[tuple[tuple[int, int], tuple[int, int]]]) -> list[LineString]:
    return [shapely.LineString(np.array(street) * float(SIDE_M)) for street in streets]


def network(streets: list[tuple[tuple[int, int], tuple[int, int]]]) -> Network:
    return network_of(np.asarray(lines_of(streets), dtype=object))


def graph_of(
    streets: list[tuple[tuple[int, int], tuple[int, int]]],
    points: list[tuple[float, float]],
    facilities: list[tuple[float, float]],
) -> nx.DiGraph:
    """Streets cut at every foot of a place, and places joined to all their nearest feet. Facilities are ends only."""
    lines = lines_of(streets)
    graph, feet = nx.DiGraph(), [list[float]() for _ in lines]
    places = [
        *(('point', i, xy) for i, xy in enumerate(points)),
        *(('facility', i, xy) for i, xy in enumerate(facilities)),
    ]
    for kind, number, xy in places:
        place = shapely.Point(xy)
        away = [line.distance(place) for line in lines]
        for street, line in enumerate(lines):
            if math.isclose(away[street], min(away), abs_tol=1e-9):
                along = line.project(place)
                feet[street].append(along)
                foot = _at(line, along)
                graph.add_edge(*((kind, number), foot) if kind == 'point' else (foot, (kind, number)), weight=min(away))
    for street, line in enumerate(lines):
        for start, end in itertools.pairwise(sorted({0.0, line.length, *feet[street]})):
            first, second = _at(line, start), _at(line, end)
            graph.add_edge(first, second, weight=end - start)
            graph.add_edge(second, first, weight=end - start)
    return graph


def _at(line: LineString, along: float) -> tuple[float, float]:
    x, y = line.interpolate(along).coords[0]
    return round(x, 6), round(y, 6)


def ways(
    streets: list[tuple[tuple[int, int], tuple[int, int]]],
    points: list[tuple[float, float]],
    facilities: list[tuple[float, float]],
) -> Floats:
    """Metres from each point to each facility, inf where no way leads there."""
    graph = graph_of(streets, points, facilities)
    found = np.full((len(points), len(facilities)), np.inf)
    for number in range(len(points)):
        reached = nx.single_source_dijkstra_path_length(graph, ('point', number))
        for facility in range(len(facilities)):
            found[number, facility] = reached.get(('facility', facility), np.inf)
    return found


@WORLDS
@given(SOME_STREETS, PLACES, PLACES)
def test_ways_to_the_nearest_and_to_each(
    streets: list[tuple[tuple[int, int], tuple[int, int]]],
    points: list[tuple[float, float]],
    facilities: list[tuple[float, float]],
) -> None:
    """As coverage, isochrones and nearest facilities use them; of facilities equally far the first one counts."""
    expected = ways(streets, points, facilities)
    reach = reach_of(np.array(points), np.array(facilities), network(streets))
    assert reach.way_to_nearest() == pytest.approx(expected.min(axis=1), abs=1e-6)
    for number in range(len(facilities)):
        assert reach.way_to_nearest(np.array([number])) == pytest.approx(expected[:, number], abs=1e-6)
    _, nearest = reach.nearest()
    for point, place in enumerate(nearest):
        first = int(np.argmin(np.round(expected[point], 5)))
        assert place == (first if np.isfinite(expected[point, first]) else -1)


@WORLDS
@given(SOME_STREETS, PLACES, PLACES, st.integers(1, 3))
def test_the_nearest_few_and_their_routes(
    streets: list[tuple[tuple[int, int], tuple[int, int]]],
    points: list[tuple[float, float]],
    facilities: list[tuple[float, float]],
    k: int,
) -> None:
    """The ranks are those of the ways, and each drawn line is as long as its way."""
    expected = np.round(ways(streets, points, facilities), 5)
    xy, places = np.array(points), np.array(facilities)
    reach, owner = reach_of(xy, places, network(streets)), np.arange(len(facilities))
    ranked = nearest_places(reach, owner, len(facilities), k, 250.0, lambda share: None)
    told = [list[int]() for _ in points]
    for point, place in zip(ranked.point.tolist(), ranked.place.tolist(), strict=True):
        told[point].append(place)
    for point, row in enumerate(expected):
        order = [int(place) for place in np.argsort(row, kind='stable') if row[place] <= 250.0]
        assert told[point] == order[:k]
    lines = route_lines(reach, xy, places, owner, ranked)
    assert shapely.length(lines) == pytest.approx(ranked.way_m, abs=1e-6)


@WORLDS
@given(SOME_STREETS, PLACES, st.sampled_from([50.0, 100.0, 175.0]))
def test_the_cells_of_an_isochrone(
    streets: list[tuple[tuple[int, int], tuple[int, int]]], facilities: list[tuple[float, float]], limit_m: float
) -> None:
    """The cells from whose centre the way is within the limit, and no others."""
    cells = cells_in(np.array([shapely.box(-60, -60, 360, 360)], dtype=object), 60.0)
    expected = ways(streets, [tuple(xy) for xy in cells.xy], facilities).min(axis=1)
    way_m = reach_of(cells.xy, np.array(facilities), network(streets)).way_to_nearest()
    area = shapely.union_all(cells.outline(way_m <= limit_m + 1e-6)).area
    assert area == pytest.approx((np.round(expected, 5) <= limit_m).sum() * 60.0**2)


@WORLDS
@given(SOME_STREETS, PLACES, st.sampled_from([30.0, 60.0]))
def test_who_is_too_far_from_a_road_is_on_none(
    streets: list[tuple[tuple[int, int], tuple[int, int]]], points: list[tuple[float, float]], walk_m: float
) -> None:
    facilities = [(0.0, 0.0)]
    expected = ways(streets, points, facilities)[:, 0]
    away = [min(line.distance(shapely.Point(xy)) for line in lines_of(streets)) for xy in points]
    start = min(line.distance(shapely.Point(0, 0)) for line in lines_of(streets))
    expected[(np.array(away) > walk_m) | (start > walk_m)] = np.inf
    near = replace(network(streets), walk_m=walk_m)
    reach = reach_of(np.array(points), np.array(facilities), near)
    assert reach.way_to_nearest() == pytest.approx(expected, abs=1e-6)
    assert reach.nearest()[1].tolist() == np.where(np.isfinite(expected), 0, -1).tolist()
    assert reach.points_off_road.tolist() == np.flatnonzero(np.array(away) > walk_m).tolist()


PEOPLE = st.lists(st.integers(1, 9), min_size=6, max_size=6)


@WORLDS
@given(SOME_STREETS, PLACES, PLACES, PEOPLE, st.integers(1, 3), st.sampled_from([75.0, 150.0]))
def test_the_sites_that_serve_most_people(
    streets: list[tuple[tuple[int, int], tuple[int, int]]],
    homes: list[tuple[float, float]],
    candidates: list[tuple[float, float]],
    people: list[int],
    count: int,
    limit_m: float,
) -> None:
    """Every choice of as many candidates is tried; the exact method finds the best, the greedy one not much less."""
    within = np.round(ways(streets, homes, candidates), 5) <= limit_m
    lived = np.array(people[: len(homes)], dtype=float)
    best = max(
        lived[within[:, list(some)].any(axis=1)].sum()
        for some in itertools.combinations(range(len(candidates)), min(count, len(candidates)))
    )
    reach = reach_of(np.array(homes), np.array(candidates), network(streets))
    owner = np.arange(len(candidates))
    cover = cover_within(reach, owner, len(candidates), lived, limit_m, lambda share: None)
    chosen, quick = choose_exactly(cover, count), choose_greedily(cover, count)
    assert cover.covered(chosen.chosen) == best
    assert lived[within[:, chosen.chosen].any(axis=1)].sum() == best
    assert (1 - 1 / math.e) * best - 1e-9 <= cover.covered(quick.chosen) <= best <= quick.bound + 1e-6


@WORLDS
@given(SOME_STREETS, PLACES, PLACES, PEOPLE, PEOPLE, st.sampled_from([75.0, 150.0, 400.0]))
def test_capacity_within_reach(
    streets: list[tuple[tuple[int, int], tuple[int, int]]],
    homes: list[tuple[float, float]],
    facilities: list[tuple[float, float]],
    people: list[int],
    places: list[int],
    limit_m: float,
) -> None:
    """Home by home and facility by facility, as the paper writes the two steps."""
    within = np.round(ways(streets, homes, facilities), 5) <= limit_m
    ratios = [
        places[j] / reached if (reached := sum(people[i] for i in range(len(homes)) if within[i, j])) else math.nan
        for j in range(len(facilities))
    ]
    expected = [sum(ratios[j] for j in range(len(facilities)) if within[i, j]) for i in range(len(homes))]
    reach = reach_of(np.array(homes), np.array(facilities), network(streets))
    pairs = distinct_pairs(*pairs_within(reach, limit_m, lambda share: None))
    shared = share_capacity(
        *pairs, np.array(places[: len(facilities)], dtype=float), np.array(people[: len(homes)], dtype=float)
    )
    assert shared.ratio == pytest.approx(ratios, nan_ok=True)
    assert shared.access == pytest.approx(expected)


@WORLDS
@given(PLACES, PLACES)
def test_straight_lines(points: list[tuple[float, float]], facilities: list[tuple[float, float]]) -> None:
    expected = [min(shapely.Point(a).distance(shapely.Point(b)) for b in facilities) for a in points]
    assert straight_to_nearest(np.array(points), np.array(facilities)) == pytest.approx(expected)


NODES = st.integers(0, 4)
PIPES = st.lists(st.tuples(NODES, NODES, st.booleans(), st.booleans()), min_size=1, max_size=6)


@WORLDS
@given(PIPES, st.sets(NODES, min_size=1, max_size=2), st.data())
def test_the_fewest_valves_around_a_burst(
    pipes: list[tuple[int, int, bool, bool]], sources: set[int], data: DataObject
) -> None:
    """No part of the valves keeps the water from the burst pipe; whoever a graph without them reaches has water."""
    ends = np.array([pipe[:2] for pipe in pipes], dtype=np.int64)
    gates = np.array([pipe[2:] for pipe in pipes], dtype=bool)
    burst = np.zeros(len(pipes), dtype=bool)
    burst[data.draw(st.integers(0, len(pipes) - 1))] = True
    network_ = Pipes(ends, 5, np.array(sorted(sources), dtype=np.int64))
    cut = isolate_burst(network_, gates, burst)
    running = [source for source, stopped in zip(sorted(sources), cut.stopped, strict=True) if not stopped]
    assert supplied_nodes(network_, nothing_closed(network_)).tolist() == wet(ends, sorted(sources), set())
    closed = {(int(pipe), int(end)) for pipe, end in zip(*np.nonzero(cut.closed), strict=True)}
    assert closed <= {(int(pipe), int(end)) for pipe, end in zip(*np.nonzero(gates), strict=True)}
    assert supplied_nodes(network_, cut).tolist() == wet(ends, running, closed)
    assert not np.array(wet(ends, running, closed))[burst].any()
    if not cut.stopped.any():
        fewer = itertools.chain.from_iterable(itertools.combinations(closed, size) for size in range(len(closed)))
        assert all(np.array(wet(ends, running, {*some}))[burst].any() for some in fewer)


def wet(ends: Ints, sources: list[int], closed: set[tuple[int, int]]) -> list[bool]:
    """Whether each pipe is connected to a source when some of its ends are closed."""
    graph = nx.Graph()
    graph.add_nodes_from([('node', node) for node in range(5)])
    for pipe, pair in enumerate(ends.tolist()):
        graph.add_node(('pipe', pipe))
        graph.add_edges_from(
            (('pipe', pipe), ('node', node)) for end, node in enumerate(pair) if (pipe, end) not in closed
        )
    return [
        any(nx.has_path(graph, ('node', source), ('pipe', pipe)) for source in sources) for pipe in range(len(ends))
    ]

"""Cut networks as pure functions: small ones by hand, and what must hold for any."""

import random

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from dothi.core.arrays import Bools
from processes.supply.tracing import (
    IsolatedSection,
    Pipes,
    energised_nodes,
    grid_of,
    isolate_burst,
    nothing_closed,
    on_failed,
    supplied_nodes,
)


@st.composite
def networks(draw: st.DrawFn) -> tuple[Pipes, Bools, Bools]:
    """Up to eight pipes between up to five nodes, with gates on some ends, and one burst pipe."""
    count = draw(st.integers(1, 5))
    node = st.integers(0, count - 1)
    nodes = np.array(draw(st.lists(st.tuples(node, node), min_size=1, max_size=8)))
    gates = np.array(draw(st.lists(st.booleans(), min_size=nodes.size, max_size=nodes.size))).reshape(-1, 2)
    sources = np.array(draw(st.lists(node, min_size=1, max_size=2, unique=True)))
    burst = np.arange(len(nodes)) == draw(st.integers(0, len(nodes) - 1))
    return Pipes(nodes, count, sources), gates, burst


@given(networks())
def test_no_water_comes_to_a_burst_that_was_isolated(network: tuple[Pipes, Bools, Bools]) -> None:
    pipes, gates, burst = network
    cut = isolate_burst(pipes, gates, burst)
    assert not supplied_nodes(pipes, cut)[burst].any()
    assert (gates | ~cut.closed).all(), 'only gates can be closed'


@given(networks())
def test_none_of_the_valves_can_stay_open(network: tuple[Pipes, Bools, Bools]) -> None:
    pipes, gates, burst = network
    cut = isolate_burst(pipes, gates, burst)
    for pipe, side in np.argwhere(cut.closed):
        closed = cut.closed.copy()
        closed[pipe, side] = False
        assert supplied_nodes(pipes, IsolatedSection(closed, cut.stopped))[burst].any()


@given(networks())
def test_a_source_is_stopped_only_where_every_gate_closed_would_leave_it_on_the_burst(
    network: tuple[Pipes, Bools, Bools],
) -> None:
    pipes, gates, burst = network
    for number, stops in enumerate(isolate_burst(pipes, gates, burst).stopped):
        alone = np.arange(len(pipes.sources)) != number
        assert supplied_nodes(pipes, IsolatedSection(gates, alone))[burst].any() == stops


@given(networks(), st.data())
def test_closing_more_never_gives_water_to_more(network: tuple[Pipes, Bools, Bools], data: DataObject) -> None:
    pipes, gates, _ = network
    more = gates | np.array(data.draw(st.lists(st.booleans(), min_size=gates.size, max_size=gates.size))).reshape(-1, 2)
    running = nothing_closed(pipes).stopped
    assert (
        supplied_nodes(pipes, IsolatedSection(more, running)) <= supplied_nodes(pipes, IsolatedSection(gates, running))
    ).all()


@given(networks(), st.randoms(use_true_random=False))
def test_the_order_and_direction_of_the_pipes_decide_nothing(
    network: tuple[Pipes, Bools, Bools], chance: random.Random
) -> None:
    pipes, gates, burst = network
    order = chance.sample(range(len(burst)), len(burst))
    other = Pipes(pipes.nodes[order][:, ::-1], pipes.count, pipes.sources)
    cut, mirrored = isolate_burst(pipes, gates, burst), isolate_burst(other, gates[order][:, ::-1], burst[order])
    assert (mirrored.closed[:, ::-1] == cut.closed[order]).all()
    assert (mirrored.stopped == cut.stopped).all()


LINES = np.array([shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(0, 50), (100, 50)])], dtype=object)


def test_a_home_is_on_its_nearest_line_and_only_within_the_distance() -> None:
    """The first line failed: homes at 10, 24 and 26 m from it (40, 26, 24 from the other), and one 60 m off its end."""
    points = np.array([[50.0, 10], [50, 24], [50, 26], [50, -60]])
    home, line, away_m = on_failed(points, LINES, np.array([True, False]), within_m=50)
    assert (home.tolist(), line.tolist(), away_m.tolist()) == ([0, 1], [0, 0], [10, 24])


def test_of_two_lines_equally_near_the_first_counts() -> None:
    halfway = np.array([[50.0, 25.0]])
    assert len(on_failed(halfway, LINES, np.array([True, False]), within_m=50)[0]) == 1
    assert len(on_failed(halfway, LINES, np.array([False, True]), within_m=50)[0]) == 0


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(-80, 80)), max_size=12), st.floats(1, 40), st.floats(0, 40))
def test_a_longer_distance_never_loses_a_home(points: list[tuple[int, int]], within_m: float, more_m: float) -> None:
    failed, xy = np.array([True, False]), np.array(points, dtype=float).reshape(-1, 2)
    near = set(on_failed(xy, LINES, failed, within_m)[0].tolist())
    assert near <= set(on_failed(xy, LINES, failed, within_m + more_m)[0].tolist())


def test_nothing_is_near_where_there_is_nothing() -> None:
    none = np.empty((0, 2))
    assert len(on_failed(none, LINES, np.array([True, True]), 50)[0]) == 0
    assert len(on_failed(np.array([[0.0, 0.0]]), LINES, np.array([False, False]), 50)[0]) == 0


# Three stations in a row on one line that is drawn from the middle one's far side: 0 – 1 – 2.
STATIONS = np.array([[0.0, 0], [1000, 0], [2000, 0]])
ROW = np.array([shapely.LineString([(2000, 0), (1000, 0), (0, 0)])], dtype=object)


@pytest.mark.parametrize(
    ('lost', 'live'),
    [
        ([], [True, True, True]),
        ([1], [True, False, False]),
        ([2], [True, True, False]),
        ([0], [False, False, False]),
    ],
)
def test_a_lost_station_cuts_the_line_that_runs_through_it(lost: list[int], live: list[bool]) -> None:
    grid = grid_of(STATIONS, ROW, touch_m=50)
    source, gone = np.array([True, False, False]), np.isin(np.arange(3), lost)
    assert energised_nodes(grid, source, gone).tolist() == live


@given(st.sets(st.integers(0, 2)), st.integers(0, 2))
def test_losing_one_more_station_never_lights_another(lost: set[int], more: int) -> None:
    grid, source = grid_of(STATIONS, ROW, touch_m=50), np.array([True, False, True])
    few, many = (np.isin(np.arange(3), [*gone]) for gone in (lost, lost | {more}))
    assume(few.tolist() != many.tolist())
    assert (energised_nodes(grid, source, many) <= energised_nodes(grid, source, few)).all()


def test_a_station_off_the_line_is_not_on_it() -> None:
    beside = np.vstack([STATIONS, [[500.0, 51.0]]])
    assert [touching.tolist() for touching in grid_of(beside, ROW, touch_m=50).touching] == [[2, 1, 0]]

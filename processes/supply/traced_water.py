"""The water network: what a closed valve or a burst pipe cuts off."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy
import shapely

from dothi.core.arrays import Bools, Floats, Geometries, Ints, wkb_geometries
from dothi.core.errors import WrongUse
from dothi.core.text import Text
from processes.data import Data, Homes
from processes.inputs import LayerRef
from processes.supply.traced import TOUCH_M, AffectedHomes, Rows, Trace, failing_rows, read_rows
from processes.supply.tracing import IsolatedSection, Pipes, isolate_burst, nothing_closed, on_failed, supplied_nodes

PIPES, VALVES, PLANTS = LayerRef('water_pipes'), LayerRef('valves'), LayerRef('water_plants')
# The kind of valve that closes a pipe; hydrants, washouts and air valves let water or air out.
CLOSES = 'gate'
CAVEATS = [
    Text(
        vi='Nhà được coi là dùng nước của ống gần nhất trong khoảng cách cho trước; không có dữ liệu đấu nối từng nhà.',
        en='A house is taken to be on the nearest pipe within the given distance: connections are not recorded.',
    ),
    Text(
        vi='Chỉ xét ống có thông với nhà máy nước hay không; áp lực và lưu lượng không được tính.',
        en='Only whether a pipe is connected to a water plant counts; pressure and flow are not computed.',
    ),
]


class NotAGate(WrongUse):
    """A valve that does not close a pipe, or that sits on no pipe of the network."""


@dataclass(frozen=True)
class WaterNetwork:
    """Pipes, valves and plants as delivered, and the graph of them.

    end: of each valve, the number of pipe and side that it closes, shape (v, 2); -1 where it closes none.
    connected: plants that reach the network, in the order of `graph.sources`.
    """

    pipes: Rows
    valves: Rows
    connected: Rows
    graph: Pipes
    lines: Geometries
    end: Ints

    @property
    def gates(self) -> Bools:
        """Ends of pipes with a valve that can be closed, shape (n, 2)."""
        return self.ends_of(self.end[:, 0] >= 0)

    def ends_of(self, valves: Bools) -> Bools:
        """The ends that these valves close, shape (n, 2)."""
        closed = np.zeros((len(self.pipes), 2), dtype=bool)
        closed[tuple(self.end[valves].T)] = True
        return closed


def trace_water(failed: LayerRef, data: Data, *, burst: bool, within_m: float) -> Trace:
    """What a burst, or else the closing of valves, cuts off."""
    network = read_network(data)
    if burst:
        cut = isolate_burst(network.graph, network.gates, failing_rows(failed, PIPES, network.pipes, data))
        valves = first_of_each_end(network, cut.closed)
    else:
        valves = closable_pipes(network, failing_rows(failed, VALVES, network.valves, data))
        cut = IsolatedSection(network.ends_of(valves), nothing_closed(network.graph).stopped)
    before = supplied_nodes(network.graph, nothing_closed(network.graph))
    lost = before & ~supplied_nodes(network.graph, cut)
    stopped = [plant['code'] for plant, stops in zip(network.connected, cut.stopped, strict=True) if stops]
    facts = {
        'pipes': len(network.pipes),
        'pipes_without_supply': int(lost.sum()),
        'pipes_without_supply_before': int((~before).sum()),
        'length_m': round(float(shapely.length(network.lines[lost]).sum()), 1),
        'valves_to_close': [network.valves[valve]['code'] for valve in np.flatnonzero(valves)],
        'plants': len(network.connected),
        'plants_to_stop': stopped,
        'within_m': within_m,
    }
    pipes = {network.pipes[pipe]['id']: _describe_pipe(network, pipe) for pipe in np.flatnonzero(lost).tolist()}
    controls = {
        network.valves[valve]['id']: _describe_valve(network, valve) for valve in np.flatnonzero(valves).tolist()
    }
    return Trace((PIPES, pipes), (VALVES, controls), facts, CAVEATS, _affected_by_pipes(network, lost, within_m))


def _affected_by_pipes(network: WaterNetwork, lost: Bools, within_m: float) -> Callable[[Homes], AffectedHomes]:
    def affected(homes: Homes) -> AffectedHomes:
        home, pipe, distance_m = on_failed(homes.xy, network.lines, lost, within_m)
        return AffectedHomes(home, [network.pipes[number]['code'] for number in pipe], distance_m)

    return affected


def read_network(data: Data) -> WaterNetwork:
    """The water network; a plant is on the node nearest to it, if one is within TOUCH_M."""
    pipes = read_rows(PIPES, data, 'from_node', 'to_node')
    valves, plants = read_rows(VALVES, data, 'node', 'pipe_code', 'kind'), read_rows(PLANTS, data)
    lines = shapes_of_rows(pipes)
    names, number = np.unique(
        [name for row in pipes for name in (row['from_node'], row['to_node'])], return_inverse=True
    )
    nodes = number.reshape(-1, 2).astype(np.int64)
    source, near = nearest_nodes(plants, nodes, lines)
    graph = Pipes(nodes, len(names), source[near])
    connected = [plant for plant, on in zip(plants, near, strict=True) if on]
    return WaterNetwork(pipes, valves, connected, graph, lines, ends_closed(valves, pipes))


def shapes_of_rows(rows: Rows) -> Geometries:
    """Geometries of the rows, shape (n,)."""
    return wkb_geometries([row['wkb'] for row in rows])


def nearest_nodes(plants: Rows, nodes: Ints, lines: Geometries) -> tuple[Ints, Bools]:
    """The node nearest to each plant, and whether it is within TOUCH_M; a node lies where a pipe of its ends."""
    ends_xy: Floats = np.vstack([shapely.get_coordinates(shapely.get_point(lines, side)) for side in (0, -1)])
    if not len(plants) or not len(ends_xy):
        return np.empty(0, dtype=np.int64), np.zeros(len(plants), dtype=bool)
    distance_m, end = scipy.spatial.cKDTree(ends_xy).query(
        shapely.get_coordinates(shapely.centroid(shapes_of_rows(plants)))
    )
    return np.concatenate([nodes[:, 0], nodes[:, 1]])[end], np.asarray(distance_m <= TOUCH_M)


def ends_closed(valves: Rows, pipes: Rows) -> Ints:
    """Pipe and side that each valve closes, shape (v, 2); -1 twice where it does not close one."""
    number = {row['code']: pipe for pipe, row in enumerate(pipes)}
    ends = np.full((len(valves), 2), -1, dtype=np.int64)
    for valve, row in enumerate(valves):
        pipe = number.get(row['pipe_code'])
        if pipe is None or row['kind'] != CLOSES:
            continue
        sides = [side for side, name in enumerate(('from_node', 'to_node')) if pipes[pipe][name] == row['node']]
        ends[valve] = (pipe, sides[0]) if sides else (-1, -1)
    return ends


def closable_pipes(network: WaterNetwork, valves: Bools) -> Bools:
    """The same valves; raises NotAGate if one of them closes no pipe."""
    wrong = np.flatnonzero(valves & (network.end[:, 0] < 0))
    if len(wrong):
        row = network.valves[wrong[0]]
        raise NotAGate(
            vi=f'Van "{row["code"]}" (loại {row["kind"]}) không đóng được ống nào của mạng. Chọn van loại {CLOSES}.',
            en=f'The valve "{row["code"]}" (kind {row["kind"]}) closes no pipe. Choose one of kind {CLOSES}.',
        )
    return valves


def first_of_each_end(network: WaterNetwork, closed: Bools) -> Bools:
    """The valves that close these ends, the first by its code where an end has several, shape (v,)."""
    on = np.flatnonzero(network.end[:, 0] >= 0)
    on = on[closed[tuple(network.end[on].T)]]
    _, first = np.unique(network.end[on], axis=0, return_index=True)
    valves = np.zeros(len(network.valves), dtype=bool)
    valves[on[first]] = True
    return valves


def _describe_pipe(network: WaterNetwork, pipe: int) -> dict[str, object]:
    row = network.pipes[pipe]
    length_m = round(float(shapely.length(network.lines[pipe])), 2)
    return {'from_node': row['from_node'], 'to_node': row['to_node'], 'length_m': length_m}


def _describe_valve(network: WaterNetwork, valve: int) -> dict[str, object]:
    return {name: network.valves[valve][name] for name in ('node', 'pipe_code', 'kind')}

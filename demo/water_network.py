"""The water network: pipes under the roads, from the plants outwards, and valves on their ends."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from demo.chance import generator
from demo.curves import Points
from demo.drawing import Demo
from demo.files import Table
from demo.offices import plant_node, plant_sites
from demo.roads import junctions
from demo.tables import text

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
# Pipes lie beside the middle of the road, all shifted alike: what met keeps meeting.
SHIFT_M = np.array([1.6, -1.3])
BUILDINGS_PER_PIPE = 20
# Pipes of these diameters for so many pipes behind them.
DIAMETERS_MM = np.array([63, 90, 110, 160, 225, 315, 400, 600])
PIPES_BEHIND = np.array([2, 5, 12, 40, 120, 400, 1500])
MAIN_MM, IRON_MM = 110, 315
HYDRANT_SHARE = 0.25


@dataclass(frozen=True)
class Network:
    """Pipes between nodes: arrays of the same length, and `nodes` with code and place.

    ends: index of the node at either end, shape (n, 2), the first nearer to the plant by the pipes.
    """

    line: NDArray[np.object_]
    ends: Ints
    diameter_mm: Ints
    node_code: NDArray[np.object_]
    node_at: Points


def draw_network(demo: Demo) -> Network:
    """The pipes nearest to the plants, one network for each plant, as many as the demo's size wants."""
    ends, length = junctions(demo.roads.line), shapely.length(demo.roads.line)
    at = _places(demo.roads.line, ends)
    plants = plant_sites(demo)
    source = np.array([int(np.argmin(np.hypot(*(at - plant).T))) for plant in plants])
    way_m, before = _ways(ends, length, len(at), source)
    ends = np.where((way_m[ends[:, 0]] > way_m[ends[:, 1]])[:, None], ends[:, ::-1], ends)
    reached = way_m[ends].max(axis=1)
    chosen = np.argsort(reached, kind='stable')[: max(60, demo.count // BUILDINGS_PER_PIPE)]
    chosen = chosen[np.isfinite(reached[chosen])]
    return _network(demo, plants, source, chosen, ends[chosen], at, before)


def _places(lines: NDArray[np.object_], ends: Ints) -> Points:
    """The point of each junction of the water network."""
    at = np.empty((int(ends.max()) + 1, 2))
    for side, index in ((0, 0), (1, -1)):
        at[ends[:, side]] = shapely.get_coordinates(shapely.get_point(lines, index))
    return at


def _ways(ends: Ints, length: Floats, size: int, source: Ints) -> tuple[Floats, Ints]:
    """Metres from the nearest plant to each junction, and the junction before it on that way."""
    graph = coo_array((length, (ends[:, 0], ends[:, 1])), shape=(size, size)).tocsr()
    way_m, before, _ = dijkstra(graph, directed=False, indices=source, min_only=True, return_predecessors=True)
    return np.asarray(way_m), np.asarray(before, dtype=np.intp)


def _network(demo: Demo, plants: Points, source: Ints, chosen: Ints, ends: Ints, at: Points, before: Ints) -> Network:
    """The chosen segments as pipes, and a short pipe from each plant to the road."""
    used, number = np.unique(np.concatenate([source, ends.ravel()]), return_inverse=True)
    first, pipes = number[: len(source)], number[len(source) :].reshape(-1, 2)
    code = [f'{demo.prefix}-N-{n:06d}' for n in range(1, len(used) + 1)]
    plant_codes = [plant_node(place) for place in demo.province.regions]
    node_at = np.vstack([np.round(at[used] + SHIFT_M, 2), plants])
    short = np.column_stack([len(used) + np.arange(len(plants)), first])
    lines = np.concatenate([_lines(demo, chosen, ends), shapely.linestrings(node_at[short])])
    diameter = _diameters(before, chosen, ends)
    every = np.concatenate([diameter, np.full(len(plants), DIAMETERS_MM[-1])])
    return Network(lines, np.vstack([pipes, short]), every, np.array([*code, *plant_codes], dtype=object), node_at)


def _lines(demo: Demo, chosen: Ints, ends: Ints) -> NDArray[np.object_]:
    """The roads' lines shifted, and turned so that they run away from the plant."""
    lines = shapely.transform(demo.roads.line[chosen], lambda xy: np.round(xy + SHIFT_M, 2))
    turned = junctions(demo.roads.line)[chosen][:, 0] != ends[:, 0]
    lines[turned] = shapely.reverse(lines[turned])
    return np.asarray(lines)


def _diameters(before: Ints, chosen: Ints, ends: Ints) -> Ints:
    """Diameter of each pipe by the number of pipes behind it; a pipe that closes a ring is of the smallest.

    The pipes come in the order of their distance from the plant, so counting backwards sees what is behind first.
    """
    behind = np.ones(len(before), dtype=np.intp)
    in_tree = before[ends[:, 1]] == ends[:, 0]
    count = np.zeros(len(chosen), dtype=np.intp)
    for i in range(len(chosen) - 1, -1, -1):
        if in_tree[i]:
            count[i] = behind[ends[i, 1]]
            behind[ends[i, 0]] += count[i]
    return np.asarray(DIAMETERS_MM[np.searchsorted(PIPES_BEHIND, count)])


def water_network(demo: Demo) -> tuple[Table, Table]:
    """The pipes with the codes of the nodes that they join, and the valves on their ends."""
    network = draw_network(demo)
    return _pipes(demo, network), _valves(demo, network)


def _pipes(demo: Demo, network: Network) -> Table:
    count = len(network.line)
    plastic = np.where(network.diameter_mm >= MAIN_MM, 'hdpe', 'upvc')
    columns = {
        'MA_ONG': _pipe_codes(demo, count),
        'NUT_DAU': network.node_code[network.ends[:, 0]],
        'NUT_CUOI': network.node_code[network.ends[:, 1]],
        'DUONG_KINH': network.diameter_mm.astype(np.int32),
        'VAT_LIEU': np.where(network.diameter_mm >= IRON_MM, 'ductile_iron', plastic).astype(object),
        'NAM_LD': generator(demo.seed, 'water pipes').integers(1996, 2024, count).astype(np.int32),
    }
    return Table(network.line, columns, demo.srid)


def _pipe_codes(demo: Demo, count: int) -> NDArray[np.generic]:
    return text([f'{demo.prefix}-ONG-{number:06d}' for number in range(1, count + 1)])


def _valves(demo: Demo, network: Network) -> Table:
    """A gate valve where a main begins, a washout where the network ends, hydrants and air valves between."""
    chance = generator(demo.seed, 'valves')
    pipe, side = _valve_ends(network, chance)
    node = network.ends[pipe, side]
    between = np.where(chance.random(len(pipe)) < 0.8, 'hydrant', 'air')
    last = np.bincount(network.ends.ravel())[node] == 1
    columns = {
        'MA_VAN': text([f'{demo.prefix}-VAN-{number:06d}' for number in range(1, len(pipe) + 1)]),
        'NUT': network.node_code[node],
        'MA_ONG': _pipe_codes(demo, len(network.line))[pipe],
        'LOAI_VAN': np.where(side == 0, 'gate', np.where(last, 'washout', between)).astype(object),
        'DUONG_KINH': network.diameter_mm[pipe].astype(np.int32),
    }
    return Table(np.asarray(shapely.points(network.node_at[node])), columns, demo.srid)


def _valve_ends(network: Network, chance: np.random.Generator) -> tuple[Ints, Ints]:
    """Which pipes have a valve, and at which end: 0 begins, 1 ends."""
    degree = np.bincount(network.ends.ravel())
    gates = np.flatnonzero(network.diameter_mm >= MAIN_MM)
    other_ends = np.flatnonzero((degree[network.ends[:, 1]] == 1) | (chance.random(len(network.line)) < HYDRANT_SHARE))
    return np.concatenate([gates, other_ends]), np.repeat([0, 1], [len(gates), len(other_ends)])

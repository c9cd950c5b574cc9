"""Traces of a network that fits on a napkin, and of the demo's against pgRouting."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely import LineString

from dothi.core.database import connection
from dothi.core.locality import Locality
from processes.reading.layers import NotDelivered
from processes.supply.traced import NothingFailed, UnknownAsset
from processes.supply.traced_water import NotAGate
from tests.processes.conftest import answered, building, house
from tests.processes.town import Loader

# P (plant) at A --p1-- B --p2-- C --p3-- D, and B --p4-- E. A gate where each pipe begins, a hydrant at D.
AT = {'A': (0, 0), 'B': (100, 0), 'C': (200, 0), 'D': (300, 0), 'E': (100, 100)}
TREE = {'p1': 'AB', 'p2': 'BC', 'p3': 'CD', 'p4': 'BE'}
RING = {**TREE, 'p5': 'ED'}
# One home 10 m beside the middle of each pipe, with this many people.
PEOPLE = {'p1': 1, 'p2': 2, 'p3': 4, 'p4': 8, 'p5': 16}


@pytest.fixture
def town(loader: Loader) -> Callable[..., Loader]:
    """Loads the pipes, a gate where each begins, plants at these nodes, and the homes."""

    def load(pipes: dict[str, str], plants: str = 'A') -> Loader:
        lines = {code: shapely.LineString([AT[end] for end in ends]) for code, ends in pipes.items()}
        loader.load('water_pipes', [(lines[code], pipe(code, *ends)) for code, ends in pipes.items()])
        gates = [(shapely.Point(AT[ends[0]]), valve(f'V{code}', code, ends[0])) for code, ends in pipes.items()]
        loader.load('valves', [*gates, (shapely.Point(AT['D']), valve('H', 'p3', 'D', 'hydrant'))])
        loader.load('water_plants', [(shapely.Point(AT[node]), plant(node)) for node in plants])
        homes = [(house(*beside(line)), home(code)) for code, line in lines.items()]
        loader.load('buildings', homes)
        return loader

    return load


def home(of_pipe: str) -> dict[str, Any]:
    return {'code': f'B{of_pipe}', 'use': 'residential', 'population': PEOPLE[of_pipe]}


def beside(line: LineString) -> tuple[float, float]:
    (x1, y1), (x2, y2) = line.coords
    return (x1 + x2) / 2 - (10 if x1 == x2 else 0), (y1 + y2) / 2 + (0 if x1 == x2 else 10)


def pipe(code: str, first: str, last: str) -> dict[str, Any]:
    return {'code': code, 'from_node': first, 'to_node': last, 'diameter_mm': 110}


def valve(code: str, of_pipe: str, node: str, kind: str = 'gate') -> dict[str, str]:
    return {'code': code, 'pipe_code': of_pipe, 'node': node, 'kind': kind}


def plant(node: str) -> dict[str, Any]:
    return {'code': f'P{node}', 'name': node, 'source': 'river', 'capacity_m3_d': 1000}


def only(layer: str, *codes: str) -> dict[str, str]:
    listed = ', '.join(f"'{code}'" for code in codes)
    return {'collection': layer, 'filter': f'code IN ({listed})'}


def codes(features: dict[str, Any]) -> list[str]:
    return [one['properties']['code'] for one in features['features']]


@pytest.fixture
def close(answer: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    return lambda *valves, **inputs: answer(
        'network-trace', event='close-valve', failed=only('valves', *valves), **inputs
    )


@pytest.fixture
def burst(answer: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    return lambda *pipes: answer('network-trace', event='burst-pipe', failed=only('water_pipes', *pipes))


def test_a_closed_valve_leaves_everything_behind_it_dry(
    town: Callable[..., Loader], close: Callable[..., dict[str, Any]]
) -> None:
    town(TREE)
    found = close('Vp2')
    assert codes(found['network']) == ['p2', 'p3']
    assert codes(found['buildings']) == ['Bp2', 'Bp3']
    summary = found['network']['summary']
    assert (summary['people'], summary['length_m'], summary['plants']) == (2 + 4, 200, 1)
    assert found['buildings']['features'][0]['properties'] == {
        'code': 'Bp2', 'people': 2, 'on': 'p2', 'distance_m': 10
    }  # fmt: skip


def test_in_a_ring_the_water_comes_from_the_other_side(
    town: Callable[..., Loader], close: Callable[..., dict[str, Any]]
) -> None:
    """Only the pipe with the valve stays full from C, so nothing is dry: p2 is reached through p3."""
    town(RING)
    assert codes(close('Vp2')['network']) == []
    assert codes(close('Vp2', 'Vp5')['network']) == ['p2', 'p3', 'p5']


def test_a_burst_in_a_tree_needs_the_valve_before_it_alone(
    town: Callable[..., Loader], burst: Callable[..., dict[str, Any]]
) -> None:
    """Vp3 behind it can stay open: no water comes from there. What is behind is dry all the same."""
    town(TREE)
    found = burst('p2')
    assert found['controls']['summary']['valves_to_close'] == ['Vp2']
    assert codes(found['network']) == ['p2', 'p3']


def test_a_burst_in_a_ring_is_isolated_from_both_sides_and_nobody_else_is_dry(
    town: Callable[..., Loader], burst: Callable[..., dict[str, Any]]
) -> None:
    town(RING)
    found = burst('p2')
    assert codes(found['controls']) == ['Vp2', 'Vp3']
    assert codes(found['buildings']) == ['Bp2']


def test_a_second_plant_makes_the_other_side_matter(
    town: Callable[..., Loader], burst: Callable[..., dict[str, Any]]
) -> None:
    town(TREE, plants='AD')
    assert burst('p2')['controls']['summary']['valves_to_close'] == ['Vp2', 'Vp3']


def test_without_a_valve_between_the_plant_has_to_stop(
    town: Callable[..., Loader], burst: Callable[..., dict[str, Any]]
) -> None:
    """p1 has its gate at A; with the plant at B the burst of p1 draws from B, and no valve is between."""
    town(TREE, plants='B')
    summary = burst('p1')['network']['summary']
    assert (summary['plants_to_stop'], summary['pipes_without_supply']) == (['PB'], 4)


def test_a_home_far_from_the_pipes_is_not_on_the_network(
    town: Callable[..., Loader], close: Callable[..., dict[str, Any]]
) -> None:
    town(TREE)
    assert close('Vp2', within_m=9.0)['network']['summary']['people'] == 0


def test_a_hydrant_closes_no_pipe(town: Callable[..., Loader], close: Callable[..., dict[str, Any]]) -> None:
    town(TREE)
    with pytest.raises(NotAGate, match=r'"H" \(kind hydrant\)'):
        close('H')


def test_a_filter_that_nothing_passes_is_told(
    town: Callable[..., Loader], close: Callable[..., dict[str, Any]]
) -> None:
    town(TREE)
    with pytest.raises(NothingFailed, match='"valves"'):
        close('V99')


def test_a_code_of_another_layer_is_told_with_the_layer_that_is_meant(
    town: Callable[..., Loader], answer: Callable[..., Any]
) -> None:
    town(TREE)
    with pytest.raises(UnknownAsset, match='no "Vp1" in the layer "water_pipes"'):
        answer('network-trace', event='burst-pipe', failed=only('valves', 'Vp1'))


def test_a_network_without_plants_has_no_supply_to_lose(
    town: Callable[..., Loader], close: Callable[..., dict[str, Any]]
) -> None:
    town(TREE, plants='')
    summary = close('Vp2')['network']['summary']
    assert (summary['pipes_without_supply'], summary['pipes_without_supply_before'], summary['plants']) == (0, 4, 0)


def test_a_network_that_was_never_delivered_is_told(loader: Loader, answer: Callable[..., Any]) -> None:
    loader.load('valves', [(shapely.Point(0, 0), valve('V', 'p', 'A'))])
    with pytest.raises(NotDelivered, match='water_pipes'):
        answer('network-trace', event='close-valve', failed=only('valves', 'V'))


# S (220 kV) -- T1 -- T2 along y = 0, 10 km apart; homes 1 km north of each.
STATIONS = {'S': (0, 220), 'T1': (10_000, 110), 'T2': (20_000, 110)}


@pytest.fixture
def grid(loader: Loader) -> Callable[..., None]:
    def load(lines: dict[str, list[tuple[int, int]]]) -> None:
        loader.load('substations', [
            (shapely.Point(x, 0), {'code': code, 'name': code, 'voltage_kv': kv}) for code, (x, kv) in STATIONS.items()
        ])  # fmt: skip
        loader.load('power_lines', [(shapely.LineString(xy), {'code': code, 'voltage_kv': 110, 'insulated': False})
                                    for code, xy in lines.items()])  # fmt: skip
        homes = [(house(x, 1_000), building(i, 10**i)) for i, (x, _) in enumerate(STATIONS.values())]
        loader.load('buildings', homes)

    return load


def lose(answer: Callable[..., Any], code: str) -> dict[str, dict[str, Any]]:
    return answer('network-trace', event='lose-substation', failed=only('substations', code))


def test_a_lost_substation_takes_those_with_it_that_it_fed(
    grid: Callable[..., None], answer: Callable[..., Any]
) -> None:
    """Homes of S are on T1, as 220 kV serves no house: 1 and 10 people there, 100 on T2."""
    grid({'L1': [(0, 0), (10_000, 0)], 'L2': [(10_000, 0), (20_000, 0)]})
    found = lose(answer, 'T1')
    summary = found['network']['summary']
    assert (summary['stations_lost'], summary['stations_without_supply']) == (['T1'], ['T2'])
    assert codes(found['controls']) == ['T1', 'T2']
    assert codes(found['network']) == ['L2']
    assert summary['people'] == 111


def test_a_second_line_keeps_the_rest_alight(grid: Callable[..., None], answer: Callable[..., Any]) -> None:
    grid({'L1': [(0, 0), (10_000, 0)], 'L2': [(10_000, 0), (20_000, 0)], 'L3': [(0, 0), (5_000, 900), (20_000, 0)]})
    found = lose(answer, 'T1')
    assert found['network']['summary']['stations_without_supply'] == []
    assert (codes(found['network']), found['network']['summary']['people']) == ([], 11)


def test_pgrouting_agrees_on_the_demo_network(
    province_database: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    """After closing what a burst needs, its pipe is in no component with a plant; with any valve open again it is."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('create extension pgrouting')
        cursor.execute(ENDS)
        cursor.execute('select code from layer.water_pipes order by code')
        every = [code for (code,) in cursor.fetchall()]
    for code in (every[5], every[len(every) // 2]):
        found = answered(locality, tmp_path, 'network-trace', event='burst-pipe', failed=only('water_pipes', code))
        summary = found['network']['summary']
        dry = dry_pipes(summary['valves_to_close'])
        if summary['plants_to_stop']:
            continue
        assert code in dry
        assert sorted(dry) == codes(found['network'])
        valves = summary['valves_to_close']
        assert all(code not in dry_pipes([other for other in valves if other != one]) for one in valves[:5])
    some = valve_codes(3)
    found = answered(locality, tmp_path, 'network-trace', event='close-valve', failed=only('valves', *some))
    assert codes(found['network']) == sorted(dry_pipes(some))


# Every end of a pipe as an edge between the pipe and its node, with the valves that close it.
ENDS = """
create table public.pipe_end as
with node as (
    select name, row_number() over (order by name) as number
    from (select from_node as name from layer.water_pipes union select to_node from layer.water_pipes) every
)
select row_number() over () as id, pipe.id + 10000000 as source, node.number as target, pipe.code, node.name,
    array(select valve.code from layer.valves valve
          where valve.kind = 'gate' and valve.pipe_code = pipe.code and valve.node = node.name) as valves
from layer.water_pipes pipe join node on node.name in (pipe.from_node, pipe.to_node)
"""
# The demo's plants stand on the nodes of the same code.
DRY = """
with part as (
    select component, node from pgr_connectedComponents(format(
        'select id, source, target, 1.0::float8 as cost, 1.0::float8 as reverse_cost
         from public.pipe_end where not valves && %%L::text[]', %(closed)s::text[]))
),
fed as (
    select component from part join public.pipe_end on node = target
    where name in (select code from layer.water_plants)
)
select distinct code from public.pipe_end left join part on node = source
where component is null or component not in (select component from fed)
"""


def dry_pipes(closed: list[str]) -> set[str]:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(DRY, {'closed': closed})
        return {code for (code,) in cursor.fetchall()}


def valve_codes(count: int) -> list[str]:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("select code from layer.valves where kind = 'gate' order by code limit %s", [count])
        return [code for (code,) in cursor.fetchall()]

"""Zones of every kind at once, in every analysis that has any: each answers as if it were asked alone.

Whatever is done with zones that overlap, touch, hold nobody or lie outside: what one zone says does not depend on which
others are asked about, and a summary counts what lies in several of them once.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dothi.core.arrays import Floats
from processes.data import Zones
from processes.registry import all_processes
from processes.zones.differences import Pairs, count_changes
from processes.zones.membership import membership_of, separate_sets
from tests.matrix import combinations, number_of_examples
from tests.oracles.conftest import zones_of
from tests.processes.conftest import Loader, building, house, station

# Each analysis with zones, the output that has them, and what in the summary counts everything once.
ANALYSES: dict[str, tuple[str, dict[str, Any], str | None, dict[str, str]]] = {
    'zonal-statistics of a raster': (
        'zonal-statistics', {'coverage': 'elevation', 'statistics': ['count', 'sum', 'mean', 'median', 'max']}, None,
        {'count_of_zones': 'count', 'sum_of_zones': 'sum'},
    ),
    'zonal-statistics of points': (
        'zonal-statistics', {'layer': 'health_facilities', 'statistics': ['count']}, None, {'count_of_zones': 'count'},
    ),
    'zonal-statistics of lines': (
        'zonal-statistics', {'layer': 'roads', 'statistics': ['count', 'length_m']}, None,
        {'length_m_of_zones': 'length_m'},
    ),
    'zonal-statistics by people': (
        'zonal-statistics', {'coverage': 'elevation', 'statistics': ['mean', 'median', 'sum'], 'weight': 'population'},
        None, {'sum_of_zones': 'sum'},
    ),
    'service-coverage': (
        'service-coverage', {'facilities': 'health_facilities', 'distance_m': 40.0, 'mode': 'straight-line'}, 'result',
        {},
    ),
    'service-capacity': (
        'service-capacity', {'facilities': 'schools', 'capacity_column': 'places', 'distance_m': 90.0}, 'result', {},
    ),
    'flood-exposure': (
        'flood-exposure', {'level_m': 1.0}, 'result',
        {name: name for name in ('people', 'buildings', 'hectares', 'road_km', 'area_ha', 'population', 'share_area')},
    ),
    'isolation-distance': ('isolation-distance', {'landfills': 'landfills'}, 'zones', {}),
    'new-facility': (
        'new-facility',
        {'facilities': 'health_facilities', 'distance_m': 30.0, 'candidates': 'markets', 'count': 1,
         'serve': 'everybody'},
        'zones', {},
    ),
}  # fmt: skip
HOMES = [(5, 5), (25, 15), (40, 30), (45, 55), (70, 35), (95, 5), (-30, 10)]
# Rings, a pair side by side, one within another, one outside of all; on the edges of cells and through them.
WORLDS = {
    'rings': {'a': (30, 20, 50, 40), 'b': (20, 10, 60, 50), 'c': (0, 0, 100, 60)},
    'side by side': {'a': (0, 0, 45, 60), 'b': (45, 0, 100, 60)},
    'a corner in common': {'a': (0, 0, 55, 35), 'b': (35, 25, 100, 60)},
    'the same twice, and nothing': {'a': (0, 0, 50, 60), 'b': (0, 0, 50, 60), 'c': (400, 400, 450, 460)},
}


@pytest.fixture
def town(loader: Loader) -> None:
    heights = np.array([[np.nan, 0.9, 0.7, 0.4, 2.0, 0.3, 0.25, 0.25, 2.0, 2.0]] * 6)
    loader.raster('elevation', heights)
    loader.load('buildings', [(house(*xy), building(i, i + 1)) for i, xy in enumerate(HOMES)])
    loader.load('roads', [(shapely.LineString([(5, 15), (55, 15), (95, 55)]), {'code': 'R', 'class': 'commune'})])
    loader.load('schools', [(shapely.Point(15, 45), {'code': 'T', 'name': 'x', 'level': 'primary', 'places': 9})])
    loader.load('health_facilities', [(shapely.Point(35, 5), station(1)), (shapely.Point(15, 55), station(2))])
    rows = [(shapely.Point(x, y), {'code': f'M{x}', 'name': 'x', 'grade': '3'}) for x, y in ((70, 30), (40, 50))]
    loader.load('markets', rows)
    site = shapely.MultiPolygon([shapely.box(900, 30, 910, 40)])
    loader.load('landfills', [(site, {'code': 'L', 'name': 'x', 'kind': 'sanitary', 'open': True})])


@pytest.mark.parametrize(('analysis', 'layout'), combinations([*ANALYSES], [*WORLDS]))
def test_each_zone_answers_as_if_it_were_asked_alone(
    town: None, answer: Callable[..., Any], analysis: str, layout: str
) -> None:
    process_id, inputs, output, once = ANALYSES[analysis]

    def asked(some: Mapping[str, tuple[float, float, float, float]]) -> dict[str, Any]:
        found = answer(process_id, **inputs, zones=zones_of(some))
        return found[output] if output else found

    boxes = WORLDS[layout]
    together = asked(boxes)
    alone = {code: rows(asked({code: box}))[code] for code, box in boxes.items()}
    for code, row in rows(together).items():
        assert row == pytest.approx(alone[code], rel=1e-6, nan_ok=True), code
    shapes = np.array([shapely.box(*box) for box in boxes.values()], dtype=object)
    notes = [note['en'] for note in together['summary']['caveats']]
    assert any('Zones overlap' in note for note in notes) == (len(separate_sets(shapes)) > 1)
    whole = shapely.union_all(shapes)
    if once and whole.equals(shapely.box(*whole.bounds)):
        united = rows(asked({'all': whole.bounds}))['all']
        for name, of_zone in once.items():
            assert together['summary'][name] == pytest.approx(united[of_zone], rel=1e-4), name


def test_every_analysis_with_zones_is_asked_for_each_alone() -> None:
    """`compare-releases` wants two releases: what it counts in zones is compared further down."""
    with_zones = {name for name, process in all_processes().items() if 'zones' in process.inputs.model_fields}
    missing = with_zones - {name for name, *_ in ANALYSES.values()} - {'compare-releases'}
    assert not missing, f'add a case of each to ANALYSES: {sorted(missing)}'


def rows(found: dict[str, Any]) -> dict[str, dict[str, float]]:
    return {one['properties']['code']: figures(one['properties']) for one in found['features']}


def figures(properties: dict[str, Any]) -> dict[str, float]:
    """What is counted or measured; nothing known is as far from any number as can be."""
    return {
        name: np.nan if value is None else value for name, value in properties.items() if not isinstance(value, str)
    }


BOXES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=5
)
POINTS = st.lists(st.tuples(st.floats(-1, 9), st.floats(-1, 9)), max_size=8)
# Halves, which lie on no border: what does is the next test's.
INNER = st.lists(
    st.tuples(st.integers(-1, 8), st.integers(-1, 8)).map(lambda at: (at[0] + 0.5, at[1] + 0.5)), max_size=9
)


@settings(max_examples=number_of_examples(15, 150), deadline=None)
@given(BOXES, INNER)
def test_every_zone_has_every_point_that_lies_in_it(
    boxes: list[tuple[int, int, int, int]], points: list[tuple[float, float]]
) -> None:
    shapes = np.array([shapely.box(x, y, x + w, y + h) for x, y, w, h in boxes], dtype=object)
    inside = membership_of(np.array(points).reshape(-1, 2), shapes, separate_sets(shapes))
    expected = {
        (i, z) for i, xy in enumerate(points) for z, zone in enumerate(shapes) if zone.contains(shapely.Point(xy))
    }
    assert [*zip(inside.place.tolist(), inside.zone.tolist(), strict=True)] != [] or not expected
    assert {*zip(inside.place.tolist(), inside.zone.tolist(), strict=True)} == expected
    assert len(inside.place) == len(expected)
    for numbers in separate_sets(shapes):
        for one in numbers:
            assert sum(shapes[one].intersection(shapes[other]).area for other in numbers if other != one) == 0


@settings(max_examples=number_of_examples(10, 60), deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=9))
def test_a_point_on_a_border_that_zones_share_counts_once(
    columns: int, rows: int, points: list[tuple[int, int]]
) -> None:
    """Squares of 2 side by side, and points at whole numbers: on their borders and corners, and beyond."""
    shapes = np.array(
        [shapely.box(2 * x, 2 * y, 2 * x + 2, 2 * y + 2) for x in range(columns) for y in range(rows)], dtype=object
    )
    (numbers,) = separate_sets(shapes)
    inside = membership_of(np.array(points, dtype=float).reshape(-1, 2), shapes, [numbers])
    whole = shapely.box(0, 0, 2 * columns, 2 * rows)
    expected = [i for i, xy in enumerate(points) if whole.intersects(shapely.Point(xy))]
    assert sorted(inside.place.tolist()) == expected
    assert np.flatnonzero(inside.outside).tolist() == [i for i in range(len(points)) if i not in expected]


STATES = st.lists(
    st.tuples(
        st.none() | st.tuples(st.integers(0, 7), st.integers(0, 7)),
        st.none() | st.tuples(st.integers(0, 7), st.integers(0, 7)),
    ),
    max_size=8,
)


@settings(max_examples=number_of_examples(15, 100), deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(BOXES, STATES)
def test_two_states_add_up_in_every_zone(
    boxes: list[tuple[int, int, int, int]], states: list[tuple[tuple[int, int] | None, tuple[int, int] | None]]
) -> None:
    """As compare-releases counts them: after = before + added - removed + moved in - moved out, by plain sets."""
    states = [pair for pair in states if pair != (None, None)]
    shapes = np.array([shapely.box(x, y, x + w, y + h) for x, y, w, h in boxes], dtype=object)
    zones = Zones([*map(str, range(len(boxes)))], [''] * len(boxes), shapes, [{}] * len(boxes), [*range(len(boxes))])
    old, new = (
        np.array([pair[side] or (np.nan, np.nan) for pair in states], dtype=float).reshape(-1, 2) + 0.5
        for side in (0, 1)
    )
    ids = [np.where(np.isnan(xy[:, 0]), np.nan, np.arange(len(states))) for xy in (old, new)]
    moved = ~(old == new).all(axis=1)
    pairs = Pairs(
        ids[0], ids[1], np.zeros(len(states), dtype=np.int64), moved & ~np.isnan(old[:, 0] + new[:, 0]), old, new
    )
    found = count_changes(pairs, zones)

    def having(xy: Floats) -> list[set[int]]:
        there = [{z for z, shape in enumerate(shapes) if shape.contains(shapely.Point(at))} for at in xy]
        return [zone or {len(shapes)} if not np.isnan(at[0]) else set() for zone, at in zip(there, xy, strict=True)]

    was, now = having(old), having(new)
    both = [i for i, pair in enumerate(states) if None not in pair]
    for zone in range(len(shapes) + 1):
        assert found['before'][zone] == sum(zone in one for one in was)
        assert found['after'][zone] == sum(zone in one for one in now)
        assert found['moved_in'][zone] == sum(zone in now[i] and zone not in was[i] for i in both)
        assert found['moved_out'][zone] == sum(zone in was[i] and zone not in now[i] for i in both)
        gone = found['added'][zone] - found['removed'][zone] + found['moved_in'][zone] - found['moved_out'][zone]
        assert found['after'][zone] == found['before'][zone] + gone

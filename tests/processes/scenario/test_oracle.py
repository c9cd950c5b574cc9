"""An analysis on a scenario says what it says on layers that really are like that, on random small worlds."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg2 import sql

from dothi.core.database import READERS, connection
from dothi.core.locality import Locality
from processes.data import Data
from processes.inputs import LayerRef
from processes.registry import all_processes
from processes.scenario.overlay import Overlay
from tests.matrix import number_of_examples
from tests.processes.conftest import Loader, Town, commune, empty, feature, house
from tests.processes.scenario.worlds import REF, first_difference, stored, under
from tests.processes.town import ORIGIN

SIDE_M = 2_000
type Row = dict[str, Any]


def facility(number: int, kind: str) -> Row:
    return {'code': f'S{number}', 'name': f'Cơ sở {number}', 'kind': kind}


def residence(number: int, people: int) -> Row:
    return {'code': f'B{number}', 'use': 'residential', 'floors': 1, 'population': people}


def school(number: int, level: str) -> Row:
    return {'code': f'T{number}', 'name': f'Trường {number}', 'level': level, 'places': 40 + 10 * number}


def power_line(number: int, voltage_kv: float) -> Row:
    return {'code': f'L{number}', 'voltage_kv': voltage_kv, 'insulated': False}


def cemetery(number: int, treated: bool) -> Row:
    return {'code': f'N{number}', 'name': f'Nghĩa trang {number}', 'kind': 'people', 'treated': treated}


def report(number: int, reported_at: str) -> Row:
    return {'code': f'P{number}', 'category': 'road', 'status': 'open', 'reported_at': reported_at}


def substation(number: int, voltage_kv: float) -> Row:
    return {'code': f'A{number}', 'name': f'Trạm {number}', 'voltage_kv': voltage_kv}


def point(x: float, y: float) -> Any:
    return shapely.Point(x, y)


def square(x: float, y: float) -> Any:
    return shapely.MultiPolygon([shapely.box(x, y, x + 60, y + 60)])


def across(x: float, y: float) -> Any:
    return shapely.LineString([(x, y), (SIDE_M - x, SIDE_M - y)])


# Of each layer: the shape at a place, the values of a number and a choice, and the choices.
KINDS: dict[str, tuple[Callable[[float, float], Any], Callable[[int, Any], Row], Sequence[Any], str]] = {
    'health_facilities': (point, facility, ('station', 'hospital'), 'kind'),
    'buildings': (house, residence, (1, 5, 40), 'population'),
    'schools': (point, school, ('primary', 'secondary'), 'level'),
    'power_lines': (across, power_line, (22.0, 110.0, 500.0), 'voltage_kv'),
    'cemeteries': (square, cemetery, (True, False), 'treated'),
    'substations': (point, substation, (22.0, 110.0), 'voltage_kv'),
    'citizen_reports': (
        point,
        report,
        ('2026-03-05T08:00:00+07:00', '2026-05-05T08:00:00+07:00'),
        'reported_at',
    ),
}
# Two that the register had on that day.
WARDS, DAY = ('13639', '13642'), '2024-08-31'
STATIONS = {'collection': 'health_facilities', 'filter': "kind = 'station'"}
SMALL_STATIONS = {'collection': 'substations', 'filter': 'voltage_kv < 110'}
CASES: list[tuple[str, dict[str, Any]]] = [
    ('service-coverage', {'facilities': STATIONS, 'distance_m': 700.13, 'gaps': True}),
    ('service-coverage', {'facilities': 'schools', 'distance_m': 900.13, 'mode': 'straight-line'}),
    ('service-capacity', {'facilities': 'schools', 'capacity_column': 'places', 'distance_m': 900.13}),
    ('new-facility', {'facilities': 'health_facilities', 'count': 1, 'distance_m': 700.13, 'candidates': 'schools'}),
    ('new-facility', {
        'facilities': STATIONS, 'count': 1, 'distance_m': 700.13, 'candidates': 'schools', 'places': 30,
        'further': [{'kind': 'service', 'facilities': 'schools', 'capacity_column': 'places', 'count': 1}],
    }),
    ('network-trace', {'event': 'lose-substation', 'failed': SMALL_STATIONS}),
    ('hotspots', {'cell_m': 1000, 'period_days': 30, 'until': '2026-05-31', 'periods': 3}),
    ('isochrones', {'facilities': 'health_facilities', 'distances_m': [300.13, 800.29]}),
    ('nearest-facility', {'origins': 'schools', 'facilities': 'health_facilities', 'count': 2}),
    ('corridor-conflicts', {'lines': 'power_lines', 'kind': 'power_line', 'targets': 'buildings'}),
    ('isolation-distance', {'cemeteries': 'cemeteries'}),
    ('indicators', {'level': 'commune'}),
    ('group-by-units', {'layer': 'schools', 'level': 'commune', 'date': DAY}),
    ('zonal-statistics', {'layer': 'buildings', 'column': 'population', 'statistics': ['count', 'sum', 'mean']}),
    ('zonal-statistics', {'coverage': 'elevation', 'statistics': ['mean'], 'weight': 'population'}),
    ('flood-exposure', {'level_m': 1.0, 'health_stations': STATIONS}),
    ('site-suitability', {'cell_m': 100.0, 'criteria': [
        {'kind': 'distance_from', 'name': 'homes', 'layer': 'buildings', 'worst': 50, 'best': 400},
        {'kind': 'distance_to', 'name': 'schools', 'layer': 'schools', 'worst': 1500, 'best': 100},
    ]}),
]  # fmt: skip

# Off the lattice of roads and cells, and no way between two of them as long as a limit: a hair would decide.
coordinates = st.integers(30_000, 1_960_000).map(lambda millimetres: millimetres / 1000 + 0.00037)
places = st.tuples(coordinates, coordinates)


@st.composite
def worlds(draw: Any) -> tuple[dict[str, dict[str, tuple[Any, Row]]], list[dict[str, Any]], dict[str, Any]]:
    """Rows by layer and code; changes of them; and the rows by layer and code as they are after the changes."""
    before: dict[str, dict[str, tuple[Any, Row]]] = {}
    changes: list[dict[str, Any]] = []
    for layer, (shape, values, choices, _) in KINDS.items():
        drawn = draw(st.lists(st.tuples(places, st.sampled_from(choices)), min_size=3, max_size=7))
        rows = [(shape(*xy), values(number, choice)) for number, (xy, choice) in enumerate(drawn)]
        before[layer] = {row['code']: (geometry, row) for geometry, row in rows}
    after = {layer: dict(rows) for layer, rows in before.items()}
    for layer, (shape, values, choices, column) in KINDS.items():
        for code in draw(st.lists(st.sampled_from(sorted(before[layer])), unique=True, max_size=2)):
            if draw(st.booleans()) and len(after[layer]) > 1:
                changes.append({'kind': 'close', 'layer': layer, 'key': code})
                del after[layer][code]
                continue
            geometry, row = before[layer][code]
            change: dict[str, Any] = {'kind': 'change', 'layer': layer, 'key': {'code': code}}
            new_row = {**row, column: draw(st.sampled_from(choices))}
            change['properties'] = {column: new_row[column]}
            if draw(st.booleans()):
                geometry = shape(*draw(places))
                change['geometry'] = feature(geometry)['geometry']
            after[layer][code] = (geometry, new_row)
            changes.append(change)
        for number in range(50, 50 + draw(st.integers(0, 2))):
            geometry, row = shape(*draw(places)), values(number, draw(st.sampled_from(choices)))
            after[layer][row['code']] = (geometry, row)
            changes.append(
                {'kind': 'add', 'layer': layer, 'properties': row, 'geometry': feature(geometry)['geometry']}
            )
    return before, changes, after


def load(loader: Loader, world: dict[str, dict[str, tuple[Any, Row]]]) -> None:
    """The world, with the roads, communes and heights that all worlds have."""
    empty()
    west, east = WARDS
    zones = {west: (0.0, 0.0, 1000.0, float(SIDE_M)), east: (1000.0, 0.0, float(SIDE_M), float(SIDE_M))}
    town = Town(blocks=4, side_m=SIDE_M / 4, zones=zones)
    # No middle of a cell is as far from one road as from another: a hair, which the way by degrees is, would choose.
    roads = [shapely.affinity.translate(shapely.LineString(xy), 21.3, 13.7) for xy in town.roads]
    loader.load('roads', [(road, {'code': f'R{i}', 'class': 'commune'}) for i, road in enumerate(roads)])
    wards = {code: commune(code) | {'name': f'Phường {code}'} for code in zones}
    loader.load('communes', [(shapely.MultiPolygon([shapely.box(*box)]), wards[code]) for code, box in zones.items()])
    city = {'code': '366', 'name': 'Thành phố', 'parent_code': '36', 'valid_from': '2020-03-01'}
    loader.load('districts', [(shapely.MultiPolygon([shapely.box(0, 0, SIDE_M, SIDE_M)]), city)])
    heights = np.tile(np.linspace(0.2, 2.0, 40), (40, 1))
    heights[:, 0] = np.nan
    loader.raster('elevation', heights, cell_m=50.0)
    for layer, rows in world.items():
        loader.load(layer, list(rows.values()))


def make_real(loader: Loader, before: Any, after: Any) -> None:
    """Turns the layers into what the world is after the changes, each row keeping its id."""
    for layer, rows in after.items():
        with connection('admin') as db, db.cursor() as cursor:
            table = sql.Identifier('layer', layer)
            for code in before[layer].keys() - rows.keys():
                cursor.execute(sql.SQL('delete from {} where code = %s').format(table), [code])
            for code in before[layer].keys() & rows.keys():
                geometry, row = rows[code]
                wkt = shapely.affinity.translate(geometry, *ORIGIN).wkt
                column = KINDS[layer][3]
                query = (
                    'update {0} set {1} = %s, geom = ST_GeomFromText(%s, 9209),'
                    ' geom_wgs84 = ST_Transform(ST_GeomFromText(%s, 9209), 4326) where code = %s'
                )
                cursor.execute(sql.SQL(query).format(table, sql.Identifier(column)), [row[column], wkt, wkt, code])
        if new := [rows[code] for code in rows.keys() - before[layer].keys()]:
            loader.load(layer, sorted(new, key=lambda row: row[1]['code']))


def answer(run: Callable[[], Any]) -> Any:
    """What an analysis says, or why it cannot: that has to be the same too."""
    try:
        return run()
    except Exception as error:
        return f'{type(error).__name__}: {error}'


@pytest.mark.parametrize('case', range(len(CASES)), ids=[f'{process}-{i}' for i, (process, _) in enumerate(CASES)])
@settings(
    max_examples=number_of_examples(3, 40), deadline=None,
    # each try loads a world: the first that fails is told, and not the smallest
    phases=[Phase.generate], suppress_health_check=[*HealthCheck],
)  # fmt: skip
@given(world=worlds())
def test_an_analysis_on_a_scenario_is_that_on_the_real_thing(
    loader: Loader, locality: Locality, answer_of: Callable[..., Any], tmp_path: Path, case: int, world: Any
) -> None:
    """Adds, changes and closes of five layers; figures, and errors too, are the same."""
    (before, changes, after), (process_id, inputs) = world, CASES[case]
    load(loader, before)
    held = stored(locality, changes) if changes else []
    supposed = answer(lambda: under(locality, tmp_path, held, process_id, **inputs))
    make_real(loader, before, after)
    real = answer(lambda: answer_of(process_id, **inputs))
    assert first_difference(supposed, real) is None, changes


def test_every_analysis_that_takes_a_scenario_is_compared_with_the_real_thing() -> None:
    """`restate-units` reads figures of units by their codes, of which no layer of these worlds has any."""
    taking = {name for name, process in all_processes().items() if process.takes_scenario}
    missing = taking - {name for name, _ in CASES} - {'restate-units'}
    assert not missing, f'add a case of each to CASES: {sorted(missing)}'


@pytest.fixture
def answer_of(answer: Callable[..., Any]) -> Callable[..., Any]:
    return answer


@settings(
    max_examples=number_of_examples(10, 100), deadline=None,
    # each try loads a world: the first that fails is told, and not the smallest
    phases=[Phase.generate], suppress_health_check=[*HealthCheck],
)  # fmt: skip
@given(world=worlds())
def test_every_column_of_every_row_is_that_of_the_real_thing(loader: Loader, locality: Locality, world: Any) -> None:
    """What any analysis can read, those of later years included: rows by key, with all columns, and both geometries."""
    before, changes, after = world
    load(loader, before)
    held = stored(locality, changes) if changes else []
    supposed = {layer: rows_of(locality, layer, held) for layer in KINDS}
    make_real(loader, before, after)
    real = {layer: rows_of(locality, layer, []) for layer in KINDS}
    assert first_difference(supposed, real) is None, changes


def rows_of(locality: Locality, layer: str, changes: list[dict[str, Any]]) -> dict[str, Any]:
    overlay = Overlay(REF, changes, locality, 'internal')
    with connection(READERS['internal']) as db:
        overlay.stage(db)
        data = Data(db, locality, 'internal').through(overlay)
        _, rows = data.source(LayerRef(layer))
        columns = sql.SQL(', ').join(map(sql.Identifier, locality.layers[layer].columns_for('internal')))
        query = sql.SQL(
            'select {}, ST_AsGeoJSON(geom, 9)::json as metres, ST_AsGeoJSON(geom_wgs84, 12)::json as degrees from {}'
        )
        read = data.rows(query.format(columns, rows))
        db.rollback()
    return {row['code']: row for row in read}

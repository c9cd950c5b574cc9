"""A layer through a scenario: added, changed and closed features count, gone ones are told, filters apply to all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from psycopg2 import sql

from dothi.core.database import READERS, connection
from dothi.core.locality import Locality
from processes.data import Data
from processes.inputs import LayerRef
from processes.scenario.overlay import Overlay, ScenarioOfPresent
from tests.processes.conftest import Loader, Town, feature
from tests.processes.scenario.worlds import REF, caveats, stored, under


@pytest.fixture
def town(grid_town: Callable[..., Town], loader: Loader) -> Loader:
    """Homes 10 m above the lower road at x = 100 and x = 1,900; a station at x = 0."""
    zones = {'1': (0, 0, 1000, 1000), '2': (1000, 0, 2000, 1000)}
    loader.town(
        grid_town(blocks=4, side_m=500, homes=[(100, 10), (1900, 10)], people=[3, 5], facilities=[(0, 0)], zones=zones)
    )
    return loader


def added_station(x: float, y: float, **properties: Any) -> dict[str, Any]:
    values = {'name': 'Trạm mới', 'kind': 'station', **properties}
    return {
        'kind': 'add', 'layer': 'health_facilities', 'properties': values,
        'geometry': feature(shapely.Point(x, y))['geometry'],
    }  # fmt: skip


def covered(answer: Any) -> int:
    return int(answer['result']['summary']['population_covered'])


def close(layer: str, key: Any) -> dict[str, Any]:
    return {'kind': 'close', 'layer': layer, 'key': key}


@pytest.fixture
def coverage(town: Loader, locality: Locality, tmp_path: Path) -> Callable[..., Any]:
    """Who lives within 300 m of a station; `later` is done between the storing of the changes and the run."""

    def run(*changes: dict[str, Any], later: Callable[[], object] = lambda: None, **inputs: Any) -> Any:
        held = stored(locality, changes)
        later()
        whole = {'facilities': 'health_facilities', 'distance_m': 300, **inputs}
        return under(locality, tmp_path, held, 'service-coverage', **whole)

    return run


def test_an_added_station_serves_who_lives_beside_it(coverage: Callable[..., Any]) -> None:
    """The 3 people near the station of the town, and the 5 near the new one."""
    assert covered(coverage(added_station(2000, 0))) == 8


def test_a_closed_station_serves_nobody(coverage: Callable[..., Any]) -> None:
    """With the new one alone it is the 5 people at the other end."""
    assert covered(coverage(close('health_facilities', 'S0'), added_station(2000, 0))) == 5


def test_a_station_that_moves_serves_people_at_its_new_place_only(coverage: Callable[..., Any]) -> None:
    moved = {'kind': 'change', 'layer': 'health_facilities', 'key': {'code': 'S0'}}
    place = feature(shapely.Point(2000, 0))['geometry']
    answer = coverage({**moved, 'geometry': place})
    assert covered(answer) == 5
    assert answer['result']['summary']['facilities'] == 1


def test_what_a_change_does_not_name_stays(coverage: Callable[..., Any]) -> None:
    """Another name is no other place: the same 3 people."""
    changed = {'kind': 'change', 'layer': 'health_facilities', 'key': 'S0', 'properties': {'name': 'Tên mới'}}
    assert covered(coverage(changed)) == 3


def test_a_filter_applies_to_the_rows_of_the_scenario(coverage: Callable[..., Any]) -> None:
    """The station becomes a hospital, and the new one is a station: the filter lets that one through."""
    changed = {'kind': 'change', 'layer': 'health_facilities', 'key': 'S0', 'properties': {'kind': 'hospital'}}
    assert covered(coverage(changed, added_station(2000, 0), filter="kind = 'station'")) == 5
    assert covered(coverage(changed, added_station(2000, 0), filter="kind = 'hospital'")) == 3


def test_people_move_with_their_houses(coverage: Callable[..., Any]) -> None:
    """Homes are read by the analysis itself, and are as the scenario has them: 30 people where 3 lived."""
    changed = {'kind': 'change', 'layer': 'buildings', 'key': 'B000', 'properties': {'population': 30}}
    assert covered(coverage(changed)) == 30


def test_a_closed_road_is_no_way(coverage: Callable[..., Any], loader: Loader) -> None:
    """Without the two roads that meet at the station, the nearest one is 500 m away from it."""
    assert covered(coverage(close('roads', 'R0'), close('roads', 'R20'))) == 0


def test_what_has_gone_from_the_layer_is_told(coverage: Callable[..., Any], loader: Loader) -> None:
    """The station was closed by a release meanwhile: the change has no effect, and the result says so."""
    answer = coverage(
        close('health_facilities', 'S0'), added_station(2000, 0), later=lambda: remove('health_facilities')
    )
    assert covered(answer) == 5
    assert 'gone from Health facilities' in caveats(answer)
    assert 'S0' in caveats(answer)


def test_an_added_feature_that_has_been_built_counts_once(coverage: Callable[..., Any], loader: Loader) -> None:
    """The layer holds S9 by now, elsewhere: the scenario's stands in its place, and the result says so."""
    built = (shapely.Point(0, 1500), {'code': 'S9', 'name': 'Trạm 9', 'kind': 'station'})
    answer = coverage(added_station(2000, 0, code='S9'), later=lambda: loader.load('health_facilities', [built]))
    assert answer['result']['summary']['facilities'] == 2
    assert 'are in Health facilities by now' in caveats(answer)


def test_what_the_analysis_does_not_read_is_told(coverage: Callable[..., Any], loader: Loader) -> None:
    loader.load('schools', [(shapely.Point(0, 0), {'code': 'T1', 'name': 'Trường', 'level': 'primary'})])
    answer = coverage(close('schools', 'T1'))
    assert 'does not read what the scenario changes of: Schools' in caveats(answer)
    assert covered(answer) == 3


def test_the_result_names_the_version(coverage: Callable[..., Any]) -> None:
    summary = coverage(added_station(2000, 0))['result']['summary']
    assert summary['applied_scenario'] == {'id': REF.id, 'name': REF.name, 'version': 1, 'digest': REF.digest}


def test_a_layer_of_the_past_is_not_changed(coverage: Callable[..., Any]) -> None:
    """The overlay is of the present: both together are refused, with the way out."""
    past = {'collection': 'health_facilities', 'datetime': '2999-01-01'}
    with pytest.raises(ScenarioOfPresent, match='Leave out the datetime of that layer'):
        coverage(added_station(2000, 0), facilities=past)


def remove(layer: str) -> None:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(f'delete from layer.{layer}')


def test_indexes_serve_through_a_scenario(town: Loader, locality: Locality) -> None:
    """A search by place uses the index of the layer, and that of the scenario's rows."""
    held = stored(locality, [close('buildings', 'B000')])
    overlay = Overlay(REF, held, locality, 'internal')
    with connection(READERS['internal']) as db, db.cursor() as cursor:
        overlay.stage(db)
        _, homes = Data(db, locality, 'internal').through(overlay).source(LayerRef('buildings'))
        cursor.execute('set local enable_seqscan = off; set local enable_bitmapscan = off')
        near = 'explain select 1 from {} where ST_DWithin(here.geom, ST_SetSRID(ST_MakePoint(0, 0), 9209), 10)'
        cursor.execute(sql.SQL(near).format(homes))
        plan = '\n'.join(row[0] for row in cursor.fetchall())
        db.rollback()
    assert 'Index Scan using buildings_geom on buildings' in plan
    assert 'Index Scan using scenario_buildings_geom_idx' in plan
    assert 'Subquery Scan' not in plan, 'the planner looks through the parts'

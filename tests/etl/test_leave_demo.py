"""The demonstration is left: nothing of it can be had any more, at any time, and all that is real stays as it is."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg2 import sql

from dothi.core.database import connection
from dothi.core.layer_source import Times, source
from dothi.core.locality import Locality
from dothi.core.settings import PathSettings
from dothi.local.demo import DemonstrationLeft, deliver_demo, size_to_load, unnoticed_end
from dothi.local.leave_demo import Left, leave_demo, look_for_demo
from etl.compare.changes import NoSuchRelease, changes
from etl.demonstration.leaving import LeaveOrder, UndecidedConflicts, UnitsNotNamed
from etl.demonstration.standing import LayerStanding
from etl.desk import records
from etl.desk.conflicts import conflicts, decide
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.desk.rollback import DemonstrationLeft as LeftRelease
from etl.desk.rollback import rollback
from tests.etl.conftest import Agency, Query, Send
from tests.etl.releasing import edit, transaction
from tests.rasters import HEIGHTS, write_raster

ROWS = 'select id, code, places, release_from, st_astext(geom) from layer.schools order by id'
HISTORY = 'select id, code, places, release_from, release_to from history.schools order by id, release_from'
type Leave = Callable[..., Left]


@pytest.fixture
def leave(database: dict[str, str], locality: Locality) -> Leave:
    """Leaves the demonstration in the layers named, or in all."""

    def leave_(*layers: str, **order: Any) -> Left:
        return leave_demo(LeaveOrder('chief', layers, **order), locality)

    return leave_


def standing_of(layer: str, locality: Locality) -> LayerStanding:
    return next(each for each in look_for_demo(locality).layers if each.id == layer)


def change(locality: Locality, agency: Agency, code: str, query: Query, **values: Any) -> int:
    """The id of a school that an editor has changed."""
    ((number, place),) = query('select id, st_x(geom) from layer.schools where code = %s', code)
    row = {'code': code, 'name': f'Trường {code}', 'level': 'primary', 'places': 400, **values}
    with transaction() as db:
        edit(db, locality.layers['schools'], [(row, agency.point(place - agency.east))], [number])
        db.commit()
    return int(number)


def kinds(left: Left) -> set[tuple[str, str | None]]:
    return {(trace.kind, trace.layer) for trace in left.after.traces}


def test_what_is_real_stays_to_the_last_value_and_the_demonstration_goes(
    agency: Agency, send: Send, query: Query, leave: Leave, locality: Locality
) -> None:
    """b is real from the second release on; its past as demonstration goes, its own past stays."""
    first = send(agency.schools('a', 'b', 'c', name='1.geojson'), 'schools', origin='demo').release
    send(agency.schools('b', name='2.geojson', SO_CHO=5), 'schools', mode='upsert')
    send(agency.schools('b', name='3.geojson', SO_CHO=6), 'schools', mode='upsert', accept_loss=True)
    before = standing_of('schools', locality)
    assert (before.demo_rows, before.past_rows, before.real_rows, before.demo_releases) == (2, 1, 1, 1)
    real = [row for row in query(ROWS) if row[1] == 'b']
    past = [row for row in query(HISTORY) if row[2] == 5]

    left = leave('schools')

    assert (query(ROWS), query(HISTORY)) == (real, past)
    assert ('rows', 'schools') not in kinds(left)
    ((number, origin, rows, demo_rows, closed),) = query(
        """select number, origin, rows_total, demo_rows, rows_closed from catalog.release
           where number = (select current_release from catalog.layer where id = 'schools')"""
    )
    assert (origin, rows, demo_rows, closed) == ('leave', 1, 0, 2)
    # the entry of the first release is there, and its number is nobody else's
    assert query('select origin, rows_added, left_at is not null from catalog.release where number = %s', first) == [
        ('demo', 3, True)
    ]
    assert number > (first or 0)


def test_a_layer_with_nothing_real_is_without_data_and_not_empty(
    agency: Agency, send: Send, query: Query, leave: Leave
) -> None:
    send(agency.schools('a', 'b'), 'schools', origin='demo')
    leave('schools')
    assert query("select current_release from catalog.layer where id = 'schools'") == [(None,)]
    for table in ('general.state', 'catalog.tile_cell', 'catalog.tile_count'):
        assert query(f'select count(*) from {table} where layer_id = %s', 'schools') == [(0,)]
    # the first real delivery is a first release: a new number, a new id
    report = send(agency.schools('a', name='real.geojson'), 'schools')
    assert report.release == query('select max(number) from catalog.release')[0][0]
    assert query('select code, id from layer.schools') == [('a', 3)]


def test_no_time_of_the_past_shows_it(
    agency: Agency, send: Send, query: Query, leave: Leave, locality: Locality
) -> None:
    send(agency.schools('a', name='1.geojson'), 'schools', origin='demo')
    send(agency.schools('b', name='2.geojson'), 'schools', mode='upsert')
    moments = [row[0] for row in query('select released_at from catalog.release order by number')]
    leave('schools')
    layer, codes = locality.layers['schools'], []
    for role in ('reader_public', 'reader_internal', 'loader'):
        with connection(role) as db, db.cursor() as cursor:
            for moment in moments:
                then = source(layer, locality, 'public', Times(moment, moment))
                cursor.execute(sql.SQL('select code from {} as f').format(then))
                codes.append([row[0] for row in cursor.fetchall()])
    assert codes == [[], ['b']] * 3


def test_neither_a_rollback_nor_a_comparison_brings_it_back(
    agency: Agency, send: Send, query: Query, leave: Leave, locality: Locality
) -> None:
    first = send(agency.schools('a', name='1.geojson'), 'schools', origin='demo').release or 0
    second = send(agency.schools('b', name='2.geojson'), 'schools', mode='upsert').release or 0
    leave('schools')
    with pytest.raises(LeftRelease):
        rollback('schools', first, 'asked', 'chief', locality)
    with pytest.raises(NoSuchRelease), transaction() as db:
        list(changes(db, locality.layers['schools'], first, second))
    # of a release with real rows, these come back and nothing else
    send(agency.schools('b', name='3.geojson', SO_CHO=7), 'schools')
    rollback('schools', second, 'asked', 'chief', locality)
    assert query('select code, places from layer.schools') == [('b', 400)]


def test_real_rows_that_a_rollback_labelled_demonstration_stay(
    agency: Agency, send: Send, query: Query, leave: Leave, locality: Locality
) -> None:
    """After the rollback a (demonstration) and b (real) are of one release, which is labelled demonstration data."""
    send(agency.schools('a', name='1.geojson'), 'schools', origin='demo')
    both = send(agency.schools('b', name='2.geojson'), 'schools', mode='upsert').release or 0
    send(agency.schools('c', name='3.geojson'), 'schools', accept_loss=True)
    back = rollback('schools', both, 'asked', 'chief', locality)
    assert query('select demo from catalog.release where number = %s', back.release) == [(True,)]
    leave('schools')
    assert query('select code, release_from from layer.schools') == [('b', back.release)]
    assert query('select demo from catalog.release where number = %s', back.release) == [(False,)]
    assert sorted(row[1] for row in query(HISTORY)) == ['b', 'c']


@pytest.mark.parametrize('keep', [False, True])
def test_what_a_person_made_of_a_demonstration_row_goes_unless_it_is_kept(
    agency: Agency, send: Send, query: Query, leave: Leave, locality: Locality, keep: bool
) -> None:
    send(agency.schools('a', 'b'), 'schools', origin='demo')
    change(locality, agency, 'a', query, places=9)
    assert standing_of('schools', locality).edited_rows == 1
    left = leave('schools', keep_edited=keep)
    assert query('select code, places from layer.schools') == ([('a', 9)] if keep else [])
    assert query('select feature_id, delivered from catalog.edited') == ([(1, None)] if keep else [])
    assert query(HISTORY) == []
    assert not {('rows', 'schools'), ('past_rows', 'schools')} & kinds(left)


def test_what_its_agency_has_confirmed_is_real_although_it_began_as_demonstration(
    agency: Agency, send: Send, query: Query, leave: Leave, locality: Locality
) -> None:
    send(agency.schools('a', 'b'), 'schools', origin='demo')
    change(locality, agency, 'a', query, places=9)
    send(agency.schools('a', name='2.geojson', SO_CHO=9), 'schools', mode='upsert')
    rows = [row for row in query(ROWS) if row[1] == 'a']
    leave('schools')
    assert query(ROWS) == rows


def test_a_new_feature_of_an_editor_is_real(
    agency: Agency, send: Send, query: Query, leave: Leave, locality: Locality
) -> None:
    send(agency.schools('a'), 'schools', origin='demo')
    row = {'code': 'n', 'name': 'Mới', 'level': 'primary', 'places': 1}
    with transaction() as db:
        edit(db, locality.layers['schools'], [(row, agency.point(99))], [None])
        db.commit()
    leave('schools')
    assert query('select code from layer.schools') == [('n',)]


def test_a_contradiction_waits_for_a_person_and_nothing_changes_until_then(
    agency: Agency, send: Send, query: Query, leave: Leave, locality: Locality
) -> None:
    send(agency.schools('a', 'b'), 'schools', origin='demo')
    change(locality, agency, 'a', query, places=9)
    send(agency.schools('a', name='2.geojson', SO_CHO=8), 'schools', mode='upsert')
    (conflict,) = conflicts('schools')
    before = query(ROWS)
    with pytest.raises(UndecidedConflicts):
        leave('schools')
    assert query(ROWS) == before
    decide(conflict.id, 'delivery', 'asked', 'chief', locality)
    leave('schools')
    assert query('select code, places from layer.schools') == [('a', 8)]


def test_originals_reports_and_refused_rows_go_and_a_shared_original_stays(
    agency: Agency, send: Send, query: Query, leave: Leave, locality: Locality
) -> None:
    rows = [(agency.school(f'{i}'), agency.point(i * 10)) for i in range(60)] + [(agency.school(None), agency.point())]
    own = send(agency.geojson('own.geojson', rows), 'schools', origin='demo').delivery or 0
    shared = agency.schools('x', name='shared.geojson')
    send(shared, 'schools', origin='demo', mode='upsert')
    send(shared, 'schools', mode='upsert')
    places: dict[int, str] = dict(query("select id, store_path from catalog.delivery where origin = 'demo'"))
    assert query('select count(*) from quarantine.row where delivery_id = %s', own) == [(1,)]
    leave('schools')
    store = Path(PathSettings().store)
    assert {number: (store / place).exists() for number, place in places.items()} == {own: False, own + 1: True}
    assert query('select count(*) from quarantine.row where delivery_id = %s', own) == [(0,)]
    assert query('select count(*) from catalog.forsaken_file') == [(0,)]
    # the entry is there, without what the file held
    shown = records.shown(own)
    assert (shown.delivery.status, shown.report) == ('accepted', None)


def test_the_demonstration_has_no_place_any_more(
    agency: Agency, send: Send, query: Query, leave: Leave, locality: Locality
) -> None:
    send(agency.schools('a', name='1.geojson'), 'schools', origin='demo')
    leave('schools')
    again = deliver(agency.schools('z', name='2.geojson'), DeliveryOptions(layer='schools', origin='demo'), locality)
    assert (again.unchanged, query(ROWS)) == (True, [])
    # another layer still takes it, until all is left
    assert size_to_load(None) == 'small'
    assert leave().after.left_at is not None
    assert (size_to_load(None), size_to_load('no')) == ('no', 'no')
    with pytest.raises(DemonstrationLeft):
        size_to_load('small')
    assert unnoticed_end() is not None
    assert unnoticed_end() is None


def test_units_are_left_by_whoever_names_them(demo_files: Any, leave: Leave, query: Query, locality: Locality) -> None:
    for file in demo_files:
        if file.layer in locality.place.unit_layers and file.as_of is None:
            deliver(file.path, DeliveryOptions(layer=file.layer, origin='demo', crs=file.crs), locality)
    units = query('select count(*) from layer.districts')
    assert units != [(0,)]
    with pytest.raises(UnitsNotNamed):
        leave('districts')
    left = leave()
    assert query('select count(*) from layer.districts') == units
    assert ('rows', 'districts') in kinds(left)
    left = leave(units=True)
    assert query('select count(*) from layer.districts') == [(0,)]
    assert not left.after.traces


def test_the_check_names_what_was_put_back(
    agency: Agency, send: Send, query: Query, leave: Leave, locality: Locality
) -> None:
    """Whatever way a row or a file of it comes back, the check does not say that all is gone."""
    release = send(agency.schools('a'), 'schools', origin='demo').release or 0
    left = leave()
    assert left.after.is_clear
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into layer.schools (id, code, name, level, geom, geom_wgs84, release_from)
               select 77, 'back', 'back', 'primary', g, st_transform(g, 4326), %s
               from st_setsrid(st_makepoint(570000, 2250000), 9209) as g""",
            [release],
        )
        cursor.execute("update catalog.layer set current_release = %s where id = 'schools'", [release])
    store = Path(PathSettings().store)
    ((original,),) = query('select store_path from catalog.delivery')
    (store / original).parent.mkdir(parents=True, exist_ok=True)
    (store / original).write_text('{}')
    kept = PathSettings().state / 'cache' / 'tiles' / 'public' / 'schools-x' / 'tile'
    kept.parent.mkdir(parents=True)
    kept.write_bytes(json.dumps({'version': f'{release}-1', 'crc32': 0}).encode() + b'\n')
    # as long as its release was served
    os.utime(kept, (0, 0))
    found = {(trace.kind, trace.layer): trace.count for trace in look_for_demo(locality).traces}
    assert found == {('rows', 'schools'): 1, ('original', None): 1, ('tile', None): 1}
    assert leave().after.is_clear


def test_a_result_that_rests_on_it_goes_also_where_it_is_finished_afterwards(
    agency: Agency, send: Send, query: Query, leave: Leave
) -> None:
    demo = send(agency.schools('a'), 'schools', origin='demo').release
    with connection('owner') as db, db.cursor() as cursor:
        numbers = []
        for status, releases in (('successful', {'schools': demo}), ('successful', {}), ('running', {})):
            cursor.execute(
                """insert into job.job (process_id, inputs, audience, software_version, status, releases)
                   values ('echo', '{}', 'internal', '0', %s, %s) returning id::text""",
                [status, json.dumps(releases)],
            )
            numbers.append((cursor.fetchone() or ('',))[0])
        for number in numbers[:2]:
            cursor.execute("insert into job.output values (%s, 'result', 0, 'text/plain', 'x')", [number])
    leave('schools')
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            "update job.job set status = 'successful', releases = %s where id = %s",
            [json.dumps({'schools': demo}), numbers[2]],
        )
        cursor.execute('select gone_at is not null from job.job order by array_position(%s, id::text)', [numbers])
        assert [row[0] for row in cursor.fetchall()] == [True, False, True]
        cursor.execute('select job_id::text from job.output')
        assert cursor.fetchall() == [(numbers[1],)]


def test_a_raster_of_it_goes_and_a_real_one_is_served_on(
    coverage_database: dict[str, str], somewhere: Locality, tmp_path: Path
) -> None:
    def send_raster(name: str, value: int, origin: str) -> int:
        file = write_raster(tmp_path / name, [[value, *HEIGHTS[0][1:]], *HEIGHTS[1:]])
        options = DeliveryOptions.model_validate({'layer': 'heights', 'origin': origin, 'accept_loss': True})
        return deliver(file, options, somewhere).release or 0

    demo = send_raster('1.tif', 1, 'demo')
    real = send_raster('2.tif', 2, 'delivery')
    left = leave_demo(LeaveOrder('chief'), somewhere)
    assert left.after.is_clear
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select release, store_path from catalog.raster order by release')
        rasters = cursor.fetchall()
        cursor.execute("select current_release from catalog.layer where id = 'heights'")
        assert cursor.fetchall() == [(rasters[-1][0],)]
    assert [place for _, place in rasters] == [f'coverages/heights/{real}.tif'] * 2
    folder = Path(PathSettings().store) / 'coverages' / 'heights'
    assert [file.name for file in folder.iterdir()] == [f'{real}.tif']
    assert demo < real


def test_a_coverage_with_nothing_real_is_without_data(
    coverage_database: dict[str, str], somewhere: Locality, tmp_path: Path
) -> None:
    deliver(write_raster(tmp_path / '1.tif', HEIGHTS), DeliveryOptions(layer='heights', origin='demo'), somewhere)
    before = look_for_demo(somewhere)
    assert [trace.kind for trace in before.traces] == ['rows', 'delivery', 'raster']
    assert leave_demo(LeaveOrder('chief', ('heights',)), somewhere).after.is_clear
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute("select current_release from catalog.layer where id = 'heights'")
        assert cursor.fetchall() == [(None,)]


def test_the_files_of_the_demo_are_not_written_again(
    database: dict[str, str], leave: Leave, locality: Locality
) -> None:
    leave()
    assert deliver_demo(locality, 100) == []
    assert not (PathSettings().state / 'demo').exists()

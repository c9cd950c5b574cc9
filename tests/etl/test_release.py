"""A release changes what differs, inside its scope, and forgets nothing."""

import dataclasses
import threading
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pytest

from dothi.core import database
from dothi.core.access.policy import AccessPolicy
from dothi.core.errors import exit_code
from dothi.core.layer import Checks, Column, Publish
from dothi.core.locality import Locality
from dothi.core.migrate import migrate
from dothi.core.postgis import LocalPostgis
from dothi.core.text import steward_advice
from etl.desk.decide import Decision, accept
from etl.desk.deliver import deliver
from etl.desk.deliveries import LostDatabase
from etl.desk.options import DeliveryOptions
from etl.doctor.coordinates.scoring import FEWEST_NEIGHBOURS
from tests.databases import Instance
from tests.etl.conftest import Agency, Query, Send
from tests.present import present

OPEN = 'select code, places from layer.schools order by code'
HISTORY = 'select code, places, release_from, release_to from history.schools order by id, release_from'


def places(agency: Agency, name: str, **codes: int | str | None) -> Path:
    """A file of schools `code=places`, ten metres apart in the order of the alphabet."""
    rows = [(agency.school(c, SO_CHO=n), agency.point(10 * (ord(c) - ord('a')))) for c, n in codes.items()]
    return agency.geojson(name, rows)


def test_a_release_adds_changes_and_closes_what_differs(agency: Agency, send: Send, query: Query) -> None:
    first = send(places(agency, '1.geojson', a=1, b=2, c=3), 'schools', accept_loss=True)
    second = send(places(agency, '2.geojson', a=1, b=20, d=4), 'schools', accept_loss=True)
    assert present(second.diff).model_dump() == {'added': 1, 'changed': 1, 'closed': 1, 'unchanged': 1}
    assert query(OPEN) == [('a', 1), ('b', 20), ('d', 4)]
    assert query(HISTORY) == [('b', 2, first.release, second.release), ('c', 3, first.release, second.release)]
    assert query('select release_from from layer.schools order by code') == [
        (first.release,),
        (second.release,),
        (second.release,),
    ]


def test_a_key_keeps_its_id_for_ever(agency: Agency, send: Send, query: Query) -> None:
    """c goes and comes back as the same feature; d never gets c's number."""
    send(places(agency, '1.geojson', a=1, c=3), 'schools')
    ids: dict[str, int] = dict(query('select code, id from layer.schools'))
    send(places(agency, '2.geojson', a=1, d=4), 'schools', accept_loss=True)
    send(places(agency, '3.geojson', a=9, c=3, d=4), 'schools')
    later: dict[str, int] = dict(query('select code, id from layer.schools'))
    assert {code: later[code] for code in ids} == ids
    assert later['d'] not in ids.values()


def test_ids_follow_the_order_of_the_file(agency: Agency, send: Send, query: Query) -> None:
    """Paging then walks the layer as its agency wrote it, and neighbours lie together on the disk."""
    codes = [f'{number * 7 % 40:02}' for number in range(40)]
    send(agency.schools(*codes), 'schools')
    assert query('select code from layer.schools order by id') == [(code,) for code in codes]


def test_moving_a_point_by_a_millimetre_is_a_change(agency: Agency, send: Send, query: Query) -> None:
    send(agency.geojson('1.geojson', [(agency.school('a'), agency.point())]), 'schools')
    report = send(agency.geojson('2.geojson', [(agency.school('a'), agency.point(0.001))]), 'schools')
    assert present(report.diff).changed == 1
    assert query('select st_x(geom) from layer.schools') == [(agency.east + 0.001,)]


def test_a_value_that_becomes_empty_is_a_change(agency: Agency, send: Send, query: Query) -> None:
    send(places(agency, '1.geojson', a=1), 'schools')
    assert present(send(places(agency, '2.geojson', a=None), 'schools').diff).changed == 1


def test_the_same_file_again_makes_no_release_and_says_so(agency: Agency, send: Send, query: Query) -> None:
    first = send(agency.schools('a', 'b'), 'schools')
    again = send(agency.schools('a', 'b'), 'schools')
    assert (again.unchanged, again.release, present(again.diff).unchanged) == (True, first.release, 2)
    assert f'{first.release}' in again.notes[0].vi
    assert query('select status from catalog.delivery order by id') == [('accepted',), ('unchanged',)]
    assert query('select count(*) from catalog.release') == [(1,)]


def test_the_same_rows_in_another_file_make_no_release(agency: Agency, send: Send, query: Query) -> None:
    first = send(agency.schools('a', 'b'), 'schools')
    rows = [(agency.school(code), agency.point(10 * i)) for i, code in enumerate('ab')]
    again = send(agency.write('t.gpkg', rows), 'schools')
    assert (again.unchanged, again.release) == (True, first.release)
    assert query('select count(*) from catalog.release') == [(1,)]


def test_an_older_file_after_a_newer_one_is_no_redelivery(agency: Agency, send: Send, query: Query) -> None:
    """The same bytes as release 1, but the layer has moved on: release 3 brings the old state back."""
    old, new = places(agency, '1.geojson', a=1), places(agency, '2.geojson', a=2)
    send(old, 'schools')
    send(new, 'schools')
    assert present(send(old, 'schools').diff).changed == 1
    assert query(OPEN) == [('a', 1)]


def test_upsert_closes_nothing(agency: Agency, send: Send, query: Query) -> None:
    send(places(agency, '1.geojson', a=1, b=2), 'schools')
    report = send(places(agency, '2.geojson', b=3, c=4), 'schools', mode='upsert')
    assert present(report.diff).model_dump() == {'added': 1, 'changed': 1, 'closed': 0, 'unchanged': 0}
    assert query(OPEN) == [('a', 1), ('b', 3), ('c', 4)]


def test_a_loss_over_the_threshold_waits_for_a_person(agency: Agency, send: Send, query: Query) -> None:
    """Schools may lose a tenth; losing one of two is for a person to say."""
    first = send(places(agency, '1.geojson', a=1, b=2), 'schools')
    smaller = places(agency, '2.geojson', a=1)
    held = send(smaller, 'schools')
    assert (held.verdict, held.exit_code, present(held.diff).closed) == ('undecided', 4, 1)
    assert f'dothi accept {held.delivery} --reason' in present(steward_advice(held.notes[-1])).vi
    assert query('select max(number) from catalog.release') == [(first.release,)]
    assert query(OPEN) == [('a', 1), ('b', 2)]
    assert send(smaller, 'schools', accept_loss=True).verdict == 'accepted'
    assert query(OPEN) == [('a', 1)]


def test_the_catalogue_knows_the_release(agency: Agency, send: Send, query: Query) -> None:
    send(agency.schools('a', 'b'), 'schools')
    ((added, total, bad, demo, extent, wgs84, current),) = query(
        """select rows_added, rows_total, rows_bad, demo_rows, extent, extent_wgs84, current_release = number
           from catalog.release join catalog.layer on layer.id = layer_id"""
    )
    assert (added, total, bad, demo, current) == (2, 2, 0, 0, True)
    assert extent == [agency.east, agency.north, agency.east + 10, agency.north]
    assert wgs84[0] < 106.2 < wgs84[0] + 0.5
    assert wgs84[0] < wgs84[2]


def test_a_first_release_announces_itself_and_later_ones_do_not(agency: Agency, send: Send, query: Query) -> None:
    (before,) = query('select n from catalog.generation')
    send(agency.schools('a'), 'schools')
    (first,) = query('select n from catalog.generation')
    send(agency.schools('a', 'b', name='2.geojson'), 'schools')
    assert query('select n from catalog.generation') == [first]
    assert first[0] == before[0] + 1


def test_a_large_first_release_has_all_its_indexes(agency: Agency, send: Send, query: Query) -> None:
    """An empty layer's indexes are dropped while it is filled, and must all come back."""
    indexes = "select indexdef from pg_indexes where schemaname = 'layer' and tablename = 'schools' order by 1"
    keys = "select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'layer.schools'::regclass"
    before = query(indexes), sorted(query(keys))
    lines = [f'{i},A,primary,{agency.east + i % 200},{agency.north + i // 200}' for i in range(10_500)]
    file = agency.text('t.csv', '\n'.join(['ma,ten_truong,cap_hoc,E,N', *lines]))
    assert present(send(file, 'schools', crs='EPSG:9209').diff).added == 10_500
    assert (query(indexes), sorted(query(keys))) == before
    assert query('select count(*), min(id), max(id) from layer.schools') == [(10_500, 1, 10_500)]


class TestDemo:
    """Demonstration data makes way for real data and never comes back over it."""

    def test_real_data_replaces_demonstration_data_without_a_hold(
        self, agency: Agency, send: Send, query: Query
    ) -> None:
        demo = send(places(agency, '1.geojson', a=1, b=2), 'schools', origin='demo')
        assert query('select demo_rows from catalog.release') == [(2,)]
        real = send(places(agency, '2.geojson', c=3), 'schools')
        assert real.verdict == 'accepted'
        assert query(OPEN) == [('c', 3)]
        assert query(HISTORY) == [('a', 1, demo.release, real.release), ('b', 2, demo.release, real.release)]
        assert query('select demo_rows from catalog.release order by number desc limit 1') == [(0,)]

    def test_a_real_row_that_equals_a_demonstration_row_is_taken_over(
        self, agency: Agency, send: Send, query: Query
    ) -> None:
        send(places(agency, '1.geojson', a=1), 'schools', origin='demo')
        real = send(places(agency, '2.geojson', a=1), 'schools')
        assert present(real.diff).changed == 1
        assert query('select release_from from layer.schools') == [(real.release,)]
        assert query('select demo_rows from catalog.release order by number desc limit 1') == [(0,)]

    def test_demonstration_data_never_replaces_real_data(self, agency: Agency, send: Send, query: Query) -> None:
        real = send(places(agency, '1.geojson', a=1), 'schools')
        demo = send(places(agency, '2.geojson', a=5, b=6), 'schools', origin='demo')
        assert (demo.verdict, demo.unchanged, demo.release) == ('accepted', True, real.release)
        assert query(OPEN) == [('a', 1)]

    def test_demonstration_data_follows_demonstration_data(self, agency: Agency, send: Send, query: Query) -> None:
        send(places(agency, '1.geojson', a=1, b=2), 'schools', origin='demo')
        send(places(agency, '2.geojson', a=5), 'schools', origin='demo', accept_loss=True)
        assert query(OPEN) == [('a', 5)]


class TestScope:
    """A district's file changes that district and no other."""

    @pytest.fixture(autouse=True)
    def districts(self, agency: Agency, send: Send) -> None:
        """365 lies west of 366; each is a square of 1 km."""
        rows = [({'ma': code, 'ten': code}, agency.box(1000 * i, 0, 1000)) for i, code in enumerate(['365', '366'])]
        send(agency.geojson('d.geojson', rows), 'districts')

    @staticmethod
    def at(agency: Agency, name: str, **codes: tuple[int, int]) -> Path:
        """Schools `code=(metres east, places)`."""
        rows = [(agency.school(c, SO_CHO=n), agency.point(x, 500)) for c, (x, n) in codes.items()]
        return agency.geojson(name, rows)

    def test_other_districts_stay_as_they_were(self, agency: Agency, send: Send, query: Query) -> None:
        send(self.at(agency, '1.geojson', w=(500, 1), e=(1500, 1), f=(1600, 1)), 'schools')
        mine = self.at(agency, '2.geojson', e=(1500, 2), g=(1700, 1))
        report = send(mine, 'schools', scope='unit=366', accept_loss=True)
        assert present(report.diff).model_dump() == {'added': 1, 'changed': 1, 'closed': 1, 'unchanged': 0}
        assert query(OPEN) == [('e', 2), ('g', 1), ('w', 1)]
        assert query('select scope from catalog.release order by number desc limit 1') == [('unit=366',)]

    def test_rows_outside_the_unit_are_bad(self, agency: Agency, send: Send, query: Query) -> None:
        report = send(self.at(agency, '1.geojson', e=(1500, 1), w=(500, 1)), 'schools', scope='unit=366')
        assert [(row.row, row.code) for row in report.rows.bad] == [(2, 'outside_scope')]

    def test_a_key_of_another_district_is_not_taken_away(self, agency: Agency, send: Send, query: Query) -> None:
        send(self.at(agency, '1.geojson', w=(500, 1)), 'schools')
        report = send(self.at(agency, '2.geojson', w=(1500, 9)), 'schools', scope='unit=366')
        assert [(row.row, row.code) for row in report.rows.bad] == [(1, 'outside_scope')]
        assert query(OPEN) == [('w', 1)]

    @pytest.mark.parametrize('keys', [['w'], [f'z{number}' for number in range(FEWEST_NEIGHBOURS)]])
    def test_of_a_guarded_layer_a_report_tells_no_distance_to_features_of_others(
        self, agency: Agency, send: Send, locality: Locality, keys: list[str]
    ) -> None:
        """Three dry runs would find the place of any feature: by its key, or as the nearest one."""
        send(self.at(agency, '1.geojson', w=(500, 1)), 'schools')
        rows = {'may': ['see'], 'layers': ['schools'], 'rows': {'code': ['x']}}
        guarded = dataclasses.replace(locality, policy=AccessPolicy.model_validate({'viewer': [rows]}))
        file = self.at(agency, '2.geojson', **dict.fromkeys(keys, (1500, 9)))
        options = DeliveryOptions(layer='schools', scope='unit=366', dry_run=True)
        told = [deliver(file, options, place).crs.model_dump_json() for place in (locality, guarded)]
        assert [('1,000 m' in text or '1.0 km' in text) for text in told] == [True, False], told

    def test_demonstration_data_stays_where_no_real_data_came(self, agency: Agency, send: Send, query: Query) -> None:
        """366 is real now, 365 demonstration still; delivering the demonstration again changes neither."""
        demo = self.at(agency, '1.geojson', w=(500, 1), e=(1500, 1))
        send(demo, 'schools', origin='demo')
        send(self.at(agency, '2.geojson', x=(1500, 7)), 'schools', scope='unit=366')
        assert query(OPEN) == [('w', 1), ('x', 7)]
        assert query('select demo_rows from catalog.release order by number desc limit 1') == [(1,)]
        assert send(demo, 'schools', origin='demo').unchanged
        assert query(OPEN) == [('w', 1), ('x', 7)]


def test_two_deliveries_at_once_take_turns(agency: Agency, send: Send, query: Query, locality: Locality) -> None:
    """Neither loses the other's rows (mode upsert); one that was overtaken waits for a person, who accepts it here."""
    files = [places(agency, '1.geojson', a=1, b=2), places(agency, '2.geojson', b=3, c=4)]
    errors = []

    def run(file: Path) -> None:
        try:
            send(file, 'schools', mode='upsert')
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[file]) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    for held in query("select id from catalog.delivery where status = 'diagnosed'"):
        assert accept(held[0], Decision(by='chief', reason='the same day'), locality).verdict == 'accepted'
    assert [code for code, _ in query(OPEN)] == ['a', 'b', 'c']
    assert query('select status, count(*) from catalog.delivery group by 1') == [('accepted', 2)]


ODD_NAMES = ['NAME', 'end', 'ngày đo', 'say "x"', 'row;drop', '50%', 'row_number', 'first', 's']


def test_a_column_may_have_any_name(
    agency: Agency, instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locality: Locality
) -> None:
    """The layer's names are quoted everywhere, in SQL, COPY and comparison."""
    schools = locality.layers['schools']
    columns = {name: Column(type='text', title=schools.title, sources=[f'ghi chú {name}']) for name in ODD_NAMES}
    lenient = Checks(bad_rows_share=1)
    odd = schools.model_copy(
        update={'columns': schools.columns | columns, 'key': ['code', *ODD_NAMES], 'checks': lenient}
    )
    other = dataclasses.replace(locality, layers={'schools': odd})
    notes = {value: {f'ghi chú {name}': value for name in ODD_NAMES} for value in 'xy'}
    url = instance.create('odd_names')
    database.fresh()
    for key, value in instance.environment(url, tmp_path).items():
        monkeypatch.setenv(key, value)
    migrate(other)
    for places_ in (1, 2):
        rows = [
            (agency.school('a', SO_CHO=places_) | notes['x'], agency.point()),
            # two rows with one key, to be compared
            (agency.school('b', SO_CHO=1) | notes['y'], agency.point()),
            (agency.school('b', SO_CHO=2) | notes['y'], agency.point()),
        ]
        file = agency.geojson(f'{places_}.geojson', rows)
        report = deliver(file, DeliveryOptions(layer='schools'), other)
    assert (present(report.diff).changed, report.rows.by_code) == (1, {'key_duplicate': 2})
    database.fresh()
    instance.drop('odd_names')


def test_a_database_that_goes_away_in_the_middle_is_said_and_the_next_delivery_is_fine(
    agency: Agency, send: Send, query: Query, locality: Locality, postgis: LocalPostgis
) -> None:
    """The backend is ended as an administrator or a crash would do it."""

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage == 'diff':
            url = postgis.url.set(drivername='postgresql').render_as_string(hide_password=False)
            with psycopg2.connect(url) as admin, admin.cursor() as cursor:
                cursor.execute(
                    'select pg_terminate_backend(pid) from pg_stat_activity '
                    "where application_name = 'dothi deliver' and datname = %s",
                    [query('select current_database()')[0][0]],
                )
            admin.close()

    file = places(agency, '1.geojson', a=1)
    with pytest.raises(LostDatabase) as caught:
        deliver(file, DeliveryOptions(layer='schools'), locality, progress)
    assert exit_code(caught.value) == 5
    assert query(OPEN) == []
    assert send(file, 'schools').verdict == 'accepted'
    assert query('select status from catalog.delivery order by id') == [('failed',), ('accepted',)]


def test_a_layer_without_text_can_have_doubled_keys_too(
    agency: Agency, instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locality: Locality
) -> None:
    """No column could name a unit, so none is compared with the place."""
    schools = locality.layers['schools']
    number = Column(type='integer', title=schools.title, sources=['so'])
    other = dataclasses.replace(
        locality,
        layers={
            'schools': schools.model_copy(update={'columns': {'code': number}, 'publish': Publish(), 'key': ['code']})
        },
    )
    url = instance.create('without_text')
    database.fresh()
    for key, value in instance.environment(url, tmp_path).items():
        monkeypatch.setenv(key, value)
    migrate(other)
    file = agency.geojson('1.geojson', [({'so': 1}, agency.point()), ({'so': 1}, agency.point(5))])
    assert deliver(file, DeliveryOptions(layer='schools'), other).rows.by_code == {'key_duplicate': 2}
    database.fresh()
    instance.drop('without_text')


def test_a_release_has_the_time_at_which_it_happened(
    agency: Agency, database: dict[str, str], locality: Locality, query: Query
) -> None:
    """Not that of the beginning of its transaction, which a large delivery leaves minutes behind."""
    reached: dict[str, datetime] = {}

    def note_time(stage: str, done: int, total: int | None) -> None:
        reached.setdefault(stage, datetime.now(UTC))

    deliver(agency.schools('a', 'b'), DeliveryOptions(layer='schools'), locality, note_time)
    ((released_at, finished_at),) = query(
        """select r.released_at, d.finished_at from catalog.release as r
           join catalog.delivery as d on d.id = r.delivery_id"""
    )
    assert reached['release'] <= released_at <= finished_at

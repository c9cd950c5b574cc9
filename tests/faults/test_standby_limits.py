"""What a standby may cost its primary, and what goes on after a promotion: room on the disk, and backups."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from dothi.core.ports import free_port
from tests.faults.backups import wells
from tests.faults.standbys import Pair, pair_of_machines, wait_until
from tests.instances import BAY, WholeInstance
from tests.matrix import exhaustive

MB = 2**20
# The bound of the slot, and two segments more: one that is written, one that is made ready.
KEPT_MB, MOST_MB = 64, 64 + 2 * 16
pytestmark = exhaustive


@pytest.fixture(scope='module')
def pair(shared_folder: Path) -> Iterator[Pair]:
    """A primary that keeps little log for its standby; the tests below follow one another as they stand here."""
    settings = {'DOTHI_STANDBY_WAL_MAX_MB': str(KEPT_MB), 'DOTHI_STANDBY_MAX_LAG_S': '5'}
    with pair_of_machines(shared_folder / 'standby-limits', **settings) as pair:
        yield pair


def write_log(url: str, megabytes: int) -> None:
    """Makes the database write so much log, and forget what nobody needs."""
    with closing(psycopg2.connect(url)) as db:
        db.autocommit = True
        with db.cursor() as cursor:
            cursor.execute('create table public.load (content text)')
            for _ in range(megabytes // 8):
                cursor.execute(
                    'insert into public.load select repeat(md5(i::text), 32) from generate_series(1, 8000) i'
                )
                cursor.execute('select pg_switch_wal()')
                cursor.execute('checkpoint')
            cursor.execute('drop table public.load')
            cursor.execute('checkpoint')


def test_a_standby_that_stays_away_fills_no_disk_and_can_be_copied_anew(pair: Pair) -> None:
    pair.standby.require('down')
    write_log(pair.primary.administrator_url(), 2 * KEPT_MB)
    assert pair.primary.standby()['state']['is_lost']
    assert pair.primary.log_bytes() <= MOST_MB * MB
    assert pair.primary.instance.get('/health/ready')['warnings'] == {'standby': 'lost'}
    assert 'dothi standby allow' in pair.primary.require('status')
    pair.join()
    pair.wait_until_followed()


def test_a_store_that_is_not_copied_is_noticed_by_the_primary(pair: Pair) -> None:
    """Replication of the database goes on meanwhile."""
    place = pair.standby.state / 'store' / 'own_layers'
    place.write_text('a file where a folder should be', encoding='utf-8')
    (pair.primary.state / 'store' / 'own_layers').mkdir()
    (pair.primary.state / 'store' / 'own_layers' / 'x.txt').write_text('x', encoding='utf-8')
    warnings = {'standby': 'store behind'}
    wait_until(lambda: pair.primary.instance.get('/health/ready')['warnings'] == warnings, 'it is noticed')
    assert pair.standby.standby()['following']['store_fault']
    place.unlink()
    wait_until(lambda: not pair.primary.instance.get('/health/ready')['warnings'], 'it goes on')


def test_backups_go_on_with_the_promoted_standby(pair: Pair, shared_folder: Path) -> None:
    """The place is on a disk that both machines reach. What is released after the promotion is restored from it."""
    place = shared_folder / 'standby-backups'
    pair.primary.require('backup', 'setup', place)
    pair.wait_until_followed()
    pair.primary.kill()
    promotion = pair.standby.document('standby', 'promote')
    assert promotion['notes'] == []
    assert pair.standby.instance.readiness()['backup'] == 'ok'
    pair.standby.deliver('after', 'the', 'promotion')
    copy = WholeInstance(shared_folder / 'copy-of-promoted', BAY, free_port(), free_port())
    words = ('restore', '--into', copy.state, '--port', str(copy.port), '--yes', '--json')
    try:
        restored = json.loads(pair.standby.require(*words))
        assert wells(copy) == {'after', 'the', 'promotion'}
        assert not restored['damaged_files']
    finally:
        copy.dothi('down')


def test_a_place_of_backups_that_is_lost_with_the_primary_is_named(pair: Pair, shared_folder: Path) -> None:
    now = pair.exchanged()
    now.join()
    now.wait_until_followed()
    (shared_folder / 'standby-backups').rename(shared_folder / 'gone')
    now.primary.kill()
    (note,) = now.standby.document('standby', 'promote')['notes']
    assert 'dothi backup setup' in note['en']
    assert not now.standby.document('status')['backup']['steps']
    with closing(psycopg2.connect(now.standby.administrator_url())) as db, db.cursor() as cursor:
        cursor.execute('show archive_mode')
        assert cursor.fetchall() == [('off',)], 'a log that nobody takes would fill the disk'


def test_a_standby_that_is_given_up_leaves_nothing_behind(pair: Pair) -> None:
    pair.primary.require('standby', 'off')
    assert not (pair.primary.state / 'standby').exists()
    assert not list((pair.primary.state / 'secrets').glob('standby*'))
    pair.primary.require('up', '--demo', 'no')
    with closing(psycopg2.connect(pair.primary.administrator_url())) as db, db.cursor() as cursor:
        cursor.execute('select count(*) from pg_replication_slots')
        assert cursor.fetchall() == [(0,)]
        cursor.execute("select count(*) from pg_roles where rolname = 'dothi_standby'")
        assert cursor.fetchall() == [(0,)]
        cursor.execute("select current_setting('ssl'), current_setting('listen_addresses')")
        assert cursor.fetchall() == [('off', '127.0.0.1')]

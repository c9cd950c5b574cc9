"""Backups while their place is away, before they were ever made, and after a folder was moved."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest

from dothi.core.ports import free_port
from tests.faults.backups import BackedUpInstance, backed_up_instance, kill_in_the_middle, wells
from tests.instances import BAY, WholeInstance
from tests.matrix import exhaustive
from tests.services import PATIENCE_S

pytestmark = exhaustive


@pytest.fixture(scope='module')
def backed_up(shared_folder: Path) -> Iterator[BackedUpInstance]:
    """An instance with a backup; each test leaves it running, with its place where it was."""
    with backed_up_instance(shared_folder / 'gaps') as backed_up:
        yield backed_up


@contextmanager
def place_away(backed_up: BackedUpInstance) -> Iterator[None]:
    """Within, the place of the backup is not there, as when its disk is not mounted."""
    away = backed_up.place.with_name('away')
    backed_up.place.rename(away)
    try:
        yield
    finally:
        away.rename(backed_up.place)


def test_changes_that_never_came_to_the_backup_are_there_at_a_moment_after_them(backed_up: BackedUpInstance) -> None:
    """The place was away when they were made; the log of them survives in the data folder alone."""
    with place_away(backed_up):
        backed_up.deliver('kept', 'here', 'alone')
        moment = backed_up.moment()
        backed_up.deliver('after', 'the', 'moment')
        backed_up.require('down')
    restored = backed_up.document('restore', '--to', moment, '--yes')
    assert wells(backed_up.instance) == {'kept', 'here', 'alone'}
    assert not restored['notes']
    for folder in restored['set_aside']:
        shutil.rmtree(folder)


def test_a_moment_that_is_still_to_come_is_refused(backed_up: BackedUpInstance) -> None:
    """Most often its zone is another than was thought."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    copy = backed_up.folder / 'tomorrow'
    refused = backed_up.instance.dothi('restore', '--to', tomorrow, '--into', copy, '--port', '1', '--yes')
    assert refused.returncode == 2
    assert tomorrow in refused.stderr
    assert not copy.exists()


def test_a_place_that_is_away_is_told(backed_up: BackedUpInstance) -> None:
    """What is committed meanwhile is on this disk alone; an empty list would say that there is no backup."""
    assert backed_up.document('status')['backup']['log_waits_since'] is None
    with place_away(backed_up):
        switch_log(backed_up)
        wait_until(lambda: backed_up.document('status')['backup']['log_waits_since'] is not None)
        listed = backed_up.instance.dothi('backup', 'list')
        assert listed.returncode == 5
        assert str(backed_up.place) in listed.stderr
    switch_log(backed_up)
    wait_until(lambda: backed_up.document('status')['backup']['log_waits_since'] is None)


def test_a_state_folder_that_was_moved_is_backed_up_on(backed_up: BackedUpInstance) -> None:
    backed_up.require('down')
    moved = replace(backed_up, instance=replace(backed_up.instance, state=backed_up.folder / 'state dời'))
    backed_up.state.rename(moved.state)
    try:
        moved.require('up', '--demo', 'no')
        segments = segments_of(moved)
        switch_log(moved)
        wait_until(lambda: segments_of(moved) > segments)
    finally:
        moved.instance.dothi('down')
        moved.state.rename(backed_up.state)
    backed_up.require('up', '--demo', 'no')


def test_a_setup_whose_first_backup_fails_leaves_the_backup_where_it_was(backed_up: BackedUpInstance) -> None:
    full = backed_up.folder / 'full'
    full.mkdir()
    mount = ['mount', '-t', 'tmpfs', '-o', 'size=200k,mode=755', 'tmpfs', str(full)]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip('only root may mount a disk')
    began_at = datetime.now(UTC)
    try:
        refused = backed_up.instance.dothi('backup', 'setup', full / 'place')
    finally:
        subprocess.run(['umount', str(full)], check=True)
    assert refused.returncode == 5
    assert backed_up.document('backup', 'list')['where'] == str(backed_up.place)
    wait_until_gapless(backed_up, began_at)
    segments = segments_of(backed_up)
    switch_log(backed_up)
    wait_until(lambda: segments_of(backed_up) > segments)


def test_what_a_killed_proof_left_ends_with_the_instance(backed_up: BackedUpInstance) -> None:
    """A server with a copy of all data runs on: nobody else would end it before the next proof."""
    proof = backed_up.state / 'backup' / 'proof'
    kill_in_the_middle(backed_up, (proof / 'postgis' / 'data' / 'postmaster.pid').exists, 'backup', 'prove')
    backed_up.require('down')
    assert backed_up.instance.all_ended()
    assert not proof.exists()
    backed_up.require('up', '--demo', 'no')


def test_backups_that_end_while_the_instance_is_stopped_leave_no_old_backup(backed_up: BackedUpInstance) -> None:
    backed_up.require('down')
    backed_up.require('backup', 'off')
    backed_up.require('up', '--demo', 'no')
    assert not backed_up.document('status')['backup']['steps']
    assert 'backup' not in backed_up.instance.readiness()
    backed_up.require('backup', 'setup', backed_up.place)


def test_a_setup_that_was_killed_leaves_what_was_set_up_before(backed_up: BackedUpInstance) -> None:
    """Where none was, there is none; and it can be repeated."""
    record = backed_up.state / 'backup' / 'backup.json'
    other = backed_up.folder / 'other-place'
    kill_in_the_middle(backed_up, lambda: 'other-place' in record.read_text(), 'backup', 'setup', other)
    backed_up.require('up', '--demo', 'no')
    assert backed_up.document('backup', 'list')['where'] == str(backed_up.place)
    backed_up.require('backup', 'off')
    kill_in_the_middle(backed_up, lambda: is_set_up(backed_up) and record.exists(), 'backup', 'setup', backed_up.place)
    backed_up.require('up', '--demo', 'no')
    assert 'backup' not in backed_up.instance.services()
    assert not is_set_up(backed_up)
    backed_up.require('backup', 'setup', backed_up.place)


def test_what_changes_after_a_setup_that_was_killed_can_be_restored(backed_up: BackedUpInstance) -> None:
    """The log went to the other place meanwhile: all that came after that was lost until the backup of the night."""
    other, copy = (
        backed_up.folder / 'third-place',
        WholeInstance(backed_up.folder / 'copy', BAY, free_port(), free_port()),
    )
    backed_up.deliver('before', 'the gap')
    began_at = datetime.now(UTC)
    kill_in_the_middle(backed_up, lambda: has_log(other), 'backup', 'setup', other)
    assert backed_up.document('backup', 'list')['restorable_from'] is None, 'nothing is promised'
    backed_up.deliver('after', 'the gap')
    wait_until_gapless(backed_up, began_at)
    backed_up.deliver('later', 'than that')
    try:
        backed_up.require('restore', '--into', copy.state, '--port', str(copy.port), '--yes')
        assert wells(copy) == {'later', 'than that'}
    finally:
        copy.dothi('down')


def has_log(place: Path) -> bool:
    return any((place / 'database' / 'archive').rglob('*.zst'))


def wait_until_gapless(backed_up: BackedUpInstance, began_at: datetime) -> None:
    """Returns when there is a backup from which all moments up to now can be restored, made after `began_at`."""

    def is_gapless() -> bool:
        since = backed_up.document('backup', 'list')['restorable_from']
        return since is not None and datetime.fromisoformat(since) > began_at

    wait_until(is_gapless)


def test_a_setup_that_is_ended_meanwhile_brings_no_earlier_backup_back(backed_up: BackedUpInstance) -> None:
    """`dothi backup off` said that no backups are made any more, and the setup put the record of the last one back."""
    record, other = backed_up.state / 'backup' / 'backup.json', backed_up.folder / 'other-place'
    command = [sys.executable, '-m', 'dothi.cli', 'backup', 'setup', str(other)]
    with subprocess.Popen(command, env=backed_up.instance.environment(), stderr=subprocess.DEVNULL) as setup:
        until = time.monotonic() + PATIENCE_S
        while 'other-place' not in record.read_text():
            assert time.monotonic() < until
            time.sleep(0.01)
        backed_up.require('backup', 'off')
        assert setup.wait(PATIENCE_S) != 0
    assert not record.exists()
    assert not is_set_up(backed_up)
    shutil.rmtree(other, ignore_errors=True)
    backed_up.require('backup', 'setup', backed_up.place)


def test_the_moments_that_are_listed_can_be_typed_again(backed_up: BackedUpInstance) -> None:
    """The list had minutes: the first one began before the backup ended, and was refused."""
    listed = backed_up.require('backup', 'list')
    first = re.search(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}', listed)
    assert first, listed
    copy = backed_up.folder / 'first-moment'
    plan = backed_up.instance.dothi('restore', '--to', first[0], '--into', copy, '--port', str(free_port()))
    assert '--yes' in plan.stderr
    assert first[0] in plan.stderr


def test_no_moment_of_a_gap_is_promised(backed_up: BackedUpInstance) -> None:
    """While backups are off the log goes nowhere; setting up once more without a gap takes nothing away."""
    before = backed_up.document('backup', 'list')['restorable_from']
    backed_up.require('backup', 'setup', str(backed_up.place))
    assert backed_up.document('backup', 'list')['restorable_from'] == before
    backed_up.require('backup', 'off')
    off_at = datetime.now(UTC)
    backed_up.require('backup', 'setup', str(backed_up.place))
    listed = backed_up.document('backup', 'list')
    assert datetime.fromisoformat(listed['restorable_from']) > off_at
    assert before in {copy['ended_at'] for copy in listed['copies']}


@pytest.mark.parametrize('moment', ['2026-02-29 10:00', '9999-12-31T23:59:59-12:00', '0001-01-01T00:00+14:00', '24:61'])
def test_a_moment_that_the_calendar_does_not_have_is_refused(backed_up: BackedUpInstance, moment: str) -> None:
    copy = backed_up.folder / 'no-moment'
    refused = backed_up.instance.dothi('restore', '--to', moment, '--into', copy, '--port', '1', '--yes')
    assert refused.returncode == 2
    assert f'--to {moment}: ' in refused.stderr
    assert 'Traceback' not in refused.stderr
    assert not copy.exists()


def is_set_up(backed_up: BackedUpInstance) -> bool:
    """Whether the database says that backups are made of it."""
    return 'backup' in backed_up.instance.readiness()


def switch_log(backed_up: BackedUpInstance) -> None:
    """Ends the segment of the log that is written to, so that it goes to the backup."""
    url = backed_up.instance.database_address()
    with closing(psycopg2.connect(url)) as db, db.cursor() as cursor:
        cursor.execute('create table switched ()')
        cursor.execute('drop table switched')
        db.commit()
        cursor.execute('select pg_switch_wal()')


def segments_of(backed_up: BackedUpInstance) -> int:
    """How many segments of the log the backup holds."""
    return sum(1 for file in (backed_up.place / 'database' / 'archive').rglob('*.zst'))


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.2)

"""Backups under what destroys them or interrupts them: damage, lost folders, kill -9, a server on the network."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from dothi.core.ports import free_port
from tests.faults.backups import BackedUpInstance, backed_up_instance, damage, kill_in_the_middle, newest_copy, wells
from tests.instances import BAY, WholeInstance
from tests.matrix import exhaustive

pytestmark = exhaustive


@pytest.fixture(scope='module')
def backed_up(shared_folder: Path) -> Iterator[BackedUpInstance]:
    """An instance with a backup; each test leaves it running."""
    with backed_up_instance(shared_folder / 'losses') as backed_up:
        yield backed_up


def test_a_proof_names_the_layer_that_differs(backed_up: BackedUpInstance) -> None:
    """A row that was changed past the log, as by a failing disk, is in the instance and not in its backup."""
    assert backed_up.document('backup', 'prove')['layers'] == 1
    status = backed_up.document('status')['backup']['steps']['proof']
    assert status['succeeded_at'] is not None
    url = backed_up.instance.database_address()
    with psycopg2.connect(url) as db, db.cursor() as cursor:
        # what an unlogged table holds is not in the log, and empty after a recovery
        cursor.execute('alter table layer.wells set unlogged')
    try:
        failed = backed_up.instance.dothi('backup', 'prove')
        assert failed.returncode == 5
        assert 'wells' in failed.stderr
        assert 'wells' in backed_up.document('status')['backup']['steps']['proof']['fault']['en']
    finally:
        with psycopg2.connect(url) as db, db.cursor() as cursor:
            cursor.execute('alter table layer.wells set logged')
    assert backed_up.document('backup', 'prove')['rows'] >= 2
    assert not (backed_up.state / 'backup' / 'proof').exists()


def test_a_proof_names_a_file_of_the_store_that_rots(backed_up: BackedUpInstance) -> None:
    """The backup has it whole: the snapshot was taken before, and restic reads what looks unchanged no second time."""
    original = backed_up.originals()[0]
    whole, times = original.read_bytes(), original.stat()
    damage(original)
    os.utime(original, ns=(times.st_atime_ns, times.st_mtime_ns))
    try:
        proof = backed_up.document('backup', 'prove')
    finally:
        original.write_bytes(whole)
        os.utime(original, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert proof['damaged_files'] == [str(original.relative_to(backed_up.state / 'store'))]


def test_a_damaged_backup_is_named_and_the_one_before_it_is_restored(backed_up: BackedUpInstance) -> None:
    """The log leads from there to the same moment."""
    backed_up.deliver('before', 'the', 'damage')
    backed_up.require('backup', 'run', '--full')
    damaged = newest_copy(backed_up.place)
    saved = backed_up.folder / 'saved-copy'
    shutil.copytree(damaged, saved)
    for file in damaged.rglob('*'):
        if file.is_file() and 'manifest' not in file.name:
            damage(file)
    copy = WholeInstance(backed_up.folder / 'copy-of-damaged', BAY, free_port(), free_port())
    try:
        words = ('restore', '--into', copy.state, '--port', str(copy.port), '--yes', '--json')
        restored = json.loads(backed_up.require(*words))
        assert wells(copy) == {'before', 'the', 'damage'}
    finally:
        copy.dothi('down')
    assert any(damaged.name in note['en'] for note in restored['notes'])
    shutil.rmtree(damaged)
    shutil.copytree(saved, damaged)
    for path in [damaged, *damaged.rglob('*')]:
        shutil.chown(path, damaged.parent.owner(), damaged.parent.group())


def test_a_killed_backup_is_made_by_the_next_run(backed_up: BackedUpInstance) -> None:
    copies = len(backed_up.document('backup', 'list')['copies'])
    lock = backed_up.state / 'backup' / 'lock' / 'dothi-backup-1.lock'
    is_at_work = lambda: lock.exists() or any(lock.parent.glob('*backup*.lock'))  # noqa: E731
    kill_in_the_middle(backed_up, is_at_work, 'backup', 'run', '--full')
    backed_up.require('backup', 'run', '--full')
    assert len(backed_up.document('backup', 'list')['copies']) > copies


def test_a_killed_restore_leaves_what_was_there_and_is_repeated(backed_up: BackedUpInstance) -> None:
    backed_up.deliver('kept', 'through', 'a', 'kill')
    backed_up.require('down')
    data, work = backed_up.state / 'postgis' / 'data', backed_up.state / 'restore'
    system = (data / 'global' / 'pg_control').read_bytes()
    is_writing = (work / 'postgis' / 'data' / 'PG_VERSION').exists
    kill_in_the_middle(backed_up, is_writing, 'restore', '--yes')
    assert (data / 'global' / 'pg_control').read_bytes() == system
    backed_up.require('up', '--demo', 'no')
    assert wells(backed_up.instance) == {'kept', 'through', 'a', 'kill'}
    backed_up.require('down')
    restored = backed_up.document('restore', '--yes')
    assert wells(backed_up.instance) == {'kept', 'through', 'a', 'kill'}
    assert not work.exists()
    for folder in restored['set_aside']:
        shutil.rmtree(folder)


def test_a_moment_before_a_restore_can_still_be_restored(backed_up: BackedUpInstance) -> None:
    """A restore begins a timeline; moments on the one that it left are reached all the same."""
    backed_up.deliver('first', 'past')
    early = backed_up.moment()
    backed_up.deliver('second', 'past')
    late = backed_up.moment()
    for moment, expected in ((early, {'first', 'past'}), (late, {'second', 'past'})):
        backed_up.require('down')
        restored = backed_up.document('restore', '--to', moment, '--yes')
        assert wells(backed_up.instance) == expected
        for folder in restored['set_aside']:
            shutil.rmtree(folder)


def test_after_the_loss_of_the_state_folder_place_and_key_are_enough(backed_up: BackedUpInstance) -> None:
    backed_up.deliver('before', 'the', 'fire')
    token = (backed_up.state / 'secrets' / 'edit_token').read_text(encoding='utf-8')
    backed_up.require('down')
    shutil.rmtree(backed_up.state)
    words = ('--from', backed_up.place, '--key-file', backed_up.key_file, '--take-over')
    backed_up.require('restore', *words, '--yes')
    assert wells(backed_up.instance) == {'before', 'the', 'fire'}
    assert (backed_up.state / 'secrets' / 'edit_token').read_text(encoding='utf-8') == token
    assert backed_up.document('status')['backup']['steps']['database']['succeeded_at']
    assert backed_up.instance.readiness()['backup'] == 'ok'


def test_another_instance_cannot_take_the_place(backed_up: BackedUpInstance) -> None:
    other = WholeInstance(backed_up.folder / 'other', BAY, free_port(), free_port())
    assert other.dothi('up', '--demo', 'no').returncode == 0
    try:
        refused = other.dothi('backup', 'setup', backed_up.place)
        assert refused.returncode == 2
        assert 'Khóa không mở được' in refused.stderr
        assert other.dothi('status', '--json').returncode == 0
        assert not json.loads(other.dothi('status', '--json').stdout)['backup']['steps']
    finally:
        other.dothi('down')

"""What was backed up comes back: whole, to a moment, beside the instance, and after losses."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from dothi.core.ports import free_port
from tests.faults.backups import BackedUpInstance, wells
from tests.instances import BAY, WholeInstance
from tests.matrix import exhaustive


def test_setup_says_that_the_key_has_to_be_kept_elsewhere_and_starts_the_service(backed_up: BackedUpInstance) -> None:
    status = backed_up.document('status')
    assert [service['running'] for service in status['services'] if service['name'] == 'backup'] == [True]
    assert set(status['backup']['steps']) >= {'setup', 'database', 'store'}
    assert (backed_up.state / 'secrets' / 'backup_key').stat().st_mode & 0o077 == 0
    assert backed_up.instance.readiness()['backup'] == 'ok'


@pytest.mark.parametrize('where', ['state/inside', '.'])
def test_a_place_that_is_lost_with_the_data_is_refused(backed_up: BackedUpInstance, where: str) -> None:
    refused = backed_up.instance.dothi('backup', 'setup', backed_up.folder / where)
    assert refused.returncode == 2
    assert str(backed_up.state) in refused.stderr


def test_a_wrong_key_is_refused_before_anything_is_written(backed_up: BackedUpInstance) -> None:
    wrong = backed_up.folder / 'wrong-key'
    wrong.write_text('not the key', encoding='utf-8')
    copy = backed_up.folder / 'copy with' / 'wrong key'
    words = ('restore', '--from', backed_up.place, '--key-file', wrong, '--into', copy, '--port', '5999', '--yes')
    refused = backed_up.instance.dothi(*words)
    assert refused.returncode == 2
    assert 'Khóa không mở được' in refused.stderr
    assert not copy.parent.exists(), 'the folders that were made for it are gone'


def test_a_key_that_is_lost_is_missed_before_it_is_needed_and_no_other_is_left_in_its_place(
    backed_up: BackedUpInstance,
) -> None:
    """The log goes on by the copy of it that the configuration of pgBackRest has."""
    key = backed_up.state / 'secrets' / 'backup_key'
    text = key.read_text(encoding='utf-8')
    key.unlink()
    refused = backed_up.instance.dothi('backup', 'setup', backed_up.place)
    assert refused.returncode == 2
    assert not key.exists()
    for command in (('backup', 'run'), ('doctor', '--json')):
        said = backed_up.instance.dothi(*command)
        assert 'repo1-cipher-pass' in said.stdout + said.stderr
    config = (backed_up.state / 'backup' / 'pgbackrest.conf').read_text(encoding='utf-8')
    assert f'repo1-cipher-pass={text.strip()}' in config
    key.write_text(text, encoding='utf-8')
    backed_up.require('backup', 'run')


def test_a_restore_beside_a_running_instance_needs_a_folder_of_its_own(backed_up: BackedUpInstance) -> None:
    refused = backed_up.instance.dothi('restore', '--yes')
    assert refused.returncode == 2
    assert 'dothi down' in refused.stderr


def test_a_copy_whose_port_is_taken_is_refused_before_anything_is_restored(backed_up: BackedUpInstance) -> None:
    """It was known when all was there, and a database of the copy ran on."""
    copy = backed_up.folder / 'copy-with-taken-port'
    with socket.create_server(('127.0.0.1', 0)) as listener:
        port = listener.getsockname()[1]
        refused = backed_up.instance.dothi('restore', '--into', copy, '--port', str(port), '--yes')
    assert refused.returncode == 5
    assert f'{port}' in refused.stderr
    assert not copy.exists()


@pytest.mark.parametrize('name', ['wells.csv', 'wells.csv/below', 300 * 'x'])
def test_a_folder_that_cannot_be_made_is_named(backed_up: BackedUpInstance, name: str) -> None:
    folder = backed_up.folder / name
    refused = backed_up.instance.dothi('restore', '--into', folder, '--port', str(free_port()), '--yes')
    assert refused.returncode == 2
    assert str(folder) in refused.stderr


def test_a_place_on_a_disk_that_is_read_only_is_named_at_once(backed_up: BackedUpInstance) -> None:
    """restic tried to lock it for a quarter of an hour, and nobody heard of it meanwhile."""
    place = backed_up.place
    if subprocess.run(['mount', '--bind', place, place], check=False).returncode:
        pytest.skip('only root may mount a disk')
    try:
        subprocess.run(['mount', '-o', 'remount,bind,ro', place], check=True)
        for words, exit_code in ((['run'], 5), (['prove'], 5), (['setup', place], 2)):
            environment = backed_up.instance.environment() | {'DOTHI_LANG': 'en'}
            command = [sys.executable, '-m', 'dothi.cli', 'backup', *words]
            refused = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
            assert refused.returncode == exit_code
            assert 'read-only' in refused.stderr.lower()
        assert 'read-only' in backed_up.document('status')['backup']['steps']['store']['fault']['en']
    finally:
        subprocess.run(['umount', place], check=True)
    backed_up.require('backup', 'run')


def test_a_backup_without_a_proof_gets_old(backed_up: BackedUpInstance) -> None:
    url = backed_up.instance.database_address()
    change = "update catalog.backup set succeeded_at = succeeded_at {} interval '27 hours' where kind = 'setup'"
    with psycopg2.connect(url) as db, db.cursor() as cursor:
        cursor.execute("delete from catalog.backup where kind = 'proof'")
        cursor.execute(change.format('-'))
    assert backed_up.instance.readiness()['backup'] == 'old'
    with psycopg2.connect(url) as db, db.cursor() as cursor:
        cursor.execute(change.format('+'))
    assert backed_up.instance.readiness()['backup'] == 'ok'


@exhaustive
def test_a_moment_is_restored_beside_the_instance_with_the_original_of_its_release(
    backed_up: BackedUpInstance,
) -> None:
    backed_up.require('people', 'key', 'admin', '--label', 'QGIS')
    with psycopg2.connect(backed_up.instance.database_address()) as db, db.cursor() as cursor:
        cursor.execute(
            """insert into access.session (sha256, person, address, user_agent)
               select sha256('x'), id, '192.0.2.1', 'test' from access.person where name = 'admin'"""
        )
    moment = backed_up.moment()
    before = wells(backed_up.instance)
    backed_up.deliver('later')
    copy = WholeInstance(backed_up.folder / 'bản sao' / 'mới', BAY, free_port(), free_port())
    words = ('restore', '--to', moment, '--into', copy.state, '--port', str(copy.port), '--yes', '--json')
    try:
        restored = json.loads(backed_up.require(*words))
        assert wells(copy) == before
        assert wells(backed_up.instance) == {'later'}
        with psycopg2.connect(copy.database_address()) as db, db.cursor() as cursor:
            cursor.execute('select count(*) from access.session where ended_at is null')
            assert cursor.fetchone() == (0,), 'what was ended after the backup would be open again'
    finally:
        copy.dothi('down')
    (layer,) = restored['layers']
    assert (layer['id'], layer['rows'], layer['is_whole']) == ('wells', len(before), True)
    assert restored['files'] == layer['release'], 'one original for each release'
    assert not restored['damaged_files']
    assert restored['reached_at'] <= moment
    access = restored['access']
    assert (access['sessions_ended'], access['links_ended'], access['keys_in_force']) == (1, 1, 1)


def test_after_the_loss_of_the_data_folder_the_latest_comes_back(backed_up: BackedUpInstance) -> None:
    """`up` makes no empty database in place of the lost one; what is replaced is kept under another name."""
    backed_up.deliver('last', 'of', 'all')
    backed_up.require('people', 'key', 'admin', '--label', 'QGIS')
    backed_up.require('down')
    shutil.rmtree(backed_up.state / 'postgis' / 'data')
    refused = backed_up.instance.dothi('up', '--demo', 'no')
    assert refused.returncode == 5
    assert 'dothi restore' in refused.stderr
    restored = backed_up.document('restore', '--yes', '--revoke-keys')
    assert wells(backed_up.instance) == {'last', 'of', 'all'}
    assert restored['access']['keys_revoked'] >= 1
    assert restored['access']['keys_in_force'] == 0
    assert all(Path(folder).is_dir() for folder in restored['set_aside'])
    assert len(restored['set_aside']) == 2
    histories = list((backed_up.place / 'database' / 'archive').rglob('*.history*'))
    assert len(histories) == 1, 'a second restore would begin a timeline with the same number'
    for folder in restored['set_aside']:
        shutil.rmtree(folder)

"""The disk of the store or of the secrets is not mounted: nothing is put in its place, and people are told."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dothi.core.ports import free_port
from tests.faults.clients import ask, require
from tests.faults.parts import wait_until_ready
from tests.instances import BAY, WholeInstance
from tests.matrix import exhaustive

WELLS = 'NAME;end;depth;lon;lat\nA;;12;109.21;12.21\nB;;13;109.22;12.22\n'


@pytest.fixture(scope='module')
def instance(shared_folder: Path) -> Iterator[WholeInstance]:
    """An instance with two wells, that runs; each test leaves it so."""
    folder = shared_folder / 'folders-away'
    folder.mkdir()
    instance = WholeInstance(folder / 'state', BAY, free_port(), free_port())
    with ExitStack() as stack:
        stack.callback(instance.dothi, 'down')
        require(instance, 'up', '--demo', 'no')
        require(instance, 'deliver', wells(folder), '-l', 'wells', '--crs', 'EPSG:4326')
        yield instance


def wells(folder: Path, more: str = '') -> Path:
    file = folder / 'wells.csv'
    file.write_text(WELLS + more, encoding='utf-8')
    return file


def test_an_empty_mount_point_in_place_of_the_store_takes_nothing(instance: WholeInstance, tmp_path: Path) -> None:
    """After a reboot the disk of the store is not mounted: layers are served, and whoever writes is refused."""
    store, disk = instance.state / 'store', instance.state / 'disk'
    require(instance, 'down')
    store.rename(disk)
    store.mkdir()
    up = instance.dothi('up', '--demo', 'no')
    assert (up.returncode, str(store) in up.stderr) == (5, True), up.stderr
    assert ask(instance, '/api/collections/wells/items?f=json')[0] == 200
    assert instance.readiness()['store'] == 'foreign'
    refused = instance.dothi('deliver', wells(tmp_path, 'C;;14;109.23;12.23\n'), '-l', 'wells', '--crs', 'EPSG:4326')
    assert (refused.returncode, 'dothi restore' in refused.stderr) == (5, True), refused.stderr
    assert str(store) in instance.dothi('status').stdout
    migrated = instance.dothi('migrate')
    assert (migrated.returncode, str(store) in migrated.stderr) == (0, True)
    assert not list(store.iterdir()), 'nothing that the disk would hide'
    store.rmdir()
    disk.rename(store)
    wait_until_ready(instance)
    require(instance, 'deliver', wells(tmp_path, 'C;;14;109.23;12.23\n'), '-l', 'wells', '--crs', 'EPSG:4326')


@exhaustive  # tests/core/test_store_mark.py has marks by themselves
def test_a_store_from_before_there_were_marks_gets_its_own_and_an_empty_folder_none(instance: WholeInstance) -> None:
    store, disk, mark = instance.state / 'store', instance.state / 'disk', instance.state / 'secrets' / 'store_id'
    mark.unlink()
    (store / 'store_id').unlink()
    store.rename(disk)
    store.mkdir()
    assert instance.dothi('up', '--demo', 'no').returncode == 5
    assert not list(store.iterdir())
    store.rmdir()
    disk.rename(store)
    require(instance, 'up', '--demo', 'no')
    assert (store / 'store_id').read_text(encoding='ascii') == mark.read_text(encoding='ascii')


@exhaustive  # tests/core/test_secret_files.py has it without an instance
@pytest.mark.parametrize('has_folder', [True, False])
def test_secrets_that_are_away_are_missed_and_not_made_anew(instance: WholeInstance, has_folder: bool) -> None:
    secrets, disk = instance.state / 'secrets', instance.state / 'disk'
    require(instance, 'down')
    secrets.rename(disk)
    if has_folder:
        secrets.mkdir()
    for command in ('up', 'migrate'):
        refused = instance.dothi(command)
        assert (refused.returncode, str(secrets) in refused.stderr) == (5, True), refused.stderr
        assert '--new-secrets' in refused.stderr
    assert not [*secrets.glob('*')]
    if has_folder:
        secrets.rmdir()
    disk.rename(secrets)
    require(instance, 'up', '--demo', 'no')


@exhaustive
def test_new_secrets_are_made_on_purpose_and_the_store_stays(instance: WholeInstance) -> None:
    """While all runs: what runs with the old passwords would be shut out."""
    secrets = instance.state / 'secrets'
    before = (secrets / 'worker').read_text(encoding='utf-8')
    for file in secrets.iterdir():
        file.unlink()
    require(instance, 'up', '--demo', 'no', '--new-secrets')
    assert (secrets / 'worker').read_text(encoding='utf-8') != before
    wait_until_ready(instance)
    assert json.loads(instance.dothi('status', '--json').stdout)['store'] == {
        'damaged': [], 'unread': 0, 'is_away': False,
    }  # fmt: skip

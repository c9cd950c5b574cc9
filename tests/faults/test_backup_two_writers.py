"""Two instances and one place of backups: one of them writes there, and none is restored to what the other did."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dothi.core.ports import free_port
from tests.faults.backups import BackedUpInstance, backed_up_instance, wells
from tests.instances import BAY, WholeInstance
from tests.matrix import thorough

TAKEN = 'một hệ thống khác'


@pytest.fixture(scope='module')
def first(shared_folder: Path) -> Iterator[BackedUpInstance]:
    """The instance whose backup it is; the tests below follow one another as they stand here."""
    with backed_up_instance(shared_folder / 'two writers') as first:
        yield first


@pytest.fixture(scope='module')
def second(first: BackedUpInstance) -> Iterator[BackedUpInstance]:
    """Another machine, on which nothing runs yet."""
    folder = first.folder / 'second'
    folder.mkdir()
    second = BackedUpInstance(WholeInstance(folder / 'state', BAY, free_port(), free_port()), first.place, folder)
    yield second
    second.instance.dothi('down')


def refusal(instance: BackedUpInstance, *words: str | Path) -> str:
    """What a command says that leaves the decision to a person."""
    done = instance.instance.dothi(*words)
    assert done.returncode == 4, done.stdout + done.stderr
    return done.stderr


@thorough
def test_a_copy_on_another_machine_does_not_write_into_the_backup_it_came_from(
    first: BackedUpInstance, second: BackedUpInstance
) -> None:
    """The first one lives: a restore of it gives its own changes, and not those of the copy."""
    words = ('restore', '--from', first.place, '--key-file', first.key_file, '--yes')
    assert '--take-over' in second.document(*words)['notes'][-1]['en']
    assert wells(second.instance) == {'A', 'B'}
    assert not second.document('status')['backup']['steps']
    assert 'backup' not in second.instance.readiness()
    first.deliver('of', 'the first')
    second.deliver('of', 'the second')
    assert TAKEN in refusal(second, 'backup', 'setup', second.place)
    first.require('backup', 'run')
    assert first.document('backup', 'prove')['layers'] == 1
    first.require('down')
    shutil.rmtree(first.state / 'postgis')
    assert not first.document('restore', '--yes')['notes']
    assert wells(first.instance) == {'of', 'the first'}


@thorough
def test_whoever_takes_a_place_over_ends_the_backups_of_the_other_one(
    first: BackedUpInstance, second: BackedUpInstance
) -> None:
    """The other one says so wherever its backups are looked at, and is not restored to what it never did.

    Another key that was on the second machine opens what was backed up elsewhere, and stays.
    """
    second.require('down')
    (second.state / 'secrets' / 'backup_key').write_text('that of another place', encoding='utf-8')
    words = ('restore', '--from', first.place, '--key-file', first.key_file, '--take-over', '--yes')
    assert not second.document(*words)['notes']
    assert wells(second.instance) == {'of', 'the first'}
    former = list((second.state / 'secrets').glob('backup_key.before-*'))
    assert [file.read_text(encoding='utf-8') for file in former] == ['that of another place']
    second.deliver('after', 'the taking over')
    second.require('backup', 'run')
    assert second.document('backup', 'prove')['layers'] == 1
    assert second.instance.readiness()['backup'] == 'ok'
    assert TAKEN in refusal(first, 'backup', 'run')
    assert TAKEN in refusal(first, 'backup', 'prove')
    assert TAKEN in refusal(first, 'backup', 'setup', first.place)
    assert TAKEN in first.document('status')['backup']['steps']['store']['fault']['vi']
    copy = ('--into', first.folder / 'copy', '--port', str(free_port()))
    assert '--from' in refusal(first, 'restore', *copy, '--yes')
    assert not (first.folder / 'copy').exists()
    first.require('down')
    assert '--from' in refusal(first, 'restore', '--yes')
    first.require('up', '--demo', 'no')
    assert wells(first.instance) == {'of', 'the first'}, 'nothing was replaced'


@thorough
def test_whose_place_was_taken_over_is_backed_up_elsewhere(first: BackedUpInstance) -> None:
    elsewhere = first.folder / 'another place'
    first.require('backup', 'setup', elsewhere)
    assert first.document('backup', 'prove')['layers'] == 1
    assert first.document('status')['backup']['steps']['store']['fault'] is None

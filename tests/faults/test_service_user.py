"""Where root starts an instance of the user of the services, that user runs it, and can change all that root writes."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from dothi.core.ports import free_port
from tests.faults.backups import BackedUpInstance, wells
from tests.faults.parts import SERVICES, pid_of, wait_until, wait_until_ready
from tests.instances import BAY, WholeInstance
from tests.matrix import exhaustive, thorough

USER = 'nobody'
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason='only root may start services as another user')


@pytest.fixture(scope='module')
def of_user(shared_folder: Path) -> Iterator[BackedUpInstance]:
    """An instance that root started in a state folder of the user's, and a folder that only root may enter."""
    folder, own = shared_folder / 'of-user', shared_folder / 'of-root'
    (folder / 'state').mkdir(parents=True)
    shutil.chown(folder / 'state', USER)
    own.mkdir(mode=0o700)
    instance = WholeInstance(folder / 'state', BAY, free_port(), free_port(), {'DOTHI_USER': USER})
    started = instance.dothi('up', '--demo', 'no')
    assert started.returncode == 0, started.stderr
    yield BackedUpInstance(instance, folder / 'place', own)
    instance.dothi('down')


def uid_of(pid: int) -> int:
    return Path(f'/proc/{pid}').stat().st_uid


def of_root(folder: Path) -> list[Path]:
    """What in a folder belongs to root, and the user of the services could not change."""
    return [path for path in (folder, *folder.rglob('*')) if path.lstat().st_uid == 0]


def test_all_parts_run_as_the_user(of_user: BackedUpInstance) -> None:
    names = (*SERVICES, 'supervisor', 'spare', 'database')
    user = shutil.os.stat(of_user.state).st_uid  # type: ignore[attr-defined]
    assert {uid_of(pid_of(of_user.instance, name)) for name in names} == {user}
    assert {folder.stat().st_uid for folder in of_user.instance.process_folders()} == {user}


@thorough
def test_root_delivers_what_only_root_can_read_and_leaves_nothing_of_its_own(of_user: BackedUpInstance) -> None:
    of_user.deliver('A', 'B')
    of_user.require('export', 'pmtiles', of_user.folder / 'map.pmtiles')
    assert (of_user.folder / 'map.pmtiles').stat().st_size
    assert wells(of_user.instance) == {'A', 'B'}


@exhaustive
def test_what_root_kills_is_started_as_the_user_again(of_user: BackedUpInstance) -> None:
    dead = [pid_of(of_user.instance, name) for name in (*SERVICES, 'supervisor', 'spare', 'database')]
    for pid in dead:
        os.kill(pid, signal.SIGKILL)
    # the server asks whether one of its number is there, and takes remains for a process
    wait_until(lambda: not any(Path(f'/proc/{pid}').exists() for pid in dead), 'nothing of them is left')
    of_user.require('up', '--demo', 'no')
    wait_until_ready(of_user.instance)
    of_user.deliver('A', 'B', 'C')
    test_all_parts_run_as_the_user(of_user)


@exhaustive
def test_backups_are_made_and_proven_by_root_and_by_the_service(of_user: BackedUpInstance) -> None:
    of_user.require('backup', 'setup', of_user.place)
    of_user.require('backup', 'run')
    of_user.require('backup', 'prove')
    assert not of_root(of_user.place / 'database')
    assert not of_root(of_user.place / 'store')
    of_user.deliver('A')
    of_user.require('down')
    of_user.require('restore', '--yes')
    wait_until_ready(of_user.instance)
    assert wells(of_user.instance) == {'A'}


@thorough
def test_no_command_of_root_leaves_a_file_of_root(of_user: BackedUpInstance) -> None:
    """Also those that only look, and one that fails."""
    for command in (['status'], ['doctor'], ['migrate'], ['deliveries'], ['config']):
        of_user.instance.dothi(*command)
    of_user.require('template', 'wells', of_user.folder / 'wells.xlsx')
    assert not of_root(of_user.state)


def test_what_the_user_cannot_read_is_named(of_user: BackedUpInstance) -> None:
    closed = of_user.folder / 'bay'
    shutil.copytree(BAY, closed)
    instance = of_user.instance
    other = WholeInstance(instance.state, closed, instance.port, instance.public_port, instance.more)
    refused = other.dothi('up', '--demo', 'no')
    assert refused.returncode == 5
    assert str(of_user.folder) in refused.stderr

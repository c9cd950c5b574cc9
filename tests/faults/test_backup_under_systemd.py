"""A backup of an instance whose parts systemd runs: here a loop starts the database again, as its unit does."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dothi.core.ports import free_port
from tests.instances import BAY, WholeInstance
from tests.matrix import thorough
from tests.services import PATIENCE_S

UNIT = 'until [ -e "$0" ]; do "$1" -m dothi.cli database; sleep 0.2; done'


@pytest.fixture
def watched(shared_folder: Path) -> Iterator[WholeInstance]:
    """An instance with nothing but its database, which somebody starts again whenever it ends."""
    folder = shared_folder / 'watched'
    instance = WholeInstance(folder / 'state', BAY, free_port(), free_port())
    with in_foreground(instance, 'bash', '-c', UNIT, str(folder / 'ended'), sys.executable):
        wait_until(lambda: instance.dothi('migrate').returncode == 0)
        yield instance
        (folder / 'ended').touch()
        pid = (instance.state / 'postgis/data/postmaster.pid').read_text().splitlines()[0]
        os.kill(int(pid), 2)


@contextmanager
def in_foreground(instance: WholeInstance, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a child of this process, with what leads to the instance."""
    instance.state.parent.mkdir(exist_ok=True)
    with (instance.state.parent / 'foreground.log').open('ab') as log:
        process = subprocess.Popen(command, env=instance.environment(), stdout=log, stderr=log, cwd='/')
        yield process
        process.wait(PATIENCE_S)


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.2)


@thorough
def test_setup_leaves_the_database_to_who_watches_it_and_off_ends_the_service(watched: WholeInstance) -> None:
    first_pid = (watched.state / 'postgis/data/postmaster.pid').read_text().splitlines()[0]
    place = watched.state.parent / 'place'
    made = watched.dothi('backup', 'setup', place)
    assert made.returncode == 0, made.stderr
    database = watched.state / 'run' / 'database.foreground'
    assert (
        database.read_text().split()[0] == (watched.state / 'postgis/data/postmaster.pid').read_text().splitlines()[0]
    )
    assert database.read_text().split()[0] != first_pid
    with in_foreground(watched, sys.executable, '-m', 'dothi.cli', 'backup', 'watch') as watch:
        wait_until(lambda: running(watched).get('backup') == watch.pid)
        assert json.loads(watched.dothi('status', '--json').stdout)['supervised'] is True
        assert watched.dothi('backup', 'off').returncode == 0
        assert watch.wait(PATIENCE_S) == 0
    assert 'backup' not in running(watched)


def running(instance: WholeInstance) -> dict[str, int]:
    return {name: pid for name, pid in instance.services().items() if pid}

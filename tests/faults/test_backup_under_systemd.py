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
from tests.forked import run_program
from tests.instances import BAY, WholeInstance
from tests.matrix import thorough
from tests.services import PATIENCE_S

UNIT = 'until [ -e "$0" ]; do "$1" -m dothi.cli database; sleep 0.2; done'


# `dothi`, on a machine where the units of systemd run this very instance.
UNDER_SYSTEMD = """
from pathlib import Path
from dothi.core.settings import PathSettings
from dothi.local.systemd import running
running.BOOTED, running.TARGET_UNIT, running.STATE = Path('/'), Path('/'), PathSettings().state
from dothi.cli.app import main
main()
"""


@pytest.fixture
def watched(shared_folder: Path) -> Iterator[WholeInstance]:
    """An instance with nothing but its database, which somebody starts again whenever it ends."""
    instance = WholeInstance(shared_folder / 'watched' / 'state', BAY, free_port(), free_port())
    with database_watched(instance):
        yield instance


@contextmanager
def database_watched(instance: WholeInstance) -> Iterator[None]:
    """Within, the database of the instance runs, and somebody starts it again whenever it ends."""
    ended = instance.state.parent / 'ended'
    ended.unlink(missing_ok=True)
    with in_foreground(instance, 'bash', '-c', UNIT, str(ended), sys.executable):
        wait_until(lambda: instance.dothi('migrate').returncode == 0)
        yield
        ended.touch()
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


@thorough
def test_a_restore_starts_nothing_that_systemd_is_to_start(shared_folder: Path) -> None:
    """What `dothi up` would start has the ports of the units, and none of their walls."""
    instance = WholeInstance(shared_folder / 'stopped' / 'state', BAY, free_port(), free_port())
    with database_watched(instance):
        assert instance.dothi('backup', 'setup', instance.state.parent / 'place').returncode == 0
    ended = run_program(UNDER_SYSTEMD, ['restore', '--yes', '--json'], instance.environment())
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)['commands'] == ['systemctl start dothi.target']
    assert running(instance) == {}
    assert not (instance.state / 'postgis/data/postmaster.pid').exists()
    with database_watched(instance):
        assert len(json.loads(instance.dothi('backup', 'list', '--json').stdout)['copies']) == 2


@pytest.mark.parametrize(
    ('command', 'instead'), [('up', 'systemctl start dothi.target'), ('down', 'systemctl stop "dothi*"')]
)
def test_what_systemd_runs_is_started_and_ended_by_systemd(command: str, instead: str, tmp_path: Path) -> None:
    instance = WholeInstance(tmp_path / 'state', BAY, free_port(), free_port())
    refused = run_program(UNDER_SYSTEMD, [command], instance.environment() | {'DOTHI_LANG': 'en'})
    assert refused.returncode == 2
    assert instead in refused.stderr


def running(instance: WholeInstance) -> dict[str, int]:
    return {name: pid for name, pid in instance.services().items() if pid}

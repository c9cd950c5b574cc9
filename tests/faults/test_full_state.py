"""The disk of the whole state is full: what dies comes back without room, and commands say which disk it is."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import requests

from bench.nginx import nginx
from dothi.core.ports import free_port
from tests.faults.clients import BACK_S, ask, require
from tests.faults.parts import pid_of, wait_until, wait_until_ready, wait_until_replaced
from tests.instances import BAY, WholeInstance
from tests.matrix import exhaustive

SIZE_MB, LEAST_FREE_MB, RESERVE_MB = 320, 8, 40
WELLS = '/api/collections/wells/items?f=json'


@pytest.fixture(scope='module')
def instance(shared_folder: Path) -> Iterator[WholeInstance]:
    """An instance with a well on a small disk of its own, that runs; each test leaves it so, with room."""
    disk = shared_folder / 'full-state'
    disk.mkdir()
    mount = ['mount', '-t', 'tmpfs', '-o', f'size={SIZE_MB}m,mode=755', 'tmpfs', str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip('only root may make a small disk')
    settings = {'DOTHI_DISK_MIN_MB': str(LEAST_FREE_MB)}
    instance = WholeInstance(disk / 'state', BAY, free_port(), free_port(), settings)
    with ExitStack() as stack:
        stack.callback(subprocess.run, ['umount', '--lazy', str(disk)], check=True)
        stack.callback(instance.dothi, 'down')
        require(instance, 'up', '--demo', 'no')
        require(instance, 'deliver', wells(shared_folder), '-l', 'wells', '--crs', 'EPSG:4326')
        wait_until((instance.state / 'reserve').exists, 'room is held in reserve')
        yield instance


def wells(folder: Path) -> Path:
    file = folder / 'wells-of-a-full-disk.csv'
    file.write_text(f'NAME;end;depth;lon;lat\nA;;{time.time_ns() % 90};109.21;12.21\n', encoding='utf-8')
    return file


def many_wells(folder: Path) -> Path:
    """A file for which the server's log has no room left over, as it may have for a row."""
    file = folder / 'many-wells.csv'
    rows = (f'W{number};;1;{109.2 + number / 1e6:.6f};12.21\n' for number in range(60_000))
    file.write_text('NAME;end;depth;lon;lat\n' + ''.join(rows), encoding='utf-8')
    return file


@contextmanager
def full(instance: WholeInstance) -> Iterator[None]:
    """Within, the disk has no room at all."""
    filler = instance.state.parent / 'filler'
    with filler.open('wb', buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    try:
        yield
    finally:
        filler.unlink()


def kill(instance: WholeInstance, *parts: str) -> None:
    """Kills the parts, and returns when others have taken their places, in time."""
    dead = {part: pid_of(instance, part) for part in parts}
    began_s = time.monotonic()
    for pid in dead.values():
        os.kill(pid, signal.SIGKILL)
    for part, pid in dead.items():
        wait_until_replaced(instance, part, pid)
    for port in (instance.port, instance.public_port):
        wait_until(lambda port=port: is_served(instance, port), 'layers are served')  # type: ignore[misc]
    assert time.monotonic() - began_s < BACK_S


def is_served(instance: WholeInstance, port: int) -> bool:
    with suppress(OSError):
        return ask(instance, WELLS, port)[0] == 200
    return False


def test_services_that_are_killed_come_back_without_room(instance: WholeInstance) -> None:
    with full(instance):
        kill(instance, 'public', 'internal', 'worker', 'inbox', 'spare')
        assert instance.readiness()['disk'] == 'full'
    wait_until_ready(instance)


@exhaustive
def test_a_database_that_is_killed_starts_in_the_reserve(instance: WholeInstance) -> None:
    with full(instance):
        kill(instance, 'database')
        assert not (instance.state / 'reserve').exists()
    wait_until((instance.state / 'reserve').exists, 'room is held in reserve again')
    wait_until_ready(instance)


@exhaustive
def test_commands_say_which_disk_is_full_and_how_much_it_takes(instance: WholeInstance, tmp_path: Path) -> None:
    require(instance, 'down')
    (instance.state / 'reserve').unlink()
    with full(instance):
        for command in (['up', '--demo', 'no'], ['up', '--demo', 'no', '--lang', 'en']):
            refused = instance.dothi(*command)
            assert refused.returncode == 5
            assert f'{instance.state}' in refused.stderr
            assert f'{LEAST_FREE_MB}' in refused.stderr
            assert ' 0 MB' in refused.stderr
            assert 'postmaster' not in refused.stderr
            assert 'du -xhd2' in refused.stderr
    require(instance, 'up', '--demo', 'no')
    with full(instance):
        refused = instance.dothi('deliver', many_wells(tmp_path), '-l', 'wells', '--crs', 'EPSG:4326')
        assert (refused.returncode, ' 0 MB' in refused.stderr) == (5, True), refused.stderr
    wait_until_ready(instance)


def test_nginx_on_the_full_disk_passes_answers_on(instance: WholeInstance) -> None:
    """It has room for no copy: it cut off all that it had not kept before, tiles and items."""
    folder = instance.state.parent / 'nginx'
    folder.mkdir()
    with nginx(f'127.0.0.1:{instance.public_port}', folder) as address, full(instance):
        wait_until(lambda: instance.readiness()['disk'] == 'full', 'the disk is full')
        # a service looks once a second
        time.sleep(1.5)
        answers = [requests.get(f'{address}{WELLS}&offset={number}', timeout=60) for number in range(3)]
        assert [answer.status_code for answer in answers] == [200] * 3
        large = requests.post(f'{address}/api/processes/x/execution', data=b'{' * 100_000, timeout=60)
        assert (large.status_code, 'Retry-After' in large.headers, large.json()['code']) == (503, True, 'ServiceAway')

"""The walls of the closed room, tried from inside by jobs that do what a taken-over reader would do."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dothi.core.errors import DataRefused, DiskFull, exit_code
from etl.closed_room import fork_server
from etl.closed_room.fork_server import missing_walls
from etl.closed_room.reading import Reading
from etl.formats.errors import ReaderCrashed, TooSlow
from tests.conftest import PATIENCE_S
from tests.matrix import thorough
from tests.processes.workers import wait_until

DENIED = ('PermissionError', 'FileNotFoundError')


@pytest.fixture(scope='module')
def attempt() -> Iterator[str]:
    """A job that tries something, in a module that the fork server finds; `tests` would be that of pygeoapi."""
    here = str(Path(__file__).parent)
    before = fork_server._servers.pop(os.getpid(), None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('PYTHONPATH', here)
        yield 'intruders:attempt'
        stop_server()
    if before:
        fork_server._servers[os.getpid()] = before


def stop_server() -> None:
    """The next reader comes from a new server, with the environment of now."""
    if os.getpid() in fork_server._servers:
        fork_server._servers.pop(os.getpid()).stop()


def kill_server() -> subprocess.Popen[bytes]:
    """The server of this process, which has been told to end at once."""
    server = fork_server._servers[os.getpid()].process
    assert server is not None
    server.kill()
    return server


@pytest.fixture(autouse=True)
def quick_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Limits that a test can wait for, a state folder of its own, and a password in the environment."""
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path / 'state'))
    monkeypatch.setenv('DOTHI_ROOM_SECONDS', '2')
    monkeypatch.setenv('DOTHI_ROOM_MEMORY_MB', '500')
    monkeypatch.setenv('DOTHI_ROOM_SCRATCH_MB', '1')
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', 'khong-duoc-biet')


@pytest.fixture
def outcome(attempt: str) -> Callable[..., str]:
    """What a reader came to that tried an action."""

    def tried(action: str, delivery: dict[str, Path] | None = None, **arguments: Any) -> str:
        reading = Reading('a.csv', delivery or {}, attempt, {'action': action, **arguments})
        try:
            return reading.document()['outcome']
        finally:
            reading.close()

    return tried


def test_this_machine_has_every_wall() -> None:
    """The walls below are tried on a machine that has them; `dothi status` names what another one lacks."""
    assert missing_walls() == []


@pytest.mark.parametrize('path', ['/etc/passwd', '/proc/1/environ', '/proc/self/environ', '/proc/self/maps', '/root'])
def test_a_reader_reads_nothing_of_the_system(path: str, outcome: Callable[..., str]) -> None:
    assert outcome('read', path=path) in (*DENIED, 'IsADirectoryError')
    assert outcome('list', path=str(Path(path).parent)) == 'PermissionError'


def test_a_reader_reads_its_delivery_and_nothing_beside_it(tmp_path: Path, outcome: Callable[..., str]) -> None:
    delivered, neighbour = tmp_path / 'a.csv', tmp_path / 'b.csv'
    delivered.write_text('of this delivery')
    neighbour.write_text('of another one')
    assert outcome('read', {'a.csv': delivered}, path=str(delivered)) == 'of this delivery'
    assert outcome('read', {'a.csv': delivered}, path=str(neighbour)) == 'PermissionError'
    assert outcome('read_through_link', {'a.csv': delivered}, path=str(neighbour)) == 'PermissionError'
    assert outcome('own_delivery', {'a.csv': delivered}) == "['a.csv']"


def test_a_reader_writes_into_its_scratch_folder_only(tmp_path: Path, outcome: Callable[..., str]) -> None:
    delivered = tmp_path / 'a.csv'
    delivered.write_text('as it was')
    assert outcome('write_scratch') == '1'
    assert outcome('write', path=str(tmp_path / 'new')) == 'PermissionError'
    assert outcome('write', {'a.csv': delivered}, path=str(delivered)) == 'PermissionError'
    assert delivered.read_text() == 'as it was'


def test_a_file_that_a_reader_writes_has_a_limit(outcome: Callable[..., str]) -> None:
    assert outcome('write_much') == 'OSError'


def test_a_reader_opens_no_connection(tmp_path: Path, outcome: Callable[..., str]) -> None:
    with socket.socket() as listening:
        listening.bind(('127.0.0.1', 0))
        listening.listen()
        address = list(listening.getsockname())
        assert outcome('connect', family=socket.AF_INET, address=address) == 'PermissionError'
    with socket.socket(socket.AF_UNIX) as listening:
        path = str(tmp_path / 's')
        listening.bind(path)
        listening.listen()
        assert outcome('connect', family=socket.AF_UNIX, address=path) == 'PermissionError'
        assert outcome('connect', family=socket.AF_INET6, address=['::1', 80]) == 'PermissionError'


def test_a_reader_starts_no_process_and_stops_none(outcome: Callable[..., str]) -> None:
    assert outcome('fork') == 'PermissionError'
    assert outcome('execute') == 'PermissionError'
    assert outcome('kill', number=os.getpid()) == 'PermissionError'


def test_a_reader_has_no_secret_in_its_environment(outcome: Callable[..., str]) -> None:
    environment = outcome('environment')
    assert 'khong-duoc-biet' not in environment
    assert 'DATABASE' not in environment


@pytest.mark.parametrize(
    ('action', 'refusal'),
    [('hog_memory', ReaderCrashed), ('spin', TooSlow), ('sleep', TooSlow), ('segfault', ReaderCrashed)],
)
def test_a_reader_that_exceeds_crashes_or_hangs_is_a_refused_file(
    action: str,
    refusal: type[DataRefused],
    tmp_path: Path,
    outcome: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        # for those who exceed it there is nothing to do in the second
        patch.setenv('DOTHI_ROOM_SECONDS', '1' if refusal is TooSlow else '2')
        with pytest.raises(refusal) as caught:
            outcome(action)
    assert 'a.csv' in caught.value.text.vi
    assert outcome('write_scratch') == '1', 'the next reader does not work'


def test_nothing_is_left_of_a_reader(tmp_path: Path, outcome: Callable[..., str]) -> None:
    stop_server()
    outcome('write_scratch')
    (room,) = (tmp_path / 'state' / 'scratch').glob('room-*')
    assert list(room.iterdir()) == []


def test_a_room_whose_server_was_killed_is_opened_anew(tmp_path: Path, outcome: Callable[..., str]) -> None:
    stop_server()
    outcome('write_scratch')
    kill_server().wait()
    assert outcome('write_scratch') == '1'
    assert len(list((tmp_path / 'state' / 'scratch').glob('room-*'))) == 1, 'the folder of the dead server was left'


@pytest.fixture
def sharing(tmp_path: Path, attempt: str, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    """A process that shares a room for as long as it lives, and ends it when nobody has read for so many seconds."""
    program = f"""
import os
from etl.closed_room.fork_server import share
share('EPSG:9209', {request.param})
os.environ['DOTHI_STATE'] = {str(tmp_path / 'another')!r}
input()
"""
    stop_server()
    process = subprocess.Popen([sys.executable, '-c', program], stdin=subprocess.PIPE)
    wait_until((tmp_path / 'state' / 'scratch' / fork_server.SHARED).exists)
    yield process
    process.kill()
    process.wait()
    stop_server()


def rooms(state: Path) -> int:
    """How many servers work in the instance."""
    return len(list((state / 'scratch').glob('room-*')))


@pytest.mark.parametrize('sharing', [PATIENCE_S], indirect=True)
def test_processes_of_an_instance_share_a_room(
    tmp_path: Path, sharing: subprocess.Popen[bytes], outcome: Callable[..., str]
) -> None:
    """Another process takes its readers from the same server, and ends none but its own."""
    other = fork_server._shared_server()
    assert other is not None
    other.await_ready()
    assert outcome('write_scratch') == '1'
    assert fork_server._servers[os.getpid()].process is None
    assert rooms(tmp_path / 'state') == 1
    other.stop()
    assert outcome('write_scratch') == '1'
    sharing.kill()
    wait_until(lambda: fork_server._shared_server() is None)


@pytest.mark.parametrize('sharing', [0.5], indirect=True)
def test_a_shared_room_ends_when_nobody_reads_and_the_next_file_opens_another(
    tmp_path: Path, sharing: subprocess.Popen[bytes], outcome: Callable[..., str]
) -> None:
    for _ in range(2):
        assert outcome('write_scratch') == '1'
        wait_until(lambda: rooms(tmp_path / 'state') == 0)
    assert sharing.poll() is None
    assert not (tmp_path / 'another').exists(), 'it works where it was not shared'


def test_a_reader_whose_server_ends_is_no_fault_of_the_file(attempt: str) -> None:
    reading = Reading('a.csv', {}, attempt, {'action': 'sleep'})
    kill_server()
    with pytest.raises(fork_server.NoClosedRoom):
        reading.document()


@thorough
def test_a_reader_that_is_forgotten_is_ended_with_the_next_order(
    tmp_path: Path, outcome: Callable[..., str], attempt: str
) -> None:
    stop_server()
    reading = Reading('a.csv', {}, attempt, {'action': 'sleep'})
    reader = reading._reader
    del reading
    assert fork_server._servers[os.getpid()].abandoned == [reader]
    assert outcome('write_scratch') == '1'
    assert fork_server._servers[os.getpid()].abandoned == []
    assert not Path(f'/proc/{reader}').exists()


@thorough
def test_a_disk_without_room_for_the_copy_is_no_fault_of_the_file(tmp_path: Path, attempt: str) -> None:
    """A GeoPackage of three megabytes is copied to a disk of one."""
    state, file = tmp_path / 'state', tmp_path / 'a.gpkg'
    state.mkdir()
    file.write_bytes(bytes(3_000_000))
    mount = ['mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', str(state)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip('no disk may be mounted here')
    stop_server()
    try:
        with pytest.raises(DiskFull, match='room is left on the disk') as full:
            Reading('a.gpkg', {'a.gpkg': file}, attempt, {'action': 'environment'}, ['a.gpkg']).document()
        assert exit_code(full.value) == 5
        assert str(state / 'scratch') in full.value.text.vi
    finally:
        stop_server()
        subprocess.run(['umount', '-l', state], check=True)

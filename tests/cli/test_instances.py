"""Whole instances as `make up` starts them: one beside the other, twice in a row, and gone after `down`."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dothi.core.ports import free_port, is_free
from dothi.core.process_table import session_members, start_time
from dothi.core.settings import PROJECT
from dothi.local.services import code_fingerprint
from tests.conftest import PATIENCE_S
from tests.forked import run_program
from tests.nam_dinh import NAM_DINH

# `dothi`, by somebody who lets everybody write; the services that it starts are programs started from nothing.
FOR_EVERYBODY = """
import os
from dothi.cli.app import main
os.umask(0)
main()
"""
BAY = PROJECT / 'tests' / 'localities' / 'bay'


@dataclass(frozen=True)
class Other:
    """An instance of its own: state folder, ports and locality; whoever starts it would let everybody write."""

    state: Path
    locality: Path
    port: int
    public_port: int

    def dothi(self, *arguments: str | Path, without: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """Runs a command of this instance; without: variables that whoever types it has not set."""
        own = {
            'DOTHI_STATE': str(self.state),
            'DOTHI_LOCALITY': str(self.locality),
            'DOTHI_PORT': str(self.port),
            'DOTHI_PUBLIC_PORT': str(self.public_port),
            'DOTHI_WORKERS': '1',
        }
        own = {name: value for name, value in own.items() if name not in without}
        kept = {name: value for name, value in os.environ.items() if not name.startswith('DOTHI_')}
        return run_program(FOR_EVERYBODY, [*map(str, arguments)], kept | own)

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f'http://127.0.0.1:{self.port}{path}', timeout=120) as answer:
            return json.load(answer)

    def services(self) -> dict[str, int]:
        """Process id of each service."""
        status = json.loads(self.dothi('status', '--json').stdout)
        return {service['name']: service['pid'] for service in status['services']}

    def processes(self) -> list[str]:
        """Command lines of running processes that work in this state folder, found by their environment or options."""
        found = []
        for process in Path('/proc').glob('[0-9]*'):
            try:
                about = (process / 'environ').read_bytes() + (process / 'cmdline').read_bytes()
                dead = (process / 'stat').read_text(encoding='utf-8').rpartition(')')[2].split()[0] == 'Z'
            except (FileNotFoundError, PermissionError, ProcessLookupError):
                continue
            if str(self.state).encode() in about and not dead:
                found.append((process / 'cmdline').read_text(encoding='utf-8').replace('\0', ' '))
        return found

    def all_ended(self) -> bool:
        """Whether no process is left: the server that jobs are forked from ends a moment after its worker."""
        until = time.monotonic() + PATIENCE_S
        while (left := self.processes()) and time.monotonic() < until:
            time.sleep(0.2)
        return not left


@pytest.fixture(scope='module')
def bay(shared_folder: Path) -> Iterator[Other]:
    """An instance of the small made-up locality; each test starts what it needs to run, and stops what must not.

    In the order of this file it is started whole once, as it takes 10 s.
    """
    instance = Other(shared_folder / 'bay', BAY, free_port(), free_port())
    yield instance
    instance.dothi('down')


@pytest.fixture
def pair(shared_folder: Path, bay: Other) -> Iterator[tuple[Other, Other]]:
    """Two instances: the locality that is shipped, and a made-up one."""
    shipped = Other(shared_folder / 'shipped', NAM_DINH, free_port(), free_port())
    yield shipped, bay
    shipped.dothi('down')


def test_a_port_that_somebody_else_has_is_named_with_who_has_it(bay: Other) -> None:
    bay.dothi('down')
    command = [sys.executable, '-m', 'http.server', str(bay.port), '--bind', '127.0.0.1']
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as other:
        try:
            while is_free(bay.port):
                time.sleep(0.05)
            refused = bay.dothi('up', '--demo', 'no')
        finally:
            other.terminate()
    assert refused.returncode == 5
    assert str(bay.port) in refused.stderr
    assert str(other.pid) in refused.stderr
    assert 'http.server' in refused.stderr


def test_two_starts_at_once_both_succeed(bay: Other) -> None:
    """The second waits for the first, and finds all of it running."""
    bay.dothi('down')
    with ThreadPoolExecutor(2) as both:
        started = list(both.map(lambda _: bay.dothi('up', '--demo', 'no', '--json'), range(2)))
    assert [one.returncode for one in started] == [0, 0], [one.stderr for one in started]
    pids = [{service['name']: service['pid'] for service in json.loads(one.stdout)['services']} for one in started]
    assert pids[0] == pids[1] == bay.services()


def test_strangers_of_the_machine_read_nothing_of_the_state_folder(bay: Other) -> None:
    started = bay.dothi('up', '--demo', 'no')
    assert started.returncode == 0, started.stderr
    assert stat.S_IMODE(bay.state.stat().st_mode) == 0o750
    open_to_others = [
        file
        for folder in ('run', 'secrets', 'store', 'inbox')
        for file in (bay.state / folder).rglob('*')
        if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o027
    ]
    assert open_to_others == []
    inboxes = [folder for folder in (bay.state / 'inbox').iterdir() if folder.is_dir() and folder.name[0] != '.']
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in inboxes} == {0o2770}


def test_what_a_killed_service_left_behind_is_ended_by_the_next_start(bay: Other) -> None:
    """A client that stays connected keeps the children of a dead master on its port."""
    started = bay.dothi('up', '--demo', 'no')
    assert started.returncode == 0, started.stderr
    before = bay.services()
    children = {child for pid in before.values() for child in session_members(pid)} - set(before.values())
    with socket.create_connection(('127.0.0.1', bay.port)) as busy:
        busy.sendall(b'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n')
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        again = bay.dothi('up', '--demo', 'no')
    assert again.returncode == 0, again.stderr
    after = bay.services()
    assert not set(before.values()) & set(after.values())
    assert children, 'a master and a worker have children'
    assert not [child for child in children if start_time(child)]
    assert bay.get('/health')['status'] == 'ok'


def test_two_localities_run_side_by_side_and_one_stops_alone(pair: tuple[Other, Other], tmp_path: Path) -> None:
    """The second has another coordinate system and columns called like SQL words; the code is the same."""
    first, second = pair
    wells = tmp_path / 'wells.csv'
    wells.write_text('NAME;end;depth;lon;lat\nW1;2025-12-31;35,5;109.25;12.25\n', encoding='utf-8')
    for instance in pair:
        started = instance.dothi('up', '--demo', 'no')
        assert started.returncode == 0, started.stderr
    delivered = second.dothi('deliver', wells, '-l', 'wells', '--crs', 'EPSG:4326')
    assert delivered.returncode == 0, delivered.stderr + delivered.stdout
    before = second.services()
    assert second.dothi('up').returncode == 0
    assert second.services() == before, 'what runs already keeps running'
    status = json.loads(second.dothi('status', '--json', without=('DOTHI_PORT', 'DOTHI_PUBLIC_PORT')).stdout)
    addresses = {service['name']: service['url'] for service in status['services']}
    assert addresses['internal'] == f'http://127.0.0.1:{second.port}', 'where it runs, and not the default port'
    assert addresses['public'] == f'http://127.0.0.1:{second.public_port}'
    properties = second.get('/api/collections/wells/items?f=json')['features'][0]['properties']
    assert properties == {'NAME': 'W1', 'end': '2025-12-31', 'Độ sâu (m)': 35.5}
    assert first.get('/health')['status'] == 'ok'

    assert second.dothi('down').returncode == 0
    assert second.all_ended()
    assert first.get('/health')['status'] == 'ok'
    assert first.dothi('down').returncode == 0
    assert first.all_ended()


def test_services_go_on_when_somebody_reads_another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make up` in English does not start again what runs, and in another setting does."""
    running = code_fingerprint()
    monkeypatch.setenv('DOTHI_LANG', 'en')
    assert code_fingerprint() == running
    monkeypatch.setenv('DOTHI_MAP_SECONDS', '77')
    assert code_fingerprint() != running


def test_an_instance_that_left_the_demo_does_not_load_it_again_and_says_so_once(bay: Other) -> None:
    """Somebody who starts it without naming a size; whoever names one is refused with what to do."""
    assert bay.dothi('up').returncode == 0
    left = bay.dothi('demo', 'leave', '--units', '--yes', '--json')
    assert json.loads(left.stdout)['after']['is_clear'] is True, left.stdout
    first, second = bay.dothi('up'), bay.dothi('up')
    assert (first.returncode, second.returncode) == (0, 0)
    assert 'minh họa' in first.stderr
    assert 'minh họa' not in second.stderr
    named = bay.dothi('up', '--demo', 'small')
    assert named.returncode == 2
    assert 'DOTHI_STATE' in named.stderr
    assert json.loads(bay.dothi('demo', '--json').stdout)['is_clear'] is True
    bay.dothi('down')

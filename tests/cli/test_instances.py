"""Whole instances as `make up` starts them: one beside the other, twice in a row, and gone after `down`."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dothi.core.postgis import free_port
from dothi.core.settings import PROJECT

BAY = PROJECT / 'tests' / 'localities' / 'bay'


@dataclass(frozen=True)
class Other:
    """An instance of its own: state folder, ports and locality."""

    state: Path
    locality: Path
    port: int
    public_port: int

    def dothi(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        own = {
            'DOTHI_STATE': str(self.state),
            'DOTHI_LOCALITY': str(self.locality),
            'DOTHI_PORT': str(self.port),
            'DOTHI_PUBLIC_PORT': str(self.public_port),
            'DOTHI_WORKERS': '1',
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith('DOTHI_')}
        command = [sys.executable, '-m', 'dothi.cli', *map(str, arguments)]
        return subprocess.run(
            command, env=kept | own, cwd=PROJECT, capture_output=True, text=True, timeout=180, check=False
        )

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f'http://127.0.0.1:{self.port}{path}', timeout=30) as answer:
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
        until = time.monotonic() + 20
        while (left := self.processes()) and time.monotonic() < until:
            time.sleep(0.2)
        return not left


@pytest.fixture
def pair(shared_folder: Path) -> Iterator[tuple[Other, Other]]:
    """Two instances: the locality that is shipped, and a made-up one."""
    both = (
        Other(shared_folder / 'first', PROJECT / 'locality', free_port(), free_port()),
        Other(shared_folder / 'second', BAY, free_port(), free_port()),
    )
    yield both
    for instance in both:
        instance.dothi('down')


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
    properties = second.get('/api/collections/wells/items?f=json')['features'][0]['properties']
    assert properties == {'NAME': 'W1', 'end': '2025-12-31', 'Độ sâu (m)': 35.5}
    assert first.get('/health')['status'] == 'ok'

    assert second.dothi('down').returncode == 0
    assert second.all_ended()
    assert first.get('/health')['status'] == 'ok'
    assert first.dothi('down').returncode == 0
    assert first.all_ended()

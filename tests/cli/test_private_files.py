"""What commands and services write is closed to strangers of the machine, whatever umask they are started with."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from dothi.core.locality import Locality
from dothi.core.ports import free_port
from dothi.core.settings import PROJECT
from tests.api.conftest import Desk, school
from tests.matrix import exhaustive
from tests.processes.conftest import ask, wait_until

STRANGERS = stat.S_IRWXO


def start(environment: dict[str, str], umask: int, *arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, '-m', 'dothi.cli', *map(str, arguments)]
    return subprocess.Popen(
        command, env={**os.environ, **environment}, cwd=PROJECT, umask=umask, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def written(folder: Path) -> Iterator[tuple[str, int]]:
    """Each file and folder below `folder`, with its mode."""
    for path in folder.rglob('*'):
        if not path.is_socket():
            yield str(path.relative_to(folder)), stat.S_IMODE(path.lstat().st_mode)


def open_to_strangers(folder: Path) -> list[str]:
    found = dict(written(folder))
    assert found, 'nothing was written'
    return [f'{name} {mode:04o}' for name, mode in found.items() if mode & STRANGERS]


@pytest.fixture
def state(database: dict[str, str]) -> Path:
    """The state folder, which the command is to make."""
    folder = Path(database['DOTHI_STATE']) / 'new'
    database['DOTHI_STATE'] = str(folder)
    return folder


@pytest.mark.parametrize('umask', [0o000, *(pytest.param(umask, marks=exhaustive) for umask in (0o022, 0o077))])
def test_a_delivery_of_its_own_writes_nothing_for_strangers(
    database: dict[str, str], state: Path, tmp_path: Path, umask: int
) -> None:
    """No service has made the folder before. The group may read whatever the umask: it is that of PostgreSQL's user."""
    file = tmp_path / 'truong.csv'
    file.write_text('ma,ten,cap_hoc,lon,lat\na,A,primary,106.2,20.3\n', encoding='utf-8')
    delivery = start(database, umask, 'deliver', file, '--layer', 'schools')
    assert delivery.wait(120) == 0
    assert open_to_strangers(state) == []
    modes = dict(written(state))
    assert {mode for name, mode in modes.items() if (state / name).is_file()} == {0o640}
    # what is nobody else's business is closed to the group too
    assert {mode for name, mode in modes.items() if (state / name).is_dir()} <= {0o750, 0o700}


@exhaustive  # by day test_instances.py looks at what services make as they start, under the same umask
def test_services_and_workers_write_nothing_for_strangers(
    database: dict[str, str], state: Path, locality: Locality
) -> None:
    """A map that is kept, the result of a job, the folders of the inbox."""
    Desk(locality).release('schools', [('POINT(0 0)', school('a'))])
    port = free_port()
    environment = {**database, 'DOTHI_PORT': str(port), 'DOTHI_WORKERS': '1'}
    processes = [start(environment, 0, *line) for line in (('serve',), ('worker',), ('inbox', '--watch'))]
    try:
        wait_until(lambda: answers(f'http://127.0.0.1:{port}/health'), patience_s=180)
        body = {'inputs': {'collection': 'schools', 'format': 'csv'}}
        url = f'http://127.0.0.1:{port}/api'
        job = requests.post(f'{url}/processes/export-features/execution', json=body, timeout=60)
        assert job.status_code in (200, 201), job.text
        assert (
            requests.get(
                f'{url}/collections/schools/map?width=50&height=50&bbox=106,20,106.5,20.5', timeout=60
            ).status_code
            == 200
        )
        wait_until(lambda: ask('select count(*) from job.output') == 1)
        wait_until(lambda: any((state / 'inbox').glob('*')))
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(60)
    names = {name.partition('/')[0] for name, _ in written(state)}
    assert {'store', 'cache', 'inbox'} <= names
    assert open_to_strangers(state) == []


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        time.sleep(0.1)
        return False

"""Services of tests: started on free ports, each a process of its own, and ended."""

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from dothi.core.ports import free_port
from tests.forked import ForkedProcess, start_command

# How long a test waits for what must come before it fails; on a quiet machine most of it comes within a second.
PATIENCE_S = 300
# The services of each group that runs.
SHARED_SERVICES: dict[str, ExitStack] = {}


@dataclass(frozen=True)
class Province:
    """A running instance with a small demo province: its addresses, and the environment that leads to it."""

    internal_url: str
    public_url: str
    environment: dict[str, str]
    log: Path


@contextmanager
def shared_services(group: str) -> Iterator[ExitStack]:
    """What ends with the group's last test, or else with the fixture. group: of `scheduling.GROUPS`."""
    with SHARED_SERVICES.setdefault(group, ExitStack()) as services:
        yield services


SERVICES = {
    'worker': ['worker'],
    'internal': ['serve', '--audience', 'internal'],
    'public': ['serve', '--audience', 'public'],
}


@contextmanager
def serving(
    environment: dict[str, str], folder: Path, services: Iterable[str] = tuple(SERVICES), *, again: bool = False
) -> Iterator[Province]:
    """Those of SERVICES on free ports while inside, each a process of its own, forked as `tests/forked.py` says.

    again: on the ports of the environment, which is that of services that have ended.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ports = {
        'DOTHI_PORT': str(free_port()),
        'DOTHI_PUBLIC_PORT': str(free_port()),
        'DOTHI_WORKERS': '1',
        'DOTHI_PUBLIC_ECHO': 'yes',
    }
    environment = {**ports, **environment} if again else {**environment, **ports}
    urls = {
        audience: f'http://127.0.0.1:{environment[name]}'
        for audience, name in (('internal', 'DOTHI_PORT'), ('public', 'DOTHI_PUBLIC_PORT'))
    }
    with ExitStack() as stack:
        log = stack.enter_context((folder / 'services.log').open('ab'))
        processes = [stack.enter_context(_running(SERVICES[name], environment, log)) for name in services]
        # all at once, before each is waited for
        stack.callback(_terminate, processes)
        for audience in urls.keys() & set(services):
            _wait_for(f'{urls[audience]}/health', folder / 'services.log')
        yield Province(urls['internal'], urls['public'], environment, folder / 'services.log')


def _terminate(processes: list[ForkedProcess]) -> None:
    for process in processes:
        process.terminate()


@contextmanager
def _running(command: list[str], environment: dict[str, str], log: IO[bytes]) -> Iterator[ForkedProcess]:
    process = start_command(command, {**os.environ, **environment}, log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f'{url} does not answer:\n{log.read_text(encoding="utf-8")[-4000:]}')

"""What is short for a while: connections, the way to the database, room in the store.

Clients get answers, or a 503 that says when to come again; and all is well within half a minute, without a person.
"""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from dothi.core.ports import free_port
from tests.faults.clients import ask, busy, is_delivered, require, require_well, seconds_until_well
from tests.faults.proxies import Way, way_to
from tests.instances import BAY, WholeInstance
from tests.matrix import exhaustive

MB = 2**20
STORE_MB, LEAST_FREE_MB = 48, 8
# Time of a statement, and what a client waits at most while the database says nothing: that, a grace, and a new try.
STATEMENT_MS, LONGEST_WAIT_S = 3000, 30.0
pytestmark = exhaustive


@dataclass
class Shortened:
    """An instance that reaches its database by a way of the test."""

    instance: WholeInstance
    way: Way
    administrator_url: str
    store: Path


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Within, `folder` is a small disk of its own, where root may make one; else a folder as any."""
    folder.mkdir()
    command = ['mount', '-t', 'tmpfs', '-o', f'size={STORE_MB}m', 'tmpfs', str(folder)]
    is_mounted = os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield
    finally:
        if is_mounted:
            subprocess.run(['umount', '--lazy', str(folder)], check=True)


@pytest.fixture(scope='module')
def shortened(shared_folder: Path) -> Iterator[Shortened]:
    """An instance with two wells; each test leaves it well."""
    folder = shared_folder / 'shortage'
    folder.mkdir()
    store = folder / 'store'
    settings = {'DOTHI_STORE': str(store), 'DOTHI_DISK_MIN_MB': str(LEAST_FREE_MB)}
    settings |= {f'DOTHI_{name}STATEMENT_TIMEOUT_MS': str(STATEMENT_MS) for name in ('', 'PUBLIC_')}
    direct = WholeInstance(folder / 'state', BAY, free_port(), free_port(), settings)
    with ExitStack() as stack:
        stack.enter_context(small_disk(store))
        stack.callback(direct.dothi, 'down')
        require(direct, 'up', '--demo', 'no')
        file = folder / 'wells.csv'
        file.write_text('NAME;end;depth;lon;lat\nA;;12;109.21;12.21\nB;;13;109.22;12.22\n', encoding='utf-8')
        require(direct, 'deliver', file, '-l', 'wells', '--crs', 'EPSG:4326')
        url = direct.database_address()
        way = stack.enter_context(way_to(int((direct.state / 'postgis' / 'port').read_text(encoding='utf-8'))))
        through = f'{url.rpartition(":")[0]}:{way.port}/dothi'
        instance = replace(direct, more={**settings, 'DOTHI_DATABASE_URL': through})
        stack.callback(direct.dothi, 'down')
        require(instance, 'up', '--demo', 'no')
        yield Shortened(instance, way, url, store)


def test_when_all_connections_are_taken_clients_are_told_to_come_again(shortened: Shortened, tmp_path: Path) -> None:
    """Those that the services hold are ended first, as a restart of the database does: they get none anew."""
    instance = shortened.instance
    with busy(instance) as answers, ExitStack() as taken:
        admin = taken.enter_context(closing(psycopg2.connect(shortened.administrator_url)))
        admin.autocommit = True
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            with admin.cursor() as cursor:
                cursor.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename like 'dothi\\_%%' "
                    "and usename <> 'dothi_admin' and pid <> pg_backend_pid()"
                )
            with suppress(psycopg2.OperationalError):
                while True:
                    taken.enter_context(closing(psycopg2.connect(shortened.administrator_url)))
        taken.close()
        back_s = seconds_until_well(instance)
    require_well(answers, back_s)
    assert answers.statuses[503] > 0, answers.statuses
    assert is_delivered(instance, tmp_path)


def test_a_slow_way_to_the_database_makes_answers_slow_and_no_errors(shortened: Shortened, tmp_path: Path) -> None:
    instance = shortened.instance
    shortened.way.delay_s = 0.2
    try:
        with busy(instance) as answers:
            time.sleep(5)
    finally:
        shortened.way.delay_s = 0.0
    require_well(answers, seconds_until_well(instance))
    assert is_delivered(instance, tmp_path)


def test_connections_that_are_cut_again_and_again_harm_nobody_for_long(shortened: Shortened, tmp_path: Path) -> None:
    instance = shortened.instance
    with busy(instance) as answers:
        for _ in range(10):
            shortened.way.cut()
            time.sleep(0.3)
        back_s = seconds_until_well(instance)
    require_well(answers, back_s)
    assert is_delivered(instance, tmp_path)


def test_a_way_that_is_closed_for_a_while_is_found_again(shortened: Shortened, tmp_path: Path) -> None:
    instance = shortened.instance
    with busy(instance) as answers:
        shortened.way.is_closed = True
        shortened.way.cut()
        time.sleep(5)
        shortened.way.is_closed = False
        back_s = seconds_until_well(instance)
    require_well(answers, back_s)
    assert answers.statuses[503] > 0, answers.statuses
    assert is_delivered(instance, tmp_path)


def test_a_database_that_says_nothing_for_a_while_blocks_nobody_for_good(shortened: Shortened, tmp_path: Path) -> None:
    """Connections stay open, and nothing comes. Whoever waits is told to come again, before the way carries again."""
    instance = shortened.instance
    with busy(instance) as answers:
        shortened.way.is_blocked = True
        asked_s = time.monotonic()
        status, later = ask(instance, '/api/collections/wells/items?f=json&limit=7', instance.public_port)
        waited_s = time.monotonic() - asked_s
        shortened.way.is_blocked = False
        assert (status, later is not None) == (503, True)
        assert waited_s < LONGEST_WAIT_S
        back_s = seconds_until_well(instance)
    require_well(answers, back_s)
    assert is_delivered(instance, tmp_path)


def test_a_full_store_refuses_work_and_takes_it_again_when_there_is_room(shortened: Shortened, tmp_path: Path) -> None:
    instance = shortened.instance
    if not shortened.store.is_mount():
        pytest.skip('only root may make a small disk')
    filler = shortened.store / 'filler'
    with busy(instance) as answers:
        with filler.open('wb') as file, suppress(OSError):
            while True:
                file.write(bytes(MB))
        assert instance.readiness()['disk'] == 'full'
        assert not is_delivered(instance, tmp_path)
        failed = job(instance)
        assert failed['status'] in {'failed', 503}, failed
        filler.unlink()
        back_s = seconds_until_well(instance)
    require_well(answers, back_s)
    assert is_delivered(instance, tmp_path)
    assert job(instance)['status'] == 'successful'


def job(instance: WholeInstance) -> dict[str, Any]:
    """An export that was waited for, or the status of the answer where none is taken."""
    inputs = {'collection': 'wells', 'format': 'csv'}
    order = urllib.request.Request(
        f'http://127.0.0.1:{instance.port}/api/processes/export-features/execution',
        json.dumps({'inputs': inputs}).encode(),
        {'Content-Type': 'application/json', 'Prefer': 'respond-async'},
    )
    try:
        with urllib.request.urlopen(order, timeout=60) as taken:
            address = taken.headers['Location']
    except urllib.error.HTTPError as error:
        return {'status': error.code}
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with urllib.request.urlopen(address, timeout=60) as answer:
            state: dict[str, Any] = json.load(answer)
        if state['status'] not in {'accepted', 'running'}:
            return state
        time.sleep(0.2)
    return {'status': 'never ended'}

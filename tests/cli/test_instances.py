"""Whole instances as `make up` starts them: one beside the other, twice in a row, and gone after `down`.

A start takes 18 s of processor time. Tests that need an instance that has ended come one after the other.
"""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dothi.core.ports import free_port, is_free
from dothi.local.services import code_fingerprint
from tests.faults.clients import BACK_S
from tests.faults.parts import pid_of, wait_until, wait_until_ready
from tests.instances import BAY, WholeInstance
from tests.matrix import thorough
from tests.memory import is_mostly_shared
from tests.nam_dinh import NAM_DINH


@pytest.fixture(scope='module')
def bay(shared_folder: Path) -> Iterator[WholeInstance]:
    """An instance of the small made-up locality; each test starts what it needs to run, and stops what must not."""
    instance = WholeInstance(shared_folder / 'bay', BAY, free_port(), free_port())
    yield instance
    instance.dothi('down')


@pytest.fixture
def pair(shared_folder: Path, bay: WholeInstance) -> Iterator[tuple[WholeInstance, WholeInstance]]:
    """Two instances: the locality that is shipped, and a made-up one."""
    shipped = WholeInstance(shared_folder / 'shipped', NAM_DINH, free_port(), free_port())
    yield shipped, bay
    shipped.dothi('down')


def test_a_link_to_set_a_password_by_leads_to_the_instance_that_runs(running: WholeInstance) -> None:
    """Whoever invites names the state folder alone; the port is the one at which the service listens."""
    person = ('--title', 'Lan', '--role', 'viewer', '--json')
    invited = running.dothi('people', 'invite', 'lan', *person, without=('DOTHI_PORT', 'DOTHI_PUBLIC_PORT'))
    link = json.loads(invited.stdout)['link']
    assert link.startswith(f'http://127.0.0.1:{running.port}/invitation/')
    running.dothi('people', 'remove', 'lan')


def test_what_down_ends_stays_ended(running: WholeInstance) -> None:
    assert running.dothi('down').returncode == 0
    assert running.all_ended(), 'with both supervisors'


def test_a_port_that_somebody_else_has_is_named_with_who_has_it(watched_instance: WholeInstance) -> None:
    watched_instance.dothi('down')
    command = [sys.executable, '-m', 'http.server', str(watched_instance.port), '--bind', '127.0.0.1']
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as other:
        try:
            while is_free(watched_instance.port):
                time.sleep(0.05)
            refused = watched_instance.dothi('up', '--demo', 'no')
        finally:
            other.terminate()
    # what could be started runs
    watched_instance.dothi('down')
    assert refused.returncode == 5
    assert str(watched_instance.port) in refused.stderr
    assert str(other.pid) in refused.stderr
    assert 'http.server' in refused.stderr


def test_a_file_that_is_damaged_is_named(watched_instance: WholeInstance) -> None:
    """Once it is put back all goes on: the tests after this one start the instance again.

    By `make test-all` test_damaged_files.py damages all of them, in other ways too.
    """
    watched_instance.dothi('down')
    password = watched_instance.state / 'postgis' / 'admin_password'
    kept = password.read_bytes()
    password.write_bytes(bytes(4096))
    try:
        refused = watched_instance.dothi('up', '--demo', 'no')
    finally:
        password.write_bytes(kept)
    assert (refused.returncode, str(password) in refused.stderr) == (5, True), refused.stderr
    assert 'Traceback' not in refused.stderr


def test_two_starts_at_once_both_succeed(watched_instance: WholeInstance) -> None:
    """The second waits for the first, and finds all of it running."""
    watched_instance.dothi('down')
    with ThreadPoolExecutor(2) as both:
        started = list(both.map(lambda _: watched_instance.dothi('up', '--demo', 'no', '--json'), range(2)))
    assert [one.returncode for one in started] == [0, 0], [one.stderr for one in started]
    pids = [{service['name']: service['pid'] for service in json.loads(one.stdout)['services']} for one in started]
    assert pids[0] == pids[1] == watched_instance.services()


def test_a_database_that_dies_while_services_start_keeps_nobody_waiting(watched_instance: WholeInstance) -> None:
    """The supervisors wait for whoever starts services, who would wait for services that wait for the database."""
    watched_instance.dothi('down')
    with ThreadPoolExecutor(1) as beside:
        starting = beside.submit(watched_instance.dothi, 'up', '--demo', 'no')
        wait_until((watched_instance.state / 'run' / 'public.pid').exists, 'the last service begins')
        os.kill(pid_of(watched_instance, 'database'), signal.SIGKILL)
        killed_s = time.monotonic()
        wait_until_ready(watched_instance)
        assert time.monotonic() - killed_s < BACK_S
        starting.result()


def test_services_share_what_they_have_loaded(watched_instance: WholeInstance) -> None:
    """As programs of their own they took half a gigabyte more."""
    watched_instance.dothi('down')
    assert watched_instance.dothi('up', '--demo', 'no').returncode == 0
    services = {name: pid for name, pid in watched_instance.services().items() if pid and name != 'database'}
    assert {'worker', 'inbox', 'internal', 'public'} <= services.keys()
    assert [name for name, pid in services.items() if not is_mostly_shared(pid)] == []


def test_strangers_of_the_machine_read_nothing_of_the_state_folder(watched_instance: WholeInstance) -> None:
    started = watched_instance.dothi('up', '--demo', 'no')
    assert started.returncode == 0, started.stderr
    assert stat.S_IMODE(watched_instance.state.stat().st_mode) == 0o750
    open_to_others = [
        file
        for folder in ('run', 'secrets', 'store', 'inbox')
        for file in (watched_instance.state / folder).rglob('*')
        if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o027
    ]
    assert open_to_others == []
    inboxes = [
        folder for folder in (watched_instance.state / 'inbox').iterdir() if folder.is_dir() and folder.name[0] != '.'
    ]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in inboxes} == {0o2770}


@thorough
def test_two_localities_run_side_by_side_and_one_stops_alone(
    pair: tuple[WholeInstance, WholeInstance], tmp_path: Path
) -> None:
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


@thorough
def test_an_instance_that_left_the_demo_does_not_load_it_again_and_says_so_once(bay: WholeInstance) -> None:
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

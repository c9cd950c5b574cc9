"""Parts of an instance that are killed are there again without a person, and what is ended by intention stays ended."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from dothi.core.process_table import session_members, start_time
from dothi.core.services import launch_program
from dothi.local.supervision import DatabasePart, Supervisor
from tests.faults.clients import BACK_S
from tests.faults.parts import SERVICES, pid_of, wait_until, wait_until_ready, wait_until_replaced
from tests.instances import WholeInstance
from tests.matrix import exhaustive, thorough
from tests.memory import is_mostly_shared


def kill(instance: WholeInstance, *parts: str) -> None:
    """Kills all parts at once, and returns when other processes have taken their places and the service is ready."""
    dead = {part: pid_of(instance, part) for part in parts}
    for pid in dead.values():
        os.kill(pid, signal.SIGKILL)
    for part, pid in dead.items():
        wait_until_replaced(instance, part, pid)
    wait_until_ready(instance)


@pytest.mark.parametrize(
    'part', ['worker', pytest.param('inbox', marks=exhaustive), 'supervisor', pytest.param('spare', marks=exhaustive)]
)
def test_a_killed_part_is_started_again(running: WholeInstance, part: str) -> None:
    """And holds what the others hold, too: it took 100 MB of its own before."""
    kill(running, part)
    assert is_mostly_shared(pid_of(running, part))


@exhaustive  # by day the next but two kills the database too
def test_a_killed_database_comes_back_at_its_address_and_the_others_find_it(running: WholeInstance) -> None:
    kill(running, 'database')


@pytest.mark.parametrize('supervisors', [('supervisor', 'spare'), pytest.param(('supervisor',), marks=exhaustive)])
def test_all_parts_killed_at_once_come_back(running: WholeInstance, supervisors: tuple[str, ...]) -> None:
    """A client that stays connected keeps the children of a dead master on its port: they are ended first."""
    masters = [pid_of(running, name) for name in SERVICES]
    children = {child for master in masters for child in session_members(master)} - set(masters)
    with socket.create_connection(('127.0.0.1', running.port)) as busy:
        busy.sendall(b'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n')
        kill(running, *supervisors, 'database', *SERVICES)
    assert children, 'a master and a worker have children'
    assert not [child for child in children if start_time(child)]


def test_a_supervisor_that_is_ended_by_intention_stays_ended(running: WholeInstance) -> None:
    """What it forked from would start another one if it had been killed, and is gone with it."""
    assert running.dothi('down').returncode == 0
    assert running.all_ended()
    assert running.dothi('up', '--demo', 'no').returncode == 0
    wait_until_ready(running)


@exhaustive
def test_what_kills_both_supervisors_and_their_origins_is_said_and_taken_up(running: WholeInstance) -> None:
    """Nobody is left to start anything; `dothi up` leaves what runs, and as much beside it as there was before."""
    before = {part: pid_of(running, part) for part in SERVICES}
    supervisors = [pid_of(running, name) for name in ('supervisor', 'spare')]
    for pid in [member for supervisor in supervisors for member in session_members(supervisor)]:
        os.kill(pid, signal.SIGKILL)
    assert not json.loads(running.dothi('status', '--json').stdout)['supervised']
    assert running.dothi('up', '--demo', 'no').returncode == 0
    assert {part: pid_of(running, part) for part in SERVICES} == before
    for name in ('supervisor', 'spare'):
        wait_until(lambda name=name: len(session_members(pid_of(running, name))) == 2, name)  # type: ignore[misc]
    kill(running, 'supervisor', 'spare')


def test_records_that_somebody_deleted_are_made_anew_and_nothing_runs_twice(running: WholeInstance) -> None:
    """Two workers ran then, `dothi up` met a port that was taken, and `dothi down` left what had no record."""
    run = running.state / 'run'
    before = {name: pid_of(running, name) for name in (*SERVICES, 'supervisor', 'spare')}
    for name in before:
        (run / f'{name}.pid').unlink()
    wait_until(lambda: all((run / f'{name}.pid').exists() for name in before), 'records are there')
    assert {name: pid_of(running, name) for name in before} == before
    kill(running, 'worker')
    (run / 'inbox.pid').unlink()
    assert running.dothi('up', '--demo', 'no').returncode == 0
    assert start_time(before['inbox']) is None
    assert running.dothi('down').returncode == 0
    assert running.all_ended()
    assert running.dothi('up', '--demo', 'no').returncode == 0


def test_status_says_what_died_and_how_often(running: WholeInstance) -> None:
    kill(running, 'inbox')
    status = json.loads(running.dothi('status', '--json').stdout)
    (revival,) = [service['revival'] for service in status['services'] if service['name'] == 'inbox']
    assert status['supervised']
    assert revival['restarts'] >= 1
    assert revival['next_start_at'] is None
    assert 'chạy lại' in running.dothi('status').stdout


def test_ready_names_what_is_down_and_live_does_not_care(running: WholeInstance) -> None:
    """The supervisors are stopped, so that what is killed stays away long enough to be seen."""
    for name in ('supervisor', 'spare'):
        os.kill(pid_of(running, name), signal.SIGSTOP)
    try:
        os.kill(pid_of(running, 'inbox'), signal.SIGKILL)
        wait_until(lambda: running.readiness().get('inbox') == 'absent', 'the inbox is missed')
        os.kill(pid_of(running, 'database'), signal.SIGKILL)
        wait_until(lambda: running.readiness().get('database') == 'unreachable', 'the database is missed')
        assert running.get('/health/live')['status'] == 'live'
    finally:
        for name in ('supervisor', 'spare'):
            os.kill(pid_of(running, name), signal.SIGCONT)
    wait_until_ready(running)


@exhaustive
def test_what_runs_is_watched_also_where_one_service_cannot_be_started(running: WholeInstance) -> None:
    """Somebody else listens where the public service is to."""
    assert running.dothi('down').returncode == 0
    with socket.create_server(('127.0.0.1', running.public_port)):
        failed = running.dothi('up', '--demo', 'no')
        assert (failed.returncode, str(running.public_port) in failed.stderr) == (5, True)
        dead = pid_of(running, 'worker')
        os.kill(dead, signal.SIGKILL)
        wait_until_replaced(running, 'worker', dead)
    assert running.dothi('up', '--demo', 'no').returncode == 0


@exhaustive  # tests/core/test_services.py has it for a service by itself
def test_a_record_that_cannot_be_read_is_none(running: WholeInstance) -> None:
    """A disk that failed may leave anything in it."""
    assert running.dothi('down').returncode == 0
    (running.state / 'run' / 'inbox.pid').write_text('no number here', encoding='utf-8')
    assert running.dothi('status').returncode == 0
    assert running.dothi('up', '--demo', 'no').returncode == 0
    wait_until_ready(running)


@thorough
@pytest.mark.skipif(os.geteuid() != 0, reason='only root has a folder of root')
def test_root_runs_what_is_in_a_folder_of_roots_and_says_so(running: WholeInstance) -> None:
    assert Path(f'/proc/{pid_of(running, "worker")}').stat().st_uid == 0
    assert 'root' in running.dothi('status').stdout
    assert 'chown' in running.dothi('doctor').stdout


@exhaustive
def test_what_dies_while_the_folder_of_its_records_is_away_comes_back_with_it(running: WholeInstance) -> None:
    """Its disk is not there for a moment; nobody makes another folder in its place."""
    run, away = running.state / 'run', running.state / 'run-away'
    wait_until_ready(running)
    dead = {part: pid_of(running, part) for part in ('worker', 'inbox')}
    run.rename(away)
    for pid in dead.values():
        os.kill(pid, signal.SIGKILL)
    time.sleep(3)
    away.rename(run)
    for part, pid in dead.items():
        wait_until_replaced(running, part, pid)
    wait_until_ready(running)


def test_what_is_killed_time_and_again_does_not_wait_for_so_long_that_it_is_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A database that recovers takes up to half of the time, beside other work."""
    delays_s: list[float] = []

    async def die_ten_times() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), 'call_later', lambda delay_s, *_: delays_s.append(delay_s))
        supervisor = Supervisor('supervisor', [])
        for _ in range(10):
            supervisor.started_s['database'] = time.monotonic()
            supervisor._died(DatabasePart(), 'SIGKILL')

    monkeypatch.setattr(DatabasePart, 'is_wanted', lambda _: False)
    asyncio.run(die_ten_times())
    assert delays_s == sorted(delays_s)
    assert delays_s[0] == 0
    assert delays_s[-1] <= BACK_S / 2


def test_what_dies_again_and_again_says_how_it_ended() -> None:
    """Only of its own children a process hears that."""
    part, supervisor = DatabasePart(), Supervisor('supervisor', [], launch_program)

    async def die() -> None:
        supervisor.started_s[part.name] = time.monotonic()
        supervisor._died(part, '')

    asyncio.run(die())
    assert supervisor._launch(part) is launch_program
    asyncio.run(die())
    assert supervisor._launch(part) is None


def test_a_command_that_is_killed_while_it_changes_parts_leaves_them_watched(running: WholeInstance) -> None:
    """It had ended the inbox, and the database, to start both again."""
    code = """
import os, signal
from dothi.local.database import private_database
from dothi.local.restart import unsupervised
from dothi.local.services import services
with unsupervised():
    next(service for service in services() if service.name == 'inbox').end()
    private_database().stop()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    dead = {part: pid_of(running, part) for part in ('inbox', 'database')}
    ended = subprocess.run([sys.executable, '-c', code], env=running.environment(), check=False)
    assert ended.returncode == -signal.SIGKILL
    assert json.loads(running.dothi('status', '--json').stdout)['supervised']
    for part, pid in dead.items():
        wait_until_replaced(running, part, pid)
    wait_until_ready(running)


def test_deleted_logs_are_there_again_and_written_by_all_processes(running: WholeInstance) -> None:
    """Of masters and supervisors, by their signs of life; of a web process, that writes a line for each request."""
    logs = {running.state / 'run' / f'{name}.log' for name in (*SERVICES, 'supervisor', 'spare')}
    for log in logs:
        log.unlink(missing_ok=True)
    wait_until(lambda: all(log.exists() for log in logs), 'all logs are there')
    public = running.state / 'run' / 'public.log'

    def is_logged() -> bool:
        urllib.request.urlopen(f'http://127.0.0.1:{running.public_port}/health/live', timeout=10).close()
        return '/health/live' in public.read_text(encoding='utf-8')

    wait_until(is_logged, 'requests are logged')
    links = [link for folder in running.process_folders() for link in (folder / 'fd').glob('[12]')]
    left = {str(link.readlink()): link.parts[2] for link in links if '(deleted)' in str(link.readlink())}
    sys.stdout.write(f'{left}\n')

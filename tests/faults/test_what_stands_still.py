"""Parts of an instance that live and do nothing are started again; a machine that slept has its parts as before."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from dothi.core.heartbeat import last_sign
from dothi.core.process_table import session_members, start_time
from dothi.core.stillness import LOOK_S
from tests.faults.clients import ask
from tests.faults.parts import SERVICES, pid_of, wait_until, wait_until_ready, wait_until_replaced
from tests.instances import WholeInstance
from tests.matrix import EXHAUSTIVE, exhaustive
from tests.shared_instances import STILL_S

SUPERVISORS = ('supervisor', 'spare')
# As many as a web process has by default.
THREADS = 64
HEALTH = ('/health/live', '/health', '/health/ready')
# Two are promised, on a machine that is not full of other work; each took over 40 before.
SOON_S = 20.0
# Each that is replaced is started from nothing, which takes 4 s of processor time.
STILL = SERVICES if EXHAUSTIVE else ('inbox', 'public')


def supervisors(instance: WholeInstance) -> tuple[str, str]:
    """The name of the one that watches, and of the one that waits."""
    holder = int((instance.state / 'run' / 'supervisor.lock').read_text(encoding='utf-8'))
    first, second = SUPERVISORS
    return (first, second) if pid_of(instance, first) == holder else (second, first)


def web_workers(instance: WholeInstance, audience: str) -> list[int]:
    master = pid_of(instance, audience)
    return [pid for pid in session_members(master) if pid != master and parent_of(pid) == master]


def parent_of(pid: int) -> int:
    return int(Path(f'/proc/{pid}/stat').read_text(encoding='utf-8').rpartition(')')[2].split()[1])


def wait_for_signs(instance: WholeInstance, *parts: str) -> None:
    """Until each has given one: before its first sign a part has more patience."""
    for part in parts:
        wait_until(lambda part=part: is_beating(instance, part), f'{part} gives a sign of life')  # type: ignore[misc]


def is_beating(instance: WholeInstance, part: str) -> bool:
    return last_sign(instance.state / 'run', part, pid_of(instance, part)) is not None


@contextmanager
def stopped(*pids: int) -> Iterator[None]:
    """Within, the processes stand still; whoever of them is there at the end goes on."""
    began = {pid: start_time(pid) for pid in pids}
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid, time_before in began.items():
            if time_before and start_time(pid) == time_before:
                os.kill(pid, signal.SIGCONT)


@exhaustive
@pytest.mark.parametrize('place', [0, 1], ids=['the one that watches', 'the one that waits'])
def test_a_supervisor_that_stands_still_is_replaced_by_the_other(running: WholeInstance, place: int) -> None:
    wait_for_signs(running, *SUPERVISORS)
    name = supervisors(running)[place]
    pid = pid_of(running, name)
    with stopped(pid):
        wait_until_replaced(running, name, pid)
    assert start_time(pid) is None


def test_parts_that_stand_still_are_replaced_and_the_database_goes_on(running: WholeInstance) -> None:
    """The database has lost nothing by it; to kill it would cut all its clients off."""
    wait_for_signs(running, *STILL, *SUPERVISORS)
    before = {name: pid_of(running, name) for name in (*STILL, 'database')}
    with stopped(*before.values()):
        for name in STILL:
            wait_until_replaced(running, name, before[name])
        wait_until_ready(running)
    assert pid_of(running, 'database') == before['database']
    assert 'chạy lại' in running.dothi('status').stdout


def test_health_is_answered_while_the_database_stands_still(running: WholeInstance) -> None:
    """And all threads of the services wait for it; each answer took 40 s and more before."""
    wait_until_ready(running)
    ports = (running.port, running.public_port)
    clients = [
        threading.Thread(target=read_items, args=[running, port, number]) for port in ports for number in range(THREADS)
    ]
    server = pid_of(running, 'database')
    # one that stands still starts no others
    with stopped(server), stopped(*children_of(server)):
        for client in clients:
            client.start()
        took_s = [seconds_to_answer(running, path, port) for path in HEALTH for port in ports]
    for client in clients:
        client.join()
    sys.stdout.write(f'{took_s}\n')
    assert max(took_s) < SOON_S
    wait_until_ready(running)


def children_of(pid: int) -> list[int]:
    numbers = [int(folder.name) for folder in Path('/proc').glob('[0-9]*')]
    return [number for number in numbers if is_child(number, pid)]


def is_child(pid: int, parent: int) -> bool:
    with suppress(OSError):
        return parent_of(pid) == parent
    return False


def read_items(instance: WholeInstance, port: int, number: int) -> None:
    with suppress(OSError):
        ask(instance, f'/api/collections/wells/items?f=json&offset={number}', port)


def seconds_to_answer(instance: WholeInstance, path: str, port: int) -> float:
    began_s = time.monotonic()
    assert ask(instance, path, port)[0] == (200 if path == '/health/live' else 503)
    return time.monotonic() - began_s


@exhaustive
def test_a_master_replaces_workers_that_stand_still(running: WholeInstance) -> None:
    """Also where nobody watches the master, as under systemd: both supervisors stand still."""
    wait_until_ready(running)
    wait_for_signs(running, 'public')
    master, workers = pid_of(running, 'public'), web_workers(running, 'public')
    with stopped(*(pid_of(running, name) for name in SUPERVISORS)), stopped(*workers):
        wait_until(lambda: is_answering(running), 'other workers answer')
    assert workers
    assert not [pid for pid in workers if start_time(pid)]
    assert pid_of(running, 'public') == master


def is_answering(instance: WholeInstance) -> bool:
    try:
        return ask(instance, '/health/live', instance.public_port, patience_s=2)[0] == 200
    except OSError:
        return False


@exhaustive
def test_after_a_sleep_of_the_machine_all_is_as_before(running: WholeInstance) -> None:
    """All processes stand still for longer than a part may. Those who watch are awake a moment before the others."""
    wait_until_ready(running)
    wait_for_signs(running, *SERVICES, *SUPERVISORS)
    names = (*SERVICES, *SUPERVISORS, 'database')
    before = {name: pid_of(running, name) for name in names}
    watching = [before[name] for name in SUPERVISORS]
    family = {int(folder.name) for folder in running.process_folders()} - {os.getpid(), *watching}
    with stopped(*family, before['database']):
        # the last signs have been seen by then
        time.sleep(LOOK_S + 1)
        with stopped(*watching):
            time.sleep(2 * STILL_S)
        time.sleep(1)
    time.sleep(2 * LOOK_S)
    wait_until_ready(running)
    assert {name: pid_of(running, name) for name in names} == before

"""Services that start together are forks of one process, and are otherwise like programs of their own."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dothi.core import services as services_of_core
from dothi.core.process_table import session_members, start_environment, start_time
from dothi.core.services import Service
from dothi.core.settings import PROJECT
from dothi.local import common_origin as common_origin_module
from dothi.local.common_origin import common_origin
from tests.conftest import PATIENCE_S
from tests.memory import is_mostly_shared, kilobytes

# Waits to be ended, and says so.
WAITING = """
import atexit, signal, sys
atexit.register(print, 'ended')
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
print('waiting with', *sys.argv[1:], flush=True)
while True:
    signal.pause()
"""


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Service]]:
    """Two services that wait to be ended."""
    (tmp_path / 'waiting_module.py').write_text(WAITING, encoding='utf-8')
    monkeypatch.setenv('PYTHONPATH', f'{tmp_path}:{PROJECT}')
    services = [Service(name, [name], tmp_path, 'waiting_module') for name in ('first', 'second')]
    yield services
    for service in services:
        service.stop(patience_s=1)


def start_together(pair: list[Service]) -> list[int]:
    with common_origin(pair) as launch:
        for service in pair:
            service.start('print', launch)
    wait_until(lambda: all(service.log.read_text(encoding='utf-8') for service in pair))
    return [pid for service in pair if (pid := service.pid())]


def test_services_that_start_together_share_what_they_hold(pair: list[Service]) -> None:
    """Each service took 70 to 120 MB for libraries that the others had loaded too."""
    pids = start_together(pair)
    assert all(map(is_mostly_shared, pids))
    assert all(kilobytes(pid, 'Rss') > 100_000 for pid in pids)


def test_a_fork_looks_like_a_program_of_its_own(pair: list[Service]) -> None:
    """Command line, log, environment, session, and the way it ends."""
    pids = start_together(pair)
    for service, pid in zip(pair, pids, strict=True):
        shown = Path(f'/proc/{pid}/cmdline').read_bytes().decode().rstrip('\0').split('\0')
        assert shown == [sys.executable, '-m', 'waiting_module', service.name]
        assert session_members(pid) == [pid]
        assert start_environment(pid)['DOTHI_STATE']
        assert service.log.read_text(encoding='utf-8') == f'waiting with {service.name}\n'
        assert service.stop()
        assert service.log.read_text(encoding='utf-8').endswith('ended\n')


def test_the_origin_does_not_stay(pair: list[Service]) -> None:
    pids = start_together(pair)
    parents = {Path(f'/proc/{pid}/stat').read_text(encoding='utf-8').rpartition(')')[2].split()[1] for pid in pids}
    assert not any(b'dothi.local.origin' in Path(f'/proc/{parent}/cmdline').read_bytes() for parent in parents)


def test_a_service_that_starts_alone_is_a_program(pair: list[Service]) -> None:
    """It would take longer to load what it never uses."""
    (pid,) = start_together(pair[:1])
    assert kilobytes(pid, 'Rss') < 100_000


def test_without_an_origin_they_are_programs(pair: list[Service], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common_origin_module, 'ORIGIN', 'no.such.module')
    pids = start_together(pair)
    assert [kilobytes(pid, 'Rss') < 100_000 for pid in pids] == [True, True]


def test_a_killed_origin_takes_nobody_along(pair: list[Service]) -> None:
    """What was forked from it goes on, and what is started next is a program."""
    with common_origin(pair) as launch:
        pair[0].start('print', launch)
        os.kill(origin_pid(), signal.SIGKILL)
        pair[1].start('print', launch)
    wait_until(lambda: all(service.log.read_text(encoding='utf-8') for service in pair))
    forked, program = (service.pid() for service in pair)
    assert forked is not None
    assert program is not None
    assert kilobytes(program, 'Rss') < 100_000 < kilobytes(forked, 'Rss')


def origin_pid() -> int:
    """The origin among the children of this process, once its program runs."""
    pids: list[int] = []

    def is_there() -> bool:
        pids[:] = [int(pid) for pid in own_children() if b'dothi.local.origin' in command_line(pid)]
        return bool(pids)

    wait_until(is_there)
    return pids[0]


def own_children() -> list[str]:
    """Those of all threads, any of which may end meanwhile."""
    pids: list[str] = []
    for task in Path('/proc/self/task').iterdir():
        with suppress(OSError):
            pids += (task / 'children').read_text().split()
    return pids


def command_line(pid: str) -> bytes:
    with suppress(OSError):
        return Path(f'/proc/{pid}/cmdline').read_bytes()
    return b''


def test_an_origin_that_stands_still_is_not_waited_for(pair: list[Service], monkeypatch: pytest.MonkeyPatch) -> None:
    """As with one that hangs: both services run, and it is gone."""
    monkeypatch.setattr(common_origin_module, 'PATIENCE_S', 0.2)
    pids = start_together(pair)
    assert [kilobytes(pid, 'Rss') < 100_000 for pid in pids] == [True, True]


def test_an_origin_that_is_stopped_is_waited_for_some_seconds_only(pair: list[Service]) -> None:
    """Two minutes were what one that imports on a busy machine may take."""
    with common_origin(pair) as launch:
        os.kill(origin_pid(), signal.SIGSTOP)
        began_s = time.monotonic()
        for service in pair:
            service.start('print', launch)
        assert time.monotonic() - began_s < common_origin_module.PATIENCE_S
    wait_until(lambda: all(service.log.read_text(encoding='utf-8') for service in pair))
    pids = [pid for service in pair if (pid := service.pid())]
    assert [kilobytes(pid, 'Rss') < 100_000 for pid in pids] == [True, True]


def test_a_fork_that_cannot_be_recorded_is_ended(pair: list[Service], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would find it again, or the port that it has."""
    pids: list[int] = []

    def refuse(_file: Path, record: str, _mode: int) -> None:
        pids.append(int(record.partition(' ')[0]))
        raise OSError('no room')

    monkeypatch.setattr(services_of_core, 'replace_file_without_room', refuse)
    with common_origin(pair) as launch, pytest.raises(OSError, match='no room'):
        pair[0].start('print', launch)
    wait_until(lambda: not session_members(pids[0]))
    assert not pair[0].log.read_text(encoding='utf-8')


def test_a_fork_never_begins_when_whoever_starts_it_is_killed(pair: list[Service]) -> None:
    program = f"""
        import os, signal
        from pathlib import Path
        from dothi.core import services
        from dothi.core.services import Service
        from dothi.local.common_origin import common_origin

        def die(file, record, mode):
            print(record.partition(' ')[0], flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

        services.replace_file_without_room = die
        pair = [Service(name, [name], Path({str(pair[0].run)!r}), 'waiting_module') for name in ('first', 'second')]
        with common_origin(pair) as launch:
            pair[0].start('print', launch)
    """
    ended = subprocess.run(
        [sys.executable, '-c', textwrap.dedent(program)], stdout=subprocess.PIPE, check=False, env=dict(os.environ)
    )
    assert ended.returncode == -signal.SIGKILL
    wait_until(lambda: not session_members(int(ended.stdout)))
    assert not pair[0].log.read_text(encoding='utf-8')


SUPERVISING = """
from pathlib import Path
from sys import argv
from dothi.core.services import Service
from dothi.local.forking import run_as
from dothi.local.standing_origin import stand_by

order, launch = stand_by()
if order:
    run_as(order)
else:
    print('stands by', flush=True)
    input()
    Service('first', ['first'], Path(argv[1]), 'waiting_module').start('print', launch)
    print('started', flush=True)
    input()
"""


@pytest.fixture
def supervising(pair: list[Service]) -> Iterator[subprocess.Popen[str]]:
    """A program that stands by, starts the first service when it reads a line, and ends at the next one."""
    with subprocess.Popen(
        [sys.executable, '-c', SUPERVISING, pair[0].run, ' ' * 4096], stdin=-1, stdout=-1, text=True, bufsize=1
    ) as program:
        yield program
        program.kill()


def say_and_hear(program: subprocess.Popen[str], line: str) -> str:
    """The next line of the program; an empty `line` says nothing before."""
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(line)
    return program.stdout.readline().strip()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f'/proc/{pid}/task/{pid}/children').read_text().split()]


def test_what_a_supervisor_starts_again_is_forked_and_lives_on_without_it(
    pair: list[Service], supervising: subprocess.Popen[str]
) -> None:
    """It took 10 s of a busy machine to import the same once more, and 100 MB."""
    assert say_and_hear(supervising, '') == 'stands by'
    (origin,) = children(supervising.pid)
    assert say_and_hear(supervising, '\n') == 'started'
    wait_until(lambda: pair[0].log.read_text(encoding='utf-8'))
    pid = pair[0].pid() or 0
    assert children(origin) == [pid]
    assert session_members(pid) == [pid]
    assert Path(f'/proc/{pid}/cmdline').read_bytes().rstrip(b'\0').endswith(b'waiting_module\0first')
    supervising.kill()
    wait_until(lambda: start_time(origin) is None)
    assert pair[0].stop()
    assert pair[0].log.read_text(encoding='utf-8') == 'waiting with first\nended\n'


@pytest.mark.parametrize('signal_number', [signal.SIGKILL, signal.SIGSTOP])
def test_without_its_origin_a_supervisor_starts_programs(
    pair: list[Service], supervising: subprocess.Popen[str], signal_number: signal.Signals
) -> None:
    assert say_and_hear(supervising, '') == 'stands by'
    (origin,) = children(supervising.pid)
    os.kill(origin, signal_number)
    assert say_and_hear(supervising, '\n') == 'started'
    wait_until(lambda: pair[0].log.read_text(encoding='utf-8'))
    assert pair[0].pid() in children(supervising.pid)
    os.kill(origin, signal.SIGCONT) if signal_number == signal.SIGSTOP else None

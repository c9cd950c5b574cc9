"""What is broken during a soak, and how long the instance takes to be ready again."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

from dothi.core.postgis import BINARIES
from dothi.core.process_table import start_time
from tests.instances import WholeInstance

PATIENCE_S = 300
SERVICES = ('worker', 'inbox', 'internal', 'public')
FREEZE_S = 5


def faults() -> dict[str, Callable[[WholeInstance], None]]:
    """What is broken, by its name, in the order in which it is."""
    killed = {f'kill -9 of {part}': _killing(part) for part in (*SERVICES, 'supervisor', 'database')}
    return {
        **killed,
        'restart of the database': lambda instance: _stop_database(instance, 'fast'),
        'immediate stop of the database': lambda instance: _stop_database(instance, 'immediate'),
        f'{SERVICES[2]} frozen for {FREEZE_S} s': _freeze,
        'kill -9 of all at once but one supervisor': _killing('supervisor', 'database', *SERVICES),
    }


def seconds_to_recover(instance: WholeInstance, break_it: Callable[[WholeInstance], None]) -> float:
    """From the fault until everything is ready again, and what was killed has a successor."""
    began = time.monotonic()
    break_it(instance)
    # the kernel needs a moment, too
    time.sleep(0.2)
    while time.monotonic() < began + PATIENCE_S:
        if set(instance.readiness().values()) == {'ok'} and all(_living(instance)):
            return time.monotonic() - began
        time.sleep(0.1)
    raise TimeoutError(f'not ready within {PATIENCE_S} s: {instance.readiness()}')


def _living(instance: WholeInstance) -> Iterator[bool]:
    for part in ('supervisor', 'spare', 'database', *SERVICES):
        try:
            yield start_time(_pid(instance, part)) is not None
        except (OSError, ValueError, IndexError):
            yield False


def _pid(instance: WholeInstance, part: str) -> int:
    file = 'postgis/data/postmaster.pid' if part == 'database' else f'run/{part}.pid'
    return int((instance.state / file).read_text(encoding='utf-8').split()[0])


def _killing(*parts: str) -> Callable[[WholeInstance], None]:
    def kill(instance: WholeInstance) -> None:
        for pid in [_pid(instance, part) for part in parts]:
            os.kill(pid, signal.SIGKILL)

    return kill


def _stop_database(instance: WholeInstance, mode: str) -> None:
    """The supervisor starts it again."""
    command = [str(BINARIES / 'pg_ctl'), '-D', str(instance.state / 'postgis' / 'data'), 'stop', '-m', mode, '-w']
    if os.geteuid() == 0:
        command = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', *command]
    subprocess.run(command, check=True, capture_output=True, cwd='/')


def _freeze(instance: WholeInstance) -> None:
    pid = _pid(instance, SERVICES[2])
    os.kill(pid, signal.SIGSTOP)
    time.sleep(FREEZE_S)
    os.kill(pid, signal.SIGCONT)

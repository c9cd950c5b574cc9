"""Parts of an instance that runs: their processes, and waiting until others have taken their places."""

import time
from collections.abc import Callable

from dothi.core.process_table import start_time
from tests.instances import WholeInstance
from tests.services import PATIENCE_S

SERVICES = ('worker', 'inbox', 'internal', 'public')


def start(instance: WholeInstance) -> None:
    """Start the instance if it was ended, or never ran."""
    if not (instance.state / 'run' / 'supervisor.pid').exists():
        started = instance.dothi('up', '--demo', 'no')
        assert started.returncode == 0, started.stderr


def pid_of(instance: WholeInstance, part: str) -> int:
    """The recorded process of a part, whether it lives or not."""
    file = 'postgis/data/postmaster.pid' if part == 'database' else f'run/{part}.pid'
    return int((instance.state / file).read_text(encoding='utf-8').split()[0])


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, f'{what}: not within {PATIENCE_S} s'
        time.sleep(0.1)


def is_replaced(instance: WholeInstance, part: str, dead: int) -> bool:
    try:
        pid = pid_of(instance, part)
    except (FileNotFoundError, IndexError):
        return False
    return pid != dead and start_time(pid) is not None


def wait_until_ready(instance: WholeInstance) -> None:
    until = time.monotonic() + PATIENCE_S
    while set((checks := instance.readiness()).values()) != {'ok'}:
        assert time.monotonic() < until, f'not ready within {PATIENCE_S} s: {checks}'
        time.sleep(0.1)


def wait_until_replaced(instance: WholeInstance, part: str, dead: int) -> None:
    wait_until(lambda: is_replaced(instance, part, dead), f'{part} runs again')

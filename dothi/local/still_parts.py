"""What lives and stands still: a service without a sign of life is killed, a process that a signal stopped goes on.

Nothing waits for a process in the database, or for one that a service has started, longer than a request or a job may
take; they give no signs. Who was stopped and goes on has lost nothing.
"""

import logging
import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

from dothi.core.heartbeat import beat
from dothi.core.process_table import stopped_processes
from dothi.core.services import Service
from dothi.core.settings import PathSettings, ServerSettings
from dothi.core.stillness import LOOK_S, Stillness

LOG = logging.getLogger('dothi.supervisor')
# A part gives no sign of life until it has loaded what it needs, on a slow machine for minutes.
START_S = 300.0
# A service that was killed may be still for twice as long the next time, and so on: on a machine that is too slow for
# it, or whose disk takes its signs no more, killing it again and again would help nobody.
LONGEST_S = 3600.0
# Looking through all processes takes some milliseconds.
STOPPED_EVERY = 5


class StillParts:
    """What one supervisor knows of stillness. name: of the supervisor, which gives a sign of its own at each look."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._silent, self._stopped = Stillness[str](), Stillness[int](LOOK_S * STOPPED_EVERY)
        self._kills: Counter[str] = Counter()
        self._looks = 0

    def look(self, services: Sequence[Service], database: Callable[[], int | None]) -> None:
        """Looks once, LOOK_S after the last time. database: gives the process of the private one."""
        # a disk that takes no sign of ours takes none of the others
        if not beat(PathSettings().run, self._name):
            return
        pids = {service.name: pid for service in services if (pid := service.pid())}
        self._look_for_silent(services, pids)
        if self._looks % STOPPED_EVERY == 0:
            self._look_for_stopped({*pids.values()}, database())
        self._looks += 1

    def _look_for_silent(self, services: Sequence[Service], pids: dict[str, int]) -> None:
        signs = {service.name: service.last_sign() for service in services if service.name in pids}
        silent_s = self._silent.look({name: (pids[name], sign) for name, sign in signs.items()})
        for name, sign in signs.items():
            least_s = START_S if sign is None else ServerSettings().still_s
            if silent_s[name] >= min(least_s * 2 ** self._kills[name], LONGEST_S):
                LOG.warning('%s has given no sign of life for %.0f s and is killed', name, silent_s[name])
                self._kills[name] += 1
                _signal(pids[name], signal.SIGKILL)

    def _look_for_stopped(self, services: set[int], database: int | None) -> None:
        """A service itself is told by its signs; of what it started, and of the database, each process counts."""
        stopped = stopped_processes({*services, *([database] if database else [])})
        began = {pid: began for pid, began in stopped.items() if pid not in services}
        for pid, stopped_s in self._stopped.look(began).items():
            if stopped_s >= ServerSettings().still_s:
                LOG.warning('process %d was stopped for %.0f s and is told to go on', pid, stopped_s)
                _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)

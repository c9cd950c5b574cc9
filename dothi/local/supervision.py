"""What dies is started again: services, the private database, and the other supervisor. What stands still is ended.

The kernel reports the end of a process through its pidfd, so nobody asks for it; what lives and stands still gives no
sign of life (dothi/core/heartbeat.py). An instance has two supervisors, of which one watches and the other waits
(dothi/local/supervisor.py): the death or stillness of either is noticed by the one left over.
A service is to run as long as its record (`run/NAME.pid`) is there; `dothi down` removes it with the service.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Protocol

from dothi.core.disk_reserve import give_reserve, keep_reserve
from dothi.core.errors import DothiError
from dothi.core.heartbeat import beating
from dothi.core.revivals import Revival, record_revivals, revivals
from dothi.core.services import Launch, Service
from dothi.core.settings import DatabaseSettings, PathSettings
from dothi.core.stillness import LOOK_S
from dothi.local.database import private_database
from dothi.local.database_start import start_database
from dothi.local.locks import PARTS, alone_at_once
from dothi.local.services import require_port, services, supervisors
from dothi.local.still_parts import StillParts

LOG = logging.getLogger('dothi.supervisor')
# A part that dies is started again at once; when it dies again, after the first delay, and twice as much each time.
FIRST_DELAY_S, LONGEST_DELAY_S = 1.0, 10.0
# A part that ran for so long has recovered: its next death is a first one.
RECOVERED_S = 20.0
# While a command starts or ends parts of the instance, the supervisor waits and looks again.
OCCUPIED_S = 0.5


class Part(Protocol):
    """A part of the instance that is started again when it dies."""

    name: str

    def is_wanted(self) -> bool:
        """Whether it is to run; False once somebody ended it by intention."""

    def pid(self) -> int | None:
        """Its process, while it runs."""

    def revive(self, launch: Launch | None) -> None:
        """Starts it again, from where `launch` has processes. Raises DothiError where that fails."""


class ServicePart:
    """A service, or a supervisor."""

    def __init__(self, service: Service) -> None:
        self.service, self.name = service, service.name

    def is_wanted(self) -> bool:
        return self.service.fingerprint() is not None

    def pid(self) -> int | None:
        return self.service.pid()

    def revive(self, launch: Launch | None) -> None:
        """As it was started: a change of code or settings is what `dothi up` takes over."""
        fingerprint = self.service.fingerprint()
        self.service.end_orphans()
        require_port(self.service)
        self.service.start(fingerprint or '', launch)


class DatabasePart:
    """The private database."""

    name = 'database'

    def is_wanted(self) -> bool:
        return not DatabaseSettings().database_url and private_database().data.exists()

    def pid(self) -> int | None:
        return private_database().pid()

    def revive(self, launch: Launch | None) -> None:
        """At its old address; where somebody took the port meanwhile, at another, which services then start with."""
        before = private_database().url
        if give_reserve():
            LOG.warning('the disk is full: the database starts in what was held in reserve for it')
        start_database()
        if private_database().url != before:
            for service in services():
                fingerprint = service.fingerprint()
                service.stop()
                service.start(fingerprint or '', launch)


def parts() -> list[Part]:
    """What is watched; the database first, as the others cannot start without it."""
    others = [service for service in supervisors() if service.pid() != os.getpid()]
    return [DatabasePart(), *map(ServicePart, [*services(), *others])]


def supervise(name: str, launch: Launch | None = None) -> None:
    """Watches the instance as the supervisor `name` until SIGTERM; returns then, and leaves all parts running.

    launch: where what is started again comes from; None for programs.
    """
    logging.basicConfig(stream=sys.stderr, format='%(asctime)s %(message)s', level=logging.INFO)
    asyncio.run(Supervisor(name, parts(), launch).run())


class Supervisor:
    """Watches parts, and starts again what dies."""

    def __init__(self, name: str, watched: Sequence[Part], launch: Launch | None = None) -> None:
        self.name, self.watched, self.launch = name, watched, launch
        self.still = StillParts(name)
        self.revivals = revivals()
        self.started_s: dict[str, float] = {}
        self.delays_s: dict[str, float] = {}

    async def run(self) -> None:
        """Ends at SIGTERM."""
        loop, ending = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ending.set)
        for part in self.watched:
            self._watch(part)
        looking = asyncio.create_task(self._look_for_still())
        await ending.wait()
        looking.cancel()

    async def _look_for_still(self) -> None:
        """Again and again: what is killed as it gives no sign of life is noticed like any other death."""
        watched_services = [part.service for part in self.watched if isinstance(part, ServicePart)]
        while True:
            try:
                self.still.look(watched_services, DatabasePart().pid)
                self._adopt_lost()
                keep_reserve()
                private_database().keep_log()
            except (DothiError, OSError):
                # such as a folder that is away for a moment; who watches has to go on
                LOG.exception('could not look for what stands still')
            await asyncio.sleep(LOOK_S)

    def _adopt_lost(self) -> None:
        """Gives parts that run a record again where somebody deleted it: without one nobody would start them again."""
        watched = [part.service for part in self.watched if isinstance(part, ServicePart)]
        ourselves = [service for service in supervisors() if service.name == self.name]
        lost = [service for service in (*watched, *ourselves) if service.fingerprint() is None]
        if not lost:
            return
        with _alone_with_records() as is_alone:
            for service in lost if is_alone else ():
                service.adopt()

    def _watch(self, part: Part) -> None:
        """Waits for the end of the part's process; a part that should run and does not is started again."""
        pid = part.pid()
        if pid is None:
            self._schedule(part)
            return
        self.started_s[part.name] = time.monotonic()
        self._settle(part)
        try:
            pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            self._died(part, '')
            return
        if part.pid() == pid:
            asyncio.get_running_loop().add_reader(pidfd, self._ended, part, pidfd)
        else:
            os.close(pidfd)
            self._watch(part)

    def _ended(self, part: Part, pidfd: int) -> None:
        asyncio.get_running_loop().remove_reader(pidfd)
        reason = _how_it_ended(pidfd)
        os.close(pidfd)
        self._died(part, reason)

    def _died(self, part: Part, reason: str) -> None:
        """Takes note of a death; of a part that was ended or replaced by intention there is nothing to say."""
        lived_s = time.monotonic() - self.started_s.get(part.name, 0.0)
        if lived_s >= RECOVERED_S:
            self.delays_s.pop(part.name, None)
        self._schedule(part, reason)

    def _schedule(self, part: Part, reason: str = '') -> None:
        delay_s = self.delays_s.get(part.name, 0.0)
        self.delays_s[part.name] = min(max(delay_s * 2, FIRST_DELAY_S), LONGEST_DELAY_S)
        asyncio.get_running_loop().call_later(delay_s, self._start_again, part, reason)
        if part.is_wanted() and part.pid() is None:
            self._record(part, reason, next_start_at=datetime.fromtimestamp(time.time() + delay_s, UTC))

    def _start_again(self, part: Part, reason: str) -> None:
        try:
            is_left_to_us = self._revive_alone(part, reason)
        except Exception as error:
            # whatever it is: nobody else would try again
            LOG.warning('%s cannot be started', part.name, exc_info=not isinstance(error, DothiError))
            self._schedule(part, str(error))
            return
        if not is_left_to_us:
            asyncio.get_running_loop().call_later(OCCUPIED_S, self._start_again, part, reason)
        elif part.is_wanted():
            self._watch(part)
        else:
            # it was ended by intention, or its record cannot be read for a moment
            asyncio.get_running_loop().call_later(LONGEST_DELAY_S, self._start_again, part, reason)

    def _revive_alone(self, part: Part, reason: str) -> bool:
        """Starts the part where it should run and does not; False while somebody else starts or ends parts."""
        with _alone_with_records() as is_alone:
            if is_alone and part.pid() is None and part.is_wanted():
                self._revive(part, reason)
            return is_alone

    def _revive(self, part: Part, reason: str) -> None:
        # a database that recovers takes its time, and meanwhile the other supervisor is to see us alive
        with beating(PathSettings().run, self.name):
            part.revive(self._launch(part))
        LOG.info('%s ended (%s) and was started again', part.name, reason or 'nobody saw how')
        self.revivals.setdefault(part.name, Revival(died_at=datetime.now(UTC))).restarts += 1

    def _launch(self, part: Part) -> Launch | None:
        """Where the part comes from; what dies again is a child of this process, which hears how that ends."""
        return self.launch if self.delays_s.get(part.name, 0.0) <= FIRST_DELAY_S else None

    def _record(self, part: Part, reason: str, next_start_at: datetime) -> None:
        restarts = self.revivals[part.name].restarts if part.name in self.revivals else 0
        self.revivals[part.name] = Revival(
            restarts=restarts, died_at=datetime.now(UTC), next_start_at=next_start_at, reason=reason
        )
        self._write_down()

    def _settle(self, part: Part) -> None:
        """A part that runs is not to be started any more; one that somebody else ended and started has not died."""
        if part.name not in self.revivals:
            return
        self.revivals[part.name].next_start_at = None
        if not self.revivals[part.name].restarts:
            del self.revivals[part.name]
        self._write_down()

    def _write_down(self) -> None:
        """Tells others what died. A disk that takes no change is no reason to watch less."""
        with suppress(OSError):
            record_revivals(self.revivals)


@contextmanager
def _alone_with_records() -> Iterator[bool]:
    """Whether nobody else starts or ends parts meanwhile.

    False also while the folder of the records is away: one that is made in its place would be in the way of it.
    """
    if not PathSettings().run.is_dir():
        yield False
        return
    with alone_at_once(PARTS) as is_alone:
        yield is_alone


def _how_it_ended(pidfd: int) -> str:
    """The signal or exit code of a child of this process; empty for others, whose end is told to their parent only."""
    with suppress(ChildProcessError):
        ended = os.waitid(os.P_PIDFD, pidfd, os.WEXITED | os.WNOHANG)
        if ended is not None:
            is_exit = ended.si_code == os.CLD_EXITED
            return f'exit code {ended.si_status}' if is_exit else signal.Signals(ended.si_status).name
    return ''

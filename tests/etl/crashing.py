"""What can end an action in the middle: the process, the connection, the disk."""

import os
import resource
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from dothi.core import database as core_database
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from etl.desk import decide as desk
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.desk.rollback import rollback
from tests.conftest import PATIENCE_S

SESSIONS_AT_WORK = """select pid from pg_stat_activity where datname = current_database() and application_name in
    ('dothi deliver', 'dothi accept', 'dothi return', 'dothi rollback', 'dothi demo leave')"""
# A stage, and whether its beginning or its end.
Moment = tuple[str, str]


@dataclass(frozen=True)
class Action:
    """One of the things that change what is served. number: of the delivery, or of the release to go back to."""

    kind: str
    layer: str
    file: Path | None = None
    number: int = 0

    def run(self, place: Locality, progress: Progress = silent) -> object:
        """What came of it."""
        if self.kind == 'deliver':
            assert self.file
            return deliver(self.file, DeliveryOptions(layer=self.layer, accept_loss=True), place, progress)
        decision = desk.Decision(by='chief', reason='asked')
        if self.kind == 'accept':
            return desk.accept(self.number, decision, place, progress)
        if self.kind == 'return':
            return desk.return_(self.number, decision)
        return rollback(self.layer, self.number, 'asked', 'chief', place, progress)


def at(moment: Moment, do: Callable[[], object]) -> Progress:
    """Does something once, when it is told that the moment has come."""
    done_it: list[bool] = []

    def progress(stage: str, done: int, total: int | None) -> None:
        if (stage, 'end' if done else 'start') == moment and not done_it:
            done_it.append(True)
            do()

    return progress


def killed(action: Action, place: Locality, moment: Moment) -> None:
    """Runs the action in a process that kills itself then: what a power cut or the kernel would do."""
    killed_at(moment, lambda progress: action.run(place, progress))


def killed_at(moment: Moment, do: Callable[[Progress], object]) -> None:
    """Does it in a process that kills itself when it is told that the moment has come."""
    child = forked(lambda: do(at(moment, lambda: os.kill(os.getpid(), signal.SIGKILL))))
    assert ended(child) == -signal.SIGKILL
    _await_end_of_sessions()


def _await_end_of_sessions() -> None:
    """The database notices a moment later that whoever asked is gone, and keeps their locks until then."""
    until = time.monotonic() + PATIENCE_S
    session = admin()
    with session.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(SESSIONS_AT_WORK)
            if not cursor.fetchall():
                break
            time.sleep(0.02)
        else:
            raise AssertionError('the sessions of a killed process are still there')
    session.close()


def started(action: Action, place: Locality, progress: Progress = silent) -> int:
    """The number of a process that runs the action."""
    return forked(lambda: action.run(place, progress))


def forked(do: Callable[[], object]) -> int:
    """The number of a process that does it; a fork, as an interpreter and its modules take seconds."""
    with warnings.catch_warnings():
        # threads of the parent are pools that wait, and the child opens connections of its own
        warnings.simplefilter('ignore', DeprecationWarning)
        child = os.fork()
    if child:
        return child
    try:
        core_database.fresh(after_fork=True)
        do()
        os._exit(0)
    except BaseException as error:
        os.write(2, repr(error).encode())
        os._exit(1)


def ended(child: int) -> int:
    """How the process ended: its exit code, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def admin() -> psycopg2.extensions.connection:
    """A session of the administrator."""
    session = psycopg2.connect(os.environ['DOTHI_DATABASE_URL'].replace('+psycopg2', ''))
    session.autocommit = True
    return session


def cut() -> None:
    """Ends the sessions of whatever is at work, as a restart of the database does."""
    session = admin()
    with session.cursor() as cursor:
        cursor.execute(
            f'select pg_terminate_backend(pid) from ({SESSIONS_AT_WORK}) as session',
        )
        assert cursor.fetchall()
    session.close()


@contextmanager
def no_room(bytes_: int = 100) -> Iterator[Callable[[], None]]:
    """Gives what begins it: from then on no file of this process grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

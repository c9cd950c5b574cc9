"""Work that nobody looks at leaves the processors to those who wait for an answer: its processes, and their backends.

Analyses, deliveries and backups take a processor each for minutes. Beside them a service got a third of the machine;
so they run at a higher `nice`, and what they have a database on this machine do runs at the same one.

Where Linux shares the processors out by sessions first (sched(7), "The autogroup feature"), `nice` counts among the
processes of one session only, and each backend of PostgreSQL is a session: there the session gets the niceness too.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

from psycopg2.extensions import connection as Connection

# Out of 19. Beside someone at 0, who has something to do, a process at 5 gets a quarter of a processor.
PATIENT = 5
TRIES = 5


def be_patient(niceness: int = PATIENT) -> None:
    """From now on this thread, and whatever it starts, runs when others leave it room; it never goes back."""
    if own_patience() < niceness:
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
    # a session that somebody else leads is a terminal's, whose other work is none of ours
    if os.getpid() == os.getsid(0):
        with suppress(OSError):
            _make_session_patient(os.getpid(), niceness)


def own_patience() -> int:
    """The niceness of this thread."""
    return os.getpriority(os.PRIO_PROCESS, 0)


def share_patience(db: Connection) -> None:
    """Gives the backend of `db` the patience of this thread.

    Nothing where it is another user's, or no process of this machine that can be seen here.
    """
    niceness, backend = own_patience(), db.info.backend_pid
    with suppress(OSError):
        if niceness > 0 and _is_backend_of(db, backend):
            os.setpriority(os.PRIO_PROCESS, backend, niceness)
            _make_session_patient(backend, niceness)


def _make_session_patient(pid: int, niceness: int) -> None:
    """Gives the session of a process `niceness` beside other sessions; raises OSError where there is no such thing."""
    file = Path(f'/proc/{pid}/autogroup')
    for _ in range(TRIES):
        if int(file.read_text(encoding='ascii').split()[-1]) >= niceness:
            return
        # all who are not root share ten changes a second
        with suppress(BlockingIOError):
            file.write_text(f'{niceness}', encoding='ascii')
            return
        time.sleep(0.1)


def _is_backend_of(db: Connection, pid: int) -> bool:
    """Whether the process serves this role in this database: in another container its number is somebody else's."""
    title = Path(f'/proc/{pid}/cmdline').read_bytes().decode(errors='replace')
    return title.startswith('postgres: ') and f' {db.info.user} {db.info.dbname} ' in title

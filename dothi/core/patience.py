"""Work that nobody looks at leaves the processors to those who wait for an answer: its processes, and their backends.

Analyses, deliveries and backups take a processor each for minutes. Beside them a service got a third of the machine;
so they run at a higher `nice`, and what they have a database on this machine do runs at the same one.
"""

import os
from contextlib import suppress
from pathlib import Path

from psycopg2.extensions import connection as Connection

# Out of 19. Beside someone at 0, who has something to do, a process at 5 gets a quarter of a processor.
PATIENT = 5


def be_patient(niceness: int = PATIENT) -> None:
    """From now on this thread, and whatever it starts, runs when others leave it room; it never goes back."""
    if own_patience() < niceness:
        os.setpriority(os.PRIO_PROCESS, 0, niceness)


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


def _is_backend_of(db: Connection, pid: int) -> bool:
    """Whether the process serves this role in this database: in another container its number is somebody else's."""
    title = Path(f'/proc/{pid}/cmdline').read_bytes().decode(errors='replace')
    return title.startswith('postgres: ') and f' {db.info.user} {db.info.dbname} ' in title

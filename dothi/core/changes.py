"""What others commit, heard as it happens; and which long-running parts of the instance are there.

One session of a part listens for changes and holds a lock, for as long as the process lives: nobody asks the database
again and again, and the server gives the lock back however the process ends.
"""

import logging
import os
import select
import threading
import time
from contextlib import closing

import psycopg2
from psycopg2.extensions import connection as Connection

from dothi.core.database import Role, database_url
from dothi.core.errors import DothiError

LOG = logging.getLogger('dothi.changes')
CHANNEL = 'dothi_change'
# The first half of the lock's key; the second is the part.
KEY = 0x646F7468
PARTS = {'inbox': 1, 'worker': 2, 'backup': 3}
RECONNECT_S = 1.0
# After a change more of them follow, and what waits for a layer to be quiet comes due: until then it is looked often.
LIVELY_S = 60.0
# Without any change: for what comes due by the clock.
IDLE_S = 15.0


class ChangeListener:
    """Hears of changes within its `with`, and shows that `part` is there; both end with the process at the latest."""

    def __init__(self, part: str, role: Role) -> None:
        self._part, self._role = part, role
        self._condition = threading.Condition()
        self._changes, self._changed_s, self._is_listening = 0, time.monotonic(), False
        self._closed, self._closing = threading.Event(), os.eventfd(0)
        self._thread = threading.Thread(target=self._listen, name=f'changes for {part}', daemon=True)

    def __enter__(self) -> 'ChangeListener':
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        os.eventfd_write(self._closing, 1)
        self._thread.join()
        os.close(self._closing)

    @property
    def changes(self) -> int:
        """How many changes were heard of; pass it to `wait`."""
        return self._changes

    def wait(self, seen: int, longest_s: float) -> None:
        """Returns when there was a change after `seen`, at the latest after `longest_s`."""
        with self._condition:
            self._condition.wait_for(lambda: self._changes != seen, longest_s)

    def idle_s(self) -> float:
        """How long nobody has to look if no change comes: 0 soon after one, and while nobody can be heard."""
        is_quiet = self._is_listening and time.monotonic() - self._changed_s > LIVELY_S
        return IDLE_S if is_quiet else 0.0

    def wake(self) -> None:
        """Ends the waiting of everybody, as a change does."""
        with self._condition:
            self._changes += 1
            self._changed_s = time.monotonic()
            self._condition.notify_all()

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                self._listen_once()
            except (psycopg2.Error, DothiError) as error:
                LOG.debug('no database to listen to: %s', error)
            self._is_listening = False
            self._closed.wait(RECONNECT_S)

    def _listen_once(self) -> None:
        """Until the server closes the session; the kernel tells of that too."""
        url = database_url(self._role).set(drivername='postgresql').render_as_string(hide_password=False)
        with closing(psycopg2.connect(url, connect_timeout=10, application_name=f'dothi {self._part} listens')) as db:
            db.autocommit = True
            with db.cursor() as cursor:
                cursor.execute(f'listen {CHANNEL}; select pg_advisory_lock_shared(%s, %s)', [KEY, PARTS[self._part]])
            self._is_listening = True
            # what happened before is not heard of
            self.wake()
            while not self._closed.is_set():
                select.select([db.fileno(), self._closing], [], [])
                db.poll()
                if db.notifies:
                    db.notifies.clear()
                    self.wake()


def announce_change(db: Connection) -> None:
    """Wakes all listeners when the transaction of `db` is committed; what triggers watch announces itself."""
    with db.cursor() as cursor:
        cursor.execute('select pg_notify(%s, null)', [CHANNEL])


def is_present(db: Connection, part: str) -> bool:
    """Whether a process of `part` lives and reaches the database."""
    query = """select exists (select from pg_locks
        where locktype = 'advisory' and classid = %s and objid = %s and objsubid = 2 and granted
            and database = (select oid from pg_database where datname = current_database()))"""
    with db.cursor() as cursor:
        cursor.execute(query, [KEY, PARTS[part]])
        ((is_held,),) = cursor.fetchall()
    return bool(is_held)

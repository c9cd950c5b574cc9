"""A way to the database that says nothing is given up, so that a client is answered.

The server ends each statement in time. Who waits for longer than that waits for a server that hangs, or on a way that
carries nothing: the connection is shut down from here, and the thread that waits gets an error.
"""

import os
import socket
import threading
import time
from contextlib import suppress

from psycopg2.extensions import connection as Connection

# What a slow way may take beyond the time of the statement, and how often it is looked.
GRACE_S, LOOK_S = 5.0, 1.0


class SilenceWatch:
    """Connections on which an answer is awaited, each until a moment; one thread of the process looks at them."""

    def __init__(self) -> None:
        self._awaited: dict[int, tuple[float, int]] = {}
        self._lock = threading.Lock()
        self._process = 0

    def begin(self, db: Connection, statement_timeout_ms: int, grace_s: float | None = None) -> None:
        """From now on an answer of `db` is awaited, until that time has passed."""
        ends_s = time.monotonic() + statement_timeout_ms / 1000 + (GRACE_S if grace_s is None else grace_s)
        with self._lock:
            self._awaited[id(db)] = (ends_s, db.fileno())
        # a thread of the process that was forked is not there in its children
        if self._process != os.getpid():
            self._process = os.getpid()
            threading.Thread(target=self._look, name='silence of the database', daemon=True).start()

    def end(self, db: Connection) -> None:
        """Nothing of `db` is awaited any more."""
        with self._lock:
            self._awaited.pop(id(db), None)

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_S)
            now_s = time.monotonic()
            # whoever has got an answer meanwhile waits for the lock: the number is of this very connection
            with self._lock:
                for ends_s, descriptor in self._awaited.values():
                    if ends_s < now_s:
                        _shut_down(descriptor)


def _shut_down(descriptor: int) -> None:
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as way:
        way.shutdown(socket.SHUT_RDWR)


SILENCE = SilenceWatch()

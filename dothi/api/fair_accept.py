"""Connections are shared out evenly among the web processes of a service.

All processes of a service accept from one socket, and the kernel wakes them all: whoever comes first takes what there
is. Of 16 clients that came at once and stayed, one of two processes had between 8 and 16; with 16 it answered half as
many requests a second, while the other one was idle.
"""

import errno
import mmap
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

# Of one service at once: those that serve, those that are leaving, and their successors.
MOST_PROCESSES = 1_024
WORD_BYTES = 8
NOT_ACCEPTING = -1
# For as long a process leaves a connection to one that has fewer; then it takes the connection itself, since the other
# one may be busy or hang.
PATIENCE_S = 0.05
# After as long it looks whether the connection is still there.
LOOK_AGAIN_S = 0.001
# The process, or the machine, has no descriptor left.
NO_DESCRIPTOR = frozenset((errno.EMFILE, errno.ENFILE))


class ConnectionBoard:
    """How many connections each process has open, in memory that all of them share; made before they are forked.

    Each process writes its own place only. The first word says how many places have been in use at most.
    """

    def __init__(self) -> None:
        words = memoryview(mmap.mmap(-1, (1 + MOST_PROCESSES) * WORD_BYTES)).cast('q')
        self._used, self._open_connections = words[:1], words[1:]
        self._free_places = set(range(MOST_PROCESSES))

    def take_place(self) -> int:
        """The number of a place for a process that is about to be forked; called in their master."""
        place = min(self._free_places)
        self._free_places.remove(place)
        self._open_connections[place] = NOT_ACCEPTING
        self._used[0] = max(self._used[0], place + 1)
        return place

    def free_place(self, place: int) -> None:
        """Gives the place of a process back that is gone; called in their master."""
        self._open_connections[place] = NOT_ACCEPTING
        self._free_places.add(place)

    def publish(self, place: int, open_connections: int) -> None:
        """Says how many connections the process has open, or NOT_ACCEPTING."""
        self._open_connections[place] = open_connections

    def is_anybody_accepting(self) -> bool:
        """Whether any process answers clients now."""
        return any(count > NOT_ACCEPTING for count in self._open_connections[: self._used[0]].tolist())

    def has_less_busy(self, place: int) -> bool:
        """Whether another process that accepts has fewer connections open than the one at `place`."""
        counts = self._open_connections[: self._used[0]].tolist()
        return any(NOT_ACCEPTING < count < counts[place] for count in counts)


class FairWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads, which leave a new connection to the process with the fewest of them.

    app.board: the ConnectionBoard of the service. place: this process's place on it. yielding_since_s: since when it
    leaves what waits to others; None while nothing waits. wants_room: whether there was no descriptor for a connection.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.place, self.has_yielded = self.app.board.take_place(), False
        self.yielding_since_s: float | None = None
        self.wants_room = False

    def notify(self) -> None:
        """Called at every turn of the worker's loop."""
        super().notify()
        self._publish()

    def accept(self, listener: Any) -> None:
        """Accepts a connection, unless a process that has fewer may take it."""
        self._publish()
        self.has_yielded = self.app.board.has_less_busy(self.place) and self._has_patience()
        if not self.has_yielded:
            self._accept_one(listener)
            self._publish()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Waits for events as gunicorn does; after it left a connection to others, for a moment without new ones."""
        self.has_yielded = False
        super().wait_for_and_dispatch_events(timeout)
        if not self.has_yielded:
            self.yielding_since_s = None
            return
        # the poller would come back at once for what still waits, and take Python's lock from those who answer
        self.set_accept_enabled(False)
        super().wait_for_and_dispatch_events(LOOK_AGAIN_S)
        self.set_accept_enabled(True)

    def _accept_one(self, listener: Any) -> None:
        """Accepts a connection, or leaves it waiting while there is no descriptor for it.

        gunicorn would end the process, and with it the answers that others wait for.
        """
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno not in NO_DESCRIPTOR:
                raise
            self.wants_room, self.has_yielded = True, True

    def _has_patience(self) -> bool:
        now_s = time.monotonic()
        if self.yielding_since_s is None:
            self.yielding_since_s = now_s
        return now_s - self.yielding_since_s < PATIENCE_S

    def _publish(self) -> None:
        self.app.board.publish(self.place, self.nr_conns if self.alive else NOT_ACCEPTING)

"""Places for so many at once, and a queue before them: who came first goes first."""

import threading
from collections import deque
from collections.abc import Callable

from dothi.core.errors import Busy


class Places:
    """A semaphore in which nobody overtakes: a place that is given back is handed to who waits longest.

    With Python's own a newcomer often gets it before the one that was woken for it: under load one picture in a
    hundred waited twice as long as in turn.

    queue: so many may wait. refusal: the error for who finds the queue full, or has waited in it for too long.
    """

    def __init__(self, count: int, queue: int, refusal: Callable[[], Busy]) -> None:
        self._free, self._queue, self._refusal = count, queue, refusal
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def take(self, wait_s: float) -> None:
        """Comes back with a place; raises the refusal where the queue is full, and after `wait_s`."""
        turn = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                return
            if len(self._waiting) >= self._queue:
                raise self._refusal()
            self._waiting.append(turn)
        if turn.wait(wait_s):
            return
        with self._lock:
            # it may have been handed over since
            if not turn.is_set():
                self._waiting.remove(turn)
                raise self._refusal()

    def take_if_free(self) -> bool:
        """Whether there was a place for who does not wait; it is taken then."""
        with self._lock:
            is_free = self._free > 0
            self._free -= is_free
        return is_free

    def give_back(self) -> None:
        """Give the place to the one who has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1

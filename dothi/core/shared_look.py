"""A look at something that may hang, such as a disk or a database: made aside, and waited for no longer than one wants.

A file system that does not answer keeps whoever asks it, and no signal ends that: a thread is all that may be lost.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future


class NoAnswer(Exception):
    """The look was not done in time."""


class SharedLook[Result]:
    """What `look` returns, made on a thread of its own; whoever asks while one is under way waits for the same."""

    def __init__(self, look: Callable[[], Result]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._under_way: Future[Result] | None = None

    def begin(self) -> Future[Result]:
        """The look that is under way, or a new one."""
        with self._lock:
            if self._under_way is None:
                future: Future[Result] = Future()
                threading.Thread(target=self._do, args=[future], name='look', daemon=True).start()
                self._under_way = future
            return self._under_way

    def _do(self, future: Future[Result]) -> None:
        try:
            result = self._look()
        except Exception as error:
            self._end()
            future.set_exception(error)
        else:
            self._end()
            future.set_result(result)

    def _end(self) -> None:
        """Who asks from now on looks anew: what is reported is never older than the question."""
        with self._lock:
            self._under_way = None


def outcome[Result](look: Future[Result], ends_s: float) -> Result:
    """What a look returns or raises. ends_s: raises NoAnswer from then on, by a clock that does not jump."""
    try:
        return look.result(max(ends_s - time.monotonic(), 0.0))
    except TimeoutError:
        if look.done():
            # it ended with this error itself
            raise
        raise NoAnswer from None

"""One drawing for many requests: the first request for a missing picture draws it, the others wait for that drawing."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock

from dothi.cartography.mapping.limits import too_busy
from dothi.core.turns import turn_given_away


class SingleFlight[Answer]:
    """Runs work with the same key once for all threads of a process that wait for it."""

    def __init__(self) -> None:
        self._flights: dict[str, Future[Answer]] = {}
        self._lock = Lock()

    def do(self, key: str, work: Callable[[], Answer], wait_s: float) -> Answer:
        """What `work` returns or raises, or what another thread's did that was under way with the same key.

        Raises TooBusy for who waited for so long.
        """
        flight: Future[Answer] = Future()
        with self._lock:
            first = self._flights.setdefault(key, flight)
        if first is flight:
            return self._done(key, work, flight)
        try:
            with turn_given_away():
                return first.result(wait_s)
        except TimeoutError:
            raise too_busy() from None

    def _done(self, key: str, work: Callable[[], Answer], flight: Future[Answer]) -> Answer:
        try:
            flight.set_result(work())
        except BaseException as error:
            flight.set_exception(error)
        finally:
            with self._lock:
                del self._flights[key]
        return flight.result()

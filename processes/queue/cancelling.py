"""Statements of a worker that has to stop."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg2.extensions import connection as Connection

LOOK_S = 0.3


@contextmanager
def cancelled_when(stopped: Callable[[], bool], db: Connection) -> Iterator[None]:
    """What runs on `db`, or waits there for a lock, ends with QueryCanceled soon after `stopped` says so."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(LOOK_S):
            if stopped():
                db.cancel()

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()

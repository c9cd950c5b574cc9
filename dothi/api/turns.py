"""Requests of one process take turns while they are short, so that its threads do not fight for Python's lock.

A request lets go of that lock at each read, write and query. With 16 clients each of these woke another thread, and
half of the processor's time went into that.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

# A request that takes longer than this keeps its thread, but others no longer wait for it.
LONGEST_TURN_S = 0.02


class Turns:
    """A few places; whoever waits in vain for one that has long been taken opens as many new ones."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._free = self._new_places()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A place for whoever enters, after LONGEST_TURN_S at the latest."""
        free = self._free
        try:
            free.get(timeout=LONGEST_TURN_S)
        except Empty:
            # taken before others see the new places, or it would wait for one of them without end
            free = self._new_places()
            free.get()
            self._free = free
        try:
            yield
        finally:
            free.put(None)

    def _new_places(self) -> SimpleQueue[None]:
        free: SimpleQueue[None] = SimpleQueue()
        for _ in range(self._places):
            free.put(None)
        return free


def places_of_worker(workers: int) -> int:
    """How many requests each of `workers` processes may have in hand at once, so that all processors have work."""
    return max(len(os.sched_getaffinity(0)) // workers, 1)

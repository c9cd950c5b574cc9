"""Requests of one process take turns while they are short, so that its threads do not fight for Python's lock.

A request lets go of that lock at each read, write and query. With 16 clients each of these woke another thread, and
half of the processor's time went into that. Whoever waits for another process gives the turn away meanwhile.
"""

import os
import threading
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
        free = self.take()
        _THREAD.taken = (self, free)
        try:
            yield
        finally:
            # another one, where it was given away meanwhile
            _, free = _THREAD.taken
            _THREAD.taken = None
            free.put(None)

    def take(self) -> SimpleQueue[None]:
        """Comes back with a place, which is given back by putting None where it came from."""
        free = self._free
        try:
            free.get(timeout=LONGEST_TURN_S)
        except Empty:
            # taken before others see the new places, or it would wait for one of them without end
            free = self._new_places()
            free.get()
            self._free = free
        return free

    def _new_places(self) -> SimpleQueue[None]:
        free: SimpleQueue[None] = SimpleQueue()
        for _ in range(self._places):
            free.put(None)
        return free


class _Thread(threading.local):
    """taken: where this thread has its turn, and where its place came from; None outside of requests."""

    taken: tuple[Turns, SimpleQueue[None]] | None = None


_THREAD = _Thread()


@contextmanager
def turn_given_away() -> Iterator[None]:
    """While inside, others have this thread's turn; after it the thread has one again. Without a turn it does nothing.

    For waiting that may take long: for a picture, or for whoever draws the same one. Within another it does nothing.
    """
    if _THREAD.taken is None:
        yield
        return
    turns, free = _THREAD.taken
    _THREAD.taken = None
    free.put(None)
    try:
        yield
    finally:
        _THREAD.taken = (turns, turns.take())


def places_of_worker(workers: int) -> int:
    """How many requests each of `workers` processes may have in hand at once, so that all processors have work."""
    return max(len(os.sched_getaffinity(0)) // workers, 1)

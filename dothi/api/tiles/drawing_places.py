"""How many tiles a web process draws at once: what is kept goes past all who wait for theirs to be drawn."""

from collections.abc import Iterator
from contextlib import contextmanager

from dothi.core.errors import Busy
from dothi.core.places import Places
from dothi.core.turns import turn_given_away

# One that PostgreSQL draws, and one that is composed or packed meanwhile.
AT_ONCE = 2
# Threads of a process, and seconds; what is drawn takes some tens of milliseconds.
MOST_WAITING, PATIENCE_S = 1_000, 20.0


class ManyTiles(Busy):
    """More tiles are wanted than are drawn in time."""


def many_tiles() -> ManyTiles:
    """The error for a request that waited for too long."""
    return ManyTiles(
        vi='Máy chủ đang vẽ nhiều ô bản đồ. Thử lại sau ít giây.',
        en='Many tiles are being drawn. Try again shortly.',
    )


_PLACES = Places(AT_ONCE, MOST_WAITING, many_tiles)


@contextmanager
def drawing_place() -> Iterator[None]:
    """A place among those who draw, in turn; others have this thread's turn meanwhile. Raises ManyTiles.

    To be entered without a connection: who waits would keep it from those who need it for a moment.
    """
    with turn_given_away():
        _PLACES.take(PATIENCE_S)
        try:
            yield
        finally:
            _PLACES.give_back()


@contextmanager
def free_drawing_place() -> Iterator[bool]:
    """Whether a place is free for who has a connection already, and so cannot wait; it is theirs meanwhile."""
    if not _PLACES.take_if_free():
        yield False
        return
    try:
        with turn_given_away():
            yield True
    finally:
        _PLACES.give_back()

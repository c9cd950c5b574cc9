"""How the C library keeps memory that this process has given back."""

from contextlib import suppress
from ctypes import CDLL

# malloc.h
M_ARENA_MAX = -8
ARENAS = 2


def share_arenas() -> None:
    """From now on all threads of this process take their memory from the same two places; nothing without glibc.

    Else up to eight threads for a processor have one each (mallopt(3), M_ARENA_MAX), and what a task took stays with
    the thread that ran it by chance: the worker grew by 6 MB at a time, and after 40 s of 32 clients a web process had
    101 to 104 MB of its own in place of 135 to 141.
    """
    with suppress(AttributeError, OSError):
        CDLL(None).mallopt(M_ARENA_MAX, ARENAS)

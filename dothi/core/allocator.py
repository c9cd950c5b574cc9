"""How the C library keeps memory that this process has given back."""

from contextlib import suppress
from ctypes import CDLL

# malloc.h
M_ARENA_MAX = -8
ARENAS = 2


def share_arenas() -> None:
    """From now on all threads of this process take their memory from the same two places; nothing without glibc.

    Else each of up to eight threads for a processor has one of its own (mallopt(3), M_ARENA_MAX), and what a task took
    stays with the thread that ran it by chance: the worker grew by 6 MB for each thread that first wrote a style.
    """
    with suppress(AttributeError, OSError):
        CDLL(None).mallopt(M_ARENA_MAX, ARENAS)

"""How the C library keeps memory that this process has given back."""

from contextlib import suppress
from ctypes import CDLL

# malloc.h
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE_BYTES = 256 * 1024


def share_arena() -> None:
    """All threads of this process and its forks take their memory from the same place; nothing without glibc.

    To be called before the first thread, whose place others would use after it. Else up to eight threads for a
    processor have one each (mallopt(3), M_ARENA_MAX), and what a task took stays with the thread that ran it by chance:
    after 40 s of 32 clients a web process had 135 to 141 MB of its own, with two places 101 to 104.
    """
    with suppress(AttributeError, OSError):
        CDLL(None).mallopt(M_ARENA_MAX, 1)


def return_large_blocks() -> None:
    """Blocks of LARGE_BYTES and more go back to the system as soon as this process frees them; nothing without glibc.

    Else those of up to 32 MB stay, once one was freed (mallopt(3), M_MMAP_THRESHOLD): the worker grew by 2 to 4 MB when
    an answer of a job passed through it that was larger than all before. What computes loses by it, as each of its
    arrays is new to the processor: it is not for jobs.
    """
    with suppress(AttributeError, OSError):
        CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)

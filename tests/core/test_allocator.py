"""Threads of a long-lived process do not each keep the memory of what they once did."""

import subprocess
import sys

import pytest

# Four threads at once take a block each; then the arenas are counted that glibc says it has.
PROGRAM = """
import sys
import threading
from ctypes import CDLL, c_char_p, c_int, c_size_t, c_void_p

from dothi.core.allocator import share_arena

library = CDLL(None)
library.malloc.restype, library.malloc.argtypes = c_void_p, [c_size_t]
library.fdopen.restype, library.fdopen.argtypes = c_void_p, [c_int, c_char_p]
library.malloc_info.argtypes, library.fflush.argtypes = [c_int, c_void_p], [c_void_p]
if 'shared' in sys.argv:
    share_arena()
meeting = threading.Barrier(4)


def take():
    meeting.wait()
    library.malloc(1_000)
    meeting.wait()


threads = [threading.Thread(target=take) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
stdout = library.fdopen(1, b'w')
library.malloc_info(0, stdout)
library.fflush(stdout)
"""


@pytest.mark.parametrize(('argument', 'fewest', 'most'), [('each its own', 3, 16), ('shared', 1, 1)])
def test_threads_share_an_arena_where_they_are_told_to(argument: str, fewest: int, most: int) -> None:
    run = subprocess.run([sys.executable, '-c', PROGRAM, argument], capture_output=True, text=True, check=True)
    assert fewest <= run.stdout.count('<heap nr=') <= most

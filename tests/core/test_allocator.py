"""Threads of a long-lived process do not each keep the memory of what they once did."""

import subprocess
import sys

import pytest

# The arenas are counted that glibc says it has, after four threads at once have taken a block each.
COUNTED = """
import os
import sys
import threading
from contextlib import suppress
from ctypes import CDLL, c_char_p, c_int, c_size_t, c_void_p


def take():
    meeting.wait()
    library.malloc(1_000)
    meeting.wait()


{beginning}
library = CDLL(None)
library.malloc.restype, library.malloc.argtypes = c_void_p, [c_size_t]
library.fdopen.restype, library.fdopen.argtypes = c_void_p, [c_int, c_char_p]
library.malloc_info.argtypes, library.fflush.argtypes = [c_int, c_void_p], [c_void_p]
meeting = threading.Barrier(4)
threads = [threading.Thread(target=take) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
stderr = library.fdopen(2, b'w')
library.malloc_info(0, stderr)
library.fflush(stderr)
"""
# Importing the worker begins a thread.
COMMAND = """
sys.argv[1:] = ['--version']
with suppress(SystemExit):
    from dothi.cli.__main__ import main
    main()
import processes.queue.worker
"""
ORIGIN = """
from dothi.local.origin import import_shared
import_shared()
"""


def _arenas(beginning: str) -> int:
    program = [sys.executable, '-c', COUNTED.format(beginning=beginning)]
    return subprocess.run(program, capture_output=True, text=True, check=True).stderr.count('<heap nr=')


@pytest.mark.parametrize('beginning', [COMMAND, ORIGIN], ids=['a command', 'what services are forked from'])
def test_threads_of_services_share_an_arena(beginning: str) -> None:
    assert _arenas(beginning) == 1


def test_threads_of_another_process_have_one_each() -> None:
    assert _arenas('') >= 3


# Blocks that the system has lent one by one, while one of 4 MB is held and another was freed before.
LARGE = """
from ctypes import CDLL, Structure, c_size_t
from dothi.core.allocator import return_large_blocks


class Use(Structure):
    _fields_ = [
        (name, c_size_t)
        for name in 'arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost'.split()
    ]


mallinfo = CDLL(None).mallinfo2
mallinfo.restype = Use
return_large_blocks()
freed = bytes(4_000_000)
del freed
before = mallinfo().hblks
block = bytes(4_000_000)
print(mallinfo().hblks - before)
"""


def test_large_blocks_go_back_to_the_system_where_that_is_said() -> None:
    """Without it the second block lies among the small ones, where it stays."""
    run = subprocess.run([sys.executable, '-c', LARGE], capture_output=True, text=True, check=True)
    assert int(run.stdout) == 1

"""Locks between processes, by name: who ends, in whatever way, gives back what it had."""

import fcntl
import hashlib
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# struct flock of Linux (fcntl(2)): kind, from where, first byte, how many bytes, and 0 for an open file as the owner.
FLOCK = struct.Struct('hhqqi4x')
# Between two looks; who has waited for long may wait a little longer.
FIRST_PAUSE_S, LONGEST_PAUSE_S, GROWTH = 0.005, 0.1, 1.5


class NamedLocks:
    """Locks on single bytes of a file, one byte for each name.

    An open file is the owner (F_OFD_SETLK), so that threads of a process do not exclude one another.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        # by process: a forked child that had its parent's open file would have its parent's locks
        self._opened: dict[int, int] = {}

    @contextmanager
    def locked(self, name: str, wait_s: float) -> Iterator[None]:
        """While inside, no other process is, under this name. After `wait_s`, and without a file, nobody is kept out.

        It is looked for again and again: the kernel would wait without end for a process that stands still.
        """
        try:
            opened = self._open()
        except OSError:
            yield
            return
        self._wait(opened, name, wait_s)
        try:
            yield
        finally:
            self._set(opened, fcntl.F_UNLCK, name)

    def _wait(self, opened: int, name: str, wait_s: float) -> None:
        deadline, pause_s = time.monotonic() + wait_s, FIRST_PAUSE_S
        while not self._set(opened, fcntl.F_WRLCK, name) and time.monotonic() < deadline:
            time.sleep(pause_s)
            pause_s = min(pause_s * GROWTH, LONGEST_PAUSE_S)

    def _open(self) -> int:
        process = os.getpid()
        if process not in self._opened:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            opened = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
            # of two threads that come first at once, one keeps its own
            if self._opened.setdefault(process, opened) != opened:
                os.close(opened)
        return self._opened[process]

    @staticmethod
    def _set(opened: int, kind: int, name: str) -> bool:
        """Whether the lock could be set, or taken off; on a file system that has no locks nobody is kept out."""
        byte = int.from_bytes(hashlib.sha256(name.encode()).digest()[:7])
        try:
            fcntl.fcntl(opened, fcntl.F_OFD_SETLK, FLOCK.pack(kind, os.SEEK_SET, byte, 1, 0))
        except BlockingIOError:
            return False
        except OSError:
            # such as ENOLCK, of a network's folder
            return True
        return True

"""One foreign file being read: what is asked of its reader, its answers, and why none came."""

import os
import signal
import socket
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dothi.core.errors import DothiError
from dothi.core.limit_settings import LimitSettings, RoomSettings
from dothi.core.settings import PathSettings
from etl.closed_room import frames
from etl.closed_room.fork_server import ForkServer, forget_server, no_room, start_reader
from etl.closed_room.frames import Job
from etl.closed_room.refusals import NO_SPACE, crashed, no_space, out_of_time, refusal_of
from etl.closed_room.walls import RoomLimits

# How long the wall clock may go on beyond the processor's time, while other processes take their turns.
SPARE_S = 5.0
# Unit of st_blocks, whatever the file system's own blocks are (POSIX).
DISK_BLOCK_BYTES = 512


class Reading:
    """A reader at work on one delivery; its answers come one after the other.

    Raises, wherever an answer is awaited, the DataRefused of what the reader met, or of what its end means: too slow,
    too large, crashed. Closed at the latest when nobody holds it any more.
    """

    def __init__(
        self,
        name: str,
        parts: Mapping[str, Path],
        job: Job,
        arguments: dict[str, Any],
        copied: Sequence[str] = (),
        limits: RoomLimits | None = None,
    ) -> None:
        """Start a reader that does `job`, `module:name` of a function, with the arguments.

        name: what the sender calls the delivery. parts: its files by the names under which the reader finds them.
        copied: those that its library would write to. limits: what it may cost; what a delivery of this size may where
        they are left out. Raises NoClosedRoom.
        """
        self._name = name
        self._limits = limits or _limits(parts.values())
        self._room, theirs = socket.socketpair()
        with theirs:
            self._server, self._reader = start_reader(theirs, _order(parts, copied, self._limits))
        self._forgotten = weakref.finalize(self, _abandon, self._server, self._reader, self._room)
        self._room.settimeout(self._limits.processor_s + SPARE_S)
        with self._broken_told():
            frames.send_request(self._room, job, {'name': name, **arguments})

    def document(self) -> dict[str, Any]:
        """The next JSON object that the reader sent; raises the refusal that it sent instead."""
        with self._broken_told():
            document = frames.receive_document(self._room)
        if 'refused' in document:
            raise refusal_of(document['refused'], self._name)
        return document

    def batch(self) -> Any:
        """The next Arrow record batch."""
        with self._broken_told():
            return frames.receive_batch(self._room)

    def close(self) -> None:
        """End the reader, whatever it is doing."""
        self._end()

    def _end(self) -> int | None:
        """How the reader ended, which is killed where it still works; None where its server has ended, too."""
        if self._forgotten.detach() is None:
            return 0
        self._room.close()
        try:
            return self._server.end(self._reader)
        except OSError:
            forget_server(self._server)
            return None

    @contextmanager
    def _broken_told(self) -> Iterator[None]:
        """Say why no answer comes."""
        try:
            yield
        except TimeoutError:
            self._end()
            raise out_of_time(self._name, self._limits.processor_s) from None
        except (frames.BrokenFrame, BrokenPipeError, ConnectionResetError):
            raise _why_ended(self._name, self._end(), self._limits) from None


def _order(parts: Mapping[str, Path], copied: Sequence[str], limits: RoomLimits) -> dict[str, Any]:
    """What the fork server wants to know of a reader."""
    return {
        'delivery': {name: str(path.resolve()) for name, path in parts.items()},
        'copied': list(copied),
        'limits': asdict(limits),
        'settings': _settings_in_force(),
    }


def _settings_in_force() -> dict[str, str]:
    names = [f'DOTHI_{name.upper()}' for group in (LimitSettings, RoomSettings) for name in group.model_fields]
    return {name: os.environ[name] for name in names if name in os.environ}


def _limits(files: Any) -> RoomLimits:
    """What reading these files may cost, by their size."""
    settings = RoomSettings()
    size_mb = sum(_size_bytes(path) for path in files) / 1e6
    return RoomLimits(
        memory_mb=settings.room_memory_mb,
        processor_s=settings.room_seconds + int(settings.room_seconds_per_mb * size_mb),
        scratch_mb=settings.room_scratch_mb,
        open_files=settings.room_open_files,
    )


def _size_bytes(path: Path) -> int:
    """What the file takes on the disk: a sparse one of a terabyte gets no more time than it holds."""
    files = [below.lstat() for below in path.rglob('*')] if path.is_dir() else [path.stat()]
    return sum(min(file.st_size, file.st_blocks * DISK_BLOCK_BYTES) for file in files)


def _abandon(server: ForkServer, reader: int, room: socket.socket) -> None:
    """What becomes of a reader that nobody holds any more; this may run in the middle of anything."""
    room.close()
    server.abandoned.append(reader)


def _why_ended(name: str, status: int | None, limits: RoomLimits) -> DothiError:
    if status is None:
        return no_room(ConnectionResetError())
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if number == signal.SIGXCPU:
        return out_of_time(name, limits.processor_s)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == NO_SPACE:
        return no_space(name, PathSettings().scratch)
    return crashed(name, limits.memory_mb)

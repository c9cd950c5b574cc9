"""Whoever wants a foreign file read: starts the fork server, gives it the file, and says why nothing came of it."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dothi.core.errors import DataRefused, EnvironmentMissing
from dothi.core.settings import PROJECT, LimitSettings, PathSettings, RoomSettings
from dothi.core.text import Text
from etl.closed_room import frames
from etl.closed_room.frames import Job
from etl.closed_room.refusals import crashed, out_of_time, refusal_of
from etl.closed_room.walls import WITHOUT, RoomLimits, Wall

# What a reader needs of the environment; it gets the limits with each order, and no secret ever.
ENVIRONMENT = ('PATH', 'LANG', 'LC_ALL', 'TZ', 'PYTHONPATH', 'LD_LIBRARY_PATH')
# Importing the libraries on a machine under load.
START_S = 120.0
# How long the wall clock may go on beyond the processor's time, while other processes take their turns.
SPARE_S = 5.0
MOST_ANSWER_BYTES = 10_000
# Unit of st_blocks, whatever the file system's own blocks are (POSIX).
DISK_BLOCK_BYTES = 512
SHARED = 'room.socket'
# The system takes no longer address; a folder with a longer one goes without sharing.
LONGEST_ADDRESS = 107


class NoClosedRoom(EnvironmentMissing):
    """The process that reads foreign files cannot be started."""


@dataclass
class ForkServer:
    """A connection to a fork server. process: the server, where it is this process's own.

    walls: those that stand around its readers; None until it has its libraries.
    """

    process: subprocess.Popen[bytes] | None
    control: socket.socket
    walls: list[Wall] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    # readers that nobody waits for any more; they are ended with the next order, as they may have been forgotten in the
    # middle of one
    abandoned: list[int] = field(default_factory=list)

    def start(self, room: socket.socket, order: dict[str, Any]) -> int:
        """The process id of a new reader, which has `room` as its socket."""
        with self.lock:
            while self.abandoned:
                self._end(self.abandoned.pop())
            socket.send_fds(self.control, [json.dumps({'start': order}).encode()], [room.fileno()])
            return int(self._answer()['reader'])

    def end(self, reader: int) -> int:
        """How the reader ended (as os.wait tells it); one that still works is killed."""
        with self.lock:
            return self._end(reader)

    def stop(self) -> None:
        """End the connection with all its readers, and the server where it is one's own."""
        self.control.close()
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(5)

    def is_gone(self) -> bool:
        """Whether the server has ended."""
        return self.process is not None and self.process.poll() is not None

    def await_ready(self) -> None:
        """Wait until the server has imported its libraries; raises OSError."""
        self.control.settimeout(START_S)
        self.walls = self._answer()['walls']
        self.control.settimeout(None)

    def _end(self, reader: int) -> int:
        self.control.sendall(json.dumps({'end': reader}).encode())
        return int(self._answer()['status'])

    def _answer(self) -> dict[str, Any]:
        answer = self.control.recv(MOST_ANSWER_BYTES)
        if not answer:
            raise ConnectionResetError
        document: dict[str, Any] = json.loads(answer)
        return document


# One fork server for each process; a process that was forked from this one has none of its own yet.
_servers: dict[int, ForkServer] = {}
_starting = threading.Lock()


def warm_up() -> None:
    """Start this process's fork server, without waiting until it has imported its libraries."""
    _server(wait=False)


def share() -> None:
    """Start this process's fork server, and let other processes of the instance have it too while this one lives.

    Jobs and commands that come and go then need not import the libraries each time.
    """
    if len(os.fsencode(PathSettings().scratch / SHARED)) > LONGEST_ADDRESS:
        return
    with _starting:
        _servers[os.getpid()] = _start_server(shared=True)


def missing_walls() -> list[Text]:
    """What the walls that this machine lacks mean, one text for each; raises NoClosedRoom."""
    standing = _server().walls or []
    return [consequence for wall, consequence in WITHOUT.items() if wall not in standing]


class Reading:
    """A reader at work on one delivery; its answers come one after the other.

    Raises, wherever an answer is awaited, the DataRefused of what the reader met, or of what its end means: too slow,
    too large, crashed. Closed at the latest when nobody holds it any more.
    """

    def __init__(
        self, name: str, parts: Mapping[str, Path], job: Job, arguments: dict[str, Any], copied: Sequence[str] = ()
    ) -> None:
        """Start a reader that does `job`, a function of a module, with the arguments.

        name: what the sender calls the delivery. parts: its files by the names under which the reader finds them.
        copied: those that its library would write to. Raises NoClosedRoom.
        """
        self._name = name
        self._limits = _limits(parts.values())
        self._room, theirs = socket.socketpair()
        with theirs:
            self._server, self._reader = _start_reader(theirs, parts, copied, self._limits)
        self._forgotten = weakref.finalize(self, _abandon, self._server, self._reader, self._room)
        self._room.settimeout(self._limits.processor_s + SPARE_S)
        with self._broken_told():
            frames.send_request(self._room, job, {'name': name, **arguments})

    def document(self) -> dict[str, Any]:
        """The next JSON object."""
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
            _forget(self._server)
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


def _start_reader(
    room: socket.socket, parts: Mapping[str, Path], copied: Sequence[str], limits: RoomLimits
) -> tuple[ForkServer, int]:
    """A reader, by a new server where the one that was there has died."""
    order = {
        'delivery': {name: str(path.resolve()) for name, path in parts.items()},
        'copied': list(copied),
        'limits': asdict(limits),
        'settings': _settings_in_force(),
    }
    server = _server()
    try:
        return server, server.start(room, order)
    except OSError:
        _forget(server)
    server = _server()
    try:
        return server, server.start(room, order)
    except OSError as error:
        raise _no_room(error) from None


def _abandon(server: ForkServer, reader: int, room: socket.socket) -> None:
    """What becomes of a reader that nobody holds any more; this may run in the middle of anything."""
    room.close()
    server.abandoned.append(reader)


def _why_ended(name: str, status: int | None, limits: RoomLimits) -> DataRefused | NoClosedRoom:
    if status is None:
        return _no_room(ConnectionResetError())
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if number == signal.SIGXCPU:
        return out_of_time(name, limits.processor_s)
    return crashed(name, limits.memory_mb)


def _settings_in_force() -> dict[str, str]:
    names = [f'DOTHI_{name.upper()}' for group in (LimitSettings, RoomSettings) for name in group.model_fields]
    return {name: os.environ[name] for name in names if name in os.environ}


def _server(wait: bool = True) -> ForkServer:
    """This process's fork server; with `wait`, one that is ready."""
    with _starting:
        server = _servers.get(os.getpid())
        if server is None or server.is_gone():
            server = _servers[os.getpid()] = _shared_server() or _start_server()
        if wait and server.walls is None:
            _await_ready(server)
        return server


def _await_ready(server: ForkServer) -> None:
    try:
        server.await_ready()
    except OSError as error:
        _servers.pop(os.getpid(), None)
        raise _no_room(error) from None


def _shared_server() -> ForkServer | None:
    """A connection to the fork server that a process of the instance shares; None where none does."""
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        control.connect(str(PathSettings().scratch / SHARED))
    except OSError:
        control.close()
        return None
    return ForkServer(None, control)


def _start_server(shared: bool = False) -> ForkServer:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        scratch = PathSettings().scratch
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        with theirs, ExitStack() as stack:
            passed = [theirs, stack.enter_context(_listener(scratch / SHARED))] if shared else [theirs]
            control, *others = (str(each.fileno()) for each in passed)
            process = subprocess.Popen(
                [sys.executable, '-m', 'etl.closed_room.server', control, str(scratch), *others],
                pass_fds=[each.fileno() for each in passed],
                env=_clean_environment(),
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
    except OSError as error:
        ours.close()
        raise _no_room(error) from None
    atexit.register(_stop_own, os.getpid())
    return ForkServer(process, ours)


def _listener(path: Path) -> socket.socket:
    """A socket at `path`, in place of one that a dead process left; the folder is its owner's alone."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(path))
    listener.listen()
    return listener


def _clean_environment() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    # one thread each: readers are forked, and a second core belongs to whoever waits for them
    return inherited | {'OPENBLAS_NUM_THREADS': '1', 'OMP_NUM_THREADS': '1', 'PYTHONDONTWRITEBYTECODE': '1'}


def _stop_own(owner: int) -> None:
    """Stop the server of this process; a process forked from it does not own it."""
    if os.getpid() == owner and owner in _servers:
        _servers.pop(owner).stop()


def _forget(server: ForkServer) -> None:
    with _starting:
        if _servers.get(os.getpid()) is server:
            del _servers[os.getpid()]
    server.stop()


def _no_room(error: OSError) -> NoClosedRoom:
    return NoClosedRoom(
        vi=f'Tiến trình đọc tệp không chạy được hoặc đã dừng ({error.strerror or type(error).__name__}). Làm lại.',
        en=f'The process that reads files does not start, or has ended ({error.strerror or type(error).__name__}). '
        'Try again.',
    )

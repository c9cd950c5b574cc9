"""The fork server of this process, or one that another process of the instance shares: started, connected, ended.

This imports little: a command starts its server first, so that its libraries are imported on the second core.
"""

import atexit
import json
import logging
import os
import select
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dothi.core.accounts import service_account
from dothi.core.errors import EnvironmentMissing
from dothi.core.settings import PACKAGES, PathSettings
from dothi.core.text import Text
from etl.closed_room.walls import WITHOUT, Wall

LOG = logging.getLogger('dothi.closed_room')
# What a reader needs of the environment; it gets the limits with each order, and no secret ever.
ENVIRONMENT = ('PATH', 'LANG', 'LC_ALL', 'TZ', 'PYTHONPATH', 'LD_LIBRARY_PATH')
# Importing the libraries on a machine under load.
START_S = 120.0
MOST_ANSWER_BYTES = 10_000
MODULE, SHARED = 'etl.closed_room.server', 'room.socket'
# The system takes no longer address; a folder with a longer one goes without sharing.
LONGEST_ADDRESS = 107
# After which a shared server ends that has no reader, and one that could not be started is tried again.
IDLE_S, RETRY_S = 300.0, 10.0


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
            if self.walls is None:
                # it still imports what nobody waits for any more; the next server sweeps what this one leaves
                self.process.terminate()
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


@dataclass(frozen=True)
class SharedRoom:
    """What the instance shares: where its readers write, and its processes connect; when it is idle.

    crs: the system of most files. scratch: as it was when the room was shared, which a thread may outlive.
    """

    scratch: Path
    listener: socket.socket
    crs: str
    idle_s: float

    def arguments(self) -> list[str]:
        """What the server's command line has of it."""
        return [self.crs, str(self.listener.fileno()), str(self.idle_s)]


# One fork server for each process; a process that was forked from this one has none of its own yet.
_servers: dict[int, ForkServer] = {}
_starting = threading.Lock()


def warm_up() -> None:
    """Start this process's fork server, without waiting until it has imported its libraries."""
    _server(wait=False)


def share(crs: str, idle_s: float = IDLE_S) -> None:
    """Start a fork server that the processes of the instance share while this one lives.

    Jobs and commands that come and go then need not import the libraries each time. It ends when it has had nothing
    to do for `idle_s`, with the 130 MB that it takes, and the next connection brings another one. crs: the system that
    most files will have, which the server looks up beforehand.
    """
    scratch = _scratch()
    path = scratch / SHARED
    if len(os.fsencode(path)) > LONGEST_ADDRESS:
        return
    shared = SharedRoom(scratch, _listener(path), crs, idle_s)
    threading.Thread(target=_keep_open, args=(shared,), name='closed room', daemon=True).start()
    with _starting:
        _servers[os.getpid()] = _connected(path)


def _keep_open(shared: SharedRoom) -> None:
    """Start the shared server, at first and whenever somebody connects while there is none."""
    while True:
        try:
            server = _start_server(shared)
        except NoClosedRoom:
            LOG.exception('the shared process that reads files cannot be started')
            time.sleep(RETRY_S)
            continue
        if server.process is not None:
            server.process.wait()
        server.stop()
        select.select([shared.listener], [], [])


def missing_walls() -> list[Text]:
    """What the walls that this machine lacks mean, one text for each; raises NoClosedRoom."""
    standing = _server().walls or []
    return [consequence for wall, consequence in WITHOUT.items() if wall not in standing]


def start_reader(room: socket.socket, order: dict[str, Any]) -> tuple[ForkServer, int]:
    """A reader that has `room` as its socket, and its server: a new one where the one that was there has died.

    Raises NoClosedRoom.
    """
    server = _server()
    try:
        return server, server.start(room, order)
    except OSError:
        forget_server(server)
    server = _server()
    try:
        return server, server.start(room, order)
    except OSError as error:
        raise no_room(error) from None


def forget_server(server: ForkServer) -> None:
    """End the server and have the next reader come from another one."""
    with _starting:
        if _servers.get(os.getpid()) is server:
            del _servers[os.getpid()]
    server.stop()


def no_room(error: OSError) -> NoClosedRoom:
    """The error of a fork server that does not answer."""
    return NoClosedRoom(
        vi=f'Tiến trình đọc tệp không chạy được hoặc đã dừng ({error.strerror or type(error).__name__}). Làm lại.',
        en=f'The process that reads files does not start, or has ended ({error.strerror or type(error).__name__}). '
        'Try again.',
    )


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
        raise no_room(error) from None


def _shared_server() -> ForkServer | None:
    """A connection to the fork server that a process of the instance shares; None where none does.

    None for root among processes of another user: those could not read the files that root is to read.
    """
    if service_account():
        return None
    try:
        return _connected(PathSettings().scratch / SHARED)
    except OSError:
        return None


def _connected(path: Path) -> ForkServer:
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        control.connect(str(path))
    except OSError:
        control.close()
        raise
    return ForkServer(None, control)


def _start_server(shared: SharedRoom | None = None) -> ForkServer:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        scratch = _scratch() if shared is None else shared.scratch
        with theirs:
            numbers = [theirs.fileno()] if shared is None else [theirs.fileno(), shared.listener.fileno()]
            arguments = [] if shared is None else shared.arguments()
            process = subprocess.Popen(
                [sys.executable, '-m', MODULE, str(numbers[0]), str(scratch), *arguments],
                pass_fds=numbers,
                env=_clean_environment(),
                cwd=PACKAGES,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
    except OSError as error:
        ours.close()
        raise no_room(error) from None
    atexit.register(_stop_own, os.getpid())
    return ForkServer(process, ours)


def _scratch() -> Path:
    """The folder in which readers write, made where it is not there."""
    scratch = PathSettings().scratch
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    return scratch


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
    return inherited | {'OPENBLAS_NUM_THREADS': '1', 'OMP_NUM_THREADS': '1'}


def _stop_own(owner: int) -> None:
    """Stop the server of this process; a process forked from it does not own it."""
    if os.getpid() == owner and owner in _servers:
        _servers.pop(owner).stop()

"""The fork server: a process that has imported the libraries, locks itself, and forks a reader for each file.

It is started by `fork_server` with a clean environment, as `python -m etl.closed_room.server CONTROL SCRATCH
[CRS LISTENER IDLE_S]`, and ends with whoever started it; one that others share ends when it is idle, too. Orders come
through the socket CONTROL, from other processes of the user through the socket LISTENER, one JSON object each, with the
reader's own socket:

    {"start": {"delivery": {name: path}, "copied": [name], "limits": {…}, "settings": {…}}}  ->  {"reader": pid}
    {"end": pid}                                                                         ->  {"status": wait status}

Whoever connects is greeted with {"walls": […]} as soon as the libraries are imported.
"""

import fcntl
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from etl.closed_room.walls import RoomLimits, close_inner_walls, close_outer_walls, die_with

MOST_ORDER_BYTES = 200_000
FOLDER_PREFIX = 'room-'


@dataclass
class Server:
    """The state of the fork server: its readers, their folders and their connections.

    readers: the scratch folder of each, and the connection that ordered it. connections: sockets that readers close.
    """

    room: Path
    greeting: bytes
    connections: list[socket.socket]
    readers: dict[int, tuple[Path, socket.socket]] = field(default_factory=dict)

    def obey(self, control: socket.socket) -> bool:
        """Carry out the next order of a connection; False where it is closed, and its readers are ended."""
        order = _next_order(control)
        if order is None:
            for reader in [reader for reader, (_, orderer) in self.readers.items() if orderer is control]:
                self.end(reader)
            return False
        document, sockets = order
        if 'end' in document:
            answer = {'status': self.end(int(document['end']))}
        else:
            answer = {'reader': self.start(control, sockets[0], document['start'])}
        with suppress(OSError):
            control.sendall(json.dumps(answer).encode())
        return True

    def start(self, control: socket.socket, room_number: int, order: dict[str, Any]) -> int:
        """The process id of a new reader, whose socket is the descriptor `room_number`."""
        scratch = Path(tempfile.mkdtemp(dir=self.room))
        own = os.getpid()
        reader = os.fork()
        if reader == 0:
            die_with(own)
            # by name: the libraries have files open too, such as PROJ its database, and go on reading from the numbers
            for connection in self.connections:
                connection.close()
            _read(socket.socket(fileno=room_number), scratch, **order)
        os.close(room_number)
        self.readers[reader] = (scratch, control)
        return reader

    def end(self, reader: int) -> int:
        """Kill a reader that is still there, remove what it wrote, and return how it ended."""
        if reader not in self.readers:
            return 0
        scratch, _ = self.readers.pop(reader)
        with suppress(ProcessLookupError):
            os.kill(reader, signal.SIGKILL)
        _, status = os.waitpid(reader, 0)
        shutil.rmtree(scratch, ignore_errors=True)
        return status


@dataclass(frozen=True)
class Sharing:
    """What a server for several processes has: the system of most files, where they connect, and when it is idle."""

    crs: str
    listener: socket.socket
    idle_s: float


def main(control: socket.socket, scratch: Path, sharing: Sharing | None = None) -> None:
    """Serve orders until the other end of the control socket is closed, or a shared server is idle."""
    walls = close_outer_walls(scratch)
    room = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=scratch))
    lock = _own(room)
    sweep(scratch)
    import etl.closed_room.jobs  # noqa: F401 - before any reader is forked, so that all of them have the libraries

    own = [control] if sharing is None else [control, sharing.listener]
    server = Server(room, json.dumps({'walls': walls}).encode(), own)
    try:
        control.sendall(server.greeting)
        if sharing is not None:
            _warm(sharing.crs, room)
        _serve(server, control, sharing)
    finally:
        for reader in list(server.readers):
            server.end(reader)
        shutil.rmtree(room, ignore_errors=True)
        os.close(lock)


def _warm(crs: str, room: Path) -> None:
    from etl.closed_room.warming import read_once

    tempfile.tempdir = str(room)
    read_once(crs)


def _serve(server: Server, control: socket.socket, sharing: Sharing | None) -> None:
    listener, idle_s = (sharing.listener, sharing.idle_s) if sharing else (None, None)
    with selectors.PollSelector() as selector:
        for each in server.connections:
            selector.register(each, selectors.EVENT_READ)
        while (events := selector.select(idle_s)) or server.readers:
            for key, _ in events:
                if key.fileobj is listener:
                    selector.register(_greeted(server, listener), selectors.EVENT_READ)
                elif not server.obey(key.fileobj):  # type: ignore[arg-type]  # only sockets are registered
                    if key.fileobj is control:
                        return
                    selector.unregister(key.fileobj)
                    server.connections.remove(key.fileobj)  # type: ignore[arg-type]
                    key.fileobj.close()  # type: ignore[union-attr]


def _greeted(server: Server, listener: socket.socket) -> socket.socket:
    connection, _ = listener.accept()
    server.connections.append(connection)
    with suppress(OSError):
        connection.sendall(server.greeting)
    return connection


def sweep(scratch: Path) -> None:
    """Remove the folders of servers that were killed: whoever lives holds a lock on its own."""
    for folder in scratch.glob(f'{FOLDER_PREFIX}*'):
        with suppress(OSError):
            os.close(_own(folder))
            shutil.rmtree(folder, ignore_errors=True)


def _own(folder: Path) -> int:
    """Lock `folder` as long as this process lives; raises OSError where another process has it."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        raise
    return opened


def _next_order(control: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next order with the sockets that came along; None when nobody gives orders any more."""
    try:
        message, sockets, _, _ = socket.recv_fds(control, MOST_ORDER_BYTES, 1)
    except ConnectionError:
        return None
    return (json.loads(message), sockets) if message else None


def _read(
    room: socket.socket,
    scratch: Path,
    delivery: dict[str, str],
    copied: list[str],
    limits: dict[str, int],
    settings: dict[str, str],
) -> None:
    """All that a reader does; it never returns."""
    from etl.closed_room import frames, jobs, refusals

    code = 1
    try:
        os.environ.update(settings, TMPDIR=str(scratch), CPL_TMPDIR=str(scratch))
        tempfile.tempdir = str(scratch)
        folder = scratch / 'delivery'
        folder.mkdir()
        for name, path in delivery.items():
            _place(Path(path), folder / name, name in copied)
        job, arguments = frames.receive_request(room)
        close_inner_walls([Path(path) for path in delivery.values()], scratch, RoomLimits(**limits))
        os.chdir(scratch)
        code = jobs.answer(room, folder, job, arguments)
    except OSError as error:
        code = refusals.exit_code_of(error)
    finally:
        os._exit(code)


def _place(path: Path, target: Path, copied: bool) -> None:
    """Show a delivered file to the reader under its own name; a copy where the reader's library wants to write."""
    if copied:
        shutil.copyfile(path, target)
    else:
        target.symlink_to(path)


if __name__ == '__main__':
    control_number, scratch_folder, *shared = sys.argv[1:]
    main(
        socket.socket(fileno=int(control_number)),
        Path(scratch_folder),
        Sharing(shared[0], socket.socket(fileno=int(shared[1])), float(shared[2])) if shared else None,
    )

"""The fork server: a process that has imported the libraries, locks itself, and forks a reader for each file.

It is started by `client` with a clean environment, as `python -m etl.closed_room.server CONTROL SCRATCH`, and ends with
whoever started it. Orders come through the socket CONTROL, one JSON object each, with the reader's own socket:

    {"start": {"delivery": {name: path}, "copied": [name], "limits": {…}, "settings": {…}}}  ->  {"reader": pid}
    {"end": pid}                                                                         ->  {"status": wait status}
"""

import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from etl.closed_room.walls import RoomLimits, close_inner_walls, close_outer_walls

MOST_ORDER_BYTES = 200_000
FOLDER_PREFIX = 'room-'


def main(control_number: int, scratch: Path) -> None:
    """Serve orders until the other end of the control socket is closed."""
    control = socket.socket(fileno=control_number)
    walls = close_outer_walls()
    room = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=scratch))
    lock = _own(room)
    sweep(scratch)
    import etl.closed_room.jobs  # noqa: F401 - before any reader is forked, so that all of them have the libraries

    readers: dict[int, Path] = {}
    try:
        control.sendall(json.dumps({'walls': walls}).encode())
        while order := _next_order(control):
            _obey(control, room, readers, *order)
    finally:
        for reader in list(readers):
            _end(reader, readers)
        shutil.rmtree(room, ignore_errors=True)
        os.close(lock)


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


def _obey(
    control: socket.socket, room: Path, readers: dict[int, Path], order: dict[str, Any], sockets: list[int]
) -> None:
    if 'end' in order:
        control.sendall(json.dumps({'status': _end(int(order['end']), readers)}).encode())
        return
    scratch = Path(tempfile.mkdtemp(dir=room))
    reader = os.fork()
    if reader == 0:
        control.close()
        _read(socket.socket(fileno=sockets[0]), scratch, **order['start'])
    os.close(sockets[0])
    readers[reader] = scratch
    control.sendall(json.dumps({'reader': reader}).encode())


def _end(reader: int, readers: dict[int, Path]) -> int:
    """Kill a reader that is still there, remove what it wrote, and return how it ended."""
    scratch = readers.pop(reader)
    with suppress(ProcessLookupError):
        os.kill(reader, signal.SIGKILL)
    _, status = os.waitpid(reader, 0)
    shutil.rmtree(scratch, ignore_errors=True)
    return status


def _read(
    room: socket.socket,
    scratch: Path,
    delivery: dict[str, str],
    copied: list[str],
    limits: dict[str, int],
    settings: dict[str, str],
) -> None:
    """All that a reader does; it never returns."""
    from etl.closed_room import frames, jobs

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
    finally:
        os._exit(code)


def _place(path: Path, target: Path, copied: bool) -> None:
    """Show a delivered file to the reader under its own name; a copy where the reader's library wants to write."""
    if copied:
        shutil.copyfile(path, target)
    else:
        target.symlink_to(path)


if __name__ == '__main__':
    main(int(sys.argv[1]), Path(sys.argv[2]))

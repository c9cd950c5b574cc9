"""What somebody would try who has taken over a reader: each is a job that answers how far it came."""

import ctypes
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from etl.closed_room.frames import send_document


def attempt(room: socket.socket, folder: Path, name: str, action: str, **arguments: Any) -> None:
    """Do `action` and answer what it gave, or the name of the error."""
    try:
        outcome = str(ACTIONS[action](folder, **arguments))
    except OSError as error:
        outcome = type(error).__name__
    send_document(room, {'outcome': outcome})


def hog_memory(folder: Path) -> None:
    """Take memory until there is no more."""
    blocks = []
    while True:
        blocks.append(bytearray(100_000_000))


def spin(folder: Path) -> None:
    """Never end."""
    while True:
        pass


def sleep(folder: Path) -> None:
    """Never end, without using the processor."""
    signal.pause()


def segfault(folder: Path) -> None:
    """Touch memory that is not there."""
    ctypes.string_at(8)


def write_much(folder: Path) -> int:
    """Write a file larger than allowed."""
    with (folder.parent / 'much').open('wb') as opened:
        opened.truncate(30 << 30)
    return (folder.parent / 'much').stat().st_size


def connect(folder: Path, family: int, address: str | list[str | int]) -> str:
    """Open a connection."""
    with socket.socket(family) as opened:
        opened.connect(tuple(address) if isinstance(address, list) else address)
    return 'connected'


def link_out(folder: Path, path: str) -> str:
    """Read through a link of one's own making."""
    (folder.parent / 'link').symlink_to(path)
    return (folder.parent / 'link').read_text()


ACTIONS: dict[str, Callable[..., object]] = {
    'read': lambda folder, path: Path(path).read_text(encoding='latin-1'),
    'read_through_link': link_out,
    'list': lambda folder, path: list(Path(path).iterdir()),
    'write': lambda folder, path: Path(path).write_text('x'),
    'write_scratch': lambda folder: (folder.parent / 'own').write_text('x'),
    'write_much': write_much,
    'environment': lambda folder: dict(os.environ),
    'connect': connect,
    'fork': lambda folder: os.fork(),
    'execute': lambda folder: os.execv('/bin/true', ['true']),
    'kill': lambda folder, number: os.kill(number, signal.SIGTERM),
    'own_delivery': lambda folder: sorted(path.name for path in folder.iterdir()),
    'hog_memory': hog_memory,
    'spin': spin,
    'sleep': sleep,
    'segfault': segfault,
}

"""What goes through the socket between a reader and whoever waits for it: JSON documents and Arrow batches.

A frame is its kind, its length in bytes and its content. Nothing that comes out of the room is unpickled: a reader may
have been taken over by what it read.
"""

import json
import pickle
import pkgutil
import socket
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

HEADER = struct.Struct('>cQ')
DOCUMENT, BATCH, REQUEST = b'J', b'A', b'R'
# What a reader does: `module:name` of a function of its socket, the folder of the delivery, and named arguments. By
# name, so that whoever wants a file read need not import the libraries that read it.
type Job = str
# What a frame holds at most; readers cut their batches well below it, so that only a single row can be larger.
MOST_DOCUMENT_BYTES = 64 << 20
MOST_BATCH_BYTES = 1 << 30
CUT_BATCH_BYTES = 64 << 20


class BrokenFrame(Exception):
    """What came is no frame: the reader died in the middle of it, or is not ours any more."""


def send_request(room: socket.socket, job: Job, arguments: dict[str, Any]) -> None:
    """Tell a reader what to read; this goes into the room only, and may be pickled."""
    _send(room, REQUEST, pickle.dumps((job, arguments)))


def receive_request(room: socket.socket) -> tuple[Callable[..., None], dict[str, Any]]:
    """The function of the job and its arguments, as `send_request` sent them."""
    _, content = _receive(room)
    job, arguments = pickle.loads(content)  # noqa: S301 (from the platform itself)
    return pkgutil.resolve_name(job), arguments


def send_document(room: socket.socket, document: dict[str, Any]) -> None:
    """Sends a JSON object as one frame."""
    _send(room, DOCUMENT, json.dumps(document).encode())


def send_batch(room: socket.socket, batch: Any) -> None:
    """Send an Arrow record batch, as an IPC stream of its own."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    _send(room, BATCH, sink.getvalue())


def receive_document(room: socket.socket) -> dict[str, Any]:
    """The JSON object that comes next; raises BrokenFrame for anything else, and TimeoutError."""
    kind, content = _receive(room)
    try:
        document = json.loads(bytes(content)) if kind == DOCUMENT else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise BrokenFrame
    return document


def receive_batch(room: socket.socket) -> Any:
    """The Arrow record batch that comes next, seen to be well-formed; raises BrokenFrame and TimeoutError."""
    kind, content = _receive(room)
    if kind != BATCH:
        raise BrokenFrame
    try:
        batch = pa.ipc.open_stream(pa.py_buffer(content)).read_next_batch()
        batch.validate(full=True)
    except (pa.ArrowException, StopIteration, OSError):
        raise BrokenFrame from None
    return batch


def cut_batch(batch: Any) -> Iterator[Any]:
    """The batch in pieces of about CUT_BATCH_BYTES, at least one row each."""
    pieces = max(1, -(-batch.nbytes // CUT_BATCH_BYTES))
    rows = max(1, batch.num_rows // pieces)
    for first in range(0, max(1, batch.num_rows), rows):
        yield batch.slice(first, rows)


def _send(room: socket.socket, kind: bytes, content: Any) -> None:
    view = memoryview(content)
    room.sendall(HEADER.pack(kind, view.nbytes))
    room.sendall(view)


def _receive(room: socket.socket) -> tuple[bytes, memoryview]:
    kind, length = HEADER.unpack(_read(room, HEADER.size))
    if length > (MOST_DOCUMENT_BYTES if kind == DOCUMENT else MOST_BATCH_BYTES):
        raise BrokenFrame
    return kind, _read(room, length)


def _read(room: socket.socket, length: int) -> memoryview:
    content = memoryview(bytearray(length))
    position = 0
    while position < length:
        try:
            received = room.recv_into(content[position:])
        except ConnectionError:
            received = 0
        if not received:
            raise BrokenFrame
        position += received
    return content

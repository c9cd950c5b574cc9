"""What goes between a process and its renderers: a kind in one letter, a length, and so many bytes."""

import socket
import struct
import time

HEAD = struct.Struct('>cQ')
ORDER = 'O'
DRAWN, REFUSED, UNFIT, TOO_SLOW, TOO_LARGE, NO_DATABASE = 'D', 'R', 'U', 'S', 'L', 'N'
CHUNK = 1 << 20


def send(line: socket.socket, kind: str, content: bytes) -> None:
    """Sends one frame: a head with kind and length, then the content."""
    line.sendall(HEAD.pack(kind.encode(), len(content)) + content)


def receive(line: socket.socket, deadline: float | None = None) -> tuple[str, bytes] | None:
    """The next frame, or None where the other side is gone; raises TimeoutError at `deadline` (monotonic seconds)."""
    head = _exactly(line, HEAD.size, deadline)
    if head is None:
        return None
    kind, length = HEAD.unpack(head)
    content = _exactly(line, length, deadline)
    return None if content is None else (kind.decode(), content)


def _exactly(line: socket.socket, length: int, deadline: float | None) -> bytes | None:
    received = bytearray()
    while len(received) < length:
        if deadline is not None:
            line.settimeout(max(deadline - time.monotonic(), 0.001))
        chunk = line.recv(min(CHUNK, length - len(received)))
        if not chunk:
            return None
        received += chunk
    return bytes(received)

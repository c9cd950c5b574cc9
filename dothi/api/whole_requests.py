"""Connections whose request is still under way wait in the worker's poller and keep no thread.

gunicorn's threads read a request as it comes: 80 clients that send half a header each kept all of them for ever.
"""

import selectors
import socket
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

END_OF_HEADER = b'\r\n\r\n'
# gunicorn takes a request line of 8,190 bytes and as much for each field; what is longer is its to refuse.
LONGEST_HEADER = 65_536
# For as long a client may take to send the header.
HEADER_PATIENCE_S = 10.0


class WholeRequestWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads, each of which gets a connection once the header of its request has come."""

    def enqueue_req(self, conn: Any) -> None:
        """Hands the connection to a thread, or waits for more of its header without one."""
        received = _received(conn)
        if received is None or received >= LONGEST_HEADER:
            _wake_at(conn.sock, 1)
            conn.header_deadline_s = None
            super().enqueue_req(conn)
            return
        # ready again when there is more than now: else the poller would wake for the same half again and again
        _wake_at(conn.sock, received + 1)
        if getattr(conn, 'header_deadline_s', None) is None:
            conn.header_deadline_s = time.monotonic() + HEADER_PATIENCE_S
        conn.timeout = conn.header_deadline_s
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))


def _received(conn: Any) -> int | None:
    """How many bytes of a header have come; None when it is whole, or the connection is at its end."""
    try:
        begun = conn.sock.recv(LONGEST_HEADER, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return 0
    except OSError:
        return None
    return None if not begun or END_OF_HEADER in begun else len(begun)


def _wake_at(sock: socket.socket, size_bytes: int) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size_bytes)

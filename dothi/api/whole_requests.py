"""Connections whose request is under way, or that are being closed, wait in the worker's poller and keep no thread.

gunicorn's threads read a request as it comes: 80 clients that send half a header each kept all of them for ever. And
its main thread, which hands out all connections, waits for 2 s for each client that does not close when told to.
"""

import select
import selectors
import socket
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any

from dothi.api.fair_accept import FairWorker
from dothi.core.turns import Turns, places_of_worker

# While a database says nothing, those who wait for it have all threads of a worker; who asks why is answered by others.
HEALTH_REQUESTS = (b'GET /health', b'HEAD /health', b'GET /metrics')
LONGEST_HEALTH = max(map(len, HEALTH_REQUESTS))
HEALTH_THREADS = 4
END_OF_HEADER = b'\r\n\r\n'
# gunicorn takes a request line of 8,190 bytes and as much for each field; what is longer is its to refuse.
LONGEST_HEADER = 65_536
# For as long a client may take to send the header.
HEADER_PATIENCE_S = 10.0


# For as long a client may take to close after the last answer; of one that is closed at once it could lose the end
# (RFC 9112, 9.6).
LINGER_S = 2.0
MOST_LINGERING = 500
# So many connections that wait for a request are closed at once where there is no room for another one.
MOST_CLOSED = 50
# For as long a thread waits for the rest of a body that was refused: what has come is read, what may come is not.
DRAIN_S = 0.05
# For as long a thread waits for the next request of a connection before that goes back to the poller.
FOLLOWING_S = 0.002
# So many times one thread of a worker waits as long: a client that asks for one thing after another, and looks at each,
# had half a millisecond of its answer's time go into handing its connection to the poller and back.
PATIENT_LOOKS = 10


class WholeRequestWorker(FairWorker):
    """gunicorn's threads, each of which gets a connection once the header of its request has come.

    lingering: connections that were answered for the last time, oldest first, with when they are closed at the latest.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.lingering: deque[tuple[float, Any]] = deque()
        self.turns = Turns(places_of_worker(self.cfg.workers))
        self.patient_place = threading.Lock()
        self.health_threads = ThreadPoolExecutor(HEALTH_THREADS, 'health')

    def handle(self, conn: Any) -> Any:
        """Answers a request, and on the same thread those that follow it closely.

        Half of a worker's time went into handing connections from the poller to a thread and back.
        """
        keeps_alive = self._handle_in_turn(conn)
        while keeps_alive is True and self._is_followed(conn):
            keeps_alive = self._handle_in_turn(conn)
        return keeps_alive

    def _handle_in_turn(self, conn: Any) -> Any:
        with self.turns.turn():
            return super().handle(conn)

    def _is_followed(self, conn: Any) -> bool:
        """Whether the next request comes while nobody else waits for a thread."""
        if not self.alive or self.tpool._work_queue.qsize() or conn.parser.unreader.buf.getvalue():
            return False
        is_readable = _is_readable(conn.sock, FOLLOWING_S) or self._is_readable_later(conn.sock)
        return is_readable and _received(conn) is None

    def _is_readable_later(self, sock: socket.socket) -> bool:
        """Whether something comes while the one patient thread waits for it, and no connection waits for a thread."""
        if not self.patient_place.acquire(blocking=False):
            return False
        try:
            for _ in range(PATIENT_LOOKS):
                if self.tpool._work_queue.qsize() or not self.alive:
                    return False
                if _is_readable(sock, FOLLOWING_S):
                    return True
            return False
        finally:
            self.patient_place.release()

    def enqueue_req(self, conn: Any) -> None:
        """Hands the connection to a thread, or waits for more of its header without one."""
        received = _received(conn)
        if received is None or received >= LONGEST_HEADER:
            if getattr(conn, 'header_deadline_s', None) is not None:
                _wake_at(conn.sock, 1)
                conn.header_deadline_s = None
            self._hand_over(conn)
            return
        # ready again when there is more than now: else the poller would wake for the same half again and again
        _wake_at(conn.sock, received + 1)
        if getattr(conn, 'header_deadline_s', None) is None:
            conn.header_deadline_s = time.monotonic() + HEADER_PATIENCE_S
        conn.timeout = conn.header_deadline_s
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _hand_over(self, conn: Any) -> None:
        """Hands the connection to a thread: of its own kind, where the service is asked for its health."""
        if not _asks_for_health(conn):
            super().enqueue_req(conn)
            return
        answered = self.health_threads.submit(self._handle_in_turn, conn)
        answered.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:
        """Whether the connection may have another request: not while most of a body that nobody read is to come."""
        return keepalive and bool(conn.parser.finish_body(deadline=time.monotonic() + DRAIN_S))

    def finish_request(self, conn: Any, fs: 'Future[Any]') -> None:
        """Ends a request as gunicorn does, but a connection that is at its end lingers in the poller."""
        at_its_end = fs.cancelled() or fs.exception() is not None or not fs.result()
        if not at_its_end:
            super().finish_request(conn, fs)
            return
        self.nr_conns -= 1
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_lingering_readable, conn))
        except (OSError, KeyError, ValueError):
            # the client has gone, and took the connection with it
            conn.close()
            return
        self.lingering.append((time.monotonic() + LINGER_S, conn))
        if len(self.lingering) > MOST_LINGERING:
            self._close_lingering(self.lingering[0][1])

    def notify(self) -> None:
        """Called at every turn of the worker's loop, before it decides whether to accept, and has events in hand."""
        if self.wants_room or self.nr_conns >= self.worker_connections:
            self.wants_room = False
            self.make_room()
        super().notify()

    def make_room(self) -> None:
        """Closes connections that have waited longest without a whole request: others have one.

        2,000 clients that connected and said nothing kept everybody else out for as long as they might.
        """
        while self.lingering:
            self._close_lingering(self.lingering[0][1])
        for conn in islice(self.pending_conns or self.keepalived_conns, MOST_CLOSED):
            conn.timeout = 0.0
        self.murder_pending()
        self.murder_keepalived()

    def murder_keepalived(self, force: bool = False) -> None:
        """Closes idle connections as gunicorn does, but answers a request that came as the time ran out."""
        late = [conn for conn in self.keepalived_conns if conn.timeout <= time.monotonic() and _received(conn) != 0]
        for conn in [] if force else late:
            self.on_client_socket_readable(conn, conn.sock)
        super().murder_keepalived(force)

    def murder_pending(self) -> None:
        """Called at every turn of the worker's loop: closes what had its time."""
        super().murder_pending()
        while self.lingering and self.lingering[0][0] <= time.monotonic():
            self._close_lingering(self.lingering[0][1])

    def _on_lingering_readable(self, conn: Any, _sock: Any) -> None:
        """Throws away what a client still sends, until it has closed."""
        try:
            is_closed = not conn.sock.recv(LONGEST_HEADER)
        except BlockingIOError:
            return
        except OSError:
            is_closed = True
        if is_closed:
            self._close_lingering(conn)

    def _close_lingering(self, conn: Any) -> None:
        self.lingering = deque(entry for entry in self.lingering if entry[1] is not conn)
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        conn.close()


def _received(conn: Any) -> int | None:
    """How many bytes of a header wait to be read; None when it is whole, or the connection is at its end.

    Its beginning, or all of it, may have been read with the request before it (pipelining, RFC 9112, 9.3.2).
    """
    parser = getattr(conn, 'parser', None)
    read_before = parser.unreader.buf.getvalue() if parser else b''
    try:
        begun = conn.sock.recv(LONGEST_HEADER, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None if END_OF_HEADER in read_before else 0
    except OSError:
        return None
    return None if END_OF_HEADER in read_before + begun or _has_ended(conn.sock) else len(begun)


def _asks_for_health(conn: Any) -> bool:
    """Whether the next request is for `/health`, what is below it, or `/metrics`."""
    parser = getattr(conn, 'parser', None)
    read_before = parser.unreader.buf.getvalue() if parser else b''
    if read_before:
        return bool(read_before.startswith(HEALTH_REQUESTS))
    try:
        begun = conn.sock.recv(LONGEST_HEALTH, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return False
    return bool(begun.startswith(HEALTH_REQUESTS))


def _is_readable(sock: socket.socket, patience_s: float) -> bool:
    poller = select.poll()
    poller.register(sock, select.POLLIN)
    return bool(poller.poll(patience_s * 1000))


def _has_ended(sock: socket.socket) -> bool:
    """Whether the client sends nothing any more: the poller would wake for the same half header again and again."""
    poller = select.poll()
    poller.register(sock, select.POLLRDHUP)
    return bool(poller.poll(0))


def _wake_at(sock: socket.socket, size_bytes: int) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size_bytes)

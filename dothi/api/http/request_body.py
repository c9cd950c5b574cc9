"""The body of a request: at most so large, and here within its time, whether or not its length is told before.

werkzeug cuts a body that comes in chunks at the limit and hands on what it has, as if that were all.
"""

import io
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from flask import Request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, RequestTimeout
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream

from dothi.api.http.clients import body_place

# For as long a body may take to come, and what is added to it for each byte that is told before (50 kB a second).
PATIENCE_S, SECONDS_PER_BYTE = 10.0, 1 / 50_000


class BodyStream(LimitedStream):
    """What comes after the header. limit: bytes at most; length: told by the client, None for a body in chunks."""

    def __init__(self, environ: dict[str, Any], limit: int, length: int | None) -> None:
        # one byte more than may come: who reads it knows that it is too much
        super().__init__(environ['wsgi.input'], limit + 1, is_max=True)
        self._length = length
        self._socket: socket.socket | None = environ.get('gunicorn.socket')
        self._deadline_s = time.monotonic() + PATIENCE_S + (length or 0) * SECONDS_PER_BYTE

    def readall(self) -> bytes:
        """The whole body; raises RequestEntityTooLarge, RequestTimeout, ClientDisconnected, BadRequest for no chunks.

        The time is measured by a thread: the server reads on for as long as any byte comes within a socket's own limit.
        """
        watch = threading.Timer(self._deadline_s - time.monotonic(), self.stop_receiving)
        watch.daemon = True
        watch.start()
        try:
            return super().readall()
        finally:
            watch.cancel()

    def readinto(self, buffer: Any) -> int | None:
        """Reads as any stream; raises as `readall`."""
        try:
            size = super().readinto(buffer)
        except ParseException as error:
            raise (RequestTimeout if self._is_late() else BadRequest) from error
        if self.is_exhausted:
            raise RequestEntityTooLarge
        return size

    def on_disconnect(self, error: Exception | None = None) -> None:
        """Called where nothing more comes: that is an end, but for a body whose length was told and is not reached."""
        if self._is_late():
            raise RequestTimeout
        if self._length is not None and self._pos < self._length:
            error = error or EOFError()
        super().on_disconnect(error)

    def stop_receiving(self) -> None:
        """Has the thread that waits for more of the body find its end; the way back stays open for the answer."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RD)

    def _is_late(self) -> bool:
        return time.monotonic() >= self._deadline_s


class BoundedRequest(Request):
    """A request whose body is read within its limits."""

    @cached_property
    def stream(self) -> Any:
        """The body, which has come when this returns: a slow one keeps a place of its client, and of nobody else."""
        limit = self.max_content_length
        if limit is None:
            return super().stream
        if (self.content_length or 0) > limit:
            raise RequestEntityTooLarge
        if self.content_length is None and 'wsgi.input_terminated' not in self.environ:
            return super().stream
        with body_place():
            return io.BytesIO(BodyStream(self.environ, limit, self.content_length).readall())

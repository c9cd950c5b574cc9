"""Connections that end when their time is over, whatever comes: timeouts of sockets are for each piece.

A server that sends a letter of its headers now and then would keep a thread for ever.
"""

import socket
from contextlib import suppress
from threading import Timer
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

LONGEST_S = 20


class ShortLived(HTTPConnection):
    """A connection that is cut after LONGEST_S."""

    _end: tuple[Timer, socket.socket] | None = None

    def _new_conn(self) -> socket.socket:
        way = super()._new_conn()
        # a descriptor of its own: that of the connection may be another one's by then
        handle = way.dup()
        timer = Timer(LONGEST_S, _cut, [handle])
        timer.daemon = True
        timer.start()
        self._end = timer, handle
        return way

    def close(self) -> None:
        """Closes it, and takes the end back."""
        super().close()
        if self._end is not None:
            timer, handle = self._end
            timer.cancel()
            handle.close()
            self._end = None


class ShortLivedTls(ShortLived, HTTPSConnection):
    """The same with TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = ShortLived


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = ShortLivedTls


class ShortLivedAdapter(HTTPAdapter):
    """Makes such connections for a session of requests."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """The pools of connections, which are of the kinds above."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {'http': _Pool, 'https': _TlsPool}


def _cut(way: socket.socket) -> None:
    with suppress(OSError), way:
        way.shutdown(socket.SHUT_RDWR)

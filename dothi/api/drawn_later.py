"""Tiles that a release changed are drawn while the proxy still has the ones of before, and nobody waits for them.

nginx answers with the tile that it keeps and asks whether that is still true. Until it knows, it answers nothing else
on that connection (HTTP/1.1): who looked at the map after a release waited for the drawing of each tile that nginx had.
So it is told that nothing has changed, the tile is drawn behind, and it gets that one when it asks again, a second
later.
"""

import io
import logging
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from flask import Flask, Response, current_app, request

from dothi.api.http.clients import COUNTED
from dothi.api.http.remembered import Remembered
from dothi.api.http.service import service

LOG = logging.getLogger('dothi.api')
# docker/nginx.conf sends it with what it keeps; a client that sends it itself is told so, too.
FROM_PROXY = 'HTTP_X_DOTHI_PROXY'
CONDITIONS = ('HTTP_IF_NONE_MATCH', 'HTTP_IF_MODIFIED_SINCE')
# Tiles that wait for being drawn in one process, and those of which it knows that they were.
MOST_WAITING, MOST_TRIED = 500, 20_000
# For as long the thread that draws waits for more.
IDLE_S = 60.0


def answer_while_drawn(stem: str, state: str) -> Response | None:
    """304 for a proxy that has an earlier state of what is asked for, which is drawn meanwhile; else None.

    stem: what its tag begins with in every state. What was drawn behind before and was not kept is drawn for who asks.
    """
    if FROM_PROXY not in request.environ or service().audience != 'public':
        return None
    tag = next((tag for tag in request.if_none_match.as_set(include_weak=True) if tag.startswith(stem)), None)
    if tag is None or not _drawn_later().takes(request.environ, state):
        return None
    response = Response(status=304, headers={'Cache-Control': 'no-cache'})
    response.set_etag(tag, weak=True)
    return response


def _drawn_later() -> 'DrawnLater':
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    drawn_later: DrawnLater = app.extensions.setdefault('dothi.drawn_later', DrawnLater(app.wsgi_app))
    return drawn_later


class DrawnLater:
    """Requests whose answers one thread asks the app for, to have them kept."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app, self._lock = app, Lock()
        self._waiting: set[tuple[str, ...]] = set()
        self._tried: Remembered[tuple[str, ...], bool] = Remembered(MOST_TRIED)
        self._requests: SimpleQueue[tuple[tuple[str, ...], dict[str, Any]]] = SimpleQueue()
        self._is_running = False

    def takes(self, environ: dict[str, Any], state: str) -> bool:
        """Whether the answer in that state is being made; no, where it was before, or too many wait."""
        question = (environ['PATH_INFO'], environ['QUERY_STRING'], state)
        with self._lock:
            if question in self._waiting:
                return True
            if self._tried.get(question) or len(self._waiting) >= MOST_WAITING:
                return False
            if not self._begin():
                return False
            self._tried.keep(question, True)
            self._waiting.add(question)
            self._requests.put((question, _plain_request(environ)))
        return True

    def _begin(self) -> bool:
        """Whether there is a thread that draws; none where the system has no room for another."""
        if not self._is_running:
            with suppress(RuntimeError):
                Thread(target=self._work, name='tiles drawn later', daemon=True).start()
                self._is_running = True
        return self._is_running

    def _work(self) -> None:
        while True:
            try:
                question, environ = self._requests.get(timeout=IDLE_S)
            except Empty:
                with self._lock:
                    if self._requests.empty():
                        self._is_running = False
                        return
                continue
            self._ask(environ)
            with self._lock:
                self._waiting.discard(question)

    def _ask(self, environ: dict[str, Any]) -> None:
        """Asks for the answer and throws it away: what is worth it was kept by then."""
        try:
            parts = self._app(environ, lambda *_: None)
            b''.join(parts)
            getattr(parts, 'close', lambda: None)()
        except Exception:
            LOG.exception('%s could not be drawn', environ['PATH_INFO'])


def _plain_request(environ: dict[str, Any]) -> dict[str, Any]:
    """The same request without conditions, which counts no more among those of its client."""
    texts = {name: value for name, value in environ.items() if isinstance(value, str) and name not in CONDITIONS}
    texts.pop(FROM_PROXY)
    wsgi = {name: environ[name] for name in ('wsgi.version', 'wsgi.errors') if name in environ}
    flags = {'wsgi.multithread': True, 'wsgi.multiprocess': True, 'wsgi.run_once': False}
    return texts | wsgi | flags | {'wsgi.input': io.BytesIO(), COUNTED: True}

"""Connections between two requests: gunicorn's worker as it is, with a connection whose time has just run out."""

import os
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from types import SimpleNamespace
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn  # type: ignore[import-untyped]

from dothi.api import whole_requests
from dothi.api.fair_accept import ConnectionBoard
from dothi.api.whole_requests import WholeRequestWorker

REQUEST = b'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'


class Hello(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Answers every request in one word."""

    def __init__(self) -> None:
        self.board = ConnectionBoard()
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set('keepalive', 30)

    def load(self) -> Callable[..., Any]:
        def hello(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
            start_response('200 OK', [('Content-Length', '5')])
            return [b'hello']

        return hello


@pytest.fixture
def worker() -> Iterator[WholeRequestWorker]:
    """A worker that has begun, without an address to listen on."""
    app = Hello()
    worker = WholeRequestWorker(1, os.getppid(), [], app, 30, app.cfg, Logger(app.cfg))
    worker.tpool, worker.poller, worker.wsgi = worker.get_thread_pool(), selectors.DefaultSelector(), app.wsgi()
    worker.method_queue.init()
    yield worker
    worker.tpool.shutdown()
    worker.poller.close()
    worker.method_queue.close()


@pytest.mark.parametrize(('sent', 'answer'), [(REQUEST, b'HTTP/1.1 200 OK'), (b'', b'')])
def test_a_request_that_comes_as_its_connection_runs_out_of_time_is_answered(
    worker: WholeRequestWorker, sent: bytes, answer: bytes
) -> None:
    """Between what the worker last saw and its look at the clock; a connection without a request is closed."""
    ours, theirs = socket.socketpair()
    idle_connection = TConn(worker.cfg, theirs, ('127.0.0.1', 1), ('127.0.0.1', 2))
    idle_connection.timeout = 0.0
    worker.nr_conns = 1
    worker.keepalived_conns.append(idle_connection)
    worker.poller.register(theirs, selectors.EVENT_READ)
    ours.settimeout(60)
    ours.sendall(sent)
    worker.murder_keepalived()
    assert ours.recv(1000).split(b'\r\n')[0] == answer
    ours.close()


@pytest.mark.parametrize('is_taken', [False, True])
def test_one_thread_waits_longer_for_a_next_request_and_no_other(
    worker: WholeRequestWorker, monkeypatch: pytest.MonkeyPatch, is_taken: bool
) -> None:
    """The request comes when a thread has waited in vain for the first time; the only place for patience is free again
    afterwards.
    """
    ours, theirs = socket.socketpair()
    looks: list[bool] = []

    def look(sock: socket.socket, patience_s: float) -> bool:
        looks.append(is_readable(sock, patience_s))
        if len(looks) == 2:
            ours.sendall(REQUEST)
        return looks[-1]

    is_readable = whole_requests._is_readable
    monkeypatch.setattr(whole_requests, '_is_readable', look)
    with ours, theirs:
        if is_taken:
            worker.patient_place.acquire()
        connection = TConn(worker.cfg, theirs, ('127.0.0.1', 1), ('127.0.0.1', 2))
        connection.init()
        assert worker._is_followed(connection) is not is_taken
        assert looks == ([False] if is_taken else [False, False, True])
        assert worker.patient_place.locked() is is_taken


def test_who_asks_for_health_is_answered_while_others_have_all_threads(worker: WholeRequestWorker) -> None:
    """A database that says nothing keeps whoever reads from it; then one asks why."""
    ends = threading.Event()
    for _ in range(worker.cfg.threads):
        worker.tpool.submit(ends.wait, 60)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(10)
        ours.sendall(REQUEST.replace(b'GET /', b'GET /health/ready'))
        worker.enqueue_req(TConn(worker.cfg, theirs, ('127.0.0.1', 1), ('127.0.0.1', 2)))
        answer = ours.recv(1000)
        ends.set()
    assert answer.split(b'\r\n')[0] == b'HTTP/1.1 200 OK'


def test_a_client_that_goes_in_its_header_is_not_waited_for() -> None:
    """The end of a connection wakes the poller at once, each time that it waits for more: it would do nothing else."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        connection = SimpleNamespace(sock=ours)
        theirs.sendall(b'GET /api HTTP')
        assert whole_requests._received(connection) == len(b'GET /api HTTP')
        theirs.shutdown(socket.SHUT_WR)
        assert whole_requests._received(connection) is None


def test_who_waits_longest_without_a_request_gives_way(worker: WholeRequestWorker) -> None:
    """As many connections are open as may be, and nobody asks for anything: 2,000 of them kept everybody else out."""
    worker.worker_connections = 3
    with ExitStack() as stack:
        clients = []
        for _ in range(worker.worker_connections):
            ours, theirs = socket.socketpair()
            clients.append(stack.enter_context(ours))
            worker.nr_conns += 1
            worker.enqueue_req(TConn(worker.cfg, theirs, ('127.0.0.1', 1), ('127.0.0.1', 2)))
        worker.notify()
        assert worker.nr_conns < worker.worker_connections
        clients[0].settimeout(60)
        assert clients[0].recv(100) == b''


def test_requests_that_come_before_the_answer_to_the_first_are_answered_too(worker: WholeRequestWorker) -> None:
    """All of them in one piece, which is read with the first (RFC 9112, 9.3.2)."""
    ours, theirs = socket.socketpair()
    worker.nr_conns = 1
    with ours:
        ours.settimeout(60)
        ours.sendall(REQUEST * 5)
        connection = TConn(worker.cfg, theirs, ('127.0.0.1', 1), ('127.0.0.1', 2))
        worker.poller.register(worker.method_queue.fileno(), selectors.EVENT_READ, worker.method_queue.run_callbacks)
        worker.enqueue_req(connection)
        answers = b''
        until = time.monotonic() + 5
        while answers.count(b'hello') < 5 and time.monotonic() < until:
            worker.wait_for_and_dispatch_events(0.1)
            with suppress(BlockingIOError):
                answers += ours.recv(10_000, socket.MSG_DONTWAIT)
    assert answers.count(b'hello') == 5

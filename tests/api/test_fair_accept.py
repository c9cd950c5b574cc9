"""New connections among several web processes: gunicorn's workers as they are, on one socket."""

import os
import resource
import selectors
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from dothi.api import fair_accept
from dothi.api.fair_accept import NOT_ACCEPTING, ConnectionBoard
from dothi.api.whole_requests import WholeRequestWorker

# For ever, for a test that tries what happens before a worker loses its patience.
ENDLESS_S = 3_600.0


class Silent(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Is asked nothing: the clients of these tests only connect."""

    def __init__(self) -> None:
        self.board = ConnectionBoard()
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set('keepalive', 30)

    def load(self) -> Callable[..., Any]:
        raise AssertionError


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(('127.0.0.1', 0), backlog=64) as listener:
        yield listener


@pytest.fixture
def workers(listener: socket.socket) -> Iterator[tuple[WholeRequestWorker, WholeRequestWorker]]:
    """Two workers that accept from the same socket."""
    app = Silent()
    with ExitStack() as running:
        first, second = (running.enter_context(_running(app, listener)) for _ in range(2))
        yield first, second


@contextmanager
def _running(app: Silent, listener: socket.socket) -> Iterator[WholeRequestWorker]:
    worker = WholeRequestWorker(1, os.getppid(), [listener], app, 30, app.cfg, Logger(app.cfg))
    worker.tpool, worker.poller = worker.get_thread_pool(), selectors.DefaultSelector()
    worker.method_queue.init()
    worker.set_accept_enabled(True)
    worker.notify()
    yield worker
    for connection in worker.pending_conns:
        connection.close()
    worker.tpool.shutdown()
    worker.poller.close()
    worker.method_queue.close()


@contextmanager
def _clients(listener: socket.socket, count: int) -> Iterator[list[socket.socket]]:
    """So many clients that connect and say nothing."""
    with ExitStack() as clients:
        yield [clients.enter_context(socket.create_connection(listener.getsockname())) for _ in range(count)]


def _take_what_waits(worker: WholeRequestWorker, turns: int = 1) -> int:
    """Lets the worker look at its socket so many times; how many connections it has then."""
    for _ in range(turns):
        worker.notify()
        worker.wait_for_and_dispatch_events(0)
    connections: int = worker.nr_conns
    return connections


@pytest.mark.parametrize('count', [2, 16])
def test_clients_that_come_at_once_are_shared_out_evenly(
    workers: tuple[WholeRequestWorker, WholeRequestWorker],
    listener: socket.socket,
    count: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Even where one of the workers looks ten times as often as the other."""
    monkeypatch.setattr(fair_accept, 'PATIENCE_S', ENDLESS_S)
    first, second = workers
    with _clients(listener, count):
        while first.nr_conns + second.nr_conns < count:
            _take_what_waits(first, turns=10)
            _take_what_waits(second)
    assert (first.nr_conns, second.nr_conns) == (count // 2, count // 2)


def test_a_connection_that_nobody_else_takes_is_taken(
    workers: tuple[WholeRequestWorker, WholeRequestWorker], listener: socket.socket
) -> None:
    """The other worker has fewer and hangs."""
    first, _hanging = workers
    with _clients(listener, 3):
        while _take_what_waits(first) < 3:
            pass
    assert first.nr_conns == 3


@pytest.mark.parametrize('how', ['stopping', 'gone', 'loading'])
def test_nothing_is_left_to_a_worker_that_does_not_accept(
    workers: tuple[WholeRequestWorker, WholeRequestWorker],
    listener: socket.socket,
    how: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It ends after its last requests, was killed, or is not ready yet."""
    monkeypatch.setattr(fair_accept, 'PATIENCE_S', ENDLESS_S)
    first, second = workers
    board = first.app.board
    if how == 'stopping':
        second.alive = False
        second.notify()
    elif how == 'gone':
        board.free_place(second.place)
    else:
        board.free_place(second.place)
        board.take_place()
    with _clients(listener, 3):
        assert _take_what_waits(first, turns=3) == 3


def test_a_place_on_the_board_is_used_again() -> None:
    """Workers are replaced for years; a new one begins without the connections of the one that had its place."""
    board = ConnectionBoard()
    first, second = board.take_place(), board.take_place()
    board.publish(first, 5)
    board.publish(second, 7)
    assert board.has_less_busy(second)
    assert not board.has_less_busy(first)
    board.free_place(first)
    assert not board.has_less_busy(second)
    assert board.take_place() == first
    assert not board.has_less_busy(second)
    board.publish(first, NOT_ACCEPTING)
    assert not board.has_less_busy(second)


def test_whether_anybody_answers_clients_is_on_the_board() -> None:
    """The first worker of a service loads as fast as it can: there is nobody to leave the processor to."""
    board = ConnectionBoard()
    first, second = board.take_place(), board.take_place()
    assert not board.is_anybody_accepting()
    board.publish(second, 0)
    assert board.is_anybody_accepting()
    board.publish(second, NOT_ACCEPTING)
    board.publish(first, NOT_ACCEPTING)
    assert not board.is_anybody_accepting()


def test_a_worker_without_a_descriptor_for_another_connection_goes_on(
    workers: tuple[WholeRequestWorker, WholeRequestWorker], listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who wait without a request give theirs to those who come, also where they ask at that very moment."""
    monkeypatch.setattr(fair_accept, 'PATIENCE_S', 0)
    worker, _hanging = workers
    with _clients(listener, 3) as first, _clients(listener, 2):
        while worker.nr_conns < 3:
            _take_what_waits(worker)
        for client in first:
            client.sendall(b'GET')
        with _no_more_descriptors():
            assert _take_what_waits(worker, turns=1_000) < 3
        while _take_what_waits(worker) < 2:
            pass
    assert worker.nr_conns == 2


@contextmanager
def _no_more_descriptors() -> Iterator[None]:
    """Within, this process can open nothing more than it has open."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(file.name) for file in Path('/proc/self/fd').iterdir())
    with ExitStack() as taken:
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, before[1]))
        try:
            with suppress(OSError):
                while True:
                    taken.enter_context(Path(os.devnull).open('rb'))
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)

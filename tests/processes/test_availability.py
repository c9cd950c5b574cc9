"""Whether services answer, counted by day; a small server stands for a service."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from processes.queue.upkeep import probe_services, record_answers


class Service(BaseHTTPRequestHandler):
    """Is well at /health, and at no other address."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == '/health' else 503)
        self.end_headers()

    def log_message(self, *_: str) -> None:
        """Says nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    server = HTTPServer(('127.0.0.1', 0), Service)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}'
    server.shutdown()
    server.server_close()


def test_a_service_is_well_that_says_so(service: str) -> None:
    """One that answers with an error is not, nor is one that nobody answers for, nor what is no address."""
    nobody = 'http://127.0.0.1:9/health'
    answers = {f'{service}/health': True, f'{service}/sick': False, nobody: False, 'health': False}
    assert probe_services(answers) == answers
    assert probe_services([]) == {}


def test_what_speaks_another_language_is_not_well_and_does_not_end_the_asking() -> None:
    """Say, a mail server on the port of the service."""
    with socket.create_server(('127.0.0.1', 0)) as server:

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b'220 mail ready\r\n')
                connection.recv(1_000)

        threading.Thread(target=greet, daemon=True).start()
        address = f'http://127.0.0.1:{server.getsockname()[1]}/health'
        assert probe_services([address]) == {address: False}


def test_answers_are_counted_by_day_and_service(database: dict[str, str], one: Callable[..., Any]) -> None:
    for well in (True, False, True):
        record_answers({'a': well, 'b': False})
    record_answers({})
    counts = "select asked || '/' || answered from indicator.availability where service = %s"
    assert one(counts, ['a']) == '3/2'
    assert one(counts, ['b']) == '3/0'
    assert (
        one("select count(*) from indicator.availability where day = (now() at time zone 'Asia/Ho_Chi_Minh')::date")
        == 2
    )

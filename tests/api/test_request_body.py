"""Bodies of requests to the running public service: at most 1 MB, however they come, and refused in the API's form."""

import gzip
import json
import os
import re
import select
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import pytest

from dothi.core.limit_settings import ClientSettings
from dothi.core.ports import free_port, is_free
from tests.conftest import PATIENCE_S, Province
from tests.forked import start_program
from tests.processes.workers import wait_until

SEARCH, EXECUTION = '/api/collections/schools/search', '/api/processes/service-coverage/execution'
# Of every kind: with a body, without one, and what is no part of the API.
ADDRESSES = (SEARCH, EXECUTION, '/api/collections/schools/items', '/api/jobs', '/ows', '/', '/health')
LARGE = b'{"limit": 1, "q": "%s"}' % (b'x' * (3 * 2**19))
JSON = 'Content-Type: application/json'
CHUNKED = 'Transfer-Encoding: chunked'
BODY_PATIENCE_S = 2.0
IMPATIENT = f"""
from dothi.api.http import request_body
request_body.PATIENCE_S = {BODY_PATIENCE_S}
from dothi.cli.app import main
main()
"""
VIETNAMESE = re.compile('[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđ]', re.IGNORECASE)


def send(province: Province, path: str, headers: Iterable[str], pieces: Iterable[bytes]) -> tuple[int, dict[str, str]]:
    """Status and JSON of the answer to a POST whose body comes in these pieces, as they are."""
    address = urlsplit(province.public_url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        head = [f'POST {path} HTTP/1.1', f'Host: {address.netloc}', 'Connection: close', *headers, '', '']
        connection.sendall('\r\n'.join(head).encode())
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            pass  # an answer that comes before the body has ended closes the connection
        answer = b''
        try:
            while more := connection.recv(65_536):
                answer += more
        except ConnectionResetError:
            pass
    head_bytes, _, body = answer.partition(b'\r\n\r\n')
    return int(head_bytes.split()[1]), json.loads(body)


def in_chunks(body: bytes, size: int = 50_000) -> Iterable[bytes]:
    for start in range(0, len(body), size):
        piece = body[start : start + size]
        yield b'%x\r\n%s\r\n' % (len(piece), piece)
    yield b'0\r\n\r\n'


def both_languages(province: Province, path: str, headers: Iterable[str], pieces: list[bytes], status: int) -> None:
    for lang in ('vi', 'en'):
        found, problem = send(province, f'{path}?lang={lang}', headers, pieces)
        assert found == status, (path, problem)
        assert set(problem) == {'type', 'title', 'status', 'detail', 'code', 'description', 'request'}
        assert bool(VIETNAMESE.search(problem['description'])) == (lang == 'vi'), problem


@pytest.mark.parametrize('path', ADDRESSES)
def test_a_body_that_says_that_it_is_too_large_is_refused_everywhere(province: Province, path: str) -> None:
    """Also where the body never comes: nobody waits for it."""
    both_languages(province, path, [JSON, f'Content-Length: {len(LARGE)}'], [LARGE], 413)
    assert send(province, path, [JSON, 'Content-Length: 99999999'], [b'{'])[0] == 413


def test_a_request_for_an_analysis_that_is_too_large_says_how_to_send_more(province: Province) -> None:
    """10,000 long addresses are more than 1 MB. Elsewhere a file is no way out."""
    for path, advice in ((EXECUTION, True), (SEARCH, False)):
        _, problem = send(province, f'{path}?lang=en', [JSON, f'Content-Length: {len(LARGE)}'], [LARGE])
        assert ('deliver the data as a file' in problem['description']) == advice


def test_a_body_in_chunks_is_not_cut_at_the_limit(province: Province) -> None:
    """werkzeug would hand on its first megabyte; here it is JSON that a reader of that alone would take for whole."""
    padded = b'{"limit": 1}' + b' ' * 2**21
    both_languages(province, SEARCH, [JSON, CHUNKED], [*in_chunks(padded)], 413)
    exact = b'{"limit": 1}'.ljust(2**20)
    assert send(province, SEARCH, [JSON, CHUNKED], in_chunks(exact))[0] == 200
    assert send(province, SEARCH, [JSON, CHUNKED], in_chunks(exact + b' '))[0] == 413


def test_forms_and_files_are_refused_by_their_type_or_size(province: Province) -> None:
    form = ['Content-Type: application/x-www-form-urlencoded', CHUNKED]
    assert send(province, SEARCH, form, in_chunks(b'filter=' + b'x' * 2**21))[0] == 413
    file = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n%s\r\n--x--\r\n' % LARGE
    multipart = 'Content-Type: multipart/form-data; boundary=x'
    both_languages(province, EXECUTION, [multipart, CHUNKED], [*in_chunks(file)], 415)
    both_languages(province, EXECUTION, [multipart, f'Content-Length: {len(file)}'], [file], 413)


def test_a_packed_body_is_refused_before_it_is_unpacked(province: Province) -> None:
    """A megabyte of gzip can be a gigabyte of JSON."""
    packed = gzip.compress(b'{"limit": 1}')
    for path in (SEARCH, EXECUTION):
        headers = [JSON, 'Content-Encoding: gzip', f'Content-Length: {len(packed)}']
        both_languages(province, path, headers, [packed], 415)


@pytest.mark.parametrize(
    ('headers', 'body'),
    [
        ((CHUNKED,), b'zz\r\n{}\r\n0\r\n\r\n'),
        ((CHUNKED, 'Content-Length: 5'), b'0\r\n\r\n'),
        (('Content-Length: -5',), b''),
        (('Content-Length: 5', 'Content-Length: 6'), b'{}    '),
        (('Content-Length: x',), b''),
        (('A bad header: 1',), b''),
    ],
)
def test_what_is_no_http_is_told_in_the_form_of_the_api(
    province: Province, headers: tuple[str, ...], body: bytes
) -> None:
    """gunicorn would answer with a page in English, and a bad chunk would be a defect of ours."""
    status, problem = send(province, SEARCH, [JSON, *headers], [body])
    assert status == 400
    assert VIETNAMESE.search(problem['description'])


@pytest.fixture
def impatient(province: Province, tmp_path: Path) -> Iterator[SplitResult]:
    """Address of a public service on the province that waits for bodies less long."""
    port = free_port()
    own = {'DOTHI_PUBLIC_PORT': str(port), 'DOTHI_STATE': str(tmp_path)}
    with (tmp_path / 'serve.log').open('w') as log:
        program = start_program(
            IMPATIENT, ['serve', '--audience', 'public'], {**os.environ, **province.environment, **own}, log
        )
        try:
            wait_until(lambda: not is_free(port))
            yield urlsplit(f'http://127.0.0.1:{port}')
        finally:
            program.terminate()
            program.wait(PATIENCE_S)


def test_bodies_that_do_not_come_are_ended_and_leave_threads_to_others(impatient: SplitResult) -> None:
    """Of 60 connections, three times the threads, all but the client's 12 places are answered 429 at once.

    The 12 have a bounded time, whatever drips in meanwhile: it is that of the whole body.
    """
    header = f'POST {SEARCH} HTTP/1.1\r\nHost: {impatient.netloc}\r\n{JSON}\r\nContent-Length: 90000\r\n\r\n{{'
    at = (impatient.hostname, impatient.port)
    with ExitStack() as open_connections:
        clients = [socket.create_connection(at, timeout=PATIENCE_S) for _ in range(60)]
        for client in clients:
            open_connections.enter_context(client)
            client.sendall(header.encode())
        drip_until_answered(clients)
        statuses = [status_of(client) for client in clients]
    assert sorted(set(statuses)) == [408, 429]
    assert statuses.count(408) == ClientSettings().client_queries


def drip_until_answered(clients: list[socket.socket]) -> None:
    """Send another byte on each connection from time to time, until the server has answered all of them."""
    until = time.monotonic() + PATIENCE_S
    while waiting := set(clients) - set(select.select(clients, [], [], 0)[0]):
        assert time.monotonic() < until, f'{len(waiting)} bodies that do not come are still waited for'
        for client in waiting:
            with suppress(OSError):
                client.sendall(b' ')
        time.sleep(BODY_PATIENCE_S / 20)


def status_of(connection: socket.socket) -> int:
    return int(connection.recv(12).split()[1])


def test_a_body_that_ends_early_is_not_taken_for_a_whole_one(province: Province) -> None:
    """A client that goes in the middle of a form must not have asked for its first half."""
    address = urlsplit(province.public_url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 50'
        connection.sendall(f'POST {SEARCH} HTTP/1.1\r\nHost: {address.netloc}\r\n{form}\r\n\r\nlimit=1'.encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65_536).split()[1] == b'400'

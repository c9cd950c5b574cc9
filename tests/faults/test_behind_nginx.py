"""nginx in front of a service that dies: what only reads is asked for again, and nothing that was cut off is kept."""

import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from bench.nginx import nginx
from dothi.core.process_table import session_members
from tests.faults.clients import BACK_S, PATIENCE_S
from tests.faults.parts import pid_of, wait_until, wait_until_ready
from tests.instances import WholeInstance

CLIENTS = 4
# no client asks so often that nginx would tell it to come back
FOR_ALL = {'rate=200r/s': 'rate=9000r/s'}
PATHS = ('/api?f=json', '/api/collections?f=json', '/api/processes?f=json', '/health/live')
WHOLE = b'whole' * 2_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """nginx works as nobody where it is started by root."""
    for above in (tmp_path, *tmp_path.parents[:3]):
        above.chmod(0o755)
    return tmp_path


class Answers:
    """Answers of each client, counted by status, and by `wrong` what no client can use."""

    def __init__(self) -> None:
        self.by_client = [Counter[str]() for _ in range(CLIENTS)]

    def statuses(self) -> Counter[str]:
        return sum(self.by_client, Counter())

    def wait_for_more(self) -> None:
        """Until each client has had two more, so that one of them was asked for after this was called."""
        wanted = [(counts, counts.total() + 2) for counts in self.by_client]
        wait_until(lambda: all(counts.total() >= least for counts, least in wanted), 'more answers to each client')


@contextmanager
def busy(address: str) -> Iterator[Answers]:
    """Within, clients ask for one thing after the other."""
    answers, ended = Answers(), threading.Event()

    def go_on(counts: Counter[str]) -> None:
        while not ended.is_set():
            counts[outcome(f'{address}{PATHS[counts.total() % len(PATHS)]}')] += 1
            time.sleep(0.02)

    clients = [threading.Thread(target=go_on, args=(counts,)) for counts in answers.by_client]
    for client in clients:
        client.start()
    try:
        yield answers
    finally:
        ended.set()
        for client in clients:
            client.join()


def outcome(address: str) -> str:
    """The status; `cut` for an answer that the client knows to be incomplete; `wrong` for what no client can use."""
    try:
        answer = requests.get(address, timeout=PATIENCE_S)
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
        return 'cut'
    except requests.RequestException as error:
        return f'wrong: {error}'
    if answer.status_code < 500:
        return str(answer.status_code)
    is_ours = answer.status_code == 503 and 'Retry-After' in answer.headers and 'code' in answer.json()
    return '503' if is_ours else f'wrong: {answer.status_code} {answer.text[:200]}'


def kill_at_once(processes: set[int]) -> None:
    """Kills them; none takes a request in the moment between the end of another and its own."""
    for signal_number in (signal.SIGSTOP, signal.SIGKILL):
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal_number)


def test_nobody_hears_of_a_web_process_that_is_killed(running: WholeInstance, folder: Path) -> None:
    """The other one answers, or the one that is started in its place. Cut off is what was half sent already."""
    with nginx(f'127.0.0.1:{running.public_port}', folder, FOR_ALL) as address, busy(address) as answers:
        for _ in range(3):
            # asked for again is once: who takes the second request is left to answer it
            answers.wait_for_more()
            time.sleep(3)
            master = pid_of(running, 'public')
            kill_at_once(set(session_members(master)) - {master})
        answers.wait_for_more()
    statuses = answers.statuses()
    assert {*statuses} <= {'200', 'cut'}, statuses
    assert statuses['200'] > CLIENTS


def test_a_service_that_is_killed_is_said_to_come_back(running: WholeInstance, folder: Path) -> None:
    with nginx(f'127.0.0.1:{running.public_port}', folder, FOR_ALL) as address:
        with busy(address) as answers:
            master = pid_of(running, 'public')
            kill_at_once({master, *session_members(master)})
            time.sleep(2)
            until = time.monotonic() + BACK_S
            while outcome(f'{address}/api?f=json') != '200':
                assert time.monotonic() < until
                time.sleep(0.2)
        statuses = answers.statuses()
        assert {*statuses} <= {'200', '503', 'cut'}, statuses
    wait_until_ready(running)


class BreakingService:
    """Answers each second request with the whole document, the others with half of it. is_chunked: in which form."""

    def __init__(self, *, is_chunked: bool) -> None:
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.is_chunked, self.requests = is_chunked, 0
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        return f'127.0.0.1:{self.listener.getsockname()[1]}'

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    self.requests += 1
                    self._answer(connection, WHOLE if self.requests % 2 == 0 else WHOLE[: len(WHOLE) // 2])

    def _answer(self, connection: socket.socket, sent: bytes) -> None:
        head = b'HTTP/1.1 200 OK\r\nETag: "one"\r\nConnection: close\r\n'
        if not self.is_chunked:
            connection.sendall(head + b'Content-Length: %d\r\n\r\n' % len(WHOLE) + sent)
            return
        end = b'0\r\n\r\n' if len(sent) == len(WHOLE) else b''
        connection.sendall(head + b'Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n%b' % (len(sent), sent, end))


@pytest.mark.parametrize('is_chunked', [True, False])
def test_an_answer_that_is_cut_off_is_known_to_be_and_kept_by_nobody(folder: Path, is_chunked: bool) -> None:
    service = BreakingService(is_chunked=is_chunked)
    with nginx(service.address, folder, FOR_ALL) as address:
        document = f'{address}/api/collections/wells/items'
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            requests.get(document, timeout=PATIENCE_S)
        answer = requests.get(document, timeout=PATIENCE_S)
        assert (answer.headers['X-Cache'], answer.content == WHOLE) == ('MISS', True)
        assert requests.get(document, timeout=PATIENCE_S).content == WHOLE
    service.listener.close()


class ChangingService(ThreadingHTTPServer):
    """Answers each address with what `status` says, as the service does; of what has no copy without ETag."""

    status = 200

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), ChangingAnswer)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class ChangingAnswer(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self) -> None:
        status = self.server.status  # type: ignore[attr-defined]
        body = b'' if status == 204 else b'%d' % status
        self.send_response(status)
        self.send_header('X-Request-ID', 'of-the-service')
        self.send_header('Cache-Control', 'no-cache' if status < 300 else 'no-store')
        if status < 300:
            self.send_header('ETag', f'W/"{status}"')
        if status == 307:
            self.send_header('Location', '/elsewhere')
        if body:
            self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.parametrize(('status', 'takes_its_place'), [
    *((status, True) for status in (204, 307, 400, 404, 410)),
    *((status, False) for status in (406, 415, 429, 503)),
])  # fmt: skip
def test_a_copy_goes_when_the_service_says_that_there_is_none(folder: Path, status: int, takes_its_place: bool) -> None:
    """A withdrawn layer, a tile that is empty now; what is of a moment or of who asks leaves it where it is."""
    service = ChangingService()
    with nginx(f'127.0.0.1:{service.server_port}', folder, FOR_ALL) as address:
        tile = f'{address}/api/collections/wells/tiles/WebMercatorQuad/1/1/1'

        def ask() -> requests.Response:
            return requests.get(tile, allow_redirects=False, timeout=PATIENCE_S)

        wait_until(lambda: ask().headers['X-Cache'] == 'HIT', 'a copy')
        service.status = status
        # a copy is true for a second, and answers once more while it is asked after
        until = time.monotonic() + 4
        while time.monotonic() < until:
            time.sleep(0.5)
            last = ask().status_code
        assert last == (status if takes_its_place else 200)
        service.status = 200
        wait_until(lambda: ask().status_code == 200, 'what is there again')
    service.shutdown()


def test_what_was_never_there_is_not_kept(folder: Path) -> None:
    """Else whoever asks for what is not there would push out what is kept."""
    service = ChangingService()
    service.status = 404
    with nginx(f'127.0.0.1:{service.server_port}', folder, FOR_ALL) as address:
        for number in range(3):
            url = f'{address}/api/collections/wells/items/{number}'
            assert requests.get(url, timeout=PATIENCE_S).status_code == 404
    assert not [file for file in (folder / 'cache').rglob('*') if file.is_file()]
    service.shutdown()

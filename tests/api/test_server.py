"""The server as it runs in production: gunicorn, several workers, replaced while clients keep asking."""

import contextlib
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from dothi.api.master import LONGEST_S, QUIET_S, SettledGeneration
from dothi.core.database import connection
from dothi.core.locality import Locality
from dothi.core.ports import free_port
from dothi.core.settings import PROJECT
from tests.api.conftest import Desk, school
from tests.conftest import PATIENCE_S, Instance, fresh
from tests.forked import start_program
from tests.matrix import thorough

# Queries end after this time where a test waits for that; elsewhere a lock may keep them for as long as the test does.
SLOW_MS, PATIENT_MS = 4_000, 1000 * PATIENCE_S
# A server whose workers are replaced as soon as the catalogue has not changed for so long: tests wait for it. A worker
# that has loaded says so in the log.
SETTLED_S = 1.0
SERVE = f"""
from dothi.api import master, server
server.STALLED_S = 2
limit_stalled = server._limit_stalled
def limit_buffers_too(master):
    limit_stalled(master)
    for listener in master.LISTENERS:
        listener.setsockopt(server.socket.SOL_SOCKET, server.socket.SO_SNDBUF, 65_536)
server._limit_stalled = limit_buffers_too
master.QUIET_S = {SETTLED_S}
publish = master.WorkerState.publish
master.WorkerState.publish = lambda *state: (publish(*state), print('A worker has loaded', flush=True))
from dothi.cli.app import main
main()
"""


# The same; its first worker reads the catalogue while the database refuses connections, but for the first of them.
SERVE_CUT_OFF = f"""
import os
from pathlib import Path
from dothi.api import config
from dothi.core import database
releases_now = config.releases_now
def cut_off_once(audience):
    url = os.environ['DOTHI_DATABASE_URL']
    if not Path(os.environ['TEST_MARK']).exists():
        Path(os.environ['TEST_MARK']).touch()
        os.environ['DOTHI_DATABASE_URL'] = 'postgresql://nobody@127.0.0.1:1/none'
        database.fresh()
    try:
        return releases_now(audience)
    finally:
        os.environ['DOTHI_DATABASE_URL'] = url
        database.fresh()
config.releases_now = cut_off_once
{SERVE}"""
# Each of 18 was waited for, in 97 s all together.
MOST_CONNECTIONS = 4


@pytest.fixture
def serve_log(tmp_path: Path) -> Path:
    return tmp_path / 'serve.log'


@pytest.fixture
def served(database: dict[str, str], serve_log: Path) -> Iterator[str]:
    """Address of an internal service with two workers on the test's database."""
    with serving(database, serve_log, PATIENT_MS) as address:
        yield address


@pytest.fixture(scope='module')
def served_schools(
    instance: Instance, template: str, locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of such a service on two schools, for tests that change nothing."""
    folder = tmp_path_factory.mktemp('served')
    with pytest.MonkeyPatch.context() as patch:
        for environment in fresh(instance, template, folder, patch):
            Desk(locality).release('schools', [('POINT(0 0)', school('A')), ('POINT(0 0)', school('B'))])
            with serving(environment, folder / 'serve.log', SLOW_MS) as address:
                yield address


@contextmanager
def serving(
    environment: dict[str, str],
    log_file: Path,
    statement_timeout_ms: int,
    program: str = SERVE,
    workers: int = 2,
    awaited: str = '/health',
) -> Iterator[str]:
    port = free_port()
    environment = {**os.environ, **environment, 'DOTHI_PORT': str(port), 'DOTHI_WORKERS': str(workers)}
    environment['DOTHI_STATEMENT_TIMEOUT_MS'] = str(statement_timeout_ms)
    with log_file.open('w+') as log:
        process = start_program(program, ['serve', '--audience', 'internal'], environment, log)
        try:
            _wait_until(lambda: _answers(f'http://127.0.0.1:{port}{awaited}'))
            yield f'http://127.0.0.1:{port}'
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


class Crowd:
    """Clients that ask 20 times a second, each over one connection, and count what they got."""

    def __init__(self, addresses: list[str]) -> None:
        self.seen: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=[address]) for address in addresses]

    def answers_each(self, statuses: set[str], times: int) -> bool:
        """Whether each of these was seen so many times."""
        return all(self.seen[status] >= times for status in statuses)

    def __enter__(self) -> 'Crowd':
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, address: str) -> None:
        with requests.Session() as session:
            while not self._stop.wait(0.05):
                try:
                    status = str(session.get(address, timeout=120).status_code)
                except requests.RequestException as error:
                    status = repr(error)
                with self._lock:
                    self.seen[f'{status} {address.rsplit("/", 1)[-1]}'] += 1


def test_a_first_release_appears_without_restart_and_without_a_failed_request(served: str, desk: Desk) -> None:
    """The API definition is rendered in each worker; after the change none goes on answering with the old one."""
    asked = ['/health', '/api/collections', '/api/conformance', '/api/collections/schools/items']
    statuses = {'200 health', '200 collections', '200 conformance', '404 items', '200 items'}
    with Crowd([f'{served}{path}' for path in asked]) as crowd:
        _wait_until(lambda: crowd.answers_each(statuses - {'200 items'}, 5))
        desk.release('schools', [('POINT(0 0)', school('A'))])
        _wait_until(lambda: all(_documented(served) for _ in range(20)))
        _wait_until(lambda: crowd.answers_each(statuses, 5))
    assert set(crowd.seen) == statuses


@thorough
def test_old_workers_answer_until_new_ones_have_loaded(served: str, desk: Desk, serve_log: Path) -> None:
    """A lock keeps new workers from loading: whoever asks meanwhile is answered by those that there are."""
    _wait_until(lambda: _written(serve_log, 'A worker has loaded') == 2)
    booted = _booted(serve_log)
    with connection('admin') as lock, lock.cursor() as cursor:
        cursor.execute('lock table catalog.layer in access exclusive mode')
        for _ in range(3):
            with connection('admin') as db, db.cursor() as changing:
                changing.execute('update catalog.generation set n = n + 1')
            _wait_until(lambda: _booted(serve_log) > booted)
            # long enough for the change to count, and for a worker that was told to end to be gone
            time.sleep(1.5 * SETTLED_S)
            answers = [requests.get(f'{served}/api/conformance', timeout=120).status_code for _ in range(20)]
            assert set(answers) == {200}
        assert _booted(serve_log) == booted + 1, 'workers are started while others still load'
        lock.rollback()
    _wait_until(lambda: _booted(serve_log) >= booted + 2)


def test_a_service_that_starts_beside_a_silent_database_answers_soon(database: dict[str, str], serve_log: Path) -> None:
    """Each connection was waited for anew; a service whose processes were all new gave no health answer meanwhile."""
    with socket.create_server(('127.0.0.1', 0), backlog=100) as silent:
        url = f'postgresql://nobody:secret@127.0.0.1:{silent.getsockname()[1]}/none'
        silenced = {**database, 'DOTHI_DATABASE_URL': url}
        with serving(silenced, serve_log, PATIENT_MS, workers=1, awaited='/health/live') as address:
            connections = _taken_from(silent)
            ready = requests.get(f'{address}/health/ready', timeout=10)
    assert ready.status_code == 503
    assert ready.json()['checks']['database'] == 'silent'
    assert len(connections) <= MOST_CONNECTIONS


def _taken_from(server: socket.socket) -> list[socket.socket]:
    """The connections that were waiting, which go on to get no answer."""
    server.setblocking(False)
    connections = []
    with contextlib.suppress(BlockingIOError):
        while True:
            connections.append(server.accept()[0])
    return connections


def test_a_worker_that_missed_the_database_for_a_moment_of_its_loading_is_replaced(
    database: dict[str, str], desk: Desk, serve_log: Path, tmp_path: Path
) -> None:
    """Its OpenAPI document had no collections, and it was taken for up to date until the next release."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    mark = {'TEST_MARK': str(tmp_path / 'cut_off')}
    with serving({**database, **mark}, serve_log, PATIENT_MS, SERVE_CUT_OFF, workers=1) as address:
        assert (tmp_path / 'cut_off').exists()
        _wait_until(lambda: _documented(address))


def _booted(log: Path) -> int:
    return _written(log, 'Booting worker')


def _written(log: Path, line: str) -> int:
    return log.read_text(encoding='utf-8').count(line)


def test_a_generation_counts_once_it_settles_or_is_long_overdue() -> None:
    """First releases come in one after the other: workers are not replaced for each of them, nor never."""
    catalogue = SettledGeneration()
    catalogue.observe(None, 0)
    assert [catalogue.value] == [None]
    catalogue.observe(7, 1)
    assert catalogue.value == 7
    for second in range(2, 20):
        catalogue.observe(6 + second, second)
        assert catalogue.value == 7, second
    catalogue.observe(None, 20)
    catalogue.observe(25, 19 + QUIET_S)
    assert catalogue.value == 25
    values = set()
    for second in range(100, 100 + 3 * int(LONGEST_S)):
        catalogue.observe(second, second)
        values.add(catalogue.value)
    assert len(values) in (3, 4), values


def test_an_address_that_is_too_long_is_told_to_come_as_post(served_schools: str) -> None:
    """gunicorn takes 8,190 bytes; the same filter by POST is answered."""
    filter_ = f"code IN ('A', {', '.join(repr('x' * 50) for _ in range(200))})"
    items = f'{served_schools}/api/collections/schools/items'
    refused = requests.get(items, params={'filter': filter_}, timeout=120)
    assert refused.status_code == 414
    assert '/search' in refused.json()['description']
    assert requests.get(items, timeout=120).status_code == 200
    found = requests.post(items.replace('/items', '/search'), data={'filter': filter_}, timeout=120).json()
    assert [feature['properties']['code'] for feature in found['features']] == ['A']


def test_half_sent_requests_keep_no_thread(served_schools: str) -> None:
    """80 clients send half a header; whoever sends a whole one is answered, and so are they when the rest comes."""
    host, _, port = served_schools.removeprefix('http://').partition(':')
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection((host, int(port)))) for _ in range(80)]
        for half in slow:
            half.sendall(b'GET /api?f=json HTTP/1.1\r\nHost: localhost\r\nX-Sl')
        assert {requests.get(f'{served_schools}/api?f=json', timeout=120).status_code for _ in range(20)} == {200}
        slow[0].sendall(b'ow: ')
        slow[0].sendall(b'yes\r\n\r\n')
        assert slow[0].recv(100).startswith(b'HTTP/1.1 200')


def test_clients_that_do_not_close_hold_nobody_up(served_schools: str) -> None:
    """200 were answered for the last time, and stay: each is told the end before any has closed.

    gunicorn's two loops would wait for each of them for 2 s, so that the last would hear of it after 200 s.
    """
    host, _, port = served_schools.removeprefix('http://').partition(':')
    refused = b'POST /api/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n{'
    closing = b'GET /api?f=json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
    with ExitStack() as stack:
        stay = [stack.enter_context(socket.create_connection((host, int(port)))) for _ in range(200)]
        ends_s = time.monotonic() + 100
        for number, client in enumerate(stay):
            client.sendall(refused if number % 2 else closing)
        for client in stay:
            client.settimeout(max(ends_s - time.monotonic(), 0.001))
            assert client.recv(12).startswith(b'HTTP/1.1 ')
            while client.recv(65_536):
                pass
        assert requests.get(f'{served_schools}/health', timeout=30).status_code == 200


def test_slow_queries_do_not_hold_the_service_up(served_schools: str) -> None:
    """Six clients wait for a locked table until their queries are ended; whoever asks for something else does not.

    The page was not answered before: such a one would come without a look at the layer.
    """
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('lock table layer.schools in access exclusive mode')
        with Crowd([f'{served_schools}/api/collections/schools/items?limit=7'] * 6) as crowd:
            _wait_until(lambda: _waiting_queries() == 6)
            # answered before any of the six is
            _wait_until(lambda: _overtakes(f'{served_schools}/health', crowd))
            _wait_until(lambda: crowd.answers_each({'503 items?limit=7'}, 6))
            db.rollback()
            _wait_until(lambda: crowd.answers_each({'200 items?limit=7'}, 6))
    assert set(crowd.seen) == {'503 items?limit=7', '200 items?limit=7'}


def _waiting_queries() -> int:
    """How many queries wait for a lock that another one has."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'relation'"
        )
        ((count,),) = cursor.fetchall()
    return int(count)


def _overtakes(address: str, crowd: Crowd) -> bool:
    """Whether a request is answered ten times while nobody of the crowd is."""
    before = crowd.seen.total()
    answers = [requests.get(address, timeout=120).status_code for _ in range(10)]
    assert set(answers) == {200}
    return crowd.seen.total() == before


def _documented(served: str) -> bool:
    return '/collections/schools/items' in requests.get(f'{served}/api/openapi', timeout=120).json()['paths']


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=120).status_code == 200
    except requests.RequestException:
        return False


def _wait_until(condition: object, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, 'it took too long'
        time.sleep(0.2)


def test_what_somebody_has_locked_keeps_no_thread_for_long(served_schools: str) -> None:
    """The list of jobs is not there without its table; with threads that wait for it there would be nothing."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('lock table job.job in access exclusive mode')
        with ThreadPoolExecutor(12) as pool:
            answers = [*pool.map(lambda _: requests.get(f'{served_schools}/api/jobs', timeout=30), range(12))]
        db.rollback()
    assert {answer.status_code for answer in answers} == {503}
    assert all(int(answer.headers['Retry-After']) > 0 for answer in answers)
    assert requests.get(f'{served_schools}/api/jobs', timeout=30).status_code == 200


def test_clients_that_take_nothing_keep_no_thread(served_schools: str) -> None:
    """60 ask for a large file, and read none of it: there are 40 threads."""
    large = max((PROJECT / 'web' / 'dist' / 'assets').glob('*.js'), key=lambda file: file.stat().st_size)
    host, _, port = served_schools.removeprefix('http://').partition(':')
    with ExitStack() as stack:
        for _ in range(60):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
            client.connect((host, int(port)))
            client.sendall(f'GET /assets/{large.name} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode())
        _wait_until(lambda: _answers_within(f'{served_schools}/health', 5))


def _answers_within(address: str, longest_s: float) -> bool:
    try:
        return requests.get(address, timeout=longest_s).status_code == 200
    except requests.RequestException:
        return False

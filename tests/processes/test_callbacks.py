"""Subscribers are told of jobs, by a real server's account; and nobody is told who was not named."""

import json
import threading
from collections.abc import Callable, Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from dothi.core.database import connection
from dothi.core.errors import http_status
from processes.queue import callbacks, records, requests
from processes.queue.callbacks import NotCalledBack, check_subscription
from processes.queue.manager import outcome_of, start_job
from tests.forked import ForkedProcess
from tests.present import present
from tests.processes.town import Loader, Town

INPUTS = {'facilities': 'health_facilities', 'distance_m': 1_000}


class Listener(ThreadingHTTPServer):
    """A subscriber. heard: path, document and headers of each request."""

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), Heard)
        self.heard: list[tuple[str, Any, Message]] = []
        self.url = f'http://127.0.0.1:{self.server_port}'


class Heard(BaseHTTPRequestHandler):
    """Keeps what it is sent, and answers as the path says: /302 and /307 with a redirect, /500 with an error."""

    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.heard.append((self.path, json.loads(body), self.headers))
        code = int(self.path[1:4]) if self.path[1:4].isdigit() else 204
        self.send_response(code)
        if code in (302, 307):
            self.send_header('Location', '/followed')
        self.end_headers()

    def do_GET(self) -> None:
        self.server.heard.append((self.path, None, self.headers))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    server = Listener()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv('DOTHI_CALLBACK_HOSTS', json.dumps([f'127.0.0.1:{server.server_port}']))
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def town(grid_town: Callable[..., Town], loader: Loader) -> None:
    loader.town(grid_town(blocks=1, side_m=500, homes=[(250, 10)], facilities=[(0, 0)], zones={'1': (0, 0, 500, 500)}))


def heard_at(listener: Listener, path: str) -> list[dict[str, Any]]:
    return [body for at, body, _ in listener.heard if at == path]


def due() -> list[tuple[str, int, bool]]:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('select event, attempts, due_at > now() from job.callback order by event')
        return cursor.fetchall()


@pytest.mark.own_database
def test_a_subscriber_hears_of_the_beginning_and_gets_the_result(
    town: None,
    new_worker: Callable[..., ForkedProcess],
    listener: Listener,
    monkeypatch: pytest.MonkeyPatch,
    one: Callable[..., Any],
    until: Callable[..., None],
) -> None:
    new_worker(DOTHI_CALLBACK_HOSTS=json.dumps([listener.url.removeprefix('http://')]))
    told = {event: f'{listener.url}/{event}' for event in callbacks.EVENTS}
    job_id = start_job('service-coverage', INPUTS, 'internal', 'a', subscriber=told)
    until(lambda: heard_at(listener, '/successUri'))
    (document,) = heard_at(listener, '/successUri')
    assert document['result']['value'] == json.loads(outcome_of(job_id, 'internal').result.content())
    assert document['result']['mediaType'] == 'application/geo+json'
    assert heard_at(listener, '/failedUri') == []
    for info in heard_at(listener, '/inProgressUri'):
        assert (info['jobID'], info['status']) == (job_id, 'running')
    until(lambda: due() == [])

    # an answer that is there already is told too
    monkeypatch.setenv('DOTHI_RESULT_STORE', 'on')
    for count in (2, 3):
        start_job('service-coverage', INPUTS, 'internal', 'a', subscriber=told)
        until(lambda count=count: len(heard_at(listener, '/successUri')) == count)
    assert one('select count(*) from job.job where result_of is not null') == 1

    # a file comes as a link under the service's own address
    inputs = {'collection': 'buildings', 'format': 'csv'}
    start_job('export-features', inputs, 'internal', 'a', subscriber={**told, 'api': 'https://gis.example/api'})
    until(lambda: len(heard_at(listener, '/successUri')) == 4)
    link = heard_at(listener, '/successUri')[3]['result']
    assert link['href'].startswith('https://gis.example/api/jobs/')
    assert link['type'].startswith('text/csv')

    # layers without data: the reason is told, in both languages
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('update catalog.layer set current_release = null')
    start_job('service-coverage', INPUTS, 'internal', 'a', subscriber=told)
    until(lambda: heard_at(listener, '/failedUri'))
    (info,) = heard_at(listener, '/failedUri')
    assert info['status'] == 'failed'
    assert 'chưa có dữ liệu' in info['message']
    assert 'has no data yet' in info['message']


@pytest.mark.own_database  # no worker is there, which would tell the subscriber before the test does
def test_dismissal_is_told_to_who_wants_to_hear_of_failure(database: dict[str, str], listener: Listener) -> None:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            "insert into job.procrastinate_workers (last_heartbeat) values (now() + interval '1 hour') returning id"
        )
    told = {'successUri': f'{listener.url}/ok', 'failedUri': f'{listener.url}/not'}
    with records.open_desk('internal') as db:
        job_id = requests.submit_job(
            db, requests.JobRequest('service-coverage', INPUTS, subscriber=check_subscription(told))
        )
        requests.dismiss_job(db, job_id)
    callbacks.call_back(lambda: False)
    assert [info['status'] for info in heard_at(listener, '/not')] == ['dismissed']
    assert heard_at(listener, '/ok') == []


@pytest.mark.own_database  # no worker is there, which would tell the subscriber before the test does
@pytest.mark.parametrize('path', ['/500', '/302', '/307', '/404'])
def test_what_does_not_answer_rightly_is_tried_again_later_and_no_redirect_is_followed(
    database: dict[str, str], listener: Listener, path: str
) -> None:
    _noted(listener.url + path)
    callbacks.call_back(lambda: False)
    assert len(heard_at(listener, path)) == 1
    assert heard_at(listener, '/followed') == []
    assert due() == [('failedUri', 1, True)]
    for _ in range(10):
        with connection('admin') as db, db.cursor() as cursor:
            cursor.execute('update job.callback set due_at = now()')
        callbacks.call_back(lambda: False)
    assert len(heard_at(listener, path)) == callbacks.MOST_ATTEMPTS
    assert due() == []


@pytest.mark.own_database  # no worker is there, which would tell the subscriber before the test does
def test_a_host_that_is_not_named_any_more_is_not_told(
    database: dict[str, str], listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    _noted(f'{listener.url}/ok')
    monkeypatch.setenv('DOTHI_CALLBACK_HOSTS', '[]')
    callbacks.call_back(lambda: False)
    assert listener.heard == []


def _noted(address: str) -> None:
    """A dismissed job whose subscriber is still to be told."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into job.job (process_id, inputs, audience, software_version, subscriber)
               values ('service-coverage', '{}', 'internal', '1', jsonb_build_object('failedUri', %s::text))""",
            [address],
        )
        cursor.execute("update job.job set status = 'dismissed', finished_at = now()")


@pytest.mark.parametrize(
    ('address', 'hosts'),
    [
        ('https://gis.example/done', []),
        ('https://evil.example/?gis.example', ['gis.example']),
        ('https://gis.example.evil.example/', ['gis.example']),
        ('https://gis.example@evil.example/', ['gis.example']),
        ('https://evil.example@gis.example/', ['gis.example']),
        ('https://gis.example:8443/', ['gis.example']),
        ('http://127.0.0.1/', ['gis.example']),
        ('http://[::1]/', ['gis.example']),
        ('ftp://gis.example/', ['gis.example']),
        ('file:///etc/passwd', ['gis.example']),
        ('https://gis.example:port/', ['gis.example']),
        ('gis.example', ['gis.example']),
        ('', ['gis.example']),
    ],
)
def test_only_named_hosts_are_told(address: str, hosts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_CALLBACK_HOSTS', json.dumps(hosts))
    with pytest.raises(NotCalledBack, match='Allowed: ') as refused:
        check_subscription({'successUri': address})
    assert http_status(refused.value) == 400


@pytest.mark.parametrize(
    ('address', 'hosts'),
    [
        ('https://gis.example/done?x=1', ['gis.example']),
        ('http://GIS.example:80/', ['gis.example']),
        ('https://gis.example:8443/', ['gis.example:8443']),
        ('http://[::1]:9000/', ['[::1]:9000']),
    ],
)
def test_named_hosts_are_told(address: str, hosts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_CALLBACK_HOSTS', json.dumps(hosts))
    assert present(check_subscription({'successUri': address}))['successUri'] == address


@pytest.mark.parametrize(
    'subscriber', ['text', {}, {'failedUri': 'http://a/'}, {'successUri': 1}, {'other': 'http://a/'}]
)
def test_a_subscriber_that_is_none_is_refused_by_name(subscriber: str | dict[str, Any]) -> None:
    with pytest.raises(NotCalledBack, match='subscriber'):
        check_subscription(subscriber)
    assert check_subscription(None) is None

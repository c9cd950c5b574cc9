"""OGC API - Processes - Part 1, class Callback: a subscriber on this machine is told how its job goes."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.api.conformance.conftest import Api
from tests.api.conformance.processing import EXPORT, execute
from tests.conftest import PATIENCE_S, Instance, serving

CLASSES = ['http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/callback']


class Subscriber(ThreadingHTTPServer):
    """Hears what it is told, by path."""

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), Ear)
        self.heard: dict[str, list[Any]] = {}

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.server_port}'

    def wait_for(self, path: str) -> Any:
        deadline = time.monotonic() + PATIENCE_S
        while path not in self.heard:
            assert time.monotonic() < deadline, self.heard
            time.sleep(0.05)
        return self.heard[path][-1]


class Ear(BaseHTTPRequestHandler):
    server: Subscriber

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers['Content-Length'] or 0))
        self.server.heard.setdefault(self.path, []).append(json.loads(body or b'null'))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope='module')
def subscriber() -> Iterator[Subscriber]:
    server = Subscriber()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope='module')
def told(
    instance: Instance, template: str, subscriber: Subscriber, shared_folder: Path
) -> Iterator[Callable[..., requests.Response]]:
    """Executes on a service that may call that subscriber back."""
    folder = shared_folder / 'callback'
    environment = instance.environment(instance.create('callback', template), folder)
    environment['DOTHI_CALLBACK_HOSTS'] = json.dumps([f'127.0.0.1:{subscriber.server_port}'])
    with serving(environment, folder, ('worker', 'internal')) as running, requests.Session() as session:
        api = Api('internal', f'{running.internal_url}/api', session)

        def run(process: str, inputs: dict[str, Any], **addresses: str) -> requests.Response:
            return execute(api, process, inputs, headers={'Prefer': 'respond-async'}, subscriber=addresses)

        yield run


def addresses(subscriber: Subscriber, name: str) -> dict[str, str]:
    return {f'{event}Uri': f'{subscriber.url}/{name}/{event}' for event in ('success', 'failed', 'inProgress')}


def test_a_subscriber_gets_the_results(told: Callable[..., requests.Response], subscriber: Subscriber) -> None:
    """/req/callback/job-callback: progress while it runs, results when it is done"""
    answer = told('echo', {'stringInput': 'Value1', 'pause': 2}, **addresses(subscriber, 'good'))
    assert answer.status_code == 201, answer.text
    assert subscriber.wait_for('/good/inProgress')['jobID'] == answer.json()['jobID']
    assert subscriber.wait_for('/good/success')['stringOutput'] == 'Value1'
    assert '/good/failed' not in subscriber.heard


def test_a_subscriber_hears_of_a_failure(told: Callable[..., requests.Response], subscriber: Subscriber) -> None:
    answer = told('export-features', EXPORT, **addresses(subscriber, 'bad'))
    assert answer.status_code == 201, answer.text
    assert subscriber.wait_for('/bad/failed')
    assert '/bad/success' not in subscriber.heard


def test_only_allowed_hosts_are_called(api: Api) -> None:
    """Or whoever may send a request could have ours send others into our network."""
    answer = execute(api, 'echo', {}, subscriber={'successUri': 'http://127.0.0.1:1/'})
    assert answer.status_code == 400
    assert 'subscriber.successUri' in answer.json()['description']


def test_the_document_describes_it(api: Api) -> None:
    """/req/callback/process-execute-callback"""
    body = api.document()['paths']['/processes/echo/execution']['post']['requestBody']
    subscriber = body['content']['application/json']['schema']['properties']['subscriber']
    assert set(subscriber['properties']) == {'successUri', 'inProgressUri', 'failedUri'}
    assert subscriber['required'] == ['successUri']

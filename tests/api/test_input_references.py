"""Inputs by reference: what the service has itself is named, and only hosts that are set are asked for anything."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask

from dothi.api.app import create_app
from dothi.api.processes.references import BadReference, resolve_reference
from tests.api.conftest import Desk

ZONE = {
    'type': 'FeatureCollection',
    'features': [
        {
            'type': 'Feature',
            'properties': {'name': 'A'},
            'geometry': {'type': 'Polygon', 'coordinates': [[[106, 20], [106.1, 20], [106.1, 20.1], [106, 20]]]},
        }
    ],
}


class Publisher(BaseHTTPRequestHandler):
    """Another server, in several moods."""

    def do_GET(self) -> None:
        status, kind, body = {
            '/zones.json': (200, 'application/geo+json', json.dumps(ZONE).encode()),
            '/words.txt': (200, 'text/plain', 'Nam Định'.encode()),
            '/moved': (302, 'text/plain', b''),
            '/broken.json': (200, 'application/json', b'{'),
            '/large': (200, 'text/plain', b'x' * (2 * 2**20)),
            '/slow': (200, 'text/plain', b'x'),
        }.get(self.path, (404, 'text/plain', b''))
        if self.path == '/slow':
            time.sleep(2)
        self.send_response(status)
        self.send_header('Content-Type', kind)
        if status == 302:
            self.send_header('Location', '/zones.json')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope='module')
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(('127.0.0.1', 0), Publisher)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_port
    server.shutdown()


@pytest.fixture(scope='module')
def app(shared_desk: Desk) -> Flask:
    return create_app('internal')


@pytest.fixture
def fetch(port: int, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """What the input `zones` is when it refers to a path of that server, which the setting allows."""
    monkeypatch.setenv('DOTHI_INPUT_HOSTS', json.dumps([f'127.0.0.1:{port}', f'localhost:{port}']))
    monkeypatch.setenv('DOTHI_INPUT_MAX_MB', '1')
    monkeypatch.setenv('DOTHI_INPUT_WAIT_S', '1')

    def fetched(address: str, *, file: bool = False) -> Any:
        href = f'http://127.0.0.1:{port}{address}' if address.startswith('/') else address
        with app.test_request_context('/api'):
            return resolve_reference('zones', href.replace('PORT', str(port)), file=file)

    return fetched


def test_json_text_and_files_are_fetched_from_a_host_that_is_set(fetch: Callable[..., Any]) -> None:
    assert fetch('/zones.json') == ZONE
    assert fetch('/words.txt') == 'Nam Định'
    assert fetch('/words.txt', file=True) == 'TmFtIMSQ4buLbmg='


@pytest.mark.parametrize(
    ('address', 'reason'),
    [
        ('/nothing', '404'),
        ('/moved', '302'),
        ('/broken.json', 'cannot be read'),
        ('/large', 'more than 1 MB'),
        ('/slow', 'could not be fetched'),
        ('http://localhost:PORT/zones.json', 'private network'),
        ('http://127.0.0.1/zones.json', 'nothing is fetched'),
        ('http://127.0.0.1:1/zones.json', 'nothing is fetched'),
        ('http://a@127.0.0.1:PORT/zones.json', 'nothing is fetched'),
        ('http://127.0.0.2:PORT/zones.json', 'nothing is fetched'),
        ('http://[::1/zones.json', 'no address'),
        ('ftp://127.0.0.1:PORT/zones.json', 'nothing is fetched'),
        ('file:///etc/passwd', 'nothing is fetched'),
        ('http://169.254.169.254/latest/meta-data', 'nothing is fetched'),
    ],
)
def test_all_else_is_refused_and_named(fetch: Callable[..., Any], address: str, reason: str) -> None:
    with pytest.raises(BadReference, match=reason) as refused:
        fetch(address)
    assert 'Input "zones"' in str(refused.value)


def test_without_the_setting_nothing_is_fetched(fetch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_INPUT_HOSTS', '[]')
    with pytest.raises(BadReference, match='nothing is fetched'):
        fetch('/zones.json')


def test_what_the_service_has_itself_is_named_and_not_fetched(fetch: Callable[..., Any]) -> None:
    api = 'http://127.0.0.1:5000/api'
    job = '0b0c3c5e-8a0e-4d55-b0a6-3f3a5b7f9c11'
    assert fetch(f'{api}/collections/districts') == 'districts'
    assert fetch(f'{api}/collections/districts/items') == 'districts'
    narrowed = fetch(f'{api}/collections/districts/items?filter=code%20%3D%20%27366%27&limit=5&datetime=2024-08-31')
    assert narrowed == {'collection': 'districts', 'filter': "code = '366'", 'datetime': '2024-08-31'}
    assert fetch(f'{api}/jobs/{job}/results') == {'job': job}
    assert fetch(f'{api}/jobs/{job}/results/gaps?f=csv') == {'job': job, 'output': 'gaps'}
    for query in ('bbox=106,20,107,21', 'kind=primary', 'offset=10'):
        with pytest.raises(BadReference, match='cannot have the parameter'):
            fetch(f'{api}/collections/districts/items?{query}')
    for address in (f'{api}/processes', f'{api}/collections/../jobs', f'{api}/jobs/{job}'):
        with pytest.raises(BadReference, match='a reference can be to a collection'):
            fetch(address)

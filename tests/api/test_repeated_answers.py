"""A short answer that was asked for before is repeated before Flask looks at the request, and only while it is true."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, TestResponse

from dothi.api import repeated_answers
from dothi.api.app import create_app
from dothi.api.http import full_disk
from dothi.api.http.measures import ROUTE
from dothi.api.http.snapshot import TooSlow
from dothi.api.items import features, views
from dothi.api.master import generation_now
from dothi.core import database as core_database
from dothi.core.layer import Audience
from dothi.core.locality import load_locality
from dothi.core.migrate import migrate
from tests.api.conftest import Desk, school
from tests.nam_dinh import whole_copy

PAGE, ITEM = '/api/collections/schools/items?limit=10', '/api/collections/schools/items/1'
POINT = 'POINT(0 0)'
NAME = '"name":"Trường"'
# So often the app answers itself: a page is composed, kept, and then repeated.
OWN_ANSWERS = 3


class Counted:
    """An app that counts what Flask is asked."""

    def __init__(self, app: Flask) -> None:
        self.flask_requests = 0
        app.before_request_funcs[None].insert(0, self._count)
        self.client: FlaskClient = app.test_client()

    def _count(self) -> None:
        self.flask_requests += 1

    def repeats(self, path: str, **request: Any) -> bool:
        """Whether the answer comes without Flask."""
        before = self.flask_requests
        self.client.get(path, **request)
        return self.flask_requests == before

    def ask_often(self, path: str, **request: Any) -> TestResponse:
        """The last of as many answers as the app needs to repeat one."""
        for _ in range(OWN_ANSWERS):
            self.client.get(path, **request)
        return self.client.get(path, **request)


@pytest.fixture
def make(desk: Desk) -> Callable[..., Counted]:
    desk.release('schools', [(POINT, school('A'))])
    return lambda audience='public': Counted(create_app(audience))


def without_id(answer: TestResponse) -> list[tuple[str, str]]:
    return sorted(header for header in answer.headers if header[0] != 'X-Request-ID')


def headers_of(app: Flask, environ: dict[str, Any]) -> list[tuple[str, str]]:
    """Of the answer to just this environment, which the app may change; a client of tests hands in a copy."""
    headers: list[tuple[str, str]] = []

    def start(_status: str, begun: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], object]:
        headers.extend(begun)
        return lambda _: None

    b''.join(app.wsgi_app(environ, start))
    return headers


def without_time(answer: TestResponse) -> Any:
    return {**(answer.json or {}), 'timeStamp': None} if answer.is_json and not answer.content_encoding else None


@pytest.mark.parametrize('audience', ['public', 'internal'])
@pytest.mark.parametrize('path', [PAGE, ITEM])
@pytest.mark.parametrize('method', ['GET', 'HEAD'])
def test_a_repeated_answer_is_the_same(
    make: Callable[..., Counted], audience: Audience, path: str, method: str
) -> None:
    app = make(audience)
    headers = {'Accept-Encoding': 'gzip', 'Accept-Language': 'en'}
    first, *_, last = [app.client.open(path, method=method, headers=headers) for _ in range(OWN_ANSWERS + 2)]
    assert app.flask_requests <= OWN_ANSWERS
    assert (last.status, last.data, without_id(last)) == (first.status, first.data, without_id(first))
    assert (method == 'HEAD') == (not last.data)


@pytest.mark.parametrize('path', [PAGE, ITEM])
def test_nothing_has_changed_is_repeated_too(make: Callable[..., Counted], path: str) -> None:
    app = make()
    first = app.client.get(path)
    for _ in range(OWN_ANSWERS + 1):
        answer = app.client.get(path, headers={'If-None-Match': first.headers['ETag']})
        assert (answer.status_code, answer.headers['ETag'], answer.data) == (304, first.headers['ETag'], b'')
    assert app.repeats(path, headers={'If-None-Match': first.headers['ETag']})
    assert app.client.get(path, headers={'If-None-Match': '"other"'}).status_code == 200


def test_what_is_asked_once_is_not_kept(make: Callable[..., Counted]) -> None:
    app = make()
    for path in (PAGE, ITEM):
        app.client.get(path)
    assert not app.repeats(PAGE)
    assert not app.repeats(ITEM)


@pytest.mark.parametrize('path', [PAGE, ITEM])
def test_a_release_is_in_the_next_answer(make: Callable[..., Counted], desk: Desk, path: str) -> None:
    app = make()
    before = app.ask_often(path)
    desk.release('schools', [(POINT, school('A', name='another'))])
    after = app.client.get(path)
    assert 'another' in after.text
    assert 'another' not in before.text
    assert app.client.get(path, headers={'If-None-Match': before.headers['ETag']}).status_code == 200


def test_what_was_released_while_it_was_read_is_not_repeated_as_older(
    make: Callable[..., Counted], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The release comes when the feature was read, and before its answer is kept."""
    app = make()
    app.client.get(ITEM)
    read_feature = features.read_feature

    def release_after_it(*args: Any) -> Any:
        feature = read_feature(*args)
        desk.release('schools', [(POINT, school('A', name='another'))])
        return feature

    monkeypatch.setattr(views, 'read_feature', release_after_it)
    assert 'another' not in app.client.get(ITEM).text
    monkeypatch.undo()
    assert 'another' in app.client.get(ITEM).text


@pytest.mark.parametrize('path', [PAGE, ITEM])
def test_what_was_hidden_is_repeated_by_nobody(make: Callable[..., Counted], tmp_path: Path, path: str) -> None:
    """A column becomes internal, and no release is made: this process shows it still, until another takes its place."""
    app = make()
    assert NAME in app.ask_often(path).text
    generation = generation_now('public')
    folder = whole_copy(tmp_path / 'locality')
    file = folder / 'layers' / 'schools.yml'
    layer = file.read_text(encoding='utf-8')
    file.write_text(layer.replace('  name: {type: text, ', '  name: {type: text, access: internal, '), encoding='utf-8')
    migrate(load_locality(folder))
    assert generation_now('public') != generation
    answer = app.client.get(path)
    assert NAME not in answer.text
    assert answer.status_code == 503


@pytest.mark.parametrize(
    'other',
    [
        {'headers': {'Accept-Language': 'en'}},
        {'headers': {'Accept': 'text/html'}},
        {'headers': {'Accept-Encoding': 'br'}},
        {'headers': {'Host': 'elsewhere.example'}},
        {'headers': {'Range': 'bytes=0-9'}},
        {'headers': {'X-Forwarded-Host': 'a.example', 'X-Forwarded-Proto': 'https'}},
        {'path': PAGE.replace('10', '9')},
        {'path': f'{PAGE}&unknown=1'},
    ],
)
def test_another_question_has_its_own_answer(make: Callable[..., Counted], other: dict[str, Any]) -> None:
    """As a fresh app gives it, which has repeated nothing."""
    app, fresh = make(), make()
    app.ask_often(PAGE)
    # errors hold it
    headers = {'X-Request-ID': 'of-the-client', **other.get('headers', {})}
    answer, expected = (each.client.get(other.get('path', PAGE), headers=headers) for each in (app, fresh))
    named = ('Content-Type', 'Content-Language', 'Content-Encoding')
    assert answer.status == expected.status
    assert [answer.headers.get(name) for name in named] == [expected.headers.get(name) for name in named]
    # a page says when it was made
    assert without_time(answer) == without_time(expected)


def test_who_says_who_they_are_is_looked_at_by_the_app(make: Callable[..., Counted]) -> None:
    app = make('internal')
    app.ask_often(PAGE)
    assert app.repeats(PAGE)
    assert not app.repeats(PAGE, headers={'Authorization': 'Bearer nobody'})
    assert not app.repeats(PAGE, data='{}', content_type='application/json')
    app.client.set_cookie('dothi_session', 'x')
    assert not app.repeats(PAGE)


def test_a_key_of_nobody_is_refused_where_the_answer_is_repeated(make: Callable[..., Counted]) -> None:
    app = make('internal')
    app.ask_often(PAGE)
    assert app.client.get(f'{PAGE}&key=nobody').status_code == 401


def test_each_repetition_has_an_id_and_a_route(make: Callable[..., Counted]) -> None:
    app = make()
    app.ask_often(PAGE)
    ids = {app.client.get(PAGE).headers['X-Request-ID'] for _ in range(3)}
    assert len(ids) == 3
    environ = EnvironBuilder(PAGE, headers=[('X-Request-ID', 'of-the-client')]).get_environ()
    for _ in range(OWN_ANSWERS + 1):
        headers = headers_of(app.client.application, environ)
        assert [value for name, value in headers if name == 'X-Request-ID'] == ['of-the-client']
        assert environ.pop(ROUTE) == '/api/collections/<path:collection_id>/items'


def test_repetitions_count_among_what_a_client_may_ask(
    make: Callable[..., Counted], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six may pass, whoever answers them; the seventh is told to wait, and others are not."""
    monkeypatch.setenv('DOTHI_CLIENT_REQUESTS_PER_S', '0.001')
    monkeypatch.setenv('DOTHI_CLIENT_BURST', '6')
    app = make()
    assert [app.client.get(PAGE).status_code for _ in range(7)] == [200] * 6 + [429]
    other = {'environ_overrides': {'REMOTE_ADDR': '10.1.2.3'}}
    assert [app.client.get(PAGE, **other).status_code for _ in range(7)] == [200] * 6 + [429]


def test_a_repetition_that_is_out_of_date_counts_once(
    make: Callable[..., Counted], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_CLIENT_REQUESTS_PER_S', '0.001')
    monkeypatch.setenv('DOTHI_CLIENT_BURST', '6')
    app = make()
    app.ask_often(PAGE)
    desk.release('schools', [(POINT, school('B'))])
    assert [app.client.get(PAGE).status_code for _ in range(3)] == [200, 200, 429]


def test_without_a_database_it_is_asked_for_once(make: Callable[..., Counted], monkeypatch: pytest.MonkeyPatch) -> None:
    app = make()
    app.ask_often(PAGE)
    tries: list[str] = []

    def connect(*_: Any, **__: Any) -> None:
        tries.append('connected')
        raise psycopg2.OperationalError('away')

    core_database.fresh()
    monkeypatch.setattr(psycopg2, 'connect', connect)
    answer = app.client.get(PAGE)
    assert (answer.status_code, json.loads(answer.data)['code']) == (503, 'NoDatabase')
    assert 'Retry-After' in answer.headers
    assert tries == ['connected']
    monkeypatch.undo()
    assert app.client.get(PAGE).status_code == 200


def test_on_a_full_disk_no_proxy_is_told_to_keep_it(
    make: Callable[..., Counted], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make()
    app.ask_often(PAGE)
    monkeypatch.setattr(full_disk, 'LOOK_S', 0)
    monkeypatch.setattr(full_disk, 'disk_state', lambda: 'full')
    assert app.client.get(PAGE).headers['X-Accel-Expires'] == '0'
    monkeypatch.undo()
    full_disk._Disk.looked_at_s = float('-inf')
    assert 'X-Accel-Expires' not in app.client.get(PAGE).headers


def test_no_more_is_kept_than_there_is_room_for(make: Callable[..., Counted], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated_answers, 'MOST_BYTES', 100)
    app = make()
    app.ask_often(PAGE)
    assert not app.repeats(PAGE)


def test_a_failure_is_not_repeated(make: Callable[..., Counted], monkeypatch: pytest.MonkeyPatch) -> None:
    """The release was read, so that the answer may be kept; the page takes too long, once."""
    app, headers = make(), {'If-None-Match': '"other"'}

    def fail(*_: Any) -> None:
        raise TooSlow(vi='lâu', en='slow')

    monkeypatch.setattr(views, '_read_document', fail)
    assert [app.client.get(PAGE, headers=headers).status_code for _ in range(OWN_ANSWERS)] == [503] * OWN_ANSWERS
    monkeypatch.undo()
    assert app.client.get(PAGE, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ('path', 'headers', 'is_repeated'),
    [
        (PAGE, {'X-Long': 'x' * 1_000}, True),
        (PAGE, {'X-Long': 'x' * 20_000}, False),
        (PAGE, {f'X-{"x" * 100}-{number}': '' for number in range(50)}, False),
        (f"{PAGE}&filter=name%3C%3E'{'x' * 8_000}'", {}, False),
    ],
)
def test_questions_that_would_fill_the_memory_are_not_kept(
    make: Callable[..., Counted], path: str, headers: dict[str, str], is_repeated: bool
) -> None:
    app = make()
    app.ask_often(path, headers=headers)
    assert app.repeats(path, headers=headers) == is_repeated


def test_a_repeated_page_is_packed_as_it_was_asked_for(make: Callable[..., Counted], desk: Desk) -> None:
    desk.release('schools', [(POINT, school(str(number))) for number in range(9)])
    app = make()
    plain = app.ask_often(PAGE)
    packed = app.ask_often(PAGE, headers={'Accept-Encoding': 'gzip'})
    assert gzip.decompress(packed.data) == plain.data

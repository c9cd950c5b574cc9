"""Documents about what is served are composed once, and anew after whatever changes what they say."""

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient

from dothi.api.common import collections
from dothi.api.http.kept_answers import KeptAnswer, KeptAnswers
from dothi.cartography.style.layer_styles import style_path
from dothi.core.database import connection
from dothi.core.export.ready import definition
from dothi.core.locality import Locality, load_locality
from tests.api.conftest import Desk, school

type Client = Callable[..., FlaskClient]
LIST, SCHOOLS = '/api/collections', '/api/collections/schools'
POINT = 'POINT(0 0)'


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that the list of collections is composed."""
    times: list[str] = []
    compose = collections.all_collections

    def count(*args: object) -> object:
        times.append('composed')
        return compose(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(collections, 'all_collections', count)
    return times


def rows_told(app: FlaskClient) -> tuple[int, list[int]]:
    """How many rows the layer has by its own document, and by the list."""
    listed = json.loads(app.get(LIST).data)['collections']
    rows: int = json.loads(app.get(SCHOOLS).data)['dothi:rows']
    return rows, [entry['dothi:rows'] for entry in listed if entry['id'] == 'schools']


def test_the_same_question_is_composed_once(desk: Desk, client: Client, composed: list[str]) -> None:
    desk.release('schools', [(POINT, school('A'))])
    app = client()
    composed.clear()
    first, second = app.get(LIST), app.get(LIST)
    assert first.data == second.data
    assert first.headers['ETag'] == second.headers['ETag']
    assert second.headers['Vary'] == first.headers['Vary']
    assert app.get(LIST, headers={'If-None-Match': first.headers['ETag']}).status_code == 304
    assert composed == ['composed']


def test_a_release_is_in_the_next_answer(desk: Desk, client: Client) -> None:
    desk.release('schools', [(POINT, school('A'))])
    app = client()
    assert json.loads(app.get(SCHOOLS).data)['dothi:rows'] == 1
    desk.release('schools', [(POINT, school('A')), (POINT, school('B'))])
    assert json.loads(app.get(SCHOOLS).data)['dothi:rows'] == 2
    assert [
        entry['dothi:rows'] for entry in json.loads(app.get(LIST).data)['collections'] if entry['id'] == 'schools'
    ] == [2]


def test_a_file_that_was_made_ready_is_in_the_next_answer(desk: Desk, client: Client, locality: Locality) -> None:
    number = desk.release('schools', [(POINT, school('A'))])
    app = client()
    assert '/downloads/' not in app.get(SCHOOLS).text
    by = definition(locality.layers['schools'], locality, 'internal')
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.download
                   (layer_id, audience, format, release, definition, file, rows_total, size_bytes, sha256, seconds)
               values ('schools', 'internal', 'csv', %s, %s, 'x', 1, 1, repeat('a', 64), 1)""",
            [number, by],
        )
    assert '/downloads/' in app.get(SCHOOLS).text


@pytest.mark.parametrize(
    ('path', 'headers'),
    [
        (f'{LIST}?lang=en', {}),
        (LIST, {'Accept-Language': 'en'}),
        (LIST, {'Accept': 'text/html'}),
        (f'{LIST}?f=jsonld', {}),
    ],
)
def test_another_language_or_form_is_another_answer(
    desk: Desk, client: Client, path: str, headers: dict[str, str]
) -> None:
    desk.release('schools', [(POINT, school('A'))])
    app = client()
    plain = app.get(LIST)
    other = app.get(path, headers=headers)
    assert other.data != plain.data
    assert app.get(LIST).data == plain.data
    assert app.get(path, headers=headers).data == other.data


def test_who_came_by_another_address_gets_links_that_lead_there(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_TRUSTED_PROXIES', '["127.0.0.1"]')
    monkeypatch.setenv('DOTHI_HOSTS', '["a.example", "b.example"]')
    desk.release('schools', [(POINT, school('A'))])
    app = client()
    for host in ('a.example', 'b.example', 'a.example'):
        answer = app.get(LIST, headers={'X-Forwarded-Host': host, 'X-Forwarded-Proto': 'https'})
        assert f'https://{host}/api/collections/schools' in answer.text


@pytest.mark.parametrize('encoding', ['br', 'gzip'])
@pytest.mark.parametrize('address', [LIST, '/api/collections/schools/items'])
def test_what_is_kept_compressed_is_the_same_text(desk: Desk, client: Client, address: str, encoding: str) -> None:
    desk.release('schools', [(POINT, school('A'))])
    app = client()
    plain = app.get(address).data
    unpack = {'br': brotli.decompress, 'gzip': gzip.decompress}[encoding]
    for _ in range(3):
        answer = app.get(address, headers={'Accept-Encoding': encoding})
        assert answer.headers['Content-Encoding'] == encoding
        assert unpack(answer.data) == plain
    desk.release('schools', [(POINT, school('A')), (POINT, school('B'))])
    assert unpack(app.get(address, headers={'Accept-Encoding': encoding}).data) == app.get(address).data != plain


def test_a_style_file_that_was_written_is_in_the_next_answer(
    desk: Desk, client: Client, locality: Locality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / 'locality'
    shutil.copytree(locality.path, own)
    monkeypatch.setenv('DOTHI_LOCALITY', str(own))
    desk.release('schools', [(POINT, school('A'))])
    app = client()
    assert 'Kiểu mới' not in app.get('/api/styles').text
    assert 'In giấy' in app.get('/api/styles').text
    library_file = style_path(load_locality(own).layers['schools'], own)
    (own / 'styles').mkdir(exist_ok=True)
    text = library_file.read_text(encoding='utf-8').replace('vi: In giấy', 'vi: Kiểu mới')
    (own / 'styles' / library_file.name).write_text(text, encoding='utf-8')
    assert 'Kiểu mới' in app.get('/api/styles').text


def test_what_was_asked_wrongly_is_refused_each_time(desk: Desk, client: Client) -> None:
    desk.release('schools', [(POINT, school('A'))])
    app = client()
    assert [app.get(f'{LIST}?nothing=1').status_code for _ in range(2)] == [400, 400]
    assert [app.get('/api/collections/nothing').status_code for _ in range(2)] == [404, 404]


def test_of_many_answers_those_asked_for_last_are_kept() -> None:
    answers = KeptAnswers(most_bytes=250)
    for name in ('a', 'b'):
        answers.keep(name, KeptAnswer((1,), b'x' * 100, 'text/plain'))
    assert answers.get('a', (1,))
    answers.keep('c', KeptAnswer((1,), b'x' * 100, 'text/plain'))
    assert [bool(answers.get(name, (1,))) for name in 'abc'] == [True, False, True]
    assert answers.get('a', (2,)) is None, 'the catalogue is another one'
    answers.keep('huge', KeptAnswer((1,), b'x' * 1000, 'text/plain'))
    assert answers.get('huge', (1,)) is None

"""How often an answer goes to the database, and which release it is of."""

import itertools
import threading
from collections.abc import Callable, Iterator

import psycopg2
import pytest
from flask.testing import FlaskClient
from psycopg2 import sql

from dothi.api.http.prepared import MOST_PREPARED
from dothi.api.http.snapshot import statements
from tests.api.conftest import Desk, school
from tests.matrix import exhaustive, number_of_examples
from tests.statements import heard_statements

type Client = Callable[..., FlaskClient]
ITEMS = '/api/collections/schools/items'


@pytest.fixture
def messages(desk: Desk) -> Iterator[list[str]]:
    """What was sent to the database, message by message."""
    with heard_statements() as sent:
        yield sent


def _messages_of(app: FlaskClient, messages: list[str], address: str, **headers: str) -> tuple[int, list[str]]:
    messages.clear()
    status = app.get(address, headers=headers).status_code
    return status, [*messages]


@pytest.mark.parametrize(
    'address', [f'{ITEMS}?limit=1', f'{ITEMS}?limit=1&offset=1', f'{ITEMS}?sortby=-code&limit=1', f'{ITEMS}/1']
)
def test_a_page_and_a_feature_take_one_way_to_the_database(
    desk: Desk, client: Client, messages: list[str], address: str
) -> None:
    """Release, features and count come together, and no transaction is begun or ended."""
    desk.release('schools', [('POINT(0 0)', school(code)) for code in 'abc'])
    app = client()
    # a new connection is set up first
    app.get(f'{ITEMS}?limit=2')
    status, sent = _messages_of(app, messages, address)
    # a plan comes before, once for a connection (decision 0137)
    queries = [message for message in sent if not message.lstrip().startswith('prepare ')]
    assert (status, len(queries)) == (200, 1), sent


@pytest.mark.parametrize('address', [f'{ITEMS}?limit=1', f'{ITEMS}/1'])
def test_what_the_client_has_already_takes_one_way_and_no_geometry(
    desk: Desk, client: Client, messages: list[str], address: str
) -> None:
    desk.release('schools', [('POINT(0 0)', school('a'))])
    app = client()
    tag = app.get(address).headers['ETag']
    app.get(address, headers={'If-None-Match': tag})
    status, sent = _messages_of(app, messages, address, **{'If-None-Match': tag})
    assert (status, len(sent)) == (304, 1), sent
    assert 'AsGeoJSON' not in sent[0]


def test_a_statement_is_planned_once_for_a_connection(desk: Desk, client: Client, messages: list[str]) -> None:
    desk.release('schools', [('POINT(0 0)', school(code)) for code in 'abc'])
    app = client()
    sent = [_messages_of(app, messages, f'{ITEMS}?limit=1&offset={offset}')[1] for offset in (0, 1, 2)]
    assert [message.split()[0] for message in [*sent[1], *sent[2]]] == ['execute', 'execute']
    pages = [app.get(f'{ITEMS}?limit=1&offset={offset}').get_json()['features'] for offset in (0, 1, 2)]
    assert [page[0]['properties']['code'] for page in pages] == ['a', 'b', 'c']


def test_a_connection_keeps_so_many_plans_at_most(desk: Desk, client: Client) -> None:
    app = client().application
    with app.test_request_context(headers={'Host': 'localhost'}), statements() as db:
        counted = sql.SQL('select count(*) from pg_prepared_statements')
        for number in range(MOST_PREPARED + 2):
            assert db.prepared_rows(f'select {number} + $1', 1) == [(number + 1,)]
            ((kept,),) = db.rows(counted)
            assert kept <= MOST_PREPARED
        # what was thrown away is prepared anew
        assert db.prepared_rows('select 0 + $1', 5) == [(5,)]


@pytest.mark.parametrize('value', ["o'clock", 'back\\slash', '100 %', 'ế', '$1', ''])
def test_values_of_prepared_statements_are_quoted(desk: Desk, client: Client, value: str) -> None:
    app = client().application
    with app.test_request_context(headers={'Host': 'localhost'}), statements() as db:
        assert db.prepared_rows('select convert_to($1, $2)', value, 'UTF8')[0][0].tobytes() == value.encode()


def test_a_statement_that_failed_can_be_prepared_again(desk: Desk, client: Client) -> None:
    app = client().application
    with app.test_request_context(headers={'Host': 'localhost'}), statements() as db:
        with pytest.raises(psycopg2.DataError):
            db.prepared_rows('select 1 / $1', 0)
        assert db.prepared_rows('select 1 / $1', 1) == [(1,)]


@pytest.mark.parametrize(
    'query',
    [
        *('', '?f=html'),
        *(
            pytest.param(query, marks=exhaustive)
            for query in ('?limit=1', '?sortby=-code', "?filter=code>''", '?bbox=105,20,107,21')
        ),
    ],
)
def test_a_page_that_was_answered_before_is_answered_anew_after_a_release(
    desk: Desk, client: Client, query: str
) -> None:
    desk.release('schools', [('POINT(0 0)', school('a', 'Cũ'))])
    app = client()
    first, second = app.get(ITEMS + query), app.get(ITEMS + query)
    assert second.status_code == 200
    assert first.get_data(as_text=True).split('timeStamp')[0] == second.get_data(as_text=True).split('timeStamp')[0]
    assert dict(first.headers) | {'X-Request-ID': ''} == dict(second.headers) | {'X-Request-ID': ''}
    desk.release('schools', [('POINT(0 0)', school('a', 'Mới')), ('POINT(1 1)', school('b', 'Thêm'))])
    text = app.get(ITEMS + query).get_data(as_text=True)
    assert ('Cũ' in text, 'Mới' in text or 'Thêm' in text) == (False, True)


def test_a_page_that_was_answered_before_comes_under_the_address_and_in_the_language_of_each_request(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_TRUSTED_PROXIES', '["127.0.0.1/32"]')
    desk.release('schools', [('POINT(0 0)', school('a'))])
    app = client()
    for _ in range(2):
        for host in ('one.example', 'two.example'):
            for language in ('vi', 'en'):
                answer = app.get(ITEMS, headers={'X-Forwarded-Host': host, 'Accept-Language': language})
                links = answer.get_json()['links']
                assert all(link['href'].startswith(f'http://{host}/') for link in links)
                assert (links[-1]['title'] == 'Schools') == (language == 'en')


QUERIES = ['limit=2', 'limit=2&offset=1', 'sortby=-code&limit=3', "filter=name like 'v%'&limit=2", 'bbox=105,20,107,21']


def test_no_answer_mixes_two_releases_while_they_come(desk: Desk, client: Client) -> None:
    """Release n holds n schools, all of which are called vn: number, count and names of a page belong together."""

    def release(number: int) -> None:
        desk.release('schools', [('POINT(0 0)', school(f'{place:02}', f'v{number}')) for place in range(number)])

    release(3)
    app, ended, faults = client(), threading.Event(), []

    def read() -> None:
        for query in itertools.cycle(QUERIES):
            document = app.application.test_client().get(f'{ITEMS}?{query}').get_json()
            names = {feature['properties']['name'] for feature in document['features']}
            if names != {f'v{document.get("numberMatched", next(iter(names))[1:])}'}:
                faults.append((query, names, document.get('numberMatched')))
            if ended.is_set():
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(4, number_of_examples(14, 60)):
        release(number)
    ended.set()
    for reader in readers:
        reader.join()
    assert faults == []

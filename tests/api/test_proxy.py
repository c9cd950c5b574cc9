"""nginx with the settings that come with the project (docker/nginx.conf), in front of the public service."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from werkzeug.serving import make_server

from bench.nginx import PATIENCE_S, nginx
from dothi.api.app import create_app
from dothi.core.database import connection
from tests.api.conftest import Desk, school, tile_address

ITEMS = '/api/collections/schools/items'


@pytest.fixture
def published_address(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of nginx in front of the public service with one school."""
    monkeypatch.setenv('DOTHI_TRUSTED_PROXIES', '["127.0.0.1/32"]')
    desk.release('schools', [('POINT(0 0)', school('a', 'Cũ'))])
    # nginx works as nobody where it is started by root
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    server = make_server('127.0.0.1', 0, create_app('public', 'http://localhost'), threaded=True)
    serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    serving.start()
    with nginx(f'127.0.0.1:{server.port}', tmp_path) as address:
        yield address
    server.shutdown()
    serving.join(PATIENCE_S)
    server.server_close()


@pytest.fixture
def published(published_address: str) -> Iterator[Callable[..., requests.Response]]:
    """Asks the public service through nginx."""
    with requests.Session() as session:
        yield lambda path, **named: session.get(published_address + path, timeout=PATIENCE_S, **named)


def test_reports_alone_come_with_a_large_body(published_address: str) -> None:
    """What a photo of 8 MB takes in base64 reaches the service, which wants JSON; elsewhere nginx lets 1 MB through."""
    answer = requests.post(f'{published_address}/api/reports', data=b'A' * 11_000_000, timeout=PATIENCE_S)
    assert (answer.status_code, answer.json()['code']) == (415, 'NoJson')
    elsewhere = http.client.HTTPConnection(urlsplit(published_address).netloc, timeout=PATIENCE_S)
    elsewhere.putrequest('POST', '/api/processes/group-by-units/execution')
    elsewhere.putheader('Content-Length', '11000000')
    # the answer comes before the body: who goes on sending is cut off
    elsewhere.endheaders()
    assert elsewhere.getresponse().status == 413
    elsewhere.close()


def _cache_states(
    published: Callable[..., requests.Response], address: str, count: int = 2, **headers: str
) -> list[str]:
    return [published(address, headers=headers).headers.get('X-Cache', '') for _ in range(count)]


@pytest.mark.parametrize(
    'address',
    [
        ITEMS,
        f'{ITEMS}/1',
        f'{ITEMS}?limit=1&f=json',
        '/api/collections/schools/map?width=64&height=64&bbox=106.6,20.2,106.7,20.3',
    ],
)
def test_what_carries_an_etag_is_kept_for_a_moment(published: Callable[..., requests.Response], address: str) -> None:
    first, *_ = answers = [published(address) for _ in range(3)]
    assert first.headers['X-Cache'] == 'MISS'
    assert {answer.headers['X-Cache'] for answer in answers[1:]} <= {'HIT', 'STALE', 'UPDATING', 'REVALIDATED'}
    assert {(answer.status_code, answer.content, answer.headers['ETag']) for answer in answers} == {
        (200, first.content, first.headers['ETag'])
    }


def test_a_release_is_seen_soon_and_what_is_still_true_is_not_sent_again(
    published: Callable[..., requests.Response], desk: Desk
) -> None:
    before = published(ITEMS)
    desk.release('schools', [('POINT(0 0)', school('a', 'Mới'))])
    ends = time.monotonic() + PATIENCE_S
    while 'Mới' not in published(ITEMS).text:
        assert time.monotonic() < ends, 'the copy of the former release is served for ever'
        time.sleep(0.05)
    assert published(ITEMS).headers['ETag'] != before.headers['ETag']


def test_64_clients_of_one_view_cost_the_service_one_request_for_each_address(
    published: Callable[..., requests.Response], desk: Desk
) -> None:
    """And what is kept for a day is not given away for what came after it: that has another address."""
    style = published('/api/styles/default?f=maplibre').json()
    where = tile_address('schools', 14).split('/')[-3:]
    (template,) = style['sources']['schools']['tiles']
    address = template.format(**dict(zip('zyx', where, strict=True))).partition('/api/')[2]
    first = published(f'/api/{address}')
    assert (first.status_code, first.headers['X-Cache']) == (200, 'MISS')
    assert 'immutable' in first.headers['Cache-Control']
    time.sleep(2.1)  # what has no version is asked for again after a second, of which nginx counts whole ones
    with ThreadPoolExecutor(16) as clients:
        answers = [*clients.map(lambda _: published(f'/api/{address}'), range(64))]
    assert {(answer.headers['X-Cache'], answer.content) for answer in answers} == {('HIT', first.content)}
    desk.release('schools', [('POINT(5 5)', school('a', 'Mới'))])
    newer = published(
        '/api/styles/default?f=maplibre', headers={'Cache-Control': 'no-cache', 'Pragma': 'no-cache'}
    ).json()
    assert newer['sources']['schools']['tiles'] != [template]
    assert published(f'/api/{address}').content == first.content


def test_each_language_and_form_is_kept_by_itself(published: Callable[..., requests.Response]) -> None:
    for _ in range(2):
        for language, title in (('vi', 'Trường'), ('en', 'Schools')):
            answer = published(ITEMS, headers={'Accept-Language': language, 'Accept': 'application/geo+json'})
            assert answer.headers['Content-Language'] == language
            assert title in answer.json()['links'][-1]['title']
        assert published(ITEMS, headers={'Accept': 'text/html'}).headers['Content-Type'].startswith('text/html')


@pytest.mark.parametrize(
    ('address', 'status'),
    [('/health', 200), ('/api?f=json', 200), ('/api/collections/schools/items/99', 404), (f'{ITEMS}?colour=red', 400)],
)
def test_errors_and_what_has_no_release_are_not_kept(
    published: Callable[..., requests.Response], address: str, status: int
) -> None:
    assert [published(address).status_code for _ in range(2)] == [status] * 2
    assert not set(_cache_states(published, address)) & {'HIT', 'STALE', 'UPDATING'}


def test_names_that_are_not_published_lead_nowhere(published: Callable[..., requests.Response]) -> None:
    assert published(ITEMS, headers={'Host': 'other.example'}).status_code == 421


def test_links_lead_back_through_the_proxy(published: Callable[..., requests.Response]) -> None:
    answer = published(ITEMS)
    address = answer.url.removesuffix(ITEMS)
    assert all(link['href'].startswith(f'{address}/api/') for link in answer.json()['links'])


def test_who_asks_for_what_is_on_its_way_does_not_wait_for_it_for_long(
    published: Callable[..., requests.Response],
) -> None:
    """Waiting for another's answer, nginx looks every half second whether it came; so it asks the service instead."""
    with ThreadPoolExecutor(2) as clients:
        with connection('admin') as db:
            db.cursor().execute('lock table layer.schools in access exclusive mode')
            first = clients.submit(published, ITEMS)
            _await_waiting(1)
            second, began = clients.submit(published, ITEMS), time.monotonic()
            _await_waiting(2)
            # without the setting nginx sends it after 5 s
            assert time.monotonic() - began < 4
        assert first.result(PATIENCE_S).content == second.result(PATIENCE_S).content


def test_nobody_waits_for_a_tile_that_nginx_has_and_a_release_changed(
    published: Callable[..., requests.Response], desk: Desk
) -> None:
    """One connection: the tile of before comes, and then something else, while the new one waits for its table."""
    tile = tile_address('schools', 14)
    before = published(tile)
    desk.release('schools', [('POINT(0 0)', school('a', 'Mới'))])
    time.sleep(2.1)  # it is asked after when it is older than a second, of which nginx counts whole ones
    with connection('admin') as db:
        db.cursor().execute('lock table layer.schools in access exclusive mode')
        again = published(tile)
        assert (again.headers['X-Cache'], again.content) == ('STALE', before.content)
        assert published('/api/conformance').status_code == 200
        _await_waiting(1)
    ends = time.monotonic() + PATIENCE_S
    while published(tile).content == before.content:
        assert time.monotonic() < ends, 'the copy of the former release is served for ever'
        time.sleep(0.05)


def _await_waiting(count: int) -> None:
    """Comes back when so many requests wait for the lock of a table."""
    ends = time.monotonic() + PATIENCE_S
    query = """select count(*) from pg_stat_activity
        where usename = 'dothi_reader_public' and wait_event_type = 'Lock' and datname = current_database()"""
    while True:
        with connection('admin') as db, db.cursor() as cursor:
            cursor.execute(query)
            if cursor.fetchone() == (count,):
                return
        assert time.monotonic() < ends, f'{count} requests do not wait'
        time.sleep(0.02)

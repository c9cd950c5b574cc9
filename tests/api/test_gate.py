"""What is let in: hosts that the service is known by, changes from its own pages, bodies that no form can send."""

import ipaddress
import itertools
import json
import string
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given, settings
from hypothesis import strategies as some

from dothi.api.http.gate import host_name
from tests.api.conftest import Desk, school
from tests.api.editors import LAN, feature
from tests.matrix import number_of_examples

type Client = Callable[..., FlaskClient]

EXECUTION = '/api/processes/service-coverage/execution'
ITEMS = '/api/collections/schools/items'
# An analysis that is let in ends for want of a worker, or of an input.
LET_IN = (400, 503)


@pytest.mark.parametrize('path', ['/', '/health', '/api', ITEMS, '/ows?service=WMS&request=GetCapabilities'])
def test_a_host_that_the_service_is_not_known_by_is_misdirected(client: Client, path: str) -> None:
    """A name of the attacker's that leads here makes a browser take our answers for the attacker's own."""
    app = client('public')
    for host in ('evil.example:5000', '10.1.2.3', 'localhost.evil.example', '[::2]:80'):
        answer = app.get(path, headers={'Host': host})
        assert answer.status_code == 421, host
        assert 'Dùng địa chỉ đã công bố' in answer.get_data(as_text=True), host


def test_hosts_that_the_service_is_known_by_are_answered(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_PUBLIC_URL', 'https://map.example/city')
    monkeypatch.setenv('DOTHI_HOSTS', '["internal", "10.1.2.3"]')
    app = client()
    known = ['localhost', '127.0.0.1:5000', '127.8.8.8', '[::1]:5000', 'map.example', 'MAP.example.', 'internal:5000']
    for host in [*known, '10.1.2.3']:
        assert app.get('/api?f=json', headers={'Host': host}).status_code == 200, host


@pytest.mark.parametrize(
    ('environ', 'status'),
    [
        ({'RAW_URI': 'http://evil.example/api?f=json', 'HTTP_HOST': 'localhost'}, 421),
        ({'RAW_URI': 'http://localhost/api?f=json', 'HTTP_HOST': 'evil.example'}, 200),
        ({'RAW_URI': 'http://localhost@evil/api', 'HTTP_HOST': 'localhost'}, 400),
        ({'RAW_URI': '/api?f=json', 'HTTP_HOST': ''}, 400),
    ],
)
def test_a_whole_address_says_which_host_is_meant(client: Client, environ: dict[str, str], status: int) -> None:
    """RFC 9112, 3.2.2: whatever Host says; and without either it is a malformed request of HTTP/1.1."""
    assert client('public').get('/api?f=json', environ_overrides=environ).status_code == status


# What stands behind a host that the service is known by, and means another one to whoever cuts it elsewhere.
MALFORMED = [
    'localhost@evil.example', 'localhost:5600@evil', 'evil@localhost', 'localhost:80:80', 'localhost:x', 'localhost:-1',
    'localhost/..', 'localhost#a', 'localhost?a', 'localhost, evil', 'localhost evil', ' localhost', 'localhost ', '',
    ':5600', '.localhost', 'local..host', '[::1', '::1]', '[::1]x', '[::1]:80@evil', '[127.0.0.1]', '[localhost]', '[]',
    '::1', 'localhost%00', 'localhost\\evil', 'lócalhost', 'localhost:123456', '[::1%25eth0]',
]  # fmt: skip


def test_what_is_no_host_is_refused_in_both_languages(client: Client) -> None:
    """RFC 9110, 7.2: a malformed Host is 400; nobody may find a known name in it."""
    app = client('public')
    for host in MALFORMED:
        for lang, words in (('vi', 'không phải tên máy'), ('en', 'is no host name')):
            answer = app.get(f'/api?f=json&lang={lang}', environ_overrides={'HTTP_HOST': host})
            assert answer.status_code == 400, host
            assert words in answer.get_json()['description']


@given(some.text(some.sampled_from(string.printable + 'đı。:[]@'), max_size=30))
@example('localhost\n')
@example('LOCALHOST.:')
def test_a_host_is_read_whole_or_not_at_all(text: str) -> None:
    """A name that is read, with or without brackets, point and port, is all that there was."""
    name = host_name(text)
    if name is None:
        return
    left = text.lower()
    if ':' in name:
        address, _, port = left.removeprefix('[').partition(']')
        assert ipaddress.IPv6Address(address) == ipaddress.IPv6Address(name)
    else:
        address, _, port = left.partition(':')
        assert address.removesuffix('.') == name
        assert set(name) <= set(string.ascii_lowercase + string.digits + '._-')
    assert port.removeprefix(':').isdecimal() or port in ('', ':')


@given(some.from_regex(r'(localhost|127\.0\.0\.1|\[::1\])[:@/,#? \\%;]{1,2}[a-z0-9.@:/]{0,12}', fullmatch=True))
@settings(max_examples=number_of_examples(25, 200))
def test_no_tail_makes_a_known_host_of_what_is_none(text: str) -> None:
    """Only `:` and digits may follow a name."""
    tail = text.removeprefix('localhost').removeprefix('127.0.0.1').removeprefix('[::1]')
    is_port = tail.startswith(':') and len(tail) <= 6 and (tail[1:].isdecimal() or not tail[1:])
    assert (host_name(text) is not None) == is_port


def test_a_trusted_proxy_answers_for_the_hosts_that_it_lets_through(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_TRUSTED_PROXIES', '["127.0.0.0/8"]')
    assert client().get('/api?f=json', headers={'Host': 'any.example'}).status_code == 200


OTHER_SITES: list[dict[str, str]] = [
    {'Origin': 'https://evil.example'},
    {'Origin': 'null'},
    {'Origin': 'http://localhost.evil.example', 'Sec-Fetch-Site': 'same-origin'},
    {'Sec-Fetch-Site': 'cross-site'},
    {'Sec-Fetch-Site': 'same-site'},
]


@pytest.mark.parametrize('audience', ['public', 'internal'])
def test_a_page_of_another_site_changes_nothing(desk: Desk, client: Client, audience: str) -> None:
    desk.release('schools', [('POINT(0 0)', school('a'))])
    app = client(audience)
    changes: list[tuple[str, str, Any]] = [
        ('POST', EXECUTION, {'inputs': {}}),
        ('POST', '/api/jobs/00000000-0000-0000-0000-000000000000/rerun', None),
        ('DELETE', '/api/jobs/00000000-0000-0000-0000-000000000000', None),
    ]
    if audience == 'internal':
        changes += [
            ('POST', ITEMS, feature('c')),
            ('PUT', f'{ITEMS}/1', feature('c')),
            ('PATCH', f'{ITEMS}/1', feature('c')),
            ('DELETE', f'{ITEMS}/1', None),
        ]
    for headers, (method, path, body) in itertools.product(OTHER_SITES, changes):
        answer = app.open(path, method=method, json=body, headers={**LAN, **headers})
        assert answer.status_code == 403, (method, path, headers)


def test_reading_and_asking_from_another_site_goes_on(desk: Desk, client: Client) -> None:
    """The public map is shown in pages of others, and a query by POST changes nothing."""
    desk.release('schools', [('POINT(0 0)', school('a'))])
    app, headers = client('public'), {'Origin': 'https://other.example', 'Sec-Fetch-Site': 'cross-site'}
    assert app.get(ITEMS, headers=headers).status_code == 200
    for path in (ITEMS, ITEMS.replace('/items', '/search')):
        assert app.post(path, data={'limit': 1}, headers=headers).status_code == 200, path


@pytest.mark.parametrize(
    'headers',
    [
        {},
        {'Origin': 'http://localhost'},
        {'Origin': 'http://127.0.0.1:5000'},
        {'Origin': 'https://friend.example'},
        {'Sec-Fetch-Site': 'same-origin'},
        {'Sec-Fetch-Site': 'none'},
    ],
    ids=str,
)
def test_own_pages_named_origins_and_programs_may_change(
    client: Client, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_CORS_ORIGINS', '["https://friend.example"]')
    assert client().post(EXECUTION, json={'inputs': {}}, headers=headers).status_code in LET_IN


@pytest.mark.parametrize(
    ('media_type', 'status'),
    [
        ('application/json', LET_IN),
        ('application/json; charset=utf-8', LET_IN),
        ('application/geo+json', LET_IN),
        ('text/plain', (415,)),
        ('application/x-www-form-urlencoded', (415,)),
        ('multipart/form-data; boundary=x', (415,)),
        ('', (415,)),
    ],
)
def test_a_change_comes_as_json(client: Client, media_type: str, status: tuple[int, ...]) -> None:
    """A form of another site can send any text as one of its three types, and a body without a type."""
    body = json.dumps({'inputs': {}})
    answer = client().post(EXECUTION, data=body, headers={'Content-Type': media_type} if media_type else {})
    assert answer.status_code in status, answer.get_data(as_text=True)

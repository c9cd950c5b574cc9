"""What strangers and colleagues send that no page would: it is refused, and nobody else waits for it."""

import re
from collections.abc import Callable
from contextlib import ExitStack, suppress

import pytest

from dothi.api.http.masking import without_secrets
from dothi.core.access.doors import MOST_OF_AN_ADDRESS, Crowded, one_attempt
from dothi.core.access.person import Person, Role
from dothi.core.database import fresh
from dothi.core.settings import ServerSettings
from tests.access.conftest import PASSWORD, Browser

Office = Callable[[], Browser]
MakePerson = Callable[..., Person]


@pytest.mark.parametrize('text', ['a\x00b', '\ud800'])
def test_characters_that_cannot_be_kept_are_refused(office: Office, person: MakePerson, text: str) -> None:
    stranger, admin = office(), office()
    person('an', Role.ADMINISTRATOR)
    admin.sign_in('an')
    assert stranger.sign_in(text).status_code == 400
    assert stranger.sign_in('an', text).status_code == 400
    assert stranger.sign_in('an', PASSWORD, text).status_code == 400
    assert admin.post('/api/people', name='lan', title=text, role='viewer').status_code == 400
    assert admin.post('/api/people/an', title=text).status_code == 400
    assert admin.post('/api/people/an', email=f'{text}@b').status_code == 400
    assert admin.post('/api/account/keys', label=text, scopes=['see']).status_code == 400


def test_what_is_no_name_is_nobody(office: Office, person: MakePerson) -> None:
    person('an', Role.ADMINISTRATOR)
    admin = office()
    admin.sign_in('an')
    for act in ('', '/recovery', '/disabling'):
        assert admin.post(f'/api/people/%00{act}', title='x').status_code == 404


def test_a_body_that_is_no_form_and_no_object_is_refused(office: Office) -> None:
    client = office().client
    for body in ('[' * 50_000, '[]', '{"name": "a', 'null'):
        assert client.post('/sign-in', data=body, content_type='application/json').status_code == 400
    assert client.post('/sign-in', data={'name': '\x00', 'password': 'x'}).status_code == 400
    assert client.post('/sign-in', json={'name': 'x' * 1_000_000, 'password': 'x'}).status_code == 413


def test_titles_do_not_steer_a_terminal(office: Office, person: MakePerson) -> None:
    person('an', Role.ADMINISTRATOR)
    admin = office()
    admin.sign_in('an')
    for title in ('Lan\x1b[31m', 'Lan\nBình', '   '):
        assert admin.post('/api/people', name='lan', title=title, role='viewer').status_code == 400
        assert admin.post('/api/people/an', title=title).status_code == 400


def test_a_provider_that_is_slow_takes_no_place_from_who_has_a_password(office: Office, person: MakePerson) -> None:
    """Nor the other way round; whoever likes may begin sign-ins at the provider."""
    person('an')
    with ExitStack() as underway:
        for number in range(ServerSettings().threads):
            with suppress(Crowded):
                underway.enter_context(one_attempt(f'192.0.2.{number}', 'provider'))
        assert office().sign_in('an').status_code == 200
        with pytest.raises(Crowded), one_attempt('192.0.2.99', 'provider'):
            pass


def test_attempts_leave_threads_to_everybody_else(office: Office, person: MakePerson) -> None:
    """An address that has its attempts underway is asked to wait, and nobody at another one is."""
    person('an')
    browser = office()
    with ExitStack() as underway:
        for _ in range(MOST_OF_AN_ADDRESS):
            underway.enter_context(one_attempt('127.0.0.1'))
        refused = browser.sign_in('an')
        assert (refused.status_code, refused.headers['Retry-After']) == (429, '2')
        page = browser.client.post('/sign-in', data={'name': 'an', 'password': 'x'}, headers={'Accept': 'text/html'})
        assert page.status_code == 429
        with one_attempt('192.0.2.9'):
            pass
    assert browser.sign_in('an').status_code == 200


def test_all_addresses_together_leave_threads_too() -> None:
    with pytest.raises(Crowded):
        _attempts_from(ServerSettings().threads)
    with one_attempt('192.0.2.1'):
        pass


def _attempts_from(addresses: int) -> None:
    if addresses:
        with one_attempt(f'192.0.2.{addresses}'):
            _attempts_from(addresses - 1)


KEY, LINK = f'dothi_{"k" * 43}', 'l' * 43
TICKET = f'1796025600-{"a" * 32}-{"b" * 32}'


@pytest.mark.parametrize(
    'address',
    [
        f'/api?key={KEY}', f'/api?K%45Y={KEY}', f'/api?other={KEY}', f'/api/key/{TICKET}/collections',
        f'/%61pi/key/{TICKET}', f'/api%2fkey%2F{TICKET}?f=json', f'/sign-in?next=%2Fapi%2Fkey%2F{TICKET}',
        f'/invitation/{LINK}', f'/%69nvitation/{LINK}', f'/invitation%2f{LINK}', '/api?token=short',
    ],
)  # fmt: skip
def test_no_log_shows_what_lets_somebody_in(address: str) -> None:
    masked = without_secrets(address)
    assert '***' in masked
    assert not {KEY, LINK, TICKET, 'short'} & set(re.split(r'[/=?&]|%2f', masked, flags=re.IGNORECASE))
    assert without_secrets('/api/collections/schools/items?limit=1') == '/api/collections/schools/items?limit=1'


def test_an_error_about_a_link_is_logged_without_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    browser = office()
    monkeypatch.setenv('DOTHI_DATABASE_URL', 'postgresql://127.0.0.1:1/none')
    fresh()
    assert browser.get(f'/invitation/{LINK}').status_code == 503
    assert '/invitation/***' in caplog.text
    assert LINK not in caplog.text


@pytest.mark.parametrize(
    'path', ['/api/x%0a2026-12-01 ERROR forged', '/api/x%0d%0aforged', '/api/x%1b%5b2Jforged', '/api/x%e2%80%aeforged'],
    ids=['a line', 'a line of Windows', 'a terminal', 'another direction'],
)  # fmt: skip
@pytest.mark.parametrize('headers', [{}, {'Authorization': 'Bearer wrong'}], ids=['stranger', 'wrong key'])
def test_nobody_writes_a_line_of_the_services_log(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str,
    headers: dict[str, str],
) -> None:  # fmt: skip
    browser = office()
    monkeypatch.setenv('DOTHI_DATABASE_URL', 'postgresql://127.0.0.1:1/none')
    fresh()
    browser.client.set_cookie('dothi_session_5000', 'x' * 43)
    assert browser.get(path, **headers).status_code == 503
    lines = [record.getMessage() for record in caplog.records if 'forged' in record.getMessage()]
    assert lines
    assert all(line.isprintable() for line in lines)


def test_health_names_layers_to_who_sees_them(office: Office, person: MakePerson) -> None:
    document = office().get('/health').get_json()
    assert document['status'] == 'ok'
    assert 'schools' not in str(document)
    person('xem', Role.VIEWER)
    viewer = office()
    viewer.sign_in('xem')
    assert list(viewer.get('/health').get_json()['releases']) == ['schools']


def test_strangers_do_not_learn_which_layers_there_are(office: Office) -> None:
    client = office().client
    for headers, status in (({}, 401), ({'Origin': 'https://a.example', 'Access-Control-Request-Method': 'GET'}, 204)):
        answers = [client.options(f'/api/collections/{name}/items', headers=headers) for name in ('schools', 'none')]
        assert [answer.status_code for answer in answers] == [status, status]
        assert 'Allow' not in answers[0].headers


@pytest.mark.parametrize(
    'path',
    [
        '/api/deliveries/999',
        '/api/uploads/00000000-0000-4000-8000-000000000000',
        '/api/edits/999',
        '/api/agencies/none',
    ],
)
def test_an_error_of_the_desk_is_a_problem_document(office: Office, person: MakePerson, path: str) -> None:
    """RFC 9457, 3.1; its older members stay for who reads them."""
    person('chief', Role.ADMINISTRATOR)
    browser = office()
    browser.sign_in('chief')
    answer = browser.get(f'{path}?lang=en')
    assert answer.mimetype == 'application/problem+json'
    problem = answer.get_json()
    assert (problem['status'], problem['title']) == (404, 'There is no such resource')
    assert problem['detail'] == problem['description']
    plain = browser.get('/api/collections/none?f=json', Accept='application/json')
    assert plain.mimetype == 'application/json'
    asked = browser.get('/api/collections/none', Accept='application/problem+json')
    assert asked.mimetype == 'application/problem+json'


def test_a_stranger_does_not_learn_which_addresses_there_are(office: Office) -> None:
    for path in ('/api/collections', '/api/nothing', '/api/collections/schools/nothing', '/api/'):
        assert office().get(path).status_code == 401, path
    assert office().get('/health').status_code == 200
    assert office().get('/nothing.png').status_code == 404, 'a file of the portal'

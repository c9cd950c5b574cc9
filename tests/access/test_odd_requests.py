"""What strangers and colleagues send that no page would: it is refused, and nobody else waits for it."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from dothi.core.access.doors import MOST_OF_AN_ADDRESS, Crowded, one_attempt
from dothi.core.access.person import Person, Role
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

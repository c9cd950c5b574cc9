"""The list of people over HTTP: for administrators, and for nobody else."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from dothi.core.access.log import Deed, note, verify_log
from dothi.core.access.person import Person, Role
from dothi.core.access.tokens import adopt_tokens
from dothi.core.database import connection
from dothi.core.locality import Locality
from tests.access.conftest import OTHER_PASSWORD, Browser
from tests.api.editors import rows

Office = Callable[[], Browser]
MakePerson = Callable[..., Person]
LAN = {'name': 'lan', 'title': 'Trần Thị Lan', 'role': 'focal_point', 'agency': 'education'}
ACTS = ('', '/lan', '/lan/recovery', '/lan/signing-out', '/lan/disabling', '/lan/enabling', '/lan/removal')


@pytest.fixture
def administrator(office: Office, person: MakePerson) -> Browser:
    person('admin', Role.ADMINISTRATOR)
    browser = office()
    browser.sign_in('admin')
    return browser


def test_somebody_is_invited_and_comes_in_by_the_link(office: Office, administrator: Browser) -> None:
    invited = administrator.post('/api/people', **LAN)
    assert invited.status_code == 201
    link = invited.get_json()['link'].partition(':5000')[2]
    lan = office()
    assert lan.client.post(link, json={'password': OTHER_PASSWORD}).status_code == 200
    account = lan.get('/api/account').get_json()
    assert (account['role'], account['agency']) == ('focal_point', 'education')
    assert administrator.post('/api/people', **LAN).get_json()['code'] == 'BadPerson'


WRONG: list[dict[str, Any]] = [
    {'name': 'Lan Anh'}, {'name': ''}, {'title': ''}, {'role': 'king'}, {'agency': 'educatoin'}, {'email': 'lan'},
    {'agency': ''}, {'name': '../admin'}, {'name': 'x' * 65},
]  # fmt: skip


def test_what_is_no_person_is_refused_and_nobody_entered(administrator: Browser) -> None:
    before = administrator.get('/api/people').get_json()
    for wrong in WRONG:
        assert administrator.post('/api/people', **(LAN | wrong)).status_code == 400, wrong
    assert administrator.get('/api/people').get_json() == before


@pytest.mark.parametrize('role', [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_sees_or_changes_anybody(office: Office, person: MakePerson, role: Role) -> None:
    person('minh', role, 'education' if role is Role.FOCAL_POINT else None)
    browser = office()
    browser.sign_in('minh')
    for path in ('/api/people', '/api/people/log'):
        assert browser.get(path).status_code == 403
    for act in ACTS:
        assert browser.post(f'/api/people{act}', **LAN).status_code == 403, act


def test_each_act_does_what_it_says(office: Office, administrator: Browser, person: MakePerson) -> None:
    person('lan', Role.EDITOR)
    lan = office()
    lan.sign_in('lan')
    assert administrator.post('/api/people/lan', role='viewer').status_code == 200
    assert lan.get('/api/account').get_json()['role'] == 'viewer'
    assert administrator.post('/api/people/lan/disabling').status_code == 200
    assert lan.sign_in('lan').status_code == 401
    assert administrator.post('/api/people/lan/enabling').status_code == 200
    assert lan.sign_in('lan').status_code == 200
    assert 'link' in administrator.post('/api/people/lan/recovery').get_json()
    assert administrator.post('/api/people/lan/removal').status_code == 200
    unknown = administrator.post('/api/people/lan/removal')
    assert (unknown.status_code, unknown.get_json()['code']) == (404, 'UnknownPerson')
    alone = administrator.post('/api/people/admin/disabling')
    assert (alone.status_code, alone.get_json()['code']) == (400, 'LastAdministrator')


def test_an_administrator_ends_the_sessions_of_somebody_who_may_come_back(
    office: Office, administrator: Browser, person: MakePerson
) -> None:
    person('lan', Role.EDITOR)
    desktop, telephone = office(), office()
    for browser in (desktop, telephone):
        browser.sign_in('lan')
    answer = administrator.post('/api/people/lan/signing-out')
    assert (answer.status_code, answer.get_json()['done']) == (200, 'signing-out')
    assert [browser.get('/api/account').status_code for browser in (desktop, telephone)] == [401, 401]
    assert administrator.get('/api/account').status_code == 200, 'of somebody else'
    assert desktop.sign_in('lan').status_code == 200
    line = administrator.get('/api/people/log').get_json()['lines'][1]
    assert (line['name'], line['action']) == ('admin', 'session_ended')


def test_the_list_names_roles_and_agencies_for_forms(administrator: Browser) -> None:
    document = administrator.get('/api/people?lang=en').get_json()
    assert [role['id'] for role in document['roles']] == [*Role]
    assert {'id': 'education', 'title': 'Department of Education and Training'} in document['agencies']


def test_the_log_says_who_did_it(administrator: Browser, person: MakePerson) -> None:
    administrator.post('/api/people', **LAN)
    log = administrator.get('/api/people/log').get_json()
    assert log['proof']['first_broken'] is None
    last = log['lines'][0]
    assert (last['name'], last['action'], last['detail']['role']) == ('admin', 'invited', 'focal_point')


def test_the_log_comes_page_by_page_the_latest_first(administrator: Browser) -> None:
    with connection('gatekeeper') as db:
        for number in range(25):
            note(db, None, Deed.CHANGED, number=number)
        total = verify_log(db).lines
    path = '/api/people/log?limit=10'
    numbers: list[int] = []
    while path:
        page = administrator.get(path).get_json()
        assert ('proof' in page) == (not numbers), 'the chain is worked out once'
        assert len(page['lines']) <= 10
        numbers += [line['number'] for line in page['lines']]
        path = next((link['href'].partition(':5000')[2] for link in page['links']), '')
    assert numbers == [*range(total, 0, -1)]


def test_the_name_of_who_was_removed_is_given_to_nobody(
    administrator: Browser, person: MakePerson, locality: Locality, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jobs, edits and deliveries are kept under names: whoever had it next would have theirs."""
    person('lan', Role.STEWARD)
    administrator.post('/api/people/lan/removal')
    again = administrator.post('/api/people', **LAN)
    assert (again.status_code, again.get_json()['code']) == (400, 'BadPerson')
    assert '"lan"' in again.get_json()['description']
    ((kept,),) = rows('select name_hmac from access.person where name is null')
    assert bytes(kept) not in (b'lan', hashlib.sha256(b'lan').digest()), 'nobody can read the name from what is kept'
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', 'lan:a-token-of-settings')
    adopt_tokens(locality)
    assert not rows("select from access.person where name = 'lan'")
    assert rows("select title from access.person where name like 'token-%%'") == [('lan',)]


@pytest.mark.parametrize('language', ['vi', 'en'])
def test_the_pages_show_what_people_typed_as_text(administrator: Browser, language: str) -> None:
    administrator.post('/api/people', **(LAN | {'title': '<script>alert(1)</script>'}))
    page = administrator.get(f'/api/people?f=html&lang={language}').get_data(as_text=True)
    assert '<script>alert' not in page
    assert '&lt;script&gt;' in page

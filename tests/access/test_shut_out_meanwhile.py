"""Whoever is shut out while they come in stays out: what let them in is not true any more."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from dothi.api.access import account as account_pages
from dothi.core.access import sign_in as sign_in_module
from dothi.core.access.people import (
    Changes,
    UnknownPerson,
    change,
    disable,
    enable,
    end_sessions,
    recover,
    remove,
    sign_out,
)
from dothi.core.access.person import Identity, Person, Role
from dothi.core.access.provider_account import ProviderAccount, set_subject
from dothi.core.access.sign_in import (
    Visitor,
    identity_of_session,
    set_password,
    sign_in,
    sign_in_with_account,
    store_password,
)
from dothi.core.database import connection
from dothi.core.errors import DothiError
from tests.access.conftest import OTHER_PASSWORD, PASSWORD
from tests.access.oidc import MakePerson, Office
from tests.api.editors import rows
from tests.conftest import PATIENCE_S

ISSUER, SUBJECT = 'https://login.example', 'account of lan'
VISITOR = Visitor('192.0.2.1', 'test')
Entry = tuple[Identity, str]
Act = Callable[[Connection, Person], object]


def by_password(_link: str) -> Entry:
    return sign_in('lan', PASSWORD, '', VISITOR)


def by_provider(_link: str) -> Entry:
    return sign_in_with_account(ProviderAccount(issuer=ISSUER, subject=SUBJECT), '', VISITOR)


def by_link(link: str) -> Entry:
    return set_password(link, OTHER_PASSWORD, 'Nam Định', VISITOR)


def by_link_and_provider(link: str) -> Entry:
    return sign_in_with_account(ProviderAccount(issuer=ISSUER, subject='another account'), link, VISITOR)


def shut_out(db: Connection, person: Person) -> None:
    disable(db, person.name)


def take_away(db: Connection, person: Person) -> None:
    remove(db, person.name)


def give_another_link(db: Connection, person: Person) -> None:
    recover(db, person.name)


def change_password(db: Connection, person: Person) -> None:
    end_sessions(db, person.id)
    store_password(db, person, OTHER_PASSWORD)


def unlink(db: Connection, person: Person) -> None:
    set_subject(db, person.name, '')


WAYS_IN = {
    by_password: (shut_out, take_away, change_password),
    by_provider: (shut_out, take_away, unlink),
    by_link: (shut_out, take_away, give_another_link),
    by_link_and_provider: (shut_out, take_away, give_another_link),
}


@pytest.fixture
def link(person: MakePerson, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of somebody who may come in by all ways."""
    monkeypatch.setenv('DOTHI_OIDC_ISSUER', ISSUER)
    person('an', Role.ADMINISTRATOR)
    person('lan')
    with connection('gatekeeper') as db:
        set_subject(db, 'lan', SUBJECT)
        return recover(db, 'lan')


@pytest.mark.parametrize(
    ('come_in', 'act'),
    [(come_in, act) for come_in, acts in WAYS_IN.items() for act in acts],
    ids=[f'{come_in.__name__}, {act.__name__}' for come_in, acts in WAYS_IN.items() for act in acts],
)
def test_who_is_shut_out_while_they_come_in_stays_out(link: str, come_in: Callable[[str], Entry], act: Act) -> None:
    lan = _lan()
    with ThreadPoolExecutor(1) as elsewhere, connection('gatekeeper') as db:
        act(db, lan)
        entry = elsewhere.submit(come_in, link)
        _wait_until_it_waits_or_ends(entry)
    _let_in_again()
    error = entry.exception()
    assert error is None or isinstance(error, DothiError), error
    assert error or identity_of_session(entry.result()[1]) is None


@pytest.mark.parametrize('act', [shut_out, take_away, give_another_link], ids=lambda act: act.__name__)
def test_who_takes_a_link_up_while_it_is_taken_away_waits_for_nobody_who_waits_for_them(
    link: str, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    """Each would hold what the other wants, and one of them would get an error of the database."""
    lan, acts = _lan(), list[Future[None]]()

    def do_act() -> None:
        with connection('gatekeeper') as db:
            act(db, lan)

    def start_act(*_words: str) -> None:
        acts.append(elsewhere.submit(do_act))
        _wait_until_it_waits_or_ends(acts[0])

    monkeypatch.setattr(sign_in_module, 'require_strong', start_act)
    with ThreadPoolExecutor(1) as elsewhere:
        _, secret = by_link(link)
        acts[0].result(PATIENCE_S)
    _let_in_again()
    assert identity_of_session(secret) is None, 'the act came after it'


def change_and_unlink(db: Connection, person: Person) -> None:
    """As one request of the list of people, which changes the link alone."""
    change(db, person.name, Changes())
    set_subject(db, person.name, '')


def end_all_sessions(db: Connection, person: Person) -> None:
    sign_out(db, person.name)


ACTS = [shut_out, take_away, give_another_link, unlink, change_and_unlink, end_all_sessions]


@pytest.mark.parametrize('act', ACTS, ids=lambda act: act.__name__)
def test_who_comes_in_while_they_are_changed_waits_for_nobody_who_waits_for_them(
    link: str, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    """The log has one end, for which all wait: who has it may want nothing else of the person."""
    lan, acts = _lan(), list[Future[None]]()
    open_session = sign_in_module._open_session

    def do_act() -> None:
        with connection('gatekeeper') as db:
            act(db, lan)

    def open_while_acting(*of_session: Any) -> Entry:
        acts.append(elsewhere.submit(do_act))
        _wait_until_it_waits_or_ends(acts[0])
        return open_session(*of_session)

    monkeypatch.setattr(sign_in_module, '_open_session', open_while_acting)
    with ThreadPoolExecutor(1) as elsewhere:
        _, secret = by_provider(link)
        acts[0].result(PATIENCE_S)
    _let_in_again()
    assert identity_of_session(secret) is None, 'the act came after it'


CHANGES: dict[str, dict[str, Any]] = {
    '/api/account/password': {'password': PASSWORD, 'new_password': OTHER_PASSWORD},
    '/api/account/second-factor': {'password': PASSWORD},
    '/api/account/second-factor/end': {'password': PASSWORD},
    '/api/account/keys': {'label': 'QGIS', 'scopes': ['see'], 'days': '9'},
}


@pytest.mark.parametrize('path', CHANGES)
def test_who_is_signed_out_while_they_change_how_they_get_in_does_not_change_it(
    office: Office, person: MakePerson, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """A thief's request that is underway when its owner ends all sessions would be done after that."""
    person('lan')
    thief = office()
    thief.sign_in('lan')
    require_session = account_pages._require_session

    def be_signed_out() -> Identity:
        identity = require_session()
        with connection('gatekeeper') as db:
            sign_out(db, 'lan')
        return identity

    monkeypatch.setattr(account_pages, '_require_session', be_signed_out)
    before = _ways_in_of_lan()
    assert thief.post(path, **CHANGES[path]).status_code == 401
    assert _ways_in_of_lan() == before


def _lan() -> Person:
    (id_,) = rows("select id from access.person where name = 'lan'")[0]
    return Person(id=id_, name='lan', title='Người lan', role=Role.PLANNER)


def _let_in_again() -> None:
    """As after a mistake: sessions that were ended do not come back with it."""
    with connection('gatekeeper') as db, suppress(UnknownPerson):
        enable(db, 'lan')


def _wait_until_it_waits_or_ends(future: Future[Any]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not future.done() and time.monotonic() < ends:
        waiting = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        if rows(waiting):
            return
        time.sleep(0.01)


def _ways_in_of_lan() -> list[tuple[Any, ...]]:
    return rows(
        """select p.password_hash, coalesce(p.totp_pending, p.totp_secret) is not null, count(k.*)
           from access.person as p left join access.api_key as k on k.person = p.id
           where p.name = 'lan' group by p.id"""
    )

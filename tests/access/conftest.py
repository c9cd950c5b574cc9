"""People of an office, and browsers in which they sign in."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from dothi.api.app import create_app
from dothi.core.access.claims import claim
from dothi.core.access.classes import EVERYBODY
from dothi.core.access.people import invite
from dothi.core.access.person import Person, Role
from dothi.core.access.sign_in import Visitor, set_password
from dothi.core.database import connection
from tests.access.browsers import OTHER_PASSWORD, PASSWORD, Browser
from tests.access.oidc import RETURN_ADDRESS, Holders, trust
from tests.access.provider import Provider, running_provider
from tests.api.conftest import Desk, desk, school

__all__ = ['OTHER_PASSWORD', 'PASSWORD', 'Browser', 'Desk', 'desk']
PUPILS = 'POINT(0 0)'


@pytest.fixture(autouse=True)
def claims_end() -> Iterator[None]:
    """What a test has claimed the tests after it do not claim: they run in the same thread."""
    yield
    claim(EVERYBODY, '')


@pytest.fixture
def office(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Browser]:
    """Makes browsers of an internal service that wants a sign-in; one school is released."""
    monkeypatch.setenv('DOTHI_SIGN_IN', 'required')
    desk.release('schools', [(PUPILS, school('a'))])
    app = create_app('internal')
    return lambda: Browser(app.test_client())


@pytest.fixture
def person(database: dict[str, str]) -> Callable[..., Person]:
    """Enters somebody who has set PASSWORD."""

    def make(name: str, role: Role = Role.PLANNER, agency: str | None = None) -> Person:
        entered = Person(id=uuid4(), name=name, title=f'Người {name}', role=role, agency=agency)
        with connection('gatekeeper') as db:
            link = invite(db, entered)
        set_password(link, PASSWORD, 'Nam Định', Visitor('192.0.2.1', 'test'))
        return entered

    return make


@pytest.fixture(scope='module')
def running_oidc() -> Iterator[Provider]:
    with running_provider(RETURN_ADDRESS) as provider:
        yield provider


@pytest.fixture
def provider(running_oidc: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The provider, which lets people in here."""
    trust(running_oidc, monkeypatch)
    return running_oidc


@pytest.fixture
def holder(provider: Provider) -> Holders:
    """Makes accounts at the provider; other tests have other ones."""
    return lambda name='lan', email='': provider.account(f'{name}-{uuid4().hex[:8]}', email)

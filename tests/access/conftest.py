"""People of an office, and browsers in which they sign in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dothi.api.app import create_app
from dothi.core.access.claims import claim
from dothi.core.access.classes import EVERYBODY
from dothi.core.access.people import invite
from dothi.core.access.person import Person, Role
from dothi.core.access.sign_in import Visitor, set_password
from dothi.core.database import connection
from tests.api.conftest import Desk, desk, school

__all__ = ['Desk', 'desk']
PASSWORD = 'bốn con trâu gặm cỏ tím'
OTHER_PASSWORD = 'cầu vồng trên bến đò sắt'
PUPILS = 'POINT(0 0)'


@dataclass
class Browser:
    """A browser with its cookies, and what its pages know of the session."""

    client: FlaskClient
    csrf: str = ''

    def sign_in(self, name: str, password: str = PASSWORD, code: str = '') -> TestResponse:
        answer = self.client.post('/sign-in', json={'name': name, 'password': password, 'code': code})
        self.csrf = (answer.get_json() or {}).get('csrf', '')
        return answer

    def post(self, path: str, **fields: Any) -> TestResponse:
        """A change, as pages of the service send it."""
        return self.client.post(path, json=fields, headers={'X-CSRF-Token': self.csrf})

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=headers)


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

"""Browsers that go to an OpenID Connect provider and come back."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from dothi.core.access.people import invite
from dothi.core.access.person import Person, Role
from dothi.core.database import connection
from tests.access.browsers import Browser
from tests.access.provider import CLIENT_ID, CLIENT_SECRET, AccountHolder, Provider

SERVICE = 'http://127.0.0.1:5000'
RETURN_ADDRESS = f'{SERVICE}/sign-in/provider/answer'
Office = Callable[[], Browser]
MakePerson = Callable[..., Person]
Holders = Callable[..., AccountHolder]


def trust(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_OIDC_ISSUER', provider.issuer)
    monkeypatch.setenv('DOTHI_OIDC_CLIENT_ID', CLIENT_ID)
    monkeypatch.setenv('DOTHI_OIDC_CLIENT_SECRET', CLIENT_SECRET)
    monkeypatch.setenv('DOTHI_OIDC_TITLE', 'tài khoản tỉnh · the province account')


def visit(browser: Browser, address: str, language: str = 'en', **headers: str) -> TestResponse:
    """A page, as browsers ask for it."""
    path = address.removeprefix(SERVICE)
    return browser.get(path, Accept='text/html,*/*;q=0.8', **{'Accept-Language': language}, **headers)


def begin(browser: Browser, path: str = '/sign-in/provider') -> str:
    """The address at the provider to which the service sends the browser, from a page of its own."""
    sent = visit(browser, path, **{'Sec-Fetch-Site': 'same-origin'})
    assert sent.status_code == 303, sent.get_data(as_text=True)
    return sent.headers['Location']


def come(browser: Browser, holder: AccountHolder, path: str = '/sign-in/provider') -> TestResponse:
    """There and back: what the service answers to a browser that comes from the provider."""
    return visit(browser, holder.sign_in(begin(browser, path)))


def invited(name: str = 'lan', email: str | None = None) -> str:
    """The path of an invitation, by the provider."""
    person = Person(id=uuid4(), name=name, title=f'Người {name}', role=Role.PLANNER)
    with connection('gatekeeper') as db:
        return f'/invitation/{invite(db, person, email)}/provider'


def name_of(browser: Browser) -> str | None:
    return (browser.get('/api/account').get_json() or {}).get('name')


def said(answer: TestResponse) -> str:
    """What the page says went wrong."""
    match = re.search(r'role="alert">([^<]*)<', answer.get_data(as_text=True))
    assert match, answer.get_data(as_text=True)
    return match[1]


def jwt_claims(token: str) -> dict[str, Any]:
    """What a token says, whoever signed it."""
    body = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(body + '=' * (-len(body) % 4)))

"""Providers that do not do what a provider does, and settings that name none."""

import json
import time
from contextlib import suppress
from errno import EACCES
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest

from dothi.core.access.openid import ProviderMetadata
from dothi.core.oidc_settings import OidcSettings
from dothi.core.settings import BadSetting, PathSettings
from tests.access.oidc import Office, begin, said, visit
from tests.access.provider import CLIENT_SECRET, Provider

Pace = Literal['fast', 'slow', 'slow headers']


class OddProvider(ThreadingHTTPServer):
    """What Glewlwyd does not do: metadata that has moved, and secrets in bodies alone. bodies: what it was sent.

    endless: its metadata never end, and come as fast as they are taken, or a letter every tenth of a second; or its
    headers do so. token_answer: to whoever brings a code.
    """

    def __init__(self, moved: bool = False, endless: Pace | None = None, token_answer: str = '') -> None:
        super().__init__(('127.0.0.1', 0), OddAnswer)
        self.token_answer = token_answer
        self.issuer, self.moved, self.bodies = f'http://127.0.0.1:{self.server_port}', moved, list[str]()
        self.endless = endless
        Thread(target=self.serve_forever, daemon=True).start()


class OddAnswer(BaseHTTPRequestHandler):
    """Answers for an OddProvider."""

    server: OddProvider

    def do_GET(self) -> None:
        if self.server.endless:
            self._answer_for_ever(self.server.endless)
            return
        is_moved = self.server.moved and self.path.startswith('/.well-known/')
        names = ('authorization_endpoint', 'token_endpoint', 'jwks_uri')
        metadata = {'issuer': self.server.issuer, **dict.fromkeys(names, f'{self.server.issuer}/a')}
        methods = {'token_endpoint_auth_methods_supported': ['client_secret_post']}
        self._answer(302 if is_moved else 200, metadata | methods)

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers['Content-Length'])).decode())
        if self.server.token_answer:
            self._answer_text(200, self.server.token_answer)
        else:
            self._answer(400, {'error': 'invalid_grant'})

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing on the terminal of the tests."""

    def _answer_for_ever(self, pace: Pace) -> None:
        self.send_response(200)
        if pace == 'slow headers':
            self.flush_headers()
        else:
            self.end_headers()
        with suppress(OSError):
            while True:
                self.wfile.write(b' ' * (2**20 if pace == 'fast' else 1))
                time.sleep(0 if pace == 'fast' else 0.1)

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        self._answer_text(status, json.dumps(document))

    def _answer_text(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header('Location', f'{self.server.issuer}/elsewhere')
        self.end_headers()
        self.wfile.write(text.encode())


@pytest.mark.parametrize('moved', [False, True])
def test_a_provider_that_sends_the_service_elsewhere_is_not_followed(
    office: Office, monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    """Codes and the client secret would go there."""
    with OddProvider(moved=moved) as odd:
        monkeypatch.setenv('DOTHI_OIDC_ISSUER', odd.issuer)
        assert visit(office(), '/sign-in/provider').status_code == (503 if moved else 303)
        odd.shutdown()


@pytest.mark.parametrize('pace', ['fast', 'slow', 'slow headers'])
def test_an_answer_without_an_end_is_not_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch, pace: Pace
) -> None:
    """Neither the memory of a web process nor its thread is the provider's to fill."""
    monkeypatch.setattr('dothi.core.access.openid.ANSWER_S', 0.5 if pace == 'slow' else 60)
    monkeypatch.setattr('dothi.core.access.short_connections.LONGEST_S', 0.5 if pace == 'slow headers' else 60)
    with OddProvider(endless=pace) as odd:
        monkeypatch.setenv('DOTHI_OIDC_ISSUER', odd.issuer)
        answer = visit(office(), '/sign-in/provider')
        odd.shutdown()
    assert answer.status_code == 503
    assert 'does not answer' in said(answer)


@pytest.mark.parametrize(
    'token_answer',
    ['[]', 'null', '"a"', '[' * 100_000, '{"a":' * 100_000, '{"id_token": []}', '{"expires_at": []}',
     '{"expires_in": "soon"}', '{"error": ["a"]}', '{"error": {"a": 1}}', '<b>Call 113 now</b>', '\x00'],
    ids=lambda text: text[:20].encode('unicode_escape').decode(),
)  # fmt: skip
def test_an_answer_in_any_shape_is_refused_and_no_fault_of_the_service(
    office: Office, monkeypatch: pytest.MonkeyPatch, token_answer: str
) -> None:
    with OddProvider(token_answer=token_answer) as odd:
        monkeypatch.setenv('DOTHI_OIDC_ISSUER', odd.issuer)
        browser = office()
        (state,) = parse_qs(urlsplit(begin(browser)).query)['state']
        refused = visit(browser, f'/sign-in/provider/answer?code=x&state={state}')
        odd.shutdown()
    assert refused.status_code in (403, 503)
    assert 'Call 113' not in refused.get_data(as_text=True)
    assert said(refused)


def test_a_provider_that_takes_secrets_in_bodies_alone_gets_them_there(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with OddProvider() as odd:
        monkeypatch.setenv('DOTHI_OIDC_ISSUER', odd.issuer)
        monkeypatch.setenv('DOTHI_OIDC_CLIENT_SECRET', CLIENT_SECRET)
        browser = office()
        (state,) = parse_qs(urlsplit(begin(browser)).query)['state']
        refused = visit(browser, f'/sign-in/provider/answer?code=x&state={state}')
        odd.shutdown()
    assert 'invalid_grant' in said(refused)
    assert parse_qs(odd.bodies[0])['client_secret'] == [CLIENT_SECRET]


@pytest.mark.parametrize(
    'issuer', ['http://login.example', 'http://localhost.evil.example', 'http://127.0.0.1@evil.example', 'ftp://a.vn',
               'login.example', 'https://a.vn/#b', 'https://user@a.vn'],
)  # fmt: skip
def test_secrets_go_nowhere_without_tls_but_on_this_machine(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    monkeypatch.setenv('DOTHI_OIDC_ISSUER', issuer)
    with pytest.raises(BadSetting):
        OidcSettings()


@pytest.mark.parametrize('name', ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'end_session_endpoint'])
@pytest.mark.parametrize('address', ['http://login.example/a', 'http://127.0.0.1:5000/a', 'http://localhost/a'])
def test_a_provider_that_names_an_address_without_tls_is_not_believed(name: str, address: str) -> None:
    """On this machine neither: requests with a code and a secret would go to whatever listens there."""
    names = ('issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri')
    metadata = dict.fromkeys(names, 'https://login.example/a')
    assert ProviderMetadata.model_validate(metadata)
    with pytest.raises(ValueError, match=r'without TLS|pattern'):
        ProviderMetadata.model_validate(metadata | {name: address})


@pytest.mark.parametrize('secret', ['a folder', 'not ours'])
def test_a_secret_that_cannot_be_read_leaves_the_form_for_passwords(
    office: Office, provider: Provider, monkeypatch: pytest.MonkeyPatch, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Who has a password comes in as ever; the log says which file it is."""
    monkeypatch.delenv('DOTHI_OIDC_CLIENT_SECRET')
    file = PathSettings().secrets / 'oidc_client_secret'
    if secret == 'a folder':
        file.mkdir()
    else:
        _keep_from_reading(monkeypatch)
    try:
        answer = visit(office(), '/sign-in/provider')
    finally:
        if file.exists():
            file.rmdir()
    assert answer.status_code == 503
    assert 'sign in with name and password' in said(answer)
    assert 'oidc_client_secret' in caplog.text


def _keep_from_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a user to whom the file does not belong; root reads all files."""

    def refuse(file: Path, *_advice: object) -> str:
        raise PermissionError(EACCES, 'Permission denied', str(file))

    monkeypatch.setattr('dothi.core.oidc_settings.read_state_text', refuse)

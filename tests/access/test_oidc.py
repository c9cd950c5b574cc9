"""Signing in by an OpenID Connect provider, with a real one: who comes in, and what is not believed."""

import base64
import hmac
import json
import re
import time
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, RSAKey
from typer.testing import CliRunner
from werkzeug.test import TestResponse

from dothi.api.app import create_app
from dothi.api.http.masking import without_secrets
from dothi.cli.app import app
from dothi.core.access.openid import ProviderKeys, ProviderMetadata, ProviderRefused, verified_claims
from dothi.core.access.people import disable, invite, recover, remove
from dothi.core.access.person import Person, Role
from dothi.core.database import connection
from dothi.core.oidc_settings import OidcSettings
from dothi.core.settings import BadSetting, PathSettings
from tests.access.conftest import Browser
from tests.access.provider import CLIENT_ID, CLIENT_SECRET, AccountHolder, Provider, new_key, running_provider
from tests.api.editors import rows

SERVICE = 'http://127.0.0.1:5000'
RETURN_ADDRESS = f'{SERVICE}/sign-in/provider/answer'
ITEMS = '/api/collections/schools/items'
Office = Callable[[], Browser]
MakePerson = Callable[..., Person]
Holders = Callable[..., AccountHolder]


@pytest.fixture(scope='module')
def running() -> Iterator[Provider]:
    with running_provider(RETURN_ADDRESS) as provider:
        yield provider


@pytest.fixture
def provider(running: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The provider, which lets people in here."""
    trust(running, monkeypatch)
    return running


@pytest.fixture
def holder(provider: Provider) -> Holders:
    """Makes accounts at the provider; other tests have other ones."""
    return lambda name='lan', email='': provider.account(f'{name}-{uuid4().hex[:8]}', email)


def trust(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_OIDC_ISSUER', provider.issuer)
    monkeypatch.setenv('DOTHI_OIDC_CLIENT_ID', CLIENT_ID)
    monkeypatch.setenv('DOTHI_OIDC_CLIENT_SECRET', CLIENT_SECRET)
    monkeypatch.setenv('DOTHI_OIDC_TITLE', 'tài khoản tỉnh · the province account')


def visit(browser: Browser, address: str, language: str = 'en') -> TestResponse:
    """A page, as browsers ask for it."""
    path = address.removeprefix(SERVICE)
    return browser.get(path, Accept='text/html,*/*;q=0.8', **{'Accept-Language': language})


def begin(browser: Browser, path: str = '/sign-in/provider') -> str:
    """The address at the provider to which the service sends the browser."""
    sent = visit(browser, path)
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


def test_whoever_was_invited_comes_in_and_later_without_the_link(office: Office, holder: Holders) -> None:
    link, lan = invited(), holder()
    browser = office()
    entered = come(browser, lan, link)
    assert (entered.status_code, entered.headers['Location']) == (303, f'{SERVICE}/')
    assert name_of(browser) == 'lan'
    assert visit(office(), link).status_code == 403, 'the link is good once'
    later = office()
    assert come(later, lan).status_code == 303
    assert name_of(later) == 'lan'
    assert office().sign_in('lan', '').status_code in (400, 401), 'there is no password'


def test_the_way_back_leads_to_the_page_that_was_wanted_and_nowhere_else(office: Office, holder: Holders) -> None:
    lan = holder()
    come(office(), lan, invited())
    for wanted, reached in (
        (f'{ITEMS}?limit=1&f=html', f'{ITEMS}?limit=1&f=html'), ('https://evil.example', '/'), ('//evil.example', '/'),
        ('/\\evil.example', '/'), (f'/{"ế" * 2_000}', '/'),
    ):  # fmt: skip
        entered = come(office(), lan, '/sign-in/provider?' + urlencode({'next': wanted}))
        assert entered.headers['Location'] == f'{SERVICE}{reached}'


def test_the_form_offers_the_provider_in_both_languages_beside_passwords(office: Office, provider: Provider) -> None:
    for language, words in (('vi', 'Đăng nhập bằng tài khoản tỉnh'), ('en', 'Sign in with the province account')):
        page = visit(office(), f'/sign-in?next=/a%26b&lang={language}').get_data(as_text=True)
        assert words in page
        assert f'/sign-in/provider?lang={language}&amp;next=/a%26b"' in page
        assert 'name="password"' in page


def test_without_a_provider_there_is_no_button_and_no_way(office: Office, person: MakePerson) -> None:
    person('lan')
    assert '/sign-in/provider' not in visit(office(), '/sign-in').get_data(as_text=True)
    for path in ('/sign-in/provider', '/sign-in/provider/answer?code=x&state=y', '/sign-out/provider'):
        assert visit(office(), path).status_code in (403, 404), path
    assert office().sign_in('lan').status_code == 200


def test_the_provider_is_asked_for_a_code_with_state_nonce_and_pkce(office: Office, provider: Provider) -> None:
    first, second = (parse_qs(urlsplit(begin(office())).query) for _ in range(2))
    assert first['response_type'] == ['code']
    assert first['scope'] == ['openid'], 'neither names nor e-mail addresses are wanted'
    assert first['redirect_uri'] == [RETURN_ADDRESS]
    assert first['code_challenge_method'] == ['S256']
    for random in ('state', 'nonce', 'code_challenge'):
        assert len(first[random][0]) >= 43
        assert first[random] != second[random]


def test_the_way_back_is_at_the_public_address_and_the_cookie_for_it_alone(
    office: Office, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_PUBLIC_URL', 'https://do-thi.example')
    sent = Browser(create_app('internal').test_client()).get('/sign-in/provider')
    query = parse_qs(urlsplit(sent.headers['Location']).query)
    assert query['redirect_uri'] == ['https://do-thi.example/sign-in/provider/answer']
    (cookie,) = sent.headers.getlist('Set-Cookie')
    assert cookie.startswith('__Host-dothi_provider=')
    assert all(part in cookie for part in ('Secure', 'HttpOnly', 'SameSite=Lax', 'Max-Age=600'))


@pytest.mark.parametrize('language', ['vi', 'en'])
def test_who_is_not_known_here_is_refused_in_their_language(office: Office, holder: Holders, language: str) -> None:
    """What the page says is enough for the administrator to link the account."""
    stranger, browser = holder(), office()
    refused = visit(browser, stranger.sign_in(begin(browser, f'/sign-in/provider?lang={language}')))
    assert refused.status_code == 403
    words = {'vi': 'chưa được liên kết với ai ở đây', 'en': 'is linked to nobody here'}
    assert words[language] in said(refused)
    assert browser.get(ITEMS).status_code == 401
    assert rows(
        'select person, detail->>$$person$$, detail->>$$address$$ from access.log where action = $$sign_in_failed$$'
    ) == [(None, None, '127.0.0.1')]
    with connection('gatekeeper') as db:
        person = Person(id=uuid4(), name='lan', title='Lan', role=Role.VIEWER)
        invite(db, person)
    subject = said(refused).rpartition(' ')[2]
    assert CliRunner().invoke(app, ['people', 'change', 'lan', '--subject', subject]).exit_code == 0
    come(browser, stranger)
    assert name_of(browser) == 'lan'


def test_an_email_address_says_nothing_of_who_somebody_is(office: Office, holder: Holders) -> None:
    """Anybody may write it into their account at the provider."""
    invited('lan', 'lan@example.vn')
    assert come(office(), holder('thief', email='lan@example.vn')).status_code == 403


def test_an_administrator_links_and_unlinks_and_open_sessions_end(
    office: Office, person: MakePerson, holder: Holders
) -> None:
    person('admin', Role.ADMINISTRATOR)
    person('minh')
    administrator, lan, browser = office(), holder(), office()
    administrator.sign_in('admin')
    come(browser, lan, invited())
    (entry,) = (entry for entry in administrator.get('/api/people').get_json()['people'] if entry['name'] == 'lan')
    taken = administrator.post('/api/people/minh', subject=entry['subject'])
    assert (taken.status_code, taken.get_json()['code']) == (403, 'AccountTaken')
    assert administrator.post('/api/people/lan', subject=entry['subject']).status_code == 200
    assert name_of(browser) == 'lan', 'nothing has changed'
    assert administrator.post('/api/people/lan', subject='').status_code == 200
    assert browser.get(ITEMS).status_code == 401
    assert come(browser, lan).status_code == 403
    assert administrator.post('/api/people/minh', subject=entry['subject']).status_code == 200
    come(browser, lan)
    assert name_of(browser) == 'minh'
    for wrong in ('x' * 256, 'a\nb'):
        assert administrator.post('/api/people/lan', subject=wrong).get_json()['code'] == 'BadPerson'
    page = administrator.get('/api/people?f=html&lang=en').get_data(as_text=True)
    assert entry['subject'] in page


def test_an_account_is_one_persons_and_an_invitation_is_not_lost_on_it(office: Office, holder: Holders) -> None:
    lan, link = holder(), invited('minh')
    come(office(), lan, invited('lan'))
    taken = come(office(), lan, link)
    assert taken.status_code == 403
    assert 'linked to somebody else' in said(taken)
    browser = office()
    come(browser, holder('minh'), link)
    assert name_of(browser) == 'minh'


def test_who_is_disabled_or_removed_is_refused_and_the_page_says_so(office: Office, holder: Holders) -> None:
    lan, browser = holder(), office()
    come(browser, lan, invited())
    with connection('gatekeeper') as db:
        disable(db, 'lan')
    assert browser.get(ITEMS).status_code == 401
    refused = come(office(), lan)
    assert (refused.status_code, said(refused)) == (403, 'Your account here is disabled. Ask the administrator.')
    with connection('gatekeeper') as db:
        remove(db, 'lan')
    assert 'linked to nobody' in said(come(office(), lan))
    assert rows('select count(*) from access.provider_account') == [(0,)], 'a subject is personal data'


def test_a_link_of_recovery_links_another_account_in_place_of_the_old_one(office: Office, holder: Holders) -> None:
    old, new, here = holder(), holder(), office()
    come(here, old, invited())
    with connection('gatekeeper') as db:
        link = recover(db, 'lan')
    browser = office()
    come(browser, new, f'/invitation/{link}/provider')
    assert name_of(browser) == 'lan'
    assert come(office(), old).status_code == 403


def test_codes_of_this_service_are_not_wanted_of_who_comes_by_the_provider(
    office: Office, person: MakePerson, holder: Holders
) -> None:
    lan = person('lan')
    rows(
        'update access.person set totp_secret = $$x$$, totp_confirmed_at = now() where id = %s returning 1', str(lan.id)
    )
    with connection('gatekeeper') as db:
        link = recover(db, 'lan')
    account, browser = holder(), office()
    come(browser, account, f'/invitation/{link}/provider')
    rows(
        'update access.person set totp_secret = $$x$$, totp_confirmed_at = now() where id = %s returning 1', str(lan.id)
    )
    assert come(office(), account).status_code == 303


def test_an_answer_for_another_browser_is_not_taken(office: Office, holder: Holders) -> None:
    """A link with the attacker's answer in it would sign people in to the attacker's account."""
    mallory = holder('mallory')
    come(office(), mallory, invited('mallory'))
    answer = mallory.sign_in(begin(office()))
    without, with_another = office(), office()
    begin(with_another)
    for browser in (without, with_another):
        refused = visit(browser, answer)
        assert refused.status_code == 403
        assert 'Begin again' in said(refused)
        assert browser.get(ITEMS).status_code == 401


@pytest.mark.parametrize('state', ['', 'guessed', '%00'])
def test_a_wrong_state_is_not_taken(office: Office, holder: Holders, state: str) -> None:
    lan, browser = holder(), office()
    come(office(), lan, invited())
    answer = re.sub('state=[^&]*', f'state={state}', lan.sign_in(begin(browser)))
    assert visit(browser, answer).status_code == 403
    assert browser.get(ITEMS).status_code == 401


def test_an_id_token_for_another_sign_in_is_not_believed(office: Office, holder: Holders) -> None:
    """Its nonce is another one: it may have been stolen where it was meant for."""
    lan, browser = holder(), office()
    come(office(), lan, invited())
    refused = visit(browser, lan.sign_in(re.sub('nonce=[^&]*', 'nonce=another', begin(browser))))
    assert refused.status_code == 403
    assert 'invalid_claim' in said(refused)
    assert browser.get(ITEMS).status_code == 401


def test_a_code_that_somebody_else_was_given_is_of_no_use(office: Office, holder: Holders) -> None:
    """Who brings a code shows by PKCE that they began the sign-in."""
    lan, thief = holder(), office()
    come(office(), lan, invited())
    (stolen,) = parse_qs(urlsplit(lan.sign_in(begin(office()))).query)['code']
    (state,) = parse_qs(urlsplit(begin(thief)).query)['state']
    refused = visit(thief, f'/sign-in/provider/answer?{urlencode({"code": stolen, "state": state})}')
    assert refused.status_code == 403
    assert thief.get(ITEMS).status_code == 401


def test_an_answer_is_taken_once(office: Office, holder: Holders) -> None:
    lan, browser = holder(), office()
    come(office(), lan, invited())
    address = begin(browser)
    cookie = browser.client.get_cookie('dothi_provider_5000')
    assert cookie
    answer = lan.sign_in(address)
    assert visit(browser, answer).status_code == 303
    assert 'Begin again' in said(visit(browser, answer)), 'the browser has forgotten it'
    thief = office()
    thief.client.set_cookie('dothi_provider_5000', cookie.value)
    refused = visit(thief, answer)
    assert refused.status_code == 403
    assert 'invalid' in said(refused), 'the provider takes no code twice'
    assert thief.get(ITEMS).status_code == 401


def test_a_token_that_another_key_signed_is_not_believed(office: Office, provider: Provider, holder: Holders) -> None:
    lan, browser = holder(), office()
    come(office(), lan, invited())
    shown = json.dumps({'keys': [new_key().as_dict(private=False)]})
    with provider.changed(**{'jwks-public': shown}):
        refused = come(browser, lan)
    assert refused.status_code == 403
    assert 'bad_signature' in said(refused)
    assert browser.get(ITEMS).status_code == 401
    assert come(browser, lan).status_code == 303


def test_new_keys_of_the_provider_are_taken_with_the_next_sign_in(
    office: Office, provider: Provider, holder: Holders
) -> None:
    lan = holder()
    come(office(), lan, invited())
    with provider.changed(**provider.has_keys(new_key('second'), provider.key)):
        assert come(office(), lan).status_code == 303
    with provider.changed(**provider.has_keys(new_key('third'))):
        assert come(office(), lan).status_code == 303


@pytest.mark.parametrize('offset', ['-1d', '+1d'])
def test_a_token_of_another_day_is_not_believed(office: Office, monkeypatch: pytest.MonkeyPatch, offset: str) -> None:
    with running_provider(RETURN_ADDRESS, shift=offset) as wrong:
        trust(wrong, monkeypatch)
        browser = office()
        refused = come(browser, wrong.account('lan'), invited())
        assert refused.status_code == 403
        assert ('expired_token' if offset == '-1d' else 'invalid_') in said(refused)
        assert browser.get(ITEMS).status_code == 401


def test_a_provider_that_calls_itself_something_else_is_not_believed(
    office: Office, provider: Provider, holder: Holders
) -> None:
    lan = holder()
    with provider.changed(iss='https://another.example'):
        assert visit(office(), '/sign-in/provider').status_code == 503
    assert come(office(), lan, invited()).status_code == 303


def test_who_has_a_password_comes_in_while_the_provider_is_down(
    office: Office, person: MakePerson, provider: Provider, holder: Holders
) -> None:
    person('minh')
    browser, lan = office(), holder()
    answer = lan.sign_in(begin(browser, invited()))
    provider.stop()
    try:
        down = visit(office(), '/sign-in/provider?next=/a')
        assert down.status_code == 503
        assert 'the provider does not answer' in said(down)
        assert 'name="password"' in down.get_data(as_text=True)
        assert 'name="next" value="/a"' in down.get_data(as_text=True)
        assert visit(browser, answer).status_code == 503
        assert visit(office(), '/sign-out/provider').status_code == 503
        assert office().sign_in('minh').status_code == 200
    finally:
        provider.start()
    assert come(browser, lan, '/sign-in/provider').status_code == 403, 'the invitation was not taken up'


def test_who_turns_back_at_the_provider_is_told_so_and_no_words_of_others_are_repeated(
    office: Office, provider: Provider
) -> None:
    for error, code in (('access_denied', 'access_denied'), ('<b>Call 113 now</b>', 'error')):
        browser = office()
        (state,) = parse_qs(urlsplit(begin(browser)).query)['state']
        refused = visit(browser, f'/sign-in/provider/answer?{urlencode({"error": error, "state": state})}')
        assert refused.status_code == 403
        assert f'({code})' in said(refused)
        assert 'Call 113' not in refused.get_data(as_text=True)


def test_a_certificate_that_this_machine_does_not_trust_is_no_provider(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv('REQUESTS_CA_BUNDLE', raising=False)
    monkeypatch.delenv('CURL_CA_BUNDLE', raising=False)
    with running_provider(RETURN_ADDRESS, origin='https://127.0.0.1') as secure:
        trust(secure, monkeypatch)
        assert visit(office(), '/sign-in/provider').status_code == 503
        monkeypatch.setenv('SSL_CERT_FILE', str(secure.folder / 'certificate.pem'))
        browser = office()
        come(browser, secure.account('lan'), invited())
        assert name_of(browser) == 'lan'


class OddProvider(ThreadingHTTPServer):
    """What Glewlwyd does not do: metadata that has moved, and secrets in bodies alone. bodies: what it was sent."""

    def __init__(self, moved: bool = False) -> None:
        super().__init__(('127.0.0.1', 0), OddAnswer)
        self.issuer, self.moved, self.bodies = f'http://127.0.0.1:{self.server_port}', moved, list[str]()
        Thread(target=self.serve_forever, daemon=True).start()


class OddAnswer(BaseHTTPRequestHandler):
    """Answers for an OddProvider."""

    server: OddProvider

    def do_GET(self) -> None:
        is_moved = self.server.moved and self.path.startswith('/.well-known/')
        names = ('authorization_endpoint', 'token_endpoint', 'jwks_uri')
        metadata = {'issuer': self.server.issuer, **dict.fromkeys(names, f'{self.server.issuer}/a')}
        methods = {'token_endpoint_auth_methods_supported': ['client_secret_post']}
        self._answer(302 if is_moved else 200, metadata | methods)

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers['Content-Length'])).decode())
        self._answer(400, {'error': 'invalid_grant'})

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing on the terminal of the tests."""

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header('Location', f'{self.server.issuer}/elsewhere')
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())


@pytest.mark.parametrize('moved', [False, True])
def test_a_provider_that_sends_the_service_elsewhere_is_not_followed(
    office: Office, monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    """Codes and the client secret would go there."""
    with OddProvider(moved=moved) as odd:
        monkeypatch.setenv('DOTHI_OIDC_ISSUER', odd.issuer)
        assert visit(office(), '/sign-in/provider').status_code == (503 if moved else 303)
        odd.shutdown()


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
def test_a_provider_that_names_an_address_without_tls_is_not_believed(name: str) -> None:
    names = ('issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri')
    metadata = dict.fromkeys(names, 'https://login.example/a')
    assert ProviderMetadata.model_validate(metadata)
    with pytest.raises(ValueError, match=name):
        ProviderMetadata.model_validate(metadata | {name: 'http://login.example/a'})


def test_signing_out_here_ends_the_session_and_offers_to_sign_out_there(
    office: Office, provider: Provider, holder: Holders
) -> None:
    browser = office()
    come(browser, holder(), invited())
    browser.csrf = browser.get('/api/account').get_json()['csrf']
    form = {'csrf': browser.csrf}
    out = browser.client.post('/sign-out', data=form, headers={'Accept': 'text/html'})
    assert browser.get(ITEMS).status_code == 401
    page = visit(browser, out.headers['Location']).get_data(as_text=True)
    assert 'href="http://127.0.0.1:5000/sign-out/provider"' in page
    sent = urlsplit(visit(browser, '/sign-out/provider').headers['Location'])
    assert sent.path.endswith('/api/oidc/end_session')
    query = parse_qs(sent.query)
    assert jwt_claims(query.pop('id_token_hint')[0])['iss'] == provider.issuer
    assert query == {'client_id': [CLIENT_ID], 'post_logout_redirect_uri': [f'{SERVICE}/sign-in']}
    assert 'id_token_hint' not in visit(browser, '/sign-out/provider').headers['Location'], 'it was taken away'
    with provider.changed(**{'session-management-allowed': False}):
        assert visit(browser, '/sign-out/provider').headers['Location'] == f'{SERVICE}/sign-in'


def test_the_client_secret_comes_from_its_file_too_and_is_shown_by_no_command(
    office: Office, holder: Holders, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CLIENT_SECRET not in CliRunner().invoke(app, ['config']).output
    monkeypatch.setenv('DOTHI_OIDC_CLIENT_SECRET', 'wrong')
    lan, link = holder(), invited()
    refused = come(office(), lan, link)
    assert refused.status_code == 403
    monkeypatch.delenv('DOTHI_OIDC_CLIENT_SECRET')
    file = PathSettings().secrets / 'oidc_client_secret'
    file.write_text(f'{CLIENT_SECRET}\n', encoding='utf-8')
    try:
        assert come(office(), lan, link).status_code == 303
    finally:
        file.unlink()


def test_logs_show_no_codes() -> None:
    line = 'GET /sign-in/provider/answer?code=abc&state=def HTTP/1.1'
    assert without_secrets(line) == 'GET /sign-in/provider/answer?*** HTTP/1.1'
    assert 'XYZ' not in without_secrets('/invitation/XYZ/provider?lang=vi')


NONCE = 'n' * 64
WRONG: dict[str, dict[str, Any]] = {
    'another issuer': {'iss': 'https://another.example'},
    'no issuer': {'iss': None},
    'another client': {'aud': 'another'},
    'several clients, and made for another': {'aud': ['another', CLIENT_ID], 'azp': 'another'},
    'several clients, and none that it was made for': {'aud': ['another', CLIENT_ID]},
    'no client': {'aud': []},
    'another sign-in': {'nonce': 'another'},
    'no sign-in': {'nonce': None},
    'over': {'exp': -120},
    'never over': {'exp': None},
    'of tomorrow': {'iat': 86_400},
    'good from tomorrow on': {'nbf': 86_400},
    'nobody': {'sub': None},
    'an empty subject': {'sub': ''},
    'a number as subject': {'sub': 5},
    'a subject that no database keeps': {'sub': 'a\x00b'},
    'another access token': {'at_hash': 'AAAAAAAAAAAAAAAAAAAAAA'},
}


@cache
def signing_key() -> RSAKey:
    return new_key()


@cache
def encryption_key() -> RSAKey:
    return new_key('encryption')


def claims_of(changes: dict[str, Any]) -> dict[str, Any]:
    """What an ID token says; times are seconds from now, and what is None is not there."""
    usual = {'iss': 'https://login.example', 'aud': CLIENT_ID, 'sub': 'lan', 'nonce': NONCE, 'exp': 60, 'iat': 0}
    chosen = {name: value for name, value in {**usual, **changes}.items() if value is not None}
    now = int(time.time())
    moments = {name: now + chosen[name] for name in ('exp', 'iat', 'nbf') if name in chosen}
    return chosen | moments


def token_of(
    changes: dict[str, Any], key: RSAKey | OctKey | None = None, algorithm: str = 'RS256', **more: Any
) -> dict[str, Any]:
    """What a token endpoint answers. key: that of the provider, where it is not another one."""
    key = key or signing_key()
    header = {'alg': algorithm, 'kid': key.kid or 'first', **more}
    return {'id_token': jwt.encode(header, claims_of(changes), key, algorithms=[algorithm]), 'access_token': 'abc'}


def unsigned(algorithm: str = 'none') -> str:
    header = {'alg': algorithm, 'kid': 'first'}
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip('=') for part in (header, claims_of({}))
    )
    return f'{head}.{body}.'


def jwt_claims(token: str) -> dict[str, Any]:
    """What a token says, whoever signed it."""
    body = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(body + '=' * (-len(body) % 4)))


def signed_with(secret: bytes) -> str:
    text = unsigned('HS256').removesuffix('.')
    signature = hmac.digest(secret, text.encode(), 'sha256')
    return f'{text}.{base64.urlsafe_b64encode(signature).decode().rstrip("=")}'


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> ProviderKeys:
    """Those of a provider that shows keys of several kinds."""
    monkeypatch.setenv('DOTHI_OIDC_ISSUER', 'https://login.example')
    monkeypatch.setenv('DOTHI_OIDC_CLIENT_ID', CLIENT_ID)
    encryption = encryption_key().as_dict(private=False) | {'use': 'enc'}
    return ProviderKeys(keys=[encryption, {'kty': 'of the future'}, signing_key().as_dict(private=False)])


def test_a_token_with_all_that_belongs_in_it_is_believed(keys: ProviderKeys) -> None:
    for claims in (
        {},
        {'aud': [CLIENT_ID]},
        {'azp': CLIENT_ID},
        {'exp': -30},
        {'aud': [CLIENT_ID, 'x'], 'azp': CLIENT_ID},
    ):
        assert verified_claims(token_of(claims), keys, NONCE)['sub'] == 'lan'


@pytest.mark.parametrize('claims', WRONG.values(), ids=WRONG.keys())
def test_a_token_of_which_one_thing_is_wrong_is_not_believed(keys: ProviderKeys, claims: dict[str, Any]) -> None:
    with pytest.raises((JoseError, ProviderRefused)):
        verified_claims(token_of(claims), keys, NONCE)


@pytest.mark.parametrize(
    'make_tokens',
    [
        lambda: token_of({}, new_key()),
        lambda: token_of({}, encryption_key()),
        lambda: token_of({}, encryption_key(), jwk=encryption_key().as_dict(private=False)),
        lambda: token_of({}, OctKey.import_key(CLIENT_SECRET * 2), 'HS256'),
        lambda: {'id_token': signed_with(signing_key().as_pem(private=False))},
        lambda: {'id_token': unsigned()},
        lambda: {'id_token': ''},
        dict,
    ],
    ids=[
        'another key',
        'a key for encryption',
        'a key that the token brings',
        'the client secret',
        'the public key',
        'nothing',
        'no token',
        'none',
    ],
)
def test_nobody_but_the_provider_can_sign(keys: ProviderKeys, make_tokens: Callable[[], dict[str, Any]]) -> None:
    with pytest.raises((JoseError, ValueError)):
        verified_claims(make_tokens(), keys, NONCE)

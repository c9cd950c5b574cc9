"""Signing in by an OpenID Connect provider, with a real one: who comes in, and goes out again."""

from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from dothi.api.app import create_app
from dothi.api.http.masking import without_secrets
from dothi.cli.app import app
from dothi.core.access.people import disable, invite, recover, remove
from dothi.core.access.person import Person, Role
from dothi.core.database import connection
from dothi.core.settings import PathSettings
from tests.access.conftest import Browser
from tests.access.oidc import (
    RETURN_ADDRESS,
    SERVICE,
    Holders,
    MakePerson,
    Office,
    begin,
    come,
    invited,
    jwt_claims,
    name_of,
    said,
    visit,
)
from tests.access.provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.api.editors import rows

ITEMS = '/api/collections/schools/items'


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

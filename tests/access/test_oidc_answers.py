"""What a provider, or somebody in its place, sends back: which answers let nobody in."""

import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.access.oidc import (
    RETURN_ADDRESS,
    SERVICE,
    Holders,
    MakePerson,
    Office,
    begin,
    come,
    invited,
    name_of,
    said,
    trust,
    visit,
)
from tests.access.provider import Provider, new_key, running_provider

ITEMS = '/api/collections/schools/items'


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


@pytest.mark.parametrize(
    'headers',
    [
        {'Sec-Fetch-Site': 'cross-site', 'Referer': 'https://evil.example/'},
        {'Sec-Fetch-Site': 'same-site', 'Referer': 'http://127.0.0.1:5001/'},
        {'Sec-Fetch-Site': 'none'},
        {'Referer': 'https://evil.example/?http://127.0.0.1:5000/'},
        {},
    ],
    ids=['another site', 'another port', 'typed', 'without TLS', 'nothing said'],
)
def test_a_link_on_another_site_joins_nobodys_account_to_the_person_of_who_wrote_it(
    office: Office, holder: Holders, headers: dict[str, str]
) -> None:
    """The provider lets in who was there this morning without a word; the page says whose invitation it is."""
    link, victim = invited('mallory'), office()
    begun = visit(victim, link, **headers)
    assert (begun.status_code, begun.headers['Location']) == (303, f'{SERVICE}{link.removesuffix("/provider")}')
    assert not begun.headers.getlist('Set-Cookie')
    page = visit(victim, begun.headers['Location'])
    assert 'mallory' in page.get_data(as_text=True)
    assert visit(victim, link, Referer=f'{SERVICE}/invitation').headers['Location'].startswith('http://127.0.0.1')
    assert come(victim, holder(), link).status_code == 303
    assert name_of(victim) == 'mallory'


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

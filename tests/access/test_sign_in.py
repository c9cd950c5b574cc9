"""The way in: who gets through the door of the internal service, and how long they stay."""

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from dothi.api.app import create_app
from dothi.core.access import sign_in as sign_in_module
from dothi.core.access.attempts import count_failure
from dothi.core.access.device import new_mark
from dothi.core.access.log import log_lines
from dothi.core.access.passwords import is_password
from dothi.core.access.people import Changes, change, disable, recover, remove
from dothi.core.access.person import Person, Role
from dothi.core.access.secrets import take_out
from dothi.core.access.sign_in import Visitor, WrongPassword
from dothi.core.database import connection
from dothi.core.settings import PathSettings
from tests.access.conftest import OTHER_PASSWORD, PASSWORD, Browser
from tests.api.editors import rows
from tests.conftest import PATIENCE_S

ITEMS = '/api/collections/schools/items'
Office = Callable[[], Browser]
MakePerson = Callable[..., Person]
# Every kind of address of the internal service, and none of it for strangers.
DATA = (
    '/api', '/api/collections', '/api/collections/schools', ITEMS, f'{ITEMS}/1', '/api/openapi', '/api/processes',
    '/api/jobs', '/api/tiles', '/api/styles', '/api/conformance',
    '/api/collections/schools/tiles/WebMercatorQuad/8/112/203',
    '/api/collections/schools/map', '/api/map/tiles/WebMercatorQuad/8/112/203', '/api/collections/catalogue/items',
    '/api/geocode?q=a', '/ows?service=WMS&request=GetCapabilities', '/ows?service=WMTS&request=GetCapabilities',
    '/api/account', '/api/collections/nothing', '/nothing/at/all',
)  # fmt: skip


def test_strangers_get_nothing_and_do_not_learn_what_is_there(office: Office) -> None:
    for path in DATA:
        answer = office().get(path, Accept='application/json')
        assert answer.status_code == (404 if path.startswith('/nothing') else 401), path
        assert 'schools' not in answer.get_data(as_text=True).replace('/api/collections/schools', ''), path


def test_a_browser_is_led_to_the_form_and_back(office: Office, person: MakePerson) -> None:
    person('lan')
    browser = office()
    led = browser.get(f'{ITEMS}?limit=1&f=html', Accept='text/html')
    assert led.status_code == 303
    assert led.headers['Location'].endswith(
        '/sign-in?next=%2Fapi%2Fcollections%2Fschools%2Fitems%3Flimit%3D1%26f%3Dhtml'
    )
    form = {'name': ' Lan', 'password': PASSWORD, 'next': f'{ITEMS}?limit=1&f=html'}
    entered = browser.client.post('/sign-in', data=form, headers={'Accept': 'text/html'})
    assert (entered.status_code, entered.headers['Location'].partition('5000')[2]) == (303, f'{ITEMS}?limit=1&f=html')
    assert browser.get(f'{ITEMS}?limit=1').status_code == 200


@pytest.mark.parametrize(
    'elsewhere', ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:1', '/a\nb', '//[']
)
def test_the_form_leads_nowhere_else(office: Office, person: MakePerson, elsewhere: str) -> None:
    person('lan')
    form = {'name': 'lan', 'password': PASSWORD, 'next': elsewhere}
    entered = office().client.post('/sign-in', data=form, headers={'Accept': 'text/html'})
    assert entered.headers['Location'].endswith(':5000/')


def test_health_and_the_public_service_want_no_sign_in(office: Office) -> None:
    assert office().get('/health').status_code == 200
    assert create_app('public').test_client().get(ITEMS).status_code == 200


def test_the_cookie_is_for_this_service_alone(
    office: Office, person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    person('lan')
    plain = office().sign_in('lan').headers.getlist('Set-Cookie')
    assert plain[0].startswith('dothi_session_5000=')
    assert 'HttpOnly' in plain[0]
    assert 'SameSite=Lax' in plain[0]
    assert 'HttpOnly' not in plain[1], 'pages read the token that shows whose change it is'
    monkeypatch.setenv('DOTHI_PUBLIC_URL', 'https://do-thi.example')
    secure = Browser(create_app('internal').test_client()).sign_in('lan').headers.getlist('Set-Cookie')
    assert all(cookie.startswith('__Host-dothi_') and 'Secure' in cookie for cookie in secure)


@pytest.mark.parametrize(
    ('name', 'password'), [('lan', 'wrong'), ('nobody', PASSWORD), ('lan', PASSWORD.upper()), ("lan' or 1=1", PASSWORD)]
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    office: Office, person: MakePerson, name: str, password: str
) -> None:
    person('lan')
    refused = office().sign_in(name, password)
    assert refused.status_code == 401
    assert refused.get_json()['code'] == 'WrongPassword'
    assert 'Set-Cookie' not in refused.headers


def test_guessing_waits_longer_and_longer_and_nobody_else_does(office: Office, person: MakePerson) -> None:
    person('lan')
    browser = office()
    assert [browser.sign_in('lan', 'wrong').status_code for _ in range(4)] == [401, 401, 401, 429]
    waiting = browser.sign_in('lan')
    assert (waiting.status_code, waiting.headers['Retry-After']) == (429, '2')
    elsewhere = browser.client.post(
        '/sign-in', json={'name': 'lan', 'password': PASSWORD}, environ_overrides={'REMOTE_ADDR': '192.0.2.7'}
    )
    assert elsewhere.status_code == 200, 'the person sits at another address than who guesses'
    rows("update access.failed_attempt set last_at = last_at - interval '3 s' returning 1")
    assert browser.sign_in('lan').status_code == 200
    assert browser.sign_in('lan', 'wrong').status_code == 401, 'forgiven'


def test_strangers_at_many_addresses_do_not_delay_a_device_of_the_person(office: Office, person: MakePerson) -> None:
    person('lan')
    person('minh')
    known, new, of_another = office(), office(), office()
    assert known.sign_in('lan').status_code == 200
    assert of_another.sign_in('minh').status_code == 200
    with connection('gatekeeper') as db:
        for number in range(60):
            count_failure(db, 'lan', f'192.0.2.{number}')
    assert known.sign_in('lan').status_code == 200
    assert new.sign_in('lan').status_code == 429
    assert of_another.sign_in('lan').status_code == 429, 'a mark is good for one name'
    new.client.set_cookie('dothi_device_5000', 'x.y')
    assert new.sign_in('lan').status_code == 429, 'a mark that was never given'
    assert [known.sign_in('lan', 'wrong').status_code for _ in range(4)] == [401, 401, 401, 429], 'its own count'


def test_strangers_who_try_for_days_do_not_fill_the_log(person: MakePerson) -> None:
    """A line for the 1st, 2nd, 4th, 8th … failure: of a name that is somebody's, and of all others together."""
    lan = person('lan')
    with connection('gatekeeper') as db:
        for number in range(20):
            count_failure(db, 'lan', '192.0.2.7')
            count_failure(db, f'nobody-{number}', '192.0.2.8')
        lines = [line.detail for line in log_lines(db) if line.action == 'sign_in_failed']
    assert [line['failures'] for line in lines if line['person'] == str(lan.id)] == [1, 2, 4, 8, 16]
    assert [line['failures'] for line in lines if line['person'] is None] == [1, 2, 4, 8, 16]


def test_a_session_ends_without_use_and_at_the_end_of_the_day(office: Office, person: MakePerson) -> None:
    person('lan')
    browser = office()
    for column, age in (('seen_at', '61 min'), ('created_at', '721 min')):
        browser.sign_in('lan')
        assert browser.get(ITEMS).status_code == 200
        rows(f"update access.session set {column} = {column} - interval '{age}' returning 1")
        assert browser.get(ITEMS).status_code == 401


def test_signing_out_ends_the_session_and_not_the_cookie_alone(office: Office, person: MakePerson) -> None:
    person('lan')
    browser = office()
    cookie = browser.sign_in('lan').headers.getlist('Set-Cookie')[0].partition(';')[0]
    out = browser.post('/sign-out')
    assert 'Clear-Site-Data' in out.headers
    assert browser.get(ITEMS).status_code == 401
    assert office().get(ITEMS, Cookie=cookie).status_code == 401, 'somebody may have kept the cookie'


def test_a_change_needs_more_than_the_cookie(office: Office, person: MakePerson) -> None:
    """A page of another site makes a browser send cookies, and cannot read the token."""
    person('lan')
    browser = office()
    browser.sign_in('lan')
    for headers in ({}, {'X-CSRF-Token': 'guessed'}):
        refused = browser.client.post('/api/account/keys', json={'label': 'x', 'scopes': ['see']}, headers=headers)
        assert (refused.status_code, refused.get_json()['code']) == (403, 'MissingCsrfToken')
    for site in ({'Origin': 'https://evil.example'}, {'Sec-Fetch-Site': 'cross-site'}):
        form = browser.client.post('/sign-in', data={'name': 'lan', 'password': PASSWORD}, headers=site)
        assert (form.status_code, form.get_json()['code']) == (403, 'OtherSite'), 'nobody is signed in by another site'


def test_answers_to_people_are_kept_by_nobody_else(office: Office, person: MakePerson) -> None:
    person('lan')
    browser = office()
    browser.sign_in('lan')
    for path in (ITEMS, '/api/collections', '/api/collections/schools/tiles/WebMercatorQuad/8/112/203', '/api/account'):
        headers = browser.get(path).headers
        assert 'public' not in headers['Cache-Control'], path
        assert 'private' in headers['Cache-Control'] or 'no-store' in headers['Cache-Control'], path
        assert 'Cookie' in headers.get('Vary', ''), path


def test_an_invitation_is_good_once_and_a_recovery_ends_what_was_open(office: Office, person: MakePerson) -> None:
    lan = person('lan')
    browser = office()
    browser.sign_in('lan')
    with connection('gatekeeper') as db:
        link = recover(db, 'lan')
    assert browser.get(ITEMS).status_code == 401
    assert office().get(f'/invitation/{link}', Accept='text/html').status_code == 200
    weak = office().client.post(f'/invitation/{link}', json={'password': 'lan'})
    assert (weak.status_code, weak.get_json()['code']) == (400, 'WeakPassword')
    assert office().client.post(f'/invitation/{link}', json={'password': OTHER_PASSWORD}).status_code == 200
    again = office().client.post(f'/invitation/{link}', json={'password': PASSWORD})
    assert (again.status_code, again.get_json()['code']) == (403, 'DeadLink')
    assert office().sign_in('lan').status_code == 401
    assert office().sign_in('lan', OTHER_PASSWORD).status_code == 200
    assert lan.name == 'lan'


@pytest.mark.parametrize('link', ['x', '', '%00', 'a' * 2_000])
def test_a_link_that_was_never_given_leads_nowhere(office: Office, link: str) -> None:
    answer = office().get(f'/invitation/{link}', Accept='text/html')
    assert answer.status_code in (403, 404, 303)


def test_an_expired_invitation_says_so(office: Office, person: MakePerson) -> None:
    person('lan')
    with connection('gatekeeper') as db:
        link = recover(db, 'lan')
    rows("update access.invitation set expires_at = clock_timestamp() - interval '1 s' returning 1")
    expired = office().get(f'/invitation/{link}')
    assert (expired.status_code, expired.get_json()['code']) == (403, 'DeadLink')


def test_whoever_is_disabled_or_removed_is_out_at_once(office: Office, person: MakePerson) -> None:
    for name, end in (('lan', disable), ('minh', remove)):
        person(name)
        browser = office()
        browser.sign_in(name)
        key = browser.post('/api/account/keys', label='QGIS', scopes=['see']).get_json()['key']
        assert office().get(ITEMS, Authorization=f'Bearer {key}').status_code == 200
        with connection('gatekeeper') as db:
            end(db, name)
        assert browser.get(ITEMS).status_code == 401
        assert office().get(ITEMS, Authorization=f'Bearer {key}').status_code == 401
        assert browser.sign_in(name).status_code == 401


def test_what_somebody_may_do_changes_with_the_next_request(office: Office, person: MakePerson) -> None:
    person('lan', Role.STEWARD)
    browser = office()
    browser.sign_in('lan')
    assert 'decide' in browser.get('/api/account').get_json()['may']
    with connection('gatekeeper') as db:
        change(db, 'lan', Changes(role=Role.VIEWER))
    assert 'decide' not in browser.get('/api/account').get_json()['may']


def test_one_time_codes_are_wanted_once_they_are_confirmed(office: Office, person: MakePerson) -> None:
    lan = person('lan')
    browser = office()
    browser.sign_in('lan')
    assert browser.post('/api/account/second-factor', password='wrong').status_code == 403
    address = browser.post('/api/account/second-factor', password=PASSWORD).get_json()['address']
    assert address.startswith('otpauth://totp/')
    assert office().sign_in('lan').status_code == 200, 'not confirmed yet: nobody locks themselves out'
    codes = codes_of(lan.id)
    now = time.time()
    assert browser.post('/api/account/second-factor/confirmation', code='000000').status_code in (200, 400)
    assert (
        browser.post('/api/account/second-factor/confirmation', code=codes.generate(int(now)).decode()).status_code
        == 200
    )
    assert office().sign_in('lan').status_code == 401
    assert office().sign_in('lan', code=codes.generate(int(now)).decode()).status_code == 401, 'it was taken before'
    assert office().sign_in('lan', code=codes.generate(int(now) + 30).decode()).status_code == 200
    assert browser.post('/api/account/second-factor/end', password=PASSWORD).status_code == 200
    assert office().sign_in('lan').status_code == 200


def test_a_code_is_taken_once_also_by_two_devices_at_a_time(
    office: Office, person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attempts on a name wait for each other device by device: both have shown the password at one moment."""
    lan = person('lan')
    browser = office()
    browser.sign_in('lan')
    browser.post('/api/account/second-factor', password=PASSWORD)
    codes, now = codes_of(lan.id), int(time.time())
    confirmation = browser.post('/api/account/second-factor/confirmation', code=codes.generate(now - 30).decode())
    assert confirmation.status_code == 200
    code, both_have_read = codes.generate(now).decode(), Barrier(2, timeout=PATIENCE_S)

    def is_password_together(*args: Any) -> bool:
        is_right = is_password(*args)
        both_have_read.wait()
        return is_right

    monkeypatch.setattr(sign_in_module, 'is_password', is_password_together)
    marks = (new_mark('lan'), '')
    with ThreadPoolExecutor(2) as devices:
        attempts = [
            devices.submit(sign_in_module.sign_in, 'lan', PASSWORD, code, Visitor(f'192.0.2.{number}', 'x', mark))
            for number, mark in enumerate(marks)
        ]
        errors = [type(attempt.exception()) for attempt in attempts]
    assert sorted(errors, key=str) == sorted([type(None), WrongPassword], key=str)


def codes_of(person_id: object) -> TOTP:
    (secret,) = rows('select coalesce(totp_pending, totp_secret) from access.person where id = %s', str(person_id))[0]
    return TOTP(take_out(bytes(secret)), 6, SHA1(), 30)


@pytest.mark.parametrize('key', [Fernet.generate_key().decode(), ''], ids=['another', 'none'])
def test_codes_whose_key_was_lost_are_no_fault_of_the_service(
    office: Office, person: MakePerson, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    """As after a restore without the secrets: nobody gets in without a code, and the answer says whom to ask."""
    lan, browser = person('lan'), office()
    browser.sign_in('lan')
    browser.post('/api/account/second-factor', password=PASSWORD)
    code = codes_of(lan.id).generate(int(time.time())).decode()
    assert browser.post('/api/account/second-factor/confirmation', code=code).status_code == 200
    secrets = tmp_path / 'secrets'
    shutil.copytree(PathSettings().secrets, secrets)
    monkeypatch.setenv('DOTHI_SECRETS', str(secrets))
    (secrets / 'access_key').chmod(0o600)
    (secrets / 'access_key').write_text(key)
    answer = office().sign_in('lan', code='000000')
    code_word = 'OtherVaultKey' if key else 'DamagedFile'
    assert (answer.status_code, answer.get_json()['code']) == (503, code_word)
    with connection('gatekeeper') as db:
        link = recover(db, 'lan')
    assert office().client.post(f'/invitation/{link}', json={'password': OTHER_PASSWORD}).status_code == 200
    assert office().sign_in('lan', OTHER_PASSWORD).status_code == 200


def test_until_a_link_of_recovery_is_taken_up_the_password_opens_nothing_without_a_code(
    office: Office, person: MakePerson
) -> None:
    """Who knows the password waits for the day on which its owner has lost the telephone."""
    lan, browser = person('lan'), office()
    browser.sign_in('lan')
    browser.post('/api/account/second-factor', password=PASSWORD)
    codes, now = codes_of(lan.id), int(time.time())
    browser.post('/api/account/second-factor/confirmation', code=codes.generate(now - 30).decode())
    with connection('gatekeeper') as db:
        link = recover(db, 'lan')
    assert office().sign_in('lan').status_code == 401
    assert office().sign_in('lan', code=codes.generate(now).decode()).status_code == 200, 'it was lost by mistake'
    assert office().client.post(f'/invitation/{link}', json={'password': OTHER_PASSWORD}).status_code == 200
    assert office().sign_in('lan', OTHER_PASSWORD).status_code == 200
    deeds = [deed for (deed,) in rows("select action from access.log where action like 'second%' order by number")]
    assert deeds == ['second_factor_on', 'second_factor_off']


@pytest.mark.parametrize('way_in', ['password', 'link', 'somebody else'])
def test_a_session_whose_cookie_the_browser_gives_up_ends(office: Office, person: MakePerson, way_in: str) -> None:
    """Nobody would see that it is open still, on a computer that several people use."""
    person('lan')
    person('minh')
    browser, before = office(), office()
    browser.sign_in('lan')
    cookie = browser.client.get_cookie('dothi_session_5000')
    assert cookie
    before.client.set_cookie('dothi_session_5000', cookie.value)
    assert before.get(ITEMS).status_code == 200
    if way_in == 'link':
        with connection('gatekeeper') as db:
            link = recover(db, 'minh')
        assert browser.client.post(f'/invitation/{link}', json={'password': OTHER_PASSWORD}).status_code == 200
    else:
        assert browser.sign_in('lan' if way_in == 'password' else 'minh').status_code == 200
    assert browser.get(ITEMS).status_code == 200
    assert before.get(ITEMS).status_code == 401


def test_new_codes_take_the_place_of_old_ones_when_one_was_shown(office: Office, person: MakePerson) -> None:
    """Until then the old ones are wanted, and never the password alone."""
    lan, browser, now = person('lan'), office(), int(time.time())

    def begin_and_confirm(at: int) -> TOTP:
        browser.post('/api/account/second-factor', password=PASSWORD)
        codes = codes_of(lan.id)
        browser.post('/api/account/second-factor/confirmation', code=codes.generate(at).decode())
        return codes

    browser.sign_in('lan')
    old = begin_and_confirm(now - 30)
    new = begin_and_confirm(0)
    assert office().sign_in('lan').status_code == 401, 'the password alone'
    assert office().sign_in('lan', code=new.generate(now).decode()).status_code == 401, 'no code of it was shown'
    assert office().sign_in('lan', code=old.generate(now).decode()).status_code == 200
    new = begin_and_confirm(now)
    assert office().sign_in('lan', code=old.generate(now + 30).decode()).status_code == 401
    assert office().sign_in('lan', code=new.generate(now + 30).decode()).status_code == 200
    deeds = [deed for (deed,) in rows("select action from access.log where action like 'second%' order by number")]
    assert deeds == ['second_factor_on', 'second_factor_on']


def test_a_new_password_ends_all_other_sessions(office: Office, person: MakePerson) -> None:
    person('lan')
    here, elsewhere = office(), office()
    here.sign_in('lan')
    elsewhere.sign_in('lan')
    assert here.post('/api/account/password', password='wrong', new_password=OTHER_PASSWORD).status_code == 403
    assert here.post('/api/account/password', password=PASSWORD, new_password='lan').status_code == 400
    assert here.post('/api/account/password', password=PASSWORD, new_password=OTHER_PASSWORD).status_code == 200
    assert here.get(ITEMS).status_code == 200
    assert elsewhere.get(ITEMS).status_code == 401


def test_sessions_can_be_seen_and_ended_by_their_owner_alone(office: Office, person: MakePerson) -> None:
    person('lan')
    person('minh')
    here, elsewhere, other = office(), office(), office()
    for browser, name in ((here, 'lan'), (elsewhere, 'lan'), (other, 'minh')):
        browser.sign_in(name)
    account = here.get('/api/account').get_json()
    (left,) = [
        session['id']
        for session in account['sessions']
        if session['id'] not in (account['session'],) and session['user_agent'] != 'test'
    ]
    assert other.post(f'/api/account/sessions/{left}/end').status_code == 404
    assert here.post(f'/api/account/sessions/{left}/end').status_code == 200
    assert elsewhere.get(ITEMS).status_code == 401


def test_whoever_reads_by_setting_still_signs_in_to_change(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_SIGN_IN', 'to_change')
    stranger = office()
    assert stranger.get(ITEMS).status_code == 200
    assert stranger.client.delete(f'{ITEMS}/1').status_code == 401
    assert stranger.get('/api/account', Accept='application/json').status_code == 401


def test_a_restart_of_the_database_costs_nobody_an_answer(office: Office, person: MakePerson) -> None:
    """It leaves dead connections in the pool of those who look up who asks."""
    person('lan')
    browser = office()
    browser.sign_in('lan')
    cut = """select count(pg_terminate_backend(pid)) from pg_stat_activity
             where usename = 'dothi_gatekeeper' and datname = current_database()"""
    assert rows(cut)[0][0] >= 1
    assert browser.get(ITEMS).status_code == 200
    assert rows(cut)[0][0] >= 1
    assert office().sign_in('lan').status_code == 200
    with connection('gatekeeper') as db:
        link = recover(db, 'lan')
    assert rows(cut)[0][0] >= 1
    assert office().client.post(f'/invitation/{link}', json={'password': OTHER_PASSWORD}).status_code == 200


def test_a_connection_plans_once_who_asks(office: Office, person: MakePerson) -> None:
    """Planning takes six times as long as finding the row, and each request pays it; a lost connection begins anew."""
    person('lan')
    browser = office()
    browser.sign_in('lan')
    for _ in 'ab':
        assert browser.get('/api/account').status_code == 200
        with connection('gatekeeper') as db, db.cursor() as cursor:
            cursor.execute("select statement from pg_prepared_statements where statement like '%access.session%'")
            assert len(cursor.fetchall()) == 1
    of_gatekeepers = "datname = current_database() and usename = 'dothi_gatekeeper'"
    rows(f'select pg_terminate_backend(pid) from pg_stat_activity where {of_gatekeepers}')
    assert browser.get('/api/account').status_code == 200

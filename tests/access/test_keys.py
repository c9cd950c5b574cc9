"""Keys of programs, what they allow, and what a role may do."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from dothi.cli.app import app
from dothi.core.access.author import agency_of, author_of
from dothi.core.access.keys import BadKey, identity_of_key, identity_of_ticket, make_key, ticket_of
from dothi.core.access.person import Action, Person, Role
from dothi.core.database import connection
from tests.access.conftest import Browser
from tests.api.editors import feature, rows

ITEMS = '/api/collections/schools/items'
Office = Callable[[], Browser]
MakePerson = Callable[..., Person]


def key_of(person: Person, *scopes: Action, days: int = 30) -> dict[str, str]:
    with connection('gatekeeper') as db:
        return {'Authorization': f'Bearer {make_key(db, person, "script", scopes, days)}'}


def post(browser: Browser, headers: dict[str, str], code: str = 'b') -> int:
    headers = {
        **headers,
        'Content-Type': 'application/geo+json',
        'Content-Crs': '<http://www.opengis.net/def/crs/EPSG/0/9209>',
    }
    return browser.client.post(ITEMS, json=feature(code), headers=headers).status_code


# Whether somebody of a role may edit and decide: by hand, from the table of roles in the guide.
EDITS = {
    Role.ADMINISTRATOR: True, Role.STEWARD: True, Role.EDITOR: True, Role.PLANNER: False, Role.VIEWER: False,
    Role.FOCAL_POINT: False,
}  # fmt: skip


@pytest.mark.parametrize(('role', 'edits'), EDITS.items())
def test_a_role_edits_or_does_not(office: Office, person: MakePerson, role: Role, edits: bool) -> None:
    agency = 'health' if role is Role.FOCAL_POINT else None
    everything = key_of(person('lan', role, agency), *Action)
    assert post(office(), everything) == (201 if edits else 403)
    allowed = office().client.options(ITEMS, headers=everything).headers['Allow']
    assert ('POST' in allowed) == (edits or agency is not None), 'a focal point edits, if not this layer'


def test_a_focal_point_edits_the_layers_of_their_agency(office: Office, person: MakePerson) -> None:
    assert post(office(), key_of(person('lan', Role.FOCAL_POINT, 'education'), *Action)) == 201
    assert post(office(), key_of(person('minh', Role.FOCAL_POINT, 'health'), *Action), 'c') == 403
    assert rows("select released_by from catalog.release where origin = 'edit'") == [('education/lan',)]


def test_a_key_allows_what_it_was_made_for_and_never_more_than_its_person(office: Office, person: MakePerson) -> None:
    lan = person('lan', Role.EDITOR)
    reading = key_of(lan, Action.SEE)
    assert office().get(ITEMS, **reading).status_code == 200
    assert post(office(), reading) == 403
    browser = office()
    browser.sign_in('lan')
    made = browser.post('/api/account/keys', label='x', scopes=['see', 'decide', 'administer', 'nonsense']).get_json()
    assert [key['scopes'] for key in made['keys'] if key['label'] == 'x'] == [['see']]


def test_a_key_ends_by_its_date_or_by_hand(office: Office, person: MakePerson) -> None:
    lan = person('lan')
    expired = key_of(lan, Action.SEE)
    rows("update access.api_key set expires_at = clock_timestamp() - interval '1 s' returning 1")
    refused = office().get(ITEMS, **expired)
    assert (refused.status_code, refused.get_json()['code']) == (401, 'UnknownToken')
    current = key_of(lan, Action.SEE)
    browser = office()
    browser.sign_in('lan')
    assert office().get(ITEMS, **current).status_code == 200
    (entry,) = browser.get('/api/account').get_json()['keys']
    assert datetime.fromisoformat(entry['used_at']) > datetime.now(UTC) - timedelta(minutes=1)
    assert browser.post(f'/api/account/keys/{entry["id"]}/revocation').status_code == 200
    assert office().get(ITEMS, **current).status_code == 401


def test_an_account_is_not_changed_with_a_key(office: Office, person: MakePerson) -> None:
    key = key_of(person('lan', Role.ADMINISTRATOR), *Action)
    assert office().get('/api/account', **key).status_code == 200
    refused = office().client.post('/api/account/keys', json={'label': 'x', 'scopes': ['see']}, headers=key)
    assert (refused.status_code, refused.get_json()['code']) == (403, 'NoSession')


@pytest.mark.parametrize(
    ('days', 'scopes', 'label'),
    [(0, ['see'], 'x'), (367, ['see'], 'x'), (1, [], 'x'), (1, ['see'], ' '), (1, ['see'], 'x\x1b[31m'),
     (1, ['see'], 'x\ny'), (1, ['see'], 'x\u202ey')],
)  # fmt: skip
def test_a_key_without_end_use_or_purpose_is_not_made(
    person: MakePerson, days: int, scopes: list[str], label: str
) -> None:
    lan = person('lan')
    with connection('gatekeeper') as db, pytest.raises(BadKey):
        make_key(db, lan, label, [Action(scope) for scope in scopes], days)


def test_the_database_holds_no_key_that_works(person: MakePerson) -> None:
    key = key_of(person('lan'), Action.SEE)['Authorization'].removeprefix('Bearer ')
    assert identity_of_key(key) is not None
    everything = str(rows('select * from access.api_key')) + str(rows('select * from access.session'))
    assert key not in everything
    (kept,) = rows('select sha256 from access.api_key')[0]
    assert identity_of_key(bytes(kept).hex()) is None


def test_a_token_of_settings_is_a_key_until_it_stands_there_no_more(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', 'education:a-token-of-an-agency Lan:a-token-of-somebody')
    for token, status in (('a-token-of-an-agency', 201), ('a-token-of-somebody', 201), ('a-token', 401)):
        assert post(office(), {'Authorization': f'Bearer {token}'}, token) == status
    # `editor` has the token of a file that other tests make
    statement = "select name, role, agency from access.person where name <> 'editor' order by name"
    assert rows(statement) == [
        ('education', 'focal_point', 'education'), ('lan', 'editor', None)
    ]  # fmt: skip


def test_a_token_that_is_put_into_the_settings_or_taken_out_is_a_line_of_the_log(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, token in (('education', 'a-token-of-an-agency'), ('lan', 'a-token-of-somebody')):
        monkeypatch.setenv('DOTHI_EDIT_TOKEN', f'{name}:{token}')
        for code in ('x', 'y'):
            assert post(office(), {'Authorization': f'Bearer {token}'}, f'{name} {code}') == 201
    deeds = rows(
        """select l.action, p.name from access.log as l join access.person as p on p.id = (l.detail ->> 'person')::uuid
           where l.detail ? 'from_setting' order by l.number"""
    )
    assert [deed for deed in deeds if deed[1] != 'editor'] == [
        ('invited', 'education'), ('key_made', 'education'), ('key_revoked', 'education'), ('invited', 'lan'),
        ('key_made', 'lan'),
    ]  # fmt: skip


def test_what_the_administrator_does_by_command_is_no_deed_of_whom_it_is_done_to(person: MakePerson) -> None:
    """The log would say of `lan` that she made and revoked a key that she has never seen."""
    lan = person('lan')
    made = CliRunner().invoke(app, ['people', 'key', 'lan', '--label', 'script'])
    assert made.exit_code == 0
    ((key,),) = rows('select id::text from access.api_key where person = %s', str(lan.id))
    for words in (['revoke', 'lan', key], ['sign-out', 'lan'], ['change', 'lan', '--title', 'Lan'], ['recover', 'lan'],
                  ['disable', 'lan'], ['enable', 'lan'], ['remove', 'lan']):  # fmt: skip
        assert CliRunner().invoke(app, ['people', *words]).exit_code == 0, words
    deeds = rows("select action, person from access.log where detail ->> 'person' = %s order by number", str(lan.id))
    assert {'key_made', 'key_revoked', 'session_ended', 'changed', 'disabled', 'enabled', 'removed'} <= {*dict(deeds)}
    assert {by for _, by in deeds} == {None}


def test_a_key_that_somebody_makes_and_ends_on_their_page_is_their_deed(office: Office, person: MakePerson) -> None:
    lan, browser = person('lan'), office()
    browser.sign_in('lan')
    assert browser.post('/api/account/keys', label='QGIS', scopes=['see']).status_code == 201
    ((key,),) = rows('select id::text from access.api_key where person = %s', str(lan.id))
    assert browser.post(f'/api/account/keys/{key}/revocation').status_code == 200
    deeds = rows("select action, person::text from access.log where action ~ '^key_' and detail ->> 'key' = %s", key)
    assert deeds == [('key_made', str(lan.id)), ('key_revoked', str(lan.id))]


@pytest.mark.parametrize(
    ('days', 'code'),
    [('0', 'BadKey'), ('-1', 'BadKey'), ('x', 'BadKey'), ('1' * 99, 'BadKey'), ('1' * 4_400, 'LongField')],
)
def test_a_key_for_no_sensible_number_of_days_is_refused(
    office: Office, person: MakePerson, days: str, code: str
) -> None:
    person('lan')
    browser = office()
    browser.sign_in('lan')
    refused = browser.post('/api/account/keys', label='QGIS', scopes=['see'], days=days)
    assert (refused.status_code, refused.get_json()['code']) == (400, code)


def test_a_ticket_expires_and_ends_with_its_key(person: MakePerson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_TICKET_HOURS', '2')
    key = key_of(person('lan'), Action.SEE)['Authorization'].removeprefix('Bearer ')
    identity, now_s = identity_of_key(key), time.time()
    assert identity is not None
    ticket = ticket_of(identity)
    assert identity_of_ticket(ticket) == identity
    prolonged = f'{int(now_s) + 10**6}-{ticket.partition("-")[2]}'
    other = f'{ticket.rpartition("-")[0]}-{"0" * 32}'
    wrong = (prolonged, other, 'x', '', '-', '--', '9' * 5_000, f'{int(now_s) + 10}-x-y', ticket + 'ä')
    assert [identity_of_ticket(text) for text in wrong] == [None] * len(wrong)
    monkeypatch.setattr(time, 'time', lambda: now_s + 3 * 3_600 + 1)
    assert identity_of_ticket(ticket) is None, 'it lasts for two hours, and to the end of the third'
    monkeypatch.setattr(time, 'time', lambda: now_s)
    rows('update access.api_key set revoked_at = clock_timestamp() returning 1')
    assert identity_of_ticket(ticket) is None


def test_authors_name_their_agency() -> None:
    lan = Person(id='0' * 32, name='lan', title='', role=Role.FOCAL_POINT, agency='education')
    assert author_of(lan) == 'education/lan'
    assert author_of(lan.model_copy(update={'agency': None})) == 'lan'
    assert [agency_of(author, {'education'}) for author in ('education/lan', 'education', 'lan', 'x/lan', None)] == [
        'education', 'education', None, None, None
    ]  # fmt: skip


def test_wms_and_wmts_lead_on_with_the_key_that_their_address_had(office: Office, person: MakePerson) -> None:
    """QGIS and GIS programs make their requests from the addresses in the capabilities."""
    key = key_of(person('lan'), Action.SEE)['Authorization'].removeprefix('Bearer ')
    browser = office()
    capabilities = browser.get(f'/ows?service=WMS&request=GetCapabilities&key={key}').get_data(as_text=True)
    assert key not in capabilities
    addresses = set(re.findall(r'http://127\.0\.0\.1:5000(/ows[^"<&]*)', capabilities))
    assert addresses
    assert all(address.startswith('/ows/key/') for address in addresses), addresses
    (address,) = {address.partition('?')[0] for address in addresses}
    assert browser.get(f'{address}?service=WMS&request=GetCapabilities').status_code == 200
    assert office().get('/ows?service=WMS&request=GetCapabilities').status_code == 401
    rest = browser.get(f'/ows/wmts/1.0.0/WMTSCapabilities.xml?key={key}').get_data(as_text=True)
    assert '/ows/wmts/' not in rest.replace(address, '')
    rows('update access.api_key set revoked_at = clock_timestamp() returning 1')
    assert browser.get(f'{address}?service=WMS&request=GetCapabilities').status_code == 401


# What a key of one action alone may do, by hand: path, and the actions that it opens to.
OPENS = {
    ITEMS: {Action.SEE},
    '/api/collections': {Action.SEE},
    '/ows?service=WMS&request=GetCapabilities': {Action.SEE},
    f'{ITEMS}?f=csv': set(),
    '/api/people': {Action.ADMINISTER},
    '/api/edits': {Action.DECIDE},
    '/api/account': set(Action),
    '/api/jobs': set(Action),
    '/api/processes': set(Action),
}


def test_a_key_of_one_action_opens_what_that_is_for(office: Office, person: MakePerson) -> None:
    admin = person('admin', Role.ADMINISTRATOR)
    keys = {action: key_of(admin, action) for action in Action}
    for path, actions in OPENS.items():
        statuses = {action: office().get(path, **key).status_code for action, key in keys.items()}
        assert {action for action, status in statuses.items() if status == 200} == actions, path
        assert {status for action, status in statuses.items() if action not in actions} <= {403}, path


def test_a_file_of_features_wants_both_seeing_and_downloading(office: Office, person: MakePerson) -> None:
    viewer = person('xem', Role.VIEWER)
    assert office().get(f'{ITEMS}?f=csv', **key_of(viewer, Action.SEE)).status_code == 403
    assert office().get(f'{ITEMS}?f=csv', **key_of(viewer, Action.SEE, Action.DOWNLOAD)).status_code == 200


PROCESSES = {
    'service-coverage': Action.RUN, 'export-features': Action.DOWNLOAD, 'deliver-layer': Action.DELIVER,
    'preview-delivery': Action.DELIVER, 'decide-delivery': Action.DECIDE, 'roll-back': Action.DECIDE,
    'settle-conflict': Action.DECIDE,
    'keep-result': Action.PUBLISH, 'report-study': Action.RUN,
}  # fmt: skip


def test_a_process_wants_the_action_that_it_is(office: Office, person: MakePerson) -> None:
    """Whoever may not is refused before their inputs are looked at, whoever may hears what is wrong with them."""
    admin = person('admin', Role.ADMINISTRATOR)
    # what is computed of layers shows them
    keys = {action: key_of(admin, action, Action.SEE) for action in Action}
    for process, needed in PROCESSES.items():
        for action, headers in keys.items():
            answer = office().client.post(f'/api/processes/{process}/execution', json={'inputs': {}}, headers=headers)
            assert answer.status_code == (400 if action is needed else 403), (process, action, answer.get_data(True))


def test_a_key_without_the_right_to_see_shows_no_data(office: Office, person: MakePerson) -> None:
    """As one that a program has to hand files in."""
    lan = person('lan', Role.STEWARD)
    delivering, seeing = key_of(lan, Action.DELIVER, Action.RUN), key_of(lan, Action.SEE)
    paths = (
        ITEMS, f'{ITEMS}/1', '/api/collections/schools/tiles/WebMercatorQuad/8/112/203', '/api/collections/schools/map',
        '/ows?service=WMS&request=GetCapabilities', '/api/geocode?q=a',
    )  # fmt: skip
    for path in paths:
        refused = office().get(path, Accept='application/json', **delivering)
        assert refused.status_code == 403, path
        assert office().get(path, Accept='application/json', **seeing).status_code != 403, path
    assert office().get('/api/processes', **delivering).status_code == 200
    assert office().get('/api/account', **delivering).status_code == 200

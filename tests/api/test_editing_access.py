"""Who may edit: by which token, on which service, and that no token is ever written down."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dothi.api.access.identity import _without_secrets
from dothi.core.edit_token import editors, make_token
from dothi.core.settings import EditSettings
from tests.api.editors import LAN, SCHOOLS, TOKEN, feature, number_of, post, rows

READING = {'GET', 'HEAD', 'OPTIONS'}


def allowed(client: FlaskClient, where: str, headers: dict[str, str] | None = None) -> set[str]:
    answer = client.options(where, headers=headers or {})
    assert answer.status_code == 200
    return set(answer.headers['Allow'].split(', '))


def test_options_list_what_whoever_asks_may_do(office: FlaskClient) -> None:
    item = f'{SCHOOLS}/unknown_id'
    assert allowed(office, SCHOOLS) == allowed(office, item) == READING
    assert allowed(office, SCHOOLS, LAN) == READING | {'POST'}
    assert allowed(office, item, LAN) == READING | {'PUT', 'PATCH', 'DELETE'}
    assert allowed(office, f'{SCHOOLS}?key={TOKEN}') == READING | {'POST'}


def test_the_catalogue_is_read_only_for_everybody(office: FlaskClient, client: Callable[..., FlaskClient]) -> None:
    """QGIS would offer to edit it otherwise."""
    records = '/api/collections/catalogue/items'
    for there in (office, client('public')):
        for where in (records, f'{records}/schools'):
            assert allowed(there, where, LAN) == READING
            assert there.delete(where, headers=LAN).status_code == 405
        assert post(there, feature('c'), where=records).status_code == 405


STRANGERS: list[tuple[dict[str, str], str, str]] = [
    ({}, SCHOOLS, 'Bearer realm="dothi"'),
    ({'Authorization': 'Bearer wrong'}, SCHOOLS, 'Bearer realm="dothi", error="invalid_token"'),
    ({'Authorization': 'Bearer lan'}, SCHOOLS, 'Bearer realm="dothi", error="invalid_token"'),
    ({'Authorization': 'Bearer '}, SCHOOLS, 'Bearer realm="dothi", error="invalid_token"'),
    ({'Authorization': f'Basic {TOKEN}'}, SCHOOLS, 'Bearer realm="dothi"'),
    ({}, f'{SCHOOLS}?key=', 'Bearer realm="dothi", error="invalid_token"'),
    ({}, f'{SCHOOLS}?key=wrong', 'Bearer realm="dothi", error="invalid_token"'),
    ({}, SCHOOLS.replace('/api', f'/api/key/{TOKEN}'), 'Bearer realm="dothi", error="invalid_token"'),
]


def test_nobody_edits_without_the_right_token(office: FlaskClient) -> None:
    for headers, where, challenge in STRANGERS:
        refused = post(office, feature('c'), {'Authorization': '', **headers}, where)
        assert (refused.status_code, refused.headers['WWW-Authenticate']) == (401, challenge), (headers, where)
    assert rows("select count(*) from layer.schools where code = 'c'") == [(0,)]


def test_an_old_key_is_refused_for_reading_too_and_not_passed_over(office: FlaskClient) -> None:
    assert office.get(f'{SCHOOLS}?key=wrong').status_code == 401
    assert office.get(f'{SCHOOLS}?key={TOKEN}').status_code == 200


def test_without_any_token_nobody_edits(office: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty token must not open the door, nor a file that is not there."""
    for setting in ('', 'lan:', ':'):
        monkeypatch.setenv('DOTHI_EDIT_TOKEN', setting)
        for given in ('', 'lan', 'editor', 'None'):
            assert post(office, feature('c'), {'Authorization': f'Bearer {given}'}).status_code == 401
        assert post(office, feature('c'), {'Authorization': ''}, f'{SCHOOLS}?key=').status_code == 401


def test_the_public_service_takes_no_edits_whatever_is_sent(
    office: FlaskClient, client: Callable[..., FlaskClient]
) -> None:
    public = client('public')
    assert allowed(public, SCHOOLS, LAN) == READING
    assert post(public, feature('c')).status_code == 405
    assert public.delete(f'{SCHOOLS}/{number_of("a")}', headers=LAN).status_code == 405
    assert public.get(f'{SCHOOLS}?key={TOKEN}').status_code == 400, 'a parameter that it does not have'
    assert public.get(SCHOOLS.replace('/api', '/api/key/x')).status_code == 404


def test_a_key_opens_every_page_that_qgis_reads_and_stands_in_no_answer(office: FlaskClient) -> None:
    schools = ('', '/schema', '/queryables', '/items?limit=1', f'/items/{number_of("a")}')
    for where in (
        '',
        '/openapi?f=json',
        '/conformance',
        '/collections',
        *(f'/collections/schools{s}' for s in schools),
    ):
        answer = office.get(f'/api{where}{"&" if "?" in where else "?"}key={TOKEN}')
        assert answer.status_code == 200, where
        assert TOKEN not in answer.get_data(as_text=True)
        assert 'private' in answer.headers['Cache-Control']


def test_the_path_that_the_landing_page_gives_to_a_key_carries_edits(office: FlaskClient) -> None:
    """QGIS makes its POST and OPTIONS from this link, and leaves the key out of them."""
    links = office.get(f'/api?f=json&key={TOKEN}').get_json()['links']
    collections = next(link['href'] for link in links if link['rel'] == 'data' and link['type'] == 'application/json')
    path = collections.partition('?')[0]
    assert TOKEN not in path
    assert post(office, feature('c'), {'Authorization': ''}, f'{path}/schools/items').status_code == 201
    plain = office.get('/api?f=json').get_data(as_text=True)
    assert '/key/' not in plain


def test_the_access_log_is_given_no_key() -> None:
    """gunicorn writes RAW_URI and the referer of the environment that the app was called with."""
    address = f'/api/key/abc/collections?a=1&key={TOKEN}&b=2'
    environ = {
        'PATH_INFO': '/api/key/abc/collections', 'QUERY_STRING': f'a=1&key={TOKEN}&b=2', 'RAW_URI': address,
        'HTTP_REFERER': f'http://here/api?KEY={TOKEN}#top',
    }  # fmt: skip
    _without_secrets(lambda *_: [], takes=True)(environ, lambda *_: None)
    seen = {name: value for name, value in environ.items() if not name.startswith('dothi')}
    assert TOKEN not in str(seen)
    assert 'abc' not in str(seen)
    assert (seen['PATH_INFO'], seen['QUERY_STRING']) == ('/api/collections', 'a=1&b=2')


@pytest.mark.parametrize('address', ['?key=', '?a=1&KEY=', '?a=1;key=', '?a=1%26key=', '?access_token=', '/api/key/'])
def test_a_key_that_was_sent_to_the_wrong_place_is_not_logged_either(address: str) -> None:
    """The public service takes no keys, and people mistake the port."""
    environ = {'RAW_URI': f'/api/collections{address}{TOKEN}', 'HTTP_REFERER': f'http://here{address}{TOKEN}'}
    _without_secrets(lambda *_: [], takes=False)(environ, lambda *_: None)
    assert TOKEN not in str(environ)


def test_make_up_makes_a_token_once_that_only_its_owner_reads(
    database: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv('DOTHI_SECRETS', str(tmp_path / 'secrets'))
    file = make_token()
    made = file.read_text(encoding='utf-8').strip()
    assert len(made) >= 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert make_token().read_text(encoding='utf-8').strip() == made
    assert editors() == {made: 'editor'}
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', made)
    assert made not in str(EditSettings()), 'dothi config shows settings'


def test_the_editors_role_can_edit_and_no_more(office: FlaskClient) -> None:
    """Not what is restricted, not what deliveries wrote, not the catalogue's other columns."""
    may = "has_table_privilege('dothi_editor', %s, %s)"
    wanted = {
        ('layer.schools', 'insert, update, delete'): True,
        ('catalog.delivery', 'select'): False,
        ('quarantine.row', 'select'): False,
        ('catalog.release', 'update'): False,
        ('catalog.release', 'delete'): False,
        ('catalog.layer', 'update'): False,
        ('catalog.generation', 'update'): False,
    }
    assert {asked: rows(f'select {may}', *asked)[0][0] for asked in wanted} == wanted
    assert rows("select has_schema_privilege('dothi_editor', 'catalog', 'create')") == [(False,)]

"""OGC API - Features - Part 4 (draft), class Update: its abstract tests, one by one."""

from flask.testing import FlaskClient

from tests.api.editors import LAN, SCHOOLS, number_of, patch

CLASSES = [
    'http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/update',
    'http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update',
]


def test_options_of_update(office: FlaskClient) -> None:
    """/conf/update/options"""
    answer = office.options(f'{SCHOOLS}/{number_of("a")}', headers=LAN)
    assert (answer.status_code, 'PATCH' in answer.headers['Allow']) == (200, True)
    assert 'application/merge-patch+json' in answer.headers['Accept-Patch']


def test_update_changes_what_is_described_and_nothing_else(office: FlaskClient) -> None:
    """/conf/update/update"""
    where = f'{SCHOOLS}/{number_of("a")}'
    before = office.get(where).get_json(force=True)
    assert patch(office, number_of('a'), {'properties': {'places': 42}}).status_code == 204
    after = office.get(where).get_json(force=True)
    assert after['properties'] == before['properties'] | {'places': 42}
    assert (after['id'], after['geometry']) == (before['id'], before['geometry'])


def test_update_wants_a_content_type(office: FlaskClient) -> None:
    """/conf/update/update-content-type"""
    assert patch(office, number_of('a'), {}, {'Content-Type': ''}).status_code == 400


def test_update_refuses_another_identifier(office: FlaskClient) -> None:
    """/conf/update/update-rid"""
    assert patch(office, number_of('a'), {'id': number_of('b')}).status_code == 422

"""OGC API - Features - Part 4 (draft), class Create/Replace/Delete: its abstract tests, one by one."""

from flask.testing import FlaskClient

from tests.api.conftest import school
from tests.api.editors import LAN, SCHOOLS, delete, feature, number_of, post, put

CLASSES = [
    'http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/create-replace-delete',
    'http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete',
]


def members(office: FlaskClient) -> set[int]:
    return {one['id'] for one in office.get(SCHOOLS).get_json(force=True)['features']}


def test_options_of_create_replace_delete(office: FlaskClient) -> None:
    """/conf/create-replace-delete/options"""
    items = office.options(SCHOOLS, headers=LAN)
    assert (items.status_code, 'POST' in items.headers['Allow']) == (200, True)
    assert 'application/geo+json' in items.headers['Accept-Post']
    one = office.options(f'{SCHOOLS}/{number_of("a")}', headers=LAN)
    assert one.status_code == 200
    assert {'PUT', 'DELETE'} <= set(one.headers['Allow'].split(', '))


def test_create(office: FlaskClient) -> None:
    """/conf/create-replace-delete/create: with and without an identifier in the body."""
    before = members(office)
    for body in (feature('c'), feature('d') | {'id': 777}):
        made = post(office, body)
        assert made.status_code == 201
        got = office.get(f'{made.headers["Location"]}?crs=EPSG:9209')
        assert got.status_code == 200
        document = got.get_json(force=True)
        assert (document['properties'], document['geometry']) == (body['properties'], body['geometry'])
        assert document['id'] == int(made.headers['Location'].rsplit('/', 1)[1])
        assert document['id'] not in before


def test_create_and_replace_want_a_content_type(office: FlaskClient) -> None:
    """/conf/create-replace-delete/create-content-type, /conf/create-replace-delete/replace-content-type"""
    assert post(office, feature('c'), {'Content-Type': ''}).status_code == 400
    assert put(office, number_of('a'), feature('a'), {'Content-Type': ''}).status_code == 400


def test_replace(office: FlaskClient) -> None:
    """/conf/create-replace-delete/replace, /conf/create-replace-delete/replace-rid"""
    number, body = number_of('a'), feature('a', 7, 8, name='Khác')
    assert put(office, number, body).status_code == 204
    got = office.get(f'{SCHOOLS}/{number}?crs=EPSG:9209').get_json(force=True)
    assert (got['properties'], got['geometry']) == (school('a', name='Khác'), body['geometry'])
    other = number_of('b')
    assert 400 <= put(office, number, body | {'id': other}).status_code < 500
    assert office.get(f'{SCHOOLS}/{other}').get_json(force=True)['properties'] == school('b', places=300)


def test_replace_of_what_is_not_there(office: FlaskClient) -> None:
    """/conf/create-replace-delete/replace-exceptions"""
    assert put(office, 9999, feature('z')).status_code == 404
    assert put(office, 9998, feature('z'), {'If-Match': '"xyz"'}).status_code == 404
    assert office.get(f'{SCHOOLS}/9998').status_code == 404


def test_delete(office: FlaskClient) -> None:
    """/conf/create-replace-delete/delete"""
    number = number_of('a')
    assert delete(office, number).status_code == 204
    assert office.get(f'{SCHOOLS}/{number}').status_code == 404
    assert number not in members(office)

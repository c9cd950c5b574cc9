"""Queries by POST: the same parameters in a body, for what is longer than an address."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dothi.api.app import create_app
from tests.api.conftest import Desk, codes, school

SCHOOLS = '/api/collections/schools'
HIGH = {'op': '=', 'args': [{'property': 'level'}, 'high']}
FORM, CQL2 = 'application/x-www-form-urlencoded', 'application/cql2+json'


@pytest.fixture(scope='module')
def schools(shared_desk: Desk) -> FlaskClient:
    levels = ('primary', 'high')
    shared_desk.release(
        'schools', [(f'POINT({n}000 0)', school(f'S{n}', level=levels[n % 2], places=n)) for n in range(10)]
    )
    return create_app('internal').test_client()


def post(app: FlaskClient, address: str, body: Any, kind: str = 'application/json') -> TestResponse:
    data = body if isinstance(body, str) else json.dumps(body)
    return app.post(address, data=data, content_type=kind)


@pytest.mark.parametrize(
    ('body', 'expected'),
    [
        ({}, [f'S{n}' for n in range(10)]),
        ({'filter': HIGH}, ['S1', 'S3', 'S5', 'S7', 'S9']),
        ({'filter': HIGH, 'filter-lang': 'cql2-json', 'limit': 1}, ['S1']),
        ({'filter': "level='high' and places>6"}, ['S7', 'S9']),
        ({'sortby': ['-level', '-places'], 'limit': 2}, ['S8', 'S6']),
        ({'sortby': ['-level', *['-places'] * 5_000], 'limit': 2}, ['S8', 'S6']),
        ({'bbox': [105, 19, 107, 21], 'properties': ['code'], 'skipGeometry': True, 'offset': 8}, ['S8', 'S9']),
        ({'level': 'high', 'places': 3}, ['S3']),
        ({'q': 'truong', 'limit': 1, 'datetime': None}, ['S0']),
    ],
)
def test_a_json_body_has_the_parameters_of_an_address(
    schools: FlaskClient, body: dict[str, Any], expected: list[str]
) -> None:
    answer = post(schools, f'{SCHOOLS}/search', body)
    assert codes(answer) == expected
    assert answer.mimetype == 'application/geo+json'
    assert answer.headers['Content-Crs'] == '<http://www.opengis.net/def/crs/OGC/1.3/CRS84>'


@pytest.mark.parametrize('end', ['search', 'items'])
def test_a_form_and_a_cql2_body_are_queries_at_both_addresses(schools: FlaskClient, end: str) -> None:
    """What is in the address counts too."""
    form = urlencode({'filter': "level = 'high'", 'limit': 2, 'sortby': '-places'})
    assert codes(post(schools, f'{SCHOOLS}/{end}', form, FORM)) == ['S9', 'S7']
    for kind in (CQL2, 'application/query-cql-json'):
        assert codes(post(schools, f'{SCHOOLS}/{end}?limit=2&sortby=-places', HIGH, kind)) == ['S9', 'S7']


@pytest.mark.parametrize('end', ['search', 'items'])
def test_a_filter_alone_is_a_query_where_the_address_says_so(schools: FlaskClient, end: str) -> None:
    """As pygeoapi takes it: the body is the filter, its language is in the address."""
    asked = post(schools, f'{SCHOOLS}/{end}?filter-lang=cql2-json&limit=2&sortby=-places', HIGH)
    assert codes(asked) == ['S9', 'S7']


def test_next_links_of_a_query_work(schools: FlaskClient) -> None:
    first = post(schools, f'{SCHOOLS}/search', {'filter': HIGH, 'limit': 3}).get_json(force=True)
    (link,) = [link for link in first['links'] if link['rel'] == 'next']
    assert 'method' not in link
    assert codes(schools.get(link['href'])) == ['S7', 'S9']


def test_a_query_too_long_for_an_address_goes_on_by_post(schools: FlaskClient) -> None:
    long = {'op': 'and', 'args': [HIGH, {'op': 'in', 'args': [{'property': 'code'}, [f'S{n}' for n in range(2000)]]}]}
    page, found = post(schools, f'{SCHOOLS}/search?lang=en', {'filter': long, 'limit': 2}).get_json(force=True), []
    while page:
        found += [feature['properties']['code'] for feature in page['features']]
        following = [link for link in page['links'] if link['rel'] == 'next']
        if not following:
            break
        assert (following[0]['method'], following[0]['headers']) == ('POST', {'Content-Type': 'application/json'})
        page = post(schools, following[0]['href'], following[0]['body']).get_json(force=True)
    assert found == ['S1', 'S3', 'S5', 'S7', 'S9']


def test_every_format_can_be_asked_for(schools: FlaskClient) -> None:
    assert post(schools, f'{SCHOOLS}/search?f=html', {}).mimetype == 'text/html'
    assert post(schools, f'{SCHOOLS}/search', {'f': 'jsonld'}).mimetype == 'application/ld+json'
    asked = schools.post(f'{SCHOOLS}/search', json={}, headers={'Accept': 'text/html'})
    assert asked.mimetype == 'text/html'


def test_a_query_is_answered_anew_each_time(schools: FlaskClient) -> None:
    """An ETag is of an address, and the question is not in it."""
    answer = post(schools, f'{SCHOOLS}/search', {'limit': 1})
    assert 'ETag' not in answer.headers
    tag = schools.get(f'{SCHOOLS}/items').headers['ETag']
    again = schools.post(f'{SCHOOLS}/search', json={}, headers={'If-None-Match': tag})
    assert again.status_code == 200


@pytest.mark.parametrize(
    ('body', 'kind', 'status', 'code', 'named'),
    [
        ('{', 'application/json', 400, 'BadBody', 'JSON'),
        ('[1]', 'application/json', 400, 'BadBody', 'JSON'),
        ('[' * 100_000, 'application/json', 400, 'BadBody', 'JSON'),
        ('{"name": "\\ud800"}', 'application/json', 400, 'BadBody', 'JSON'),
        ('{"\\ud800": "A"}', 'application/json', 400, 'BadBody', 'JSON'),
        ({'limt': 1}, 'application/json', 400, 'UnknownParameter', 'limit'),
        ({'filter': "levl = 'high'"}, 'application/json', 400, 'UnknownProperty', 'level'),
        ({'limit': {'a': 1}}, 'application/json', 400, 'BadParameter', 'limit'),
        ('{"op": ', CQL2, 400, 'BadFilter', 'cql2-json'),
        ('', CQL2, 200, None, ''),
        ('limit=1&limit=2', FORM, 400, 'BadParameter', 'limit'),
        ('<filter/>', 'text/xml', 415, 'NoQuery', 'application/json'),
    ],
)  # fmt: skip
def test_a_body_that_is_no_query_is_refused(
    schools: FlaskClient, body: Any, kind: str, status: int, code: str | None, named: str
) -> None:
    answer = post(schools, f'{SCHOOLS}/search?lang=en', body, kind)
    document = answer.get_json(force=True)
    assert (answer.status_code, document.get('code')) == (status, code), document
    assert named in document.get('description', '')


def test_what_the_address_and_the_body_say_must_agree(schools: FlaskClient) -> None:
    answer = post(schools, f'{SCHOOLS}/search?limit=2', {'limit': 3})
    assert answer.status_code == 400
    assert 'limit' in answer.get_json(force=True)['description']
    assert codes(post(schools, f'{SCHOOLS}/search?limit=2', {'limit': 2})) == ['S0', 'S1']

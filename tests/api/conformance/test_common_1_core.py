"""OGC API - Common - Part 1, class Core: how requests are written and refused."""

import http.client
from urllib.parse import urlsplit

import pytest

from tests.api.conformance.conftest import Api

CLASSES = ['http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core']
RESOURCES = (
    '', '/openapi', '/conformance', '/collections', '/collections/schools', '/collections/schools/items',
    '/collections/schools/schema', '/collections/schools/queryables', '/TileMatrixSets', '/processes', '/jobs',
)  # fmt: skip


def test_http_1_1(api: Api) -> None:
    """/req/core/http"""
    where = urlsplit(api.url)
    connection = http.client.HTTPConnection(where.netloc, timeout=120)
    connection.request('GET', where.path)
    answer = connection.getresponse()
    assert (answer.status, answer.version) == (200, 11)
    connection.close()


@pytest.mark.parametrize('path', RESOURCES)
def test_a_query_parameter_that_is_not_in_the_definition_is_refused(api: Api, path: str) -> None:
    """/req/core/query-param-name-unknown"""
    refused = api.get(path, unknownQueryParameter='1')
    assert refused.status_code == 400
    assert 'unknownQueryParameter' in refused.json()['description']


@pytest.mark.parametrize(
    ('path', 'query'),
    [
        ('', {'f': 'unknown'}),
        ('/conformance', {'f': 'xml'}),
        ('/collections/schools/items', {'limit': 'unlimited'}),
        ('/collections/schools/items', {'limit': '0'}),
        ('/collections/schools/items', {'bbox': '1,2,3'}),
        ('/collections/schools/items', {'datetime': 'yesterday'}),
        ('/collections/schools/items', {'skipGeometry': 'perhaps'}),
        ('/jobs', {'limit': '-1'}),
    ],
)
def test_a_query_parameter_with_an_impossible_value_is_refused(api: Api, path: str, query: dict[str, str]) -> None:
    """/req/core/query-param-value-invalid"""
    assert api.get(path, **query).status_code == 400


def test_names_of_query_parameters_are_case_sensitive(api: Api) -> None:
    """/req/core/query-param-capitalization"""
    assert api.get('/collections/schools/items', BBOX='106,20,107,21').status_code == 400


def test_lists_are_separated_by_commas_escaped_or_not(api: Api) -> None:
    """/req/core/query-param-list-delimiter, /req/core/query-param-list-escape"""
    path = '/collections/schools/items?limit=3&properties='
    plain, escaped = api.json(f'{path}code,name'), api.json(f'{path}code%2Cname')
    assert plain['features'] == escaped['features']
    assert all(set(feature['properties']) == {'code', 'name'} for feature in plain['features'])


def test_booleans_are_true_and_false(api: Api) -> None:
    """/req/core/query-param-value-boolean"""
    for written, has_geometry in (('true', False), ('false', True)):
        (feature,) = api.json('/collections/schools/items', limit=1, skipGeometry=written)['features']
        assert (feature['geometry'] is not None) is has_geometry


def test_an_error_is_told_in_the_body(api: Api) -> None:
    """/rec/core/problem-details: what went wrong, for programs and for people, in the reader's language."""
    english, vietnamese = (api.get('/collections/nowhere', lang=lang) for lang in ('en', 'vi'))
    assert english.status_code == vietnamese.status_code == 404
    assert english.json()['code'] == vietnamese.json()['code'] == 'UnknownLayer'
    assert english.json()['description'].startswith('There is no collection "nowhere"')
    assert vietnamese.json()['description'].startswith('Không có lớp "nowhere"')


def test_a_method_that_a_resource_has_not_is_405(api: Api) -> None:
    """/rec/core/http: the status codes of HTTP are used as it says."""
    refused = api.session.put(f'{api.url}/conformance', timeout=120)
    assert refused.status_code == 405
    assert 'GET' in refused.headers['Allow']

"""OGC API - Features - Part 3: Filtering (19-079r2), class Queryables."""

import pytest

from tests.api.conformance.conftest import Api, links

CLASSES = ['http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables']
REL = 'http://www.opengis.net/def/rel/ogc/1.0/queryables'
MEDIA_TYPE = 'application/schema+json'


@pytest.fixture
def collections(api: Api) -> list[str]:
    return [one['id'] for one in api.feature_collections()]


def test_queryables_are_there_for_every_collection(api: Api, collections: list[str]) -> None:
    """/req/queryables/get-queryables-op A, B and get-queryables-response."""
    for name in collections:
        answer = api.get(f'/collections/{name}/queryables', {'Accept': MEDIA_TYPE})
        assert answer.status_code == 200
        assert answer.headers['Content-Type'].startswith(MEDIA_TYPE)
        document = answer.json()
        assert document['$schema'] == 'https://json-schema.org/draft/2020-12/schema'
        assert document['$id'] == f'{api.url}/collections/{name}/queryables'
        assert document['type'] == 'object'
        assert document['properties']
        assert [one for one in document['properties'].values() if str(one.get('format')).startswith('geometry-')]


def test_queryables_are_linked_from_every_collection(api: Api, collections: list[str]) -> None:
    """/req/queryables/queryables-link"""
    for name in collections:
        found = links(api.json(f'/collections/{name}'), REL)
        assert {link['href'].split('?')[0] for link in found} == {f'{api.url}/collections/{name}/queryables'}
        assert MEDIA_TYPE in [link['type'] for link in found]


def test_queryables_limit_what_a_filter_may_name(api: Api, collections: list[str]) -> None:
    """/req/queryables/expression-construction: what is no queryable is refused, with the nearest that is one."""
    for name in collections:
        items = f'/collections/{name}/items'
        assert api.get(items, f='json', limit=1, filter='"this_is_not_a_queryable" IS NULL').status_code == 400
    answer = api.get('/collections/schools/items', f='json', lang='en', filter="nam = 'x'")
    assert 'Did you mean "name"?' in answer.json()['description']


def test_queryables_are_a_page_for_a_browser(api: Api) -> None:
    page = api.get('/collections/schools/queryables', {'Accept': 'text/html'})
    assert page.headers['Content-Type'].startswith('text/html')
    assert 'Số chỗ học' in page.text

"""OGC API - Common - Part 1, class Landing Page: where a client begins, and what it finds from there."""

import pytest

from tests.api.conformance.conftest import Api, links

CLASSES = ['http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page']
OPENAPI = 'application/vnd.oai.openapi+json;version=3.0'


@pytest.mark.parametrize('path', ['', '/'])
def test_the_landing_page_is_at_the_root(api: Api, path: str) -> None:
    """/req/landing-page/root-op"""
    assert api.get(path).status_code == 200


def test_it_links_to_the_definition_and_to_the_classes(api: Api) -> None:
    """/req/landing-page/root-success: service-desc and service-doc, conformance; and what the other parts ask for."""
    page = api.json()
    assert page['title']
    assert page['description']
    assert links(page, 'service-desc')[0]['type'] == OPENAPI
    for rel in ('self', 'alternate', 'service-desc', 'service-doc', 'conformance', 'data'):
        assert links(page, rel), rel
    for name in ('processes', 'job-list', 'tiling-schemes', 'tilesets-vector'):
        assert links(page, f'http://www.opengis.net/def/rel/ogc/1.0/{name}'), name


def test_every_link_has_relation_type_and_title_and_leads_somewhere(api: Api) -> None:
    """/req/landing-page/root-success, and nothing is promised that is not there."""
    for link in api.json(lang='en')['links']:
        assert set(link) >= {'rel', 'type', 'title', 'href'}, link
        answer = api.get(link['href'])
        assert answer.status_code == 200, link
        assert answer.headers['Content-Type'].split(';')[0] == link['type'].split(';')[0], link
        if 'hreflang' in link and 'lang=' in link['href']:
            assert answer.headers['Content-Language'] == link['hreflang'], link


def test_the_definition_can_be_had_in_each_language(api: Api) -> None:
    """/req/landing-page/api-definition-op"""
    described = links(api.json(lang='en'), 'service-desc')
    assert [link['hreflang'] for link in described] == ['en', 'vi']
    documents = [api.json(link['href']) for link in described]
    assert documents[0]['paths'].keys() == documents[1]['paths'].keys()
    assert documents[0]['info']['title'] != documents[1]['info']['title']


def test_the_definition_is_openapi(api: Api) -> None:
    """/req/landing-page/api-definition-success"""
    answer = api.get('/openapi', {'Accept': OPENAPI})
    assert answer.headers['Content-Type'] == OPENAPI
    assert answer.json()['openapi'].startswith('3.0')


def test_the_classes_are_listed_under_every_link(api: Api) -> None:
    """/req/landing-page/conformance-op, /req/landing-page/conformance-success"""
    found = [api.json(link['href'])['conformsTo'] for link in links(api.json(), 'conformance', 'application/json')]
    assert found == [api.json('/conformance')['conformsTo']]
    assert len(set(found[0])) == len(found[0])
    assert all(name.split('://')[1].startswith('www.opengis.net/spec/') for name in found[0])
    # OGC's test of Maps asks for one by the name of its requirements
    assert [name for name in found[0] if '/conf/' not in name and not name.endswith('/req/core')] == []

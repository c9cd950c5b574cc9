"""OWSLib, the library that most Python programs and QGIS's catalogue client read OGC APIs with."""

import pytest
from owslib.ogcapi.features import Features
from owslib.ogcapi.processes import Processes

from tests.clients.conftest import Served


@pytest.fixture(scope='module')
def api(served: Served) -> Features:
    return Features(f'{served.url}/')


def test_it_finds_landing_page_definition_and_classes(api: Features) -> None:
    assert {link['rel'] for link in api.links} >= {'service-desc', 'conformance', 'data'}
    assert api.api()['openapi'] == '3.0.3'
    assert 'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core' in api.conformance()['conformsTo']


def test_it_reads_every_collection_of_features(api: Features, served: Served) -> None:
    assert set(api.feature_collections()) >= set(served.collections('feature'))
    for name in served.collections('feature'):
        assert api.collection(name)['id'] == name
        page = api.collection_items(name, limit=2)
        assert page['numberMatched'] == served.count(name)
        one = api.collection_item(name, page['features'][0]['id'])
        assert one['properties'] == page['features'][0]['properties']
        assert set(api.collection_queryables(name)['properties']) >= set(one['properties'])
        assert set(api.collection_schema(name)['properties']) >= set(one['properties'])


def test_its_parameters_arrive(api: Features, served: Served) -> None:
    west, south, east, north = served.json('/collections/schools')['extent']['spatial']['bbox'][0]
    half = [west, south, (west + east) / 2, north]
    found = api.collection_items('schools', bbox=half, limit=1, filter="level = 'high'")
    expected = served.count('schools', bbox=','.join(map(str, half)), filter="level = 'high'")
    assert found['numberMatched'] == expected > 0


def test_it_finds_the_analyses(served: Served) -> None:
    processes = Processes(f'{served.url}/')
    named = {one['id'] for one in processes.processes()}
    assert named == {one['id'] for one in served.json('/processes')['processes']} > set()
    for name in named:
        assert processes.process(name)['inputs']

"""OGC API - Records - Part 1, class OpenAPI 3.0."""

from openapi_spec_validator import validate

from tests.api.conformance.conftest import Api
from tests.api.conformance.records import BASE

CLASSES = ['http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/oas30']


def test_oas30_describes_every_resource_of_the_catalogue(api: Api) -> None:
    """/req/oas30/oas30-conformance: OGC API - Features, requirements class OpenAPI 3.0."""
    document = api.document()
    validate(document)
    for address in ('', '/items', '/items/{recordId}', '/queryables', '/sortables', '/schema'):
        operation = document['paths'][f'{BASE}{address}']['get']
        assert {'200', '400', '404'} <= operation['responses'].keys()
    forms = document['paths'][f'{BASE}/items/{{recordId}}']['get']['responses']['200']['content']
    assert {'application/geo+json', 'text/html', 'application/vnd.iso.19139+xml'} <= forms.keys()


def test_oas30_examples_run(api: Api) -> None:
    """A parameter's example is an answer away."""
    for parameter in api.document()['paths'][f'{BASE}/items']['get']['parameters']:
        if 'example' in parameter:
            shown = parameter['example']
            value = ','.join(shown) if isinstance(shown, list) else shown
            assert api.get(f'{BASE}/items', **{parameter['name']: value}).status_code == 200, parameter['name']

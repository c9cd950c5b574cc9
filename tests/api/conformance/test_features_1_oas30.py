"""The classes OpenAPI 3.0 of Features and Common, Part 1: the definition as OGC's executable tests read it.

They look for the paths of each collection by name, and for `limit`, `bbox`, `datetime`, `crs` and `bbox-crs` in them.
"""

import json
import re
from typing import Any

from openapi_spec_validator import validate

from tests.api.conformance.conftest import Api, links

CLASSES = [
    'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30',
    'http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30',
]
CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'


def parameters(document: dict[str, Any], path: str) -> dict[str, dict[str, Any]]:
    """The parameters of a GET by name; references are within the document."""
    shared = document['components']['parameters']
    given = document['paths'][path]['get']['parameters']
    whole = [shared[one['$ref'].rsplit('/', 1)[-1]] if '$ref' in one else one for one in given]
    return {one['name']: one for one in whole}


def items(api: Api, document: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """The parameters of the items of every collection of features."""
    ids = [one['id'] for one in api.collections() if one['itemType'] == 'feature']
    assert ids
    return {name: parameters(document, f'/collections/{name}/items') for name in ids}


def assert_written(parameter: dict[str, Any], kind: str) -> None:
    """As every parameter of the standard: in the query, optional, form, not exploded."""
    assert (parameter['in'], parameter['required']) == ('query', False)
    assert (parameter['style'], parameter['explode']) == ('form', False)
    assert parameter['schema']['type'] == kind


def test_oas30_definition(api: Api) -> None:
    """/req/oas30/oas-definition-1, -2: as JSON under its media type, and as a page; a valid OpenAPI 3.0 document."""
    page = api.json()
    (first, *_) = links(page, 'service-desc')
    assert first['type'] == 'application/vnd.oai.openapi+json;version=3.0'
    document = api.json(first['href'])
    assert document['openapi'].startswith('3.0.')
    validate(document)
    assert api.get(links(page, 'service-doc')[0]['href']).headers['Content-Type'].startswith('text/html')


def test_oas30_stands_by_itself(api: Api) -> None:
    """A reader without internet, as OGC's executable tests may be, finds all that it refers to within it."""
    text = json.dumps(api.document())
    assert all(ref.startswith('#/') for ref in re.findall(r'"\$ref": "([^"]*)"', text))
    assert api.document()['servers'][0]['url'] == api.url


def test_oas30_implementation(api: Api) -> None:
    """/req/oas30/oas-impl, /req/oas30/completeness: the paths of every collection, by name."""
    paths = api.document()['paths']
    for path in ('/', '/conformance', '/collections', '/openapi', '/tiles', '/processes'):
        assert 'get' in paths[path], path
    for one in api.collections():
        assert 'get' in paths[f'/collections/{one["id"]}'], one['id']
        if one['itemType'] == 'feature':
            assert {'/items', '/items/{featureId}', '/schema', '/queryables', '/tiles'} <= {
                path.removeprefix(f'/collections/{one["id"]}') for path in paths
            }


def test_oas30_names_of_operations_are_unique(api: Api) -> None:
    """Those of tiles end as table 11 of Tiles has them, which its executable tests look for."""
    operations = [
        operation
        for path in api.document()['paths'].values()
        for name, operation in path.items()
        if name != 'parameters'
    ]
    names = [operation['operationId'] for operation in operations]
    assert len(set(names)) == len(names)
    for end in ('.getTile', '.getTileSet', '.getTileSetsList'):
        assert any(name.endswith(f'.vector{end}') for name in names), end


def test_oas30_limit(api: Api) -> None:
    """/req/core/fc-limit-definition; clients take the size of a page from it."""
    for name, given in items(api, api.document()).items():
        assert_written(given['limit'], 'integer')
        schema = given['limit']['schema']
        assert 1 <= schema['minimum'] <= schema['default'] <= schema['maximum'], name


def test_oas30_bbox(api: Api) -> None:
    """/req/core/fc-bbox-definition, as version 1.0.0 and as version 1.0.1 has it."""
    for given in items(api, api.document()).values():
        assert_written(given['bbox'], 'array')
        schema = given['bbox']['schema']
        assert schema['items'] == {'type': 'number'}
        assert (schema['minItems'], schema['maxItems']) == (4, 6)
        assert schema['oneOf'] == [{'minItems': 4, 'maxItems': 4}, {'minItems': 6, 'maxItems': 6}]


def test_oas30_datetime(api: Api) -> None:
    """/req/core/fc-time-definition, for every collection: with a time column or without."""
    for given in items(api, api.document()).values():
        assert_written(given['datetime'], 'string')


def test_oas30_coordinate_systems(api: Api) -> None:
    """/req/crs/fc-bbox-crs-definition, /req/crs/fc-crs-definition"""
    for one in api.collections():
        if one['itemType'] == 'feature':
            given = parameters(api.document(), f'/collections/{one["id"]}/items')
            for name in ('crs', 'bbox-crs'):
                assert_written(given[name], 'string')
                assert given[name]['schema']['format'] == 'uri'
                assert given[name]['schema']['enum'] == one['crs']
                assert given[name]['schema']['default'] == CRS84


def test_oas30_columns(api: Api) -> None:
    """/rec/core/fc-filters: a parameter for each column that may be seen, with type and values; none of free form."""
    document = api.document()
    for name, given in items(api, document).items():
        for column, schema in api.json(f'/collections/{name}/queryables')['properties'].items():
            if column not in {'id', 'geom'}:
                assert given[column]['schema']['type'] == schema['type'], (name, column)
                assert given[column]['schema'].get('enum') == schema.get('enum'), (name, column)
        assert not any('additionalProperties' in one['schema'] for one in given.values())


def test_oas30_exceptions_codes(api: Api) -> None:
    """/req/oas30/exceptions-codes: the answers to errors are described, with their body."""
    document = api.document()
    for path, operations in document['paths'].items():
        for method, operation in operations.items():
            refused = {status for status in operation['responses'] if status.startswith(('4', '5'))}
            assert '400' in refused or not operation['parameters'], (method, path)
            assert '{' not in path or '404' in refused, (method, path)
    for status, answer in document['components']['responses'].items():
        assert status in {'304', '307'} or 'application/json' in answer['content']


def test_oas30_security(internal: Api) -> None:
    """/req/oas30/security: what needs a token says so, and how it is sent."""
    document = internal.document()
    schemes = document['components'].get('securitySchemes', {})
    for path, operations in document['paths'].items():
        for method in {'put', 'patch', 'delete'} & operations.keys():
            needed = operations[method].get('security', [])
            assert path.startswith('/jobs') or needed, (method, path)
            assert all(name in schemes for one in needed for name in one), (method, path)


def test_the_definition_answers_where_test_suites_look_for_it(api: Api) -> None:
    """OGC's tests of Tiles ask for `api` below the landing page."""
    headers = {'Accept': 'application/json'}
    assert api.json('/api', headers) == api.json('/openapi', headers)

"""What the tests of OGC API - Records share: the catalogue and its records."""

from typing import Any

from tests.api.conformance.conftest import Api

BASE = '/collections/catalogue'
CONF = 'http://www.opengis.net/spec/ogcapi-records-1/1.0/conf'
OGC = 'http://www.opengis.net/def/rel/ogc/1.0'


def catalogue(api: Api) -> dict[str, Any]:
    """The catalogue as a collection."""
    found: dict[str, Any] = api.json(BASE, lang='en')
    return found


def records(api: Api, **query: Any) -> list[dict[str, Any]]:
    """All records that answer a question."""
    document = api.json(f'{BASE}/items', **{'limit': 1000, 'lang': 'en', **query})
    assert document['numberMatched'] == len(document['features'])
    return list(document['features'])


def ids(api: Api, **query: Any) -> set[str]:
    """The ids of all records that answer a question."""
    return {one['id'] for one in records(api, **query)}


def parameters(api: Api) -> dict[str, dict[str, Any]]:
    """The parameters of the operation on records, as the OpenAPI document describes them."""
    document = api.document()
    shared = document['components']['parameters']
    given = document['paths'][f'{BASE}/items']['get']['parameters']
    found = [shared[one['$ref'].rsplit('/', 1)[-1]] if '$ref' in one else one for one in given]
    return {one['name']: one for one in found}

"""OGC API - Common - Part 1, class JSON."""

import pytest
from jsonschema import Draft202012Validator

from tests.api.conformance.conftest import Api

CLASSES = ['http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json']
LINK = {
    'type': 'object',
    'required': ['href', 'rel'],
    'properties': {
        **{name: {'type': 'string'} for name in ('href', 'rel', 'type', 'hreflang', 'title')},
        'length': {'type': 'integer'},
    },
}
LINKS = {'type': 'array', 'items': LINK}
# The schemas of the standard.
SCHEMAS = {
    '': {
        'type': 'object',
        'required': ['links'],
        'properties': {
            'title': {'type': 'string'}, 'description': {'type': 'string'}, 'attribution': {'type': 'string'},
            'links': LINKS,
        },
    },
    '/conformance': {
        'type': 'object',
        'required': ['conformsTo'],
        'properties': {'conformsTo': {'type': 'array', 'items': {'type': 'string'}}},
    },
    '/collections/nowhere': {
        'type': 'object',
        'required': ['type'],
        'properties': {name: {'type': 'string'} for name in ('type', 'title', 'detail', 'instance')},
    },
}  # fmt: skip


@pytest.mark.parametrize('path', ['', '/conformance', '/collections', '/collections/schools'])
def test_json_is_what_a_client_gets_that_asks_for_it_or_for_nothing(api: Api, path: str) -> None:
    """/req/json/definition"""
    for answer in (
        api.get(path),
        api.get(path, f='json'),
        api.get(path, {'Accept': 'application/json'}),
        api.get(path, {'Accept': 'application/json;q=0.9, text/html;q=0.1'}),
    ):
        assert answer.status_code == 200
        assert answer.headers['Content-Type'].split(';')[0] == 'application/json'
        assert isinstance(answer.json(), dict)


@pytest.mark.parametrize('path', list(SCHEMAS))
def test_documents_fit_the_schemas_of_the_standard(api: Api, path: str) -> None:
    """/req/json/content"""
    Draft202012Validator(SCHEMAS[path]).validate(api.get(path).json())


def test_json_is_unicode_as_it_is_written(internal: Api) -> None:
    """/rec/core/string-i18n: no escapes where a letter does, and UTF-8 throughout."""
    text = internal.get('/collections', lang='vi').content.decode('utf-8')
    assert 'Trường học' in text
    assert '\\u' not in text

"""OGC API - Records - Part 1, class Sorting."""

from typing import Any

import pytest

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.records import BASE, OGC, catalogue, parameters, records

CLASSES = ['http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/sorting']
SCHEMAS = {'https://json-schema.org/draft/2019-09/schema', 'https://json-schema.org/draft/2020-12/schema'}


def sortables(api: Api) -> dict[str, Any]:
    (to,) = links(catalogue(api), f'{OGC}/sortables', 'application/schema+json')
    answer = api.get(to['href'])
    assert answer.headers['Content-Type'] == 'application/schema+json'
    return dict(answer.json())


def test_sorting_names_what_can_be_sorted_by(api: Api) -> None:
    """/req/sorting/get-sortables-op, get-sortables-success"""
    document = sortables(api)
    assert document['$schema'] in SCHEMAS
    assert document['$id'] == f'{api.url}{BASE}/sortables'
    assert document['type'] == 'object'
    assert document['additionalProperties'] is False
    assert all('type' in schema for schema in document['properties'].values())


def test_the_parameter_is_a_list_and_ascends_by_default(api: Api) -> None:
    """/req/sorting/sortby-param"""
    found = parameters(api)['sortby']
    assert (found['in'], found['required'], found['style'], found['explode']) == ('query', False, 'form', False)
    assert (found['schema']['type'], found['schema']['minItems']) == ('array', 1)
    plain, plus = (records(api, sortby=text) for text in ('id', '+id'))
    assert plain == plus


@pytest.mark.parametrize('sign', ['', '-'])
def test_records_come_in_the_order_of_every_sortable(api: Api, sign: str) -> None:
    """/req/sorting/sortby-response; what has no value comes last, both ways."""
    for name in sortables(api)['properties']:
        found = records(api, sortby=f'{sign}{name}')
        values = [one['id'] if name == 'id' else one['properties'].get(name) for one in found]
        known = [value for value in values if value is not None]
        assert values[len(known) :] == [None] * (len(values) - len(known)), name
        if name != 'title':  # by the Vietnamese alphabet, which Python does not know
            assert known == sorted(known, reverse=sign == '-'), name


def test_keys_after_the_first_order_what_is_equal_in_it(api: Api) -> None:
    found = [(one['properties']['type'], one['id']) for one in records(api, sortby='-type,id')]
    assert found == sorted(sorted(found), key=lambda pair: pair[0], reverse=True)
    assert api.get(f'{BASE}/items', sortby='nothing').status_code == 400


def test_the_catalogue_says_how_it_is_sorted_by_default(api: Api) -> None:
    """/req/sorting/defaultSortOrder-definition"""
    ((key),) = catalogue(api)['defaultSortOrder']
    assert key['field'] in sortables(api)['properties']
    sign = {'asc': '', 'desc': '-'}[key['direction']]
    assert records(api) == records(api, sortby=f'{sign}{key["field"]}')

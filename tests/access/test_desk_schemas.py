"""What the desk answers fits what the OpenAPI document says of it: clients with types rely on that."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dothi.api.desk.schemas import CONFLICT, EDIT_SET, WHOLE_DELIVERY
from etl.desk.conflicts import Conflict
from etl.editing.change_set import ChangeSet
from tests.access.lagoon import Lagoon, running_lagoon
from tests.conftest import Instance

# By path of the document: an address of it.
ADDRESSES = {
    '/deliveries': '/deliveries', '/deliveries/{number}': '/deliveries/1', '/freshness': '/freshness',
    '/agencies': '/agencies', '/agencies/{agency}': '/agencies/centre', '/releases': '/releases',
    '/releases/{number}': '/releases/1', '/edits': '/edits', '/edits/conflicts': '/edits/conflicts',
    '/account': '/account', '/people': '/people', '/dashboard': '/dashboard',
}  # fmt: skip


@pytest.fixture(scope='module')
def lagoon(instance: Instance, shared_folder: Path) -> Iterator[Lagoon]:
    folder = shared_folder / 'desk-schemas'
    folder.mkdir()
    with running_lagoon(instance, folder) as place:
        yield place


def as_json_schema(part: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema says that null will do; members that are not named are none."""
    if isinstance(part, list):
        return [as_json_schema(each) for each in part]
    if not isinstance(part, dict):
        return part
    schema = {key: as_json_schema(value) for key, value in part.items() if key != 'nullable'}
    if 'properties' in schema and schema.get('required') == [*schema['properties']]:
        schema['additionalProperties'] = False
    return {'anyOf': [schema, {'type': 'null'}]} if part.get('nullable') is True else schema


@pytest.mark.parametrize('path', ADDRESSES)
def test_an_answer_has_the_members_that_the_document_names_and_no_others(lagoon: Lagoon, path: str) -> None:
    client = lagoon.client('administrator')
    document = client.get('/api/openapi/templated').get_json(force=True)
    described = document['paths'][path]['get']['responses']['200']['content']['application/json']['schema']
    components = as_json_schema(document['components'])
    answer = client.get(f'/api{ADDRESSES[path]}?f=json')
    assert answer.status_code == 200, answer.get_data(as_text=True)[:300]
    validator = Draft202012Validator({**as_json_schema(described), 'components': components})
    faults = [
        f'{"/".join(map(str, error.absolute_path))}: {error.message[:200]}'
        for error in validator.iter_errors(json.loads(answer.get_data()))
    ]
    assert faults == []


def test_a_set_of_edits_is_described_as_it_is_kept() -> None:
    assert set(EDIT_SET['properties']) == {*ChangeSet.model_fields, 'layer_title'}


def test_a_conflict_is_described_as_it_is_answered() -> None:
    assert set(CONFLICT['properties']) == {*Conflict.model_fields, 'layer_title'}
    assert CONFLICT['properties']['decision']['nullable'] is True


def test_the_report_of_a_delivery_is_described_member_by_member() -> None:
    """As the model has it, in words of OpenAPI 3.0: no reference, no `null` as a type, no tuple."""
    report = WHOLE_DELIVERY['properties']['report']
    assert {'crs', 'rows', 'notes', 'diff'} <= set(report['required'])
    assert 'map_extent' not in report['properties'], 'it is no part of the document'
    place = report['properties']['rows']['properties']['bad']['items']['properties']['place']
    assert place == {'type': 'array', 'items': {'type': 'number'}, 'minItems': 2, 'maxItems': 2, 'nullable': True}
    text = json.dumps(report)
    assert not re.search(r'\$ref|prefixItems|"null"', text)

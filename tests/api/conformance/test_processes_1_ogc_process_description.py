"""OGC API - Processes - Part 1, class OGC Process Description."""

from typing import Any

import jsonschema
import pytest
from openapi_schema_validator import OAS30Validator

from tests.api.conformance.conftest import Api
from tests.api.conformance.test_processes_1_json import SUMMARY

CLASSES = ['http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/ogc-process-description']
DESCRIBED = {'title': {'type': 'string'}, 'description': {'type': 'string'}}
# inputDescription.yaml and outputDescription.yaml
INPUT = {
    'type': 'object',
    'required': ['schema'],
    'properties': {
        **DESCRIBED,
        'schema': {'type': 'object'},
        'minOccurs': {'type': 'integer', 'minimum': 0},
        'maxOccurs': {'oneOf': [{'type': 'integer', 'minimum': 1}, {'enum': ['unbounded']}]},
    },
}
OUTPUT = {'type': 'object', 'required': ['schema'], 'properties': {**DESCRIBED, 'schema': {'type': 'object'}}}
# What a schema may say, by schema.yaml.
KEYWORDS = {
    'title', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum', 'maxLength', 'minLength',
    'pattern', 'maxItems', 'minItems', 'uniqueItems', 'maxProperties', 'minProperties', 'required', 'enum', 'type',
    'not', 'allOf', 'oneOf', 'anyOf', 'items', 'properties', 'additionalProperties', 'description', 'format',
    'default', 'nullable', 'readOnly', 'writeOnly', 'example', 'deprecated', 'contentMediaType', 'contentEncoding',
    'contentSchema',
}  # fmt: skip


@pytest.fixture
def descriptions(api: Api) -> list[dict[str, Any]]:
    """The description of every process."""
    return [api.json(f'/processes/{one["id"]}') for one in api.json('/processes')['processes']]


def parts(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schema and all schemas in it."""
    inner = [*schema.get('properties', {}).values(), *schema.get('oneOf', []), *schema.get('allOf', [])]
    inner += [schema[name] for name in ('items', 'additionalProperties') if isinstance(schema.get(name), dict)]
    return [schema, *(part for one in inner for part in parts(one))]


def is_schema(schema: dict[str, Any]) -> None:
    """Fails unless it is one of OpenAPI 3.0 that says only what schema.yaml has, and extensions."""
    OAS30Validator.check_schema(schema)
    for part in parts(schema):
        assert {name for name in part if not name.startswith('x-')} <= KEYWORDS, part


def test_ogc_process_description_json_encoding(descriptions: list[dict[str, Any]]) -> None:
    """/req/ogc-process-description/json-encoding"""
    assert descriptions
    for one in descriptions:
        jsonschema.validate(one, SUMMARY)
        assert one['title']
        assert one['description']


def test_inputs_and_each_input(descriptions: list[dict[str, Any]]) -> None:
    """/req/ogc-process-description/inputs-def, /input-def"""
    for one in descriptions:
        assert one['inputs']
        for name, described in one['inputs'].items():
            jsonschema.validate(described, INPUT)
            is_schema(described['schema'])
            assert described['title'], name
            # who leaves it out gets what is written there
            if 'default' in described['schema']:
                assert described['minOccurs'] == 0, name
                OAS30Validator(described['schema']).validate(described['schema']['default'])


def test_inputs_of_several_types(descriptions: list[dict[str, Any]]) -> None:
    """/req/ogc-process-description/input-mixed-type: `oneOf`, each with a type or format of its own."""
    mixed = [
        described['schema']
        for one in descriptions
        for described in one['inputs'].values()
        if 'type' not in described['schema']
    ]
    assert mixed
    for schema in mixed:
        assert all(option.get('type') or option.get('allOf') for option in schema.get('oneOf', schema.get('allOf')))


def test_inputs_of_several_values(descriptions: list[dict[str, Any]]) -> None:
    """/req/ogc-process-description/inputs-def: how many are allowed is told"""
    (echo,) = [one for one in descriptions if one['id'] == 'echo']
    assert echo['inputs']['imagesInput']['maxOccurs'] == 150
    assert echo['inputs']['geometryInput']['maxOccurs'] == 5


def test_outputs_and_each_output(descriptions: list[dict[str, Any]]) -> None:
    """/req/ogc-process-description/outputs-def, /output-def, /output-mixed-type: a file names its media types."""
    for one in descriptions:
        assert one['outputs']
        for described in one['outputs'].values():
            jsonschema.validate(described, OUTPUT)
            is_schema(described['schema'])
            for option in described['schema'].get('oneOf', [described['schema']]):
                if one['id'] != 'echo':
                    assert option['contentMediaType']
                    assert option['type'] == 'object' or option['contentEncoding'] == 'binary'


def test_the_example_fits_the_inputs(descriptions: list[dict[str, Any]]) -> None:
    """What a description shows can be sent: it is what the schemas of its inputs allow."""
    for one in descriptions:
        sent = one['example']['inputs']
        assert {name for name, about in one['inputs'].items() if about['minOccurs']} <= set(sent) <= set(one['inputs'])
        for name, value in sent.items():
            OAS30Validator(one['inputs'][name]['schema']).validate(value)

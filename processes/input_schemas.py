"""The inputs of a process as its description has them: JSON schemas in the dialect of the standard."""

import pickle
from collections.abc import Collection
from functools import cache
from typing import Any

from pydantic.fields import FieldInfo

from processes.geojson import FEATURES_SCHEMA
from processes.inputs import LayerRef, ProcessInputs, field_metadata
from processes.scenario.reference import MOST_VERSIONS, ScenarioRef

# What fields store for forms and results, and schemas do not have; titles and descriptions they have in both languages.
FOR_FORMS = frozenset({
    'unit', 'geometry', 'filters', 'column_of', 'choices', 'levels', 'coverage', 'occurs',
    'instead_of', 'hint',
})  # fmt: skip


def describe_inputs(inputs: type[ProcessInputs]) -> dict[str, Any]:
    """Title, description and schema of every input, in both languages, and how often it may be given."""
    description: dict[str, Any] = pickle.loads(_pickled_description(inputs))  # noqa: S301 (of our own making)
    return description


@cache
def _pickled_description(inputs: type[ProcessInputs]) -> bytes:
    """The description, pickled, so that each caller gets its own: a service asks three times for each app it makes."""
    whole = inputs.model_json_schema()
    schemas = _inline_refs(whole['properties'], whole.get('$defs', {}))
    return pickle.dumps({name: _describe_input(field, schemas[name]) for name, field in inputs.model_fields.items()})


def _inline_refs(schema: Any, parts: dict[str, Any]) -> Any:
    """`schema` with the parts that it refers to in their places, in the dialect of the descriptions (`_plain_schema`).

    A description stands alone, so nothing can be referred to. A default of None says that a part may be left out.
    """
    if isinstance(schema, list):
        return [_inline_refs(part, parts) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if '$ref' in schema:
        name = schema['$ref'].rpartition('/')[2]
        of_our_own = {LayerRef.__name__: _one_layer, ScenarioRef.__name__: _one_scenario}
        whole = of_our_own[name]() if name in of_our_own else _nested_schema(_inline_refs(parts[name], parts))
        return whole | {name: words for name, words in schema.items() if name in ('title', 'description')}
    return {name: _inline_refs(value, parts) for name, value in schema.items() if name != 'discriminator'}


def _nested_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a part of an input, its fields in the dialect of the descriptions, titles in both languages."""
    fields = {name: _plain_schema(part, FOR_FORMS) for name, part in schema.get('properties', {}).items()}
    return {**schema, 'properties': fields} if fields else schema


def _describe_input(field: FieldInfo, schema: dict[str, Any]) -> dict[str, Any]:
    metadata = field_metadata(field)
    return {
        'title': metadata['title'],
        'description': metadata['description'],
        'schema': _schema_of(field, schema, metadata),
        'minOccurs': 1 if field.is_required() else 0,
        'maxOccurs': metadata['occurs'],
        # beside the schema, in which the standard's schema.yaml allows no extension
        **({'x-ogc-unit': metadata['unit']} if metadata.get('unit') else {}),
    }


def _schema_of(field: FieldInfo, schema: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    return _layer_schema(field) if field.annotation in (LayerRef, LayerRef | None) else _plain_schema(schema, metadata)


def _layer_schema(field: FieldInfo) -> dict[str, Any]:
    either = _one_layer()
    return either if field.is_required() or field.default is None else {**either, 'default': field.default.collection}


def _one_layer() -> dict[str, Any]:
    """A collection id; an object with id, filter and datetime; a FeatureCollection; or an earlier job."""
    narrowed = {'filter': {'type': 'string'}, 'datetime': {'type': 'string'}}
    collection = {'collection': {'type': 'string'}, **narrowed}
    job = {name: {'type': 'string'} for name in ('output', 'filter')}
    job = {'job': {'type': 'string', 'format': 'uuid'}, **job}
    return {
        'oneOf': [
            {'type': 'string'},
            {'type': 'object', 'required': ['collection'], 'properties': collection, 'additionalProperties': False},
            {'type': 'object', 'required': ['job'], 'properties': job, 'additionalProperties': False},
            FEATURES_SCHEMA,
        ]
    }


def _one_scenario() -> dict[str, Any]:
    """The id of a scenario, whose latest version is meant, or an object with id and version."""
    scenario_id = {'type': 'string', 'format': 'uuid'}
    members = {
        'id': scenario_id,
        'version': {'type': 'integer', 'minimum': 1, 'maximum': MOST_VERSIONS},
        **{name: {'type': 'string'} for name in ('digest', 'name')},
    }
    return {
        'oneOf': [
            scenario_id,
            {'type': 'object', 'required': ['id'], 'properties': members, 'additionalProperties': False},
        ]
    }


def _plain_schema(schema: dict[str, Any], metadata: Collection[str]) -> dict[str, Any]:
    """pydantic's schema in the dialect of the standard's descriptions (OpenAPI 3.0): no null, limits in two keys."""
    keep = {name: value for name, value in schema.items() if name not in metadata and value is not None}
    options = [option for option in keep.pop('anyOf', []) if option != {'type': 'null'}]
    if 'const' in keep:
        keep['enum'] = [keep.pop('const')]
    plain = {**keep, **(options[0] if len(options) == 1 else {'oneOf': options} if options else {})}
    for exclusive, limit in (('exclusiveMinimum', 'minimum'), ('exclusiveMaximum', 'maximum')):
        if plain.get(exclusive, True) is not True:
            plain |= {limit: plain[exclusive], exclusive: True}
    # what a list holds has limits of its own
    if isinstance(plain.get('items'), dict):
        plain['items'] = _plain_schema(plain['items'], {})
    return plain

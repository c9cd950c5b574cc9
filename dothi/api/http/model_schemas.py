"""The schema of a model's document in the dialect of OpenAPI 3.0: what is described is what is written."""

from typing import Any

from pydantic import BaseModel

from dothi.api.http.parameters import Schema

# What pydantic adds for its own tools, and what OpenAPI 3.0 has no words for.
LEFT_OUT = {'title', 'description', 'default', 'propertyNames', '$defs'}


def schema_of(model: type[BaseModel]) -> Schema:
    """The schema of what `model_dump(mode='json')` of the model gives. Models within it are written out in place."""
    whole = model.model_json_schema(mode='serialization')
    schema: Schema = _translate(whole, whole.get('$defs', {}))
    return schema


def _translate(part: Any, models: dict[str, Any]) -> Any:
    """A part of a JSON Schema as OpenAPI 3.0 writes it."""
    if isinstance(part, list):
        return [_translate(each, models) for each in part]
    return _translate_schema(part, models) if isinstance(part, dict) else part


def _translate_schema(schema: Schema, models: dict[str, Any]) -> Schema:
    if '$ref' in schema:
        return _translate_schema(models[schema['$ref'].rpartition('/')[2]], models)
    if 'prefixItems' in schema:
        return _array_of_some(schema['prefixItems'], models)
    if 'anyOf' in schema:
        return _one_of(schema['anyOf'], models)
    members = {key: value for key, value in schema.items() if key not in LEFT_OUT}
    if 'properties' in members:
        properties = {name: _translate_schema(each, models) for name, each in members['properties'].items()}
        # a document has every member, one with a default too
        return members | {'properties': properties, 'required': [*properties]}
    return {key: _translate(value, models) for key, value in members.items()}


def _one_of(choices: list[Any], models: dict[str, Any]) -> Schema:
    """One of several; that it may be null is a mark of its own in OpenAPI 3.0."""
    schemas = [_translate(choice, models) for choice in choices if choice != {'type': 'null'}]
    whole: Schema = schemas[0] if len(schemas) == 1 else {'anyOf': schemas}
    return whole | ({'nullable': True} if {'type': 'null'} in choices else {})


def _array_of_some(items: list[Any], models: dict[str, Any]) -> Schema:
    """An array of so many values of one kind, as longitude and latitude are."""
    return {'type': 'array', 'items': _translate(items[0], models), 'minItems': len(items), 'maxItems': len(items)}

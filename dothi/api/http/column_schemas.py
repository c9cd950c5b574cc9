"""A layer's own columns in the OpenAPI document, in the dialect of OpenAPI 3.0 and in both languages."""

from typing import Any

from dothi.core.layer import Audience, Column, ColumnType, Layer
from dothi.core.text import Text
from dothi.core.units import unit_vi

TYPES: dict[ColumnType, dict[str, str]] = {
    'text': {'type': 'string'},
    'integer': {'type': 'integer'},
    'number': {'type': 'number'},
    'boolean': {'type': 'boolean'},
    'date': {'type': 'string', 'format': 'date'},
    'timestamp': {'type': 'string', 'format': 'date-time'},
}


def column_schema(column: Column) -> dict[str, Any]:
    """What a value of the column can be."""
    limits = {'minimum': column.min, 'maximum': column.max}
    return {
        **TYPES[column.type],
        'title': column.title,
        **({'description': described} if (described := _column_description(column)) else {}),
        **({'enum': [*column.domain]} if column.domain else {}),
        **{name: limit for name, limit in limits.items() if limit is not None},
    }


def feature_schema(layer: Layer, audience: Audience) -> dict[str, Any]:
    """A feature of the layer, with the columns that `audience` sees."""
    properties = {name: _optional_schema(column) for name, column in layer.columns_for(audience).items()}
    own = {
        'id': {'type': 'integer'},
        'properties': {'type': 'object', 'properties': properties, 'additionalProperties': False},
    }
    required = ['id', 'type', 'geometry', 'properties']
    base = {'$ref': '#/components/schemas/feature'}
    return {'title': layer.title, 'allOf': [base, {'required': required, 'properties': own}]}


def collection_schema(layer: Layer) -> dict[str, Any]:
    """A page of the layer's features."""
    items = {'type': 'array', 'items': {'$ref': f'#/components/schemas/{layer.id}.feature'}}
    base = {'$ref': '#/components/schemas/featureCollection'}
    return {'title': layer.title, 'allOf': [base, {'properties': {'features': items}}]}


def _optional_schema(column: Column) -> dict[str, Any]:
    """Its schema where a value may be missing: 3.0 wants null among the values of an enumeration, too."""
    schema = column_schema(column)
    if column.required:
        return schema
    return schema | {'nullable': True} | ({'enum': [*schema['enum'], None]} if 'enum' in schema else {})


def _column_description(column: Column) -> Text | None:
    """Its description, unit and the meanings of its values."""
    parts = [column.description] if column.description else []
    if column.unit:
        parts.append(Text(vi=f'Đơn vị: {unit_vi(column.unit)}.', en=f'Unit: {column.unit}.'))
    if column.domain:
        values = column.domain.items()
        parts.append(
            Text.join(
                '; ', (Text(vi='{value}: {t}', en='{value}: {t}').format(value=value, t=t) for value, t in values)
            )
        )
    return Text.join(' ', parts) if parts else None

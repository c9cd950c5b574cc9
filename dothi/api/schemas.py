"""`/schema` and `/queryables`: what a collection's features are made of, and what a filter may name."""

import json
from typing import Any

from flask import Blueprint, Response

from dothi.api import parameters
from dothi.api.address import api_url
from dothi.api.language import language, page, say, wanted_format
from dothi.api.query import COMMON
from dothi.api.service import released, service
from dothi.api.snapshot import snapshot
from dothi.core.layer import Column, Layer
from dothi.core.text import Lang, Text

SCHEMAS = Blueprint('schemas', __name__)
DRAFT = 'https://json-schema.org/draft/2020-12/schema'
IDENTIFIER = Text(vi='Mã định danh', en='Identifier')
GEOMETRY = Text(vi='Hình học', en='Geometry')


@SCHEMAS.route('/collections/<path:collection_id>/schema')
def schema(collection_id: str) -> Response:
    """The JSON schema of a feature's properties, with units, domains and roles."""
    return _document(collection_id, 'schema')


@SCHEMAS.route('/collections/<path:collection_id>/queryables')
def queryables(collection_id: str) -> Response:
    """What a filter may name, in the form of a JSON schema."""
    return _document(collection_id, 'queryables')


def properties(layer: Layer, columns: dict[str, Column], lang: Lang) -> dict[str, Any]:
    """JSON schema of each property; the geometry is called `geom`, as in filters."""
    kind = layer.geometry.lower()
    fixed = {
        'id': {'type': 'integer', 'title': IDENTIFIER.pick(lang), 'x-ogc-role': 'id', 'readOnly': True},
        'geom': {'format': f'geometry-{kind}', 'title': GEOMETRY.pick(lang), 'x-ogc-role': 'primary-geometry'},
    }
    return fixed | {name: column_schema(layer, name, column, lang) for name, column in columns.items()}


def column_schema(layer: Layer, name: str, column: Column, lang: Lang) -> dict[str, Any]:
    """JSON schema of one column."""
    types = {'text': 'string', 'date': 'string', 'timestamp': 'string'}
    formats = {'date': 'date', 'timestamp': 'date-time'}
    found: dict[str, Any] = {'type': types.get(column.type, column.type), 'title': column.title.pick(lang)}
    if column.type in formats:
        found['format'] = formats[column.type]
    if column.description:
        found['description'] = column.description.pick(lang)
    if column.unit:
        found['x-ogc-unit'] = column.unit
    found |= {key: limit for key, limit in (('minimum', column.min), ('maximum', column.max)) if limit is not None}
    if column.domain:
        found['enum'] = [*column.domain]
        found['oneOf'] = [{'const': value, 'title': title.pick(lang)} for value, title in column.domain.items()]
    return found | _role(layer, name)


def _role(layer: Layer, name: str) -> dict[str, str]:
    begins, ends = layer.publish.validity or (None, None)
    roles = {begins: 'primary-interval-start', ends: 'primary-interval-end'}
    return {'x-ogc-role': roles[name]} if name in roles else {}


def _document(collection_id: str, kind: str) -> Response:
    layer = service().layer(collection_id)
    parameters.refuse_unknown(COMMON)
    form = wanted_format()
    with snapshot() as db:
        released(layer, db.releases())
    document = {
        '$schema': DRAFT,
        '$id': f'{api_url()}/collections/{layer.id}/{kind}',
        'type': 'object',
        'title': say(layer.title),
        'description': say(layer.description),
        'properties': properties(layer, layer.columns_for(service().audience), language()),
        'additionalProperties': False,
    }
    if form == 'html':
        return Response(page(f'collections/{kind}.html', {'id': layer.id, **document}), mimetype='text/html')
    return Response(json.dumps(document, ensure_ascii=False), mimetype='application/schema+json')

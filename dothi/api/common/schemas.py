"""`/schema`, `/queryables` and `/sortables`: what features are made of, what a filter may name, what orders them."""

from typing import Any

from flask import Blueprint, Response

from dothi.api.coverages.views import coverage_schema
from dothi.api.http import parameters
from dothi.api.http.address import api_url
from dothi.api.http.documents import as_json, as_page
from dothi.api.http.language import language, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.service import require_release, service
from dothi.api.http.snapshot import snapshot
from dothi.core.cql2 import where
from dothi.core.layer import Audience, Column, Layer
from dothi.core.text import LANGUAGES, Lang, Text
from dothi.core.units import ucum

SCHEMAS = Blueprint('schemas', __name__)
MEDIA_TYPE = 'application/schema+json'
DRAFT = 'https://json-schema.org/draft/2020-12/schema'
IDENTIFIER = Text(vi='Mã định danh', en='Identifier')
GEOMETRY = Text(vi='Hình học', en='Geometry')
# Types and formats in the words of JSON schema and OpenAPI.
TYPES = {
    'text': {'type': 'string'},
    'integer': {'type': 'integer', 'format': 'int64'},
    'number': {'type': 'number', 'format': 'double'},
    'boolean': {'type': 'boolean'},
    'date': {'type': 'string', 'format': 'date'},
    'timestamp': {'type': 'string', 'format': 'date-time'},
}
# Part 5 became OGC API - Common Part 3; QGIS 3.40 and GDAL look for the names that it had before.
CONFORMANCE_CLASSES = (
    *(f'http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/{name}' for name in (
        'schemas', 'core-roles-features', 'returnables-and-receivables', 'queryables', 'sortables',
    )),
    *(f'http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/{name}' for name in (
        'schemas', 'advanced-property-roles', 'returnables-and-receivables', 'queryables', 'sortables',
        'profile-codelists',
    )),
    'http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables',
    *where.CONFORMANCE_CLASSES,
)  # fmt: skip
CODELISTS = 'http://www.opengis.net/def/profile/OGC/0/codelist-inline'
# The collection of units whose codes a column holds. OGC's x-ogc-collectionId is for ids of features.
UNIT_LAYER = 'x-dothi-unit-layer'
# The columns by which `/edits` names a feature without its id.
KEY = 'x-dothi-key'


@SCHEMAS.route('/collections/<path:collection_id>/schema')
def schema(collection_id: str) -> Response:
    """The JSON schema of a feature's properties, or of a coverage's bands, with units, domains and roles."""
    if collection_id in service().coverages:
        return coverage_schema(collection_id)
    return _schema_response(collection_id, 'schema')


@SCHEMAS.route('/collections/<path:collection_id>/queryables')
def queryables(collection_id: str) -> Response:
    """What a filter may name, in the form of a JSON schema."""
    return _schema_response(collection_id, 'queryables')


@SCHEMAS.route('/collections/<path:collection_id>/sortables')
def sortables(collection_id: str) -> Response:
    """What `sortby` may name, in the form of a JSON schema."""
    return _schema_response(collection_id, 'sortables')


@SCHEMAS.route('/collections/<path:collection_id>/schema/feature')
def feature_schema(collection_id: str) -> Response:
    """The JSON schema of a whole feature as GeoJSON, from which GDAL takes the types of columns."""
    layer = _requested_layer(collection_id)
    wanted_format(('json',))
    return as_json(feature_document(layer, service().audience, language()), MEDIA_TYPE)


def schema_properties(layer: Layer, columns: dict[str, Column], lang: Lang) -> dict[str, Any]:
    """JSON schema of each property; the geometry is called `geom`, as in filters."""
    by_name = {
        'id': TYPES['integer'] | _title_member(IDENTIFIER, lang) | {'x-ogc-role': 'id', 'readOnly': True},
        'geom': {'format': f'geometry-{layer.geometry.lower()}'}
        | _title_member(GEOMETRY, lang)
        | {'x-ogc-role': 'primary-geometry'},
        **{name: column_schema(layer, name, column, lang) for name, column in columns.items()},
    }
    return {name: {**schema, 'x-ogc-propertySeq': place} for place, (name, schema) in enumerate(by_name.items(), 1)}


def column_schema(layer: Layer, name: str, column: Column, lang: Lang) -> dict[str, Any]:
    """JSON schema of one column."""
    schema: dict[str, Any] = TYPES[column.type] | _title_member(column.title, lang)
    if column.description:
        schema['description'] = column.description.pick(lang)
    if column.unit:
        schema['x-ogc-unit'] = ucum(column.unit)
    limits = (('minimum', column.min), ('maximum', column.max))
    schema |= {key: _limit_number(column, limit) for key, limit in limits if limit is not None}
    if column.domain:
        schema['enum'] = [*column.domain]
        schema['oneOf'] = [{'const': value} | _title_member(title, lang) for value, title in column.domain.items()]
    if column.unit_layer:
        schema[UNIT_LAYER] = column.unit_layer
    return schema | _role_member(layer, name)


def schema_document(layer: Layer, audience: Audience, kind: str, lang: Lang) -> dict[str, Any]:
    """The schema that is called `kind`, in `lang`."""
    columns = layer.columns_for(audience)
    members = schema_properties(layer, columns, lang)
    if kind == 'sortables':
        del members['geom']
    if kind == 'queryables':
        # the one sign by which QGIS 3.40 knows a geometry: it then sends boxes to the server as a filter
        members['geom']['$ref'] = f'https://geojson.org/schema/{layer.geometry}.json'
    required = [name for name, column in columns.items() if column.required or name in layer.key]
    return {
        '$schema': DRAFT,
        '$id': f'{api_url()}/collections/{layer.id}/{kind}',
        'type': 'object',
        **_title_member(layer.title, lang),
        'description': layer.description.pick(lang),
        'properties': members,
        **({'required': required, KEY: _visible_key(layer, columns)} if kind == 'schema' else {}),
        'additionalProperties': False,
    }


def _visible_key(layer: Layer, columns: dict[str, Column]) -> list[str]:
    """The columns that name a feature for its agency; none where the reader does not see them all."""
    return layer.key if columns.keys() >= set(layer.key) else []


def feature_document(layer: Layer, audience: Audience, lang: Lang) -> dict[str, Any]:
    """The schema of a feature: its properties as in `/schema`; null stands where there is no value."""
    columns = layer.columns_for(audience)
    own = {name: column_schema(layer, name, column, lang) for name, column in columns.items()}
    return {
        '$schema': DRAFT,
        '$id': f'{api_url()}/collections/{layer.id}/schema/feature',
        'type': 'object',
        **_title_member(layer.title, lang),
        'required': ['type', 'geometry', 'properties'],
        'properties': {
            'type': {'type': 'string', 'enum': ['Feature']},
            'id': TYPES['integer'],
            'geometry': {
                'type': 'object',
                'properties': {
                    'type': {'type': 'string', 'enum': [layer.geometry]},
                    'coordinates': {'type': 'array'},
                },
            },
            'properties': {'type': 'object', 'properties': own},
        },
    }


def _title_member(title: Text, lang: Lang) -> dict[str, Any]:
    """The title in the reader's language, and in all: a keyword of one's own must be called x-ogc-something."""
    return {'title': title.pick(lang), 'x-ogc-titles': title.model_dump()}


def _limit_number(column: Column, limit: float) -> float:
    return int(limit) if column.type == 'integer' else limit


def _role_member(layer: Layer, name: str) -> dict[str, str]:
    """The role of a column in time: an end of the validity, by which `datetime` selects.

    A date beside it, such as the day on which a station began to work, says nothing of when the feature is there.
    """
    roles = dict(zip(layer.publish.validity or (), ('primary-interval-start', 'primary-interval-end'), strict=False))
    return {'x-ogc-role': roles[name]} if name in roles else {}


def _requested_layer(collection_id: str) -> Layer:
    """The layer that is asked about; raises UnknownLayer, NoRelease, UnknownParameter."""
    layer = service().layer(collection_id)
    parameters.refuse_unknown(COMMON)
    with snapshot() as db:
        require_release(layer, db.releases())
    return layer


def _schema_response(collection_id: str, kind: str) -> Response:
    layer = _requested_layer(collection_id)
    form = wanted_format()
    schema = schema_document(layer, service().audience, kind, language())
    if form == 'html':
        return as_page('collections/schema.html', {'id': layer.id, 'kind': kind, **schema})
    response = as_json(schema, MEDIA_TYPE)
    other = next(lang for lang in LANGUAGES if lang != language())
    response.headers.add('Link', f'<{schema["$id"]}?lang={other}>', rel='alternate', hreflang=other)
    response.headers.add('Link', f'<{CODELISTS}>', rel='profile')
    return response

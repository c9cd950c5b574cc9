"""The OpenAPI document's part on the catalogue: its records, what may be asked of them, and documents."""

from typing import Any

from dothi.api.http.language import GEOJSON, JSON
from dothi.api.http.offer import Offer
from dothi.api.http.operations import SCHEMA, content, get
from dothi.api.http.parameters import Parameter, in_formats, in_path
from dothi.api.records.explanations import MARKDOWN, explanations
from dothi.api.records.query import PARAMETERS
from dothi.api.records.queryables import KINDS
from dothi.api.records.views import LIST_FORMATS, MEDIA_TYPES, RECORD_FORMATS
from dothi.core.text import Text

BASE = '/collections/catalogue'
LINK = {'$ref': '#/components/schemas/link'}
TEXTS = {'type': 'array', 'items': {'type': 'string'}}
TIME = {
    'type': 'object',
    'nullable': True,
    'properties': {'interval': {**TEXTS, 'minItems': 2, 'maxItems': 2}, 'resolution': {'type': 'string'}},
}
PROPERTIES_OF_RECORDS = (
    'title', 'description', 'created', 'updated', 'license', 'rights', 'agency', 'theme', 'access', 'origin',
    'updateCycle', 'nextUpdateDue', 'storageCrs', 'geometryType',
)  # fmt: skip
CONTACT = {
    'type': 'object',
    'properties': {'organization': {'type': 'string'}, 'position': {'type': 'string'}, 'roles': TEXTS},
}
METADATA_GROUP = {
    'type': 'object',
    'required': ['id', 'title', 'entries'],
    'properties': {
        'id': {'type': 'string'},
        'title': {'type': 'string'},
        'entries': {
            'type': 'array',
            'items': {
                'type': 'object',
                'required': ['id', 'title'],
                'properties': {'id': {'type': 'string'}, 'title': {'type': 'string'}, 'value': {}},
            },
        },
    },
}
RECORD = {
    'type': 'object',
    'required': ['type', 'id', 'geometry', 'properties', 'links'],
    'properties': {
        'type': {'type': 'string', 'enum': ['Feature']},
        'id': {'type': 'string'},
        'conformsTo': TEXTS,
        'time': TIME,
        'geometry': {'$ref': '#/components/schemas/geometry'},
        'properties': {
            'type': 'object',
            'required': ['type', 'title'],
            'properties': {
                'type': {'type': 'string', 'enum': [*KINDS]},
                **{name: {'type': 'string'} for name in PROPERTIES_OF_RECORDS},
                **{name: {'type': 'integer'} for name in ('release', 'rows', 'badRows')},
                'demo': {'type': 'boolean'},
                'keywords': TEXTS,
                'quality': {'type': 'object', 'nullable': True},
                'contacts': {'type': 'array', 'items': CONTACT},
                'metadataGroups': {'type': 'array', 'items': METADATA_GROUP},
            },
        },
        'links': {'type': 'array', 'items': LINK},
        'linkTemplates': {'type': 'array', 'items': {'type': 'object', 'required': ['uriTemplate']}},
    },
}
RECORDS = {
    'type': 'object',
    'required': ['type', 'features', 'links', 'numberMatched', 'numberReturned', 'timeStamp'],
    'properties': {
        'type': {'type': 'string', 'enum': ['FeatureCollection']},
        'features': {'type': 'array', 'items': RECORD},
        'links': {'type': 'array', 'items': LINK},
        'timeStamp': {'type': 'string', 'format': 'date-time'},
        'numberMatched': {'type': 'integer', 'minimum': 0},
        'numberReturned': {'type': 'integer', 'minimum': 0},
    },
}
DESCRIBED = {
    '': ('describeCatalogue', Text(vi='Danh mục dữ liệu', en='The catalogue'), 'collection', JSON),
    '/schema': ('getCatalogueSchema', Text(vi='Cấu trúc của bản ghi', en='Schema of records'), 'anyObject', SCHEMA),
    '/queryables': ('getCatalogueQueryables', Text(vi='Thuộc tính lọc được', en='Queryables'), 'anyObject', SCHEMA),
    '/sortables': ('getCatalogueSortables', Text(vi='Thuộc tính sắp được', en='Sortables'), 'anyObject', SCHEMA),
}


RECORD_ID = in_path('recordId', Text(vi='Mã bản ghi', en='Record id'), example='document-decree-14-2014')
DOCUMENT_ID = in_path(
    'documentId',
    Text(vi='Mã tài liệu', en='Document id'),
    lambda offer: {'type': 'string', 'enum': [*explanations(offer.audience)]},
)


def record_paths(offer: Offer) -> dict[str, Any]:
    """Operations of the catalogue, and of the documents that the service hands out itself."""

    def path_item(name: str, what: Text, parameters: list[Parameter[Any]], success: dict[str, Any]) -> dict[str, Any]:
        return get(offer, name, what, parameters, success, tag='catalogue')

    paths = {
        f'{BASE}{end}': path_item(name, what, in_formats(), content(schema, media_type))
        for end, (name, what, schema, media_type) in DESCRIBED.items()
    }
    return paths | {
        f'{BASE}/items': path_item(
            'getRecords', Text(vi='Bản ghi', en='Records'), in_formats(LIST_FORMATS, PARAMETERS),
            _in_forms(RECORDS, LIST_FORMATS),
        ),
        f'{BASE}/items/{{recordId}}': path_item(
            'getRecord', Text(vi='Một bản ghi', en='One record'), [RECORD_ID, *in_formats(RECORD_FORMATS)],
            _in_forms(RECORD, RECORD_FORMATS),
        ),
        '/documents/{documentId}': path_item(
            'getDocument', Text(vi='Giải thích phương pháp', en='An explanation of a method'),
            [DOCUMENT_ID, *in_formats(('md', 'html'))], content({'type': 'string'}, MARKDOWN),
        ),
    }  # fmt: skip


def _in_forms(schema: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """An answer as GeoJSON, as a page, and in the others of these formats."""
    other_names = [name for name in names if name not in ('json', 'html')]
    also = {MEDIA_TYPES[name]: {'type': 'object' if name == 'dcat' else 'string'} for name in other_names}
    return content(schema, GEOJSON, also)

"""The service itself in the OpenAPI document, and what describes a layer: its collection, schema, queryables."""

from typing import Any

from dothi.api.common.qgis import AUTHCFG
from dothi.api.common.qgis_plugin import NAME as PLUGIN
from dothi.api.common.qgis_plugin import QGIS_VERSION, XML, ZIP
from dothi.api.http.language import JSON, JSONLD
from dothi.api.http.offer import Offer
from dothi.api.http.operations import BINARY, READING, SCHEMA, content, get
from dothi.api.http.parameters import LANG, in_formats
from dothi.cartography.qgis_project.project_file import MEDIA_TYPES as PROJECT_TYPES
from dothi.core.text import Text

OPENAPI = 'application/vnd.oai.openapi+json;version=3.0'
WITH_JSONLD = ('json', 'html', 'jsonld')
WORDS = {'type': 'array', 'items': {'type': 'string'}}
FUNCTIONS = {
    'type': 'object',
    'required': ['functions'],
    'properties': {
        'functions': {
            'type': 'array',
            'items': {
                'type': 'object',
                'required': ['name', 'arguments', 'returns'],
                'properties': {
                    'name': {'type': 'string'},
                    'description': {'type': 'string'},
                    'arguments': {
                        'type': 'array',
                        'items': {'type': 'object', 'properties': {'title': {'type': 'string'}, 'type': WORDS}},
                    },
                    'returns': WORDS,
                },
            },
        },
        'links': {'type': 'array', 'items': {'$ref': '#/components/schemas/link'}},
    },
}
TEXT, NUMBER, YES_NO = {'type': 'string'}, {'type': 'number'}, {'type': 'boolean'}
NORM_ROWS = {
    'type': 'object',
    'required': ['in_force_on', 'norms'],
    'properties': {
        'in_force_on': {'type': 'string', 'format': 'date'},
        'norms': {
            'type': 'array',
            'items': {
                'type': 'object',
                'required': [
                    'norm',
                    'subject',
                    'condition',
                    'value',
                    'unit',
                    'value_text',
                    'title',
                    'applies_to',
                    'source',
                ],
                'properties': {
                    **dict.fromkeys(('norm', 'subject', 'condition', 'class', 'unit', 'clause', 'measured_from'), TEXT),
                    **dict.fromkeys(('value_text', 'title', 'applies_to', 'source', 'measured'), TEXT),
                    'value': NUMBER,
                    'verified': YES_NO,
                },
            },
        },
        'links': {'type': 'array', 'items': {'$ref': '#/components/schemas/link'}},
    },
}
type Described = tuple[str, Text, str | dict[str, Any], str, tuple[str, ...]]
# By path: name of the operation, title, schema, media type, and formats where they are not JSON and a page.
OF_THE_SERVICE: dict[str, Described] = {
    '/': ('getLandingPage', Text(vi='Trang chủ API', en='Landing page'), 'landingPage', JSON, WITH_JSONLD),
    '/conformance': (
        'getConformanceDeclaration', Text(vi='Các lớp tuân thủ', en='Conformance classes'), 'confClasses', JSON, (),
    ),
    '/collections': (
        'getCollections', Text(vi='Các lớp dữ liệu', en='Collections'), 'collections', JSON, WITH_JSONLD,
    ),
    '/openapi': ('getOpenapi', Text(vi='Tài liệu này', en='This document'), 'anyObject', OPENAPI, ()),
    '/openapi/templated': (
        'getTemplatedOpenapi',
        Text(vi='Tài liệu này, một đường dẫn cho mọi lớp', en='This document, with one path for all collections'),
        'anyObject', OPENAPI, ('json',),
    ),
    '/functions': (
        'getFunctions', Text(vi='Hàm dùng được trong bộ lọc', en='Functions that a filter may call'), FUNCTIONS, JSON,
        (),
    ),
    '/norms': (
        'getNorms', Text(vi='Trị số quy chuẩn đang có hiệu lực', en='Values of norms that are in force'), NORM_ROWS,
        JSON, (),
    ),
}  # fmt: skip
OF_A_LAYER: dict[str, Described] = {
    '': ('describe', Text(vi='mô tả', en='description'), 'collection', JSON, WITH_JSONLD),
    '/schema': ('getSchema', Text(vi='cấu trúc', en='schema'), 'anyObject', SCHEMA, ()),
    '/queryables': ('getQueryables', Text(vi='thuộc tính lọc được', en='queryables'), 'anyObject', SCHEMA, ()),
    '/sortables': ('getSortables', Text(vi='thuộc tính sắp xếp được', en='sortables'), 'anyObject', SCHEMA, ()),
    '/schema/feature': (
        'getFeatureSchema', Text(vi='cấu trúc của đối tượng', en='schema of a feature'), 'anyObject', SCHEMA, ('json',),
    ),
}  # fmt: skip


def common_paths(offer: Offer) -> dict[str, Any]:
    """Operations of the service, and those that describe a layer."""
    not_missing = [status for status in READING if status != '404']
    paths = {path: _document(offer, *described, *not_missing) for path, described in OF_THE_SERVICE.items()}
    paths |= _qgis_paths(offer)
    for of in map(offer.of, offer.layers):
        base = f'/collections/{of.layer.id}'
        paths |= {f'{base}{end}': _document(of, *described, *READING) for end, described in OF_A_LAYER.items()}
    return paths


def _qgis_paths(offer: Offer) -> dict[str, Any]:
    """The project and the plugin for QGIS."""
    not_missing = [status for status in READING if status not in ('304', '404')]
    texts = {
        '/qgis/plugins.xml': (
            'getQgisPlugins', Text(vi='Kho trình cắm cho QGIS', en='Repository of plugins for QGIS'), XML,
        ),
        f'/qgis/{PLUGIN}.zip': ('getQgisPlugin', Text(vi='Trình cắm QGIS', en='The plugin for QGIS'), ZIP),
    }  # fmt: skip
    files = {
        path: get(
            offer, name, what, [LANG, QGIS_VERSION],
            {'description': what, 'content': {media_type: {'schema': BINARY}}}, *not_missing,
        )
        for path, (name, what, media_type) in texts.items()
    }  # fmt: skip
    return {'/qgis/project': _qgis_project(offer), **files}


def _qgis_project(offer: Offer) -> dict[str, Any]:
    body = {
        'description': Text(vi='Tệp dự án, mở bằng QGIS 3.34 trở lên.', en='The project, for QGIS 3.34 and later.'),
        'content': {media_type: {'schema': BINARY} for media_type in PROJECT_TYPES.values()},
    }
    what = Text(vi='Dự án QGIS với mọi lớp dữ liệu', en='QGIS project with every layer')
    not_missing = [status for status in READING if status not in ('304', '404')]
    return get(offer, 'getQgisProject', what, [*in_formats(PROJECT_TYPES), AUTHCFG], body, *not_missing)


def _document(
    offer: Offer,
    name: str,
    what: Text,
    schema: str | dict[str, Any],
    media_type: str,
    formats: tuple[str, ...],
    *errors: str,
) -> dict[str, Any]:
    """A document in these formats, JSON and a page where none is named."""
    also = {JSONLD: {'type': 'object'}} if 'jsonld' in formats else {}
    success = content(schema, media_type, also, html=formats != ('json',))
    return get(offer, name, what, in_formats(formats or ('json', 'html')), success, *errors)

"""The OpenAPI document's part on the catalogue: its records, what may be asked of them, and documents."""

from typing import Any

from dothi.api.http.served_crs import CRS84
from dothi.api.openapi.parts import Offer, Words, both, content, form, operation, path, query, responses, shared
from dothi.api.openapi.schemas import LINKS
from dothi.api.records.explanations import MARKDOWN, explanations
from dothi.api.records.geojson import FORMS
from dothi.api.records.query import AMONG, CRS_PARAMETERS, ONE_OF, WITHIN
from dothi.api.records.queryables import KINDS, QUERYABLES, SORTABLES

TAG = 'catalogue'
BASE = '/collections/catalogue'
SCHEMA = 'application/schema+json'
TEXTS = {'type': 'array', 'items': {'type': 'string'}}
TIME = {
    'type': 'object',
    'nullable': True,
    'properties': {'interval': {**TEXTS, 'minItems': 2, 'maxItems': 2}, 'resolution': {'type': 'string'}},
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
            'properties': {'type': {'type': 'string', 'enum': [*KINDS]}, 'title': {'type': 'string'}},
        },
        'links': LINKS,
        'linkTemplates': {'type': 'array', 'items': {'type': 'object', 'required': ['uriTemplate']}},
    },
}
RECORDS = {
    'type': 'object',
    'required': ['type', 'features', 'links', 'numberMatched', 'numberReturned', 'timeStamp'],
    'properties': {
        'type': {'type': 'string', 'enum': ['FeatureCollection']},
        'features': {'type': 'array', 'items': RECORD},
        'links': LINKS,
        'timeStamp': {'type': 'string', 'format': 'date-time'},
        'numberMatched': {'type': 'integer', 'minimum': 0},
        'numberReturned': {'type': 'integer', 'minimum': 0},
    },
}
DESCRIBED = {
    '': ('describeCatalogue', both('Danh mục dữ liệu', 'The catalogue'), 'collection', 'application/json'),
    '/schema': ('getCatalogueSchema', both('Cấu trúc của bản ghi', 'Schema of records'), 'anyObject', SCHEMA),
    '/queryables': ('getCatalogueQueryables', both('Thuộc tính lọc được', 'Queryables'), 'anyObject', SCHEMA),
    '/sortables': ('getCatalogueSortables', both('Thuộc tính sắp được', 'Sortables'), 'anyObject', SCHEMA),
}


def record_paths(offer: Offer) -> dict[str, Any]:
    """Operations of the catalogue, and of the documents that the service hands out itself."""
    paths = {
        f'{BASE}{end}': _records_operation(name, summary, shared('f', 'lang'), content(schema, media_type))
        for end, (name, summary, schema, media_type) in DESCRIBED.items()
    }
    which = path('recordId', both('Mã bản ghi', 'Record id'), example='document-decree-14-2014')
    forms = form(*(name for name, _, _ in FORMS))
    document = path('documentId', both('Mã tài liệu', 'Document id'), {'type': 'string', 'enum': _document_ids(offer)})
    paths[f'{BASE}/items'] = _records_operation(
        'getRecords', both('Bản ghi', 'Records'), _query_parameters(offer), _in_forms(RECORDS, 'dcat')
    )
    paths[f'{BASE}/items/{{recordId}}'] = _records_operation(
        'getRecord',
        both('Một bản ghi', 'One record'),
        [which, forms, *shared('lang')],
        _in_forms(RECORD, *METADATA_FORMS),
    )
    paths['/documents/{documentId}'] = _records_operation(
        'getDocument',
        both('Giải thích phương pháp', 'An explanation of a method'),
        [document, form('md', 'html'), *shared('lang')],
        content({'type': 'string'}, MARKDOWN),
    )
    return paths


METADATA_FORMS = ('iso19139', 'iso19115-3', 'dcat')
TYPES = {name: media_type for name, media_type, _ in FORMS}


def _records_operation(
    name: str, summary: Words, parameters: list[dict[str, Any]], success: dict[str, Any]
) -> dict[str, Any]:
    answers = responses(success, '304', '400', '404', '500', '503')
    return {'get': operation(name, summary, parameters, answers, tag=TAG)}


def _in_forms(schema: dict[str, Any], *others: str) -> dict[str, Any]:
    """An answer as GeoJSON, as a page, and in other forms."""
    answer = content(schema, 'application/geo+json')
    more = {TYPES[name]: {'schema': {'type': 'object' if name == 'dcat' else 'string'}} for name in others}
    return {**answer, 'content': answer['content'] | more}


def _document_ids(offer: Offer) -> list[str]:
    return [*explanations(offer.audience)]


def _query_parameters(offer: Offer) -> list[dict[str, Any]]:
    return [
        form('json', 'html', 'dcat'),
        *shared('lang', 'limit', 'bbox', 'filter', 'filter-lang'),
        *(_crs_parameter(name) for name in CRS_PARAMETERS),
        query('offset', both('Số bản ghi bỏ qua ở đầu.', 'Records to leave out at the beginning.'),
              {'type': 'integer', 'minimum': 0, 'default': 0}),
        query('datetime', both('Bản ghi có thời gian giao với khoảng này (RFC 3339).',
                               'Records whose time meets this instant or interval of RFC 3339.'),
              {'type': 'string'}, style='form', explode=False, example='2014-01-01/2014-12-31'),
        _list_parameter('q', both('Cụm từ cần tìm, không cần dấu; dấu phẩy nghĩa là hoặc.',
                        'Phrases to search for, accents do not matter; a comma means or.'), TEXTS, 'du lieu'),
        *(
            _list_parameter(name, TITLES[name], _queryable_schema(name, offer), EXAMPLES.get(name))
            for name in (*ONE_OF, *AMONG)
        ),
        *(_interval_parameter(name) for name in WITHIN),
        _list_parameter('sortby', both('Sắp theo các thuộc tính; dấu - là giảm dần.',
                             'Properties to sort by; - before one sorts it downwards.'),
              {'type': 'array', 'minItems': 1, 'items': {'type': 'string', 'pattern': f'[+-]?({"|".join(SORTABLES)})'}},
              '-updated'),
    ]  # fmt: skip


def _list_parameter(name: str, text: Words, schema: dict[str, Any], example: str | None = None) -> dict[str, Any]:
    example_member = {'example': [example]} if example else {}
    return query(name, text, schema, style='form', explode=False, **example_member)


def _queryable_schema(name: str, offer: Offer) -> dict[str, Any]:
    codes = {'type': [*KINDS], 'language': ['vi', 'en'], 'access': ['public', 'internal'],
             'theme': sorted({layer.theme for layer in offer.layers}),
             'agency': sorted({layer.agency for layer in offer.layers})}  # fmt: skip
    choices = {'enum': codes[name]} if codes.get(name) else {}
    return {'type': 'array', 'items': {'type': 'string', **choices}}


def _interval_parameter(name: str) -> dict[str, Any]:
    title = QUERYABLES[name].title
    text = both(f'{title.vi}: trong khoảng này (RFC 3339).', f'{title.en}: within this interval of RFC 3339.')
    return query(name, text, {'type': 'string'}, example='../2030-01-01')


def _crs_parameter(name: str) -> dict[str, Any]:
    text = both('Bản ghi chỉ có ở hệ tọa độ này.', 'Records come in this coordinate system only.')
    schema = {'type': 'string', 'format': 'uri', 'enum': [CRS84], 'default': CRS84}
    return query(name, text, schema, style='form', explode=False)


TITLES = {
    'ids': both('Mã bản ghi.', 'Ids of records.'),
    'externalIds': both('Số hiệu, hoặc hệ:số hiệu.', 'External ids: value, scheme: or scheme:value.'),
    'keywords': both('Có một trong các từ khóa, không cần dấu.', 'With one of these keywords; accents do not matter.'),
    'language': both('Tài nguyên có ở ngôn ngữ này.', 'Resources in this language.'),
    **{
        name: both(f'{queryable.title.vi}.', f'{queryable.title.en}.')
        for name, queryable in QUERYABLES.items()
        if name in ONE_OF
    },
}
EXAMPLES = {'ids': 'document-decree-14-2014', 'externalIds': '14/2014/ND-CP', 'keywords': 'sieu du lieu'}

"""The OpenAPI document's part on features: the items of each collection, with the layer's own columns."""

from typing import Any

from dothi.api.http.parameters import COMMON
from dothi.api.http.query_body import CQL2, FORM
from dothi.api.items.documents import DOCUMENTS, FILE_FORMATS
from dothi.api.items.query import OWN
from dothi.api.openapi.columns import collection_schema, column_schema, feature_schema
from dothi.api.openapi.files import HEADERS, PART, binary
from dothi.api.openapi.parts import (
    JSONLD,
    Offer,
    both,
    content,
    form,
    headers,
    of_layer,
    operation,
    path,
    query,
    responses,
    shared,
)
from dothi.core.layer import Audience, Column, Layer

GEOJSON = 'application/geo+json'
SHARED = ('lang', 'limit', 'offset', 'cursor', 'bbox', 'bbox-crs', 'crs', 'datetime', 'filter-lang', 'filter-crs',
          'skipGeometry', 'max-allowable-offset')  # fmt: skip


def feature_paths(offer: Offer) -> dict[str, Any]:
    """Operations on the items of each layer."""
    paths: dict[str, Any] = {}
    for layer in offer.layers:
        base = f'/collections/{layer.id}'
        paths[f'{base}/items'] = {'get': _items(layer, offer.audience)}
        paths[f'{base}/items/{{featureId}}'] = {'get': _item(layer)}
        paths[f'{base}/search'] = {'post': _search(layer, offer.audience)}
    return paths


def feature_schemas(offer: Offer) -> dict[str, Any]:
    """Schemas of each layer's features and pages of them, by `<layer>.feature` and `<layer>.features`."""
    schemas = {f'{layer.id}.feature': feature_schema(layer, offer.audience) for layer in offer.layers}
    return schemas | {f'{layer.id}.features': collection_schema(layer) for layer in offer.layers}


def item_parameters(layer: Layer, audience: Audience) -> list[dict[str, Any]]:
    """Every query parameter of the layer's items."""
    columns = layer.columns_for(audience)
    return [form(*DOCUMENTS, *FILE_FORMATS), *shared(*SHARED), HEADERS, *_own(layer, columns), *_equal(columns)]


def _items(layer: Layer, audience: Audience) -> dict[str, Any]:
    return operation(
        f'getFeatures.{layer.id}',
        **of_layer(layer, both('đối tượng', 'features')),
        parameters=item_parameters(layer, audience),
        answers=responses(_page(layer), '304', '400', '404', '500', '503'),
    )


def _search(layer: Layer, audience: Audience) -> dict[str, Any]:
    """The same by POST, for filters that are longer than an address may be."""
    names = {name: {'type': 'string'} for name in ('filter', 'bbox', 'datetime', 'crs', 'sortby')}
    example = {'filter': _filter(layer.columns_for(audience)), 'limit': 1}
    by_name = {'type': 'object', 'properties': {**names, 'limit': {'type': 'integer', 'minimum': 1}}}
    bodies: dict[str, Any] = {
        'application/json': {'schema': {'type': 'object'}, 'example': example},
        FORM: {'schema': by_name, 'example': example},
    }
    bodies |= {name: {'schema': {'type': 'object'}, 'example': NOTHING_LEFT_OUT} for name in CQL2}
    return operation(
        f'searchFeatures.{layer.id}',
        **of_layer(layer, both('tìm đối tượng', 'search for features')),
        parameters=[form(*DOCUMENTS, *FILE_FORMATS), *shared('lang')],
        answers=responses(_page(layer), '400', '404', '413', '415', '500', '503'),
        requestBody={'required': True, 'content': bodies},
    )


# A filter as JSON that needs no column.
NOTHING_LEFT_OUT = {'op': '=', 'args': [1, 1]}


def _page(layer: Layer) -> dict[str, Any]:
    page = content(f'{layer.id}.features', GEOJSON, JSONLD)
    page['content'] |= binary(*FILE_FORMATS)
    page['headers'] |= headers('Content-Crs', 'Last-Modified', 'Link', *PART)
    return page


def _item(layer: Layer) -> dict[str, Any]:
    which = path('featureId', both('Mã đối tượng', 'Feature id'), {'type': 'integer', 'minimum': 1})
    answer = content(f'{layer.id}.feature', GEOJSON, JSONLD)
    answer['headers'] |= headers('Content-Crs', 'Last-Modified')
    return operation(
        f'getFeature.{layer.id}',
        **of_layer(layer, both('một đối tượng', 'one feature')),
        parameters=[which, form(*DOCUMENTS), *shared('lang', 'crs', 'max-allowable-offset')],
        answers=responses(answer, '304', '400', '404', '500', '503'),
    )


def _own(layer: Layer, columns: dict[str, Column]) -> list[dict[str, Any]]:
    """Parameters that depend on the layer's columns."""
    names = {'type': 'array', 'items': {'type': 'string', 'enum': [*columns]}}
    listed: dict[str, Any] = {'style': 'form', 'explode': False}
    first = next(iter(columns))
    properties = both('Thuộc tính cần có.', 'Properties to answer.')
    sorting = both(
        'Sắp theo các thuộc tính; dấu - là giảm dần.', 'Properties to sort by; - before one sorts downwards.'
    )
    return [
        query('filter', both('Bộ lọc CQL2.', 'CQL2 filter.'), {'type': 'string'}, example=_filter(columns)),
        query('properties', properties, names, example=[first], **listed),
        query('sortby', sorting, {'type': 'array', 'items': {'type': 'string'}}, example=[f'-{first}', 'id'], **listed),
        *_words(layer, columns),
    ]


def _words(layer: Layer, columns: dict[str, Column]) -> list[dict[str, Any]]:
    """`q`, where there is a column to search in."""
    searched = ', '.join(name for name in layer.publish.search if name in columns)
    if not searched:
        return []
    text = both(
        f'Từ cần tìm trong {searched}; không cần dấu.', f'Words to search for in {searched}, without accents too.'
    )
    return [query('q', text, {'type': 'string'}, example='nam')]


def _filter(columns: dict[str, Column]) -> str:
    """A CQL2 text about the first column with known values, else about the first."""
    for name, column in columns.items():
        if column.domain and column.type == 'text':
            return f'"{name}" = \'{next(iter(column.domain))}\''
    return f'"{next(iter(columns))}" is not null'


def _equal(columns: dict[str, Column]) -> list[dict[str, Any]]:
    """`column=value`; a column that is called like a parameter of ours is reached by `filter` only."""
    return [
        query(
            name,
            both(f'{column.title.vi}: đúng bằng giá trị này', f'{column.title.en}: equal to this value'),
            column_schema(column),
        )
        for name, column in columns.items()
        if name not in (*COMMON, *OWN)
    ]

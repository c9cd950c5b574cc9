"""The OpenAPI document: every operation that there is, with every parameter, and no reference that leaves it."""

from typing import Any

from dothi import __version__
from dothi.api.openapi_parts import SCHEMAS, content, error_responses, path, query, responses, shared_parameters
from dothi.api.openapi_processes import process_paths
from dothi.api.query import COMMON, OWN
from dothi.api.schemas import column_schema
from dothi.api.served_crs import served_crs
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality

LANG = {'$ref': '#/components/parameters/lang'}
F = {'$ref': '#/components/parameters/f'}


def render(config: dict[str, Any], locality: Locality, audience: Audience) -> dict[str, Any]:
    """The document of the service with this configuration; titles and descriptions in Vietnamese."""
    layers = [layer for name, layer in locality.layers_for(audience).items() if name in config['resources']]
    identification = config['metadata']['identification']
    paths = _general_paths()
    for layer in layers:
        paths |= _collection_paths(layer, audience)
    return {
        'openapi': '3.0.3',
        'info': {
            'title': identification['title']['vi'],
            'description': identification['description']['vi'],
            'version': __version__,
            'license': config['metadata']['license'],
            'contact': {'name': config['metadata']['contact']['name']['vi']},
        },
        'servers': [{'url': config['server']['url'], 'description': locality.place.title.vi}],
        'tags': [{'name': layer.id, 'description': layer.title.vi} for layer in layers],
        'paths': paths | process_paths(audience),
        'components': {
            'schemas': SCHEMAS,
            'responses': error_responses(),
            'parameters': shared_parameters(list(served_crs(locality))),
        },
    }


def _general_paths() -> dict[str, Any]:
    described = {
        '/': ('getLandingPage', 'Landing page', 'landingPage'),
        '/openapi': ('getOpenapi', 'This document', 'anyObject'),
        '/conformance': ('getConformanceDeclaration', 'Conformance classes', 'confClasses'),
        '/collections': ('getCollections', 'Collections', 'collections'),
        '/TileMatrixSets': ('getTileMatrixSets', 'Tile matrix sets', 'anyObject'),
    }
    paths = {
        where: _get(name, summary, [F, LANG], responses(content(schema), '400', '500'))
        for where, (name, summary, schema) in described.items()
    }
    only_json = query('f', 'Format of the answer.', {'type': 'string', 'enum': ['json']})
    paths['/styles/default'] = _get(
        'getDefaultStyle', 'MapLibre style of all collections', [only_json, LANG], responses(_only_json(), '400', '503')
    )
    which = path('tileMatrixSetId', 'Tile matrix set', {'type': 'string', 'enum': ['WebMercatorQuad']})
    paths['/TileMatrixSets/{tileMatrixSetId}'] = _get(
        'getTileMatrixSet', 'Tile matrix set', [which, F, LANG], responses(content('anyObject'), '400', '404')
    )
    return paths


def _collection_paths(layer: Layer, audience: Audience) -> dict[str, Any]:
    base = f'/collections/{layer.id}'
    documents = {
        '': ('describe', 'Mô tả lớp', 'collection', 'application/json'),
        '/schema': ('getSchema', 'Cấu trúc', 'anyObject', 'application/schema+json'),
        '/queryables': ('getQueryables', 'Thuộc tính lọc được', 'anyObject', 'application/schema+json'),
        '/tiles': ('getTileSets', 'Các bộ ô', 'anyObject', 'application/json'),
    }
    paths = {
        f'{base}{end}': _get(
            f'{name}.{layer.id}',
            f'{layer.title.vi}: {summary.lower()}',
            [F, LANG],
            responses(content(schema, media_type), '400', '404', '500', '503'),
            layer,
        )
        for end, (name, summary, schema, media_type) in documents.items()
    }
    paths[f'{base}/items'] = _items(layer, audience)
    paths[f'{base}/items/{{featureId}}'] = _item(layer)
    return paths | _tile_paths(layer)


def _items(layer: Layer, audience: Audience) -> dict[str, Any]:
    columns = layer.columns_for(audience)
    names = [*columns]
    when = 'valid then' if layer.publish.validity else 'released then'
    shared = ('limit', 'offset', 'cursor', 'bbox', 'bbox-crs', 'crs', 'filter', 'filter-lang', 'filter-crs')
    own = [
        query('datetime', f'An instant or interval of RFC 3339: features {when}.', {'type': 'string'}),
        query('properties', 'Properties to answer.', _list(names), style='form', explode=False),
        query('sortby', 'Properties to sort by; - before one sorts downwards.', {'type': 'string'}),
        query('q', f'Words to search for in {", ".join(layer.publish.search) or "nothing"}.', {'type': 'string'}),
    ]
    equal = [
        query(name, f'{column.title.vi}: đúng bằng giá trị này', _plain(column_schema(layer, name, column, 'vi')))
        for name, column in columns.items()
        if name not in (*COMMON, *OWN)
    ]
    parameters = [
        *({'$ref': f'#/components/parameters/{name}'} for name in ('fItems', 'lang', *shared, 'skipGeometry')),
        *own,
        *equal,
    ]
    answer = content('featureCollection', 'application/geo+json')
    return _get(
        f'getFeatures.{layer.id}', layer.title.vi, parameters, responses(answer, '400', '404', '500', '503'), layer
    )


def _item(layer: Layer) -> dict[str, Any]:
    parameters = [
        path('featureId', 'Feature id', {'type': 'integer'}),
        *({'$ref': f'#/components/parameters/{name}'} for name in ('fItems', 'lang', 'crs')),
    ]
    answer = content('feature', 'application/geo+json')
    summary = f'{layer.title.vi}: một đối tượng'
    return _get(f'getFeature.{layer.id}', summary, parameters, responses(answer, '400', '404', '500', '503'), layer)


def _tile_paths(layer: Layer) -> dict[str, Any]:
    base = f'/collections/{layer.id}/tiles/{{tileMatrixSetId}}'
    which = path('tileMatrixSetId', 'Tile matrix set', {'type': 'string', 'enum': ['WebMercatorQuad']})
    least, most = layer.publish.tiles.zooms
    zoom = path('tileMatrix', 'Zoom level', {'type': 'integer', 'minimum': least, 'maximum': most})
    place = [path(name, text, {'type': 'integer', 'minimum': 0}) for name, text in TILE_PLACE.items()]
    form = query('f', 'Format of the answer.', {'type': 'string', 'enum': ['mvt'], 'default': 'mvt'})
    more = query('f', 'Format of the answer.', {'type': 'string', 'enum': ['json', 'tilejson', 'html']})
    binary = {'application/vnd.mapbox-vector-tile': {'schema': {'type': 'string', 'format': 'binary'}}}
    tile = responses({'description': 'Vector tile', 'content': binary}, '400', '404', '500', '503')
    tile['204'] = {'description': 'Nothing lies here'}
    described = responses(content('anyObject'), '400', '404', '500', '503')
    title = layer.title.vi
    return {
        base: _get(f'getTileSet.{layer.id}', f'{title}: bộ ô', [which, more, LANG], described, layer),
        f'{base}/metadata': _get(
            f'getTileJson.{layer.id}', f'{title}: TileJSON', [which, more, LANG], described, layer
        ),
        f'{base}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}': _get(
            f'getTile.{layer.id}', f'{title}: ô bản đồ', [which, zoom, *place, form, LANG], tile, layer
        ),
    }


TILE_PLACE = {'tileRow': 'Row, from north', 'tileCol': 'Column, from west'}


def _get(
    operation: str, summary: str, parameters: list[Any], answers: dict[str, Any], layer: Layer | None = None
) -> dict[str, Any]:
    tags = {'tags': [layer.id], 'description': layer.description.vi} if layer else {'tags': ['server']}
    return {
        'get': {'operationId': operation, 'summary': summary, **tags, 'parameters': parameters, 'responses': answers}
    }


def _list(names: list[str]) -> dict[str, Any]:
    return {'type': 'array', 'items': {'type': 'string', 'enum': names}}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A column's schema in the dialect of OpenAPI 3.0, which has no `const`."""
    return {name: value for name, value in schema.items() if name != 'oneOf' and not name.startswith('x-')}


def _only_json() -> dict[str, Any]:
    return {
        'description': 'OK',
        'content': {'application/json': {'schema': {'$ref': '#/components/schemas/anyObject'}}},
    }

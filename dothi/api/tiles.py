"""Vector tiles and their metadata, in front of pygeoapi's."""

import json
from typing import Any

from flask import Blueprint, Response

from dothi.api import parameters
from dothi.api.address import api_url
from dothi.api.caching import conditional, etag, not_modified
from dothi.api.language import language, page, say, wanted_format
from dothi.api.query import COMMON
from dothi.api.service import released, service
from dothi.api.snapshot import snapshot
from dothi.api.style_file import has_labels
from dothi.api.tile_matrix_sets import known_matrix_set
from dothi.api.tile_sql import Place, tile
from dothi.core.catalog import Release
from dothi.core.errors import NotFound
from dothi.core.layer import ColumnType, Layer
from dothi.core.layer_source import source

TILES = Blueprint('tiles', __name__)
MVT = 'application/vnd.mapbox-vector-tile'
WEB_MERCATOR_QUAD = 'http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad'
TILEJSON_TYPES: dict[ColumnType, str] = {'integer': 'Number', 'number': 'Number', 'boolean': 'Boolean'}
JSON_TYPES: dict[ColumnType, str] = {'integer': 'integer', 'number': 'number', 'boolean': 'boolean'}


class NoSuchTile(NotFound):
    """The tile is outside of what the collection offers."""


@TILES.route('/collections/<path:collection_id>/tiles/<tileMatrixSetId>/<tileMatrix>/<tileRow>/<tileCol>')
def tile_data(collection_id: str, tileMatrixSetId: str, tileMatrix: str, tileRow: str, tileCol: str) -> Response:  # noqa: N803
    """One tile; empty (204) where the collection has nothing."""
    layer = service().layer(collection_id)
    parameters.refuse_unknown(COMMON)
    wanted_format(('mvt',))
    known_matrix_set(tileMatrixSetId)
    place = _place(layer, tileMatrix, tileRow, tileCol)
    columns = layer.columns_for(service().audience)
    with snapshot() as db:
        release = released(layer, db.releases())
        if not_modified(etag(release, 'mvt')):
            return conditional(Response(status=304), release, 'mvt')
        rows = source(layer, service().locality, service().audience)
        (content,) = db.row(tile(layer, columns, rows, place, labels=_labelled(layer)))
    body = bytes(content)
    return conditional(Response(body, 200 if body else 204, mimetype=MVT), release, 'mvt')


@TILES.route('/collections/<path:collection_id>/tiles/<tileMatrixSetId>')
@TILES.route('/collections/<path:collection_id>/tiles/<tileMatrixSetId>/metadata')
def tileset(collection_id: str, tileMatrixSetId: str) -> Response:  # noqa: N803
    """What the tileset is: as OGC tileset metadata, as TileJSON, or as a page."""
    layer = service().layer(collection_id)
    parameters.refuse_unknown(COMMON)
    form = wanted_format(('json', 'tilejson', 'html'))
    known_matrix_set(tileMatrixSetId)
    with snapshot() as db:
        release = released(layer, db.releases())
    if form == 'html':
        data = {'id': layer.id, 'title': say(layer.title), 'tilejson': tilejson(layer, release)}
        body, media_type = page('collections/tiles/metadata.html', data), 'text/html'
    else:
        document = tilejson(layer, release) if form == 'tilejson' else _metadata(layer, release)
        body, media_type = json.dumps(document, ensure_ascii=False), 'application/json'
    return conditional(Response(body, mimetype=media_type), release, form)


def tile_address(layer_id: str) -> str:
    """The address of the layer's tiles, with {z}, {y} and {x} to be filled in."""
    return f'{api_url()}/collections/{layer_id}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?f=mvt'


def tilejson(layer: Layer, release: Release) -> dict[str, Any]:
    """TileJSON 3.0."""
    columns = layer.columns_for(service().audience)
    least, most = layer.publish.tiles.zooms
    fields = {name: TILEJSON_TYPES.get(column.type, 'String') for name, column in columns.items()}
    vector_layers = [{'id': layer.id, 'description': say(layer.description), 'minzoom': least, 'maxzoom': most}]
    if _labelled(layer):
        vector_layers.append({**vector_layers[0], 'id': f'{layer.id}_label'})
    return {
        'tilejson': '3.0.0',
        'name': say(layer.title),
        'description': say(layer.description),
        'attribution': say(service().locality.place.attribution),
        'tiles': [tile_address(layer.id)],
        'minzoom': least,
        'maxzoom': most,
        'bounds': release.extent_wgs84 or list(service().locality.place.extent_wgs84),
        'vector_layers': [{**part, 'fields': fields} for part in vector_layers],
        'dothi:release': release.number,
        'dothi:demo': release.demo,
    }


def _metadata(layer: Layer, release: Release) -> dict[str, Any]:
    """Tileset metadata of OGC API - Tiles."""
    columns = layer.columns_for(service().audience)
    least, most = layer.publish.tiles.zooms
    west, south, east, north = release.extent_wgs84 or service().locality.place.extent_wgs84
    base, lang = f'{api_url()}/collections/{layer.id}/tiles/WebMercatorQuad', language()
    template = tile_address(layer.id).replace('{z}', '{tileMatrix}')
    template = template.replace('{y}', '{tileRow}').replace('{x}', '{tileCol}')
    properties = {
        name: {'title': column.title.pick(lang), 'type': JSON_TYPES.get(column.type, 'string')}
        for name, column in columns.items()
    }
    dimension = {'Point': 0, 'LineString': 1, 'Polygon': 2}[layer.geometry.removeprefix('Multi')]
    inner = {
        'id': layer.id,
        'title': say(layer.title),
        'description': say(layer.description),
        'dataType': 'vector',
        'geometryDimension': dimension,
        'minTileMatrix': str(least),
        'maxTileMatrix': str(most),
        'propertiesSchema': {'type': 'object', 'properties': properties},
    }
    return {
        'title': say(layer.title),
        'description': say(layer.description),
        'dataType': 'vector',
        'crs': 'http://www.opengis.net/def/crs/EPSG/0/3857',
        'tileMatrixSetURI': WEB_MERCATOR_QUAD,
        'boundingBox': {
            'lowerLeft': [west, south],
            'upperRight': [east, north],
            'crs': 'http://www.opengis.net/def/crs/OGC/1.3/CRS84',
        },
        'layers': [inner],
        'dothi:release': release.number,
        'dothi:demo': release.demo,
        'links': [
            {'rel': 'self', 'type': 'application/json', 'href': f'{base}?f=json', 'title': say(layer.title)},
            {'rel': 'item', 'type': MVT, 'href': template, 'templated': True, 'title': 'MVT'},
            {
                'rel': 'describedby',
                'type': 'application/json',
                'href': f'{base}/metadata?f=tilejson',
                'title': 'TileJSON',
            },
            {
                'rel': 'http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme',
                'type': 'application/json',
                'href': f'{api_url()}/TileMatrixSets/WebMercatorQuad?f=json',
                'title': 'WebMercatorQuad',
            },
        ],
    }


def _labelled(layer: Layer) -> bool:
    return layer.geometry.endswith('Polygon') and has_labels(layer, service().locality.path)


def _place(layer: Layer, matrix: str, row: str, column: str) -> Place:
    """The tile; raises NoSuchTile with the reason."""
    least, most = layer.publish.tiles.zooms
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in (matrix, row, column)):
        raise NoSuchTile(
            vi='Mức thu phóng, hàng và cột phải là số nguyên không âm.',
            en='Zoom level, row and column must be whole numbers, 0 or more.',
        )
    z, y, x = int(matrix), int(row), int(column)
    if not least <= z <= most:
        raise NoSuchTile(
            vi=f'Lớp "{layer.id}" có ô từ mức {least} đến {most}, không có mức {z}.',
            en=f'"{layer.id}" has tiles from zoom {least} to {most}, not {z}.',
        )
    if max(x, y) >= 2**z:
        raise NoSuchTile(
            vi=f'Ở mức {z} hàng và cột từ 0 đến {2**z - 1}.',
            en=f'At zoom {z} rows and columns run from 0 to {2**z - 1}.',
        )
    return Place(z, x, y)

"""Maps in the OpenAPI document: pictures of a collection, of all, in a style, and their tilesets.

Names of operations end as OGC 20-058, table 11, has them. A path stands for every collection: what can be asked for is
the same of each, and a document with a hundred times the same parameters is read by nobody.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from dothi.api.http.client_filter import FILTERING
from dothi.api.http.language import HTML
from dothi.api.http.offer import Offer
from dothi.api.http.operations import BINARY, READING, content, get, headers
from dothi.api.http.parameters import Parameter, in_formats, in_path
from dothi.api.http.query_parameters import COLLECTIONS
from dothi.api.maps.formats import MEDIA_TYPES, PICTURES, TILES
from dothi.api.maps.read import OF_MAPS, OF_TILES
from dothi.api.maps.tiles import FORMATS
from dothi.api.maps.tilesets import LAST_ZOOM
from dothi.api.tiles.openapi import ANY_MATRIX_SET, tile_place
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.style_file import DEFAULT
from dothi.core.errors import DothiError
from dothi.core.layer import Layer
from dothi.core.text import Text

# forty parameters, of which some are lists
ERRORS = (*READING, '414')
COLLECTION, DATASET = Text(vi='một lớp dữ liệu', en='a collection'), Text(vi='mọi lớp dữ liệu', en='all collections')
MAP, LISTED = Text(vi='Bản đồ', en='Map'), Text(vi='Các bộ ô ảnh bản đồ', en='Map tilesets')
TILESET, TILE = Text(vi='Bộ ô ảnh bản đồ', en='Map tileset'), Text(vi='Ô ảnh bản đồ', en='Map tile')


LAYERS_OF_MAP = replace(
    COLLECTIONS,
    description=Text(
        vi='Chỉ những lớp này, lớp đầu ở dưới cùng.', en='Only these collections, the first one at the bottom.'
    ),
)


def map_paths(offer: Offer) -> dict[str, Any]:
    """Operations on maps; none where nothing is released."""
    names = [source.id for source in (*offer.layers, *offer.coverages)]
    if not names:
        return {}
    collection = in_path('collectionId', Text(vi='Lớp dữ liệu', en='Collection'), {'type': 'string', 'enum': names})
    style = in_path('styleId', Text(vi='Kiểu vẽ', en='Style'), example=DEFAULT)
    map_style = replace(style, schema={'type': 'string', 'enum': _style_names(offer)})
    paths = _paths(offer, '/collections/{collectionId}', 'collection', COLLECTION, [collection])
    paths |= _paths(
        offer, '/collections/{collectionId}/styles/{styleId}', 'collection.style', COLLECTION, [collection, style]
    )
    if offer.layers:
        paths |= _paths(offer, '', 'dataset', DATASET, [])
        paths |= _paths(offer, '/styles/{styleId}', 'dataset.style', DATASET, [map_style])
    return paths


def _paths(offer: Offer, base: str, origin: str, subject: Text, within: list[Parameter[Any]]) -> dict[str, Any]:
    """The map, the list of its tilesets, one tileset, and a tile. within: parameters in `base`."""
    chosen = [LAYERS_OF_MAP] if subject is DATASET else []
    tiles, tileset = f'{base}/map/tiles', f'{base}/map/tiles/{{tileMatrixSetId}}'
    described = content('anyObject')
    z, y, x = tile_place(offer, range(LAST_ZOOM + 1))
    matrix = replace(z, name='tileMatrix', schema={'type': 'string'}, example=f'{z.example}')
    place = [ANY_MATRIX_SET, matrix, replace(y, name='tileRow'), replace(x, name='tileCol')]

    def path_item(name: str, what: Text, parameters: Iterable[Parameter[Any]], success: dict[str, Any]) -> Any:
        title = Text(vi='{what} của {subject}', en='{what} of {subject}').format(what=what, subject=subject)
        parameters = [*within, *parameters, *chosen]
        return get(offer, f'map.{origin}.{name}', title, parameters, success, *ERRORS, tag='maps')

    return {
        f'{base}/map': path_item(
            'getMap', MAP, in_formats((*PICTURES, 'html'), (*OF_MAPS, *FILTERING)), _picture(PICTURES)
        ),
        tiles: path_item('map.getTileSetsList', LISTED, in_formats(), described),
        tileset: path_item('map.getTileSet', TILESET, [ANY_MATRIX_SET, *in_formats(FORMATS)], described),
        f'{tileset}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}': path_item(
            'map.getTile', TILE, [*place, *in_formats(TILES, (*OF_TILES, *FILTERING))], _picture(TILES)
        ),
    }


def _style_names(offer: Offer) -> list[str]:
    """The names of the styles of all layers, the default one first; a layer whose file is broken has none."""
    names = {name for layer in offer.layers for name in _styles_of_layer(layer, offer)}
    return [DEFAULT, *sorted(names - {DEFAULT})]


def _styles_of_layer(layer: Layer, offer: Offer) -> list[str]:
    try:
        return styles_of(layer, offer.locality.path).offered(layer, offer.audience)
    except DothiError:
        return []


def _picture(forms: tuple[Any, ...]) -> dict[str, Any]:
    page = {HTML: {'schema': {'type': 'string'}}} if forms == PICTURES else {}
    return {
        'description': Text(vi='Ảnh bản đồ', en='Picture'),
        'headers': headers('ETag', 'Last-Modified', 'Content-Crs', 'Content-Bbox', 'Content-Datetime', 'Dothi-Demo'),
        'content': {MEDIA_TYPES[form]: {'schema': BINARY} for form in forms} | page,
    }

"""The OpenAPI document's part on tiles: matrix sets, and the tilesets of all layers, of themes, of each layer.

Names of operations end as OGC 20-057, table 11, has them.
"""

from typing import Any

from dothi.api.openapi.parts import (
    Offer,
    both,
    content,
    form,
    of_layer,
    operation,
    path,
    query,
    responses,
    shared,
)
from dothi.api.tiles.matrices import matrix_sets
from dothi.api.tiles.place import GRIDS, WEB_MERCATOR_QUAD, Box, limits
from dothi.core.layer import Layer
from dothi.core.locality import Locality

MATRIX_SET = path(
    'tileMatrixSetId',
    both('Bộ ô', 'Tile matrix set'),
    {'type': 'string', 'enum': [*GRIDS]},
    example=WEB_MERCATOR_QUAD.name,
)
LIST, SET, JSON, TILE = 'getTileSetsList', 'getTileSet', 'getTileSet.tileJson', 'getTile'
WORDS = {
    LIST: both('các bộ ô', 'tilesets'),
    SET: both('bộ ô', 'tileset'),
    JSON: both('TileJSON', 'TileJSON'),
    TILE: both('ô bản đồ', 'tile'),
}
BINARY = {'application/vnd.mapbox-vector-tile': {'schema': {'type': 'string', 'format': 'binary'}}}
ERRORS = ('304', '400', '404', '500', '503')


def tile_paths(offer: Offer) -> dict[str, Any]:
    """Operations on tile matrix sets, and on the tiles of all layers, of each theme and of each layer."""
    paths = _matrix_sets(offer.locality)
    for layer in offer.layers:
        paths |= _layer_paths(layer, offer)
    if offer.layers:
        paths |= _tileset_paths('', 'dataset.vector', _dataset_tiles(offer, ''), offer.layers, offer)
        paths |= _tileset_paths(
            '/themes/{theme}', 'theme.dataset.vector', _dataset_tiles(offer, 'theme'), offer.layers, offer
        )
    return paths


def every_set(locality: Locality) -> dict[str, Any]:
    """The parameter for a set in which there are map tiles, that of the locality's own system among them."""
    return MATRIX_SET | {'schema': {'type': 'string', 'enum': [*matrix_sets(locality)]}}


def _matrix_sets(locality: Locality) -> dict[str, Any]:
    described = responses(content('anyObject'), '304', '400', '404', '500')
    words, one_set = both('Các bộ ô', 'Tile matrix sets'), both('Một bộ ô', 'A tile matrix set')
    listed = operation('getTileMatrixSetsList', words, shared('f', 'lang'), described, tag='tiles')
    single = operation('getTileMatrixSet', one_set, [every_set(locality), *shared('f', 'lang')], described, tag='tiles')
    return {'/TileMatrixSets': {'get': listed}, '/TileMatrixSets/{tileMatrixSetId}': {'get': single}}


class Subject:
    """Whose tiles they are: how their operations are titled, and what selects within them."""

    def __init__(self, titles: dict[str, dict[str, Any]], within: list[Any], selection: list[Any]) -> None:
        self.titles, self.within, self.selection = titles, within, selection


def _dataset_tiles(offer: Offer, kind: str) -> Subject:
    what = both('Mọi lớp trong chủ đề', 'All layers of a theme') if kind else both('Mọi lớp', 'All layers')
    titles = {
        name: {'summary': both(f'{what["vi"]}: {words["vi"]}', f'{what["en"]}: {words["en"]}'), 'tag': 'tiles'}
        for name, words in WORDS.items()
    }
    themes = sorted({layer.theme for layer in offer.layers})
    theme = path('theme', both('Chủ đề', 'Theme'), {'type': 'string', 'enum': themes})
    names = [layer.id for layer in offer.layers]
    # a theme has some of the layers only, and an address of a collection will do as well
    collections = query(
        'collections',
        both('Chỉ những lớp này, theo thứ tự này.', 'Only these collections, in this order.'),
        {'type': 'array', 'items': {'type': 'string'} if kind else {'type': 'string', 'enum': names}},
        style='form',
        explode=False,
        **({} if kind else {'example': names[:2]}),
    )
    return Subject(titles, [theme] if kind else [], [collections])


def _layer_paths(layer: Layer, offer: Offer) -> dict[str, Any]:
    subject = Subject({name: of_layer(layer, words) for name, words in WORDS.items()}, [], [])
    return _tileset_paths(f'/collections/{layer.id}', f'{layer.id}.collection.vector', subject, [layer], offer)


def _tileset_paths(base: str, prefix: str, of: Subject, layers: list[Layer], offer: Offer) -> dict[str, Any]:
    """The paths below `base`: list, tileset, TileJSON, tile, and tile in the order of XYZ."""
    described = responses(content('anyObject'), *ERRORS)
    more = [*of.within, MATRIX_SET, form('json', 'tilejson', 'html'), *of.selection, *shared('lang')]
    tiles, tileset = f'{base}/tiles', f'{base}/tiles/{{tileMatrixSetId}}'
    zooms = range(
        min(layer.publish.tiles.zooms[0] for layer in layers), max(layer.publish.tiles.zooms[1] for layer in layers) + 1
    )
    mvt = query('f', both('Định dạng.', 'Format of the answer.'), {'type': 'string', 'enum': ['mvt'], 'default': 'mvt'})
    last = [mvt, *of.selection, *shared('lang')]
    z, y, x = place_of(zooms, offer.locality.place.extent_wgs84)
    tile = [*of.within, MATRIX_SET, z | {'name': 'tileMatrix'}, y | {'name': 'tileRow'}, x | {'name': 'tileCol'}]
    xyz = [*of.within, z | {'name': 'z'}, x | {'name': 'x'}, y | {'name': 'y'}]

    def get(name: str, parameters: list[Any], answers: dict[str, Any], end: str = '') -> dict[str, Any]:
        return {'get': operation(f'{prefix}.{name}{end}', parameters=parameters, answers=answers, **of.titles[name])}

    return {
        tiles: get(LIST, [*of.within, *shared('f', 'lang')], described),
        tileset: get(SET, more, described),
        f'{tileset}/metadata': get(JSON, more, described),
        f'{tileset}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}': get(TILE, [*tile, *last], _tile_answers()),
        f'{base}/xyz/{{z}}/{{x}}/{{y}}.pbf': get(TILE, [*xyz, *last], _tile_answers(), '.xyz'),
    }


def place_of(zooms: range, extent: Box) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Zoom, row and column, with an example in the middle of the locality."""
    z = min(zooms[-1], 12)
    west, south, east, north = extent
    lon, lat = (west + east) / 2, (south + north) / 2
    at = limits(WEB_MERCATOR_QUAD, z, (lon, lat, lon, lat))
    whole = {'type': 'integer', 'minimum': 0}
    return (
        path('', both('Mức thu phóng', 'Zoom level'), {**whole, 'maximum': zooms[-1]}, example=z),
        path('', both('Hàng, đếm từ phía bắc', 'Row, from north'), whole, example=at.north),
        path('', both('Cột, đếm từ phía tây', 'Column, from west'), whole, example=at.west),
    )


def _tile_answers() -> dict[str, Any]:
    answers = responses({'description': both('Ô vectơ', 'Vector tile'), 'content': BINARY}, *ERRORS)
    return answers | {'204': {'description': both('Ở đây không có gì', 'Nothing lies here')}}

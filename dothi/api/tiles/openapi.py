"""Tiles in the OpenAPI document: matrix sets, and the tilesets of all layers, of themes, of each layer.

Names of operations end as OGC 20-057, table 11, has them.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dothi.api.http.offer import Offer
from dothi.api.http.operations import BINARY, content, get
from dothi.api.http.parameters import LANG, F, Parameter, in_formats, in_path
from dothi.api.http.query_parameters import COLLECTIONS
from dothi.api.http.versioned import VERSION
from dothi.api.tiles.descriptions import MVT
from dothi.api.tiles.matrices import matrix_sets
from dothi.api.tiles.place import GRIDS, WEB_MERCATOR_QUAD, limits
from dothi.api.tiles.views import FORMATS
from dothi.core.text import Text

WHOLE = {'type': 'integer', 'minimum': 0}
TILESETS, TILESET = Text(vi='các bộ ô', en='tilesets'), Text(vi='bộ ô', en='tileset')
TILEJSON, TILE = Text(vi='TileJSON', en='TileJSON'), Text(vi='ô bản đồ', en='tile')
MATRIX_SET = in_path(
    'tileMatrixSetId',
    Text(vi='Bộ ô', en='Tile matrix set'),
    {'type': 'string', 'enum': [*GRIDS]},
    example=WEB_MERCATOR_QUAD.name,
)
# A set in which there are map tiles: that of the locality's own system is among them.
ANY_MATRIX_SET = replace(MATRIX_SET, schema=lambda offer: {'type': 'string', 'enum': [*matrix_sets(offer.locality)]})
MVT_ONLY = replace(
    F,
    schema={'type': 'string', 'enum': ['mvt'], 'default': 'mvt'},
    description=Text(vi='Định dạng.', en='Format of the answer.'),
)


def tile_paths(offer: Offer) -> dict[str, Any]:
    """Operations on tile matrix sets, and on the tiles of all layers, of each theme and of each layer."""
    paths = _matrix_set_paths(offer)
    for of in map(offer.of, offer.layers):
        base, prefix = f'/collections/{of.layer.id}', f'{of.layer.id}.collection.vector'
        paths |= _tileset_paths(of, base, prefix, lambda what: what, [], [])
    if offer.layers:
        chosen = replace(COLLECTIONS, schema=_layer_ids, example=[layer.id for layer in offer.layers][:2])
        paths |= _tileset_paths(offer, '', 'dataset.vector', _of_all, [], [chosen])
        # a theme has some of the layers only, and an address of a collection will do as well
        chosen = replace(COLLECTIONS, example=None)
        paths |= _tileset_paths(offer, '/themes/{theme}', 'theme.dataset.vector', _of_theme, [_theme(offer)], [chosen])
    return paths


def _layer_ids(offer: Offer) -> dict[str, Any]:
    return {'type': 'array', 'items': {'type': 'string', 'enum': [layer.id for layer in offer.layers]}}


def _theme(offer: Offer) -> Parameter[str]:
    themes = sorted({layer.theme for layer in offer.layers})
    return in_path('theme', Text(vi='Chủ đề', en='Theme'), {'type': 'string', 'enum': themes})


def _of_all(what: Text) -> Text:
    return Text(vi='Mọi lớp: {what}', en='All layers: {what}').format(what=what)


def _of_theme(what: Text) -> Text:
    return Text(vi='Mọi lớp trong chủ đề: {what}', en='All layers of a theme: {what}').format(what=what)


def _matrix_set_paths(offer: Offer) -> dict[str, Any]:
    described, errors = content('anyObject'), ('304', '400', '404', '500')
    many, single = Text(vi='Các bộ ô', en='Tile matrix sets'), Text(vi='Một bộ ô', en='A tile matrix set')
    return {
        '/TileMatrixSets': get(offer, 'getTileMatrixSetsList', many, in_formats(), described, *errors, tag='tiles'),
        '/TileMatrixSets/{tileMatrixSetId}': get(
            offer, 'getTileMatrixSet', single, [ANY_MATRIX_SET, *in_formats()], described, *errors, tag='tiles'
        ),
    }


def _tileset_paths(
    offer: Offer,
    base: str,
    prefix: str,
    title: Callable[[Text], Text],
    within: list[Parameter[Any]],
    selection: list[Parameter[Any]],
) -> dict[str, Any]:
    """The paths below `base`: list, tileset, TileJSON, tile, and tile in the order of XYZ.

    within: parameters in `base`. selection: what chooses among its layers.
    """
    described, tile = content('anyObject'), _tile_content()
    tiles, tileset = f'{base}/tiles', f'{base}/tiles/{{tileMatrixSetId}}'
    zooms = [layer.publish.tiles.zooms for layer in ([offer.layer] if offer.source else offer.layers)]
    z, y, x = tile_place(offer, range(min(low for low, _ in zooms), max(high for _, high in zooms) + 1))
    of_tileset, last = [*within, MATRIX_SET, *in_formats(FORMATS), *selection], [MVT_ONLY, *selection, VERSION, LANG]
    matrix, row, column = replace(z, name='tileMatrix'), replace(y, name='tileRow'), replace(x, name='tileCol')

    def path_item(end: str, what: Text, parameters: list[Parameter[Any]], success: dict[str, Any]) -> dict[str, Any]:
        item = get(offer, '', title(what), parameters, success, tag='tiles', operationId=f'{prefix}.{end}')
        if success is tile:
            item['get']['responses']['204'] = {'description': Text(vi='Ở đây không có gì', en='Nothing lies here')}
        return item

    return {
        tiles: path_item('getTileSetsList', TILESETS, [*within, *in_formats()], described),
        tileset: path_item('getTileSet', TILESET, of_tileset, described),
        f'{tileset}/metadata': path_item('getTileSet.tileJson', TILEJSON, of_tileset, described),
        f'{tileset}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}': path_item(
            'getTile', TILE, [*within, MATRIX_SET, matrix, row, column, *last], tile
        ),
        f'{base}/xyz/{{z}}/{{x}}/{{y}}.pbf': path_item('getTile.xyz', TILE, [*within, z, x, y, *last], tile),
    }


def tile_place(offer: Offer, zooms: range) -> tuple[Parameter[str], Parameter[str], Parameter[str]]:
    """Zoom `z`, row `y` and column `x`, with an example in the middle of the locality."""
    zoom = min(zooms[-1], 12)
    at = limits(WEB_MERCATOR_QUAD, zoom, (*offer.centre, *offer.centre))
    return (
        in_path('z', Text(vi='Mức thu phóng', en='Zoom level'), WHOLE | {'maximum': zooms[-1]}, zoom),
        in_path('y', Text(vi='Hàng, đếm từ phía bắc', en='Row, from north'), WHOLE, at.north),
        in_path('x', Text(vi='Cột, đếm từ phía tây', en='Column, from west'), WHOLE, at.west),
    )


def _tile_content() -> dict[str, Any]:
    return {'description': Text(vi='Ô vectơ', en='Vector tile'), 'content': {MVT: {'schema': BINARY}}}

"""`/TileMatrixSets`: the ways in which the world is cut into tiles, in front of pygeoapi's.

pygeoapi lists every set that it knows, with or without tiles, and looks past our templates here.
"""

from typing import Any

from flask import Blueprint, Response
from pygeoapi.models.provider.base import TileMatrixSetEnum

from dothi.api.http import parameters
from dothi.api.http.address import api_url
from dothi.api.http.documents import as_json, as_page, link, own_links
from dothi.api.http.language import JSON, say, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.served_crs import uri_of
from dothi.api.http.service import service
from dothi.api.tiles.matrices import SIDE_PX, MatrixSet, own_set
from dothi.api.tiles.place import GRIDS, Grid
from dothi.core.errors import NotFound
from dothi.core.text import Text

TILE_MATRIX_SETS = Blueprint('tile_matrix_sets', __name__)
# The register's own definitions come with pygeoapi.
DEFINITIONS: dict[str, Any] = {
    member.value.tileMatrixSet: member.value for member in TileMatrixSetEnum if member.value.tileMatrixSet in GRIDS
}


class NoSuchTileMatrixSet(NotFound):
    """Tiles are not offered in this set."""


def known_grid(name: str, *others: str) -> Grid:
    """The set; raises NoSuchTileMatrixSet with the nearest name. others: sets that are no grids, to be named too."""
    if name not in GRIDS:
        raise NoSuchTileMatrixSet.with_suggestion(
            name, [*GRIDS, *others], vi=f'Không có bộ ô "{name}".', en=f'There is no tile matrix set "{name}".'
        )
    return GRIDS[name]


@TILE_MATRIX_SETS.route('/TileMatrixSets')
@TILE_MATRIX_SETS.route('/tileMatrixSets')
def tile_matrix_sets() -> Response:
    """The sets in which there are tiles."""
    parameters.refuse_unknown(COMMON)
    own = own_set(service().locality)
    listed = [
        _entry(name, definition.title, definition.crs, definition.tileMatrixSetURI)
        for name, definition in DEFINITIONS.items()
    ]
    listed += [_entry(own.name, say(own_title()), uri_of(f'EPSG:{own.srid}'), own_uri(own))] if own else []
    document = {'tileMatrixSets': listed, 'links': own_links('/TileMatrixSets')}
    return _answer(document, 'tilematrixsets/index.html')


@TILE_MATRIX_SETS.route('/TileMatrixSets/<tileMatrixSetId>')
@TILE_MATRIX_SETS.route('/tileMatrixSets/<tileMatrixSetId>')
def tile_matrix_set(tileMatrixSetId: str) -> Response:  # noqa: N803
    """One set with its zoom levels."""
    parameters.refuse_unknown(COMMON)
    own = own_set(service().locality)
    if own and tileMatrixSetId == own.name:
        return _answer(own_definition(own), 'tilematrixsets/tilematrixset.html')
    definition = DEFINITIONS[known_grid(tileMatrixSetId, *([own.name] if own else [])).name]
    document = {
        'id': definition.tileMatrixSet,
        'title': definition.title,
        'uri': definition.tileMatrixSetURI,
        'crs': definition.crs,
        'orderedAxes': definition.orderedAxes,
        'wellKnownScaleSet': definition.wellKnownScaleSet,
        'tileMatrices': definition.tileMatrices,
    }
    return _answer(document, 'tilematrixsets/tilematrixset.html')


def own_title() -> Text:
    """What the set in the locality's own system is called."""
    crs = service().locality.place.crs
    return Text(vi=f'Tỷ lệ bản đồ in, {crs}', en=f'Scales of printed maps, {crs}')


def own_uri(own: MatrixSet) -> str:
    """Its address: no register has the set, and GDAL finds none that has no URI."""
    return f'{api_url()}/TileMatrixSets/{own.name}'


def own_definition(own: MatrixSet) -> dict[str, Any]:
    """The set as OGC 17-083r4 writes it."""
    return {
        'id': own.name,
        'title': say(own_title()),
        'uri': own_uri(own),
        'crs': uri_of(f'EPSG:{own.srid}'),
        'orderedAxes': ['N', 'E'] if own.yx else ['E', 'N'],
        'tileMatrices': [
            {
                'id': matrix.name,
                'scaleDenominator': matrix.denominator,
                'cellSize': matrix.pixel,
                'cornerOfOrigin': 'topLeft',
                'pointOfOrigin': [matrix.top, matrix.left] if own.yx else [matrix.left, matrix.top],
                'tileWidth': SIDE_PX,
                'tileHeight': SIDE_PX,
                'matrixWidth': matrix.columns,
                'matrixHeight': matrix.rows,
            }
            for matrix in own.matrices
        ],
    }


def _entry(name: str, title: str, crs: str, uri: str) -> dict[str, Any]:
    where = f'/TileMatrixSets/{name}?f=json'
    # `self` as the standard's schema has it, `item` as OGC's test suite looks for it
    links = [link(rel, JSON, title, where) for rel in ('self', 'item')]
    return {'id': name, 'title': title, 'uri': uri, 'crs': crs, 'links': links}


def _answer(document: dict[str, Any], template: str) -> Response:
    return as_page(template, document) if wanted_format() == 'html' else as_json(document)

"""`/TileMatrixSets`: the ways in which the world is cut into tiles, in front of pygeoapi's.

pygeoapi lists every set that it knows, with or without tiles, and looks past our templates here.
"""

from typing import Any

from flask import Blueprint, Response
from pygeoapi.models.provider.base import TileMatrixSetEnum

from dothi.api import parameters
from dothi.api.documents import as_json, as_page, link, own_links
from dothi.api.items.query import COMMON
from dothi.api.language import JSON, wanted_format
from dothi.api.tiles.place import GRIDS, Grid
from dothi.core.errors import NotFound, did_you_mean

TILE_MATRIX_SETS = Blueprint('tile_matrix_sets', __name__)
# The register's own definitions come with pygeoapi.
DEFINITIONS: dict[str, Any] = {
    member.value.tileMatrixSet: member.value for member in TileMatrixSetEnum if member.value.tileMatrixSet in GRIDS
}


class NoSuchTileMatrixSet(NotFound):
    """Tiles are not offered in this set."""


def known_grid(name: str) -> Grid:
    """The set; raises NoSuchTileMatrixSet with the nearest name."""
    if name not in GRIDS:
        hint = did_you_mean(name, GRIDS)
        raise NoSuchTileMatrixSet(
            vi=f'Không có bộ ô "{name}". {hint.vi}', en=f'There is no tile matrix set "{name}". {hint.en}'
        )
    return GRIDS[name]


@TILE_MATRIX_SETS.route('/TileMatrixSets')
@TILE_MATRIX_SETS.route('/tileMatrixSets')
def tile_matrix_sets() -> Response:
    """The sets in which there are tiles."""
    parameters.refuse_unknown(COMMON)
    listed = [_entry(name, one) for name, one in DEFINITIONS.items()]
    document = {'tileMatrixSets': listed, 'links': own_links('/TileMatrixSets')}
    return _answer(document, 'tilematrixsets/index.html')


@TILE_MATRIX_SETS.route('/TileMatrixSets/<tileMatrixSetId>')
@TILE_MATRIX_SETS.route('/tileMatrixSets/<tileMatrixSetId>')
def tile_matrix_set(tileMatrixSetId: str) -> Response:  # noqa: N803
    """One set with its zoom levels."""
    parameters.refuse_unknown(COMMON)
    found = DEFINITIONS[known_grid(tileMatrixSetId).name]
    document = {
        'id': found.tileMatrixSet,
        'title': found.title,
        'uri': found.tileMatrixSetURI,
        'crs': found.crs,
        'orderedAxes': found.orderedAxes,
        'wellKnownScaleSet': found.wellKnownScaleSet,
        'tileMatrices': found.tileMatrices,
    }
    return _answer(document, 'tilematrixsets/tilematrixset.html')


def _entry(name: str, one: Any) -> dict[str, Any]:
    where = f'/TileMatrixSets/{name}?f=json'
    # `self` as the standard's schema has it, `item` as OGC's test suite looks for it
    links = [link(rel, JSON, one.title, where) for rel in ('self', 'item')]
    return {'id': name, 'title': one.title, 'uri': one.tileMatrixSetURI, 'crs': one.crs, 'links': links}


def _answer(document: dict[str, Any], template: str) -> Response:
    return as_page(template, document) if wanted_format() == 'html' else as_json(document)

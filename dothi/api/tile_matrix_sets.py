"""`/TileMatrixSets`: the ways in which the world is cut into tiles, in front of pygeoapi's.

pygeoapi lists every set that it knows, with or without tiles, and looks past our templates here.
"""

import json
from typing import Any

from flask import Blueprint, Response
from pygeoapi.models.provider.base import TileMatrixSetEnum

from dothi.api import parameters
from dothi.api.address import api_url
from dothi.api.language import page, wanted_format
from dothi.api.query import COMMON
from dothi.core.errors import NotFound, did_you_mean

TILE_MATRIX_SETS = Blueprint('tile_matrix_sets', __name__)
OFFERED: dict[str, Any] = {'WebMercatorQuad': TileMatrixSetEnum.WEBMERCATORQUAD.value}


class NoSuchTileMatrixSet(NotFound):
    """Tiles are not offered in this set."""


def known_matrix_set(name: str) -> Any:
    """pygeoapi's definition of the set; raises NoSuchTileMatrixSet with the nearest name."""
    if name not in OFFERED:
        hint = did_you_mean(name, OFFERED)
        raise NoSuchTileMatrixSet(
            vi=f'Không có bộ ô "{name}". {hint.vi}', en=f'There is no tile matrix set "{name}". {hint.en}'
        )
    return OFFERED[name]


@TILE_MATRIX_SETS.route('/TileMatrixSets')
def tile_matrix_sets() -> Response:
    """The sets in which there are tiles."""
    parameters.refuse_unknown(COMMON)
    listed = [_entry(name, one) for name, one in OFFERED.items()]
    links = [{'rel': 'self', 'type': 'application/json', 'href': f'{api_url()}/TileMatrixSets?f=json'}]
    return _answer({'tileMatrixSets': listed, 'links': links}, 'tilematrixsets/index.html')


@TILE_MATRIX_SETS.route('/TileMatrixSets/<tileMatrixSetId>')
def tile_matrix_set(tileMatrixSetId: str) -> Response:  # noqa: N803
    """One set with its zoom levels."""
    parameters.refuse_unknown(COMMON)
    found = known_matrix_set(tileMatrixSetId)
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
    href = f'{api_url()}/TileMatrixSets/{name}?f=json'
    link = {'rel': 'self', 'type': 'application/json', 'title': one.title, 'href': href}
    return {'id': name, 'title': one.title, 'uri': one.tileMatrixSetURI, 'crs': one.crs, 'links': [link]}


def _answer(document: dict[str, Any], template: str) -> Response:
    if wanted_format() == 'html':
        return Response(page(template, document), mimetype='text/html')
    return Response(json.dumps(document), mimetype='application/json')

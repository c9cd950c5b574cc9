"""Vector tiles of several collections at once: of all, of one theme, of those that are asked for."""

from typing import Any

from flask import Blueprint, Response

from dothi.api.http import parameters
from dothi.api.http.parameters import COMMON, Parameter
from dothi.api.http.query_parameters import COLLECTIONS, read_collections
from dothi.api.http.service import service
from dothi.api.http.snapshot import Reading, snapshot
from dothi.api.http.versioned import VERSION
from dothi.api.tiles.changes import Current, current_states
from dothi.api.tiles.matrix_sets import known_grid
from dothi.api.tiles.place import WEB_MERCATOR_QUAD
from dothi.api.tiles.tileset import Tileset, of_all, of_theme, themes
from dothi.api.tiles.views import list_answer, tile_answer, tileset_answer

DATASET_TILES = Blueprint('dataset_tiles', __name__)
CONFORMANCE_CLASSES = tuple(
    f'http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}'
    for name in ('dataset-tilesets', 'collections-selection')
)
PARAMETERS: tuple[Parameter[Any], ...] = (*COMMON, COLLECTIONS)


@DATASET_TILES.route('/tiles')
def dataset_tilesets() -> Response:
    """The tilesets of all collections together, and of each theme."""
    parameters.refuse_unknown(COMMON)
    with snapshot() as db:
        now = _current_layers(db)
    names = themes(service().locality, service().audience, now)
    return list_answer('', [_require_tileset(theme, now) for theme in (None, *names)] if names else [])


@DATASET_TILES.route('/themes/<theme>/tiles')
def theme_tilesets(theme: str) -> Response:
    """The tilesets of a theme."""
    parameters.refuse_unknown(COMMON)
    with snapshot() as db:
        return list_answer(f'/themes/{theme}', [_require_tileset(theme, _current_layers(db))])


@DATASET_TILES.route('/tiles/<matrix_set>')
@DATASET_TILES.route('/tiles/<matrix_set>/metadata')
@DATASET_TILES.route('/themes/<theme>/tiles/<matrix_set>')
@DATASET_TILES.route('/themes/<theme>/tiles/<matrix_set>/metadata')
def dataset_tileset(matrix_set: str, theme: str | None = None) -> Response:
    """The metadata of the tileset of several layers."""
    parameters.refuse_unknown(PARAMETERS)
    grid = known_grid(matrix_set)
    with snapshot() as db:
        return tileset_answer(_selected_layers(_require_tileset(theme, _current_layers(db))), grid)


@DATASET_TILES.route('/tiles/<matrix_set>/<z>/<y>/<x>')
@DATASET_TILES.route('/themes/<theme>/tiles/<matrix_set>/<z>/<y>/<x>')
def dataset_tile(matrix_set: str, z: str, y: str, x: str, theme: str | None = None) -> Response:
    """One tile with a layer per collection; empty (204) where nothing lies."""
    parameters.refuse_unknown((*PARAMETERS, VERSION))
    return tile_answer(
        lambda db: _selected_layers(_require_tileset(theme, _current_layers(db))), known_grid(matrix_set), (z, y, x)
    )


@DATASET_TILES.route('/xyz/<z>/<x>/<y>.pbf')
@DATASET_TILES.route('/themes/<theme>/xyz/<z>/<x>/<y>.pbf')
def dataset_xyz(z: str, x: str, y: str, theme: str | None = None) -> Response:
    """The same tile of WebMercatorQuad, for clients that know only this order."""
    return dataset_tile(WEB_MERCATOR_QUAD.name, z, y, x, theme)


def _current_layers(db: Reading) -> dict[str, Current]:
    return current_states(db, tuple(service().layers.values()))


def _require_tileset(theme: str | None, now: dict[str, Current]) -> Tileset:
    """The tileset of a theme, or of all layers."""
    locality, audience = service().locality, service().audience
    return of_all(locality, audience, now) if theme is None else of_theme(theme, locality, audience, now)


def _selected_layers(tileset: Tileset) -> Tileset:
    """What `collections` leaves of a tileset: ids, or addresses of collections."""
    names = read_collections()
    return tileset.select(names) if names else tileset

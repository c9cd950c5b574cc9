"""Tilesets of map images: of a collection, of several, in any style; as OGC API - Tiles and as XYZ."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response

from dothi.api.http import parameters
from dothi.api.http.documents import as_json, as_page
from dothi.api.http.language import say, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.query_parameters import COLLECTIONS
from dothi.api.http.snapshot import Snapshot, snapshot
from dothi.api.http.versioned import moved_to
from dothi.api.maps.edition import Edition, edition_in
from dothi.api.maps.formats import TILES, wanted_form
from dothi.api.maps.read import MapQuery, read_tile
from dothi.api.maps.subject import Subject, subject_of
from dothi.api.maps.tilesets import (
    MapTileset,
    OwnTileset,
    list_tilesets,
    map_version,
    tileset_metadata,
    tileset_of,
    tileset_tilejson,
)
from dothi.api.maps.views import SCHEMES, SPEC, at_each_map, map_response
from dothi.api.tiles.place import WEB_MERCATOR_QUAD
from dothi.cartography.mapping.picture import Format

MAP_TILES = Blueprint('map_tiles', __name__)
CONFORMANCE_CLASSES = tuple(f'{scheme}{SPEC}/conf/tilesets' for scheme in SCHEMES)
FORMATS = ('json', 'tilejson', 'html')
ENDINGS: dict[str, Format] = {'png': 'png', 'webp': 'webp', 'jpg': 'jpeg', 'jpeg': 'jpeg'}
FINE = '@2x'


@at_each_map(MAP_TILES, '/map/tiles')
def map_tilesets(collection_id: str | None = None, style_id: str | None = None) -> Response:
    """The tilesets of a map, one per tile matrix set."""
    subject = _subject_of_path(collection_id, style_id)
    form, document = wanted_format(), list_tilesets(subject)
    if form == 'json':
        return as_json(document)
    return as_page('collections/tiles/index.html', {**document, 'path': subject.path})


@at_each_map(MAP_TILES, '/map/tiles/<tileMatrixSetId>', '/map/tiles/<tileMatrixSetId>/metadata')
def map_tileset(tileMatrixSetId: str, collection_id: str | None = None, style_id: str | None = None) -> Response:  # noqa: N803
    """Describe the tileset: as OGC tileset metadata, as TileJSON, or as a page."""
    of = tileset_of(_subject_of_path(collection_id, style_id), tileMatrixSetId)
    if isinstance(of, OwnTileset):
        return _tileset_page(of) if wanted_format() == 'html' else as_json(tileset_metadata(of))
    form = wanted_format(FORMATS)
    if form == 'html':
        # people copy it into projects that outlive a release
        return _tileset_page(of, tilejson=tileset_tilejson(of) | {'tiles': [of.template()]}, xyz=of.xyz())
    return as_json(tileset_tilejson(of) if form == 'tilejson' else tileset_metadata(of))


def _tileset_page(of: MapTileset | OwnTileset, **more: Any) -> Response:
    members = {'name': say(of.subject.title), 'description': say(of.subject.description), 'tiles': [of.template()]}
    page = {'path': of.subject.path, 'tiles': f'{of.subject.path}/map/tiles', 'set': of.name, 'tilejson': members}
    return as_page('collections/tiles/metadata.html', page | more)


@at_each_map(MAP_TILES, '/map/tiles/<tileMatrixSetId>/<tileMatrix>/<tileRow>/<tileCol>')
def map_tile(
    tileMatrixSetId: str,  # noqa: N803
    tileMatrix: str,  # noqa: N803
    tileRow: str,  # noqa: N803
    tileCol: str,  # noqa: N803
    collection_id: str | None = None,
    style_id: str | None = None,
) -> Response:
    """One tile of 256 pixels, or of as many as `width` and `height` say."""
    form = wanted_form(TILES, page=False)
    with snapshot() as db:
        of = tileset_of(subject_of(db, collection_id, style_id), tileMatrixSetId)
        map_query, edition = _tile_edition(db, of, (tileMatrix, tileRow, tileCol), form)  # type: ignore[arg-type]
    return moved_to(lambda: map_version(of.subject)) or map_response(map_query, edition, of.subject)


@at_each_map(MAP_TILES, '/map/xyz/<z>/<x>/<y>.<any(png, webp, jpg, jpeg):ending>')
def map_xyz(
    z: str, x: str, y: str, ending: str, collection_id: str | None = None, style_id: str | None = None
) -> Response:
    """The same tile of WebMercatorQuad, for clients that know only this order; `@2x` for fine screens."""
    with snapshot() as db:
        of = MapTileset(subject_of(db, collection_id, style_id), WEB_MERCATOR_QUAD)
        map_query, edition = _tile_edition(db, of, (z, y.removesuffix(FINE), x), ENDINGS[ending], fine=y.endswith(FINE))
    return moved_to(lambda: map_version(of.subject)) or map_response(map_query, edition, of.subject)


def _tile_edition(
    db: Snapshot, of: MapTileset | OwnTileset, where: tuple[str, str, str], form: Format, *, fine: bool = False
) -> tuple[MapQuery, Edition]:
    """What is asked for, as it would be drawn now: it is drawn when the connection is given back, which takes another.

    Threads that held one each and waited for a second would wait for one another.
    """
    view, place = of.view(*where), of.place(*where)
    if fine:
        view = replace(view, width_px=2 * view.width_px, height_px=2 * view.height_px, pixel_ratio=2.0)
    map_query = read_tile(db, of.subject, form, view, of.system, place)
    return map_query, edition_in(db, map_query.request)


def _subject_of_path(collection_id: str | None, style_id: str | None) -> Subject:
    names = COMMON if collection_id is not None else (*COMMON, COLLECTIONS)
    parameters.refuse_unknown(names)
    with snapshot() as db:
        return subject_of(db, collection_id, style_id)

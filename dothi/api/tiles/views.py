"""Vector tiles of a collection, and what any tileset answers: tiles, metadata, TileJSON."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from flask import Blueprint, Response, request

from dothi.api.drawn_later import answer_while_drawn
from dothi.api.http import parameters
from dothi.api.http.caching import is_conditional, not_modified
from dothi.api.http.documents import as_json, as_page
from dothi.api.http.language import wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.service import service
from dothi.api.http.snapshot import Reading, snapshot, statements
from dothi.api.http.vary import vary_by
from dothi.api.http.versioned import VERSION, moved_to
from dothi.api.records.queryables import CATALOGUE
from dothi.api.tiles.cache import CachedTile, pack_tile
from dothi.api.tiles.changes import Version, current_states
from dothi.api.tiles.descriptions import (
    MVT,
    list_tilesets,
    tile_maker_of_app,
    tile_template,
    tiles_version,
    tileset_metadata,
    tileset_tilejson,
    tileset_version,
    xyz_template,
)
from dothi.api.tiles.draw import MOST_BYTES
from dothi.api.tiles.drawing_places import drawing_place, free_drawing_place
from dothi.api.tiles.maker import Edition, Sheet, own_sheet
from dothi.api.tiles.matrix_sets import known_grid
from dothi.api.tiles.place import WEB_MERCATOR_QUAD, Grid, Limits, TileAddress
from dothi.api.tiles.tileset import Tileset, of_layer
from dothi.core.errors import NotFound
from dothi.core.layer import Layer

TILES = Blueprint('tiles', __name__)
CONFORMANCE_CLASSES = tuple(
    f'http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}'
    for name in ('core', 'tileset', 'tilesets-list', 'geodata-tilesets', 'mvt', 'oas30')
)
FORMATS = ('json', 'tilejson', 'html')


class NoSuchTile(NotFound):
    """The tile is outside of what the tileset offers."""


class NoTiles(NotFound):
    """The collection is there, but has no tiles."""


@TILES.route('/collections/<path:collection_id>/tiles/<tileMatrixSetId>/<tileMatrix>/<tileRow>/<tileCol>')
def tile_data(collection_id: str, tileMatrixSetId: str, tileMatrix: str, tileRow: str, tileCol: str) -> Response:  # noqa: N803
    """One tile of a collection; empty (204) where nothing lies."""
    layer = tiled_layer(collection_id)
    parameters.refuse_unknown((*COMMON, VERSION))
    grid, where = known_grid(tileMatrixSetId), (tileMatrix, tileRow, tileCol)
    return _new_answer(layer, grid, where) or tile_answer(lambda db: _tileset(db, layer), grid, where)


@TILES.route('/collections/<path:collection_id>/xyz/<z>/<x>/<y>.pbf')
def tile_xyz(collection_id: str, z: str, x: str, y: str) -> Response:
    """The same tile of WebMercatorQuad, for clients that know only this order."""
    return tile_data(collection_id, WEB_MERCATOR_QUAD.name, z, y, x)


@TILES.route('/collections/<path:collection_id>/tiles')
def tileset_list(collection_id: str) -> Response:
    """The tilesets of a collection, one per tile matrix set."""
    layer = tiled_layer(collection_id)
    parameters.refuse_unknown(COMMON)
    with snapshot() as db:
        tileset = _tileset(db, layer)
    return list_answer(tileset.path, [tileset])


@TILES.route('/collections/<path:collection_id>/tiles/<tileMatrixSetId>')
@TILES.route('/collections/<path:collection_id>/tiles/<tileMatrixSetId>/metadata')
def tileset(collection_id: str, tileMatrixSetId: str) -> Response:  # noqa: N803
    """The metadata of the tileset of one layer."""
    layer = tiled_layer(collection_id)
    parameters.refuse_unknown(COMMON)
    with snapshot() as db:
        return tileset_answer(_tileset(db, layer), known_grid(tileMatrixSetId))


def _tileset(db: Reading, layer: Layer) -> Tileset:
    return of_layer(layer, service().locality, current_states(db, (layer,)))


def tiled_layer(collection_id: str) -> Layer:
    """The layer; raises NoTiles for a collection that is no layer, UnknownLayer where there is none."""
    if collection_id in {*service().coverages, CATALOGUE.id}:
        raise NoTiles(vi=f'"{collection_id}" không có ô bản đồ.', en=f'The collection "{collection_id}" has no tiles.')
    return service().layer(collection_id)


def tile_answer(tileset_in: Callable[[Reading], Tileset], grid: Grid, where: tuple[str, str, str]) -> Response:
    """One tile, unless the client has it. where: zoom, row and column, as they were asked for."""
    wanted_format(('mvt',))
    maker = tile_maker_of_app()
    with statements() as db:
        tileset = tileset_in(db)
        place = place_in(_Within(tileset, grid), *where)
        # what a release changed stays as it was written, whatever has been released since
        edition = maker.edition(db, tileset.sheet, tileset.now, place)
        answer = (
            moved_to(lambda: tileset_version(tileset))
            or _kept_answer(tileset.sheet, place, edition)
            or _answer_while_drawn(tileset.sheet, edition)
            or _answer_at_once(db, tileset, place, edition)
        )
    return answer or _drawn_answer(tileset_in, place)


def _kept_answer(sheet: Sheet, place: TileAddress, edition: Edition) -> Response | None:
    """The tile as it is kept, or that the client has it; None where it has to be drawn."""
    tag = edition.tag(sheet)
    # by the tag alone: which names it bears depends on styles, too
    if not_modified(tag):
        return _headed(Response(status=304), tag, edition.version)
    tile = tile_maker_of_app().kept_tile(sheet, place, edition)
    return _tile_response(tile, tag, edition.version) if tile else None


def _answer_while_drawn(sheet: Sheet, edition: Edition) -> Response | None:
    return answer_while_drawn(edition.tag_stem(sheet), edition.state) if tile_maker_of_app().is_kept(sheet) else None


def _answer_at_once(db: Reading, tileset: Tileset, place: TileAddress, edition: Edition) -> Response | None:
    """The tile drawn with the connection that is at hand; None where others draw, or that will not do."""
    with free_drawing_place() as is_free:
        tile = tile_maker_of_app().tile_at_once(db, tileset.sheet, tileset.now, place, edition) if is_free else None
    return _tile_response(tile, edition.tag(tileset.sheet), edition.version) if tile else None


def _drawn_answer(tileset_in: Callable[[Reading], Tileset], place: TileAddress) -> Response:
    """The tile drawn now, or by somebody else who wanted it meanwhile."""
    maker = tile_maker_of_app()
    with drawing_place(), snapshot() as db:
        tileset = tileset_in(db)
        edition = maker.edition(db, tileset.sheet, tileset.now, place)
        tile = maker.tile(db, tileset.sheet, tileset.now, place, edition)
    moved = moved_to(lambda: tileset_version(tileset))
    return moved or _tile_response(tile, edition.tag(tileset.sheet), edition.version)


def _tile_response(tile: CachedTile, tag: str, version: Version) -> Response:
    response = _headed(_body(tile), tag, version)
    if tile.shortened:
        response.headers['Dothi-Shortened'] = tile.shortened
    return response


def list_answer(path: str, tilesets: list[Tileset]) -> Response:
    """A list of tilesets, as JSON or as a page."""
    form, document = wanted_format(), list_tilesets(path, tilesets)
    if form == 'json':
        return as_json(document)
    return as_page('collections/tiles/index.html', {**document, 'path': path})


def _new_answer(layer: Layer, grid: Grid, where: tuple[str, str, str]) -> Response | None:
    """The answer with a tile that is not kept yet, in one way to the database; None where that will not do.

    It will not where the client has a copy, the features are merged at that zoom, or the tile is too large.
    """
    sheet, maker, place = own_sheet(layer), tile_maker_of_app(), _address(grid, where)
    if place is None or place.z > grid.last_zoom or is_conditional() or not maker.is_new(layer, place):
        return None
    wanted_format(('mvt',))
    with drawing_place(), statements() as db:
        new = maker.new_tile(db, layer, place)
        if new is None or len(new.content) > MOST_BYTES:
            return None
        now = {layer.id: new.current}
        # what a release changed stays as it was written, whatever has been released since
        edition = maker.edition(db, sheet, now, place)
    place_in(_Within(of_layer(layer, service().locality, now), grid), *where)
    moved = moved_to(lambda: tiles_version((layer,), [new.current.version]))
    return moved or _with_new_tile(sheet, place, edition, new.content)


def _with_new_tile(sheet: Sheet, place: TileAddress, edition: Edition, content: bytes) -> Response:
    """Keeps the tile when the client has it: writing takes as long as drawing a small one."""
    maker = tile_maker_of_app()
    if content and not _reads_gzip():
        response = Response(content, mimetype=MVT)
        response.call_on_close(lambda: maker.keep(sheet, place, edition, pack_tile(edition.state, '', content)))
    else:
        tile = pack_tile(edition.state, '', content)
        response = _body(tile)
        response.call_on_close(lambda: maker.keep(sheet, place, edition, tile))
    return _headed(response, edition.tag(sheet), edition.version)


def tileset_answer(tileset: Tileset, grid: Grid) -> Response:
    """What a tileset is: as OGC tileset metadata, as TileJSON, or as a page."""
    form = wanted_format(FORMATS)
    if form == 'tilejson':
        return as_json(tileset_tilejson(tileset, grid))
    if form == 'json':
        return as_json(tileset_metadata(tileset, grid))
    page = {
        'path': tileset.path,
        'set': grid.name,
        # people copy it into projects that outlive a release
        'tilejson': tileset_tilejson(tileset, grid) | {'tiles': [tile_template(tileset, grid)]},
        'xyz': xyz_template(tileset),
    }
    return as_page('collections/tiles/metadata.html', page)


def _headed(response: Response, tag: str, version: Version) -> Response:
    """With what lets the tile be kept, but asked for again each time; its bytes are the same in every language."""
    response.set_etag(tag, weak=True)
    response.last_modified = version.released_at
    response.headers['Cache-Control'] = 'no-cache'
    vary_by(response, 'Accept-Encoding')
    return response


def _body(tile: CachedTile) -> Response:
    """The tile, as it is kept for whoever reads gzip."""
    if not tile.packed:
        return Response(b'', 204)
    if not _reads_gzip():
        return Response(tile.content, mimetype=MVT)
    return Response(tile.packed, mimetype=MVT, headers={'Content-Encoding': 'gzip'})


def _reads_gzip() -> bool:
    return request.accept_encodings['gzip'] > 0


class Extents(Protocol):
    """What says where a tileset has tiles."""

    @property
    def grid(self) -> Grid: ...

    @property
    def zooms(self) -> range: ...

    def limits(self, z: int) -> Limits: ...


@dataclass(frozen=True)
class _Within:
    """A tileset in one of its tile matrix sets."""

    tileset: Tileset
    grid: Grid

    @property
    def zooms(self) -> range:
        return self.tileset.zooms(self.grid)

    def limits(self, z: int) -> Limits:
        return self.tileset.limits(self.grid, z)


def place_in(of: Extents, matrix: str, row: str, column: str) -> TileAddress:
    """The tile; raises NoSuchTile with the reason."""
    place, zooms = _address(of.grid, (matrix, row, column)), of.zooms
    if place is None:
        raise NoSuchTile(
            vi='Mức thu phóng, hàng và cột phải là số nguyên không âm.',
            en='Zoom level, row and column must be whole numbers, 0 or more.',
        )
    if place.z not in zooms:
        raise NoSuchTile(
            vi=f'Có ô {of.grid.name} từ mức {zooms[0]} đến {zooms[-1]}, không có mức {place.z}.',
            en=f'There are tiles of {of.grid.name} from zoom {zooms[0]} to {zooms[-1]}, not {place.z}.',
        )
    limits = of.limits(place.z)
    if not limits.contains(place):
        raise NoSuchTile(
            vi=f'Ở mức {place.z} dữ liệu nằm trong hàng {limits.north}–{limits.south}, '
            f'cột {limits.west}–{limits.east}.',
            en=f'At zoom {place.z} the data lies in rows {limits.north} to {limits.south}, '
            f'columns {limits.west} to {limits.east}.',
        )
    return place


def _address(grid: Grid, where: tuple[str, str, str]) -> TileAddress | None:
    """The tile of that zoom, row and column; None where these are no numbers."""
    if not all(part.isascii() and part.isdigit() and len(part) < 11 for part in where):
        return None
    z, row, column = map(int, where)
    return TileAddress(z, column, row, grid)

"""`dothi export pmtiles`: the tiles of a tileset in one file, for maps without a server. The bytes are those served."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi.api.http.prepared import PreparedStatement
from dothi.api.tiles.changes import Current, states_by_layer, states_statement
from dothi.api.tiles.maker import TileMaker
from dothi.api.tiles.place import WEB_MERCATOR_QUAD, TileAddress
from dothi.api.tiles.tileset import NoData, Tileset, fields, inner_layers, of_all, of_layer, of_theme
from dothi.core.database import READERS, connection
from dothi.core.errors import WrongUse
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent

STAGE = 'tiles'


class NoFolder(WrongUse):
    """The file has nowhere to go."""


class Exported(BaseModel):
    """What was written."""

    file: Path
    layers: list[str]
    release: int
    tiles: int
    size_bytes: int


class Reading:
    """Answers from one state of the database, as what its audience may see."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self._plans: dict[Any, Any] = {}
        db.cursor().execute('set transaction isolation level repeatable read read only; set local jit = off')

    def row(self, statement: sql.Composable) -> tuple[Any, ...]:
        """The only row of `statement`."""
        (row,) = self.rows(statement)
        return row

    def rows(self, statement: sql.Composable) -> list[tuple[Any, ...]]:
        """All rows of `statement`."""
        with self.db.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def prepared_rows(self, statement: str, *values: int | float | str) -> list[tuple[Any, ...]]:
        """All rows of `statement` with `values` in place of $1, $2, …; its plan is kept."""
        prepared = PreparedStatement(statement, values)
        with self.db.cursor() as cursor:
            prepared.prepare(cursor, self._plans)
            cursor.execute(prepared.text(self.db))
            return cursor.fetchall()


def export(
    file: Path,
    locality: Locality,
    audience: Audience,
    *,
    layer: str | None = None,
    theme: str | None = None,
    progress: Progress = silent,
) -> Exported:
    """Writes the tiles of a layer, of a theme, or of all layers to `file`, whole or not at all.

    Raises UnknownLayer, NoSuchTheme, NoData, NoFolder.
    """
    if not file.absolute().parent.is_dir():
        raise NoFolder(
            vi=f'{file}: không có thư mục {file.parent}. Tạo thư mục trước.',
            en=f'{file}: there is no folder {file.parent}. Make it first.',
        )
    draft = file.with_name(f'.{file.name}.{os.getpid()}')
    try:
        with connection(READERS[audience]) as db:
            reading = Reading(db)
            now = states_by_layer(reading.rows(states_statement(tuple(locality.layers_for(audience).values()))))
            tileset = _tileset(locality, audience, now, layer, theme)
            tiles = _write(draft, reading, TileMaker(audience, locality), tileset, progress)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    number = max(now[member.id].version.number for member in tileset.layers)
    ids = [member.id for member in tileset.layers]
    return Exported(file=file, layers=ids, release=number, tiles=tiles, size_bytes=file.stat().st_size)


def _tileset(
    locality: Locality, audience: Audience, now: dict[str, Current], layer: str | None, theme: str | None
) -> Tileset:
    if layer is None:
        return of_theme(theme, locality, audience, now) if theme else of_all(locality, audience, now)
    layer_model = locality.layer(layer)
    if not layer_model.visible_to(audience):
        raise NoData(
            vi=f'Lớp "{layer}" không thuộc dịch vụ {audience}.', en=f'"{layer}" is not part of the {audience} service.'
        )
    return of_layer(layer_model, locality, now)


def _write(draft: Path, db: Reading, maker: TileMaker, tileset: Tileset, progress: Progress) -> int:
    """How many tiles were written to `draft`."""
    places = list(_filled(db, maker, tileset))
    written = 0
    with draft.open('wb') as out:
        writer = Writer(out)
        for done, place in enumerate(sorted(places, key=_tile_id)):
            progress(STAGE, done, len(places))
            tile = maker.tile(db, tileset.sheet, tileset.now, place)
            if tile.packed:
                writer.write_tile(_tile_id(place), tile.packed)
                written += 1
        if not written:
            raise NoData(vi='Không có đối tượng nào để ghi.', en='There is no feature to write.')
        writer.finalize(_header(tileset), _metadata(tileset, maker))
    progress(STAGE, len(places), len(places))
    return written


def _filled(db: Reading, maker: TileMaker, tileset: Tileset) -> Iterator[TileAddress]:
    """The tiles in which something lies: where nothing does, nothing lies in the four tiles below."""
    zooms = tileset.zooms(WEB_MERCATOR_QUAD)
    first = tileset.limits(WEB_MERCATOR_QUAD, zooms[0])
    ahead = [
        TileAddress(zooms[0], x, y)
        for x in range(first.west, first.east + 1)
        for y in range(first.north, first.south + 1)
    ]
    while ahead:
        place = ahead.pop()
        if maker.is_empty(db, tileset.sheet, place):
            continue
        if tileset.limits(WEB_MERCATOR_QUAD, place.z).contains(place):
            yield place
        if place.z < zooms[-1]:
            ahead += [TileAddress(place.z + 1, 2 * place.x + dx, 2 * place.y + dy) for dx in (0, 1) for dy in (0, 1)]


def _tile_id(place: TileAddress) -> int:
    number: int = zxy_to_tileid(place.z, place.x, place.y)
    return number


def _header(tileset: Tileset) -> dict[str, Any]:
    west, south, east, north = (round(degrees * 10_000_000) for degrees in tileset.extent)
    zooms = tileset.zooms(WEB_MERCATOR_QUAD)
    return {
        'tile_type': TileType.MVT,
        'tile_compression': Compression.GZIP,
        'min_lon_e7': west,
        'min_lat_e7': south,
        'max_lon_e7': east,
        'max_lat_e7': north,
        'center_zoom': zooms[len(zooms) // 2],
        'center_lon_e7': (west + east) // 2,
        'center_lat_e7': (south + north) // 2,
    }


def _metadata(tileset: Tileset, maker: TileMaker) -> dict[str, Any]:
    """What the tiles have within them; titles in Vietnamese."""
    inner = [
        {
            'id': name,
            'description': layer.title.vi,
            'minzoom': zooms[0],
            'maxzoom': zooms[-1],
            'fields': fields(layer, maker.audience),
        }
        for layer in tileset.layers
        for name, zooms in inner_layers(layer, maker).items()
    ]
    now = [tileset.now[layer.id] for layer in tileset.layers]
    return {
        'name': tileset.title.vi,
        'description': tileset.description.vi,
        'attribution': maker.locality.place.attribution.vi,
        'type': 'overlay',
        'vector_layers': inner,
        'dothi:releases': {layer.id: tileset.now[layer.id].version.number for layer in tileset.layers},
        'dothi:demo': any(state.demo for state in now),
    }

"""The questions that are timed, each in every way to ask it."""

import math
import random
import re
import urllib.request
from collections.abc import Callable

from psycopg2 import sql

from dothi.core.database import connection
from dothi.core.layer import Layer

Ask = Callable[[int], object]
ZOOM = 14
PAGE = 1000
# Looked for and not parsed: a client's parsing is no part of a server's time.
FULL_PAGE = re.compile(rb'"numberReturned": ?%d\b' % PAGE)


def get(url: str) -> bytes:
    """The answer's body; anything but 200 is an error, so that no failure is taken for speed."""
    with urllib.request.urlopen(url, timeout=600) as response:
        if response.status != 200:
            raise RuntimeError(f'{url}: {response.status}')
        body: bytes = response.read()
    return body


def items(base: str, layer: Layer, rows: int) -> Ask:
    """A page of items at another offset each time."""

    def ask(number: int) -> object:
        body = get(f'{base}/collections/{layer.id}/items?limit={PAGE}&offset={_offset(number, rows)}&f=json')
        if not FULL_PAGE.search(body):
            raise RuntimeError(f'{base}: not a page of {PAGE} items')
        return body

    return ask


def items_sql(layer: Layer, rows: int) -> Ask:
    """The same page as GeoJSON text, straight from SQL."""
    properties = sql.SQL(', ').join(map(sql.Identifier, layer.columns_for('public')))
    query = sql.SQL("""
        select string_agg('{{"type":"Feature","id":' || id || ',"geometry":' || st_asgeojson(geom_wgs84, 7)
            || ',"properties":' || row_to_json(p) || '}}', ',')
        from (select id, geom_wgs84, {columns} from {table} order by id offset %s limit {page}) f,
            lateral (select {columns}) p""").format(
        columns=properties, table=sql.Identifier('layer', layer.id), page=sql.Literal(PAGE)
    )
    return lambda number: _query(query, [_offset(number, rows)])


def tile(base: str, layer: Layer, tiles: list[tuple[int, int]], path: str) -> Ask:
    """A vector tile, another one each time; `path` is the server's spelling after the collection."""

    def ask(number: int) -> object:
        x, y = tiles[number % len(tiles)]
        return get(f'{base}/collections/{layer.id}/tiles/WebMercatorQuad/{ZOOM}/{y}/{x}{path}')

    return ask


def tile_sql(layer: Layer, tiles: list[tuple[int, int]]) -> Ask:
    """The same tile from ST_AsMVT with all public columns, straight from SQL."""
    columns = sql.SQL(', ').join(map(sql.Identifier, layer.columns_for('public')))
    query = sql.SQL("""
        with t as (select st_tileenvelope(%s, %s, %s) as box),
        f as (
            select l.id, {columns}, st_asmvtgeom(st_transform(l.geom_wgs84, 3857), t.box) as geom
            from {table} l, t where l.geom_wgs84 && st_transform(t.box, 4326)
        )
        select st_asmvt(f, 'default', 4096, 'geom', 'id') from f""").format(
        columns=columns, table=sql.Identifier('layer', layer.id)
    )
    return lambda number: _query(query, [ZOOM, *tiles[number % len(tiles)]])


def busy_tiles(layer: Layer, count: int, at_least: int) -> list[tuple[int, int]]:
    """Columns and rows of `count` tiles, each with at least that many features, in an order fixed by seed."""
    centroids = sql.SQL('select st_x(p), st_y(p) from (select st_centroid(geom_wgs84) p from {}) c').format(
        sql.Identifier('layer', layer.id)
    )
    filled: dict[tuple[int, int], int] = {}
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute(centroids)
        for lon, lat in cursor:
            place = tile_of(lon, lat, ZOOM)
            filled[place] = filled.get(place, 0) + 1
    busy = sorted(place for place, features in filled.items() if features >= at_least)
    return random.Random(1).sample(busy, count)


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the WebMercatorQuad tile that a place lies in (OGC 17-083r4, annex D)."""
    side = 2**zoom
    north = math.asinh(math.tan(math.radians(lat))) / math.pi
    return int((lon + 180) / 360 * side), int((1 - north) / 2 * side)


def _offset(number: int, rows: int) -> int:
    """Another page each time, as a client walks through the first pages of a layer."""
    return number * PAGE % (rows - PAGE)


def _query(query: sql.Composable, values: list[int]) -> object:
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()

"""The questions that are timed, each in every way to ask it: by HTTP, and as SQL without a server."""

import re
from collections.abc import Callable

from psycopg2 import sql

from bench.client import Client
from bench.servers import Server
from bench.tiling import Tile
from dothi.core.database import connection
from dothi.core.layer import Layer

Ask = Callable[[int], object]


def items(server: Server, limit: int, rows: int) -> Ask:
    """A page of items at another offset each time."""
    client = Client(server.base)
    # looked for and not parsed: a client's parsing is no part of a server's time
    full_page = re.compile(rb'"numberReturned": ?%d\b' % limit)

    def ask(number: int) -> object:
        body = client.get(server.items_url(limit, _offset(number, limit, rows)))
        if not full_page.search(body):
            raise RuntimeError(f'{server.name}: not a page of {limit} items')
        return body

    return ask


def items_sql(layer: Layer, limit: int, rows: int) -> Ask:
    """The same page as GeoJSON text, straight from SQL."""
    properties = sql.SQL(', ').join(map(sql.Identifier, layer.columns_for('public')))
    query = sql.SQL("""
        select string_agg('{{"type":"Feature","id":' || id || ',"geometry":' || st_asgeojson(geom_wgs84, 7)
            || ',"properties":' || row_to_json(p) || '}}', ',')
        from (select id, geom_wgs84, {columns} from {table} order by id offset %s limit {page}) f,
            lateral (select {columns}) p""").format(
        columns=properties, table=sql.Identifier('layer', layer.id), page=sql.Literal(limit)
    )
    return lambda number: _query(query, [_offset(number, limit, rows)])


def urls(server: Server, chosen: list[str], headers: dict[str, str] | None = None) -> Ask:
    """One address after the other."""
    client = Client(server.base)
    return lambda number: client.get(chosen[number % len(chosen)], headers)


def unchanged(server: Server, chosen: list[str]) -> Ask:
    """The same addresses again, with the ETag of the first answer: 304, or a RuntimeError."""
    client = Client(server.base)
    tags = {url: client.ask(url).headers['etag'] for url in chosen}

    def ask(number: int) -> object:
        url = chosen[number % len(chosen)]
        answer = client.ask(url, {'If-None-Match': tags[url]})
        if answer.status != 304:
            raise RuntimeError(f'{url}: {answer.status} in place of 304')
        return answer

    return ask


def tile_sql(layer: Layer, tiles: list[Tile]) -> Ask:
    """A tile from ST_AsMVT with all public columns, straight from SQL."""
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
    return lambda number: _query(query, [*tiles[number % len(tiles)]])


def _offset(number: int, limit: int, rows: int) -> int:
    """Another page each time, as a client walks through the first pages of a layer."""
    return number * limit % (rows - limit)


def _query(query: sql.Composable, values: list[int]) -> object:
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()

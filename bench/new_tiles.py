"""Tiles that nobody has asked for, beside the SQL that Martin sends; and low zooms in the minute after a release."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from bench.agency_file import buildings_file
from bench.chapters import Chapter, Goal, Subject, at_most
from bench.client import COMPRESSED, Client
from bench.measure import Timing, rotated
from bench.tiling import Tile
from dothi.core.catalog import current_releases
from dothi.core.database import connection
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.desk.rollback import rollback

ZOOMS, TILES, WARM_UP = (16, 14, 13), 60, 8
# What Martin 1.14.0 took beside its SQL, on the machine on which both were measured.
MARTIN_HTTP_MS = 0.3
LOW_ZOOMS, MOST_TILES, ADDED_ROWS, LATER_S = range(7, 12), 20, 1_000, 60
MOST_TIMES = 1.5


def new_tiles(subject: Subject, locality: Locality) -> Chapter:
    """Each tile is asked for once, in an order by chance, with features in it or at its edge."""
    subject.clear_tiles()
    chapter = Chapter('Vector tiles that nobody has asked for, beside the SQL of Martin')
    client = Client(subject.ours.base)
    with connection('reader_internal') as db:
        martin = _martin(db, subject.layer, locality.srid)
        for zoom in ZOOMS:
            tiles = subject.places.tiles(zoom)[: TILES + WARM_UP]
            ways: list[tuple[str, Callable[[int], object]]] = [
                (f'dothi, zoom {zoom}', lambda n: client.get(subject.ours.tile_url(tiles[n]), COMPRESSED)),  # noqa: B023
                (f'raw SQL, zoom {zoom}', lambda n: martin(tiles[n])),  # noqa: B023
            ]
            dothi, raw = timings = rotated(ways, len(tiles) - WARM_UP, WARM_UP)
            chapter.timings += timings
            chapter.goals.append(_ahead(zoom, dothi, raw))
    return chapter


def _ahead(zoom: int, dothi: Timing, raw: Timing) -> Goal:
    limit = raw.median_ms + MARTIN_HTTP_MS
    return at_most(f'zoom {zoom}: at most raw SQL + {MARTIN_HTTP_MS} ms ({limit:.1f} ms)', dothi.median_ms, limit)


def _martin(db: Connection, layer: Layer, srid: int) -> Callable[[Tile], object]:
    """The statement that Martin 1.14.0 makes of a table, prepared: the geometry as delivered, with all columns."""
    columns = sql.SQL(', ').join(map(sql.Identifier, ['id', *layer.columns_for('internal'), 'release_from']))
    statement = sql.SQL(
        """prepare martin (integer, integer, integer) as
        select ST_AsMVT(tile, {name}, 4096, 'geom') from (
            select ST_AsMVTGeom(ST_Transform(ST_CurveToLine(geom::geometry), 3857), ST_TileEnvelope($1, $2, $3),
                4096, 64, true) as geom, {columns}
            from {table} where geom && ST_Transform(ST_TileEnvelope($1, $2, $3, margin => 64.0 / 4096), {srid})
        ) as tile"""
    ).format(
        name=sql.Literal(layer.id), columns=columns, table=sql.Identifier('layer', layer.id), srid=sql.Literal(srid)
    )
    with db.cursor() as cursor:
        cursor.execute(statement)

    def ask(tile: Tile) -> object:
        with db.cursor() as cursor:
            cursor.execute('execute martin (%s, %s, %s)', tile)
            return cursor.fetchone()

    return ask


def after_a_release(subject: Subject, locality: Locality, folder: Path) -> Chapter:
    """Tiles in which features are merged, each drawn right after a release and again a minute later."""
    client = Client(subject.ours.base)
    tiles = [subject.ours.tile_url(tile) for zoom in LOW_ZOOMS for tile in subject.places.tiles(zoom)[:MOST_TILES]]
    with _released(subject.layer, locality, folder):
        released_s = time.monotonic()
        subject.clear_tiles()
        at_once = _each('right after it', client, tiles)
        time.sleep(max(released_s + LATER_S - time.monotonic(), 0))
        subject.clear_tiles()
        later = _each('a minute later', client, tiles)
    # of all tiles together: one takes ten times as long as another, so that the median lies now here, now there
    together_ms, limit = sum(at_once.runs_ms), MOST_TIMES * sum(later.runs_ms)
    goals = [at_most(f'all: at most {MOST_TIMES} × what they take a minute later ({limit:.1f} ms)', together_ms, limit)]
    title = f'Tiles at zooms {LOW_ZOOMS[0]} to {LOW_ZOOMS[-1]} after a release of {ADDED_ROWS:,} more buildings'
    return Chapter(title, [at_once, later], goals)


def _each(name: str, client: Client, tiles: list[str]) -> Timing:
    ways = [(name, lambda number: client.get(tiles[number], COMPRESSED))]
    return rotated(ways, len(tiles), warm_up=0)[0]


@contextmanager
def _released(layer: Layer, locality: Locality, folder: Path) -> Iterator[None]:
    """While inside, the layer has more rows than before, since a moment ago."""
    before = _current(layer)
    file = buildings_file(folder, locality, ADDED_ROWS)
    report = deliver(file, DeliveryOptions(layer=layer.id, mode='upsert', origin='demo', accept_loss=True), locality)
    if report.release is None:
        raise RuntimeError(f'{file.name} was not released')
    try:
        yield
    finally:
        rollback(layer.id, before, 'measured', 'bench', locality)


def _current(layer: Layer) -> int:
    with connection('reader_internal') as db:
        return current_releases(db)[layer.id].number

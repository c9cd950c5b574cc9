"""A country's buildings on one machine: the demo's, each 33 times, by hand (`make bench PARTS=country`)."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import shapely
from psycopg2 import sql

from bench.chapters import Chapter, Goal, at_most
from bench.client import COMPRESSED, Client
from bench.loading import MOST_MB, Run, deliver_command, run_command
from bench.measure import Timing, compare
from bench.questions import Ask, urls
from bench.servers import Server
from bench.tiling import Tile, tile_at
from demo.write import write_demo
from dothi.core.database import connection
from dothi.core.gdal import pyogrio
from dothi.core.locality import Locality

LAYER = 'buildings'
ROWS = int(os.environ.get('BENCH_COUNTRY_ROWS', '20000000'))
DEMO_ROWS, ROUNDS = 600_000, 7
# Copies stand beside one another, by so much: towns grow denser, and the country no larger.
SHIFT_M, ACROSS = 17.0, 6


def country_file(folder: Path, locality: Locality, rows: int = ROWS) -> Path:
    """A GeoPackage of the demo's buildings, each of them copied as often as it takes. A file that is there stays."""
    path = folder / f'country-{rows}.gpkg'
    if path.exists():
        return path
    files = write_demo(folder / 'demo', locality_path=locality.path, buildings=DEMO_ROWS)
    (demo_file,) = [file.path for file in files if file.layer == LAYER]
    draft = path.with_suffix('.part.gpkg')
    draft.unlink(missing_ok=True)
    meta, _, shapes, columns = pyogrio.raw.read(str(demo_file))
    outlines = shapely.from_wkb(shapes)
    for copy in range(-(-rows // len(outlines))):
        some = slice(0, min(len(outlines), rows - copy * len(outlines)))
        values = {name: column[some] for name, column in zip(meta['fields'], columns, strict=True)}
        _append_copy(draft, copy, outlines[some], values, meta['crs'])
    draft.rename(path)
    return path


def _append_copy(path: Path, copy: int, outlines: np.ndarray, columns: dict[str, np.ndarray], crs: str) -> None:
    shift = np.array([copy % ACROSS, copy // ACROSS]) * SHIFT_M
    columns = columns | {'MA_CT': np.array([f'{code}-{copy}' for code in columns['MA_CT']], dtype=object)}
    pyogrio.raw.write(
        str(path),
        shapely.to_wkb(shapely.transform(outlines, lambda xy: xy + shift)),
        list(columns.values()),
        np.array(list(columns), dtype=object),
        driver='GPKG',
        geometry_type='MultiPolygon',
        crs=crs,
        layer=LAYER,
        encoding='UTF-8',
        append=path.exists(),
        layer_options={'SPATIAL_INDEX': 'NO'},
    )


def deliver_country(file: Path) -> Run:
    """What the delivery took, in a process of its own; it comes into force with its pictures prepared."""
    return run_command(deliver_command(file))


def country(server: Server, picture_url: str, rows: int, delivery: Run) -> Chapter:
    """The running instance, right after that delivery.

    picture_url: where pictures of the layer are drawn, without parameters.
    """
    first = _pictures(picture_url, 1)
    questions = compare([(name, ask) for name, ask in _questions(server, rows).items()], ROUNDS, 1)
    later = _pictures(picture_url, ROUNDS)
    delivered = Timing('delivery, with counts and generalised geometry', [delivery.elapsed_ms])
    first.name, later.name = 'a picture of the province right after it', 'another one, later'
    return Chapter(f'{rows:,} buildings', [delivered, first, later, *questions], [
        Goal(f'memory of the delivery: under {MOST_MB:,} MB', f'{delivery.peak_mb:.0f} MB', delivery.peak_mb < MOST_MB),
        at_most('a picture right after the delivery', first.median_ms, 2 * later.median_ms + 500),
    ])  # fmt: skip


def _questions(server: Server, rows: int) -> dict[str, Ask]:
    numbers = range(ROUNDS + 1)
    west, south, east, north = densest_box()
    some = [f'filter=floors={number % 5 + 1}%20and%20use=%27public%27' for number in numbers]
    asks = {
        '10 items': [server.items_url(10, number * 1_000) for number in numbers],
        '10 items, the last page': [server.items_url(10, rows - 10 - number) for number in numbers],
        '10 items of a filter': [f'{server.items_url(10, 0)}&{filter_}' for filter_ in some],
        '1,000 items in a dense box of 2 km': [
            f'{server.items_url(1_000, number)}&bbox={west},{south},{east},{north}' for number in numbers
        ],
    }
    tiles = {zoom: [server.tile_url(tile) for tile in _tiles(west, south, zoom)] for zoom in (16, 14, 12)}
    return {name: urls(server, pages) for name, pages in asks.items()} | {
        f'a tile of zoom {zoom} that nobody asked for': urls(server, chosen, COMPRESSED)
        for zoom, chosen in tiles.items()
    }


def _tiles(lon: float, lat: float, zoom: int) -> list[Tile]:
    middle = tile_at(lon, lat, zoom)
    return [Tile(zoom, middle.x - 1 + number % 3, middle.y - 1 + number // 3) for number in range(ROUNDS + 1)]


def densest_box() -> tuple[float, float, float, float]:
    """West, south, east and north, in degrees, of some 2 km in which most buildings stand."""
    query = """select x * 0.02, y * 0.02, (x + 1) * 0.02, (y + 1) * 0.02 from (
            select floor(st_xmin(geom_wgs84) / 0.02) as x, floor(st_ymin(geom_wgs84) / 0.02) as y
            from {} tablesample system (1)
        ) as placed group by x, y order by count(*) desc limit 1"""
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute(sql.SQL(query).format(sql.Identifier('layer', LAYER)))
        west, south, east, north = cursor.fetchone() or (0.0, 0.0, 0.0, 0.0)
    return west, south, east, north


def _pictures(url: str, rounds: int) -> Timing:
    client = Client(url)
    sizes = iter(range(800, 800 + 2 * rounds))
    asks: Iterator[str] = (f'{url}?f=png&width={size}' for size in sizes)
    (timing,) = compare([('', lambda _: client.get(next(asks)))], rounds, 0)
    return timing

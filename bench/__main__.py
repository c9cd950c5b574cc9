"""`make bench`: measures, prints, and writes docs/benchmarks.md."""

import json
import os
import platform
import tempfile
import urllib.request
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.instance import FULL, SMALL, running
from bench.measure import Timing, compare
from bench.peer import shipped_pygeoapi
from bench.questions import busy_tiles, items, items_sql, tile, tile_sql
from dothi import local, show
from dothi.core.catalog import current_releases
from dothi.core.database import connection
from dothi.core.locality import load_locality
from dothi.core.settings import PROJECT, PathSettings

LAYER = 'buildings'
FEATURES_IN_TILE = 500
# The peer takes tens of seconds for one tile: few rounds suffice for a ratio of this size.
TILE_ROUNDS = 5

HOW = """All ways to answer a question run in turn on the same tables: one client, every request another page or
tile, nothing cached. Medians; only ratios within one table mean anything, since machines differ and are noisy.
"""

type Chapter = tuple[str, list[Timing]]


def main() -> None:
    """Runs every chapter; the full province for the API, the small one for the analysis."""
    with show.progress() as progress:
        with running(FULL, progress):
            chapters = _api_chapters()
            versions = _versions()
        with running(SMALL, progress):
            chapters.append(_coverage_chapter())
    for title, timings in chapters:
        _print(title, timings)
    (PROJECT / 'docs' / 'benchmarks.md').write_text(_page(chapters, versions), encoding='utf-8')


def _api_chapters() -> list[Chapter]:
    layer = load_locality(PathSettings().locality).layer(LAYER)
    ours = f'{local.service_url("internal")}/api'
    with connection('reader_internal') as db:
        rows = current_releases(db)[LAYER].rows_total
    tiles = busy_tiles(layer, 40, FEATURES_IN_TILE)
    with tempfile.TemporaryDirectory() as folder, shipped_pygeoapi(layer, Path(folder)) as peer:
        pages = compare(
            [
                ('dothi', items(ours, layer, rows)),
                ('raw SQL', items_sql(layer, rows)),
                ('pygeoapi, shipped provider', items(peer, layer, rows)),
            ]
        )
        maps = compare(
            [
                ('dothi', tile(ours, layer, tiles, '?f=mvt')),
                ('raw SQL', tile_sql(layer, tiles)),
                ('pygeoapi, shipped provider', tile(peer, layer, tiles, '?f=mvt')),
            ],
            TILE_ROUNDS,
        )
    return [
        (f'`items?limit=1000` of {rows:,} buildings, page after page', pages),
        (f'vector tile at zoom 14 with at least {FEATURES_IN_TILE} buildings', maps),
    ]


def _coverage_chapter() -> Chapter:
    url = f'{local.service_url("internal")}/api/processes/service-coverage/execution'

    def ask(number: int) -> object:
        inputs = {'facilities': 'health_facilities', 'filter': "kind = 'station'", 'distance_m': 1500 + number}
        body = json.dumps({'inputs': inputs}).encode()
        request = urllib.request.Request(url, body, {'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.read()

    return f'`service-coverage` of health stations, {SMALL:,} buildings, over the network', compare([('dothi', ask)])


def _print(title: str, timings: list[Timing]) -> None:
    table = Table('', 'median ms', 'min to max', 'times dothi', title=title.replace('`', ''))
    for timing in timings:
        table.add_row(timing.name, f'{timing.median_ms:.1f}', timing.spread, f'{_ratio(timing, timings):.2f}')
    Console().print(table)


def _page(chapters: list[Chapter], versions: list[str]) -> str:
    lines = [
        '<!-- Written by `make bench`. -->\n',
        '# Benchmarks\n',
        f'`make bench` on {datetime.now(UTC):%Y-%m-%d}: {_machine()}, {", ".join(versions)}.\n',
        HOW,
    ]
    for title, timings in chapters:
        lines += [
            f'## {title[0].upper()}{title[1:]}\n',
            '| | median ms | min to max | times dothi |',
            '| --- | --- | --- | --- |',
        ]
        lines += [
            f'| {timing.name} | {timing.median_ms:.1f} | {timing.spread} | {_ratio(timing, timings):.2f} |'
            for timing in timings
        ]
        lines.append('')
    return '\n'.join(lines)


def _ratio(timing: Timing, timings: list[Timing]) -> float:
    return timing.median_ms / timings[0].median_ms


def _machine() -> str:
    return f'{platform.machine()}, {os.cpu_count()} cores'


def _versions() -> list[str]:
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute("select current_setting('server_version'), postgis_lib_version()")
        row = cursor.fetchone()
    assert row is not None
    return [f'PostgreSQL {row[0].split()[0]}', f'PostGIS {row[1]}', f'pygeoapi {version("pygeoapi")}']


if __name__ == '__main__':
    main()

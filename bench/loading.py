"""A large delivery against `ogr2ogr`: first load, redelivery, and the client's memory, each in a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql
from sqlalchemy import URL

from bench.agency_file import buildings_file
from bench.chapters import Chapter, Goal
from bench.measure import Timing
from dothi.cartography.generalised.refresh import refresh
from dothi.core.database import connection, fresh
from dothi.core.locality import Locality
from dothi.core.migrate import migrate
from dothi.core.postgis import LocalPostgis

LAYER = 'buildings'
ROWS, MANY_ROWS, CHANGED_ROWS, ROUNDS = 500_000, 2_000_000, 300_000, 3
FIRST, AGAIN = 'dothi, first delivery', 'dothi, 1 % of the rows changed'
MOST_MB = 1_000
# Runs a command, and writes the milliseconds and the most memory (kB) that it took. Linux counts as a process's highest
# memory also that of its parent as it is started, which here has just written a file of a country.
SMALL_PARENT = """
import os, subprocess, sys, time
started = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print((time.perf_counter() - started) * 1000, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Run:
    """What a process took: wall-clock time, and its highest memory."""

    elapsed_ms: float
    peak_mb: float


def loading(folder: Path, locality: Locality) -> Chapter:
    """Deliveries of 500,000 buildings, and one of 2,000,000 for its memory."""
    server = LocalPostgis(folder / 'postgis')
    server.start()
    try:
        with settings(folder):
            return _measured(folder, server, locality)
    finally:
        server.stop()


def taking_back(folder: Path, locality: Locality) -> Chapter:
    """A delivery that changes all of 300,000 buildings, and the rollback to what they were."""
    server = LocalPostgis(folder / 'postgis')
    server.start()
    try:
        with settings(folder):
            return _taken_back(folder, server, locality)
    finally:
        server.stop()


def _taken_back(folder: Path, server: LocalPostgis, locality: Locality) -> Chapter:
    file = buildings_file(folder, locality, CHANGED_ROWS)
    changed = buildings_file(folder, locality, CHANGED_ROWS, changed_every=1)
    delivery, rollback = Timing('delivery that changes all rows'), Timing('rollback of it')
    for _ in range(ROUNDS):
        with database(server, locality, 'loading') as url:
            run_command(deliver_command(file))
            first = _releases(url)[0]
            delivery.runs_ms.append(run_command(deliver_command(changed)).elapsed_ms)
            rollback.runs_ms.append(run_command(_rollback(first)).elapsed_ms)
    ratio = rollback.median_ms / delivery.median_ms
    goal = Goal('no longer than the delivery', f'{ratio:.2f} ×', ratio <= 1)
    return Chapter(f'A rollback of {CHANGED_ROWS:,} changed buildings', [delivery, rollback], [goal])


def _releases(url: URL) -> list[int]:
    """The numbers of all releases, the first one first."""
    db = psycopg2.connect(url.set(drivername='postgresql').render_as_string(hide_password=False))
    with db, db.cursor() as cursor:
        cursor.execute('select number from catalog.release order by number')
        numbers = [int(row[0]) for row in cursor.fetchall()]
    db.close()
    return numbers


def _measured(folder: Path, server: LocalPostgis, locality: Locality) -> Chapter:
    file = buildings_file(folder, locality, ROWS)
    changed = buildings_file(folder, locality, ROWS, changed_every=100)
    peer, first, again = Timing('ogr2ogr, COPY and spatial index'), Timing(FIRST), Timing(AGAIN)
    tiles = Timing('of it, cells counted for tiles')
    blocks = Timing('of it, generalised geometry for pictures')
    peak_mb = 0.0
    for _ in range(ROUNDS):
        with database(server, locality, 'loading') as url:
            peer.runs_ms.append(run_command(_ogr2ogr(url, file)).elapsed_ms)
            whole, other = run_command(deliver_command(file)), run_command(deliver_command(changed))
            tiles.runs_ms.append(_elapsed_ms(url, _count_cells))
            blocks.runs_ms.append(_generalise_ms(locality))
        first.runs_ms.append(whole.elapsed_ms)
        again.runs_ms.append(other.elapsed_ms)
        peak_mb = max(peak_mb, whole.peak_mb, other.peak_mb)
    with database(server, locality, 'loading') as url:
        many_mb = run_command(deliver_command(buildings_file(folder, locality, MANY_ROWS))).peak_mb
    goals = _goals(peer, first, again, tiles.median_ms + blocks.median_ms) + _memory(peak_mb, many_mb)
    return Chapter(f'A delivery of {ROWS:,} buildings as GeoPackage', [peer, first, again, tiles, blocks], goals)


def _goals(peer: Timing, first: Timing, again: Timing, for_maps_ms: float) -> list[Goal]:
    load = (first.median_ms - for_maps_ms) / peer.median_ms
    redelivery = again.median_ms / peer.median_ms
    return [
        Goal('first delivery without what maps need: at most 3 × ogr2ogr (2 × aimed at)', f'{load:.2f} ×', load <= 3),
        Goal('redelivery: at most 2 × ogr2ogr', f'{redelivery:.2f} ×', redelivery <= 2),
    ]


def _memory(peak_mb: float, many_mb: float) -> list[Goal]:
    return [
        Goal(f'client at {ROWS:,} rows: under {MOST_MB:,} MB', f'{peak_mb:.0f} MB', peak_mb < MOST_MB),
        Goal(
            f'client at {MANY_ROWS:,} rows: at most 1.3 × that',
            f'{many_mb:.0f} MB ({many_mb / peak_mb:.2f} ×)',
            many_mb <= 1.3 * peak_mb,
        ),
    ]


@contextmanager
def settings(folder: Path) -> Iterator[None]:
    """While inside, `dothi` in this process and its children works in `folder`."""
    before = dict(os.environ)
    os.environ['DOTHI_STATE'] = str(folder)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        fresh()


@contextmanager
def database(server: LocalPostgis, locality: Locality, name: str) -> Iterator[URL]:
    """A migrated database that is gone afterwards."""
    _admin(server, 'drop database if exists {} with (force)', name)
    _admin(server, 'create database {}', name)
    url = server.url.set(database=name)
    os.environ['DOTHI_DATABASE_URL'] = url.render_as_string(hide_password=False)
    fresh()
    migrate(locality)
    fresh()
    yield url
    fresh()
    _admin(server, 'drop database {} with (force)', name)


def _admin(server: LocalPostgis, statement: str, name: str) -> None:
    url = server.url.set(drivername='postgresql', database='postgres')
    db = psycopg2.connect(url.render_as_string(hide_password=False))
    db.autocommit = True
    with db.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
    db.close()


def _ogr2ogr(url: URL, file: Path) -> list[str]:
    target = f'PG:host={url.host} port={url.port} dbname={url.database} user={url.username} password={url.password}'
    return ['ogr2ogr', '-f', 'PostgreSQL', '--config', 'PG_USE_COPY', 'YES', '-nln', 'peer', target, str(file)]


def deliver_command(file: Path) -> list[str]:
    """The command that delivers buildings."""
    return [sys.executable, '-m', 'dothi.cli', 'deliver', str(file), '--layer', LAYER, '--json']


def _rollback(release: int) -> list[str]:
    return [sys.executable, '-m', 'dothi.cli', 'rollback', LAYER, str(release), '--reason', 'measured', '--json']


def run_command(command: list[str]) -> Run:
    """Runs `command` to its good end."""
    whole = [sys.executable, '-c', SMALL_PARENT, *command]
    ran = subprocess.run(whole, stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode:
        raise subprocess.CalledProcessError(ran.returncode, command[:4])
    elapsed_ms, peak_kb = map(float, ran.stdout.split())
    return Run(elapsed_ms, peak_kb / 1024)


def _elapsed_ms(url: URL, work: Callable[[psycopg2.extensions.cursor], object]) -> float:
    """Milliseconds of `work`, which is taken back."""
    with psycopg2.connect(url.set(drivername='postgresql').render_as_string(hide_password=False)) as db:
        with db.cursor() as cursor:
            started = time.perf_counter()
            work(cursor)
            elapsed_ms = (time.perf_counter() - started) * 1000
        db.rollback()
    db.close()
    return elapsed_ms


def _generalise_ms(locality: Locality) -> float:
    """Milliseconds to generalise the whole layer anew."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('delete from general.state where layer_id = %s', [LAYER])
    started = time.perf_counter()
    with connection('loader') as db:
        refresh(db, locality.layer(LAYER), locality)
    return (time.perf_counter() - started) * 1000


def _count_cells(cursor: psycopg2.extensions.cursor) -> None:
    cursor.execute('select catalog.recount_tile_cells(%s)', [LAYER])

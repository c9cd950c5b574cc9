"""A scanned raster compared with the one that is served, and recorded as a release."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json

from dothi.core.coverage import Coverage
from dothi.core.crs import WGS84
from dothi.core.grid import Grid
from dothi.core.kept_file import file_sha256
from dothi.core.settings import PathSettings
from etl.coverage.cells import Cells, Scan, strips
from etl.coverage.cog import forget_all_but, store_path
from etl.coverage.file import Raster
from etl.desk.options import DeliveryOptions
from etl.release import Outcome, Source, record
from etl.report.model import DiffReport


@dataclass(frozen=True)
class Served:
    """The raster that is served now. filled: its cells with a value. demo: whether they are demonstration data."""

    release: int
    sha256: str
    grid: Grid
    filled: int
    demo: bool
    file: Path


def lock(db: Connection, coverage: Coverage) -> Served | None:
    """The raster that is served, kept from any other writer until the transaction ends; waits for its turn.

    What deliveries that died have left in the store is removed on this occasion.
    """
    with db.cursor() as cursor:
        cursor.execute('select current_release from catalog.layer where id = %s for update', [coverage.id])
        (current,) = cursor.fetchone() or (None,)
        cursor.execute(
            'select release from catalog.raster join catalog.release on number = release where layer_id = %s',
            [coverage.id],
        )
        forget_all_but(coverage, {int(row[0]) for row in cursor.fetchall()})
        if current is None:
            return None
    return kept(db, int(current))


def kept(db: Connection, release: int) -> Served:
    """The raster of a release, as it was or is served."""
    with db.cursor() as cursor:
        cursor.execute(
            """select cells_sha256, srid, width, height, west, north, cell_width, cell_height,
                      rows_total, demo_rows > 0, store_path
                 from catalog.raster join catalog.release on number = release where release = %s""",
            [release],
        )
        sha256, *grid, filled, demo, path = cursor.fetchone() or ()
    return Served(release, sha256, Grid(*grid), filled, demo, Path(PathSettings().store) / path)


def compare(raster: Raster, coverage: Coverage, grid: Grid, scan: Scan, served: Served | None) -> DiffReport:
    """How many cells get a value, another value, or lose theirs; on another grid all are new."""
    if served is None or served.grid != grid:
        return DiffReport(added=scan.filled, closed=served.filled if served else 0)
    if served.sha256 == scan.sha256:
        return DiffReport(unchanged=scan.filled)
    with rasterio.open(served.file) as before:
        parts = [
            _compared(before.read(window=strip.window), strip.values, coverage.nodata)
            for strip in strips(raster, coverage)
        ]
    added, changed, closed, unchanged = np.sum(parts, axis=0).tolist()
    return DiffReport(added=added, changed=changed, closed=closed, unchanged=unchanged)


def lost_share(grid: Grid, scan: Scan, served: Served | None, diff: DiffReport) -> float:
    """Share of the real cells with a value that would lose it; on another grid of the system, of their area."""
    if served is None or served.demo or not served.filled:
        return 0.0
    if served.grid == grid:
        return diff.closed / served.filled
    if served.grid.srid != grid.srid:
        return 0.0
    before, after = served.filled * _cell_area(served.grid), scan.filled * _cell_area(grid)
    return max(0.0, 1 - after / before)


def outcome(grid: Grid, scan: Scan, diff: DiffReport, options: DeliveryOptions, working_srid: int) -> Outcome:
    """What the release holds, in the words of layers: a row is a cell with a value."""
    demo = scan.filled if options.origin == 'demo' else 0
    extent, extent_wgs84 = list(grid.bounds_in(working_srid)), list(grid.bounds_in(WGS84))
    return Outcome(diff, diff.closed, scan.filled, scan.filled, demo, extent, extent_wgs84)


def reserve(
    db: Connection, coverage: Coverage, result: Outcome, options: DeliveryOptions, delivery: int, bad: int
) -> int:
    """The number of the release, whose file has still to be written; nobody sees it before the transaction ends."""
    return record(db, coverage, result, options, Source(delivery=delivery, rows_bad=bad))


def publish(db: Connection, coverage: Coverage, grid: Grid, scan: Scan, release: int, size_bytes: int) -> None:
    """Makes the release, whose file is in the store, the one that is served."""
    with db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.raster (release, store_path, size_bytes, cells_sha256, srid, width, height, west,
                   north, cell_width, cell_height, bands, file_sha256)
               values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            [
                release,
                store_path(coverage, release),
                size_bytes,
                scan.sha256,
                grid.srid,
                grid.width,
                grid.height,
                grid.west,
                grid.north,
                grid.cell_width,
                grid.cell_height,
                Json(_bands(scan)),
                file_sha256(Path(PathSettings().store) / store_path(coverage, release)),
            ],
        )
    _make_current(db, coverage, release)


def serve_again(db: Connection, coverage: Coverage, release: int, to: int) -> None:
    """Makes `release` the current one, with the very file of the release `to`."""
    with db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.raster (release, store_path, size_bytes, cells_sha256, srid, width, height, west,
                   north, cell_width, cell_height, bands, file_sha256)
               select %s, store_path, size_bytes, cells_sha256, srid, width, height, west, north, cell_width,
                   cell_height, bands, file_sha256 from catalog.raster where release = %s""",
            [release, to],
        )
    _make_current(db, coverage, release)


def _make_current(db: Connection, coverage: Coverage, release: int) -> None:
    with db.cursor() as cursor:
        cursor.execute('select current_release is null from catalog.layer where id = %s', [coverage.id])
        (first,) = cursor.fetchone() or (False,)
        cursor.execute('update catalog.layer set current_release = %s where id = %s', [release, coverage.id])
        if first:
            cursor.execute('update catalog.generation set n = n + 1')


def _compared(before: Cells, after: Cells, nodata: float) -> list[int]:
    """Cells added, changed, closed and unchanged, in any band."""
    had, has = (before != nodata).any(axis=0), (after != nodata).any(axis=0)
    differs = (before != after).any(axis=0)
    kinds = (~had & has, had & has & differs, had & ~has, had & has & ~differs)
    return [int(kind.sum()) for kind in kinds]


def _cell_area(grid: Grid) -> float:
    return grid.cell_width * grid.cell_height


def _bands(scan: Scan) -> list[dict[str, Any]]:
    return [
        {'name': name, 'valid': tally.valid, 'min': tally.min, 'max': tally.max, 'mean': tally.mean}
        for name, tally in scan.bands.items()
    ]

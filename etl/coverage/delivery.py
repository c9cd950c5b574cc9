"""One raster from a file to a release, or to a report that says why not."""

import hashlib
import json
from dataclasses import dataclass

from psycopg2.extensions import connection as Connection

from dothi.core.coverage import Coverage
from dothi.core.grid import Grid
from etl.closed_room.rasters import clean_copy
from etl.coverage import notes as coverage_notes
from etl.coverage.cells import Scan, scan
from etl.coverage.cog import write
from etl.coverage.file import Raster
from etl.coverage.mending import MENDED, is_damaged, mend
from etl.coverage.place import covered_share, decide_place, grid_of
from etl.coverage.release import compare, lock, lost_share, outcome, publish, reserve
from etl.desk.delivery import Delivery
from etl.desk.fingerprint import REMARKS
from etl.desk.order import must_not_overwrite, overtaken
from etl.reference import Units, released_units
from etl.release import real_scopes
from etl.report import notes
from etl.report.map import outlines
from etl.report.model import Report, Verdict

type RasterDelivery = Delivery[Coverage]


@dataclass(frozen=True)
class Load:
    """What the steps of one load share."""

    db: Connection
    delivery: RasterDelivery
    raster: Raster
    grid: Grid
    found: Scan
    units: list[Units]
    report: Report


def fingerprint(db: Connection, delivery: RasterDelivery, sha256: str) -> str:
    """A hash of all that the outcome depends on, but for what the coverage holds.

    While the coverage's file is damaged it is another one: the delivery is no repetition then, and mends it.
    """
    options = delivery.options.model_dump(mode='json', exclude=REMARKS)
    place = delivery.locality
    parts = [sha256, delivery.layer.definition(), options, place.srid, place.place.extent_wgs84]
    parts += ['damaged'] if is_damaged(db, delivery.layer) else []
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def load(db: Connection, delivery: RasterDelivery, fingerprint: str | None) -> Report:
    """The report of a raster that was checked, compared and, if nothing speaks against it, released."""
    coverage, options, locality = delivery.layer, delivery.options, delivery.locality
    with clean_copy(delivery.file, coverage) as raster:
        units = released_units(db, locality, options.as_of or locality.place.reference_date)
        decision = decide_place(raster, delivery.file.name, options.crs, coverage, locality, units)
        report = Report(
            layer=coverage.id,
            file=delivery.file.name,
            verdict='undecided',
            delivery=delivery.number,
            crs=decision.report,
            notes=[*decision.notes],
            fingerprint=fingerprint,
            map_extent=locality.place.extent_wgs84,
            map_outlines=outlines(units[0], locality.srid) if units else [],
        )
        if decision.reading is None:
            report.held.append('crs')
            return report
        grid = grid_of(raster, decision.reading)
        delivery.progress('stage', 0, raster.height)
        cell_scan = scan(raster, coverage, repr(grid), delivery.progress)
        work = Load(db, delivery, raster, grid, cell_scan, units, report)
        coverage_notes.describe(report, raster, coverage, grid, cell_scan)
        report.verdict = _judge_cells(work) or _judge_area(work) or _release(work)
        return report


def _judge_cells(work: Load) -> Verdict | None:
    """`returned` where more cells are bad than the coverage allows, or none has a value."""
    coverage, found = work.delivery.layer, work.found
    if not found.filled:
        work.report.notes.append(coverage_notes.EMPTY)
        return 'returned'
    if found.bad_share > coverage.checks.bad_cells_share:
        work.report.notes.append(coverage_notes.too_many_bad(found, coverage))
        return 'returned'
    return None


def _judge_area(work: Load) -> Verdict | None:
    """`undecided` where the raster covers less of the locality than it must."""
    delivery = work.delivery
    least = delivery.layer.checks.covered_share
    share = covered_share(work.grid, delivery.locality, work.units)
    if share >= least:
        return None
    work.report.seen['cover'] = 1 - share
    if delivery.options.agrees_to('cover', 1 - share):
        return None
    work.report.notes.append(coverage_notes.covers_little(share, least))
    work.report.held.append('cover')
    return 'undecided'


def _release(work: Load) -> Verdict:
    """Compares the raster with the one that is served, and releases it if it differs."""
    db, delivery, report = work.db, work.delivery, work.report
    coverage, options = delivery.layer, delivery.options
    delivery.progress('lock', 0, None)
    served = lock(db, coverage)
    if overtaken(db, delivery, report):
        return 'superseded'
    if options.origin == 'demo' and real_scopes(db, coverage):
        report.unchanged = True
        report.notes.append(notes.REAL_STAYS)
        return 'accepted'
    delivery.progress('diff', 0, None)
    report.diff = compare(work.raster, coverage, work.grid, work.found, served)
    lost = lost_share(work.grid, work.found, served, report.diff)
    if lost > coverage.checks.lost_cells_share:
        report.seen['loss'] = lost
        if not options.agrees_to('loss', lost):
            report.notes.append(coverage_notes.loses(lost, coverage))
            report.held.append('loss')
    same = served is not None and served.sha256 == work.found.sha256
    if not same:
        must_not_overwrite(db, delivery, report)
    if report.held:
        return 'undecided'
    if same and served is not None:
        report.unchanged = True
        report.notes.append(notes.NOTHING_NEW)
        if delivery.number is not None and is_damaged(db, coverage):
            mend(db, work.raster, coverage, work.grid, work.found, served.file)
            report.notes.append(MENDED)
    elif delivery.number is not None:
        report.release = _publish(work, delivery.number)
    return 'accepted'


def _publish(work: Load, delivery_number: int) -> int:
    """The number of the new release: its file first, and then, in one stroke, all that speaks of it."""
    db, delivery, found = work.db, work.delivery, work.found
    coverage, options = delivery.layer, delivery.options
    delivery.progress('release', 0, None)
    assert work.report.diff is not None  # noqa: S101 (compared a moment ago)
    result = outcome(work.grid, found, work.report.diff, options, delivery.locality.srid)
    number = reserve(db, coverage, result, options, delivery_number, found.bad)
    size_bytes = write(work.raster, coverage, work.grid, found, number)
    delivery.progress('release', 1, None)
    publish(db, coverage, work.grid, found, number, size_bytes)
    return number

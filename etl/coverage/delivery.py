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
from etl.coverage.release import Served, compare, lock, lost_share, outcome, publish, reserve
from etl.desk.delivery import Delivery
from etl.desk.fingerprint import REMARKS
from etl.desk.judgement import NOTHING_TO_SAY, Judgement, agreed_or_held
from etl.desk.order import judge_overwriting, judge_turn
from etl.doctor.coordinates import Decision
from etl.reference import Units, released_units
from etl.release import has_left_demo, real_scopes
from etl.report import notes
from etl.report.map import outlines
from etl.report.model import DiffReport, Report

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


@dataclass(frozen=True)
class Released:
    """What comparing with the served raster came to. unchanged: what is served holds the same already."""

    judgement: Judgement
    diff: DiffReport | None = None
    unchanged: bool = False
    release: int | None = None


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
        report = _first_words(delivery, decision, units, fingerprint)
        if decision.reading is None:
            return report.model_copy(update={'held': ['crs']})
        grid = grid_of(raster, decision.reading)
        delivery.progress('stage', 0, raster.height)
        work = Load(db, delivery, raster, grid, scan(raster, coverage, repr(grid), delivery.progress), units)
        judgement = _judge_cells(work)
        judgement = judgement if judgement.ends else judgement + _judge_area(work)
        released = Released(judgement) if judgement.ends else _release(work, judgement)
        return _finished(report, work, released)


def _first_words(delivery: RasterDelivery, decision: Decision, units: list[Units], fingerprint: str | None) -> Report:
    """The report as far as it is known before a cell is read."""
    locality = delivery.locality
    return Report(
        layer=delivery.layer.id,
        file=delivery.file.name,
        verdict='undecided',
        delivery=delivery.number,
        crs=decision.report,
        notes=[*decision.notes],
        fingerprint=fingerprint,
        map_extent=locality.place.extent_wgs84,
        map_outlines=outlines(units[0], locality.srid) if units else [],
    )


def _finished(report: Report, work: Load, released: Released) -> Report:
    """The report with what was found in the cells, how it was judged, and what became of it."""
    described = coverage_notes.describe(work.raster, work.delivery.layer, work.grid, work.found)
    judgement = released.judgement
    outcome_of_release = {'diff': released.diff, 'unchanged': released.unchanged, 'release': released.release}
    notes_in_order = [*report.notes, *described.notes, *judgement.notes]
    return report.model_copy(
        update=described.members | judgement.report_members() | outcome_of_release | {'notes': notes_in_order}
    )


def _judge_cells(work: Load) -> Judgement:
    """`returned` where more cells are bad than the coverage allows, or none has a value."""
    coverage, cell_scan = work.delivery.layer, work.found
    if not cell_scan.filled:
        return Judgement('returned', notes=(coverage_notes.EMPTY,))
    if cell_scan.bad_share > coverage.checks.bad_cells_share:
        return Judgement('returned', notes=(coverage_notes.too_many_bad(cell_scan, coverage),))
    return NOTHING_TO_SAY


def _judge_area(work: Load) -> Judgement:
    """Held where the raster covers less of the locality than it must."""
    delivery = work.delivery
    least = delivery.layer.checks.covered_share
    share = covered_share(work.grid, delivery.locality, work.units)
    if share >= least:
        return NOTHING_TO_SAY
    return agreed_or_held(delivery.options, 'cover', 1 - share, coverage_notes.covers_little(share, least))


def _release(work: Load, judgement: Judgement) -> Released:
    """Compares the raster with the one that is served, and releases it if it differs."""
    db, delivery = work.db, work.delivery
    delivery.progress('lock', 0, None)
    served = lock(db, delivery.layer)
    judgement += judge_turn(db, delivery)
    if judgement.ends:
        return Released(judgement)
    if delivery.options.origin == 'demo' and has_left_demo(db, delivery.layer):
        return Released(judgement + Judgement(notes=(notes.DEMO_LEFT,)), unchanged=True)
    if delivery.options.origin == 'demo' and real_scopes(db, delivery.layer):
        return Released(judgement + Judgement(notes=(notes.REAL_STAYS,)), unchanged=True)
    delivery.progress('diff', 0, None)
    diff = compare(work.raster, delivery.layer, work.grid, work.found, served)
    judgement += _judge_loss(work, served, diff)
    same = served is not None and served.sha256 == work.found.sha256
    judgement += NOTHING_TO_SAY if same else judge_overwriting(db, delivery)
    if judgement.ends:
        return Released(judgement, diff)
    if same and served is not None:
        return Released(judgement + _left_as_served(work, served), diff, unchanged=True)
    release = _publish(work, delivery.number, diff) if delivery.number is not None else None
    return Released(judgement, diff, release=release)


def _judge_loss(work: Load, served: Served | None, diff: DiffReport) -> Judgement:
    """Held where more cells would lose their value than the coverage lets pass."""
    coverage = work.delivery.layer
    lost = lost_share(work.grid, work.found, served, diff)
    if lost <= coverage.checks.lost_cells_share:
        return NOTHING_TO_SAY
    return agreed_or_held(work.delivery.options, 'loss', lost, coverage_notes.loses(lost, coverage))


def _left_as_served(work: Load, served: Served) -> Judgement:
    """What is said where nothing changes; a damaged file of the store is mended on the way."""
    if work.delivery.number is None or not is_damaged(work.db, work.delivery.layer):
        return Judgement(notes=(notes.NOTHING_NEW,))
    mend(work.db, work.raster, work.delivery.layer, work.grid, work.found, served.file)
    return Judgement(notes=(notes.NOTHING_NEW, MENDED))


def _publish(work: Load, delivery_number: int, diff: DiffReport) -> int:
    """The number of the new release: its file first, and then, in one stroke, all that speaks of it."""
    db, delivery, cell_scan = work.db, work.delivery, work.found
    coverage, options = delivery.layer, delivery.options
    delivery.progress('release', 0, None)
    result = outcome(work.grid, cell_scan, diff, options, delivery.locality.srid)
    number = reserve(db, coverage, result, options, delivery_number, cell_scan.bad)
    size_bytes = write(work.raster, coverage, work.grid, cell_scan, number)
    delivery.progress('release', 1, None)
    publish(db, coverage, work.grid, cell_scan, number, size_bytes)
    return number

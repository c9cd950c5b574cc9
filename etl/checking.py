"""From batches of rows to staged rows that were checked, alone and against each other."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.text import Text
from etl import stage
from etl.desk import quarantine
from etl.desk.delivery import Delivery
from etl.doctor.rows.completeness import missing_units
from etl.doctor.rows.duplicates import Fault, duplicates, may_repeat_keys
from etl.doctor.rows.near_duplicates import Places
from etl.doctor.rows.sizes import TotalSize
from etl.doctor.text.capitals import known_capitals
from etl.inspecting import Inspected
from etl.prepare import Plan, prepare
from etl.reference import Units
from etl.release import current_release, keys_elsewhere, lock_layer
from etl.report import notes
from etl.report.model import Rows
from etl.report.problems import Problem
from etl.report.tally import Tally
from etl.staged_checks import errors_of, noticed, warnings_of
from etl.staged_faults import take_out


@dataclass(frozen=True)
class Load:
    """What the steps of one load share. scope: the part of the layer that the delivery speaks for, None for all."""

    db: Connection
    delivery: Delivery[Layer]
    inspected: Inspected
    units: list[Units]
    scope: Any


@dataclass(frozen=True)
class Staged:
    """Rows that were read, checked one by one and copied.

    places: of rows, where near duplicates are looked for. may_repeat_keys: whether two may have one key.
    """

    tally: Tally
    places: Places
    may_repeat_keys: bool


@dataclass(frozen=True)
class Checked:
    """Rows that were checked against each other, too. rows: as a report has them. notes: on all of them."""

    tally: Tally
    rows: Rows
    notes: list[Text]


def check_rows(work: Load, plan: Plan, on: date) -> Checked:
    """The rows of the file, staged without those that are bad; the layer is locked from then on."""
    db, layer, matching = work.db, plan.layer, work.inspected.matching
    ahead = current_release(db, layer) is None
    stage.create(db, layer, plan.srid, work.delivery.staging, ahead=ahead)
    staged = _stage(work, plan)
    capitals = known_capitals(db, layer, work.delivery.staging, matching, work.inspected.decoder, plan.register)
    _take_out_faults(work, plan, staged)
    _look_at_all_rows(work, plan, staged, on)
    _take_turn(work, plan, staged.tally)
    tally = staged.tally
    rows = tally.rows(frozenset(map(matching.source, tally.in_other_units())))
    row_notes = [*capitals, *work.inspected.decoder.notes(), *notes.about_rows(tally, layer, matching)]
    return Checked(tally, rows, row_notes)


@contextmanager
def started_thread() -> Iterator[ThreadPoolExecutor]:
    """A thread beside this one, which is waited for at the end, however often Ctrl-C is pressed.

    One that went on would use the connection on which this thread rolls back, and neither ever gets its answer. It
    starts with nothing to do, as one that Ctrl-C meets as it starts is not known to its pool.
    """
    thread = ThreadPoolExecutor(max_workers=1)
    try:
        thread.submit(int).result()
        yield thread
    finally:
        _wait_for(thread)


def _wait_for(thread: ThreadPoolExecutor) -> None:
    """Raises KeyboardInterrupt where it came meanwhile, when the thread has ended."""
    try:
        thread.shutdown()
    except KeyboardInterrupt:
        _wait_for(thread)
        raise


def _stage(work: Load, plan: Plan) -> Staged:
    """Reads, checks and copies batch by batch; the next one is prepared while the last one is copied."""
    source, tally, places, progress = work.inspected.source, Tally(), Places(), work.delivery.progress
    sizes = TotalSize(plan.layer, float(shapely.area(plan.area.extent)))
    progress('stage', 0, source.rows)
    with started_thread() as copier:
        copying: Future[None] | None = None
        for batch in work.inspected.batches:
            rows = prepare(batch, plan)
            if copying is not None:
                copying.result()
            tally.add(rows)
            sizes.add(rows.geometry)
            if plan.layer.checks.near_duplicate_m:
                places.add(rows.row_numbers, rows.geometry)
            _quarantine(work, plan, rows.problems + rows.warnings)
            copying = copier.submit(stage.copy, work.db, plan.layer, work.delivery.staging, rows)
            progress('stage', tally.read, source.rows)
        if copying is not None:
            copying.result()
    stage.analyze(work.db, plan.layer, work.delivery.staging)
    return Staged(tally, places, may_repeat_keys(work.db, plan.layer, work.delivery.staging))


def _quarantine(work: Load, plan: Plan, problems: list[Problem]) -> None:
    if work.delivery.number is not None and problems:
        quarantine.keep_rows(work.db, work.delivery.number, plan.layer.id, plan.reading.label, problems)


def _take_out_faults(work: Load, plan: Plan, staged: Staged) -> None:
    """Takes rows with a doubled key, and rows that are somebody else's, out of staging."""
    staging = work.delivery.staging
    work.delivery.progress('duplicates', 0, None)
    faults = duplicates(work.db, plan.layer, staging, plan.register, work.units) if staged.may_repeat_keys else []
    faulty_rows = {fault.row for fault in faults}
    faults += [fault for fault in _rows_of_others(work, plan) if fault.row not in faulty_rows]
    _take_out(work, plan, faults, staged.tally)


def _take_turn(work: Load, plan: Plan, tally: Tally) -> None:
    """Waits for the layer, and looks again for rows that others have released in their part meanwhile."""
    work.delivery.progress('lock', 0, None)
    lock_layer(work.db, plan.layer)
    _take_out(work, plan, _rows_of_others(work, plan), tally)


def _rows_of_others(work: Load, plan: Plan) -> list[Fault]:
    """Rows of a part of the layer whose key is served in another part."""
    if work.scope is None:
        return []
    says = notes.key_elsewhere(work.delivery.options)
    elsewhere = keys_elsewhere(work.db, plan.layer, work.delivery.staging, work.scope, plan.srid)
    return [Fault(row, 'outside_scope', says) for row in elsewhere]


def _take_out(work: Load, plan: Plan, faults: list[Fault], tally: Tally) -> None:
    problems, keys = take_out(work.db, work.delivery.staging, faults, work.inspected.source, plan)
    tally.add_faults(problems, keys)
    _quarantine(work, plan, problems)


def _look_at_all_rows(work: Load, plan: Plan, staged: Staged, on: date) -> None:
    """What only shows among all staged rows: errors are taken out, warnings told, units without a row noted."""
    layer, staging, tally = plan.layer, work.delivery.staging, staged.tally
    work.delivery.progress('check', 0, None)
    faults = noticed(work.db, layer, staging, staged.places, on, look_at_keys=staged.may_repeat_keys)
    _take_out(work, plan, errors_of(faults, layer), tally)
    warnings, counts = warnings_of(work.db, faults, staging, plan)
    tally.add_warnings(warnings, counts)
    if work.delivery.number is not None and warnings:
        quarantine.keep_rows(work.db, work.delivery.number, layer.id, f'EPSG:{plan.srid}', warnings)
    tally.missing += missing_units(work.db, layer, staging, plan.register, plan.parents, work.delivery.options)

"""From an inspected file to a verdict and, where it is good, a release: all in one transaction of the caller."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import shapely
from psycopg2.extensions import connection as Connection

from dothi.core.clock import today
from dothi.core.layer import Layer
from dothi.core.text import Text
from etl import stage
from etl.desk import quarantine
from etl.desk.delivery import Delivery
from etl.desk.held import ACCEPTED_AS_IT_IS, Reason
from etl.desk.order import must_not_overwrite, overtaken
from etl.doctor.coordinates import Decision, Sample, columns_of, decide, known
from etl.doctor.rows.completeness import missing_units
from etl.doctor.rows.duplicates import Fault, duplicates
from etl.doctor.rows.geometry import Area
from etl.doctor.rows.misplaced import FAR_SHARE, FEWEST_FAR, far_rows_note
from etl.doctor.rows.near_duplicates import Places
from etl.doctor.rows.sizes import TotalSize
from etl.doctor.rows.units import parents
from etl.doctor.text.capitals import known_capitals
from etl.inspecting import Inspected, inspect
from etl.mappings import evidence, remember
from etl.merging import notes_of, record_merge
from etl.prepare import Plan, prepare
from etl.reference import Units, extent_polygon, released_units
from etl.register import register_rows
from etl.release import (
    Outcome,
    Source,
    current_release,
    diff,
    drop_demo_rows,
    keys_elsewhere,
    lock_layer,
    moved_rows,
    note_bad_rows,
    real_scopes,
    release,
)
from etl.report import notes
from etl.report.map import outlines
from etl.report.model import Report, Verdict
from etl.report.problems import Problem
from etl.report.tally import Tally
from etl.scope import scope_polygon
from etl.staged_checks import errors_of, noticed, warnings_of
from etl.staged_faults import take_out


@dataclass(frozen=True)
class Load:
    """What the steps of one load share."""

    db: Connection
    delivery: Delivery[Layer]
    inspected: Inspected
    units: list[Units]
    scope: Any
    report: Report
    tally: Tally
    places: Places = field(default_factory=Places)


def load(db: Connection, delivery: Delivery[Layer], fingerprint: str | None) -> Report:
    """The report of a delivery that was staged, checked, compared and, if nothing speaks against it, released."""
    layer, options, locality = delivery.layer, delivery.options, delivery.locality
    on = options.as_of or locality.place.reference_date
    units = released_units(db, locality, on)
    inspected = inspect(delivery.file, layer, options, evidence(db, delivery, units, on))
    scope = scope_polygon(options, units, locality)
    decision = _decide_coordinates(db, delivery, inspected, units, on)
    report = _first_words(delivery, inspected, decision, units, fingerprint)
    work = Load(db, delivery, inspected, units, scope, report, Tally())
    for reason, _ in inspected.questions:
        _hold_for(report, reason)
        if reason in ACCEPTED_AS_IT_IS:
            report.seen[reason] = 1.0
    if decision.reading is None:
        _hold_for(report, 'crs')
    if report.held or decision.reading is None:
        return report
    plan = Plan(
        layer=layer,
        matching=inspected.matching,
        decoder=inspected.decoder,
        reading=decision.reading,
        srid=locality.srid,
        area=Area(extent_polygon(locality), scope, options.unit),
        register=register_rows(layer, locality, on),
        on=options.as_of or today(locality.place.zone),
        parents=parents(layer, locality, units, on),
    )
    stage.create(db, layer, locality.srid, delivery.staging, ahead=current_release(db, layer) is None)
    _stage(work, plan)
    report.notes += known_capitals(db, layer, delivery.staging, inspected.matching, inspected.decoder, plan.register)
    _take_out_faults(work, plan)
    _look_at_all_rows(work, plan, on)
    _take_turn(work, plan)
    report.rows = work.tally.rows(frozenset(map(inspected.matching.source, work.tally.in_other_units())))
    report.text = inspected.decoder.report()
    report.notes += inspected.decoder.notes()
    report.notes += notes.about_rows(work.tally, layer, inspected.matching)
    report.verdict = _judge_rows(work) or _judge_places(work, plan) or _release(work)
    if report.verdict == 'accepted' and delivery.number is not None:
        remember(db, options.agency or layer.agency, layer, options.columns, delivery.number)
    stage.drop(db, delivery.staging)
    return report


def _decide_coordinates(
    db: Connection, delivery: Delivery[Layer], inspected: Inspected, units: list[Units], on: date
) -> Decision:
    """How the file's coordinates are to be read, judged by its first rows and all that is known of their place."""
    layer, locality, first = delivery.layer, delivery.locality, inspected.first
    codes = {name: first.columns[name] for name in columns_of(layer, inspected.matching)}
    sample = Sample.of(first.geometry, codes)
    references = known(db, layer, locality, inspected.matching, sample, units, on)
    return decide(inspected.source, delivery.options.crs, layer, locality, sample, references)


def _first_words(
    delivery: Delivery[Layer], inspected: Inspected, decision: Decision, units: list[Units], fingerprint: str | None
) -> Report:
    """The report as far as it is known before any row is checked."""
    return Report(
        layer=delivery.layer.id,
        file=delivery.file.name,
        verdict='undecided',
        delivery=delivery.number,
        crs=decision.report,
        columns={source: name for name, source in inspected.matching.source_of.items()},
        text=inspected.decoder.report(),
        notes=[text for _, text in inspected.questions]
        + decision.notes
        + inspected.hints
        + notes.about_columns(inspected.matching, inspected.source.coordinate_columns),
        fingerprint=fingerprint,
        map_extent=delivery.locality.place.extent_wgs84,
        map_outlines=outlines(units[0], delivery.locality.srid) if units else [],
    )


def _stage(work: Load, plan: Plan) -> None:
    """Reads, checks and copies batch by batch; the next one is prepared while the last one is copied."""
    source, tally, progress = work.inspected.source, work.tally, work.delivery.progress
    sizes = TotalSize(plan.layer, float(shapely.area(plan.area.extent)))
    progress('stage', 0, source.rows)
    with ThreadPoolExecutor(max_workers=1) as copier:
        copying: Future[None] | None = None
        for batch in work.inspected.batches:
            rows = prepare(batch, plan)
            if copying is not None:
                copying.result()
            tally.add(rows)
            sizes.add(rows.geometry)
            if plan.layer.checks.near_duplicate_m:
                work.places.add(rows.row_numbers, rows.geometry)
            _quarantine(work, plan, rows.problems + rows.warnings)
            copying = copier.submit(stage.copy, work.db, plan.layer, plan.srid, work.delivery.staging, rows)
            progress('stage', tally.read, source.rows)
        if copying is not None:
            copying.result()
    stage.analyze(work.db, work.delivery.staging)


def _quarantine(work: Load, plan: Plan, problems: list[Problem]) -> None:
    if work.delivery.number is not None and problems:
        quarantine.keep_rows(work.db, work.delivery.number, plan.layer.id, plan.reading.label, problems)


def _take_out_faults(work: Load, plan: Plan) -> None:
    """Takes rows with a doubled key, and rows that are somebody else's, out of staging."""
    staging = work.delivery.staging
    work.delivery.progress('duplicates', 0, None)
    faults = duplicates(work.db, plan.layer, staging, plan.register, work.units)
    faulty_rows = {fault.row for fault in faults}
    faults += [fault for fault in _rows_of_others(work, plan) if fault.row not in faulty_rows]
    _take_out(work, plan, faults)


def _take_turn(work: Load, plan: Plan) -> None:
    """Waits for the layer, and looks again for rows that others have released in their part meanwhile."""
    work.delivery.progress('lock', 0, None)
    lock_layer(work.db, plan.layer)
    _take_out(work, plan, _rows_of_others(work, plan))


def _rows_of_others(work: Load, plan: Plan) -> list[Fault]:
    """Rows of a part of the layer whose key is served in another part."""
    if work.scope is None:
        return []
    says = notes.key_elsewhere(work.delivery.options)
    elsewhere = keys_elsewhere(work.db, plan.layer, work.delivery.staging, work.scope, plan.srid)
    return [Fault(row, 'outside_scope', says) for row in elsewhere]


def _take_out(work: Load, plan: Plan, faults: list[Fault]) -> None:
    problems, keys = take_out(work.db, work.delivery.staging, faults, work.inspected.source, plan)
    work.tally.add_faults(problems, keys)
    _quarantine(work, plan, problems)


def _look_at_all_rows(work: Load, plan: Plan, on: date) -> None:
    """What only shows among all staged rows: errors are taken out, warnings told, units without a row noted."""
    layer, staging, tally = plan.layer, work.delivery.staging, work.tally
    work.delivery.progress('check', 0, None)
    faults = noticed(work.db, layer, staging, work.places, on)
    _take_out(work, plan, errors_of(faults, layer))
    warnings, counts = warnings_of(work.db, faults, staging, plan)
    tally.add_warnings(warnings, counts)
    if work.delivery.number is not None and warnings:
        quarantine.keep_rows(work.db, work.delivery.number, layer.id, f'EPSG:{plan.srid}', warnings)
    tally.missing += missing_units(work.db, layer, staging, plan.register, plan.parents, work.delivery.options)


def _judge_rows(work: Load) -> Verdict | None:
    """`returned` where more rows are bad than the layer allows."""
    layer = work.delivery.layer
    if work.tally.bad_share <= layer.checks.bad_rows_share:
        return None
    work.report.notes.append(notes.too_many_bad(work.tally, layer))
    return 'returned'


def _judge_places(work: Load, plan: Plan) -> Verdict | None:
    """`undecided` where more rows than slips of the pen lie far from the units that they name."""
    rows, share = work.tally.warned['far_from_unit'], work.tally.far_share
    if rows < FEWEST_FAR or share <= FAR_SHARE:
        return None
    note = far_rows_note(rows, share, work.inspected.first, plan, work.delivery.locality)
    work.report.seen['misplaced'] = share
    work.report.notes.append(note)
    if work.delivery.options.agrees_to('misplaced', share):
        return None
    _hold_for(work.report, 'misplaced')
    return 'undecided'


def _release(work: Load) -> Verdict:
    """Compares what is staged with the layer, and releases the difference if there is one."""
    delivery, report = work.delivery, work.report
    layer, options = delivery.layer, delivery.options
    if overtaken(work.db, delivery, report):
        return 'superseded'
    if options.origin == 'demo' and _demo_has_no_place(work):
        report.unchanged = True
        return 'accepted'
    delivery.progress('diff', 0, None)
    on = options.as_of or delivery.locality.place.reference_date
    note_bad_rows(work.db, layer, work.tally.bad_keys)
    # a rollback may have put the label of demonstration data on real rows: they are none of its business either
    real = _real_area(work, real_scopes(work.db, layer)) if options.origin == 'demo' else None
    outcome = diff(work.db, layer, delivery.staging, work.scope, options, delivery.locality.srid, on, real)
    report.diff = outcome.diff
    report.notes += [notes.stay_as_served(outcome.spared)] if outcome.spared else []
    if not outcome.diff.empty:
        must_not_overwrite(work.db, delivery, report)
    if _changes_too_much(work, outcome):
        return 'undecided'
    if outcome.merged:
        report.merge = record_merge(work.db, layer, delivery.number)
        report.notes += notes_of(report.merge, layer)
    if outcome.diff.empty:
        report.unchanged = True
        report.notes += [] if report.waits_for_conflicts else [notes.NOTHING_NEW]
    elif delivery.number is not None:
        delivery.progress('release', 0, None)
        source = Source(delivery.number, work.tally.bad_rows, quality=report.rows.figures())
        report.release = release(work.db, layer, delivery.staging, outcome, options, source)
    return 'accepted'


def _demo_has_no_place(work: Load) -> bool:
    """Takes demonstration rows out where real data was released; True where that is everywhere."""
    scopes = real_scopes(work.db, work.delivery.layer)
    if not scopes:
        return False
    work.report.notes.append(notes.REAL_STAYS)
    if 'all' in scopes:
        return True
    drop_demo_rows(work.db, work.delivery.staging, _real_area(work, scopes), work.delivery.locality.srid)
    return False


def _real_area(work: Load, scopes: set[str]) -> shapely.Geometry:
    """Where real data was released in these units."""
    codes = [scope.removeprefix('unit=') for scope in scopes]
    return shapely.union_all(
        [polygon for code in codes for layer in work.units if (polygon := layer.polygon(code)) is not None]
    )


def _changes_too_much(work: Load, outcome: Outcome) -> bool:
    """Whether more rows vanish or move than the layer lets pass and than a person has agreed to."""
    layer = work.delivery.layer
    if outcome.lost_share > layer.checks.lost_rows_share:
        _agreed_or_held(work, 'loss', outcome.lost_share, notes.loses(outcome, layer))
    if not work.delivery.options.accept_loss:
        moved = moved_rows(work.db, layer, work.delivery.staging, outcome, work.delivery.locality.srid)
        if moved.share > layer.checks.moved_share:
            _agreed_or_held(work, 'moved', moved.share, notes.moves(moved, layer))
    return bool(work.report.held)


def _agreed_or_held(work: Load, reason: Reason, figure: float, note: Text) -> None:
    """Notes what was seen, for whoever decides next, and holds the delivery where that was not agreed to."""
    work.report.seen[reason] = figure
    if not work.delivery.options.agrees_to(reason, figure):
        _hold_for(work.report, reason).notes.append(note)


def _hold_for(report: Report, reason: Reason) -> Report:
    """The report of a delivery that waits for a person, for one reason more."""
    report.verdict = 'undecided'
    if reason not in report.held:
        report.held.append(reason)
    return report

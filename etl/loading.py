"""One file of rows from its inspection to a release, or to a report that says why not; in the caller's transaction."""

from dataclasses import replace
from datetime import date

from psycopg2.extensions import connection as Connection

from dothi.core.clock import today
from dothi.core.layer import Layer
from etl import stage
from etl.checking import Checked, Load, check_rows
from etl.desk.delivery import Delivery
from etl.desk.held import ACCEPTED_AS_IT_IS, Reason
from etl.desk.judgement import NOTHING_TO_SAY, Judgement, agreed_or_held
from etl.desk.placed_rows import keep_placed
from etl.doctor.coordinates import Decision, Sample, columns_of, decide, known_of_release, known_of_units
from etl.doctor.coordinates.reading import Reading
from etl.doctor.coordinates.verdict import Declaring
from etl.doctor.rows.geometry import Area
from etl.doctor.rows.misplaced import FAR_SHARE, FEWEST_FAR, far_rows_note
from etl.doctor.rows.units import parents
from etl.geocode.corrections import remember_corrections
from etl.geocode.rows import AddressedRows, placed_note
from etl.inspecting import Inspected, inspect
from etl.mappings import evidence, remember
from etl.prepare import Plan
from etl.reference import extent_polygon, released_units
from etl.register import register_rows
from etl.releasing import Released, release_rows
from etl.report import notes
from etl.report.map import outlines
from etl.report.model import Report
from etl.scope import scope_polygon
from etl.state_day import day_of_rows, unseen_note


def load(db: Connection, delivery: Delivery[Layer], fingerprint: str | None) -> Report:
    """The report of a delivery that was staged, checked, compared and, if nothing speaks against it, released."""
    layer, options, locality = delivery.layer, delivery.options, delivery.locality
    on = options.as_of or locality.place.reference_date
    units = released_units(db, locality, on)
    inspected = inspect(delivery.file, layer, options, evidence(db, delivery, units, on), delivery.locality.place.id)
    scope = scope_polygon(options, units, locality)
    work = Load(db, delivery, inspected, units, scope)
    decision = _decide_coordinates(work, on)
    questions = _judge_questions(inspected, decision)
    if questions.held or decision.reading is None:
        return make_report(work, decision, fingerprint, questions)
    plan = _plan(work, decision.reading, on)
    day = day_of_rows(inspected.first, plan, on)
    if day is not None and options.as_of is None:
        return load(db, delivery.of_day(day), fingerprint)
    addressed = _addressed(work, decision.reading)
    work = replace(work, inspected=replace(inspected, batches=addressed.fill(inspected.batches)))
    checked = check_rows(work, plan, on)
    judgement = _judge_rows(work, checked) + _unseen(work, plan) + _keep_placed_rows(work, addressed)
    judgement = judgement if judgement.ends else judgement + _judge_places(work, checked, plan)
    released = Released(judgement) if judgement.ends else release_rows(work, checked, judgement)
    if released.judgement.final_verdict == 'accepted' and delivery.number is not None:
        remember(db, options.agency or layer.agency, layer, options.columns, delivery.number)
        remember_corrections(db, addressed.corrections(), released.release)
    stage.drop(db, delivery.staging)
    return make_report(work, decision, fingerprint, released.judgement, checked, released)


def make_report(
    work: Load,
    decision: Decision,
    fingerprint: str | None,
    judgement: Judgement,
    checked: Checked | None = None,
    released: Released | None = None,
) -> Report:
    """All that the steps came to, in the order in which they were taken; checked and released: if it came so far."""
    delivery, inspected, units = work.delivery, work.inspected, work.units
    # whatever the answers are, these rows have no place; other faults of rows are told once the answers are there
    unread = [] if checked else notes.unread_places(inspected.first)
    before = [text for _, text in inspected.questions] + unread + decision.notes + inspected.hints
    before += notes.about_columns(inspected.matching, inspected.source.coordinate_columns)
    return Report(
        layer=delivery.layer.id,
        file=delivery.file.name,
        delivery=delivery.number,
        crs=decision.report,
        columns={source: name for name, source in inspected.matching.source_of.items()},
        text=inspected.decoder.report(),
        notes=[*before, *(checked.notes if checked else []), *judgement.notes],
        as_of=delivery.options.as_of,
        fingerprint=fingerprint,
        map_extent=delivery.locality.place.extent_wgs84,
        map_outlines=outlines(units[0], delivery.locality.srid) if units else [],
        **judgement.report_members(),
        **({'rows': checked.rows} if checked else {}),
        **(released.report_members() if released else {}),
    )


def _decide_coordinates(work: Load, on: date) -> Decision:
    """How the file's coordinates are to be read, judged by its first rows and all that is known of their place.

    Of a guarded layer a unit's office does not learn how far its rows lie from features of others.
    """
    delivery, inspected, units = work.delivery, work.inspected, work.units
    layer, locality, first = delivery.layer, delivery.locality, inspected.first
    codes = {name: first.columns[name] for name in columns_of(layer, inspected.matching)}
    sample = Sample.of(first.geometry, codes)
    within = work.scope if layer.id in locality.whole.guards else None
    references = known_of_units(layer, locality, inspected.matching, sample, units, on)
    references += known_of_release(work.db, layer, inspected.matching, sample, on, within)
    source: Declaring = inspected.source
    if not inspected.source.has_places:
        # addresses are placed in the working CRS
        source = replace(inspected.source, declared_crs=locality.place.crs)
    decision = decide(source, delivery.options.crs, layer, locality, sample, references)
    if inspected.source.has_places or delivery.options.crs:
        return decision
    return replace(decision, report=decision.report.model_copy(update={'declared': None, 'by_address': True}))


def _judge_questions(inspected: Inspected, decision: Decision) -> Judgement:
    """Held where the file itself leaves something to ask: its columns, its text, its coordinate system."""
    reasons = [reason for reason, _ in inspected.questions]
    seen_shares = dict.fromkeys((reason for reason in reasons if reason in ACCEPTED_AS_IT_IS), 1.0)
    reasons += ['crs'] if decision.reading is None else []
    return Judgement(held=tuple(dict.fromkeys(reasons)), seen=seen_shares)


def _plan(work: Load, reading: Reading, on: date) -> Plan:
    """How rows are read and checked."""
    delivery, inspected, units = work.delivery, work.inspected, work.units
    layer, options, locality = delivery.layer, delivery.options, delivery.locality
    return Plan(
        layer=layer,
        matching=inspected.matching,
        decoder=inspected.decoder,
        reading=reading,
        srid=locality.srid,
        area=Area(extent_polygon(locality), work.scope, options.unit),
        register=register_rows(layer, locality, on),
        on=options.as_of or today(locality.place.zone),
        parents=parents(layer, locality, units, on),
    )


def _addressed(work: Load, reading: Reading) -> AddressedRows:
    """The rows that are to be placed by their address, and what a person says of them."""
    delivery, inspected = work.delivery, work.inspected
    columns = inspected.matching.source_of
    key = [columns[name] for name in delivery.layer.key if name in columns]
    return AddressedRows(
        inspected.source,
        inspected.decoder,
        delivery.locality,
        reading,
        layer=delivery.layer.id,
        key=key if len(key) == len(delivery.layer.key) else (),
        chosen=delivery.options.places,
        progress=delivery.progress,
    )


def _judge_rows(work: Load, checked: Checked) -> Judgement:
    """`returned` where more rows are bad than the layer allows."""
    layer = work.delivery.layer
    if checked.tally.bad_share <= layer.checks.bad_rows_share:
        return NOTHING_TO_SAY
    return Judgement('returned', notes=(notes.too_many_bad(checked.tally, layer),))


def _unseen(work: Load, plan: Plan) -> Judgement:
    """Says so where the map's own day shows nothing of what was delivered."""
    layer, shown = work.delivery.layer, work.delivery.locality.place.reference_date
    day = day_of_rows(work.inspected.first, plan, shown)
    return Judgement(notes=(unseen_note(layer, day, shown),)) if day is not None else NOTHING_TO_SAY


def _keep_placed_rows(work: Load, addressed: AddressedRows) -> Judgement:
    """Keeps what became of addresses for the desk, and says how many rows these placed."""
    delivery, placed = work.delivery, addressed.placed
    if delivery.number is not None:
        keep_placed(work.db, delivery.number, placed, delivery.locality)
    note = placed_note(placed)
    return Judgement(notes=(note,)) if note else NOTHING_TO_SAY


def _judge_places(work: Load, checked: Checked, plan: Plan) -> Judgement:
    """Held where more rows than slips of the pen lie far from the units that they name; told also where agreed to."""
    unsure = _judge_addresses(work, checked)
    rows, share = checked.tally.warned['far_from_unit'], checked.tally.far_share
    if rows < FEWEST_FAR or share <= FAR_SHARE:
        return unsure
    note = far_rows_note(rows, share, work.inspected.first, plan, work.delivery.locality)
    held_for: tuple[Reason, ...] = () if work.delivery.options.agrees_to('misplaced', share) else ('misplaced',)
    return unsure + Judgement(held=held_for, seen={'misplaced': share}, notes=(note,))


def _judge_addresses(work: Load, checked: Checked) -> Judgement:
    """Held where rows wait for their place; whoever agrees without saying where they are leaves them out."""
    share = checked.tally.unsure_share
    return agreed_or_held(work.delivery.options, 'places', share) if share else NOTHING_TO_SAY

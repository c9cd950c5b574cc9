"""From checked rows to a release, or to what a person has to decide first."""

from dataclasses import dataclass
from typing import Any

import shapely

from dothi.cartography.generalised.refresh import refresh_with_release
from etl.checking import Checked, Load
from etl.desk.changes_file import write_changes
from etl.desk.judgement import NOTHING_TO_SAY, Judgement, agreed_or_held
from etl.desk.order import judge_overwriting, judge_turn
from etl.merging import notes_of, record_merge
from etl.release import (
    Outcome,
    Source,
    diff,
    drop_demo_rows,
    has_left_demo,
    keep_rounded_places,
    moved_rows,
    note_bad_rows,
    real_scopes,
    release,
)
from etl.report import notes
from etl.report.model import DiffReport, MergeReport


@dataclass(frozen=True)
class Released:
    """What comparing with the layer came to. unchanged: what is served says the same already."""

    judgement: Judgement
    diff: DiffReport | None = None
    merge: MergeReport | None = None
    unchanged: bool = False
    release: int | None = None

    def report_members(self) -> dict[str, Any]:
        """What a report has from it beside its judgement."""
        return {'diff': self.diff, 'merge': self.merge, 'unchanged': self.unchanged, 'release': self.release}


def release_rows(work: Load, checked: Checked, judgement: Judgement) -> Released:
    """Compares what is staged with the layer, and releases the difference where nothing is left to ask."""
    judgement += judge_turn(work.db, work.delivery)
    if judgement.ends:
        return Released(judgement)
    is_demo = work.delivery.options.origin == 'demo'
    if is_demo and has_left_demo(work.db, work.delivery.layer):
        return Released(judgement + Judgement(notes=(notes.DEMO_LEFT,)), unchanged=True)
    scopes = real_scopes(work.db, work.delivery.layer) if is_demo else set()
    if scopes:
        judgement += Judgement(notes=(notes.REAL_STAYS,))
        if 'all' in scopes:
            return Released(judgement, unchanged=True)
        drop_demo_rows(work.db, work.delivery.staging, _real_area(work, scopes), work.delivery.locality.srid)
    outcome = _compare(work, checked)
    write_changes(work.db, work.delivery)
    judgement += _judge_outcome(work, outcome)
    if judgement.ends:
        return Released(judgement, outcome.diff)
    merge = record_merge(work.db, work.delivery.layer, work.delivery.number) if outcome.merged else None
    judgement += Judgement(notes=tuple(notes_of(merge, work.delivery.layer)) if merge else ())
    if outcome.diff.empty:
        waits = merge is not None and merge.held > 0
        return Released(judgement + (NOTHING_TO_SAY if waits else NOTHING_NEW), outcome.diff, merge, unchanged=True)
    return Released(judgement, outcome.diff, merge, release=_publish(work, checked, outcome))


NOTHING_NEW = Judgement(notes=(notes.NOTHING_NEW,))


def _compare(work: Load, checked: Checked) -> Outcome:
    delivery = work.delivery
    layer, options = delivery.layer, delivery.options
    delivery.progress('diff', 0, None)
    on = options.as_of or delivery.locality.place.reference_date
    note_bad_rows(work.db, layer, checked.tally.bad_keys)
    if work.inspected.source.template:
        keep_rounded_places(work.db, layer, delivery.staging, delivery.locality.srid)
    # a rollback may have put the label of demonstration data on real rows: they are none of its business either
    real = _real_area(work, real_scopes(work.db, layer)) if options.origin == 'demo' else None
    return diff(work.db, layer, delivery.staging, work.scope, options, delivery.locality.srid, on, real)


def _publish(work: Load, checked: Checked, outcome: Outcome) -> int | None:
    """The number of the new release; None for a check, which makes none."""
    delivery = work.delivery
    if delivery.number is None:
        return None
    delivery.progress('release', 0, None)
    source = Source(delivery.number, checked.tally.bad_rows, quality=checked.rows.figures())
    number = release(work.db, delivery.layer, delivery.staging, outcome, delivery.options, source)
    delivery.progress('generalise', 0, None)
    refresh_with_release(work.db, delivery.layer, delivery.locality, outcome.diff.changes)
    return number


def _real_area(work: Load, scopes: set[str]) -> shapely.Geometry:
    """Where real data was released in these units."""
    codes = [scope.removeprefix('unit=') for scope in scopes]
    return shapely.union_all(
        [polygon for code in codes for layer in work.units if (polygon := layer.polygon(code)) is not None]
    )


def _judge_outcome(work: Load, outcome: Outcome) -> Judgement:
    """Held where it would write over later deliveries, or where more rows vanish or move than the layer lets pass."""
    layer, options = work.delivery.layer, work.delivery.options
    judgement = Judgement(notes=(notes.stay_as_served(outcome.spared),) if outcome.spared else ())
    if not outcome.diff.empty:
        judgement += judge_overwriting(work.db, work.delivery)
    if outcome.lost_share > layer.checks.lost_rows_share:
        judgement += agreed_or_held(options, 'loss', outcome.lost_share, notes.loses(outcome, layer))
    if not options.accept_loss:
        moved = moved_rows(work.db, layer, work.delivery.staging, outcome, work.delivery.locality.srid)
        if moved.share > layer.checks.moved_share:
            judgement += agreed_or_held(options, 'moved', moved.share, notes.moves(moved, layer))
    return judgement

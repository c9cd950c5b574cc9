"""The desk: a person accepts a delivery that waits, or returns it. Accepting checks it again, against what is served
now."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json
from pydantic import BaseModel, ConfigDict, Field, field_validator

from dothi.core.coverage import Coverage
from dothi.core.errors import Busy, DataRefused, WrongUse
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from dothi.core.text import Text
from etl.coverage.file import must_be_whole
from etl.desk import archive, deliveries, quarantine
from etl.desk.course import Course, run
from etl.desk.deliver import CELLS, ROWS
from etl.desk.delivery import Delivery
from etl.desk.letter import Letter
from etl.desk.options import DeliveryOptions, scope_is_known
from etl.desk.placed_rows import ChosenPlace, spots
from etl.desk.records import STATUS_TITLES, DeliveryRecord, DeliveryShown, decisions, record, records, shown
from etl.geocode.corrections import Spot
from etl.report.model import Report

# With another one of these the file says something that nobody has seen yet.
READ_BY = ('scope', 'mode', 'crs', 'columns', 'as_of')


class AlreadyDecided(WrongUse):
    """The delivery does not wait for a decision."""


class BeingDecided(Busy):
    """Somebody else's decision on the delivery is being carried out."""


class Decision(BaseModel):
    """Who decides and why, and for an acceptance what the delivery was not told: None leaves it as it was."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    by: str = Field(min_length=1)
    reason: str = Field(min_length=1, pattern=r'\S')
    crs: str | None = None
    encoding: str | None = None
    columns: dict[str, str] | None = None
    scope: str | None = None
    mode: Literal['replace', 'upsert'] | None = None
    as_of: date | None = None
    # by the number of a row that waits for its place: where it is
    places: dict[int, ChosenPlace] = {}
    # the same as positions, once the list of the delivery was read
    spots: dict[int, Spot] = {}
    letter: Letter | None = None
    # that carries it out, if one does
    job: UUID | None = None

    @field_validator('scope')
    @classmethod
    def _scope_is_known(cls, scope: str | None) -> str | None:
        return scope if scope is None else scope_is_known(scope)

    @property
    def reason_with_letter(self) -> str:
        """The reason, and the letter behind it in Vietnamese, as documents here cite one."""
        return f'{self.reason} ({self.letter.title.vi})' if self.letter else self.reason

    def options(self) -> dict[str, Any]:
        """What it adds to the options of the delivery."""
        changed = self.model_dump(mode='json', exclude={'by', 'reason', 'places', 'spots', 'job'}, exclude_none=True)
        places = {str(row): spot.model_dump(mode='json') for row, spot in self.spots.items()}
        return changed | ({'places': places} if places else {})


def waiting(layer: str | None = None, agency: str | None = None) -> list[DeliveryRecord]:
    """The deliveries that wait for a person, oldest first."""
    return records(layer, agency=agency, status='diagnosed')


def accept(number: int, decision: Decision, locality: Locality, progress: Progress = silent) -> Report:
    """The report of the archived original, checked again with the decision and released if nothing else speaks against.

    Where it is still undecided, it waits with the new report; where the file so read would have to be returned, it
    waits as it did: both are told and kept with the decision.
    Raises NoSuchDelivery, AlreadyDecided, BeingDecided, OriginalMissing, and whatever `deliver` raises.
    """
    with deliveries.loader_session('dothi accept') as db, _at_the_desk(db, number) as waiting:
        decision = decision.model_copy(update={'spots': spots(number, decision.places, decision.by)})
        described, options = locality.described(waiting.layer_id), options_with(waiting, decision)
        with archive.restored(waiting.store_path, waiting.file_name, waiting.sha256) as file:
            if isinstance(described, Coverage):
                must_be_whole(options.scope, options.mode, options.encoding)
                raster = Delivery(file, described, options, locality, progress, number)
                return _again(db, raster, CELLS, waiting, decision)
            rows = Delivery(file, described, options, locality, progress, number)
            return _again(db, rows, ROWS, waiting, decision)


def return_(number: int, decision: Decision) -> DeliveryShown:
    """Closes the delivery without a release; the agency reads the reason. Raises as `accept`."""
    with deliveries.loader_session('dothi return') as db, _at_the_desk(db, number), db, db.cursor() as cursor:
        cursor.execute(
            """update catalog.delivery set status = 'returned', finished_at = clock_timestamp()
               where id = %s and status = 'diagnosed'""",
            [number],
        )
        if not cursor.rowcount:
            raise deliveries.decided_meanwhile(number)
        _keep(db, number, 'return', decision, 'returned', None)
    return shown(number)


@contextmanager
def _at_the_desk(db: Connection, number: int) -> Iterator[DeliveryRecord]:
    """The delivery, which waits and which nobody else decides on meanwhile."""
    delivery = record(number)
    with db, db.cursor() as cursor:
        # a key of this lock is 32 bits wide, and no delivery's number is above
        cursor.execute('select pg_try_advisory_lock(%s, %s)', [deliveries.LOCK_CLASS, number])
        (free,) = cursor.fetchone() or (False,)
    if not free:
        raise BeingDecided(
            vi=f'Đợt giao {number} đang được xử lý. Đợi cho xong rồi xem lại.',
            en=f'Delivery {number} is being worked on. Wait, and look at it again.',
            steward=Text(vi=f'Xem: dothi delivery {number}.', en=f'See: dothi delivery {number}.'),
        )
    delivery = record(number)
    if delivery.status != 'diagnosed':
        raise decided_already(delivery)
    yield delivery


def _again[L: (Layer, Coverage)](
    db: Connection, delivery: Delivery[L], course: Course[L], record: DeliveryRecord, decision: Decision
) -> Report:
    """Runs the course again; one transaction holds the release, the record and the decision."""
    as_it_came = replace(delivery, options=DeliveryOptions.model_validate({'layer': record.layer_id, **record.options}))
    same = course.fingerprint(db, as_it_came, record.sha256)
    try:
        quarantine.forget(db, record.id)
        report = run(db, delivery, course, same)
    except DataRefused as refused:
        db.rollback()
        with db:
            _keep(db, record.id, 'accept', decision, 'returned', deliveries.refusal(delivery, refused))
        raise
    if report.verdict == 'returned':
        db.rollback()
        report.notes.append(_still_waits(record.id))
        _keep(db, record.id, 'accept', decision, 'returned', report)
    elif report.superseded_by is not None:
        deliveries.finish(db, record.id, report, was='diagnosed')
        db.commit()
        raise deliveries.decided_meanwhile(record.id)
    else:
        deliveries.finish(db, record.id, report, was='diagnosed')
        _keep(db, record.id, 'accept', decision, deliveries.status_of(report), report)
    db.commit()
    return report


def options_with(record: DeliveryRecord, decision: Decision) -> DeliveryOptions:
    """The delivery's options with those of the decision, which agrees to what the diagnosis showed, and to no more.

    What an earlier decision said holds on where another question came up after it.
    """
    earlier_options = [earlier.options for earlier in decisions(record.id) if earlier.outcome == 'diagnosed']
    before = _merge_decisions({'layer': record.layer_id, **record.options, 'accept_loss': False}, earlier_options)
    after = _merge_decisions(before.model_dump(mode='json'), [decision.options()])
    as_seen = all(getattr(before, name) == getattr(after, name) for name in READ_BY)
    return after.model_copy(update={'agreed': record.seen if as_seen else {}})


def _merge_decisions(options: dict[str, Any], decided: list[dict[str, Any]]) -> DeliveryOptions:
    """The options with those of the decisions: of columns and rows, each names those that it is about."""
    for more in decided:
        # the letter of a decision is not that of the delivery
        more_options = {name: value for name, value in more.items() if name != 'letter'}
        both = {name: options.get(name, {}) | more_options.get(name, {}) for name in ('columns', 'places')}
        options = options | more_options | both
    return DeliveryOptions.model_validate(options)


def _keep(db: Connection, number: int, decided: str, decision: Decision, outcome: str, report: Report | None) -> None:
    with db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.decision (delivery_id, decision, decided_by, reason, options, outcome, report, job)
               values (%s, %s, %s, %s, %s, %s, %s, %s)""",
            [
                number,
                decided,
                decision.by,
                decision.reason,
                Json(decision.options()),
                outcome,
                report and report.as_kept(),
                str(decision.job) if decision.job else None,
            ],
        )


def decided_already(record: DeliveryRecord) -> AlreadyDecided:
    """The error for a delivery that does not wait."""
    by = f' {record.superseded_by}' if record.superseded_by else ''
    status = STATUS_TITLES[record.status]
    return AlreadyDecided(
        vi=f'Đợt giao {record.id} không chờ quyết định (tình trạng: {status.vi}{by}).',
        en=f'Delivery {record.id} does not wait for a decision (its status: {status.en}{by}).',
        steward=Text(vi='Xem những đợt đang chờ: dothi deliveries.', en='See those that wait: dothi deliveries.'),
    )


def _still_waits(number: int) -> Text:
    return Text(
        vi=f'Đợt giao {number} vẫn chờ: đọc như vậy thì tệp không đạt. Nhận với lựa chọn khác, hoặc trả lại.',
        en=f'Delivery {number} still waits: read like this, the file does not pass. Accept it otherwise, or return it.',
    )

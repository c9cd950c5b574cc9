"""What the catalogue knows of deliveries and of the decisions on them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor
from pydantic import BaseModel, Field, ValidationError

from dothi.core.database import Role, connection
from dothi.core.errors import NotFound
from dothi.core.text import Text
from etl.desk.held import Reason, how_to_decide
from etl.desk.letter import Letter
from etl.report.model import Report

Status = Literal['received', 'diagnosed', 'accepted', 'returned', 'superseded', 'unchanged', 'failed']
STATUS_TITLES: dict[Status, Text] = {
    'received': Text(vi='đang nhận', en='received'),
    'diagnosed': Text(vi='chờ quyết định', en='waits for a decision'),
    'accepted': Text(vi='đã nhận', en='accepted'),
    'returned': Text(vi='đã trả lại', en='returned'),
    'superseded': Text(vi='được đợt sau thay', en='superseded'),
    'unchanged': Text(vi='không đổi', en='unchanged'),
    'failed': Text(vi='gián đoạn', en='interrupted'),
}


class NoSuchDelivery(NotFound):
    """No delivery has this number."""


class DeliveryRecord(BaseModel):
    """One delivery: who sent what and when, and what became of it.

    held: what it waits for, or waited for. seen: how much of it, in the last diagnosis. release: that it made, or that
    was served already.
    """

    id: int
    layer_id: str
    file_name: str
    sha256: str
    size_bytes: int
    store_path: str = Field(exclude=True)
    agency: str | None
    sender: str | None
    origin: Literal['delivery', 'demo']
    scope: str
    mode: Literal['replace', 'upsert']
    as_of: date | None
    note: str | None
    options: dict[str, Any]
    received_at: datetime
    received_by: str
    status: Status
    held: list[Reason]
    seen: dict[Reason, float] = Field(exclude=True)
    finished_at: datetime | None
    superseded_by: int | None
    release: int | None

    @property
    def letter(self) -> Letter | None:
        """The official letter that it came with."""
        return Letter.model_validate(self.options['letter']) if 'letter' in self.options else None


class DecisionRecord(BaseModel):
    """What a person decided on a delivery, and what came of it. job: that carried it out, if one did."""

    decision: Literal['accept', 'return']
    decided_at: datetime
    decided_by: str
    reason: str
    options: dict[str, Any]
    outcome: Literal['accepted', 'unchanged', 'returned', 'diagnosed']
    job: UUID | None = Field(None, exclude=True)
    # of a file that was accepted and did not pass, read as was decided
    outcome_report: Report | None = Field(None, exclude=True)

    @property
    def letter(self) -> Letter | None:
        """The official letter that says so."""
        return Letter.model_validate(self.options['letter']) if 'letter' in self.options else None

    @property
    def is_refused(self) -> bool:
        """Whether somebody accepted the file, and it did not pass: the delivery waits on."""
        return self.decision == 'accept' and self.outcome == 'returned'

    @property
    def notes(self) -> list[Text]:
        """Why the file did not pass."""
        return list(self.outcome_report.notes) if self.outcome_report and self.is_refused else []


class DeliveryShown(BaseModel):
    """A delivery with its decisions and its report, which is None where it ended before there was one."""

    delivery: DeliveryRecord
    decisions: list[DecisionRecord]
    report: Report | None
    failure: Text | None = None


@dataclass(frozen=True)
class HiddenLayers:
    """Ids of layers of whose deliveries somebody is given none, and of which only those that they sent themselves.

    reader: the name under which these are kept; None for nobody's.
    """

    absent: Collection[str] = ()
    partly_seen: Collection[str] = ()
    reader: str | None = None


NONE_HIDDEN = HiddenLayers()
COLUMNS = """id, layer_id, file_name, sha256, size_bytes, store_path, agency, sender, origin, scope, mode, as_of, note,
    options, received_at, received_by, status, coalesce(diagnosis -> 'held', '[]') as held,
    coalesce(diagnosis -> 'seen', '{}') as seen, finished_at, superseded_by, release"""


def records(
    layer: str | None = None,
    *,
    status: Status | None = None,
    agency: str | None = None,
    decided: bool = True,
    limit: int | None = None,
    hidden: HiddenLayers = NONE_HIDDEN,
    role: Role = 'loader',
) -> list[DeliveryRecord]:
    """Deliveries, those that wait first and oldest first among them, then the others, newest first.

    hidden: layers of which not all are given. role: of the database, that reads them.
    """
    query = f"""select {COLUMNS} from catalog.delivery
        where (%(layer)s::text is null or layer_id = %(layer)s) and (%(agency)s::text is null or agency = %(agency)s)
        and layer_id <> all (%(hidden)s::text[])
        and (layer_id <> all (%(partly_seen)s::text[]) or sender = %(reader)s)
        and (%(status)s::text is null or status = %(status)s) and (%(decided)s or status in ('received', 'diagnosed'))
        order by status <> 'diagnosed', case status when 'diagnosed' then id else -id end limit %(limit)s"""  # noqa: S608
    conditions = {
        'layer': layer, 'agency': agency, 'status': status, 'decided': decided, 'limit': limit,
        'hidden': [*hidden.absent], 'partly_seen': [*hidden.partly_seen], 'reader': hidden.reader,
    }  # fmt: skip
    return [DeliveryRecord(**row) for row in _rows(query, conditions, role)]


def waiting_count(db: Connection) -> int:
    """How many deliveries wait for a person."""
    with db.cursor() as cursor:
        cursor.execute("select count(*) from catalog.delivery where status = 'diagnosed'")
        (count,) = cursor.fetchone() or (0,)
    return int(count)


def record(number: int, role: Role = 'loader') -> DeliveryRecord:
    """The delivery with this number; raises NoSuchDelivery."""
    rows = _rows(f'select {COLUMNS} from catalog.delivery where id = %(id)s', {'id': number}, role)  # noqa: S608
    if not rows:
        raise no_such_delivery(number)
    return DeliveryRecord(**rows[0])


def no_such_delivery(number: int) -> NoSuchDelivery:
    """The error for a delivery that is not there, or that whoever asks does not see: in the same words."""
    return NoSuchDelivery(
        vi=f'Không có đợt giao số {number}.',
        en=f'There is no delivery {number}.',
        steward=Text(vi='Xem danh sách: dothi deliveries --all.', en='See the list: dothi deliveries --all.'),
    )


def decisions(number: int, role: Role = 'loader') -> list[DecisionRecord]:
    """What was decided on the delivery, in order."""
    made = _rows('select * from catalog.decision where delivery_id = %(id)s order by id', {'id': number}, role)
    return [DecisionRecord(**row, outcome_report=_valid_report(row['report'])) for row in made]


def _valid_report(report: dict[str, Any] | None) -> Report | None:
    """The report; None where there is none, or it is of a form that is read no more."""
    try:
        return Report.model_validate(report) if report else None
    except ValidationError:
        return None


def _failure(report: dict[str, Any]) -> Text:
    """What a delivery failed by; older ones have it in one language."""
    message = str(report.get('message', ''))
    return Text.model_validate(report.get('text') or {'vi': message, 'en': message})


def shown(number: int, role: Role = 'loader') -> DeliveryShown:
    """The delivery with all that was found and decided; raises NoSuchDelivery."""
    whole = record(number, role)
    (row,) = _rows('select report from catalog.delivery where id = %(id)s', {'id': number}, role)
    made, report = decisions(number, role), row['report']
    try:
        report_model = Report.model_validate(report) if report else None
    except ValidationError:  # it failed, and has a message in place of a report
        return DeliveryShown(delivery=whole, decisions=made, report=None, failure=_failure(report))
    if report_model and whole.status != 'diagnosed':  # how to decide is of no use to anybody now
        report_model.notes = [note for note in report_model.notes if note != how_to_decide(number, whole.held)]
    return DeliveryShown(delivery=whole, decisions=made, report=report_model)


def _rows(query: str, values: dict[str, Any], role: Role) -> list[dict[str, Any]]:
    with connection(role) as db, db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, values)
        return [dict(row) for row in cursor.fetchall()]

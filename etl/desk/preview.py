"""What would change if a delivery that waits were accepted: a check that is taken back, and whose difference stays."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json, RealDictCursor
from pydantic import BaseModel

from dothi.core.coverage import Coverage
from dothi.core.database import connection
from dothi.core.errors import NotFound
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from etl.desk import archive, deliveries
from etl.desk.course import run
from etl.desk.decide import Decision, decided_already, options_with
from etl.desk.deliver import CELLS, ROWS
from etl.desk.delivery import Delivery
from etl.desk.records import STATUS_TITLES, DeliveryRecord, record
from etl.release import current_release
from etl.report.model import Report


class NoPreview(NotFound):
    """Nobody has asked what the delivery would change, or that cannot be worked out as it was asked."""


class Preview(BaseModel):
    """A kept preview. release: that was current when it was made, and is_current: whether it still is."""

    delivery_id: int
    made_at: datetime
    made_by: str
    options: dict[str, Any]
    release: int | None
    is_current: bool
    report: Report


def preview(number: int, decision: Decision, locality: Locality, progress: Progress = silent) -> Report:
    """The report of the delivery read with the decision's options; what it would change is kept, nothing else is.

    Raises NoSuchDelivery, AlreadyDecided, OriginalMissing, and whatever `deliver` raises.
    """
    waiting = record(number)
    if waiting.status != 'diagnosed':
        raise decided_already(waiting)
    described, options = locality.described(waiting.layer_id), options_with(waiting, decision)
    with (
        archive.restored(waiting.store_path, waiting.file_name, waiting.sha256) as file,
        tempfile.TemporaryDirectory(prefix='dothi-preview-') as folder,
        deliveries.loader_session('dothi preview') as db,
    ):
        changes = Path(folder) / 'changes'
        if isinstance(described, Coverage):
            report = run(db, Delivery(file, described, options, locality, progress), CELLS, None)
        else:
            rows = Delivery(file, described, options, locality, progress, changes_file=changes)
            report = run(db, rows, ROWS, None)
        compared_with = _released_now(described)
        db.rollback()
        report.dry_run = True
        _keep(db, number, compared_with, decision, report, changes)
    return report


def _released_now(described: Layer | Coverage) -> int | None:
    """The release that everybody reads now: of a session that has locked the layer the one that it compares with.

    Read by a session of its own, as the one that works out a preview may have made a release that it takes back. After
    that it would be too late: a delivery that waited for the lock has its release a moment later.
    """
    with connection('loader') as db:
        return current_release(db, described)


def preview_of(number: int) -> Preview:
    """The kept preview. Raises NoPreview: it goes with the decision."""
    with connection('gatekeeper') as db, db.cursor(cursor_factory=RealDictCursor) as cursor:
        query = 'select *, catalog.preview_is_current(delivery_id) as is_current from catalog.preview'
        cursor.execute(f'{query} where delivery_id = %s', [number])
        row = cursor.fetchone()
    if row is None:
        raise _no_preview(record(number, 'gatekeeper'))
    return Preview.model_validate(dict(row))


def _no_preview(delivery: DeliveryRecord) -> NoPreview:
    if delivery.status == 'diagnosed':
        return NoPreview(
            vi=f'Chưa ai xem trước đợt giao {delivery.id}. Gửi POST tới địa chỉ này để tính.',
            en=f'Nobody has asked what delivery {delivery.id} would change. A POST to this address works it out.',
        )
    status = STATUS_TITLES[delivery.status]
    return NoPreview(
        vi=f'Đợt giao {delivery.id} không chờ quyết định (tình trạng: {status.vi}), nên không còn gì để xem trước.',
        en=f'Delivery {delivery.id} does not wait for a decision (its status: {status.en}): there is no preview.',
    )


def has_preview(number: int) -> bool:
    """Whether somebody has asked what the delivery would change."""
    with connection('gatekeeper') as db, db.cursor() as cursor:
        cursor.execute('select from catalog.preview where delivery_id = %s', [number])
        return bool(cursor.rowcount)


def _keep(
    db: Connection, number: int, compared_with: int | None, decision: Decision, report: Report, changes: Path
) -> None:
    """Puts the preview in the place of an earlier one, unless the delivery was decided meanwhile."""
    with db, db.cursor() as cursor:
        cursor.execute("select from catalog.delivery where id = %s and status = 'diagnosed' for share", [number])
        if not cursor.rowcount:
            raise deliveries.decided_meanwhile(number)
        cursor.execute('delete from catalog.preview where delivery_id = %s', [number])
        cursor.execute(
            """insert into catalog.preview (delivery_id, made_by, options, release, report)
               values (%s, %s, %s, %s, %s)""",
            [number, decision.by, Json(decision.options()), compared_with, report.as_kept()],
        )
        if changes.exists():
            _copy_changes(cursor, number, changes)


def _copy_changes(cursor: Any, number: int, changes: Path) -> None:
    """The file has no number of a delivery: a check has none."""
    cursor.execute('create temporary table preview_in (like catalog.preview_change) on commit drop')
    cursor.execute('alter table preview_in drop column delivery_id')
    with changes.open('rb') as file:
        cursor.copy_expert('copy preview_in from stdin (format binary)', file)
    cursor.execute('insert into catalog.preview_change select %s, * from preview_in', [number])

"""What can be restored: the backups of the database and of the store, and the moments between which one may choose."""

from datetime import datetime

import psycopg2
from pydantic import BaseModel

from dothi.core.backup_state import BackupState, backup_state
from dothi.core.database import connection
from dothi.core.errors import DothiError
from dothi.local.backup.instance import InstanceBackup, instance_backup
from dothi.local.backup.pgbackrest import DatabaseCopy
from dothi.local.backup.record import BackupRecord, require_place, require_record


class Holdings(BaseModel):
    """What the backup of this instance holds. Any moment from restorable_from to restorable_to can be restored.

    restorable_from: the end of the first backup since the log has come without a gap; of moments before it only those
    before the gap can be restored. restorable_to: when the log of the database last came to the place; None where there
    is no backup yet.
    """

    where: str
    restorable_from: datetime | None
    restorable_to: datetime | None
    copies: list[DatabaseCopy]
    snapshots: int
    newest_snapshot_at: datetime | None
    store_bytes: int
    state: BackupState


def backup_holdings() -> Holdings:
    """What the backup of this instance holds. Raises NoBackup, PlaceAway, NoKey or BackupFailed."""
    require_place()
    return _holdings(require_record(), instance_backup())


def _holdings(record: BackupRecord, backup: InstanceBackup) -> Holdings:
    backup.database.write_config()
    copies, snapshots = backup.database.copies(), backup.store.snapshots()
    archived_at, state = _archived()
    ends = [copies[-1].ended_at] if copies else []
    since = record.archiving_since
    gapless = [copy for copy in copies if since is None or copy.started_at >= since]
    return Holdings(
        where=record.where,
        restorable_from=gapless[0].ended_at if gapless else None,
        restorable_to=max([*ends, archived_at] if archived_at else ends, default=None) if copies else None,
        copies=copies,
        snapshots=len(snapshots),
        newest_snapshot_at=snapshots[-1].taken_at if snapshots else None,
        store_bytes=snapshots[-1].size_bytes if snapshots else 0,
        state=state,
    )


def _archived() -> tuple[datetime | None, BackupState]:
    """When the log last came to the place, and how far the backups are; nothing where the database is away."""
    try:
        with connection('owner') as db, db.cursor() as cursor:
            cursor.execute('select last_archived_time from pg_stat_archiver')
            ((archived_at,),) = cursor.fetchall()
            return archived_at, backup_state(db)
    except (DothiError, psycopg2.Error):
        return None, BackupState()

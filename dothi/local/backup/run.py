"""Making a backup: the store, the database, and the store again, so that both can be restored to one release."""

from contextlib import suppress
from datetime import UTC, datetime

from pydantic import BaseModel

from dothi.core.backup_state import BackupStep, record_failure, record_success
from dothi.core.database import connection
from dothi.core.errors import DothiError
from dothi.core.progress import Progress, silent
from dothi.local.backup.instance import InstanceBackup, instance_backup, newest_release, take_snapshot
from dothi.local.backup.pgbackrest import DatabaseCopy
from dothi.local.backup.record import require_place
from dothi.local.backup.restic import StoreBackup
from dothi.local.locks import BACKUP_LOCK, alone


class BackupRun(BaseModel):
    """A backup that was made, and how long all of it took."""

    copy_made: DatabaseCopy
    seconds: float
    # the newest release whose files are surely among those of the store
    release: int


def run_backup(*, full: bool, progress: Progress = silent) -> BackupRun:
    """Makes a backup of this instance; waits for another that is under way. Raises NoBackup, NoKey or BackupFailed."""
    backup = instance_backup()
    with alone(BACKUP_LOCK, progress):
        return back_up(backup, full=full, progress=progress)


def back_up(backup: InstanceBackup, *, full: bool, progress: Progress = silent) -> BackupRun:
    """The same, by whoever holds the lock. What fails is recorded."""
    began_at = datetime.now(UTC)
    backup.database.write_config()
    # a restore to a moment takes the first snapshot after it: that of now serves those before the backup's end
    back_up_store(backup.store, progress)
    try:
        backup.database.backup('full' if full else 'incr', progress)
    except DothiError as error:
        note_failure('database', error)
        raise
    with connection('owner') as db:
        record_success(db, 'database')
    release = back_up_store(backup.store, progress)
    backup.store.forget()
    seconds = (datetime.now(UTC) - began_at).total_seconds()
    return BackupRun(copy_made=backup.database.copies()[-1], seconds=seconds, release=release)


def back_up_store(backup: StoreBackup, progress: Progress = silent) -> int:
    """Takes a snapshot of the store; the newest release of which it surely holds all files."""
    try:
        require_place()
        with connection('owner') as db:
            release = newest_release(db)
        take_snapshot(backup, release, progress)
    except DothiError as error:
        note_failure('store', error)
        raise
    with connection('owner') as db:
        record_success(db, 'store')
    return release


def note_failure(step: BackupStep, error: DothiError) -> None:
    """Record that `step` failed; where the database is away too, that is seen by others."""
    with suppress(DothiError), connection('owner') as db:
        record_failure(db, step, error.text)

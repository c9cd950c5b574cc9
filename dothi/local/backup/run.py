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
from dothi.local.backup.record import (
    readable_record,
    require_record,
    require_writable_place,
    undo_killed_setup_inside,
    write_record,
)
from dothi.local.backup.restic import StoreBackup
from dothi.local.backup.writer import require_own_place
from dothi.local.locks import BACKUP_LOCK, alone


class BackupRun(BaseModel):
    """A backup that was made, and how long all of it took."""

    copy_made: DatabaseCopy
    seconds: float
    # the newest release whose files are surely among those of the store
    release: int


def run_backup(*, full: bool, progress: Progress = silent) -> BackupRun:
    """Makes a backup of this instance; waits for another that is under way. Raises NoBackup, NoKey or BackupFailed."""
    require_record()
    with alone(BACKUP_LOCK, progress):
        # a setup that was waited for may have been killed, and its place is none
        undo_killed_setup_inside()
        return back_up(instance_backup(), full=full, progress=progress)


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
    """Takes a snapshot of the store; the newest release of which it surely holds all files.

    Raises PlaceTaken where another instance was the last to write to the place, or what fails, which is recorded.
    """
    try:
        require_writable_place()
        is_taken_over = require_record().is_taken_over
        if not is_taken_over:
            require_own_place(backup)
        with connection('owner') as db:
            release = newest_release(db)
        take_snapshot(backup, release, progress)
        if is_taken_over:
            _note_taken_over()
    except DothiError as error:
        note_failure('store', error)
        raise
    with connection('owner') as db:
        record_success(db, 'store')
    return release


def _note_taken_over() -> None:
    """From now on this instance goes on in the place for as long as no other one takes it over."""
    record = readable_record()
    # a setup that is under way writes the record at its end
    if record is not None and not record.is_unfinished:
        write_record(record.model_copy(update={'is_taken_over': False}))


def note_failure(step: BackupStep, error: DothiError) -> None:
    """Record that `step` failed; where the database is away too, that is seen by others."""
    with suppress(DothiError), connection('owner') as db:
        record_failure(db, step, error.text)

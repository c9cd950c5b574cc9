"""The service that makes backups: each night, and of the store soon after each release."""

import logging
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType
from zoneinfo import ZoneInfo

import psycopg2

from dothi.core.backup_settings import BackupSettings
from dothi.core.backup_state import (
    CLOCK_PATIENCE,
    BackupState,
    BackupStep,
    backup_state,
    forget_failure,
    record_failure,
)
from dothi.core.changes import ChangeListener
from dothi.core.database import NoDatabase, connection
from dothi.core.errors import DothiError
from dothi.core.heartbeat import beating
from dothi.core.locality import locality_zone
from dothi.core.patience import be_patient
from dothi.core.settings import PathSettings
from dothi.core.text import Text
from dothi.local.backup.instance import forget_ended_backups, instance_backup
from dothi.local.backup.pgbackrest import DatabaseCopy
from dothi.local.backup.proof import prove_backup
from dothi.local.backup.record import (
    UnreadableRecord,
    has_record,
    require_record,
    undo_killed_setup,
    undo_killed_setup_inside,
)  # fmt: skip
from dothi.local.backup.run import back_up, back_up_store
from dothi.local.locks import BACKUP_LOCK, alone

LOG = logging.getLogger('dothi.backup')
# A delivery in parts makes several releases in a row.
SETTLED_S = 2.0
# What failed is tried again after so long.
RETRY_S = 600.0
# What somebody puts back in its place is found soon.
RECORD_RETRY_S = 30.0
# A database that is started again is there soon.
DATABASE_RETRY_S = 5.0
# The clock may be set while nobody looks at it.
LONGEST_WAIT_S = 3600.0
# A full backup each week; the night of the seventh day counts as one.
FULL_EVERY = timedelta(days=6, hours=12)
# Others have the processor first.
NICENESS = 10

# The newest release and delivery, whose files are in the store.
type StoreMark = tuple[int, int]


def next_night(after: datetime, zone: ZoneInfo, hour: int) -> datetime:
    """The first moment after `after` at which the clocks in `zone` show `hour`."""
    local = after.astimezone(zone)
    start = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return (start if start > local else start + timedelta(days=1)).astimezone(UTC)


def is_full_due(copies: list[DatabaseCopy], now: datetime) -> bool:
    """Whether the next backup has to be a full one: the last was a week ago, or there is none."""
    full = [copy for copy in copies if copy.kind == 'full' and not copy.is_damaged]
    return not full or now - full[-1].started_at > FULL_EVERY


@dataclass(frozen=True)
class GaplessLog:
    """The log that the database writes now. since: it has come to the place without a gap; None where nobody knows."""

    timeline: int
    since: datetime | None = None


def has_copy_on(log: GaplessLog, copies: list[DatabaseCopy]) -> bool:
    """Whether there is a backup from which moments of `log` can be restored.

    A restore and a promotion begin a timeline, and make a backup; whoever was killed before that made none. A setup
    elsewhere that failed, or was killed, left a gap.
    """
    return any(
        copy.timeline == log.timeline and (log.since is None or copy.started_at >= log.since) for copy in copies
    )  # fmt: skip


def watch_backups() -> None:
    """Makes backups until SIGTERM, or until none is set up any more."""
    logging.basicConfig(stream=sys.stderr, format='%(asctime)s %(message)s', level=logging.INFO)
    be_patient(NICENESS)
    signal.signal(signal.SIGTERM, _end)
    watch = BackupWatch()
    # a backup may rightly take hours
    with beating(PathSettings().run, 'backup'), ChangeListener('backup', 'loader') as changes:
        while has_record():
            changes_before = changes.changes
            changes.wait(changes_before, watch.do_what_is_due())


@dataclass
class BackupWatch:
    """What the service remembers between two looks.

    mark: what the last snapshot of the store holds. log: of the database, for which there is a backup.
    """

    mark: StoreMark | None = None
    log: GaplessLog | None = None

    def do_what_is_due(self) -> float:
        """Makes the backups that are due; for how many seconds none is, unless something is released."""
        try:
            undo_killed_setup()
            forget_ended_backups()
            if not has_record():
                return 0.0
            _note_record_fault(None)
            self._back_up_at_night()
            self._back_up_what_is_new()
            self._prove_at_night()
            return self._seconds_to_next()
        except UnreadableRecord as error:
            _note_record_fault(error.text)
            _sleep_while_set_up(RECORD_RETRY_S)
        except (NoDatabase, psycopg2.OperationalError) as error:
            LOG.warning('no database, next try in %g s: %s', DATABASE_RETRY_S, error)
            time.sleep(DATABASE_RETRY_S)
        except (DothiError, psycopg2.Error) as error:
            LOG.error('backup failed, next try in %g s: %s', RETRY_S, error)
            # a release does not end the waiting: it would be tried again and again
            _sleep_while_set_up(RETRY_S)
        return 0.0

    def _back_up_at_night(self) -> None:
        if _log() == self.log and not _is_due('database'):
            return
        with alone(BACKUP_LOCK):
            # somebody may have made it while it was waited for, such as the setup that starts us
            undo_killed_setup_inside()
            backup, log = instance_backup(), _log()
            if _is_due('database') or not has_copy_on(log, backup.database.copies()):
                made = back_up(backup, full=is_full_due(backup.database.copies(), datetime.now(UTC)))
                LOG.info('%s backup %s in %.0f s', made.copy_made.kind, made.copy_made.label, made.seconds)
        self.log = log

    def _prove_at_night(self) -> None:
        if _is_due('proof'):
            proof = prove_backup()
            LOG.info('proven restorable: %s layers, %s files in %.0f s', proof.layers, proof.files, proof.seconds)

    def _back_up_what_is_new(self) -> None:
        """Takes a snapshot of the store where something came into it; what comes meanwhile wakes us again."""
        if _store_mark() == self.mark:
            return
        time.sleep(SETTLED_S)
        mark = _store_mark()
        with alone(BACKUP_LOCK):
            undo_killed_setup_inside()
            release = back_up_store(instance_backup().store)
        self.mark = mark
        LOG.info('store with release %s', release)

    def _seconds_to_next(self) -> float:
        due_at_first = min(_read_state_due('database'), _read_state_due('proof'))
        wait_s = (due_at_first - datetime.now(UTC)).total_seconds()
        return min(max(wait_s, 0.0), LONGEST_WAIT_S)


def _read_state_due(step: BackupStep) -> datetime:
    with connection('loader') as db:
        return due_at(backup_state(db), step)


def _is_due(step: BackupStep) -> bool:
    return _read_state_due(step) <= datetime.now(UTC)


def due_at(state: BackupState, step: BackupStep, now: datetime | None = None) -> datetime:
    """When `step` is to be done next: in the night after it last succeeded.

    At once where nobody knows when that was: under a clock that was ahead, or never, as after a setup that was killed.
    A setup makes the first backup itself, and leaves the first proof to the night after it.
    """
    now = now or datetime.now(UTC)
    last = state.succeeded_at(step)
    if last is None and step == 'proof':
        last = state.succeeded_at('setup')
    if last is None or last > now + CLOCK_PATIENCE:
        return now
    return next_night(last, locality_zone(), BackupSettings().backup_hour)


def _log() -> GaplessLog:
    """The log that the database writes. Raises NoBackup where somebody ended the backups meanwhile."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select left(pg_walfile_name(pg_current_wal_lsn()), 8)')
        ((number,),) = cursor.fetchall()
    return GaplessLog(int(number, 16), require_record().archiving_since)


def _store_mark() -> StoreMark:
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(
            """select (select coalesce(max(number), 0) from catalog.release),
                      (select coalesce(max(id), 0) from catalog.delivery)"""
        )
        ((release, delivery),) = cursor.fetchall()
    return int(release), int(delivery)


def _note_record_fault(fault: Text | None) -> None:
    """Records for everybody to see that the record of the backup cannot be read, or that it can again."""
    with suppress(DothiError, psycopg2.Error), connection('owner') as db:
        if fault:
            record_failure(db, 'setup', fault)
        else:
            forget_failure(db, 'setup')


def _sleep_while_set_up(longest_s: float) -> None:
    until = time.monotonic() + longest_s
    while has_record() and time.monotonic() < until:
        time.sleep(1)


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    sys.exit(0)

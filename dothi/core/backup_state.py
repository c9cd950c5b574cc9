"""How far the backups of an instance are, as its database records it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Literal

from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi.core.backup_settings import BackupSettings
from dothi.core.text import Text

# The log of the database may wait for so long for its place before somebody is told.
LOG_PATIENCE = timedelta(minutes=10)
# A moment that lies further ahead was written under a clock that was wrong.
CLOCK_PATIENCE = timedelta(minutes=5)

type BackupStep = Literal['setup', 'database', 'store', 'proof']


class StepState(BaseModel):
    """When a step of the backups last succeeded, and last failed; fault: why, until it succeeds again."""

    succeeded_at: datetime | None
    failed_at: datetime | None
    fault: Text | None = None


class BackupState(BaseModel):
    """The steps of the backups by name; none of them where no backup is set up."""

    steps: dict[str, StepState] = {}
    # the last moment whose log came to the place, while the server fails to bring more of it there; None while it does
    log_waits_since: datetime | None = None

    @property
    def is_set_up(self) -> bool:
        """Whether somebody makes backups of this instance."""
        return 'setup' in self.steps

    def succeeded_at(self, step: BackupStep) -> datetime | None:
        """When `step` last succeeded; None where it never did."""
        state = self.steps.get(step)
        return state.succeeded_at if state else None

    def is_old(self, now: datetime | None = None) -> bool:
        """Whether the last backup, or the last proof, is older than DOTHI_BACKUP_MAX_HOURS.

        A step that was never done counts from the moment the backup was set up. False where none is set up. A step that
        was done in the future was done under a wrong clock: nobody knows when.
        """
        now = now or datetime.now(UTC)
        oldest = now - timedelta(hours=BackupSettings().backup_max_hours)
        set_up_at = self.succeeded_at('setup')
        if set_up_at is None:
            return False
        times = [self.succeeded_at(step) or set_up_at for step in ('database', 'store', 'proof')]
        return not all(oldest <= time <= now + CLOCK_PATIENCE for time in times)

    @property
    def is_record_unreadable(self) -> bool:
        """Whether nobody knows where the backups are kept: the record of that is damaged."""
        setup = self.steps.get('setup')
        if setup is None or setup.failed_at is None:
            return False
        return setup.succeeded_at is None or setup.succeeded_at < setup.failed_at

    def is_behind(self, now: datetime | None = None) -> bool:
        """Whether the log of the database has waited for its place for longer than LOG_PATIENCE."""
        since = self.log_waits_since
        return self.is_set_up and since is not None and since < (now or datetime.now(UTC)) - LOG_PATIENCE


def backup_state(db: Connection) -> BackupState:
    """How far the backups are, with the reasons of failures: for a role that may read those."""
    return _read_state(db, 'select kind, succeeded_at, failed_at, fault from catalog.backup')


def backup_times(db: Connection) -> BackupState:
    """How far the backups are, without reasons: for the roles of readers."""
    return _read_state(db, 'select kind, succeeded_at, failed_at, null from catalog.backup')


def record_success(db: Connection, step: BackupStep) -> None:
    """Record that `step` succeeded now; what failed before is over."""
    with db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.backup (kind, succeeded_at) values (%s, clock_timestamp())
               on conflict (kind) do update set succeeded_at = excluded.succeeded_at, fault = null""",
            [step],
        )


def record_failure(db: Connection, step: BackupStep, fault: Text) -> None:
    """Record that `step` failed now, and why."""
    with db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.backup (kind, failed_at, fault) values (%s, clock_timestamp(), %s)
               on conflict (kind) do update set failed_at = excluded.failed_at, fault = excluded.fault""",
            [step, json.dumps({'vi': fault.vi, 'en': fault.en}, ensure_ascii=False)],
        )


def forget_failure(db: Connection, step: BackupStep) -> None:
    """What kept `step` from succeeding is over."""
    with db.cursor() as cursor:
        cursor.execute(
            'update catalog.backup set failed_at = null, fault = null where kind = %s and fault is not null', [step]
        )


def forget_backups(db: Connection) -> None:
    """Forget all steps: nobody makes backups of this database any more."""
    with db.cursor() as cursor:
        cursor.execute('delete from catalog.backup')


def _read_state(db: Connection, query: str) -> BackupState:
    with db.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
        cursor.execute(
            """select coalesce(last_archived_time, stats_reset) from pg_stat_archiver
               where last_failed_time > coalesce(last_archived_time, '-infinity')"""
        )
        waits_since = cursor.fetchone()
    return BackupState(
        log_waits_since=waits_since[0] if waits_since else None,
        steps={
            kind: StepState(succeeded_at=succeeded_at, failed_at=failed_at, fault=Text(**fault) if fault else None)
            for kind, succeeded_at, failed_at, fault in rows
        },
    )

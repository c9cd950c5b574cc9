"""A database brought back from its backup into an empty folder, to a moment or to the latest."""

import re
import shutil
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2

from dothi.core.accounts import give_to_database_user
from dothi.core.errors import DothiError
from dothi.core.postgis import DATABASE, LocalPostgis, NoPostgis
from dothi.core.progress import Progress, silent
from dothi.core.text import Text
from dothi.local.backup.pgbackrest import DatabaseBackup, DatabaseCopy
from dothi.local.backup.tools import BackupFailed

# A server that reads a week's log until it is whole may take so long to open.
RECOVERY_PATIENCE_S = 6 * 3600
LOOK_S = 0.2
NOT_REACHED = 'recovery ended before configured recovery target was reached'
DISK_FULL = 'No space left'
SEGMENT = re.compile(r'[0-9A-F]{24}')


class NothingToRestore(BackupFailed):
    """There is no backup from which this moment can be restored."""


@dataclass(frozen=True)
class RecoveryTarget:
    """Where the recovery ends: at a moment, at a restore point, or (neither) with the last of the log.

    timeline: its number; `current`, that of the backup, which was lived when the backup was made; or `latest`, that of
    the last restore.
    """

    moment: datetime | None = None
    restore_point: str | None = None
    timeline: str = 'current'

    @property
    def options(self) -> list[str]:
        """What pgBackRest is called with."""
        if self.restore_point is not None:
            target = ['--type=name', f'--target={self.restore_point}', '--target-action=promote']
        elif self.moment is not None:
            target = ['--type=time', f'--target={self.moment:%Y-%m-%d %H:%M:%S.%f%z}', '--target-action=promote']
        else:
            target = ['--type=default']
        return [*target, f'--target-timeline={self.timeline}']


LATEST = RecoveryTarget(timeline='latest')


@dataclass(frozen=True)
class RecoveredDatabase:
    """A server that runs on the recovered data. reached_at: of the last change that it has; notes: what went wrong.

    is_moment_passed: whether the log goes on after the moment that was the target: nothing before it is missing then.
    """

    server: LocalPostgis
    copy: DatabaseCopy
    reached_at: datetime
    notes: list[Text] = field(default_factory=list)
    is_moment_passed: bool = True


def clear_folder(folder: Path) -> None:
    """Removes what an earlier recovery left in `folder`, with its server where that still runs."""
    if (folder / 'postgis' / 'data').exists():
        server = LocalPostgis(folder / 'postgis')
        try:
            server.stop()
        except NoPostgis:
            # it ended by itself meanwhile
            if server.running():
                raise
    shutil.rmtree(folder, ignore_errors=True)


def recover_database(
    backup: DatabaseBackup, target: RecoveryTarget, surviving_log: Path | None = None, progress: Progress = silent
) -> RecoveredDatabase:
    """The database of `backup`, brought to `target` in `backup.data`, on a port of its own.

    surviving_log: folder with segments of the log that never came to the backup. Where the newest backup is damaged the
    one before it is taken, and a note says so. Raises NothingToRestore, NoKey, BackupFailed or NoPostgis.
    """
    server = LocalPostgis(backup.data.parent, patience_s=RECOVERY_PATIENCE_S)
    copy, notes = _write_data(backup, target, target.moment, progress)
    _bring_log(surviving_log, backup.data)
    progress('recover', 0, None)
    is_moment_passed = True
    try:
        _start_and_wait(server)
    except DothiError:
        if not _may_end_with_log(server, target):
            raise
        is_moment_passed = target.moment is None
        shutil.rmtree(backup.data)
        timeline = target.timeline if target.moment else 'current'
        copy, notes = _write_data(backup, RecoveryTarget(timeline=timeline), target.moment, progress)
        _bring_log(surviving_log, backup.data)
        _start_and_wait(server)
    reached_at, segment = _reached(server)
    notes += _gap_in_log(backup, segment, target)
    progress('recover', 1, 1)
    return RecoveredDatabase(server, copy, reached_at or copy.ended_at, notes, is_moment_passed)


def _may_end_with_log(server: LocalPostgis, target: RecoveryTarget) -> bool:
    """Whether a recovery that failed may end with the last of the backup's timeline.

    Nothing was changed between the last entry and the moment, or the last restore left that timeline before.
    """
    return NOT_REACHED in _log_text(server) if target.moment else target == LATEST


def choose_copies(copies: list[DatabaseCopy], until: datetime | None) -> list[DatabaseCopy]:
    """The backups from which `until` can be reached, newest first; all where it is None."""
    return [copy for copy in reversed(copies) if until is None or copy.ended_at <= until]


def _write_data(
    backup: DatabaseBackup, target: RecoveryTarget, until: datetime | None, progress: Progress
) -> tuple[DatabaseCopy, list[Text]]:
    """Writes the newest backup that is whole, and notes those that are not."""
    notes: list[Text] = []
    for copy in choose_copies(backup.copies(), until):
        try:
            backup.restore([f'--set={copy.label}', *target.options], progress)
        except BackupFailed as error:
            if DISK_FULL in error.output:
                raise
            notes.append(_damaged_copy(copy, error))
            shutil.rmtree(backup.data, ignore_errors=True)
        else:
            return copy, notes
    raise NothingToRestore(
        vi='\n'.join(['Không có bản sao lưu nào dùng được cho thời điểm này.', *(note.vi for note in notes)]),
        en='\n'.join(['There is no backup from which this moment can be restored.', *(note.en for note in notes)]),
    )


def _damaged_copy(copy: DatabaseCopy, error: BackupFailed) -> Text:
    errors = re.findall(r'ERROR: (.+)', error.output)
    reason = errors[0] if errors else error.text.en
    return Text(
        vi=f'Bản sao lưu {copy.label} bị hỏng ({reason}); dùng bản trước đó.',
        en=f'The backup {copy.label} is damaged ({reason}); the one before it is taken.',
    )


def _start_and_wait(server: LocalPostgis) -> None:
    """Returns when the server has reached its target and takes changes. Raises NoPostgis where it ends before."""
    with suppress(psycopg2.OperationalError):
        # it may end while it is asked for the first time
        server.start()
    while True:
        try:
            if not _is_recovering(server):
                return
        except psycopg2.OperationalError:
            if not server.running():
                raise _not_recovered(server) from None
        time.sleep(LOOK_S)


def _not_recovered(server: LocalPostgis) -> BackupFailed:
    """The error of a server that ended before its target, with what it said last."""
    last = _log_text(server)[-500:]
    return BackupFailed(
        vi=f'Không đưa được cơ sở dữ liệu đến thời điểm đó: {last}',
        en=f'The database could not be brought to that moment: {last}',
    )


def _is_recovering(server: LocalPostgis) -> bool:
    return bool(_value(server, 'select pg_is_in_recovery()')[0])


def _reached(server: LocalPostgis) -> tuple[datetime | None, str]:
    """The moment of the last change that was replayed, and the number of its segment of the log."""
    reached_at, segment = _value(
        server,
        """select pg_last_xact_replay_timestamp(),
                  right(pg_walfile_name(coalesce(pg_last_wal_replay_lsn(), pg_current_wal_lsn()) - 1::numeric), 16)""",
    )
    return reached_at, segment


def _gap_in_log(backup: DatabaseBackup, segment: str, target: RecoveryTarget) -> list[Text]:
    """A note where all of the log was to be read, and the backup holds later segments than the last that was."""
    newest = backup.newest_segment()
    if target.restore_point is not None or newest is None or segment >= newest[8:]:
        return []
    if target.moment is not None and NOT_REACHED not in _log_text(LocalPostgis(backup.data.parent)):
        return []
    return [
        Text(
            vi=f'Nhật ký thay đổi sau đoạn {segment} bị hỏng hoặc thiếu (đến {newest}): những thay đổi sau đó mất.',
            en=f'The log after segment {segment} is damaged or missing (up to {newest}): later changes are lost.',
        )
    ]


def _value(server: LocalPostgis, query: str) -> tuple[Any, ...]:
    url = server.url.set(drivername='postgresql', database=DATABASE).render_as_string(hide_password=False)
    with closing(psycopg2.connect(url, connect_timeout=10)) as db, db.cursor() as cursor:
        cursor.execute(query)
        (row,) = cursor.fetchall()
    return tuple(row)


def _bring_log(folder: Path | None, data: Path) -> None:
    """Copies segments of the log that were not backed up yet; the server reads them after those that were."""
    for segment in folder.glob('*') if folder else ():
        done = segment.parent / 'archive_status' / f'{segment.name}.done'
        if SEGMENT.fullmatch(segment.name) and not done.exists():
            target = data / 'pg_wal' / segment.name
            shutil.copyfile(segment, target)
            give_to_database_user(target)


def _log_text(server: LocalPostgis) -> str:
    log = server.folder / 'server.log'
    return log.read_text(encoding='utf-8', errors='replace') if log.exists() else ''

"""Backups of the store by restic: snapshots, each with what the instance was at that moment."""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from dothi.core.backup_settings import BackupSettings
from dothi.core.progress import Progress, silent
from dothi.local.backup.place import BackupPlace
from dothi.local.backup.record import NoKey
from dothi.local.backup.sftp import ssh_options
from dothi.local.backup.tools import BackupFailed, ToolRun, ended_with_us, run_tool

# What restic says by its exit code.
NO_REPOSITORY, WRONG_KEY = 10, 12
LOCK_PATIENCE = '10m'
# Before the name of the instance that took a snapshot, in its tag.
WRITER = 'writer='
# In the store, and made anew where it is missing.
LEFT_OUT = ('downloads', 'drafts')


class StoreSnapshot(BaseModel):
    """The store at a moment. paths: folders and files of the instance that are in it.

    writer, host: the instance that took it, and its machine; writer is empty where an earlier version took it.
    """

    id: str
    taken_at: datetime
    paths: list[str]
    size_bytes: int
    writer: str = ''
    host: str = ''


@dataclass(frozen=True)
class StoreBackup:
    """restic with its cache in `folder`."""

    folder: Path
    place: BackupPlace
    key: str

    def prepare(self) -> None:
        """Prepares the place; nothing where it is prepared. Raises NoKey where it is, with another key."""
        if self._is_prepared():
            return
        self._clear_interrupted()
        self.run('init')

    def snapshot(
        self, paths: Sequence[Path], left_out: Sequence[Path], writer: str, progress: Progress = silent
    ) -> None:
        """Takes a snapshot of what is in `paths`, without what is in `left_out`, by the name of `writer`."""
        options = [f'--tag={WRITER}{writer}', *(f'--exclude={path}' for path in left_out)]
        # what rots keeps its times: the whole copy that was read before stays
        words = [*options, '--ignore-ctime', '--group-by=', *map(str, paths)]
        self.run('backup', *words, on_message=_share_of('backup_store', progress))
        progress('backup_store', 100, 100)

    def snapshots(self) -> list[StoreSnapshot]:
        """The snapshots in the place, oldest first; none where there is nothing. Raises NoKey or BackupFailed."""
        if not self._is_prepared():
            return []
        listed = json.loads(self.run('snapshots', '--no-lock'))
        return sorted((_store_snapshot(item) for item in listed), key=lambda snapshot: snapshot.taken_at)

    def restore(self, snapshot: StoreSnapshot, path: str, target: Path, progress: Progress = silent) -> None:
        """Writes what `snapshot` holds of the folder `path` into the folder `target`. Raises BackupFailed."""
        words = [f'{snapshot.id}:{path}', f'--target={target}']
        self.run('restore', *words, '--no-lock', on_message=_share_of('restore_store', progress))
        progress('restore_store', 100, 100)

    def read_file(self, snapshot: StoreSnapshot, path: str) -> str:
        """The text of a file in `snapshot`."""
        return self.run('dump', '--no-lock', snapshot.id, path)

    def forget(self) -> None:
        """Removes snapshots that are too old: all of a week stay, then one of each of so many days."""
        days = 7 * (BackupSettings().backup_keep_weeks + 1)
        self._remove_dead_locks()
        # counted, as those of the database: after weeks without any, or under a clock that is ahead, none is removed
        self.run('forget', '--group-by=', '--keep-within=7d', f'--keep-daily={days}', '--prune')

    def check(self) -> None:
        """Reads what the place holds and compares it with its hashes. Raises BackupFailed with what is damaged."""
        self._remove_dead_locks()
        self.run('check', '--read-data')

    def _remove_dead_locks(self) -> None:
        """Removes locks of processes that were killed; those of living ones stay."""
        self.run('unlock')

    def run(self, command: str, *words: str, on_message: Callable[[dict[str, Any]], None] | None = None) -> str:
        """Output of a command of restic. Raises NoKey or BackupFailed."""

        def read(line: str) -> None:
            if on_message and line.startswith('{'):
                on_message(json.loads(line))

        try:
            return run_tool(self._tool(command, *words), read)
        except BackupFailed as error:
            if error.exit_code != WRONG_KEY:
                raise _in_words(error) from None
            raise NoKey(
                vi=f'Khóa không mở được bản sao lưu của kho trong {self.place}.',
                en=f'The key does not open the backup of the store in {self.place}.',
            ) from None

    def _clear_interrupted(self) -> None:
        """Removes what an interrupted preparation left in a folder: keys and no data, with which none succeeds."""
        folder = self.place.store
        if self.place.host is not None or not (folder / 'keys').is_dir():
            return
        if not any(file.is_file() for name in ('data', 'index', 'snapshots') for file in (folder / name).rglob('*')):
            shutil.rmtree(folder / 'keys')

    def _is_prepared(self) -> bool:
        try:
            self.run('cat', 'config')
        except BackupFailed as error:
            if error.exit_code == NO_REPOSITORY:
                return False
            raise
        return True

    def _tool(self, command: str, *words: str) -> ToolRun:
        environment = {
            'RESTIC_REPOSITORY': self._repository(),
            'RESTIC_PASSWORD': self.key,
            'RESTIC_CACHE_DIR': str(self.folder / 'restic'),
            'RESTIC_PROGRESS_FPS': '2',
            # restic takes all cores unless it is told otherwise
            'GOMAXPROCS': str(max(1, (os.cpu_count() or 2) // 2)),
        }
        remote = [] if self.place.host is None else ['-o', f'sftp.args={self._ssh_words()}']
        words_before = ['restic', '--json', f'--retry-lock={LOCK_PATIENCE}', *remote]
        return ToolRun(ended_with_us([*words_before, command, *words]), environment, (self.key,))

    def _repository(self) -> str:
        if self.place.host is None:
            return str(self.place.store)
        return f'sftp://{self.place.user}@{self.place.host}:{self.place.port}/{self.place.store}'

    def _ssh_words(self) -> str:
        return ' '.join(f"'{word}'" if ' ' in word else word for word in ssh_options())


def _in_words(error: BackupFailed) -> BackupFailed:
    """`error` with what restic says in place of the JSON that it says it in."""
    reason = ' / '.join(dict.fromkeys(filter(None, map(_complaint, error.output.splitlines()))))
    worded = BackupFailed(vi=f'restic không làm được: {reason}', en=f'restic failed: {reason}')
    worded.exit_code, worded.output = error.exit_code, error.output
    return worded


def _complaint(line: str) -> str:
    """What a line of restic complains of; nothing where it tells how far it is."""
    if not line.startswith('{'):
        return line.strip()
    try:
        message = json.loads(line)
    except ValueError:
        return line.strip()
    text = message.get('message') or message.get('error', {}).get('message', '')
    return str(text).partition('\n')[0] if message.get('message_type') in ('error', 'exit_error') else ''


def _share_of(stage: str, progress: Progress) -> Callable[[dict[str, Any]], None]:
    def show(message: dict[str, Any]) -> None:
        if message.get('message_type') == 'status':
            progress(stage, int(100 * message.get('percent_done', 0)), 100)

    return show


def _store_snapshot(item: dict[str, Any]) -> StoreSnapshot:
    writers = [tag.removeprefix(WRITER) for tag in item.get('tags', []) if tag.startswith(WRITER)]
    return StoreSnapshot(
        id=item['id'],
        taken_at=item['time'],
        paths=item['paths'],
        size_bytes=item.get('summary', {}).get('total_bytes_processed', 0),
        writer=writers[0] if writers else '',
        host=item.get('hostname', ''),
    )

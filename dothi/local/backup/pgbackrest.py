"""Backups of the database by pgBackRest: its configuration, its commands, and what it holds."""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from dothi.core.accounts import give_to_database_user
from dothi.core.backup_settings import BackupSettings
from dothi.core.postgis import ADMIN
from dothi.core.private_files import replace_file
from dothi.core.progress import Progress, silent
from dothi.local.backup.place import BackupPlace
from dothi.local.backup.record import NoKey
from dothi.local.backup.sftp import pgbackrest_sftp_options
from dothi.local.backup.tools import BackupFailed, ToolRun, as_database_user, run_tool

STANZA = 'dothi'
# A share of the whole in the lines of pgBackRest: `backup file … (16KB, 61.20%) checksum …`.
SHARE = re.compile(r'\(\S+, (\d+(?:\.\d+)?)%\)')
# The file with the beginnings of a timeline and of those before it; pgBackRest may press it.
HISTORY = re.compile(r'[0-9A-F]{8}\.history(\.\w+)?')
# At the longest for so long what is committed is on this machine alone.
ARCHIVE_TIMEOUT_S = 60
UNREADABLE = 99


class DatabaseCopy(BaseModel):
    """A backup of the database: the moments between which it was made, its size, and that of the database.

    timeline: of the log that leads on from it, counted from 1.
    """

    label: str
    kind: str
    started_at: datetime
    ended_at: datetime
    size_bytes: int
    repository_bytes: int
    timeline: int
    is_damaged: bool = False


@dataclass(frozen=True)
class DatabaseBackup:
    """pgBackRest with its configuration in `folder`, for the database whose data lies in `data`.

    admin_password: None where nothing is asked of a running server.
    """

    folder: Path
    place: BackupPlace
    key: str
    data: Path
    port: int = 0
    admin_password: str | None = None

    @property
    def config(self) -> Path:
        """The configuration file."""
        return config_in(self.folder)

    def write_config(self) -> None:
        """Writes the configuration and the password file, which the user who runs the database alone can read."""
        folders = (self.folder, self.folder / 'lock', self.folder / 'spool')
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        give_to_database_user(*folders)
        self._write(self.config, self._config_text())
        if self.admin_password is not None:
            self._write(self.folder / 'pgpass', f'127.0.0.1:{self.port}:*:{ADMIN}:{self.admin_password}\n')

    def create_stanza(self) -> None:
        """Prepares the place for this database; nothing where it is prepared. Raises BackupFailed."""
        self.run('stanza-create')

    def check(self) -> None:
        """Waits until the log of the database has come to the place. Raises BackupFailed."""
        self.run('check')

    def backup(self, kind: str, progress: Progress = silent) -> None:
        """Makes a backup: `full`, or `incr` with what changed since the last one; removes those that are too old."""
        self.run('backup', f'--type={kind}', stage='backup_database', progress=progress)

    def restore(self, target: Sequence[str], progress: Progress = silent) -> None:
        """Writes the database into `data`, which is empty, to be brought to `target` by the server that starts on it.

        target: options of pgBackRest that choose the moment.
        """
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        give_to_database_user(self.data)
        self.run('restore', *target, stage='restore_database', progress=progress)

    def verify(self) -> str:
        """What is wrong with the files of the place, as pgBackRest says it. Empty where all are what they were."""
        return self.run('verify', '--output=text').strip()

    def copies(self) -> list[DatabaseCopy]:
        """The backups that the place holds, oldest first; none where there is nothing.

        Raises NoKey where the key does not open it, BackupFailed where it cannot be reached.
        """
        stanza = self._info()
        return [] if stanza is None else [_database_copy(copy) for copy in stanza['backup']]

    def system_ids(self) -> set[int]:
        """The identifiers of the databases whose backups the place holds."""
        stanza = self._info()
        return set() if stanza is None else {int(database['system-id']) for database in stanza['db']}

    def newest_segment(self) -> str | None:
        """The name of the newest segment of the log that the place holds; None where it holds none."""
        stanza = self._info()
        newest = [archive['max'] for archive in stanza['archive'] if archive['max']] if stanza else []
        return max(newest, default=None)

    def timeline_at(self, moment: datetime) -> str:
        """The timeline on which `moment` was lived, for pgBackRest; `current`, that of the backup, where none began.

        Each restore and promotion begins one, and sends the history of it to the place at once.
        """
        stanza = self._info()
        folders = [f'archive/{STANZA}/{archive["id"]}' for archive in stanza['archive']] if stanza else []
        begun = [
            int(name[:8], 16)
            for folder in folders
            for name, file in json.loads(self._list(folder)).items()
            if HISTORY.fullmatch(name) and datetime.fromtimestamp(file['time'], UTC) <= moment
        ]
        return f'0x{max(begun):X}' if begun else 'current'

    def _list(self, folder: str) -> str:
        return run_tool(self._tool('repo-ls', folder, '--output=json', console='off'))

    def run(self, command: str, *options: str, stage: str = '', progress: Progress = silent) -> str:
        """Output of a command of pgBackRest. Raises BackupFailed."""

        def read_share(line: str) -> None:
            share = SHARE.search(line)
            if share and stage:
                progress(stage, int(float(share[1])), 100)

        output = run_tool(self._tool(command, *options), read_share)
        if stage:
            progress(stage, 100, 100)
        return output

    def _info(self) -> dict[str, Any] | None:
        """What pgBackRest knows of the place; None where it holds no backup."""
        # with a wrong key its message quotes bytes as they are
        stanzas = json.loads(run_tool(self._tool('info', '--output=json', console='off')), strict=False)
        stanza: dict[str, Any] | None = stanzas[0] if stanzas else None
        if stanza is None:
            return None
        status = stanza['repo'][0]['status'] if stanza['repo'] else stanza['status']
        if status['code'] == UNREADABLE:
            raise self._unreadable(status['message'])
        return stanza if stanza['db'] else None

    def _unreadable(self, reason: str) -> Exception:
        """The error for a place that cannot be read: another key is needed, or something is in the way."""
        if 'FormatError' in reason or 'CryptoError' in reason:
            return NoKey(
                vi=f'Khóa không mở được bản sao lưu trong {self.place}: đó là bản của hệ thống khác, hoặc khóa sai.',
                en=f'The key does not open the backup in {self.place}: it is that of another instance, or the key is '
                'wrong.',
            )
        first_line = reason.split('\n', maxsplit=1)[0]
        return BackupFailed(
            vi=f'Không đọc được {self.place}: {first_line}', en=f'{self.place} cannot be read: {first_line}'
        )

    def _tool(self, command: str, *options: str, console: str = 'detail') -> ToolRun:
        words = ['pgbackrest', f'--config={self.config}', f'--stanza={STANZA}', f'--log-level-console={console}']
        # the server has no socket file, and whoever asks the server does so over TCP
        environment = {'PGHOST': '127.0.0.1', 'PGPASSFILE': str(self.folder / 'pgpass')}
        return ToolRun(as_database_user([*words, command, *options]), environment, (self.key,))

    def _config_text(self) -> str:
        options = {
            'repo1-path': str(self.place.database),
            **pgbackrest_sftp_options(self.place),
            'repo1-cipher-type': 'aes-256-cbc',
            'repo1-cipher-pass': self.key,
            'repo1-retention-full': str(BackupSettings().backup_keep_weeks + 1),
            # small files in one, and of large ones only the parts that changed
            'repo1-bundle': 'y',
            'repo1-block': 'y',
            'compress-type': 'zst',
            'process-max': '2',
            'start-fast': 'y',
            # the end of a database whose backup cannot be reached waits for three attempts
            'io-timeout': '15',
            'lock-path': str(self.folder / 'lock'),
            # that of the package is postgres's alone, and one for all instances of the machine
            'spool-path': str(self.folder / 'spool'),
            'log-level-file': 'off',
            'log-level-stderr': 'off',
        }
        database = {'pg1-path': str(self.data), 'pg1-user': ADMIN, 'pg1-database': 'postgres'}
        if self.port:
            database['pg1-port'] = str(self.port)
        return '\n'.join(['[global]', *_lines(options), '', f'[{STANZA}]', *_lines(database), ''])

    def _write(self, file: Path, text: str) -> None:
        replace_file(file, text)
        give_to_database_user(file)


def config_in(folder: Path) -> Path:
    """The configuration file in the folder of a backup."""
    return folder / 'pgbackrest.conf'


def archive_settings_of(folder: Path) -> dict[str, str]:
    """Settings of the server whose log goes, as it is written, where the configuration in `folder` says."""
    config = shlex.quote(str(config_in(folder)))
    return {
        'archive_mode': 'on',
        'archive_command': f'pgbackrest --config={config} --stanza={STANZA} archive-push "%p"',
        'archive_timeout': str(ARCHIVE_TIMEOUT_S),
    }


def _lines(options: dict[str, str]) -> list[str]:
    return [f'{name}={value}' for name, value in options.items()]


def _database_copy(copy: dict[str, Any]) -> DatabaseCopy:
    return DatabaseCopy(
        label=copy['label'],
        kind=copy['type'],
        started_at=datetime.fromtimestamp(copy['timestamp']['start'], UTC),
        ended_at=datetime.fromtimestamp(copy['timestamp']['stop'], UTC),
        size_bytes=copy['info']['size'],
        repository_bytes=copy['info']['repository']['delta'],
        # a segment of the log begins with the number of its timeline
        timeline=int(copy['archive']['stop'][:8], 16),
        is_damaged=bool(copy.get('error')),
    )

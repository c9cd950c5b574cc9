"""What an instance knows of its own backup: where it is kept, and the key that opens it."""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from dothi.core.errors import EnvironmentMissing, WrongUse
from dothi.core.private_files import replace_file, write_once
from dothi.core.settings import PathSettings
from dothi.core.text import Text
from dothi.local.backup.place import BackupPlace, read_place
from dothi.local.locks import BACKUP_LOCK, alone_at_once

KEY_BYTES = 32


class NoBackup(WrongUse):
    """No backup is set up for this instance."""


class PlaceAway(EnvironmentMissing):
    """The folder of the backup is not there."""


class NoKey(WrongUse):
    """The key that opens a backup is not there."""


class UnreadableRecord(EnvironmentMissing):
    """What this instance knows of its backup cannot be read."""


class BackupRecord(BaseModel):
    """Where the backups of this instance are kept, and since when.

    archiving_since: the log has come to the place without a gap since then; None where nothing says that it had one.
    """

    where: str
    set_up_at: datetime
    archiving_since: datetime | None = None
    # until the first snapshot of this instance: another one was the last to write to the place, and writes no more
    is_taken_over: bool = False
    # while a setup is under way, and after one that was killed
    is_unfinished: bool = False
    # what was set up before an unfinished setup
    before: 'BackupRecord | None' = None

    @property
    def place(self) -> BackupPlace:
        """The place that `where` names."""
        return read_place(self.where)

    def after_setup_at(self, where: str) -> 'BackupRecord':
        """The same after a setup at `where` that did not end: meanwhile the log went there.

        From before this moment nothing later can be restored, and a backup is due at once. In whole seconds, as those
        of a backup's start are.
        """
        if where == self.where:
            return self
        return self.model_copy(update={'archiving_since': datetime.now(UTC).replace(microsecond=0)})


def backup_folder() -> Path:
    """The folder of what the backup of this instance needs: record, configuration, locks and lists of files."""
    return PathSettings().state / 'backup'


def has_record() -> bool:
    """Whether a backup is set up, whether or not its record can be read."""
    return record_file().exists()


def record_file() -> Path:
    """The file of the record."""
    return backup_folder() / 'backup.json'


def read_record(file: Path | None = None) -> BackupRecord | None:
    """The record of this instance's backup, or that in `file`; None where there is none. Raises UnreadableRecord."""
    file = file or record_file()
    try:
        return BackupRecord.model_validate_json(file.read_bytes())
    except (FileNotFoundError, PermissionError):
        if file.exists():
            raise
        return None
    except (ValidationError, OSError):
        raise UnreadableRecord(
            vi=f'{file} bị hỏng: không biết nơi lưu, kho tệp không được sao lưu. Đặt lại với cùng nơi lưu: '
            'dothi backup setup NƠI-LƯU',
            en=f'{file} is damaged: where the backup is kept is not known, and the store is not backed up. '
            'Set it up again with the same place: dothi backup setup WHERE',
        ) from None


def readable_record() -> BackupRecord | None:
    """The record; None also where it cannot be read: for who sets a backup up, or restores one."""
    try:
        return read_record()
    except UnreadableRecord:
        return None


def undo_killed_setup() -> None:
    """Brings back what was set up before a setup that was killed; nothing where one is under way.

    Raises UnreadableRecord.
    """
    record = read_record()
    if record is None or not record.is_unfinished:
        return
    with alone_at_once(BACKUP_LOCK) as is_alone:
        if is_alone:
            undo_killed_setup_inside()


def undo_killed_setup_inside() -> None:
    """The same, by whoever holds the lock of backups and sets none up. Raises UnreadableRecord."""
    record = read_record()
    if record is not None and record.is_unfinished:
        keep_record(record.before and record.before.after_setup_at(record.where))


def keep_record(record: BackupRecord | None) -> None:
    """Keep `record` as that of this instance, or none."""
    if record is None:
        remove_record()
    else:
        write_record(record)


def require_record() -> BackupRecord:
    """The record of this instance's backup. Raises NoBackup, UnreadableRecord."""
    undo_killed_setup()
    record = read_record()
    if record is None:
        raise NoBackup(
            vi='Chưa có sao lưu. Đặt bằng: dothi backup setup NƠI-LƯU',
            en='There is no backup. Set one up by: dothi backup setup WHERE',
        )
    return record


def require_place() -> None:
    """Raises PlaceAway where the folder of this instance's backup is not there, NoBackup where none is set up."""
    place = require_record().place
    if place.host is None and not place.database.is_dir():
        raise PlaceAway(
            vi=f'Không thấy bản sao lưu trong {place}: đĩa của nó đã được gắn chưa?',
            en=f'The backup in {place} is not there: is its disk mounted?',
        )


def require_writable_place() -> None:
    """Raises PlaceAway where the folder of this instance's backup is not there, or nothing can be written into it.

    restic tries again and again, and was ended by hand after four minutes.
    """
    require_place()
    place = require_record().place
    if place.host is None and not os.access(place.store, os.W_OK):
        raise PlaceAway(
            vi=f'Không ghi được vào {place}: đĩa của nó chỉ đọc, hoặc thư mục là của người dùng khác.',
            en=f'{place} cannot be written: its disk is read-only, or the folder is of another user.',
        )


def write_record(record: BackupRecord) -> None:
    """Keep `record` as that of this instance."""
    replace_file(record_file(), record.model_dump_json(indent=2), mode=0o640)


def remove_record() -> None:
    """From now on no backup is set up; what was backed up stays where it is."""
    record_file().unlink(missing_ok=True)


def key_file() -> Path:
    """The file of the key that opens the backups."""
    return PathSettings().secrets / 'backup_key'


def make_key() -> str:
    """The key of this instance's backups, made where there is none yet."""
    file = key_file()
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_once(file, secrets.token_urlsafe(KEY_BYTES))
    return read_key(file)


def read_key(file: Path) -> str:
    """The key in `file`. Raises NoKey."""
    try:
        key = file.read_text(encoding='utf-8').strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error.reason
        advice = lost_key_advice() if file == key_file() else Text(vi='', en='')
        raise NoKey(
            vi=f'Không đọc được khóa của bản sao lưu trong {file}: {reason}. {advice.vi}'.strip(),
            en=f'The key of the backup in {file} cannot be read: {reason}. {advice.en}'.strip(),
        ) from None
    if not key:
        raise NoKey(vi=f'{file} trống: cần khóa của bản sao lưu.', en=f'{file} is empty: it takes the backup key.')
    return key


def lost_key_advice() -> Text:
    """What to do where the key of this instance's backup is gone: its database writes on by a copy of it."""
    file, config = key_file(), backup_folder() / 'pgbackrest.conf'
    return Text(
        vi=f'Chép lại khóa đã cất vào {file}. Không còn bản nào: lấy từ dòng repo1-cipher-pass của {config}, và cất '
        'nó ở nơi khác.',
        en=f'Put the key that you keep elsewhere back into {file}. Is there none, take it from the line '
        f'repo1-cipher-pass of {config}, and keep it elsewhere.',
    )


def keep_key(key: str) -> None:
    """Keep `key`, with which a backup was opened, as that of this instance; another one that was there stays beside it.

    That one opens what this instance backed up elsewhere.
    """
    file = key_file()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if file.exists():
        former = file.read_text(encoding='utf-8').strip()
        if former == key:
            return
        if former:
            replace_file(file.with_name(f'{file.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}'), former)
    replace_file(file, key)

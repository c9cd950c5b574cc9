"""Setting up the backup of an instance, and ending it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
from pydantic import BaseModel

from dothi.core.accounts import give_to_database_user
from dothi.core.backup_state import forget_backups, record_success
from dothi.core.changes import announce_change
from dothi.core.database import connection
from dothi.core.errors import DothiError, WrongUse
from dothi.core.progress import Progress, silent
from dothi.core.settings import DatabaseSettings
from dothi.core.text import Text
from dothi.local.backup.instance import instance_backup
from dothi.local.backup.leftovers import clear_leftovers
from dothi.local.backup.pgbackrest import DatabaseBackup, config_in
from dothi.local.backup.place import (
    BACKUP_ROOTS,
    BackupPlace,
    BadPlace,
    read_place,
    require_usable_folder,
    same_disk_warning,
)
from dothi.local.backup.record import (
    BackupRecord,
    backup_folder,
    has_record,
    keep_record,
    key_file,
    make_key,
    readable_record,
    record_file,
    remove_record,
    require_record,
    write_record,
)  # fmt: skip
from dothi.local.backup.run import BackupRun, back_up
from dothi.local.backup.sftp import prepare_sftp
from dothi.local.backup.tools import require_programs
from dothi.local.backup.writer import require_own_place
from dothi.local.database import private_database
from dothi.local.database_start import is_foreground
from dothi.local.locks import BACKUP_LOCK, alone
from dothi.local.restart import restart_private_database, restart_service, unsupervised
from dothi.local.services import services

PLACES_TEXT = ', '.join(BACKUP_ROOTS)


class OtherServer(WrongUse):
    """The database is on a server that somebody else runs."""


class OtherBackup(WrongUse):
    """The place holds the backup of another instance."""


class EndedMeanwhile(WrongUse):
    """Somebody ended the backups of this instance while they were set up."""


class BackupSetUp(BaseModel):
    """What was set up. key_file: to be kept elsewhere too; host_key: that of an SFTP server met for the first time."""

    where: str
    key_file: str
    host_key: str | None
    warning: Text | None
    first: BackupRun


def set_up_backup(where: str, progress: Progress = silent) -> BackupSetUp:
    """Sets up the backup of this instance at `where`, and makes the first one; safe to repeat.

    Raises OtherServer, ProgramMissing, NoDatabase, BadPlace, SftpRefused, OtherBackup, PlaceTaken, NoKey or
    BackupFailed; the database is as it was before then.
    """
    _require_private_database()
    require_programs()
    place = read_place(where)
    with alone(BACKUP_LOCK, progress), _way_kept() as take_old_way:
        host_key = _prepare_place(place)
        with _new_key_for_new_place():
            backup = instance_backup(place, make_key())
            _require_own(backup.database)
            require_own_place(backup.store)
        with _recorded(place, take_old_way):
            backup.database.write_config()
            backup.database.create_stanza()
            backup.store.prepare()
            progress('restart_database', 0, None)
            restart_private_database()
            progress('check_backup', 0, None)
            backup.database.check()
            with connection('owner') as db:
                record_success(db, 'setup')
            first = back_up(backup, full=True, progress=progress)
    restart_service('backup')
    return BackupSetUp(
        where=str(place), key_file=str(key_file()), host_key=host_key, warning=same_disk_warning(place), first=first
    )


def end_backup(progress: Progress = silent) -> None:
    """From now on nobody makes backups of this instance; those that are there stay. Raises NoBackup.

    What somebody sets up or makes meanwhile fails for want of a record. It is waited for: a setup restarts the
    database too.
    """
    if not has_record():
        require_record()
    with unsupervised():
        for service in services():
            if service.name == 'backup':
                service.stop()
        remove_record()
    clear_leftovers()
    if private_database().data.exists():
        with alone(BACKUP_LOCK, progress):
            _end_archiving()


def _end_archiving() -> None:
    was_running = private_database().running()
    restart_private_database()
    _forget_backups()
    if not was_running:
        private_database().stop()


def _forget_backups() -> None:
    with connection('owner') as db:
        forget_backups(db)
        # a service of systemd hears of it, and ends
        announce_change(db)


def _announce_gap() -> None:
    """Lets the service know that a backup is due; where the database is away, it looks once that is back."""
    with suppress(DothiError, psycopg2.Error), connection('owner') as db:
        announce_change(db)


def _require_private_database() -> None:
    if DatabaseSettings().database_url:
        raise OtherServer(
            vi='DOTHI_DATABASE_URL chỉ đến một máy chủ cơ sở dữ liệu khác: hãy sao lưu ở đó, bằng pgBackRest của máy '
            'chủ ấy (archive_mode, archive_command), và sao lưu thư mục DOTHI_STORE ngay sau mỗi lần bằng restic.',
            en='DOTHI_DATABASE_URL names another database server: back it up there, by a pgBackRest of that server '
            '(archive_mode, archive_command), and the folder DOTHI_STORE right after it, by restic.',
        )
    with connection('owner'):
        pass


def _prepare_place(place: BackupPlace) -> str | None:
    backup_folder().mkdir(parents=True, exist_ok=True, mode=0o750)
    give_to_database_user(backup_folder())
    require_usable_folder(place)
    _require_open_to_server(place)
    return prepare_sftp(place)


def _require_open_to_server(place: BackupPlace) -> None:
    """Raises BadPlace where the database is shut in by systemd, and cannot write to a folder that we can."""
    server = private_database()
    if place.host is not None or not is_foreground(server):
        return
    if not os.access(f'/proc/{server.pid()}/root{place.database}', os.W_OK):
        raise BadPlace(
            vi=f'Dịch vụ cơ sở dữ liệu không được ghi vào {place.path}: systemd chỉ cho ghi dưới {PLACES_TEXT}. '
            f'Chọn nơi dưới đó, hoặc thêm ReadWritePaths={place.path} vào mục [Service] bằng '
            '"systemctl edit dothi-database dothi-backup", rồi "systemctl restart dothi-database".',
            en=f'The service of the database may not write to {place.path}: systemd lets it write below {PLACES_TEXT} '
            f'only. Choose a place there, or add ReadWritePaths={place.path} under [Service] by '
            '"systemctl edit dothi-database dothi-backup", then "systemctl restart dothi-database".',
        )


def _require_own(database: DatabaseBackup) -> None:
    """Raises OtherBackup where the place holds the backup of another database, NoKey where it cannot be opened."""
    database.write_config()
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('select system_identifier from pg_control_system()')
        ((system_id,),) = cursor.fetchall()
    others = database.system_ids() - {int(system_id)}
    if others:
        raise OtherBackup(
            vi=f'{database.place} đã chứa bản sao lưu của hệ thống khác. Chọn thư mục khác cho hệ thống này.',
            en=f'{database.place} already holds the backup of another instance. Choose another folder for this one.',
        )


@contextmanager
def _new_key_for_new_place() -> Iterator[None]:
    """Within, a key may be made; where the place is refused, none is left that looks like the one that is lost."""
    had_key = key_file().exists()
    try:
        yield
    except BaseException:
        if not had_key:
            key_file().unlink(missing_ok=True)
        raise


@contextmanager
def _way_kept() -> Iterator[Callable[[], None]]:
    """Within, the configuration by which the log goes may change; where something fails, it is as it was.

    Gives what takes it back before the end.
    """
    config = config_in(backup_folder())
    way = config.read_bytes() if config.exists() else None

    def take_old_way() -> None:
        if way is not None:
            # in place: the file belongs to the user who runs the database
            config.write_bytes(way)

    try:
        yield take_old_way
    except BaseException:
        take_old_way()
        raise


@contextmanager
def _recorded(place: BackupPlace, take_old_way: Callable[[], None]) -> Iterator[None]:
    """Within, the backup at `place` is that of this instance; afterwards too, unless something failed."""
    before, aside = readable_record(), _set_unreadable_aside()
    if before is not None and before.is_unfinished:
        # nobody else is inside: that setup was killed
        before = before.before and before.before.after_setup_at(before.where)
    now = datetime.now(UTC)
    since = before.archiving_since if before is not None and before.where == str(place) else now
    record = BackupRecord(where=str(place), set_up_at=now, archiving_since=since)
    write_record(record.model_copy(update={'is_unfinished': True, 'is_taken_over': True, 'before': before}))
    try:
        yield
        _require_not_ended()
    except BaseException:
        # `dothi backup off` meanwhile ends what was set up before, too
        keep_record(before and before.after_setup_at(record.where) if has_record() else None)
        if aside:
            aside.rename(record_file())
        take_old_way()
        restart_private_database()
        if has_record():
            _announce_gap()
        else:
            _forget_backups()
        raise
    write_record(record)


def _require_not_ended() -> None:
    """Raises EndedMeanwhile where the record is gone: the database, started again, sends its log nowhere."""
    if not has_record():
        raise EndedMeanwhile(
            vi='Có lệnh "dothi backup off" chạy trong lúc đặt: không có sao lưu nào. Nếu vẫn muốn sao lưu, chạy lại.',
            en='"dothi backup off" ran meanwhile: there is no backup. Repeat the command if you want one.',
        )


def _set_unreadable_aside() -> Path | None:
    """Where a record that cannot be read is until the setup ends; None where there is no such record."""
    if not has_record() or readable_record():
        return None
    return record_file().rename(record_file().with_suffix('.damaged'))

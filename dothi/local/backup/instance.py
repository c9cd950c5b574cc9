"""The backup of this instance: its database and its store, with the place and the key that are recorded."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi import __version__
from dothi.core.backup_state import forget_backups
from dothi.core.private_files import replace_file
from dothi.core.progress import Progress, silent
from dothi.core.settings import PathSettings
from dothi.local.backup.pgbackrest import DatabaseBackup, archive_settings_of
from dothi.local.backup.place import BackupPlace
from dothi.local.backup.record import (
    NoBackup,
    NoKey,
    UnreadableRecord,
    backup_folder,
    has_record,
    key_file,
    read_key,
    require_record,
)  # fmt: skip
from dothi.local.backup.restic import LEFT_OUT, StoreBackup
from dothi.local.backup.writer import own_writer
from dothi.local.database import private_database

CONTENTS = 'contents.json'


class Contents(BaseModel):
    """What a snapshot of the store holds, and of what instance: the places of its parts, to find them again."""

    dothi_version: str
    taken_at: datetime
    store: str
    secrets: str
    admin_password: str
    # the newest release when the snapshot began
    release: int


@dataclass(frozen=True)
class InstanceBackup:
    """Both halves of a backup."""

    database: DatabaseBackup
    store: StoreBackup


def instance_backup(place: BackupPlace | None = None, key: str | None = None) -> InstanceBackup:
    """The backup of this instance; place, key: where they are not the recorded ones. Raises NoBackup or NoKey."""
    place = place or require_record().place
    key = key or read_key(key_file())
    server = private_database()
    database = DatabaseBackup(
        backup_folder(), place, key, server.data, server.url.port or 0, str(server.url.password or '')
    )
    return InstanceBackup(database, StoreBackup(backup_folder(), place, key))


def archive_settings() -> dict[str, str]:
    """Settings of the private server while a backup is set up; none where there is none.

    The configuration that its log goes by is written anew: it names folders, and the state folder may have been moved.
    """
    if not has_record():
        return {}
    # without the record or the key, or before the first start, it stays as it is: the log goes where it went
    with suppress(UnreadableRecord, NoKey, NoBackup, FileNotFoundError):
        instance_backup().database.write_config()
    return archive_settings_of(backup_folder()) if has_record() else {}


def take_snapshot(backup: StoreBackup, release: int, progress: Progress = silent) -> None:
    """Takes a snapshot of the store and of the secrets. release: the newest one before it begins."""
    paths, contents_file = PathSettings(), backup_folder() / CONTENTS
    password_file = private_database().folder / 'admin_password'
    contents = Contents(
        dothi_version=__version__,
        taken_at=datetime.now(UTC),
        store=str(Path(paths.store).resolve()),
        secrets=str(paths.secrets.resolve()),
        admin_password=str(password_file.resolve()),
        release=release,
    )
    replace_file(contents_file, contents.model_dump_json(indent=2), mode=0o640)
    sources = [Path(contents.store), Path(contents.secrets), Path(contents.admin_password), contents_file.resolve()]
    left_out = [*(Path(contents.store) / name for name in LEFT_OUT), key_file().resolve()]
    backup.snapshot(sources, left_out, own_writer(), progress)


def forget_ended_backups() -> None:
    """What the database says of backups is over where none is set up: its setup was killed, or it was away."""
    from dothi.core.database import connection

    if not has_record():
        with connection('owner') as db:
            forget_backups(db)


def newest_release(db: Connection) -> int:
    """The number of the newest release; 0 where there is none."""
    with db.cursor() as cursor:
        cursor.execute('select coalesce(max(number), 0) from catalog.release')
        ((number,),) = cursor.fetchall()
    return int(number)


def read_contents(text: str) -> Contents:
    """The contents that a snapshot names."""
    return Contents.model_validate(json.loads(text))

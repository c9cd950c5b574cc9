"""Where backups are kept: a folder, or a folder of an SFTP server."""

import getpass
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dothi.core.accounts import database_account, give_to_database_user
from dothi.core.errors import WrongUse
from dothi.core.settings import PathSettings
from dothi.core.text import Text

SFTP_PORT = 22
# Below the place: what pgBackRest writes, and what restic does.
DATABASE_FOLDER, STORE_FOLDER = 'database', 'store'
# Below these the units of systemd let the database and the service of backups write.
BACKUP_ROOTS = ('/mnt', '/media', '/srv', '/var/backups')


class BadPlace(WrongUse):
    """Backups cannot be kept there."""


@dataclass(frozen=True)
class BackupPlace:
    """A folder; with `host` it is one of the SFTP server there, which `user` signs in to."""

    path: Path
    host: str | None = None
    user: str = ''
    port: int = SFTP_PORT

    def __str__(self) -> str:
        if self.host is None:
            return str(self.path)
        port = '' if self.port == SFTP_PORT else f':{self.port}'
        return f'sftp://{self.user}@{self.host}{port}{self.path}'

    @property
    def database(self) -> Path:
        """The folder of the database's backups."""
        return self.path / DATABASE_FOLDER

    @property
    def store(self) -> Path:
        """The folder of the store's backups."""
        return self.path / STORE_FOLDER


def read_place(text: str) -> BackupPlace:
    """The place that `text` names: a path, or sftp://user@host/path. Raises BadPlace."""
    if not text.strip():
        raise BadPlace(vi='Hãy ghi nơi lưu: một thư mục, hoặc sftp://….', en='Name a place: a folder, or sftp://….')
    if not text.startswith('sftp://'):
        return BackupPlace(Path(text).expanduser().absolute())
    parts = urlsplit(text)
    try:
        port = parts.port or SFTP_PORT
    except ValueError:
        port = 0
    if not (parts.hostname and parts.username and parts.path.strip('/') and port) or parts.password:
        raise BadPlace(
            vi=f'{text}: viết sftp://người-dùng@máy/đường-dẫn, không có mật khẩu (đăng nhập bằng khóa).',
            en=f'{text}: write sftp://user@host/path, without a password (a key signs in).',
        )
    return BackupPlace(Path(unquote(parts.path)), parts.hostname, unquote(parts.username), port)


def require_usable_folder(place: BackupPlace) -> None:
    """Makes the folders of `place` where it is a folder of this machine.

    Raises BadPlace where it lies in the state folder, or cannot be written by the users who make backups.
    """
    if place.host is not None:
        return
    _require_apart(place.path)
    try:
        for folder in (place.database, place.store):
            folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        _give_to_database_user(place)
    except OSError as error:
        raise BadPlace(
            vi=f'Không ghi được vào {place.path}: {error.strerror}. Chọn thư mục khác, hoặc cấp quyền ghi.',
            en=f'{place.path} cannot be written: {error.strerror}. Choose another folder, or allow writing there.',
        ) from None
    if not _is_writable(place.database):
        account = database_account()
        user = account.pw_name if account else getpass.getuser()
        raise BadPlace(
            vi=f'Người dùng "{user}" chạy cơ sở dữ liệu và không vào được {place.database}. '
            f'Cho phép đi qua các thư mục phía trên: chmod o+x.',
            en=f'The user "{user}", who runs the database, cannot reach {place.database}. '
            f'Let others pass through the folders above: chmod o+x.',
        )


def same_disk_warning(place: BackupPlace) -> Text | None:
    """The warning that `place` is lost with the instance where both are on one disk; None where they are not."""
    if place.host is not None or place.path.stat().st_dev != PathSettings().state.stat().st_dev:
        return None
    return Text(
        vi=f'{place.path} ở cùng đĩa với dữ liệu: hỏng đĩa là mất cả hai. Nên dùng đĩa khác hoặc máy khác.',
        en=f'{place.path} is on the same disk as the data: with the disk both are lost. Better take another disk or '
        'another machine.',
    )


def _require_apart(folder: Path) -> None:
    paths = PathSettings()
    for data in (paths.state.resolve(), Path(paths.store).resolve()):
        if folder.resolve().is_relative_to(data) or data.is_relative_to(folder.resolve()):
            raise BadPlace(
                vi=f'{folder} nằm trong hoặc chứa {data}: mất dữ liệu là mất cả bản sao lưu. Chọn nơi khác.',
                en=f'{folder} is in {data}, or holds it: who loses the data loses the backup. Choose another place.',
            )


def _give_to_database_user(place: BackupPlace) -> None:
    """Where root calls it: the user who runs the database passes through the place by its group."""
    account = database_account()
    if account:
        if place.path.stat().st_uid == 0 and not place.path.stat().st_mode & 0o001:
            os.chown(place.path, -1, account.pw_gid)
        give_to_database_user(place.database)


def _is_writable(folder: Path) -> bool:
    from dothi.local.backup.tools import as_database_user

    test = as_database_user(['test', '-w', str(folder)])
    return subprocess.run(test, check=False, stdin=subprocess.DEVNULL, capture_output=True, cwd='/').returncode == 0

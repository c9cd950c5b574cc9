"""The folder of secrets: passwords of roles, keys, tokens. None is made in place of those that an instance had."""

import secrets
from pathlib import Path

from dothi.core.errors import EnvironmentMissing
from dothi.core.private_files import write_once
from dothi.core.settings import DatabaseSettings, PathSettings
from dothi.core.store_mark import read_mark
from dothi.core.text import Text

FIRST = 'owner'
# What an empty disk has in it.
LOST_AND_FOUND = 'lost+found'


class SecretsAway(EnvironmentMissing):
    """The secrets of an instance are gone: its disk is not mounted, or somebody moved them."""


def write_secret(name: str, text: str) -> None:
    """Writes a secret that is not there yet, whole and private. Raises SecretsAway where all others are gone too."""
    require_secrets()
    _write(name, text)


def begin_secrets() -> None:
    """Makes the first of all secrets where there is none: from then on the others may be made.

    Before the database is: whoever is killed in between leaves no database without its secrets.
    """
    if not are_there():
        _write(FIRST, secrets.token_urlsafe(24))


def require_secrets() -> None:
    """Raises SecretsAway where the instance has had secrets, and none is there: it has a database, or a marked store.

    New ones would shut out sessions, keys, one-time codes and staff without a word, and hide the old ones. Of another
    server's database `dothi migrate` sees more (require_any).
    """
    if _had_secrets():
        require_any()


def require_any() -> None:
    """Raises SecretsAway where no secret is there."""
    if not are_there():
        raise _secrets_away()


def _had_secrets() -> bool:
    if DatabaseSettings().database_url:
        return read_mark(Path(PathSettings().store)) is not None
    return (PathSettings().state / 'postgis' / 'data').exists()


def are_there() -> bool:
    """Whether there is any secret."""
    folder = PathSettings().secrets
    try:
        return any(file.name != LOST_AND_FOUND for file in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return False


def _write(name: str, text: str) -> None:
    file = PathSettings().secrets / name
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_once(file, text)


def _secrets_away() -> SecretsAway:
    folder = PathSettings().secrets
    return SecretsAway(
        vi='Máy chủ tạm thời chưa làm được việc này. Hãy thử lại sau ít phút.',
        en='The server cannot do this at the moment. Try again in a few minutes.',
        steward=Text(
            vi=f'Mất mọi mật khẩu và khóa của hệ thống này ({folder}). Gắn lại đĩa, lấy lại thư mục từ bản sao, hoặc '
            'khôi phục: dothi restore. Tạo mới tất cả: dothi up --new-secrets; cán bộ GIS khi đó nhận mật khẩu mới, '
            'mã sửa dữ liệu và mã một lần cũ không dùng được nữa.',
            en=f'All passwords and keys of this instance are gone ({folder}). Mount its disk, put the folder back from '
            'a copy, or restore it: dothi restore. To make all of them anew: dothi up --new-secrets; then GIS staff '
            'need their new passwords, and tokens for editing and one-time codes of before are void.',
        ),
    )

"""The folder of secrets: passwords of roles, keys, tokens. None is made in place of those that an instance had."""

import secrets

from dothi.core.errors import EnvironmentMissing
from dothi.core.private_files import write_once
from dothi.core.settings import DatabaseSettings, PathSettings
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
    if not _are_there():
        _write(FIRST, secrets.token_urlsafe(24))


def require_secrets() -> None:
    """Raises SecretsAway where the private database has been made, and no secret is there.

    New ones would shut out sessions, keys, one-time codes and staff without a word, and hide the old ones.
    """
    data = PathSettings().state / 'postgis' / 'data'
    if not DatabaseSettings().database_url and data.exists() and not _are_there():
        raise _secrets_away()


def _are_there() -> bool:
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

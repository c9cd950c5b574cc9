"""Secrets that are shown to one person, once, and of which the database has the hash."""

import hashlib
import hmac
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from dothi.core.errors import EnvironmentMissing
from dothi.core.secret_files import write_secret
from dothi.core.settings import PathSettings
from dothi.core.state_file import damaged, read_state_text
from dothi.core.text import Text

SECRET_BYTES = 32
NO_KEY = Text(vi='không phải khóa', en='it is no key')
NEW_KEY = Text(
    vi='Lấy lại tệp này từ bản sao, hoặc xóa nó rồi chạy "dothi up": ai dùng mã một lần thì cần liên kết mới '
    '(dothi people recover).',
    en='Put it back from a copy, or remove it and run "dothi up": who uses one-time codes needs a new link then '
    '(dothi people recover).',
)


class OtherVaultKey(EnvironmentMissing):
    """The key in the secrets folder is not the one with which something was encrypted."""


def new_secret() -> str:
    """A secret of 256 random bits, in letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(SECRET_BYTES)


def sha256_of(secret: str) -> bytes:
    """What is kept of a secret. A plain hash will do: nobody guesses 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def lock_up(secret: bytes) -> bytes:
    """`secret`, encrypted: what has to be read again, such as secrets of second factors. Raises OtherVaultKey."""
    return vault().encrypt(secret)


def take_out(kept: bytes) -> bytes:
    """What `lock_up` was given. Raises OtherVaultKey."""
    try:
        return vault().decrypt(kept)
    except InvalidToken:
        raise _other_key() from None


def keyed_hash(text: str) -> bytes:
    """What is kept of a short text, such as a name: without the key in the secrets folder nobody can guess it."""
    vault()
    return hmac.digest(read_state_text(_key_file(), NEW_KEY).encode(), text.encode(), 'sha256')


def vault() -> Fernet:
    """What encrypts; its key is in the secrets folder, and made where there is none. Raises SecretsAway."""
    file = _key_file()
    if not file.exists():
        write_secret(file.name, Fernet.generate_key().decode())
    try:
        return Fernet(read_state_text(file, NEW_KEY))
    except ValueError:
        raise damaged(file, NO_KEY, NEW_KEY) from None


def _key_file() -> Path:
    return PathSettings().secrets / 'access_key'


def _other_key() -> OtherVaultKey:
    return OtherVaultKey(
        vi='Chưa đọc được mã một lần của tài khoản này. Hãy nhờ quản trị viên.',
        en='The one-time codes of this account cannot be checked now. Ask the administrator.',
        steward=Text(
            vi='Khôi phục secrets/access_key từ bản sao lưu, hoặc: dothi people recover TÊN.',
            en='Restore secrets/access_key from a backup, or: dothi people recover NAME.',
        ),
    )

"""Who may edit: names and tokens, set by DOTHI_EDIT_TOKEN or kept in a file that only its owner can read."""

import secrets
from contextlib import suppress
from pathlib import Path

from dothi.core.secret_files import write_secret
from dothi.core.settings import EditSettings, PathSettings
from dothi.core.state_file import DamagedFile, read_state_text
from dothi.core.text import Text

# Whom the releases name where a token stands without a name.
UNNAMED = 'editor'
NEW_TOKENS = Text(
    vi='Lấy lại tệp này từ bản sao, hoặc xóa nó rồi chạy "dothi up": mã mới được tạo, mã cũ không dùng được nữa.',
    en='Put it back from a copy, or remove it and run "dothi up": a token is made, and those of before are void.',
)


def token_file() -> Path:
    """Where the tokens are kept, one a line: `name:token`, or a token alone."""
    return PathSettings().secrets / 'edit_token'


def make_token() -> Path:
    """The file of tokens, made with one token in it where there is none. Raises DamagedFile and SecretsAway."""
    file = token_file()
    if not file.exists():
        write_secret(file.name, f'{secrets.token_urlsafe(24)}\n')
    _read_tokens(file)
    return file


def editors() -> dict[str, str]:
    """Token to name of everybody who may edit; nobody may while there is no token."""
    set_ = EditSettings().edit_token.get_secret_value()
    file = token_file()
    # of a service whose file is damaged, nobody is an editor
    with suppress(DamagedFile, FileNotFoundError):
        set_ = set_ or _read_tokens(file)
    pairs = (word.rpartition(':') for word in set_.split())
    return {token: name or UNNAMED for name, _, token in pairs if token}


def _read_tokens(file: Path) -> str:
    """The text of the file; empty where somebody emptied it, so that nobody may edit."""
    return read_state_text(file, NEW_TOKENS, may_be_empty=True)

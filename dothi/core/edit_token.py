"""Who may edit: names and tokens, set by DOTHI_EDIT_TOKEN or kept in a file that only its owner can read."""

import hmac
import math
import secrets
import time
from contextlib import suppress
from pathlib import Path

from dothi.core.database import write_once
from dothi.core.settings import EditSettings, PathSettings
from dothi.core.state_file import DamagedFile, read_state_text
from dothi.core.text import Text

# Whom the releases name where a token stands without a name.
UNNAMED = 'editor'
NEW_TOKENS = Text(
    vi='Lấy lại tệp này từ bản sao, hoặc xóa nó rồi chạy "dothi up": mã mới được tạo, mã cũ không dùng được nữa.',
    en='Put it back from a copy, or remove it and run "dothi up": a token is made, and those of before are void.',
)
HOUR_S = 3_600
LONGEST_TIME = 12


def token_file() -> Path:
    """Where the tokens are kept, one a line: `name:token`, or a token alone."""
    return PathSettings().secrets / 'edit_token'


def make_token() -> Path:
    """The file of tokens, made with one token in it where there is none. Raises DamagedFile."""
    file = token_file()
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_once(file, f'{secrets.token_urlsafe(24)}\n')
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


def editor_with(token: str) -> str | None:
    """Whose token it is, or None where it is nobody's. Takes as long for a token that is nearly right."""
    return _whose(token, editors())


def editor_with_ticket(ticket: str) -> str | None:
    """Whose `ticket_of` token it is, or None: for one that has expired, and for one whose token was revoked."""
    expires = ticket.partition('-')[0]
    if not expires.isascii() or not expires.isdigit() or len(expires) > LONGEST_TIME or int(expires) < time.time():
        return None
    return _whose(ticket, {_signed(token, int(expires)): name for token, name in editors().items()})


def ticket_of(token: str) -> str:
    """What stands for `token` in the path of an address: it opens editing for a time and does not tell the token.

    It is the same for all that asks within one hour, so that links to one thing are the same.
    """
    lasts_s = EditSettings().ticket_hours * HOUR_S
    return _signed(token, math.ceil((time.time() + lasts_s) / HOUR_S) * HOUR_S)


def _signed(token: str, expires: int) -> str:
    """The signature of a ticket. expires: seconds since 1970."""
    return f'{expires}-{hmac.digest(token.encode(), b"dothi edit %d" % expires, "sha256").hex()[:32]}'


def _whose(shown: str, names: dict[str, str]) -> str | None:
    matching = [name for token, name in names.items() if hmac.compare_digest(token.encode(), shown.encode())]
    return matching[0] if matching else None

"""Who may edit: names and tokens, set by DOTHI_EDIT_TOKEN or kept in a file that only its owner can read."""

import secrets
from pathlib import Path

from dothi.core.database import write_once
from dothi.core.settings import EditSettings, PathSettings

# Whom the releases name where a token stands without a name.
UNNAMED = 'editor'


def token_file() -> Path:
    """Where the tokens are kept, one a line: `name:token`, or a token alone."""
    return PathSettings().secrets / 'edit_token'


def make_token() -> Path:
    """The file of tokens, made with one token in it where there is none."""
    file = token_file()
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_once(file, f'{secrets.token_urlsafe(24)}\n')
    return file


def editors() -> dict[str, str]:
    """Token to name of everybody who may edit; nobody may while there is no token."""
    set_ = EditSettings().edit_token.get_secret_value()
    file = token_file()
    token_text = set_ or (file.read_text(encoding='utf-8') if file.exists() else '')
    pairs = (word.rpartition(':') for word in token_text.split())
    return {token: name or UNNAMED for name, _, token in pairs if token}

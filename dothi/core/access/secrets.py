"""Secrets that are shown to one person, once, and of which the database has the hash."""

import hashlib
import secrets

from cryptography.fernet import Fernet

from dothi.core.database import write_once
from dothi.core.settings import PathSettings

SECRET_BYTES = 32


def new_secret() -> str:
    """A secret of 256 random bits, in letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(SECRET_BYTES)


def sha256_of(secret: str) -> bytes:
    """What is kept of a secret. A plain hash will do: nobody guesses 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def vault() -> Fernet:
    """Encrypts what has to be read again, such as secrets of second factors; its key is in the secrets folder."""
    file = PathSettings().secrets / 'access_key'
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_once(file, Fernet.generate_key().decode())
    return Fernet(file.read_text(encoding='utf-8').strip())

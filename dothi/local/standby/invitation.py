"""What lets a machine join as the standby: one word, good for a day, that also says whom it may trust."""

import base64
import binascii
import secrets
import time
from dataclasses import dataclass

from dothi.core.errors import WrongUse
from dothi.core.private_files import replace_file
from dothi.local.standby.record import invitation_file

VALID_S = 24 * 3600.0
SECRET_BYTES = 18
FINGERPRINT_BYTES = 32


class BadInvitation(WrongUse):
    """That is no invitation of a primary."""


@dataclass(frozen=True)
class Invitation:
    """secret: what the primary lets in by, in hex. fingerprint: of the primary's certificate, in hex."""

    secret: str
    fingerprint: str

    def __str__(self) -> str:
        content = bytes.fromhex(self.secret) + bytes.fromhex(self.fingerprint)
        # letters and digits alone: whatever begins with a hyphen is an option of a command
        return base64.b32encode(content).decode().lower()


def make_invitation(fingerprint: str) -> Invitation:
    """A new invitation of this primary, in place of an earlier one."""
    secret = secrets.token_hex(SECRET_BYTES)
    replace_file(invitation_file(), secret)
    return Invitation(secret, fingerprint)


def read_invitation(text: str) -> Invitation:
    """The invitation that somebody typed. Raises BadInvitation."""
    try:
        content = base64.b32decode(text.upper())
    except (binascii.Error, ValueError):
        content = b''
    if len(content) != SECRET_BYTES + FINGERPRINT_BYTES:
        raise BadInvitation(
            vi='Mã mời không đúng: chép cả dòng lệnh mà "dothi standby allow" đã in.',
            en='That is no invitation: copy the whole line that "dothi standby allow" printed.',
        )
    return Invitation(content[:SECRET_BYTES].hex(), content[SECRET_BYTES:].hex())


def current_invitation() -> str | None:
    """The secret that lets in now; None where there is none, or it is older than a day."""
    try:
        if time.time() - invitation_file().stat().st_mtime > VALID_S:
            return None
        return invitation_file().read_text(encoding='utf-8')
    except FileNotFoundError:
        return None

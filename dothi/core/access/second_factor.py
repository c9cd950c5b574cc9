"""One-time codes as a second factor (TOTP, RFC 6238): six digits of 30 s, by SHA-1, which all apps read."""

import secrets
import time
from urllib.parse import quote

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

# The parameters of Google Authenticator and its like.
DIGITS, STEP_S, SECRET_BYTES = 6, 30, 20
# A phone's clock may be this many steps off.
STEPS_OFF = 1


def new_totp_secret() -> bytes:
    """160 random bits (RFC 4226, R6)."""
    return secrets.token_bytes(SECRET_BYTES)


def accepted_step(secret: bytes, code: str, last_step: int, now_s: float | None = None) -> int | None:
    """The time step that `code` belongs to, or None where it is wrong or of a step that was taken already."""
    digits = ''.join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == DIGITS):
        return None
    now = int(time.time() if now_s is None else now_s) // STEP_S
    steps = [step for step in range(now - STEPS_OFF, now + STEPS_OFF + 1) if step > last_step]
    return next((step for step in steps if _is_code(secret, digits, step)), None)


def totp_address(secret: bytes, name: str, issuer: str) -> str:
    """The `otpauth:` address from which an app learns the secret."""
    return _totp(secret).get_provisioning_uri(quote(name), issuer)


def qr_code(text: str) -> str:
    """`text` as an SVG image for a page, to be photographed."""
    return str(segno.make(text, micro=False).svg_inline(scale=5, dark='#000', light='#fff'))


def _is_code(secret: bytes, digits: str, step: int) -> bool:
    try:
        _totp(secret).verify(digits.encode(), step * STEP_S)
    except (InvalidToken, InvalidSignature):
        return False
    return True


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_S)  # noqa: S303

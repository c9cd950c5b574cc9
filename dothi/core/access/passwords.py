"""Passwords: which are taken (NIST SP 800-63B-4, 3.1.1.2), and how they are kept (Argon2id, RFC 9106)."""

import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from dothi.core.errors import WrongUse

# NIST SP 800-63B-4: 15 characters where the password is the only factor; no rule on kinds of characters, no expiry.
LEAST_CHARACTERS, MOST_CHARACTERS = 15, 256
# Of an attacker who has the hashes: at 10^4 guesses a second, which Argon2id leaves them, a year's work is 10^11.5.
LEAST_GUESSES_LOG10 = 11.5
# zxcvbn looks at the beginning only: its time grows with the square of the length.
LOOKED_AT = 72

HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# One computation takes 64 MiB and 50 ms of a core: strangers who type passwords do not get more than these at a time.
PLACES = BoundedSemaphore(2)


class WeakPassword(WrongUse):
    """The password would be guessed."""


def hash_password(password: str) -> str:
    """The password's Argon2id hash in PHC form, with a salt of its own."""
    with PLACES:
        return HASHER.hash(_normalised(password))


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether it is the password that was hashed. Takes as long where there is none: nobody learns who exists."""
    try:
        with PLACES:
            HASHER.verify(password_hash or _hash_of_nothing(), _normalised(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def require_strong(password: str, *known: str) -> None:
    """Raises WeakPassword. known: words that an attacker tries first, such as the person's name and the locality's."""
    # its lists of words are for who chooses a password, and take 20 ms of each start
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]

    text = _normalised(password)
    if not LEAST_CHARACTERS <= len(text) <= MOST_CHARACTERS:
        raise WeakPassword(
            vi=f'Mật khẩu phải có từ {LEAST_CHARACTERS} đến {MOST_CHARACTERS} ký tự; bạn đã gõ {len(text)}. '
            'Một câu dễ nhớ gồm vài từ là đủ, có dấu và dấu cách đều được.',
            en=f'A password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters; yours has {len(text)}. '
            'A sentence of a few words will do; spaces and accents are welcome.',
        )
    guesses = zxcvbn(text[:LOOKED_AT], user_inputs=list(known), max_length=LOOKED_AT)['guesses_log10']
    if guesses < LEAST_GUESSES_LOG10:
        raise WeakPassword(
            vi='Mật khẩu này dễ đoán: nó lặp lại, theo thứ tự bàn phím, hoặc là từ ai cũng thử trước. '
            'Hãy dùng vài từ không liên quan đến nhau.',
            en='This password is easy to guess: it repeats, follows the keyboard, or is what everybody tries first. '
            'Take a few words that have nothing to do with each other.',
        )


def _normalised(password: str) -> str:
    """In one form of Unicode: keyboards write Vietnamese letters in several (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize('NFKC', password)


def _hash_of_nothing() -> str:
    """A hash that no password has, with the parameters of all others."""
    return f'$argon2id$v=19$m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}${"A" * 22}${"A" * 43}'

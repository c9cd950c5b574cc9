"""What this thread tells the database of who asks: claims that it signed itself, set anew for each transaction.

They belong to what runs in a thread, not to a connection: a connection of the pool serves somebody else next.
"""

from contextvars import ContextVar

from dothi.core.access.classes import EVERYBODY, AccessClass

_CLAIMS: ContextVar[tuple[AccessClass, str]] = ContextVar('claims', default=(EVERYBODY, ''))


def claim(access_class: AccessClass, text: str) -> None:
    """What this thread reads from now on it reads as that class. text: its claims as they were signed."""
    _CLAIMS.set((access_class, text))


def claimed_class() -> AccessClass:
    """The class as which this thread reads."""
    return _CLAIMS.get()[0]


def claimed() -> str:
    """What this thread has claimed; empty for what everybody sees."""
    return _CLAIMS.get()[1]


def claim_statement() -> str:
    """SQL that sets the claims until the end of the transaction; empty without any."""
    text = claimed()
    # base64 and hex: nothing in it has to be quoted
    return f"set local dothi.claims = '{text}'; " if text else ''

"""What the database is told of who asks: claims that it signed itself, set anew for each transaction.

They belong to what runs in a thread, not to a connection: a connection of the pool serves somebody else next.
"""

import time
from contextvars import ContextVar
from threading import Lock
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json

from dothi.core.access.classes import EVERYBODY, AccessClass

# An analysis that waits and runs for a day still has them; a request takes them for half of the time.
LASTS_S = {'gatekeeper': 3_600, 'worker': 2 * 86_400}
_CLAIMS: ContextVar[tuple[AccessClass, str]] = ContextVar('claims', default=(EVERYBODY, ''))
SET = 'set local dothi.claims = '


class Claims:
    """The signed claims of access classes, which last for a time."""

    def __init__(self) -> None:
        self._signed: dict[str, tuple[str, float]] = {}
        self._lock = Lock()

    def of(self, access_class: AccessClass) -> str:
        """What the database takes for a claim of that class; empty for who claims nothing."""
        if not access_class.name:
            return ''
        text, until = self._signed.get(access_class.name, ('', 0.0))
        if until < time.monotonic():
            text = self._sign(access_class)
        return text

    def _sign(self, access_class: AccessClass) -> str:
        from dothi.core.database import connection

        with self._lock, connection('gatekeeper') as db:
            text = sign(db, access_class.claims, LASTS_S['gatekeeper'])
            self._signed[access_class.name] = (text, time.monotonic() + LASTS_S['gatekeeper'] / 2)
        return text


def sign(db: Connection, claims: dict[str, Any], lasts_s: int) -> str:
    """The claims as the database takes them. db: of a role that may have them signed."""
    with db.cursor() as cursor:
        cursor.execute('select access.sign_claims(%s, %s)', [Json(claims), lasts_s])
        ((text,),) = cursor.fetchall()
    return str(text)


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
    return f"{SET}'{text}'; " if text else ''

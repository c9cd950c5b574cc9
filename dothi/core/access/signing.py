"""Claims and names of authors, signed by the database for who knows who asks."""

import time
from threading import Lock
from typing import Any, Literal

from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json

from dothi.core.access.claims import claim
from dothi.core.access.classes import AccessClass, Sight
from dothi.core.database import connection
from dothi.core.locality import Locality

# The roles for which the database signs.
type Signer = Literal['gatekeeper', 'worker']
# An analysis that waits and runs for a day still has them; a request takes them for half of the time.
LASTS_S: dict[Signer, int] = {'gatekeeper': 3_600, 'worker': 2 * 86_400}


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
        with self._lock, connection('gatekeeper') as db:
            text = sign(db, access_class.claims, LASTS_S['gatekeeper'])
            self._signed[access_class.name] = (text, time.monotonic() + LASTS_S['gatekeeper'] / 2)
        return text


def claim_everything(locality: Locality) -> None:
    """This thread reads all rows of the layers that not everybody sees: for commands on the server itself."""
    hidden = {name: Sight((), None) for name in locality.guards if locality.hides_rows(name)}
    access_class = AccessClass(hidden)
    claim(access_class, Claims().of(access_class))


def sign(db: Connection, claims: dict[str, Any], lasts_s: int) -> str:
    """The claims as the database takes them. db: of a role that may have them signed."""
    with db.cursor() as cursor:
        cursor.execute('select access.sign_claims(%s, %s)', [Json(claims), lasts_s])
        ((text,),) = cursor.fetchall()
    return str(text)


def signed_author(author: str | None) -> str:
    """What the database takes for who asks, for a service; empty for who has not said."""
    if author is None:
        return ''
    with connection('gatekeeper') as db:
        return sign_author(db, author, LASTS_S['gatekeeper'])


def sign_author(db: Connection, author: str, lasts_s: int) -> str:
    """The name as the database takes it. db: of a role that may have names signed."""
    with db.cursor() as cursor:
        cursor.execute('select access.sign_author(%s, %s)', [author, lasts_s])
        ((text,),) = cursor.fetchall()
    return str(text)

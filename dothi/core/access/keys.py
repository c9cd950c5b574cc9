"""API keys: how QGIS, scripts and other systems show who they are; and tickets, which stand for a key in an address."""

import hmac
import math
import time
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi.core.access.log import Deed, note
from dothi.core.access.look_up import LookUp, look_up, note_use
from dothi.core.access.people import OF_PERSON, PERSON_COLUMNS
from dothi.core.access.person import Action, Identity, Person
from dothi.core.access.secrets import new_secret, sha256_of
from dothi.core.errors import NotFound, WrongUse
from dothi.core.settings import EditSettings

PREFIX = 'dothi_'
MOST_DAYS = 366
HOUR_S = 3_600
LONGEST_TIME = 12
USED_EVERY = '1 minute'
VALID = sql.SQL(
    'k.revoked_at is null and p.disabled_at is null and (k.expires_at is null or k.expires_at > clock_timestamp())'
)


class UnknownKey(NotFound):
    """There is no key of this id that is in use."""


class BadKey(WrongUse):
    """A key cannot be made like this."""


class KeyEntry(BaseModel):
    """A key as its person and the administrator see it."""

    id: UUID
    label: str
    scopes: list[Action]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    from_setting: bool


def make_key(
    db: Connection, person: Person, label: str, scopes: Iterable[Action], days: int, *, by: UUID | None = None
) -> str:
    """A new key, which is shown this once. Raises BadKey.

    days: until it expires, a year at most. by: whose deed it is; None of whoever typed a command.
    """
    if not 1 <= days <= MOST_DAYS:
        raise BadKey(
            vi=f'Khóa có hạn từ 1 đến {MOST_DAYS} ngày, không phải {days}.',
            en=f'A key lasts 1 to {MOST_DAYS} days, not {days}.',
        )
    if not label.strip() or not label.strip().isprintable():
        raise BadKey(vi='Ghi khóa dùng ở đâu, ví dụ "QGIS máy phòng 203".', en='Say where the key is used, as "QGIS".')
    chosen = sorted(set(scopes))
    if not chosen:
        raise BadKey(vi='Khóa phải được phép làm ít nhất một việc.', en='A key has to allow something.')
    key = PREFIX + new_secret()
    with db.cursor() as cursor:
        cursor.execute(
            """insert into access.api_key (sha256, person, label, scopes, expires_at)
               values (%s, %s, %s, %s, clock_timestamp() + make_interval(days => %s)) returning id""",
            [sha256_of(key), str(person.id), label.strip()[:200], chosen, days],
        )
        (key_id,) = cursor.fetchone() or (None,)
    note(db, by, Deed.KEY_MADE, person=str(person.id), key=str(key_id), scopes=chosen, days=days)
    return key


def revoke_key(db: Connection, person: UUID, key: UUID, *, by: UUID | None = None) -> None:
    """Ends a key of that person at once; raises UnknownKey. by: as in `make_key`."""
    with db.cursor() as cursor:
        cursor.execute(
            """update access.api_key set revoked_at = clock_timestamp()
               where id = %s and person = %s and revoked_at is null""",
            [str(key), str(person)],
        )
        if cursor.rowcount != 1:
            raise UnknownKey(vi=f'Không có khóa {key}.', en=f'There is no key {key}.')
    note(db, by, Deed.KEY_REVOKED, person=str(person), key=str(key))


def keys_of(db: Connection, person: UUID) -> list[KeyEntry]:
    """The keys of a person that are in use, the latest first."""
    with db.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                """select k.id, k.label, k.scopes, k.created_at, k.expires_at, k.used_at, k.from_setting
                   from access.api_key as k join access.person as p on p.id = k.person
                   where k.person = %s and {} order by k.created_at desc"""
            ).format(VALID),
            [str(person)],
        )
        return [KeyEntry(**dict(zip(KeyEntry.model_fields, row, strict=True))) for row in cursor.fetchall()]


def identity_of_key(key: str) -> Identity | None:
    """Whose key it is; None where it is nobody's, has expired or was revoked."""
    bearer = _find_bearer('sha256', sha256_of(key))
    return bearer[0] if bearer else None


def identity_of_ticket(ticket: str) -> Identity | None:
    """Whose key the ticket stands for; None where it, or the key, is not valid (any more)."""
    expires, _, signature = ticket.partition('-')
    if not expires.isascii() or not expires.isdigit() or len(expires) > LONGEST_TIME or int(expires) < time.time():
        return None
    key_id, _, digest = signature.partition('-')
    try:
        bearer = _find_bearer('id', str(UUID(hex=key_id)))
    except ValueError:
        return None
    if bearer is None or not hmac.compare_digest(_signature(bearer[1], int(expires)).encode(), digest.encode()):
        return None
    return bearer[0]


def ticket_of(identity: Identity) -> str:
    """What stands for the key of `identity` in the path of an address: it lasts for a time and does not tell the key.

    It is the same for all that asks within one hour, so that links to one thing are the same. Raises UnknownKey for who
    came without a key, or with one that was revoked a moment ago.
    """
    bearer = _find_bearer('id', str(identity.key)) if identity.key else None
    if bearer is None or identity.key is None:
        raise UnknownKey(vi='Khóa này không còn hiệu lực.', en='This key is not valid any more.')
    lasts_s = EditSettings().ticket_hours * HOUR_S
    expires = math.ceil((time.time() + lasts_s) / HOUR_S) * HOUR_S
    return f'{expires}-{identity.key.hex}-{_signature(bearer[1], expires)}'


def _signature(sha256: bytes, expires: int) -> str:
    """The signature of a ticket by what the database keeps of its key. expires: seconds since 1970."""
    return hmac.digest(sha256, b'dothi ticket %d' % expires, 'sha256').hex()[:32]


BEARER = sql.SQL(
    """select {}, k.sha256, k.scopes, k.id, coalesce(k.used_at < clock_timestamp() - %s::interval, true)
       from access.api_key as k join access.person as p on p.id = k.person where k.{} = %s and {}"""
)
BEARERS = {column: LookUp(BEARER.format(OF_PERSON, sql.Identifier(column), VALID)) for column in ('sha256', 'id')}


def _find_bearer(column: str, value: object) -> tuple[Identity, bytes] | None:
    """Whose key has that value in `column`, and the key's hash; None where there is none that is valid."""
    row = look_up(BEARERS[column], [USED_EVERY, value])
    if row is None:
        return None
    *values, sha256, scopes, key, outdated = row
    if outdated:
        note_use('update access.api_key set used_at = clock_timestamp() where id = %s', [key])
    person = Person(**dict(zip(PERSON_COLUMNS, values, strict=True)))
    return Identity(person=person, scopes=frozenset(Action(scope) for scope in scopes), key=key), bytes(sha256)

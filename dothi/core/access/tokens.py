"""Tokens of settings as keys: DOTHI_EDIT_TOKEN, or secrets/edit_token, as they were before there were people.

Each `name:token` is a key of a person of that name who has no password. A token that stands there no more is revoked.
"""

from uuid import UUID, uuid4

from psycopg2.extensions import connection as Connection

from dothi.core.access.log import Deed, note
from dothi.core.access.people import NAME, was_removed
from dothi.core.access.person import Action, Role
from dothi.core.access.secrets import sha256_of
from dothi.core.database import connection
from dothi.core.edit_token import editors
from dothi.core.locality import Locality

SCOPES = sorted({Action.SEE, Action.DOWNLOAD, Action.EDIT, Action.DELIVER, Action.RUN, Action.PUBLISH})
MAKE = """
    insert into access.api_key as k (sha256, person, label, scopes, from_setting) values (%s, %s, %s, %s, true)
    on conflict (sha256) do update set revoked_at = null, person = excluded.person
    where k.from_setting and (k.revoked_at is not null or k.person <> excluded.person)
    returning k.id
"""
REVOKE = """
    update access.api_key set revoked_at = clock_timestamp()
    where from_setting and revoked_at is null and sha256 <> all (%s) returning id, person
"""


def adopt_tokens(locality: Locality) -> None:
    """Makes the keys in the database what the settings say."""
    tokens = editors()
    with connection('gatekeeper') as db, db.cursor() as cursor:
        # web processes start at one moment
        cursor.execute('select pg_advisory_xact_lock(920900103)')
        cursor.execute(REVOKE, [[sha256_of(token) for token in tokens]])
        deeds = [(Deed.KEY_REVOKED, {'person': str(person), 'key': str(key)}) for key, person in cursor.fetchall()]
        for token, name in tokens.items():
            person, is_new = _bearer(db, name, locality)
            entered = [(Deed.INVITED, {'person': str(person)})] if is_new else []
            deeds += [*entered, *_make_key(db, token, person)]
        # last: who holds the end of the log waits for nobody
        for deed, detail in deeds:
            note(db, None, deed, from_setting=True, **detail)


def _make_key(db: Connection, token: str, person: UUID) -> list[tuple[Deed, dict[str, str]]]:
    with db.cursor() as cursor:
        cursor.execute(MAKE, [sha256_of(token), str(person), 'DOTHI_EDIT_TOKEN', SCOPES])
        return [(Deed.KEY_MADE, {'person': str(person), 'key': str(key)}) for (key,) in cursor.fetchall()]


def _bearer(db: Connection, name: str, locality: Locality) -> tuple[UUID, bool]:
    """The person of that name, and whether there was none before; one that is an agency acts for it."""
    agency = name if name in locality.agencies else None
    role = Role.FOCAL_POINT if agency else Role.EDITOR
    fit_name = _fit(db, name)
    with db.cursor() as cursor:
        cursor.execute('select id from access.person where name = %s', [fit_name])
        row = cursor.fetchone()
        if row:
            return UUID(str(row[0])), False
        person = uuid4()
        cursor.execute(
            'insert into access.person (id, name, title, role, agency) values (%s, %s, %s, %s, %s)',
            [str(person), fit_name, name, role, agency],
        )
    return person, True


def _fit(db: Connection, name: str) -> str:
    """The name as the list of people takes it; settings take any, and that of somebody who was removed."""
    lower = name.lower()
    is_free = NAME.fullmatch(lower) and not was_removed(db, lower)
    return lower if is_free else f'token-{sha256_of(name).hex()[:12]}'

"""From a name and a password to a session, and from the cookie of a session to the person."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi.core.access.attempts import count_failure, forgive, require_patience
from dothi.core.access.device import known_device
from dothi.core.access.doors import one_attempt
from dothi.core.access.log import Deed, note
from dothi.core.access.look_up import LookUp, look_up, note_use
from dothi.core.access.passwords import hash_password, is_password, require_strong
from dothi.core.access.people import OF_PERSON, PERSON_COLUMNS, end_sessions, lock_person
from dothi.core.access.person import Identity, Person
from dothi.core.access.provider_account import ProviderAccount, link_account, person_of_account
from dothi.core.access.second_factor import accepted_step
from dothi.core.access.secrets import new_secret, sha256_of, take_out
from dothi.core.database import connection
from dothi.core.errors import Forbidden, NotSignedIn
from dothi.core.settings import SessionSettings

# A session is seen at most once a minute: writing at each request would cost more than answering it.
SEEN_EVERY = '1 minute'


class WrongPassword(NotSignedIn):
    """Name, password or code is wrong; which of them is not said."""


class UnknownAccount(Forbidden):
    """The account at the provider is linked to nobody here."""


class ShutOut(Forbidden):
    """Whoever has signed in at the provider is disabled here."""


class DeadLink(Forbidden):
    """A link of an invitation that was used, has expired, or was never given."""


@dataclass(frozen=True)
class Visitor:
    """Where an attempt to sign in comes from. device: the mark that was given to the device before, if any was."""

    address: str
    user_agent: str
    device: str = ''


class SessionEntry(BaseModel):
    """A session as its person sees it."""

    id: UUID
    address: str
    user_agent: str
    created_at: datetime
    seen_at: datetime


def sign_in(name: str, password: str, code: str, visitor: Visitor) -> tuple[Identity, str]:
    """The person and the secret of their new session. Raises WrongPassword, TooManyAttempts and Crowded.

    A wrong name takes as long as a wrong password.
    """
    with one_attempt(visitor.address), _living_connection() as db:
        device = known_device(visitor.device, name)
        require_patience(db, name, visitor.address, device)
        person = _person_with(db, name, password, code)
        if person is None:
            count_failure(db, name, visitor.address, device)
        else:
            forgive(db, name, visitor.address, device)
            return _open_session(db, person, visitor)
    raise WrongPassword(
        vi='Tên, mật khẩu hoặc mã một lần không đúng. Xem lại chế độ gõ tiếng Việt và phím Caps Lock.',
        en='The name, the password or the one-time code is wrong. Look at Caps Lock and the keyboard layout.',
    )


@contextmanager
def _living_connection() -> Iterator[Connection]:
    """A connection that a restart of the database has not cut: the pool does not look."""
    look_up(ALIVE, [])
    with connection('gatekeeper') as db:
        yield db


def set_password(link: str, password: str, locality: str, visitor: Visitor) -> tuple[Identity, str]:
    """Takes up an invitation or recovery: the person with their first session.

    Raises DeadLink, WeakPassword and Crowded. locality: its name, which is no good password.
    """
    with one_attempt(visitor.address), _living_connection() as db:
        person = _take_link(db, link)
        require_strong(password, person.name, person.title, locality, 'dothi')
        _use_up(db, link)
        end_sessions(db, person.id)
        store_password(db, person, password)
        end_codes(db, person.id)
        return _open_session(db, person, visitor)


def sign_in_with_account(account: ProviderAccount, link: str, visitor: Visitor) -> tuple[Identity, str]:
    """The person whose account it is, and the secret of their new session.

    link: of an invitation or recovery that is taken up, so that the account is theirs from now on; may be empty.
    A one-time code is not wanted: whether one is needed is for the provider to say, which has just let them in.
    Raises UnknownAccount, ShutOut, DeadLink and AccountTaken.
    """
    with _living_connection() as db:
        if link:
            person = _take_link(db, link)
            _use_up(db, link)
            link_account(db, person.id, account)
            return _open_session(db, person, visitor)
        match = person_of_account(db, account)
        if match and match[1]:
            return _open_session(db, match[0], visitor)
        # no name has a blank: nobody with a password waits for it
        count_failure(db, match[0].name if match else f'{account.issuer} {account.subject}', visitor.address)
    raise _shut_out() if match else _unknown(account)


def _take_link(db: Connection, link: str) -> Person:
    """As `person_of_link`, for who takes it up: meanwhile nobody else does, and nobody shuts the person out."""
    lock_person(db, person_of_link(db, link).id)
    return person_of_link(db, link)


def _use_up(db: Connection, link: str) -> None:
    with db.cursor() as cursor:
        cursor.execute('update access.invitation set used_at = clock_timestamp() where sha256 = %s', [sha256_of(link)])


def _unknown(account: ProviderAccount) -> UnknownAccount:
    return UnknownAccount(
        vi='Bạn đã đăng nhập ở nhà cung cấp, nhưng tài khoản đó chưa được liên kết với ai ở đây. Mở liên kết mời của '
        f'bạn, hoặc gửi mã này cho quản trị viên: {account.subject}',
        en='You have signed in at the provider, but that account is linked to nobody here. Open the link of your '
        f'invitation, or send this to the administrator: {account.subject}',
    )


def _shut_out() -> ShutOut:
    return ShutOut(
        vi='Tài khoản của bạn ở đây đã bị khóa. Hãy hỏi quản trị viên.',
        en='Your account here is disabled. Ask the administrator.',
    )


def person_of_link(db: Connection, link: str) -> Person:
    """Whom a link was given to; raises DeadLink."""
    with db.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                """select {} from access.invitation as i join access.person as p on p.id = i.person
                where i.sha256 = %s and i.used_at is null and i.expires_at > clock_timestamp()
                and p.disabled_at is null"""
            ).format(OF_PERSON),
            [sha256_of(link)],
        )
        row = cursor.fetchone()
    if row is None:
        raise DeadLink(
            vi='Liên kết này đã dùng rồi hoặc đã hết hạn. Nhờ quản trị viên cấp liên kết mới.',
            en='This link was used already, or has expired. Ask the administrator for a new one.',
        )
    return _person(row)


def store_password(db: Connection, person: Person, password: str) -> None:
    """Keeps the hash of a password whose strength was looked at."""
    with db.cursor() as cursor:
        cursor.execute(
            """update access.person as p set password_hash = %s, password_set_at = clock_timestamp()
               from (select id, password_hash is null as is_first from access.person where id = %s for update) as before
               where p.id = before.id returning before.is_first""",
            [hash_password(password), str(person.id)],
        )
        ((is_first,),) = cursor.fetchall()
    # of the first one its owner needs no mail: it comes by a link that they have just been sent
    note(db, person.id, Deed.PASSWORD_SET, **({'first': True} if is_first else {}))


def end_codes(db: Connection, person: UUID) -> None:
    """No one-time codes are wanted of the person any more."""
    with db.cursor() as cursor:
        cursor.execute(
            """update access.person as p set totp_secret = null, totp_pending = null, totp_confirmed_at = null
               from (select id, totp_confirmed_at from access.person where id = %s for no key update) as before
               where p.id = before.id returning before.totp_confirmed_at is not null""",
            [str(person)],
        )
        ((were_wanted,),) = cursor.fetchall()
    if were_wanted:
        note(db, person, Deed.SECOND_FACTOR_OFF)


def has_password(db: Connection, person: Person, password: str) -> bool:
    """Whether that is the person's password now."""
    with db.cursor() as cursor:
        cursor.execute('select password_hash from access.person where id = %s', [str(person.id)])
        (password_hash,) = cursor.fetchone() or (None,)
    return is_password(password, password_hash)


SESSION = LookUp(
    sql.SQL(
        """select {}, s.id, s.seen_at < clock_timestamp() - %s::interval
       from access.session as s join access.person as p on p.id = s.person
       where s.sha256 = %s and s.ended_at is null and p.disabled_at is null
       and s.seen_at > clock_timestamp() - make_interval(mins => %s)
       and s.created_at > clock_timestamp() - make_interval(mins => %s)"""
    ).format(OF_PERSON)
)
ALIVE = LookUp(sql.SQL('select 1'))


def identity_of_session(secret: str) -> Identity | None:
    """Who has the session with that secret; None where there is none, it was ended, or it is too old."""
    settings = SessionSettings()
    limits = [settings.session_idle_minutes, settings.session_hours * 60]
    row = look_up(SESSION, [SEEN_EVERY, sha256_of(secret), *limits])
    if row is None:
        return None
    *values, session, outdated = row
    if outdated:
        note_use('update access.session set seen_at = clock_timestamp() where id = %s', [session])
    return Identity(person=_person(tuple(values)), session=session)


def is_open_still(db: Connection, identity: Identity) -> bool:
    """Whether the session has not been ended; whoever ends it, or changes how its person gets in, waits from now on."""
    lock_person(db, identity.person.id)
    with db.cursor() as cursor:
        cursor.execute(
            'select from access.session where id = %s and ended_at is null for share', [str(identity.session)]
        )
        return cursor.rowcount == 1


def sessions_of(db: Connection, person: UUID) -> list[SessionEntry]:
    """The sessions of a person that are open, the latest first."""
    settings = SessionSettings()
    with db.cursor() as cursor:
        cursor.execute(
            """select id, address, user_agent, created_at, seen_at from access.session
               where person = %s and ended_at is null and seen_at > clock_timestamp() - make_interval(mins => %s)
               and created_at > clock_timestamp() - make_interval(mins => %s) order by seen_at desc""",
            [str(person), settings.session_idle_minutes, settings.session_hours * 60],
        )
        return [SessionEntry(**dict(zip(SessionEntry.model_fields, row, strict=True))) for row in cursor.fetchall()]


def end_session(db: Connection, person: UUID, session: UUID, deed: Deed) -> bool:
    """Ends a session of that person; whether there was one."""
    lock_person(db, person)
    with db.cursor() as cursor:
        cursor.execute(
            """update access.session set ended_at = clock_timestamp()
               where id = %s and person = %s and ended_at is null""",
            [str(session), str(person)],
        )
        ended = cursor.rowcount == 1
    if ended:
        note(db, person, deed, session=str(session))
    return ended


def _open_session(db: Connection, person: Person, visitor: Visitor) -> tuple[Identity, str]:
    secret = new_secret()
    with db.cursor() as cursor:
        # those that ended long ago serve nobody
        cursor.execute("delete from access.session where seen_at < clock_timestamp() - interval '30 days'")
        cursor.execute(
            """insert into access.session (sha256, person, address, user_agent)
               values (%s, %s, %s, %s) returning id""",
            [sha256_of(secret), str(person.id), visitor.address, visitor.user_agent[:300]],
        )
        (session,) = cursor.fetchone() or (None,)
    note(db, person.id, Deed.SIGNED_IN, address=visitor.address, session=str(session))
    return Identity(person=person, session=session), secret


def _person_with(db: Connection, name: str, password: str, code: str) -> Person | None:
    """The person whose name, password and, where they have one, one-time code these are.

    That stays so until the end of the transaction: whoever changes the password, or shuts the person out, waits.
    """
    with db.cursor() as cursor:
        cursor.execute(
            'select password_hash from access.person where name = %s and disabled_at is null', [name.strip().lower()]
        )
        (password_hash,) = cursor.fetchone() or (None,)
        if not is_password(password, password_hash):
            return None
        # the look at the password took its time
        cursor.execute(
            sql.SQL(
                """select {}, p.totp_secret, p.totp_confirmed_at is not null, p.totp_step from access.person as p
                where p.name = %s and p.password_hash = %s and p.disabled_at is null for no key update"""
            ).format(OF_PERSON),
            [name.strip().lower(), password_hash],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    *values, totp_secret, has_codes, last_step = row
    person = _person(tuple(values))
    return person if not has_codes or _takes_code(db, person, bytes(totp_secret), code, last_step) else None


def _takes_code(db: Connection, person: Person, totp_secret: bytes, code: str, last_step: int) -> bool:
    """Whether the one-time code is right; it is so once."""
    step = accepted_step(take_out(totp_secret), code, last_step)
    if step is None:
        return False
    with db.cursor() as cursor:
        cursor.execute('update access.person set totp_step = %s where id = %s', [step, str(person.id)])
    return True


def _person(row: tuple[object, ...]) -> Person:
    return Person(**dict(zip(PERSON_COLUMNS, row, strict=True)))

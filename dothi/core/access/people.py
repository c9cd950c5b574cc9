"""The list of people: invited, changed, disabled, removed."""

import re
from datetime import datetime
from uuid import UUID

from psycopg2 import sql
from psycopg2.errors import UniqueViolation
from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi.core.access.log import Deed, note
from dothi.core.access.person import Person, Role
from dothi.core.access.secrets import keyed_hash, new_secret, sha256_of
from dothi.core.errors import NotFound, WrongUse
from dothi.core.oidc_settings import OidcSettings
from dothi.core.text import Lang

NAME = re.compile(r'[a-z0-9][a-z0-9._@-]{0,63}')
# One address, with nothing that would make several of it, or a name, in a header (RFC 5322, 3.2.3).
EMAIL = re.compile(r'[^@\s,;:<>()\[\]\\"\x00-\x1f]+@[^@\s,;:<>()\[\]\\"\x00-\x1f]+')
INVITATION_DAYS, RECOVERY_DAYS = 7, 1
PERSON_COLUMNS = tuple(Person.model_fields)
# Of the table under the name `p`.
OF_PERSON = sql.SQL(', ').join(sql.Identifier('p', column) for column in PERSON_COLUMNS)


class UnknownPerson(NotFound):
    """There is nobody of this name."""


class BadPerson(WrongUse):
    """Somebody cannot be entered like this."""


class LastAdministrator(WrongUse):
    """Without this person nobody could administer the platform."""


class PersonEntry(Person):
    """Somebody as the administrator sees them. subject: what the provider calls their account there."""

    email: str | None
    has_password: bool
    has_second_factor: bool
    disabled: bool
    last_sign_in: datetime | None
    keys: int
    subject: str | None


def invite(db: Connection, person: Person, email: str | None = None, *, by: UUID | None = None) -> str:
    """Enters a person, and gives the secret of the link by which they set their password. Raises BadPerson.

    The id of `person` is given by the database.
    """
    _require_fit(person, email)
    if was_removed(db, person.name):
        raise BadPerson(
            vi=f'"{person.name}" từng là tên của một người đã bị xóa; tác vụ và bản sửa còn mang tên đó. '
            'Chọn tên khác.',
            en=f'"{person.name}" was the name of somebody who was removed, and jobs and edits bear it still. Take '
            'another name.',
        )
    try:
        with db.cursor() as cursor:
            cursor.execute(
                """insert into access.person (id, name, title, email, language, role, agency)
                   values (%s, %s, %s, %s, %s, %s, %s)""",
                [str(person.id), person.name, person.title, email, person.language, person.role, person.agency],
            )
    except UniqueViolation:
        raise BadPerson(
            vi=f'Đã có người dùng "{person.name}". Chọn tên khác, hoặc cấp lại liên kết cho người đó.',
            en=f'There is a person "{person.name}" already. Take another name, or give that one a new link.',
        ) from None
    note(db, by, Deed.INVITED, person=str(person.id), role=person.role, agency=person.agency)
    return _open_link(db, person.id, 'invite', INVITATION_DAYS)


def recover(db: Connection, name: str, *, by: UUID | None = None) -> str:
    """The secret of a link by which a person sets a new password; their sessions end.

    One-time codes end with the old password, when the link is taken up: until then it opens nothing without them.
    """
    person = find_person(db, name)
    lock_person(db, person.id)
    end_sessions(db, person.id)
    secret = _open_link(db, person.id, 'recover', RECOVERY_DAYS)
    # last, as everywhere: who holds the end of the log waits for nobody
    note(db, by, Deed.RECOVERY_SENT, person=str(person.id))
    return secret


class Changes(BaseModel):
    """What is to be changed of a person: None leaves it, an empty agency or e-mail address takes the old one away."""

    role: Role | None = None
    agency: str | None = None
    email: str | None = None
    language: Lang | None = None
    title: str | None = None


def change(db: Connection, name: str, changes: Changes, *, by: UUID | None = None) -> None:
    """Changes a person; what they may do changes with their next request. Raises LastAdministrator and BadPerson."""
    person = find_person(db, name)
    lock_person(db, person.id)
    if changes.role not in (None, Role.ADMINISTRATOR):
        _require_another_administrator(db, person)
    if changes.title is not None:
        _require_title(changes.title)
    if changes.email:
        _require_email(changes.email)
    agency = person.agency if changes.agency is None else changes.agency
    _require_agency(changes.role or person.role, agency)
    new_values = {column: value or None for column, value in changes if value is not None}
    with db.cursor() as cursor:
        for column, value in new_values.items():
            statement = sql.SQL('update access.person set {} = %s where id = %s').format(sql.Identifier(column))
            cursor.execute(statement, [value, str(person.id)])
    note(db, by, Deed.CHANGED, person=str(person.id), what=sorted(new_values), role=changes.role, agency=changes.agency)


def sign_out(db: Connection, name: str, *, by: UUID | None = None) -> None:
    """Ends all sessions of somebody, wherever they are; they may sign in again."""
    person = find_person(db, name)
    lock_person(db, person.id)
    end_sessions(db, person.id)
    note(db, by, Deed.SESSION_ENDED, person=str(person.id))


def disable(db: Connection, name: str, *, by: UUID | None = None) -> None:
    """Lets somebody in no more, by password or key; their sessions end at once. Raises LastAdministrator."""
    person = find_person(db, name)
    lock_person(db, person.id)
    _require_another_administrator(db, person)
    with db.cursor() as cursor:
        cursor.execute('update access.person set disabled_at = clock_timestamp() where id = %s', [str(person.id)])
    end_sessions(db, person.id)
    note(db, by, Deed.DISABLED, person=str(person.id))


def enable(db: Connection, name: str, *, by: UUID | None = None) -> None:
    """Lets somebody in again."""
    person = find_person(db, name)
    with db.cursor() as cursor:
        cursor.execute('update access.person set disabled_at = null where id = %s', [str(person.id)])
    note(db, by, Deed.ENABLED, person=str(person.id))


def remove(db: Connection, name: str, *, by: UUID | None = None) -> None:
    """Takes away name, address and every secret of a person; the log keeps the id, which says nothing of them.

    Nobody gets the name again: jobs, edits and deliveries are kept under it.
    """
    person = find_person(db, name)
    lock_person(db, person.id)
    _require_another_administrator(db, person)
    with db.cursor() as cursor:
        cursor.execute(
            """update access.person set name = null, title = null, email = null, password_hash = null,
               totp_secret = null, totp_pending = null, disabled_at = clock_timestamp(), removed_at = clock_timestamp(),
               name_hmac = %s
               where id = %s""",
            [keyed_hash(person.name), str(person.id)],
        )
        cursor.execute(
            'update access.api_key set revoked_at = coalesce(revoked_at, clock_timestamp()) where person = %s',
            [str(person.id)],
        )
        for schema, table in (
            ('access', 'invitation'),
            ('access', 'session'),
            ('access', 'provider_account'),
            ('mail', 'message'),
            ('mail', 'former_address'),
            ('mail', 'unwanted'),
        ):
            statement = sql.SQL('delete from {} where person = %s').format(sql.Identifier(schema, table))
            cursor.execute(statement, [str(person.id)])
    note(db, by, Deed.REMOVED, person=str(person.id))


def was_removed(db: Connection, name: str) -> bool:
    """Whether somebody of that name was removed."""
    with db.cursor() as cursor:
        cursor.execute('select from access.person where name_hmac is not null limit 1')
        if cursor.fetchone() is None:
            # a key that was lost keeps nobody out then
            return False
        cursor.execute('select from access.person where name_hmac = %s', [keyed_hash(name)])
        return cursor.fetchone() is not None


def find_person(db: Connection, name: str) -> Person:
    """The person of that name; raises UnknownPerson with the nearest one."""
    sign_in_name = name.strip().lower()
    with db.cursor() as cursor:
        statement = sql.SQL('select {} from access.person as p where p.name = %s').format(OF_PERSON)
        # what is no name may have characters that the database does not take
        cursor.execute(statement, [sign_in_name if NAME.fullmatch(sign_in_name) else ''])
        row = cursor.fetchone()
        if row:
            return Person(**dict(zip(PERSON_COLUMNS, row, strict=True)))
        cursor.execute('select name from access.person where name is not null')
        names = [known for (known,) in cursor.fetchall()]
    if not names:
        raise UnknownPerson(vi='Chưa có người dùng nào.', en='There are no people yet.')
    raise UnknownPerson.with_suggestion(
        name, names, vi=f'Không có người dùng "{name}".', en=f'There is nobody called "{name}".'
    )


def people(db: Connection) -> list[PersonEntry]:
    """Everybody, by name."""
    with db.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                """select {}, p.email, p.password_hash is not null, p.totp_confirmed_at is not null,
                   p.disabled_at is not null,
                   (select max(s.created_at) from access.session as s where s.person = p.id),
                   (select count(*) from access.api_key as k where k.person = p.id and k.revoked_at is null
                    and (k.expires_at is null or k.expires_at > clock_timestamp())),
                   (select a.subject from access.provider_account as a where a.person = p.id and a.issuer = %s)
                   from access.person as p where p.name is not null order by p.name"""
            ).format(OF_PERSON),
            [OidcSettings().oidc_issuer],
        )
        return [PersonEntry(**dict(zip(PersonEntry.model_fields, row, strict=True))) for row in cursor.fetchall()]


def lock_person(db: Connection, person: UUID) -> None:
    """Whoever lets that person in, or changes how they get in, waits for the transaction of `db` from now on.

    Taken before anything else, the log last: who was let in by what is changed meanwhile would stay, and two who take
    both in another order would wait for each other.
    """
    with db.cursor() as cursor:
        cursor.execute('select from access.person where id = %s for no key update', [str(person)])


def has_administrator(db: Connection) -> bool:
    """Whether there is somebody who may administer, whether or not they have signed in yet."""
    with db.cursor() as cursor:
        cursor.execute(
            'select exists (select from access.person where role = %s and name is not null and disabled_at is null)',
            [Role.ADMINISTRATOR],
        )
        return bool((cursor.fetchone() or (False,))[0])


def end_sessions(db: Connection, person: UUID, *, but: UUID | None = None) -> int:
    """Ends all sessions of a person, but for one; gives their number."""
    with db.cursor() as cursor:
        cursor.execute(
            """update access.session set ended_at = clock_timestamp()
               where person = %s and ended_at is null and id is distinct from %s""",
            [str(person), str(but) if but else None],
        )
        return cursor.rowcount


def _open_link(db: Connection, person: UUID, purpose: str, days: int) -> str:
    """The secret of a new link; those that the person had before lead nowhere now."""
    secret = new_secret()
    with db.cursor() as cursor:
        cursor.execute('delete from access.invitation where person = %s', [str(person)])
        cursor.execute(
            """insert into access.invitation (sha256, person, purpose, expires_at)
               values (%s, %s, %s, clock_timestamp() + make_interval(days => %s))""",
            [sha256_of(secret), str(person), purpose, days],
        )
    return secret


def _require_fit(person: Person, email: str | None) -> None:
    if not NAME.fullmatch(person.name):
        raise BadPerson(
            vi=f'Tên đăng nhập "{person.name}": chỉ gồm chữ thường không dấu, số và . _ @ -, bắt đầu bằng chữ hoặc số, '
            'nhiều nhất 64 ký tự.',
            en=f'The name "{person.name}": small letters without accents, digits and . _ @ -, beginning with a letter '
            'or digit, 64 characters at most.',
        )
    _require_title(person.title)
    _require_agency(person.role, person.agency)
    if email:
        _require_email(email)


def _require_agency(role: Role, agency: str | None) -> None:
    if role is Role.FOCAL_POINT and not agency:
        raise BadPerson(
            vi='Đầu mối dữ liệu phải thuộc một cơ quan: cho biết cơ quan nào.',
            en='A focal point acts for an agency: say which one.',
        )


def _require_title(title: str) -> None:
    """Titles are printed on terminals and in mails: nothing in them may steer these."""
    if not title.strip() or not title.isprintable():
        raise BadPerson(vi='Thiếu họ tên, hoặc có ký tự lạ.', en='What is the person called? On one line, please.')


def _require_email(email: str) -> None:
    if not EMAIL.fullmatch(email):
        raise BadPerson(vi=f'"{email}" không phải địa chỉ thư điện tử.', en=f'"{email}" is no e-mail address.')


def _require_another_administrator(db: Connection, person: Person) -> None:
    if person.role != Role.ADMINISTRATOR:
        return
    with db.cursor() as cursor:
        # one at a time: two administrators may disable each other at one moment
        cursor.execute('select pg_advisory_xact_lock(920900102)')
        cursor.execute(
            """select id from access.person where role = %s and name is not null and disabled_at is null
               and id <> %s limit 1""",
            [Role.ADMINISTRATOR, str(person.id)],
        )
        if cursor.fetchone() is None:
            raise LastAdministrator(
                vi=f'"{person.name}" là quản trị viên duy nhất. Mời một quản trị viên khác trước.',
                en=f'"{person.name}" is the only administrator. Invite another one first.',
            )

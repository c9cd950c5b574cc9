"""Whose account at an OpenID Connect provider it is: linked by an invitation or by an administrator, never guessed."""

from uuid import UUID

from psycopg2 import sql
from psycopg2.errors import UniqueViolation
from psycopg2.extensions import connection as Connection
from pydantic import BaseModel, ConfigDict

from dothi.core.access.log import Deed, note
from dothi.core.access.people import OF_PERSON, PERSON_COLUMNS, BadPerson, end_sessions, find_person, lock_person
from dothi.core.access.person import Person
from dothi.core.errors import Forbidden
from dothi.core.oidc_settings import OidcSettings
from dothi.core.text import Text

LONGEST_SUBJECT = 255


class AccountTaken(Forbidden):
    """The account at the provider is another person's already."""


class ProviderAccount(BaseModel):
    """An account at a provider. subject: what the provider calls it, once and for ever (`sub`)."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    subject: str


def is_subject(text: object) -> bool:
    """Whether a provider may name an account like this (OpenID Connect Core, 2: at most 255 characters)."""
    return isinstance(text, str) and 0 < len(text) <= LONGEST_SUBJECT and text.isprintable()


def person_of_account(db: Connection, account: ProviderAccount) -> tuple[Person, bool] | None:
    """The person to whom the account is linked, and whether they are let in; None where it is nobody's.

    Neither changes before the end of the transaction.
    """
    match = _find_person(db, account)
    if match is None:
        return None
    lock_person(db, match[0].id)
    return _find_person(db, account)


def _find_person(db: Connection, account: ProviderAccount) -> tuple[Person, bool] | None:
    with db.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                """select {}, p.disabled_at is null
                from access.provider_account as a join access.person as p on p.id = a.person
                where a.issuer = %s and a.subject = %s and p.name is not null"""
            ).format(OF_PERSON),
            [account.issuer, account.subject],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    *values, is_let_in = row
    return Person(**dict(zip(PERSON_COLUMNS, values, strict=True))), is_let_in


def link_account(db: Connection, person: UUID, account: ProviderAccount, *, by: UUID | None = None) -> None:
    """Links an account in place of the one that the person had there; their sessions end. Raises AccountTaken."""
    lock_person(db, person)
    try:
        with db.cursor() as cursor:
            cursor.execute(
                """insert into access.provider_account (issuer, subject, person) values (%s, %s, %s)
                   on conflict (person, issuer)
                   do update set subject = excluded.subject, linked_at = clock_timestamp()""",
                [account.issuer, account.subject, str(person)],
            )
    except UniqueViolation:
        raise AccountTaken(
            vi='Tài khoản này ở nhà cung cấp đã liên kết với một người khác. Đăng xuất ở đó rồi thử lại bằng tài khoản '
            'của bạn, hoặc hỏi quản trị viên.',
            en='This account at the provider is linked to somebody else. Sign out there and try again with your own, '
            'or ask the administrator.',
        ) from None
    _note_change(db, person, by)


def set_subject(db: Connection, name: str, subject: str, *, by: UUID | None = None) -> None:
    """Links a person to the account that the provider calls `subject`; an empty one takes the link away.

    Raises UnknownPerson, BadPerson and AccountTaken.
    """
    person, issuer = find_person(db, name), _require_issuer()
    lock_person(db, person.id)
    if subject == _subject_of(db, person.id, issuer):
        return
    if not subject:
        _unlink_account(db, person.id, issuer)
        _note_change(db, person.id, by)
    elif is_subject(subject):
        link_account(db, person.id, ProviderAccount(issuer=issuer, subject=subject), by=by)
    else:
        raise BadPerson(
            vi=f'Mã tài khoản (sub) dài nhất {LONGEST_SUBJECT} ký tự, trên một dòng.',
            en=f'A subject (sub) has {LONGEST_SUBJECT} characters at most, on one line.',
        )


def _subject_of(db: Connection, person: UUID, issuer: str) -> str:
    with db.cursor() as cursor:
        cursor.execute(
            'select subject from access.provider_account where person = %s and issuer = %s', [str(person), issuer]
        )
        (subject,) = cursor.fetchone() or ('',)
    return str(subject)


def _unlink_account(db: Connection, person: UUID, issuer: str) -> None:
    with db.cursor() as cursor:
        cursor.execute('delete from access.provider_account where person = %s and issuer = %s', [str(person), issuer])


def _note_change(db: Connection, person: UUID, by: UUID | None) -> None:
    """Whoever came by another account, or should come no more, is out."""
    end_sessions(db, person)
    note(db, by, Deed.CHANGED, person=str(person), what=['provider_account'])


def _require_issuer() -> str:
    issuer = OidcSettings().oidc_issuer
    if not issuer:
        raise BadPerson(
            vi='Ở đây chỉ đăng nhập bằng mật khẩu: không có nhà cung cấp nào để liên kết.',
            en='People sign in with passwords only here: there is no provider to link them to.',
            steward=Text(vi='Đặt DOTHI_OIDC_ISSUER trước.', en='Set DOTHI_OIDC_ISSUER first.'),
        )
    return issuer

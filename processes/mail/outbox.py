"""The queue of mails in the database: written once, tried until the server takes them, given up after days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor
from pydantic import BaseModel

from dothi.core.access.person import Role
from dothi.core.text import Lang, Text

# After 1, 2, 4, … minutes, at most every six hours, for three days.
FIRST_PAUSE, LONGEST_PAUSE, PATIENCE = timedelta(minutes=1), timedelta(hours=6), timedelta(days=3)
WITHOUT_LINK = "body = case kind when 'invitation' then '' else body end"
DUE = 'from mail.message where sent_at is null and given_up_at is null and next_try_at <= clock_timestamp()'


class Addressee(BaseModel):
    """Somebody who may be written to."""

    id: UUID
    name: str
    title: str
    email: str
    language: Lang
    role: Role
    agency: str | None


@dataclass(frozen=True)
class Letter:
    """What is written about something. about: nobody gets two letters with the same.

    keeps_address: it goes to the address that its reader has as it is written, whatever becomes theirs later.
    """

    kind: str
    about: str
    subject: Text
    body: Text
    keeps_address: bool = False


class QueuedMail(BaseModel):
    """A mail as it is queued. address: where it goes; None where its reader is let in no more, or has none."""

    id: int
    kind: str
    address: str | None
    subject: str
    body: str
    created_at: datetime
    attempts: int


class OutboxState(BaseModel):
    """How the queue is. fault: of the last mail that could not be sent yet, or was given up."""

    waiting: int
    given_up: int
    fault: str | None


def addressees(db: Connection) -> list[Addressee]:
    """Everybody with an address who is let in."""
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute('select * from mail.people() order by name')
        return [Addressee.model_validate(dict(row)) for row in cursor.fetchall()]


def former_addressee(db: Connection, number: int) -> Addressee | None:
    """Somebody with an address that was theirs; None where that is gone, as it is after it was read here once."""
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute('select * from mail.take_former_address(%s)', [number])
        row = cursor.fetchone()
        return Addressee.model_validate(dict(row)) if row else None


def unwanted(db: Connection) -> set[tuple[UUID, str]]:
    """Person and kind of what somebody does not want to hear of."""
    with db.cursor() as cursor:
        cursor.execute('select person, kind from mail.unwanted')
        return {(UUID(str(person)), kind) for person, kind in cursor.fetchall()}


def enqueue(db: Connection, letter: Letter, to: Addressee) -> None:
    """Queues the letter in the language of its reader, unless they have one about the same already."""
    with db.cursor() as cursor:
        cursor.execute(
            """insert into mail.message (person, kind, about, address, keeps_address, subject, body)
               values (%s, %s, %s, %s, %s, %s, %s) on conflict (person, about) do nothing""",
            [str(to.id), letter.kind, letter.about, to.email, letter.keeps_address,
             letter.subject.pick(to.language), letter.body.pick(to.language)],
        )  # fmt: skip


def due_mails(db: Connection) -> list[int]:
    """The numbers of the mails whose time it is, oldest first."""
    with db.cursor() as cursor:
        cursor.execute(f'select id {DUE} order by id limit 100')
        return [number for (number,) in cursor.fetchall()]


def take_mail(db: Connection, number: int) -> QueuedMail | None:
    """The mail, which no other worker sends before the end of the transaction; None where one has sent it, or does."""
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        columns = 'id, kind, subject, body, created_at, attempts'
        now = '(select p.email from mail.people() as p where p.id = person)'
        address = f'case when keeps_address then address else {now} end'
        cursor.execute(f'select {columns}, {address} as address {DUE} and id = %s for update skip locked', [number])
        row = cursor.fetchone()
        return QueuedMail.model_validate(dict(row)) if row else None


def mark_sent(db: Connection, mail: QueuedMail) -> None:
    """The server has taken the mail; a link by which somebody sets a password is not kept."""
    assignment = f'sent_at = clock_timestamp(), fault = null, address = %(address)s, {WITHOUT_LINK}'
    _update(db, mail, assignment, {'address': mail.address})


def mark_failed(db: Connection, mail: QueuedMail, fault: str, *, for_good: bool, now: datetime) -> None:
    """The mail is tried again later, or given up: when the server refuses it for good, or has for days."""
    if for_good or now - mail.created_at > PATIENCE:
        _update(db, mail, f'given_up_at = clock_timestamp(), fault = %(fault)s, {WITHOUT_LINK}', {'fault': fault})
        return
    pause = min(FIRST_PAUSE * 2 ** min(mail.attempts, 20), LONGEST_PAUSE)
    assignment = 'next_try_at = clock_timestamp() + %(pause)s, fault = %(fault)s'
    _update(db, mail, assignment, {'pause': pause, 'fault': fault})


def make_due(db: Connection) -> int:
    """How many mails wait, all of which are due now: their server is there again, and their pauses may be hours."""
    with db.cursor() as cursor:
        cursor.execute(
            """update mail.message set next_try_at = clock_timestamp() where id in (
                   select id from mail.message where sent_at is null and given_up_at is null for update skip locked)"""
        )
        return cursor.rowcount


def outbox_state(db: Connection) -> OutboxState:
    """How many mails wait and how many were given up within the last week."""
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            """select count(*) filter (where sent_at is null and given_up_at is null) as waiting,
                   count(*) filter (where given_up_at > clock_timestamp() - interval '7 days') as given_up,
                   (array_agg(fault order by id desc) filter (where fault is not null))[1] as fault
               from mail.message"""
        )
        return OutboxState.model_validate(dict(cursor.fetchone() or {}))


def _update(db: Connection, mail: QueuedMail, assignment: str, values: Mapping[str, Any]) -> None:
    with db.cursor() as cursor:
        statement = f'update mail.message set attempts = attempts + 1, {assignment} where id = %(id)s'  # noqa: S608
        cursor.execute(statement, {**values, 'id': mail.id})

"""The log of what people did: each line chained to the one before it by its hash (sql/functions/access_log.sql)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json
from pydantic import BaseModel

from dothi.core.text import Text


class Deed(StrEnum):
    """What lines of the log say that somebody did."""

    SIGNED_IN = 'signed_in'
    SIGN_IN_FAILED = 'sign_in_failed'
    SIGNED_OUT = 'signed_out'
    SESSION_ENDED = 'session_ended'
    PASSWORD_SET = 'password_set'  # noqa: S105
    SECOND_FACTOR_ON = 'second_factor_on'
    SECOND_FACTOR_OFF = 'second_factor_off'
    INVITED = 'invited'
    RECOVERY_SENT = 'recovery_sent'
    CHANGED = 'changed'
    DISABLED = 'disabled'
    ENABLED = 'enabled'
    REMOVED = 'removed'
    KEY_MADE = 'key_made'
    KEY_REVOKED = 'key_revoked'


DEED_TITLES = {
    Deed.SIGNED_IN: Text(vi='đăng nhập', en='signed in'),
    Deed.SIGN_IN_FAILED: Text(vi='đăng nhập không thành công', en='failed to sign in'),
    Deed.SIGNED_OUT: Text(vi='đăng xuất', en='signed out'),
    Deed.SESSION_ENDED: Text(vi='kết thúc một phiên', en='ended a session'),
    Deed.PASSWORD_SET: Text(vi='đặt mật khẩu', en='set a password'),
    Deed.SECOND_FACTOR_ON: Text(vi='bật mã một lần', en='turned one-time codes on'),
    Deed.SECOND_FACTOR_OFF: Text(vi='tắt mã một lần', en='turned one-time codes off'),
    Deed.INVITED: Text(vi='được mời', en='was invited'),
    Deed.RECOVERY_SENT: Text(vi='được cấp liên kết khôi phục', en='was given a link of recovery'),
    Deed.CHANGED: Text(vi='được thay đổi', en='was changed'),
    Deed.DISABLED: Text(vi='bị khóa', en='was disabled'),
    Deed.ENABLED: Text(vi='được mở lại', en='was enabled'),
    Deed.REMOVED: Text(vi='bị xóa tên', en='was removed'),
    Deed.KEY_MADE: Text(vi='tạo khóa', en='made a key'),
    Deed.KEY_REVOKED: Text(vi='thu hồi khóa', en='revoked a key'),
}


class LogLine(BaseModel):
    """One line of the log, with the name of the person as it is now; None where it was removed."""

    number: int
    at: datetime
    person: UUID | None
    name: str | None
    action: str
    detail: dict[str, object]
    sha256: str


class LogProof(BaseModel):
    """Whether the log is whole. first_broken: the first line that does not follow from the one before it.

    last_sha256: kept elsewhere, it shows later that no line at the end was taken away.
    """

    lines: int
    first_broken: int | None
    last_sha256: str | None


def note(db: Connection, person: UUID | None, deed: Deed, /, **detail: object) -> None:
    """Adds a line to the log in the transaction of `db`."""
    with db.cursor() as cursor:
        cursor.execute('select access.note(%s, %s, %s)', [str(person) if person else None, deed, Json(detail)])


def verify_log(db: Connection) -> LogProof:
    """Works the chain of hashes out anew, from its first line to the last."""
    with db.cursor() as cursor:
        cursor.execute('select lines, first_broken, last_sha256 from access.verify_log()')
        lines, first_broken, last_sha256 = cursor.fetchone() or (0, None, None)
    return LogProof(lines=lines, first_broken=first_broken, last_sha256=last_sha256)


def log_lines(db: Connection, since: datetime | None = None, last: int | None = None) -> list[LogLine]:
    """The lines of the log from `since` on, in their order; of these only the `last` ones, where that is set."""
    with db.cursor() as cursor:
        cursor.execute(
            """select l.number, l.at, l.person, p.name, l.action, l.detail, encode(l.sha256, 'hex')
               from access.log as l left join access.person as p on p.id = l.person
               where %(since)s::timestamptz is null or l.at >= %(since)s order by l.number desc limit %(last)s""",
            {'since': since, 'last': last},
        )
        names = LogLine.model_fields
        return [LogLine(**dict(zip(names, row, strict=True))) for row in reversed(cursor.fetchall())]

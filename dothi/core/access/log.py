"""The log of what people did: each line chained to the one before it by its hash (sql/functions/access_log.sql)."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json
from pydantic import BaseModel

from dothi.core.database import connection
from dothi.core.text import Text


class Deed(StrEnum):
    """What lines of the log say that somebody did. What has a dot is written by triggers of the database alone."""

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
    POLICY_CHANGED = 'policy_changed'
    RESTORED = 'restored'
    LAYER_READ = 'layer_read'
    DELIVERY_RECEIVED = 'delivery.received'
    DELIVERY_DIAGNOSED = 'delivery.diagnosed'
    DELIVERY_ACCEPTED = 'delivery.accepted'
    DELIVERY_UNCHANGED = 'delivery.unchanged'
    DELIVERY_RETURNED = 'delivery.returned'
    DELIVERY_SUPERSEDED = 'delivery.superseded'
    DELIVERY_FAILED = 'delivery.failed'
    DECISION_ACCEPT = 'decision.accept'
    DECISION_RETURN = 'decision.return'
    RELEASE_DELIVERY = 'release.delivery'
    RELEASE_EDIT = 'release.edit'
    RELEASE_ROLLBACK = 'release.rollback'
    RELEASE_DEMO = 'release.demo'
    RELEASE_LEAVE = 'release.leave'
    EDITS_OPEN = 'edits.open'
    EDITS_ACCEPTED = 'edits.accepted'
    EDITS_REJECTED = 'edits.rejected'
    CONFLICT_OURS = 'conflict.ours'
    CONFLICT_THEIRS = 'conflict.theirs'
    CONFLICT_MERGED = 'conflict.merged'
    CITIZEN_REPORT_ACCEPTED = 'citizen_report.accepted'
    CITIZEN_REPORT_REFUSED = 'citizen_report.refused'
    JOB_SUBMITTED = 'job.submitted'


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
    Deed.POLICY_CHANGED: Text(vi='access.yml đã thay đổi', en='access.yml was changed'),
    Deed.RESTORED: Text(vi='phục hồi từ bản sao lưu', en='was restored from a backup'),
    Deed.LAYER_READ: Text(vi='đọc lớp không phải ai cũng xem được', en='read a layer that not everybody sees'),
    Deed.DELIVERY_RECEIVED: Text(vi='giao tệp', en='handed in a delivery'),
    Deed.DELIVERY_DIAGNOSED: Text(vi='đợt giao chờ quyết định', en='a delivery waits for a decision'),
    Deed.DELIVERY_ACCEPTED: Text(vi='đợt giao được nhận', en='a delivery was accepted'),
    Deed.DELIVERY_UNCHANGED: Text(vi='đợt giao không đổi gì', en='a delivery changed nothing'),
    Deed.DELIVERY_RETURNED: Text(vi='đợt giao bị trả lại', en='a delivery was returned'),
    Deed.DELIVERY_SUPERSEDED: Text(vi='đợt giao được đợt sau thay', en='a delivery was superseded'),
    Deed.DELIVERY_FAILED: Text(vi='đợt giao gián đoạn', en='a delivery was interrupted'),
    Deed.DECISION_ACCEPT: Text(vi='quyết định nhận đợt giao', en='decided to accept a delivery'),
    Deed.DECISION_RETURN: Text(vi='quyết định trả lại đợt giao', en='decided to return a delivery'),
    Deed.RELEASE_DELIVERY: Text(vi='phát hành từ đợt giao', en='released a delivery'),
    Deed.RELEASE_EDIT: Text(vi='phát hành bản sửa', en='released edits'),
    Deed.RELEASE_ROLLBACK: Text(vi='trở về bản phát hành trước', en='rolled a layer back'),
    Deed.RELEASE_DEMO: Text(vi='phát hành dữ liệu minh họa', en='released demonstration data'),
    Deed.RELEASE_LEAVE: Text(vi='bỏ dữ liệu minh họa', en='took demonstration data away'),
    Deed.EDITS_OPEN: Text(vi='gửi bản sửa để duyệt', en='put edits up for review'),
    Deed.EDITS_ACCEPTED: Text(vi='duyệt bản sửa', en='accepted edits'),
    Deed.EDITS_REJECTED: Text(vi='từ chối bản sửa', en='rejected edits'),
    Deed.CONFLICT_OURS: Text(vi='giải quyết mâu thuẫn theo bản sửa', en='settled a conflict for the edit'),
    Deed.CONFLICT_THEIRS: Text(vi='giải quyết mâu thuẫn theo đợt giao', en='settled a conflict for the delivery'),
    Deed.CONFLICT_MERGED: Text(vi='mâu thuẫn tự hết', en='a conflict went away by itself'),
    Deed.CITIZEN_REPORT_ACCEPTED: Text(vi='tiếp nhận phản ánh của người dân', en="accepted a citizen's report"),
    Deed.CITIZEN_REPORT_REFUSED: Text(vi='không tiếp nhận phản ánh của người dân', en="refused a citizen's report"),
    Deed.JOB_SUBMITTED: Text(vi='chạy phân tích', en='ran an analysis'),
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


def note_reads(person: UUID, layers: Sequence[str]) -> None:
    """Adds a line for each of these layers that the person has not read in this minute."""
    with connection('gatekeeper') as db, db.cursor() as cursor:
        cursor.execute('select access.note_reads(%s, %s)', [str(person), [*layers]])


def note_policy(policy: BaseModel) -> None:
    """Adds a line with the rules of access.yml where they are not those that were noted last."""
    with connection('gatekeeper') as db, db.cursor() as cursor:
        cursor.execute('select access.note_policy(%s)', [Json(policy.model_dump(mode='json'))])


def verify_log(db: Connection) -> LogProof:
    """Works the chain of hashes out anew, from its first line to the last."""
    with db.cursor() as cursor:
        cursor.execute('select lines, first_broken, last_sha256 from access.verify_log()')
        lines, first_broken, last_sha256 = cursor.fetchone() or (0, None, None)
    return LogProof(lines=lines, first_broken=first_broken, last_sha256=last_sha256)


def log_lines(
    db: Connection, since: datetime | None = None, last: int | None = None, before: int | None = None
) -> list[LogLine]:
    """The lines of the log from `since` on, in their order; of these only the `last` ones, where that is set.

    before: only lines with a lower number.
    """
    with db.cursor() as cursor:
        cursor.execute(
            """select l.number, l.at, l.person, p.name, l.action, l.detail, encode(l.sha256, 'hex')
               from access.log as l left join access.person as p on p.id = l.person
               where (%(since)s::timestamptz is null or l.at >= %(since)s)
               and (%(before)s::bigint is null or l.number < %(before)s) order by l.number desc limit %(last)s""",
            {'since': since, 'last': last, 'before': before},
        )
        names = LogLine.model_fields
        return [LogLine(**dict(zip(names, row, strict=True))) for row in reversed(cursor.fetchall())]

"""What people are written to about; each kind can be switched off by who gets it."""

from collections.abc import Collection
from uuid import UUID

from psycopg2.extensions import connection as Connection

from dothi.core.text import Text

KINDS: dict[str, Text] = {
    'decision_wanted': Text(vi='Đợt giao chờ quyết định', en='A delivery waits for a decision'),
    'delivery_accepted': Text(vi='Đợt giao đã được nhận', en='A delivery was accepted'),
    'delivery_returned': Text(vi='Đợt giao bị trả lại', en='A delivery was returned'),
    'edit_reviewed': Text(vi='Bản sửa đã được duyệt', en='Edits were reviewed'),
    'reports_waiting': Text(vi='Phản ánh của người dân chờ xem xét', en='Reports of citizens wait for review'),
    'analysis_done': Text(vi='Phân tích lâu hơn một phút đã xong', en='An analysis of more than a minute is done'),
    'delivery_due': Text(vi='Sắp đến hạn giao dữ liệu', en='Data is due soon'),
    'delivery_late': Text(vi='Quá hạn giao dữ liệu', en='Data is late'),
    'danger': Text(vi='Đĩa hoặc bản sao lưu gặp nguy', en='Disk or backups in danger'),
    'weekly': Text(vi='Bản tin hằng tuần', en='The weekly digest'),
}


def unwanted_kinds(db: Connection, person: UUID) -> set[str]:
    """The kinds that somebody has switched off."""
    with db.cursor() as cursor:
        cursor.execute('select kind from mail.unwanted where person = %s', [str(person)])
        return {kind for (kind,) in cursor.fetchall()}


def choose_kinds(db: Connection, person: UUID, unwanted: Collection[str]) -> None:
    """Switches these kinds off for somebody, and all others on."""
    with db.cursor() as cursor:
        cursor.execute('delete from mail.unwanted where person = %s', [str(person)])
        for kind in unwanted:
            cursor.execute('insert into mail.unwanted (person, kind) values (%s, %s)', [str(person), kind])

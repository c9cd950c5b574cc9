"""Whole layers that could not be written to a file: why, how often in a row, and when they are tried again."""

from datetime import datetime, timedelta
from typing import Literal

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor
from pydantic import BaseModel, computed_field

from dothi.core.job_settings import JobSettings
from dothi.core.layer import Audience
from dothi.core.text import Text

type FaultReason = Literal['memory', 'time', 'disk', 'database', 'other']
# After the first failure; each further one in a row makes it five times as long, up to a day.
FIRST_WAIT, LONGER, LONGEST_WAIT = timedelta(minutes=1), 5, timedelta(days=1)
REASONS: dict[str, Text] = {
    'memory': Text(
        vi='Hết bộ nhớ khi ghi. Tăng DOTHI_JOB_MEMORY_MB, hoặc bỏ định dạng này khỏi DOTHI_DOWNLOADS.',
        en='Writing it ran out of memory. Raise DOTHI_JOB_MEMORY_MB, or take the format out of DOTHI_DOWNLOADS.',
    ),
    'time': Text(
        vi='Ghi quá lâu. Tăng DOTHI_JOB_TIME_LIMIT_S, hoặc bỏ định dạng này khỏi DOTHI_DOWNLOADS.',
        en='Writing it took too long. Raise DOTHI_JOB_TIME_LIMIT_S, or take the format out of DOTHI_DOWNLOADS.',
    ),
    'disk': Text(
        vi='Không ghi được vào kho. Kiểm tra dung lượng và quyền ghi của thư mục lưu trữ.',
        en='It could not be written to the store. Look at space and rights of its folder.',
    ),
    'database': Text(
        vi='Mất kết nối cơ sở dữ liệu khi đang ghi.', en='The connection to the database was lost while it was written.'
    ),
    'other': Text(
        vi='Lỗi của hệ thống; chi tiết ở nhật ký của bộ xử lý tác vụ.',
        en="A fault of the platform; see the worker's log.",
    ),
}


def limits_now() -> str:
    """The limits within which files are written, as they are recorded with a failure."""
    settings = JobSettings()
    return f'{settings.job_memory_mb} MB, {settings.job_time_limit_s:g} s'


class DownloadFault(BaseModel):
    """A file that could not be made ready: of which layer, for whom, in which format.

    times: failures in a row. limits: those that held then.
    """

    layer_id: str
    audience: Audience
    format: str
    reason: FaultReason
    times: int
    failed_at: datetime
    limits: str = ''

    @computed_field  # type: ignore[prop-decorator]
    @property
    def retry_at(self) -> datetime:
        """When it is tried again under the same limits; a worker with others tries it at once."""
        # a power of five that is too large for a date
        wait = LONGEST_WAIT if self.times > LONGER + 1 else FIRST_WAIT * LONGER ** (self.times - 1)
        return self.failed_at + min(wait, LONGEST_WAIT)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def text(self) -> Text:
        """What went wrong, and what its administrator can do."""
        return REASONS[self.reason]


def download_faults(db: Connection) -> list[DownloadFault]:
    """What could not be made ready and has not been since."""
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute('select * from catalog.download_fault order by layer_id, format, audience')
        return [DownloadFault(**row) for row in cursor.fetchall()]


def record_fault(db: Connection, layer_id: str, audience: Audience, form: str, reason: FaultReason) -> DownloadFault:
    """Counts a failure, and gives the fault as it is now."""
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            """insert into catalog.download_fault as f (layer_id, audience, format, reason, limits, times)
               values (%s, %s, %s, %s, %s, 1)
               on conflict (layer_id, audience, format) do update
               set reason = excluded.reason, limits = excluded.limits, times = f.times + 1, failed_at = now()
               returning *""",
            [layer_id, audience, form, reason, limits_now()],
        )
        return DownloadFault(**(cursor.fetchone() or {}))


def forget_fault(db: Connection, layer_id: str, audience: Audience, form: str) -> None:
    """Forgets the failures of a file that is ready now, or not wanted any more."""
    with db.cursor() as cursor:
        cursor.execute(
            'delete from catalog.download_fault where layer_id = %s and audience = %s and format = %s',
            [layer_id, audience, form],
        )

"""Why a job that was not wrong by itself has no result: what its user is told, and what to do."""

from dothi.core.errors import Busy, Defect
from dothi.core.text import Text

# How many workers may die, or lose their database, on one job.
MOST_ATTEMPTS = 3
RAISE_MEMORY = Text(vi='Hoặc tăng DOTHI_JOB_MEMORY_MB.', en='Or raise DOTHI_JOB_MEMORY_MB.')


class ChildDied(Defect):
    """The process of a run ended without an answer."""


class WaitedTooLong(Busy):
    """No worker came to take the job."""


class RunFailed(Defect):
    """An analysis failed by a fault of ours."""


class TooLong(Busy):
    """A run took longer than a job may."""


def child_died(exit_code: int | None) -> ChildDied:
    """The process of a run ended with this exit code, negative for a signal."""
    how = f'signal {-exit_code}' if exit_code is not None and exit_code < 0 else f'exit code {exit_code}'
    return ChildDied(
        vi=f'Tiến trình phân tích bị dừng ({how}), có thể do hết bộ nhớ. Hãy thu hẹp dữ liệu đầu vào rồi thử lại.',
        en=f'The analysis broke off ({how}), perhaps for want of memory. Narrow its inputs and try again.',
        steward=RAISE_MEMORY,
    )


def worker_gone() -> ChildDied:
    """The error for a job of which every worker died."""
    return ChildDied(
        vi=f'Tiến trình xử lý đã dừng {MOST_ATTEMPTS} lần khi đang chạy phân tích này.',
        en=f'The worker ended {MOST_ATTEMPTS} times while it ran this analysis.',
    )


def worker_lost() -> ChildDied:
    """The error for a job that the queue does not know any more."""
    return ChildDied(
        vi='Mất liên lạc với cơ sở dữ liệu khi đang chạy phân tích này. Hãy thử lại.',
        en='The database was away while this analysis ran. Try again.',
    )


def waited_too_long(limit_s: float) -> WaitedTooLong:
    """The error for a job that waited longer than it may."""
    return WaitedTooLong(
        vi=f'Không tới lượt chạy trong {limit_s:g} giây. Hãy thử lại.',
        en=f'Its turn did not come within {limit_s:g} s. Try again.',
        steward=Text(vi='Giới hạn: DOTHI_JOB_WAIT_S.', en='The limit is DOTHI_JOB_WAIT_S.'),
    )


def run_failed(job_id: str) -> RunFailed:
    """The error for a fault of ours; the log has its trace under the id of the job."""
    return RunFailed(
        vi=f'Lỗi của hệ thống khi chạy phân tích. Báo quản trị viên mã {job_id}.',
        en=f'The analysis failed by a fault of the platform. Give the administrator the reference {job_id}.',
    )


def too_long(limit_s: float) -> TooLong:
    """The error for a run that took longer than it may."""
    return TooLong(
        vi=f'Phân tích chạy quá {limit_s:g} giây. Hãy thu hẹp dữ liệu đầu vào.',
        en=f'The analysis took longer than {limit_s:g} s. Narrow its inputs.',
        steward=Text(vi='Hoặc tăng DOTHI_JOB_TIME_LIMIT_S.', en='Or raise DOTHI_JOB_TIME_LIMIT_S.'),
    )

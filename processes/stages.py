"""How far a delivery or a decision on one is, as the progress of a job."""

from dothi.core.progress import Progress
from dothi.core.text import Text
from processes.base import ProgressCallback

# How much is done when a stage begins; stages that are not here are passed over.
STAGES = {
    'archive': (0.02, Text(vi='Lưu bản gốc', en='Archiving the original')),
    'inspect': (0.05, Text(vi='Xem tệp', en='Looking at the file')),
    'stage': (0.1, Text(vi='Đọc và kiểm tra hàng', en='Reading and checking rows')),
    'diff': (0.6, Text(vi='So sánh', en='Comparing')),
    'release': (0.8, Text(vi='Phát hành', en='Releasing')),
    'finish': (0.95, Text(vi='Ghi báo cáo', en='Recording')),
}


def stage_callback(progress: ProgressCallback) -> Progress:
    """What tells the progress of a job from the stages of a delivery."""

    def report_stage(stage: str, done: int, total: int | None) -> None:  # noqa: ARG001
        if stage in STAGES:
            progress(*STAGES[stage])

    return report_stage

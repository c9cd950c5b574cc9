"""Settings of a standby: where it and its primary talk, how much log waits for it, how far behind it may be."""

from pydantic import Field

from dothi.core.settings import Settings


class StandbySettings(Settings):
    """Where a standby and its primary talk, how much log waits for it, and how far behind it may be."""

    standby_port: int = Field(
        5010,
        gt=0,
        le=65535,
        description='Cổng mà máy chính và máy dự phòng nói chuyện với nhau (TLS), trên cả hai máy. · '
        'Port on which primary and standby talk to each other (TLS), on both machines.',
    )
    standby_wal_max_mb: int = Field(
        8192,
        ge=64,
        description='Nhật ký (MB) mà máy chính giữ lại nhiều nhất cho máy dự phòng đang vắng; quá mức đó phải sao chép '
        'lại từ đầu. · '
        'Log in MB that the primary keeps at most for a standby that is away; beyond that it has to be copied anew.',
    )
    standby_max_lag_s: float = Field(
        60,
        gt=0,
        description='Máy dự phòng chậm hơn số giây này thì `dothi status`, `dothi doctor` và `/health/ready` cảnh báo. '
        '· A standby that is behind by more than so many seconds is warned of by `dothi status`, `dothi doctor` and '
        '`/health/ready`.',
    )

"""Settings of backups: when they are made, how long they are kept, and how old they may be."""

from pydantic import Field

from dothi.core.settings import Settings


class BackupSettings(Settings):
    """When backups are made, how long they are kept, and how old they may be."""

    backup_hour: int = Field(
        1,
        ge=0,
        le=23,
        description='Giờ (theo giờ của địa phương) mà việc sao lưu hằng đêm bắt đầu, rồi đến việc phục hồi thử. · '
        'Hour, on the clocks of the locality, at which the backup of each night begins, with its proof after it.',
    )
    backup_keep_weeks: int = Field(
        4,
        ge=1,
        description='Số tuần mà mọi thời điểm đều phục hồi được; mỗi tuần có một bản sao lưu đầy đủ. · '
        'Weeks of which every moment can be restored; each week has a full backup.',
    )
    backup_max_hours: float = Field(
        26,
        gt=0,
        description='Bản sao lưu, hoặc lần phục hồi thử cuối, cũ hơn số giờ này thì `/health/ready` báo `backup`. · '
        'A backup, or the last proof that it restores, that is older than so many hours is down in `/health/ready`.',
    )

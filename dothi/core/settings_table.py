"""All settings, in the order in which people read them."""

from dothi.core.backup_settings import BackupSettings
from dothi.core.job_settings import InputSettings, JobSettings
from dothi.core.limit_settings import (
    ClientSettings,
    LimitSettings,
    MapSettings,
    RoomSettings,
    TileSettings,
    UploadSettings,
)
from dothi.core.mail_settings import MailSettings
from dothi.core.oidc_settings import OidcSettings
from dothi.core.settings import (
    DatabaseSettings,
    EditSettings,
    PathSettings,
    ReaderSettings,
    ServerSettings,
    SessionSettings,
    Settings,
)
from dothi.core.standby_settings import StandbySettings

SETTINGS: tuple[type[Settings], ...] = (
    PathSettings,
    DatabaseSettings,
    ServerSettings,
    LimitSettings,
    UploadSettings,
    RoomSettings,
    ClientSettings,
    TileSettings,
    MapSettings,
    JobSettings,
    InputSettings,
    BackupSettings,
    StandbySettings,
    EditSettings,
    SessionSettings,
    OidcSettings,
    MailSettings,
    ReaderSettings,
)

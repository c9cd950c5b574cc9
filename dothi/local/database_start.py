"""The private PostGIS started, with its log going to backup and standby where they are set up."""

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from dothi.core.errors import EnvironmentMissing
from dothi.core.foreground import foreground_pid, record_foreground
from dothi.core.private_files import replace_file, replace_file_without_room
from dothi.core.run_folder import claim_run_folder
from dothi.core.secret_files import begin_secrets
from dothi.core.settings import DatabaseSettings, PathSettings
from dothi.local.backup.instance import archive_settings
from dothi.local.backup.log_handover import hand_over_promotion
from dothi.local.copied_state import require_own_backup
from dothi.local.database import private_database
from dothi.local.standby.fencing import require_not_superseded
from dothi.local.standby.record import follows_primary
from dothi.local.standby.replication import replication_settings

if TYPE_CHECKING:
    from dothi.core.postgis import LocalPostgis


# How long whoever watches over the database may take to start it again.
RESTART_PATIENCE_S = 60


class DatabaseAway(EnvironmentMissing):
    """Whoever watches over the private database did not start it again."""


class DataMissing(EnvironmentMissing):
    """The data of the private database is gone, and a backup of it is there."""


def archived_database() -> 'LocalPostgis':
    """The private server with its log going to backup and standby, where they are set up: for whoever starts it.

    Raises DataMissing where the data was backed up or followed a primary, and is gone: a new and empty database would
    take its place. Raises SupersededPrimary where the standby is primary now, CopiedState where the log would go to the
    place of another instance.
    """
    require_not_superseded()
    require_own_backup()
    server, settings = private_database(), archive_settings() | replication_settings()
    if follows_primary() and not server.data.exists():
        raise DataMissing(
            vi=f'Thiếu dữ liệu trong {server.data} của máy dự phòng này: chạy lại "dothi standby join".',
            en=f'The data in {server.data} of this standby is gone: repeat "dothi standby join".',
        )
    if settings and not server.data.exists():
        raise DataMissing(
            vi=f'Thiếu dữ liệu trong {server.data}, mà bản sao lưu thì có: dothi restore. '
            'Hoặc bắt đầu lại với cơ sở dữ liệu trống: dothi backup off, rồi dothi up.',
            en=f'The data in {server.data} is gone, and there is a backup of it: dothi restore. '
            'Or begin again with an empty database: dothi backup off, then dothi up.',
        )
    if not server.data.exists():
        begin_secrets()
    if 'archive_mode' in settings and not server.running():
        hand_over_promotion(server.data)
    return replace(server, settings=settings)


def start_database() -> None:
    """Starts the private database, unless DOTHI_DATABASE_URL names another one.

    One that runs with other settings of backup and standby than are in force is started again: whoever changed them was
    killed before that, and its log would go nowhere.
    """
    from dothi.core.database import fresh

    run = PathSettings().run
    if DatabaseSettings().database_url:
        claim_run_folder(run)
        return
    server = archived_database()
    claim_run_folder(run)
    if server.running() and not server.runs_with_settings():
        _end_to_take_up_settings(server)
        server = archived_database()
    server.start()
    replace_file_without_room(run / 'database_url', server.address.render_as_string())
    fresh()


def restart_database() -> None:
    """Starts the private database again, with the settings that are in force now.

    One that somebody watches over is only ended: it is started again by whoever watches. Raises DatabaseAway.
    """
    _end_to_take_up_settings(private_database())
    start_database()


def _end_to_take_up_settings(server: 'LocalPostgis') -> None:
    """Ends the server; one that somebody watches over runs again. Raises DatabaseAway."""
    is_watched = is_foreground(server)
    server.stop()
    if is_watched:
        _await_restart()


def is_foreground(server: 'LocalPostgis') -> bool:
    """Whether the server that runs was started by `dothi database`, and somebody watches over it."""
    pid = server.pid()
    return pid is not None and pid == foreground_pid('database')


def _await_restart() -> None:
    from dothi.core.database import NoDatabase, connection, fresh

    deadline = time.monotonic() + RESTART_PATIENCE_S
    while time.monotonic() < deadline:
        fresh()
        try:
            with connection('admin'):
                return
        except NoDatabase:
            time.sleep(0.2)
    raise DatabaseAway(
        vi='Cơ sở dữ liệu đã dừng để nhận cấu hình mới mà không ai khởi động lại: systemctl restart dothi-database.',
        en='The database ended to take up new settings, and nobody started it again: systemctl restart dothi-database.',
    )


def run_database() -> NoReturn:
    """Becomes the private database, for whoever watches over it, such as systemd. Raises NoPostgis."""
    server, run = archived_database(), PathSettings().run
    claim_run_folder(run)
    command = server.foreground_command()
    replace_file(run / 'database_url', server.address.render_as_string())
    record_foreground('database')
    os.execvp(command[0], command)  # noqa: S606

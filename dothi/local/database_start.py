"""The private PostGIS started, with its log going to the backup where one is set up."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from dothi.core.errors import EnvironmentMissing
from dothi.core.private_files import replace_file
from dothi.core.settings import DatabaseSettings, PathSettings
from dothi.local.backup.instance import archive_settings
from dothi.local.database import private_database

if TYPE_CHECKING:
    from dothi.core.postgis import LocalPostgis


class DataMissing(EnvironmentMissing):
    """The data of the private database is gone, and a backup of it is there."""


def archived_database() -> 'LocalPostgis':
    """The private server with its log going to the backup, where one is set up: for whoever starts it.

    Raises DataMissing where the data was backed up and is gone: a new and empty database would take its place.
    """
    server, settings = private_database(), archive_settings()
    if settings and not server.data.exists():
        raise DataMissing(
            vi=f'Thiếu dữ liệu trong {server.data}, mà bản sao lưu thì có: dothi restore. '
            'Hoặc bắt đầu lại với cơ sở dữ liệu trống: dothi backup off, rồi dothi up.',
            en=f'The data in {server.data} is gone, and there is a backup of it: dothi restore. '
            'Or begin again with an empty database: dothi backup off, then dothi up.',
        )
    return replace(server, settings=settings)


def start_database() -> None:
    """Starts the private database, unless DOTHI_DATABASE_URL names another one."""
    from dothi.core.database import fresh

    run = PathSettings().run
    run.mkdir(parents=True, exist_ok=True)
    if DatabaseSettings().database_url:
        return
    server = archived_database()
    server.start()
    replace_file(run / 'database_url', server.url.render_as_string(hide_password=False))
    fresh()


def run_database() -> NoReturn:
    """Becomes the private database, for whoever watches over it, such as systemd. Raises NoPostgis."""
    server, run = archived_database(), PathSettings().run
    run.mkdir(parents=True, exist_ok=True)
    command = server.foreground_command()
    replace_file(run / 'database_url', server.url.render_as_string(hide_password=False))
    os.execvp(command[0], command)  # noqa: S606

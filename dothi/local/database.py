"""The private PostGIS of an instance."""

import os
from typing import TYPE_CHECKING, NoReturn

from dothi.core.private_files import replace_file
from dothi.core.settings import DatabaseSettings, PathSettings

if TYPE_CHECKING:
    from dothi.core.postgis import LocalPostgis


def private_database() -> 'LocalPostgis':
    """The server that `make up` starts; not used where DOTHI_DATABASE_URL names another."""
    from dothi.core.postgis import LocalPostgis

    settings = DatabaseSettings()
    networks = tuple(map(str, settings.gis_networks))
    return LocalPostgis(PathSettings().state / 'postgis', settings.database_port, networks=networks)


def start_database() -> None:
    """Starts the private database, unless DOTHI_DATABASE_URL names another one."""
    from dothi.core.database import fresh

    run = PathSettings().run
    run.mkdir(parents=True, exist_ok=True)
    if DatabaseSettings().database_url:
        return
    server = private_database()
    server.start()
    replace_file(run / 'database_url', server.url.render_as_string(hide_password=False))
    fresh()


def run_database() -> NoReturn:
    """Becomes the private database, for whoever watches over it, such as systemd. Raises NoPostgis."""
    server, run = private_database(), PathSettings().run
    run.mkdir(parents=True, exist_ok=True)
    command = server.foreground_command()
    replace_file(run / 'database_url', server.url.render_as_string(hide_password=False))
    os.execvp(command[0], command)  # noqa: S606

"""The private PostGIS of an instance."""

from typing import TYPE_CHECKING

from dothi.core.settings import DatabaseSettings, PathSettings

if TYPE_CHECKING:
    from dothi.core.postgis import LocalPostgis


def private_database() -> 'LocalPostgis':
    """The server that `make up` starts; not used where DOTHI_DATABASE_URL names another."""
    from dothi.core.postgis import LocalPostgis
    from dothi.local.standby.replication import replication

    settings = DatabaseSettings()
    networks = tuple(map(str, settings.gis_networks))
    folder = PathSettings().state / 'postgis'
    return LocalPostgis(folder, settings.database_port, networks=networks, collects_log=True, replication=replication())

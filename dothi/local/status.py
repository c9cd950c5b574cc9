"""What of an instance runs, and what is served."""

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel

from dothi.core.backup_state import BackupState, backup_state
from dothi.core.catalog import Release, current_releases
from dothi.core.clock import today
from dothi.core.errors import describe
from dothi.core.export.download_faults import DownloadFault, download_faults
from dothi.core.freshness import Freshness, last_deliveries, of_layer
from dothi.core.layer import Layer
from dothi.core.revivals import Revival, revivals
from dothi.core.services import Service
from dothi.core.settings import PathSettings
from dothi.core.text import Text
from dothi.local.service_user import why_root
from dothi.local.services import is_supervised, running_pid, services, url_of
from dothi.local.standby.status import StandbyStatus, standby_status
from etl.demonstration.refused import RefusedDemo, refused_demo
from etl.desk.store_check import StoreCheck, check_store

if TYPE_CHECKING:
    from dothi.core.locality import Locality


class ServiceState(BaseModel):
    """One service of the instance."""

    name: str
    running: bool
    pid: int | None
    url: str | None
    # None where it did not die since the instance was started
    revival: Revival | None = None


class LayerState(BaseModel):
    """One layer: what is wrong with its file, or which release is served."""

    id: str
    error: dict[str, object] | None = None
    # what is wrong with the file of its styles: the layer is served, and drawn in none
    style_error: dict[str, object] | None = None
    release: Release | None = None
    demo: bool = False
    # of its own agency first, then of those that delivered parts of it
    freshness: list[Freshness] = []


class Status(BaseModel):
    """What runs and what is served."""

    state: str
    database: str | None
    # the private database; None where it did not die since the instance was started
    database_revival: Revival | None = None
    services: list[ServiceState]
    # whether what dies is started again: by our supervisors, or by whoever started all of it in the foreground
    supervised: bool = False
    # why root runs the services, and what to do; None where somebody else does
    root_reason: Text | None = None
    layers: list[LayerState]
    # what is wrong with `locality.yml` or `agencies.yml`: services go on as they were started, and cannot start anew
    locality_error: dict[str, object] | None = None
    # deliveries that wait for a person's decision
    waiting: int = 0
    # walls of the closed room that this machine does not have, and what that means
    missing_walls: list[Text] = []
    store: StoreCheck = StoreCheck()
    # no step of a backup where none is set up; None where the database is away
    backup: BackupState | None = None
    # None where there is no standby, and this is none
    standby: StandbyStatus | None = None
    # files of whole layers that could not be made ready
    download_faults: list[DownloadFault] = []
    # files of the demo that were returned, so that their layers lack them
    refused_demo: list[RefusedDemo] = []
    # by `up`, once: the path at which the first administrator sets a password
    first_administrator: str | None = None


def instance_status(locality: 'Locality | None') -> Status:
    """What runs and what is served; a database that does not answer is null, not an error.

    locality: None where its files are not right: nothing is known of layers then.
    """
    from dothi.core.database import NoDatabase, connection
    from etl.desk.records import waiting_count

    try:
        with connection('loader') as db:
            served: dict[str, Release] | None = current_releases(db)
            waiting = waiting_count(db)
            delivered: dict[str, dict[str, datetime]] | None = last_deliveries(db)
            store, faults, refused = check_store(db), download_faults(db), refused_demo(db)
            backup: BackupState | None = backup_state(db)
            standby = standby_status(db)
    except NoDatabase:
        served, waiting, delivered, store, faults, refused = None, 0, None, StoreCheck(), [], []
        backup, standby = None, standby_status(None)
    died = revivals()
    return Status(
        state=str(PathSettings().state),
        database=None if served is None else 'running',
        database_revival=died.get('database'),
        services=[_service_state(service, died) for service in services()],
        supervised=is_supervised(),
        root_reason=why_root(),
        layers=_layer_states(locality, served or {}, delivered) if locality else [],
        waiting=waiting,
        store=store,
        backup=backup,
        standby=standby,
        download_faults=faults,
        refused_demo=refused,
    )


def _service_state(service: Service, died: dict[str, Revival]) -> ServiceState:
    pid = running_pid(service)
    return ServiceState(
        name=service.name, running=pid is not None, pid=pid, url=url_of(service), revival=died.get(service.name)
    )


def _layer_states(
    locality: 'Locality', served: dict[str, Release], delivered: dict[str, dict[str, datetime]] | None
) -> list[LayerState]:
    """What is wrong with each layer, and which release of it is served. delivered: None where nobody knows."""
    broken = [LayerState(id=name, error=describe(error)) for name, error in locality.broken.items()]
    zone = locality.place.zone
    served_layers = [
        LayerState(
            id=name,
            style_error=_style_error(locality, data),
            release=served.get(name),
            demo=name in served and served[name].demo,
            freshness=[] if delivered is None else of_layer(data, delivered.get(name, {}), today(zone), zone),
        )
        for name, data in (*locality.layers.items(), *locality.coverages.items())
    ]
    return broken + served_layers


def _style_error(locality: 'Locality', data: object) -> dict[str, object] | None:
    from dothi.cartography.style.layer_styles import styles_of
    from dothi.core.locality_file import BadLocalityFile

    try:
        if isinstance(data, Layer):
            styles_of(data, locality.path)
    except BadLocalityFile as error:
        return describe(error)
    return None

"""A whole instance on this machine: database, demo province, worker and services, brought up and down."""

import fcntl
import hashlib
import json
import os
import pwd
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from demo import LOCALITY_ID
from dothi.core.catalog import Release, current_releases
from dothi.core.clock import today
from dothi.core.edit_token import make_token
from dothi.core.errors import EnvironmentMissing, describe
from dothi.core.freshness import Freshness, last_deliveries, of_layer
from dothi.core.layer import Audience, Layer
from dothi.core.listening import require_closed
from dothi.core.ports import is_free
from dothi.core.private_files import PASSAGE_MODE, STATE_MODE, close_new_files
from dothi.core.process_table import Listener, listener_on
from dothi.core.progress import Progress, silent
from dothi.core.services import Service
from dothi.core.settings import SETTINGS, DatabaseSettings, EditSettings, PathSettings, ServerSettings, code_files
from dothi.core.text import Text
from etl.desk.options import DeliveryOptions
from etl.desk.store_check import StoreCheck, check_store
from etl.report.model import Report

if TYPE_CHECKING:
    from demo.sent import DemoFile
    from dothi.core.locality import Locality
    from dothi.core.postgis import LocalPostgis

DemoSize = Literal['small', 'full', 'no']
START_PATIENCE_S = 60
PORT_PATIENCE_S = 5
EVERYWHERE = {'0.0.0.0', '::'}
# What a running service has loaded: when one of these is newer than its start, `up` starts it again.
CODE = (
    'dothi/**/*.*', 'etl/**/*.*', 'processes/**/*.*', 'sql/**/*.sql', 'pygeoapi-config.yml', 'web/dist/index.html',
)  # fmt: skip


class ServiceSilent(EnvironmentMissing):
    """A service runs but does not answer."""


class PortTaken(EnvironmentMissing):
    """A service cannot listen where it is to: somebody else does."""


class ServiceState(BaseModel):
    """One service of the instance."""

    name: str
    running: bool
    pid: int | None
    url: str | None


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
    services: list[ServiceState]
    layers: list[LayerState]
    # deliveries that wait for a person's decision
    waiting: int = 0
    # walls of the closed room that this machine does not have, and what that means
    missing_walls: list[Text] = []
    store: StoreCheck = StoreCheck()


def up(locality: 'Locality', demo: DemoSize, progress: Progress = silent) -> Status:
    """The running instance, with everything started that did not run; safe to repeat.

    The demo is drawn for one locality and left out for any other.

    Raises OpenToAll, NoPostgis, ServiceDied or ServiceSilent with the log to read.
    """
    from dothi.cartography.shared_styles import sync_styles
    from dothi.core.migrate import migrate

    require_closed(ServerSettings().host)
    make_state_folder()
    with alone('up', progress):
        progress('database', 0, None)
        start_database()
        progress('migrate', 0, None)
        migrate(locality)
        sync_styles(locality)
        make_token()
        if demo != 'no' and locality.place.id == LOCALITY_ID:
            deliver_demo(locality, demo_buildings(demo), progress)
        start_services(progress)
    return status(locality)


def make_state_folder() -> None:
    """Makes the state folder, closed to strangers of this machine; what is made in it from now on is closed too.

    As root the group is that of the user who runs PostgreSQL, and has to pass through.
    """
    state = PathSettings().state
    above = [folder for folder in state.parents if not folder.exists()]
    state.mkdir(parents=True, exist_ok=True)
    state.chmod(STATE_MODE)
    # the user who runs PostgreSQL comes through what had to be made above
    for folder in above:
        folder.chmod(PASSAGE_MODE)
    if os.geteuid() == 0 and not DatabaseSettings().database_url:
        with suppress(KeyError):
            os.chown(state, -1, pwd.getpwnam('postgres').pw_gid)
    close_new_files()


@contextmanager
def alone(purpose: str, progress: Progress = silent) -> Iterator[None]:
    """No other process of this instance is inside for the same `purpose`: the second waits for the first.

    The lock ends with the process that holds it, however that ends.
    """
    run = PathSettings().run
    run.mkdir(parents=True, exist_ok=True)
    with (run / f'{purpose}.lock').open('w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f'wait for another {purpose}', 0, None)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def down() -> list[str]:
    """Names of what was running and is ended now: services first, then the private database."""
    ended = [service.name for service in reversed(services()) if service.stop()]
    database = private_database()
    if database.folder.exists() and database.running():
        database.stop()
        ended.append('database')
    return ended


def status(locality: 'Locality') -> Status:
    """What runs and what is served; a database that does not answer is null, not an error."""
    from dothi.core.database import NoDatabase, connection
    from etl.desk.records import waiting_count

    try:
        with connection('loader') as db:
            served: dict[str, Release] | None = current_releases(db)
            waiting, delivered = waiting_count(db), last_deliveries(db)
            store = check_store(db)
    except NoDatabase:
        served, waiting, delivered, store = None, 0, {}, StoreCheck()
    return Status(
        state=str(PathSettings().state),
        database=None if served is None else 'running',
        services=[_service_state(service) for service in services()],
        layers=_layer_states(locality, served or {}, delivered),
        waiting=waiting,
        store=store,
    )


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
    address = run / 'database_url'
    address.touch(mode=0o600)
    address.write_text(server.url.render_as_string(hide_password=False), encoding='utf-8')
    fresh()


def demo_buildings(size: Literal['small', 'full']) -> int:
    """How many buildings the demo of this size has."""
    from demo.write import SIZES

    return SIZES[size]


def deliver_demo(locality: 'Locality', buildings: int, progress: Progress = silent) -> list[Report]:
    """Reports of the demo's files that were delivered now; those delivered before are left out."""
    from demo.write import write_demo
    from etl.desk.deliver import deliver

    folder = PathSettings().state / 'demo' / str(buildings)
    files = write_demo(folder, locality_path=locality.path, buildings=buildings, progress=progress)
    waiting = [file for file in files if not _delivered(file)]
    reports = []
    for done, file in enumerate(waiting):
        progress(f'deliver {file.layer}', done, len(waiting))
        reports.append(deliver(file.path, demo_options(file), locality))
    progress('deliver', len(waiting), len(waiting))
    return reports


def demo_options(file: 'DemoFile') -> DeliveryOptions:
    """How a file of the demo is delivered."""
    return DeliveryOptions(
        layer=file.layer,
        scope=file.scope,
        mode=file.mode,
        crs=file.crs,
        encoding=file.encoding,
        as_of=file.as_of,
        agency=file.agency,
        accept_loss=file.accept_loss,
        origin='demo',
    )


def _delivered(file: 'DemoFile') -> bool:
    """Whether this very file was dealt with before, or waits for a person, whatever has replaced it since."""
    from dothi.core.database import connection

    digest = hashlib.sha256(file.path.read_bytes()).hexdigest()
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(
            """select 1 from catalog.delivery where sha256 = %s and layer_id = %s and scope = %s
               and status not in ('received', 'failed') limit 1""",
            [digest, file.layer, file.scope],
        )
        return cursor.fetchone() is not None


def services() -> list[Service]:
    """The services of this instance, in the order in which they start."""
    run = PathSettings().run
    return [
        Service('worker', ['worker'], run),
        Service('inbox', ['inbox', '--watch'], run),
        Service('internal', ['serve', '--audience', 'internal'], run),
        Service('public', ['serve', '--audience', 'public'], run),
    ]


def start_services(progress: Progress = silent) -> None:
    """Starts what does not run, restarts what runs on older code or other settings, and waits until all answer."""
    require_closed(ServerSettings().host)
    health = [f'{service_url("internal")}/health', f'{service_url("public")}/health']
    os.environ.setdefault('DOTHI_PROBE_URLS', json.dumps(health))
    fingerprint = _fingerprint()
    for done, service in enumerate(services()):
        progress(f'start {service.name}', done, len(services()))
        if not service.fresh(fingerprint):
            service.stop()
            require_port(service)
            service.start(fingerprint)
    for service in services():
        _wait_for(service)


def require_port(service: Service) -> None:
    """Raises PortTaken where the port that the service is to listen on is taken, and stays so for a while.

    Somebody's outgoing connection may have the number for a moment; who listens there is not waited for.
    """
    server = ServerSettings()
    port = {'internal': server.port, 'public': server.public_port}.get(service.name)
    deadline = time.monotonic() + PORT_PATIENCE_S
    while port and not is_free(port, server.host):
        listener = listener_on(port)
        if listener or time.monotonic() > deadline:
            raise port_taken(service.name, port, listener)
        time.sleep(0.2)


def port_taken(name: str, port: int, listener: Listener | None) -> PortTaken:
    """The error for a port that somebody else listens on, and who, where that can be seen."""
    variable = 'DOTHI_PORT' if name == 'internal' else 'DOTHI_PUBLIC_PORT'
    vi = f'tiến trình {listener.pid}: {listener.command[:120]}' if listener else 'một tiến trình của người dùng khác'
    en = f'process {listener.pid}: {listener.command[:120]}' if listener else "another user's process"
    return PortTaken(
        vi=f'Dịch vụ {name} cần cổng {port}, cổng này đang được dùng ({vi}). Dừng nó, hoặc đặt {variable} khác.',
        en=f'The service {name} needs port {port}, which is taken ({en}). End that, or set another {variable}.',
    )


def service_url(audience: Audience) -> str:
    """Where the service for `audience` is reached on this machine."""
    server = ServerSettings()
    host = '127.0.0.1' if server.host in EVERYWHERE else server.host
    return f'http://{host}:{server.port if audience == "internal" else server.public_port}'


def _wait_for(service: Service) -> None:
    url = _url(service)
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline:
        if service.pid() is None:
            raise service.died()
        if url is None or _answers(f'{url}/health'):
            return
        time.sleep(0.1)
    raise ServiceSilent(
        vi=f'Dịch vụ {service.name} không trả lời sau {START_PATIENCE_S} giây. Xem {service.log}.',
        en=f'The service {service.name} does not answer after {START_PATIENCE_S} s. See {service.log}.',
    )


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _url(service: Service) -> str | None:
    return {'internal': service_url('internal'), 'public': service_url('public')}.get(service.name)


def _service_state(service: Service) -> ServiceState:
    pid = service.pid()
    return ServiceState(name=service.name, running=pid is not None, pid=pid, url=_url(service))


def _layer_states(
    locality: 'Locality', served: dict[str, Release], delivered: dict[str, dict[str, datetime]]
) -> list[LayerState]:
    broken = [LayerState(id=name, error=describe(error)) for name, error in locality.broken.items()]
    zone = locality.place.zone
    served_layers = [
        LayerState(
            id=name,
            style_error=_style_error(locality, data),
            release=served.get(name),
            demo=name in served and served[name].demo,
            freshness=of_layer(data, delivered.get(name, {}), today(zone), zone),
        )
        for name, data in (*locality.layers.items(), *locality.coverages.items())
    ]
    return broken + served_layers


def _style_error(locality: 'Locality', data: object) -> dict[str, object] | None:
    from dothi.cartography.style.layer_styles import styles_of
    from dothi.core.locality import BadLocalityFile

    try:
        if isinstance(data, Layer):
            styles_of(data, locality.path)
    except BadLocalityFile as error:
        return describe(error)
    return None


def _fingerprint() -> str:
    """Changes when the code or a setting changes."""
    newest = max(file.stat().st_mtime for file in code_files(*CODE))
    # a secret is masked among the settings, and one that changed wants a restart all the same
    values = [settings().model_dump_json() for settings in SETTINGS] + [EditSettings().edit_token.get_secret_value()]
    return hashlib.sha256(repr((newest, values)).encode()).hexdigest()[:16]

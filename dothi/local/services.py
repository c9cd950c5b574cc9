"""The services of an instance: started, waited for, and started again when their code or settings changed."""

import hashlib
import json
import os
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from dothi.core.disk_room import full_disk, is_full
from dothi.core.errors import EnvironmentMissing
from dothi.core.foreground import foreground_pid
from dothi.core.layer import Audience
from dothi.core.listening import require_closed
from dothi.core.locality_folder import locality_file
from dothi.core.ports import is_free
from dothi.core.process_table import Listener, listener_on, start_environment
from dothi.core.progress import Progress, silent
from dothi.core.services import Service, ServiceDied
from dothi.core.settings import DatabaseSettings, EditSettings, PathSettings, ReaderSettings, ServerSettings, code_files
from dothi.core.settings_table import SETTINGS
from dothi.local.common_origin import common_origin
from dothi.local.database import private_database
from dothi.local.database_start import start_database
from dothi.local.supervisor_names import NAMES

if TYPE_CHECKING:
    pass

# A service loads for 5 s, and for a minute where others keep the processors busy; one that ends is noticed at once.
START_PATIENCE_S = 180
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


def services() -> list[Service]:
    """The services of this instance, in the order in which they start; of a standby the one that follows the primary.

    What the standby copies from is ended last: by then all files have gone there.
    """
    from dothi.local.backup.record import has_record
    from dothi.local.standby.record import read_standby_record

    run, record = PathSettings().run, read_standby_record()
    standby = [Service('standby', [], run, 'dothi.local.standby.watch')] if record else []
    if record and record.role == 'standby':
        return standby
    backup = [Service('backup', ['backup', 'watch'], run)] if has_record() else []
    return [
        *standby,
        Service('worker', ['worker'], run),
        Service('inbox', ['inbox', '--watch'], run),
        Service('internal', ['serve', '--audience', 'internal'], run),
        Service('public', ['serve', '--audience', 'public'], run),
        *backup,
    ]


def supervisors() -> list[Service]:
    """The two processes that start again what dies: one that watches, and one that waits to take its place."""
    run, patience = PathSettings().run, str(ServerSettings().still_s)
    return [Service(name, [str(run), name, patience], run, 'dothi.local.supervisor') for name in NAMES]


def running_pid(service: Service) -> int | None:
    """The process of a service, whether it runs in the background or in somebody's foreground; None for none."""
    return service.pid() or foreground_pid(service.name)


def is_supervised() -> bool:
    """Whether what dies is started again; what runs in the foreground is for whoever started it there."""
    if any(supervisor.pid() and not supervisor.is_still() for supervisor in supervisors()):
        return True
    running = [service for service in services() if running_pid(service)]
    return bool(running) and not any(service.pid() for service in running)


def start_services(progress: Progress = silent) -> None:
    """Starts what does not run, restarts what runs on older code or other settings, and waits until all answer."""
    require_closed(ServerSettings().host)
    health = [f'{service_url("internal")}/health', f'{service_url("public")}/health']
    os.environ.setdefault('DOTHI_PROBE_URLS', json.dumps(health))
    fingerprint = code_fingerprint()
    end_strays()
    with common_origin(_stale([*services(), *supervisors()], fingerprint)) as launch:
        try:
            for done, service in enumerate(services()):
                progress(f'start {service.name}', done, len(services()))
                if not service.fresh(fingerprint):
                    revive_database()
                    service.end()
                    require_port(service)
                    service.start(fingerprint, launch)
            for service in services():
                wait_for(service)
        except ServiceDied:
            if is_full(PathSettings().run):
                # its log had no room for why
                raise full_disk(PathSettings().run) from None
            raise
        finally:
            # also where one cannot be started: the others run, and are started again when they die
            for supervisor in _stale(supervisors(), fingerprint):
                supervisor.end()
                supervisor.start(fingerprint, launch)


def end_strays() -> None:
    """Ends what runs beside what the records say. To be called while nobody else starts or ends parts."""
    for service in (*supervisors(), *services()):
        service.end_strays()


def _stale(candidates: list[Service], fingerprint: str) -> list[Service]:
    return [service for service in candidates if not service.fresh(fingerprint)]


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


def service_url(audience: Audience, server: ServerSettings | None = None) -> str:
    """The address of the service for `audience` on this machine; server: other settings than those in force."""
    server = server or ServerSettings()
    host = '127.0.0.1' if server.host in EVERYWHERE else server.host
    return f'http://{host}:{server.port if audience == "internal" else server.public_port}'


def url_of(service: Service) -> str | None:
    """The address of the service, or None for one that does not listen.

    Of one that runs, the address at which it does: whoever asks may have other ports in force, or none named.
    """
    pid = running_pid(service)
    return _url_with(ServerSettings() if pid is None else _settings_of_process(pid), service)


def public_url_of(service: Service) -> str:
    """DOTHI_PUBLIC_URL of the service as it runs, which may be a setting of that service alone; empty for none."""
    pid = running_pid(service)
    return '' if pid is None else start_environment(pid).get('DOTHI_PUBLIC_URL', '')


def _url_with(server: ServerSettings, service: Service) -> str | None:
    return {'internal': service_url('internal', server), 'public': service_url('public', server)}.get(service.name)


def _settings_of_process(pid: int) -> ServerSettings:
    started = start_environment(pid)
    values = {name: started.get(f'DOTHI_{name.upper()}') for name in ('host', 'port', 'public_port')}
    defaults = {name: ServerSettings.model_fields[name].default for name in values}
    return ServerSettings.model_validate(defaults | {name: value for name, value in values.items() if value})


def wait_for(service: Service) -> None:
    """Waits until the service answers where our settings have it listen: it was started with them, or is fresh.

    Its environment, as the kernel shows it, is empty for a moment. Raises ServiceDied or ServiceSilent.
    """
    url = _url_with(ServerSettings(), service)
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline:
        revive_database()
        if service.pid() is None:
            raise service.died()
        if url is None or _answers(f'{url}/health'):
            return
        time.sleep(0.1)
    raise ServiceSilent(
        vi=f'Dịch vụ {service.name} không trả lời sau {START_PATIENCE_S} giây: {service.last_line} (nhật ký: '
        f'{service.log})',
        en=f'The service {service.name} does not answer after {START_PATIENCE_S} s: {service.last_line} (log: '
        f'{service.log})',
    )


def revive_database() -> None:
    """Starts the private database again where it has ended: supervisors wait while somebody starts services."""
    if not DatabaseSettings().database_url and private_database().pid() is None:
        start_database()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def hold_old_names() -> bool:
    """Whether a running service was started before `locality.yml` or `agencies.yml` changed: it read them then."""
    newest = max((file.stat().st_mtime for file in _name_files()), default=0)
    return any(started_at < newest for service in services() if (started_at := service.started_at()) is not None)


def _name_files() -> list[Path]:
    """The files of the locality that a service reads at its start and never again."""
    folder = PathSettings().locality
    files = [folder / 'locality.yml', folder / 'agencies.yml', locality_file(folder, 'agencies.yml')]
    return [file for file in dict.fromkeys(files) if file.exists()]


def code_fingerprint() -> str:
    """Changes when the code changes, names of the locality, or a setting but for the language of whoever types."""
    newest = max(file.stat().st_mtime for file in code_files(*CODE))
    # a secret is masked among the settings, and one that changed wants a restart all the same
    in_force = [settings().model_dump_json() for settings in SETTINGS if settings is not ReaderSettings]
    names = [file.read_bytes() for file in _name_files()]
    secrets = [EditSettings().edit_token, ServerSettings().metrics_key]
    values = [*in_force, *names, *(secret.get_secret_value() for secret in secrets)]
    return hashlib.sha256(repr((newest, values)).encode()).hexdigest()[:16]

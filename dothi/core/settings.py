"""Settings, one class per concern, read from the environment when asked for and never at import."""

import os
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, IPvAnyNetwork, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from dothi.core.errors import WrongUse
from dothi.core.export.formats import FormatName

# Folder of the packages: the repository, or where a wheel was installed.
PACKAGES = Path(__file__).resolve().parents[2]
IN_REPOSITORY = (PACKAGES / 'pygeoapi-config.yml').is_file()
# What is no Python: sql/, locality/, web/dist/, docs/explanation/, pygeoapi-config.yml. A wheel has it inside `dothi`.
PROJECT = PACKAGES if IN_REPOSITORY else PACKAGES / 'dothi' / 'files'


def default_state() -> Path:
    """/var/lib/dothi for root; for everybody else `.local/` in the repository, `~/.local/state/dothi` without one."""
    if os.geteuid() == 0:
        return Path('/var/lib/dothi')
    return PROJECT / '.local' if IN_REPOSITORY else Path.home() / '.local' / 'state' / 'dothi'


def code_files(*patterns: str) -> list[Path]:
    """Files of the code that match one of the patterns, as paths from the repository's root; sorted."""
    files = {file for root in {PACKAGES, PROJECT} for pattern in patterns for file in root.glob(pattern)}
    return sorted(file for file in files if file.suffix != '.pyc')


class BadSetting(WrongUse):
    """An environment variable has a value that its setting cannot have."""


class Settings(BaseSettings):
    """What all settings share: the prefix `DOTHI_`."""

    model_config = SettingsConfigDict(env_prefix='DOTHI_', env_ignore_empty=True, frozen=True)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as invalid:
            first = invalid.errors(include_url=False)[0]
            raise _bad(str(first['loc'][0]), f'{first["input"]!r}', first['msg']) from None
        except SettingsError as unreadable:
            field_match = re.search(r'field "(\w+)"', str(unreadable))
            name = field_match[1] if field_match else '…'
            value_text = os.environ.get(f'DOTHI_{name.upper()}', '')
            raise _bad(name, repr(value_text), 'not JSON, such as ["https://a.example"]') from None


def _bad(name: str, value: str, reason: str) -> BadSetting:
    variable = f'DOTHI_{name.upper()}'
    return BadSetting(
        vi=f'{variable}={value}: giá trị không hợp lệ ({reason}). Xem "dothi config".',
        en=f'{variable}={value}: not a valid value ({reason}). See "dothi config".',
    )


class PathSettings(Settings):
    """The folders of an instance."""

    state: Path = Field(
        default_factory=default_state,
        description='Folder of everything that an instance writes; /var/lib/dothi as root, else .local.',
    )
    store: str = Field('', description='Folder of originals, results and exports; `store` in the state folder.')
    secrets: Path = Field(Path(), description='Folder of one password file per role; `secrets` in the state folder.')
    locality: Path = Field(PROJECT / 'locality', description='Folder of the locality that is served.')
    inbox: Path = Field(
        Path(), description='Folder with a folder for each agency, for its deliveries; `inbox` in the state folder.'
    )

    @model_validator(mode='before')
    @classmethod
    def _fill_from_state(cls, values: dict[str, object]) -> dict[str, object]:
        state = Path(str(values.get('state') or default_state())).expanduser().absolute()
        values['state'] = state
        values.setdefault('store', str(state / 'store'))
        values.setdefault('secrets', state / 'secrets')
        values.setdefault('inbox', state / 'inbox')
        # services work in another folder than the shell that a relative name was given in
        for name in ('locality', 'inbox'):
            if values.get(name):
                values[name] = Path(str(values[name])).expanduser().absolute()
        return values

    @property
    def own_layers(self) -> Path:
        """Folder of the layer files that planners keep."""
        return Path(self.store) / 'own_layers'

    @property
    def scratch(self) -> Path:
        """Folder in which the readers of foreign files work."""
        return self.state / 'scratch'

    @property
    def run(self) -> Path:
        """Folder of process ids, logs and rendered configuration."""
        return self.state / 'run'


class DatabaseSettings(Settings):
    """Which database is used."""

    database_url: str = Field(
        '', description='URL of an existing PostgreSQL database, as its owner; empty: a private one is started.'
    )
    database_port: int = Field(0, ge=0, le=65535, description='Port of the private PostgreSQL; 0 takes a free one.')
    gis_networks: list[IPvAnyNetwork] = Field(
        [],
        description='Networks from which GIS staff may read the private PostgreSQL, as a JSON list such as '
        '["10.20.0.0/16"]; without any it listens on this machine only.',
    )
    statement_timeout_ms: int = Field(30_000, gt=0, description='Longest time that one query of the API may take.')
    public_statement_timeout_ms: int = Field(10_000, gt=0, description='The same in the public service.')
    pool_size: int = Field(8, gt=0, description='Database connections that one web process keeps at most.')


class ServerSettings(Settings):
    """How the services are reached."""

    host: str = Field('127.0.0.1', description='Address that the services listen on.')
    port: int = Field(5000, gt=0, le=65535, description='Port of the internal service.')
    public_port: int = Field(0, ge=0, le=65535, description='Port of the public service; 0: the next one after `port`.')
    hosts: list[str] = Field(
        [],
        description='Host names that the services answer to besides that of DOTHI_PUBLIC_URL and those of this '
        'machine, as a JSON list.',
    )
    behind_proxy: Literal['yes', 'no'] = Field(
        'no',
        description='`yes` says that a proxy or a container network stands in front and lets only the right people in: '
        'without it the services, which have no sign-in, listen on this machine only.',
    )
    public_url: str = Field('', description='Address under which clients reach the service, without a final slash.')
    cors_origins: list[str] = Field([], description='Origins that may read the internal service, as a JSON list.')
    trusted_proxies: list[str] = Field(
        [], description='Addresses of proxies whose X-Forwarded headers are believed, as a JSON list.'
    )
    workers: int = Field(2, gt=0, description='Web processes of each service.')
    threads: int = Field(
        20, gt=0, description='Threads of each web process; more than may draw or wait for map images, see below.'
    )

    @model_validator(mode='after')
    def _public_follows_port(self) -> 'ServerSettings':
        if not self.public_port:
            object.__setattr__(self, 'public_port', self.port + 1)
        return self


class LimitSettings(Settings):
    """How much one request may ask for."""

    default_items: int = Field(10, gt=0, description='Items of one page when no limit is asked for.')
    max_items: int = Field(10_000, gt=0, description='Items of one page at most.')
    count_max_cost: float = Field(
        250_000, ge=0, description="The planner's cost up to which filtered items are counted for numberMatched."
    )
    max_cells: int = Field(16_000_000, gt=0, description='Cells, of all bands together, of a part of a raster at most.')
    max_json_cells: int = Field(1_000_000, gt=0, description='The same where they are written as text (CoverageJSON).')
    filter_max_length: int = Field(20_000, gt=0, description='Characters of a filter at most.')
    filter_max_depth: int = Field(32, gt=0, description='Depth of a nested filter at most.')
    max_unpacked_mb: int = Field(20_000, gt=0, description='Size of an unpacked archive at most.')
    max_upload_mb: int = Field(20, gt=0, description='Size of a file that is sent to a process at most.')
    max_document_mb: int = Field(1_000, gt=0, description='Size of a delivered KML, GML, DXF or unpacked XLSX at most.')


class RoomSettings(Settings):
    """What reading one foreign file may cost, in the closed room."""

    room_seconds: int = Field(
        40,
        gt=0,
        description='Processor time of reading a small file, and the longest wait for its next rows, in seconds.',
    )
    room_seconds_per_mb: float = Field(2, ge=0, description='How much is added to that for each MB of the file.')
    room_memory_mb: int = Field(
        4_000, gt=0, description='Address space of reading a file, on top of what the libraries take.'
    )
    room_scratch_mb: int = Field(20_000, gt=0, description='Size of a file that is unpacked or copied for reading.')
    room_open_files: int = Field(1_024, gt=0, description='Files that reading a file may have open at once.')
    max_raster_cells: int = Field(
        1_000_000_000, gt=0, description='Cells, of all bands together, of a delivered raster at most.'
    )
    max_raster_bands: int = Field(256, gt=0, description='Bands of a delivered raster at most.')


class ClientSettings(Settings):
    """How much one client, an address, may ask of the public service."""

    client_requests_per_s: float = Field(
        400, ge=0, description='Requests a second that the service takes from a client; 0: any number.'
    )
    client_burst: float = Field(800, ge=1, description='Requests that a client may send at once after a pause.')
    client_queries: int = Field(12, gt=0, description='Queries of a client that the service runs at a time.')
    client_open_jobs: int = Field(50, gt=0, description='Jobs of a client that wait or run at once, at most.')
    client_stored_mb: int = Field(
        500, gt=0, description='Size of the inputs and results that are kept of a client, at most.'
    )
    filter_max_cost: float = Field(
        10_000_000,
        ge=0,
        description="The planner's cost up to which a filter is run for the public; 0: any.",
    )


class TileSettings(Settings):
    """How map tiles are kept."""

    tile_cache_mb: int = Field(
        1_000, ge=0, description='Size of the map tiles kept by each service in `cache`, in the state folder; 0: none.'
    )


class MapSettings(Settings):
    """How map images are drawn."""

    map_renderers: int = Field(2, gt=0, description='Renderers that one web process has at most.')
    map_queue: int = Field(
        16,
        ge=0,
        description='Requests of one web process that may wait for a renderer: each keeps one of its threads, and with '
        'the renderers they are to leave some for other requests.',
    )
    map_wait_s: float = Field(20, gt=0, description='How long a request may wait for a renderer.')
    map_seconds: float = Field(20, gt=0, description='How long one map image may take to draw.')
    map_memory_mb: int = Field(1_000, gt=0, description='Memory of one renderer at most.')
    map_max_pixels: int = Field(25_000_000, gt=0, description='Pixels of one map image at most.')
    map_cache_mb: int = Field(
        1_000, ge=0, description='Size of the map images kept by each service in `cache`, in the state folder; 0: none.'
    )
    map_max_layers: int = Field(40, gt=0, description='Layers in one map image at most.')


class JobSettings(Settings):
    """How analyses run."""

    public_echo: Literal['yes', 'no'] = Field(
        'no', description='Whether the public service offers the process `echo`, which test suites drive.'
    )
    sync_wait_s: float = Field(120, gt=0, description='How long a synchronous request waits for its result.')
    job_time_limit_s: float = Field(600, gt=0, description='How long one job may run.')
    job_memory_mb: int = Field(4_096, gt=0, description='Memory of one job at most.')
    sync_cost_s: float = Field(
        20, ge=0, description='Estimated seconds up to which a client that leaves it open waits for its result.'
    )
    max_open_jobs: int = Field(1_000, gt=0, description='Jobs that wait or run at once, at most.')
    max_open_jobs_each: int = Field(300, gt=0, description='The same of one editor, or of one client address.')
    job_wait_s: float = Field(86_400, gt=0, description='How long a job may wait for its turn before it fails.')
    worker_silent_s: float = Field(
        10, ge=2, description='How long a worker gives no sign of life before its jobs go to another.'
    )
    result_store: Literal['on', 'off'] = Field(
        'on', description='Whether a request that was answered on the same data gets the result that is there.'
    )
    result_days: float = Field(7, gt=0, description='Days for which the results of jobs can be fetched.')
    job_days: float = Field(90, gt=0, description='Days for which it is known that a job was run.')
    callback_hosts: list[str] = Field(
        [], description='Hosts (name, or name:port) that may be told of jobs, as a JSON list; none when empty.'
    )
    probe_urls: list[str] = Field(
        [],
        description='Addresses of `/health` that the worker asks every minute and counts the answers of, as a JSON '
        'list: the availability of the API. `dothi up` names its own two services.',
    )
    downloads: list[FormatName] = Field(
        ['gpkg', 'csv', 'parquet'],
        description='Formats in which whole layers are kept ready, as a JSON list; [] for none.',
    )
    dask: str = Field(
        '',
        description='Dask scheduler, such as tcp://10.0.0.5:8786, that heavy parts of analyses run on; empty: threads.',
    )


class InputSettings(Settings):
    """What an execute request may refer to."""

    input_hosts: list[str] = Field(
        [],
        description='Hosts (name, name:port, IP address) that inputs may be fetched from, as a JSON list; [] for none.',
    )
    input_max_mb: int = Field(20, gt=0, description='Size at most of an input that is fetched, or sent along.')
    input_wait_s: float = Field(20, gt=0, description='How long fetching an input may take.')


class ReaderSettings(Settings):
    """Who reads what commands print."""

    lang: str = Field(
        '',
        description='Language of commands, their errors and `make`: vi or en; empty: English where the locale is '
        'English, else Vietnamese. `--lang` sets it for one command.',
    )


class EditSettings(Settings):
    """Tokens of those who may edit."""

    edit_token: SecretStr = Field(
        SecretStr(''),
        description='Token of whoever may edit, or several as name:token; empty: `edit_token` in the secrets folder. '
        'A name that is an agency of `agencies.yml` edits and delivers what that agency supplies, and no more.',
    )
    ticket_hours: float = Field(
        12, gt=0, description='How long the ticket in the address opens editing that QGIS is given for a `key`.'
    )


SETTINGS: tuple[type[Settings], ...] = (
    PathSettings,
    DatabaseSettings,
    ServerSettings,
    LimitSettings,
    RoomSettings,
    ClientSettings,
    TileSettings,
    MapSettings,
    JobSettings,
    InputSettings,
    EditSettings,
    ReaderSettings,
)

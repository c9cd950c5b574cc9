"""Settings, one class per concern, read from the environment when asked for and never at import."""

import os
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, IPvAnyNetwork, SecretStr, ValidationError, model_validator
from pydantic._internal._model_construction import ModelMetaclass  # it has no public name
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from dothi.core.errors import WrongUse
from dothi.core.invalid_values import explain_error
from dothi.core.text import Text

# Folder of the packages: the repository, or where a wheel was installed.
PACKAGES = Path(__file__).resolve().parents[2]
IN_REPOSITORY = (PACKAGES / 'pygeoapi-config.yml').is_file()
# What is no Python: sql/, localities/, web/dist/, docs/explanation/, pygeoapi-config.yml. A wheel has it in `dothi`.
PROJECT = PACKAGES if IN_REPOSITORY else PACKAGES / 'dothi' / 'files'
LOCALITIES = PROJECT / 'localities'


def default_state() -> Path:
    """/var/lib/dothi for root; for everybody else `.local/` in the repository, `~/.local/state/dothi` without one."""
    if os.geteuid() == 0:
        return Path('/var/lib/dothi')
    return PROJECT / '.local' if IN_REPOSITORY else Path.home() / '.local' / 'state' / 'dothi'


def code_files(*patterns: str) -> list[Path]:
    """Files of the code that match one of the patterns, as paths from the repository's root; sorted."""
    files = {file for root in {PACKAGES, PROJECT} for pattern in patterns for file in root.glob(pattern)}
    return sorted(file for file in files if file.suffix != '.pyc')


NOT_JSON = Text(vi='phải là JSON, như ["https://a.example"]', en='must be JSON, such as ["https://a.example"]')


class BadSetting(WrongUse):
    """An environment variable has a value that its setting cannot have."""


class _ReadOnce(ModelMetaclass):
    """Settings are read again when a variable of theirs has changed, and are the same object until then.

    Reading takes 0.2 to 0.8 ms, and a request asks for several: a seventh of the processor time of all tests.
    """

    def __call__(self, **values: Any) -> Any:
        if values:
            return super().__call__(**values)
        surroundings = _surroundings()
        read_before = _READ.get(self)
        if read_before is None or read_before[0] != surroundings:
            read_before = _READ[self] = surroundings, super().__call__()
        return read_before[1]


# By class: what its settings were read from, and the settings.
_READ: dict[type, tuple[Any, Any]] = {}


def _surroundings() -> tuple[object, ...]:
    """All that settings follow from: their variables in either case, the folder, and who we are."""
    # by name alone: to read what all variables hold takes three times as long
    variables = [(name, os.environ.get(name)) for name in os.environ if name[:6].upper() == 'DOTHI_']
    try:
        folder = os.getcwd()  # noqa: PTH109  # the cheaper call
    except OSError:
        # somebody removed it: then no relative name leads anywhere
        folder = ''
    return variables, folder, os.environ.get('HOME'), os.geteuid()


class Settings(BaseSettings, metaclass=_ReadOnce):
    """What all settings share: the prefix `DOTHI_`. They are frozen, so that who asks for them may share them."""

    model_config = SettingsConfigDict(env_prefix='DOTHI_', env_ignore_empty=True, frozen=True)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as invalid:
            first = invalid.errors(include_url=False)[0]
            raise _bad(str(first['loc'][0]), f'{first["input"]!r}', explain_error(first)) from None
        except SettingsError as unreadable:
            field_match = re.search(r'field "(\w+)"', str(unreadable))
            name = field_match[1] if field_match else '…'
            value_text = os.environ.get(f'DOTHI_{name.upper()}', '')
            raise _bad(name, repr(value_text), NOT_JSON) from None


def _bad(name: str, value: str, reason: Text) -> BadSetting:
    variable = f'DOTHI_{name.upper()}'
    return BadSetting(
        vi=f'{variable}={value}: {reason.vi}. Xem "dothi config".',
        en=f'{variable}={value}: {reason.en}. See "dothi config".',
    )


def _locality_folder(value: str) -> str:
    """The folder of a shipped locality for its name, such as `ninh_binh`; any other value as it is."""
    shipped = LOCALITIES / value
    return str(shipped) if re.fullmatch('[a-z0-9_]+', value) and shipped.is_dir() else value


class PathSettings(Settings):
    """The folders of an instance."""

    state: Path = Field(
        default_factory=default_state,
        description='Thư mục chứa mọi thứ mà hệ thống ghi; /var/lib/dothi với root, nếu không thì .local. · '
        'Folder of everything that an instance writes; /var/lib/dothi as root, else .local.',
    )
    store: str = Field(
        '',
        description='Thư mục chứa bản gốc, kết quả và tệp xuất; `store` trong thư mục trạng thái. · '
        'Folder of originals, results and exports; `store` in the state folder.',
    )
    secrets: Path = Field(
        Path(),
        description='Thư mục có một tệp mật khẩu cho mỗi vai trò; `secrets` trong thư mục trạng thái. · '
        'Folder of one password file per role; `secrets` in the state folder.',
    )
    locality: Path = Field(
        LOCALITIES / 'nam_dinh',
        description='Thư mục của địa phương được phục vụ, hoặc tên một địa phương có sẵn: nam_dinh, ninh_binh. · '
        'Folder of the locality that is served, or the name of one that is shipped: nam_dinh, ninh_binh.',
    )
    inbox: Path = Field(
        Path(),
        description='Thư mục có một thư mục cho mỗi cơ quan để giao tệp; `inbox` trong thư mục trạng thái. · '
        'Folder with a folder for each agency, for its deliveries; `inbox` in the state folder.',
    )

    scratch: Path = Field(
        Path(),
        description='Thư mục mà các tiến trình đọc tệp lạ dùng; `scratch` trong thư mục trạng thái. · '
        'Folder in which the readers of foreign files work; `scratch` in the state folder.',
    )

    @model_validator(mode='before')
    @classmethod
    def _fill_from_state(cls, values: dict[str, object]) -> dict[str, object]:
        state = Path(str(values.get('state') or default_state())).expanduser().absolute()
        values['state'] = state
        values.setdefault('store', str(state / 'store'))
        values.setdefault('secrets', state / 'secrets')
        values.setdefault('inbox', state / 'inbox')
        values.setdefault('scratch', state / 'scratch')
        if values.get('locality'):
            values['locality'] = _locality_folder(str(values['locality']))
        # services work in another folder than the shell that a relative name was given in
        for name in ('locality', 'inbox', 'scratch'):
            if values.get(name):
                values[name] = Path(str(values[name])).expanduser().absolute()
        return values

    @property
    def own_layers(self) -> Path:
        """Folder of the layer files that planners keep."""
        return Path(self.store) / 'own_layers'

    @property
    def run(self) -> Path:
        """Folder of process ids, logs and rendered configuration."""
        return self.state / 'run'


class DatabaseSettings(Settings):
    """Which database is used."""

    database_url: str = Field(
        '',
        description='URL của cơ sở dữ liệu PostgreSQL có sẵn, với quyền chủ sở hữu; để trống: tự chạy một '
        'PostgreSQL riêng. · '
        'URL of an existing PostgreSQL database, as its owner; empty: a private one is started.',
    )
    database_port: int = Field(
        0,
        ge=0,
        le=65535,
        description='Cổng của PostgreSQL riêng; 0: lấy một cổng trống. · '
        'Port of the private PostgreSQL; 0 takes a free one.',
    )
    gis_networks: list[IPvAnyNetwork] = Field(
        [],
        description='Các mạng mà cán bộ GIS được đọc PostgreSQL riêng, dạng danh sách JSON như ["10.20.0.0/16"]; '
        'không có thì chỉ máy này kết nối được. · '
        'Networks from which GIS staff may read the private PostgreSQL, as a JSON list such as '
        '["10.20.0.0/16"]; without any it listens on this machine only.',
    )
    statement_timeout_ms: int = Field(
        30_000,
        gt=0,
        description='Thời gian lâu nhất (ms) mà một truy vấn của API được chạy. · '
        'Longest time that one query of the API may take.',
    )
    public_statement_timeout_ms: int = Field(
        10_000, gt=0, description='Như trên, ở dịch vụ công khai. · The same in the public service.'
    )
    pool_size: int = Field(
        8,
        gt=0,
        description='Số kết nối cơ sở dữ liệu nhiều nhất mà một tiến trình web giữ. · '
        'Database connections that one web process keeps at most.',
    )


class ServerSettings(Settings):
    """How the services are reached."""

    host: str = Field(
        '127.0.0.1', description='Địa chỉ mà các dịch vụ lắng nghe. · Address that the services listen on.'
    )
    port: int = Field(5000, gt=0, le=65535, description='Cổng của dịch vụ nội bộ. · Port of the internal service.')
    public_port: int = Field(
        0,
        ge=0,
        le=65535,
        description='Cổng của dịch vụ công khai; 0: cổng liền sau `port`. · '
        'Port of the public service; 0: the next one after `port`.',
    )
    hosts: list[str] = Field(
        [],
        description='Tên máy chủ mà các dịch vụ trả lời, ngoài tên trong DOTHI_PUBLIC_URL và tên của máy này; dạng '
        'danh sách JSON. · '
        'Host names that the services answer to besides that of DOTHI_PUBLIC_URL and those of this '
        'machine, as a JSON list.',
    )
    behind_proxy: Literal['yes', 'no'] = Field(
        'no',
        description='`yes`: phía trước có proxy hoặc mạng container chỉ cho đúng người vào; không có thì các dịch '
        'vụ, vốn nói HTTP không mã hóa, chỉ lắng nghe trên máy này. · '
        '`yes` says that a proxy or a container network stands in front and lets only the right people '
        'in: without it the services, which speak plain HTTP, listen on this machine only.',
    )
    public_url: str = Field(
        '',
        description='Địa chỉ mà người dùng truy cập dịch vụ, không có dấu gạch chéo ở cuối. · '
        'Address under which clients reach the service, without a final slash.',
    )
    cors_origins: list[str] = Field(
        [],
        description='Các nguồn (origin) được đọc dịch vụ nội bộ, dạng danh sách JSON. · '
        'Origins that may read the internal service, as a JSON list.',
    )
    trusted_proxies: list[str] = Field(
        [],
        description='Địa chỉ các proxy mà tiêu đề X-Forwarded được tin, dạng danh sách JSON. · '
        'Addresses of proxies whose X-Forwarded headers are believed, as a JSON list.',
    )
    workers: int = Field(2, gt=0, description='Số tiến trình web của mỗi dịch vụ. · Web processes of each service.')
    threads: int = Field(
        64,
        gt=0,
        description='Số luồng của mỗi tiến trình web; nhiều hơn số được vẽ hoặc chờ vẽ ảnh bản đồ, xem bên dưới. · '
        'Threads of each web process; more than may draw or wait for map images, see below.',
    )

    user: str = Field(
        'dothi',
        description='Người dùng hệ thống chạy các dịch vụ do root khởi động, khi thư mục trạng thái là của người đó. · '
        'System user who runs what root starts, where the state folder is theirs.',
    )
    still_s: float = Field(
        45,
        ge=10,
        description='Số giây mà một bộ phận còn chạy nhưng không có dấu hiệu hoạt động trước khi được chạy lại. · '
        'How many seconds a part that runs may give no sign of life before it is started again.',
    )
    disk_min_mb: int = Field(
        500,
        ge=0,
        description='Dung lượng trống (MB) mà dưới mức đó `/health/ready` báo đĩa đầy. · '
        'Free room in MB below which `/health/ready` says that the disk is full.',
    )
    metrics_key: SecretStr = Field(
        SecretStr(''),
        description='Khóa để đọc `/metrics` từ máy khác (Authorization: Bearer …); để trống: chỉ từ máy này. · '
        'Key that opens `/metrics` to other machines (Authorization: Bearer …); empty: to this machine only.',
    )

    @model_validator(mode='after')
    def _public_follows_port(self) -> 'ServerSettings':
        if not self.public_port:
            object.__setattr__(self, 'public_port', self.port + 1)
        return self


class ReaderSettings(Settings):
    """Who reads what commands print."""

    lang: str = Field(
        '',
        description='Ngôn ngữ của lệnh, lỗi và `make`: vi hoặc en; để trống: tiếng Anh nếu locale là tiếng Anh, còn '
        'lại tiếng Việt. `--lang` đặt cho một lệnh. · '
        'Language of commands, their errors and `make`: vi or en; empty: English where the locale is '
        'English, else Vietnamese. `--lang` sets it for one command.',
    )


class EditSettings(Settings):
    """Tokens of those who may edit."""

    edit_token: SecretStr = Field(
        SecretStr(''),
        description='Mã của người được sửa, hoặc nhiều mã dạng tên:mã; để trống: `edit_token` trong thư mục mật '
        'khẩu. Tên là cơ quan trong `agencies.yml` thì chỉ sửa và giao được những gì cơ quan đó cung cấp. · '
        'Token of whoever may edit, or several as name:token; empty: `edit_token` in the secrets '
        'folder. A name that is an agency of `agencies.yml` edits and delivers what that agency supplies, and no more.',
    )
    ticket_hours: float = Field(
        12,
        gt=0,
        description='Số giờ mà vé trong địa chỉ, QGIS nhận được khi đưa `key`, cho phép sửa. · '
        'How long the ticket in the address opens editing that QGIS is given for a `key`.',
    )


class SessionSettings(Settings):
    """How people sign in to the internal service."""

    sign_in: Literal['required', 'to_change'] = Field(
        'required',
        description='`required`: dịch vụ nội bộ chỉ trả lời người đã đăng nhập hoặc có khóa; `to_change`: ai tới được '
        'cổng nội bộ đều đọc được mọi lớp nội bộ, chỉ sửa và giao tệp mới cần đăng nhập. · '
        '`required`: the internal service answers only who has signed in or has a key; `to_change`: whoever reaches '
        'the internal port reads all internal layers, and only changes need a sign-in.',
    )
    session_idle_minutes: int = Field(
        60,
        gt=0,
        description='Số phút không dùng thì phiên kết thúc. · Minutes without use after which a session ends.',
    )
    session_hours: int = Field(
        12,
        gt=0,
        description='Số giờ nhiều nhất của một phiên. · Hours that a session lasts at most.',
    )

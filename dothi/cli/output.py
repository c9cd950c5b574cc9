"""How the command line shows things to people: tables, progress and errors, Vietnamese first."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import typer
from pydantic import BaseModel
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text as Line

from dothi import local
from dothi.cli.freshness_table import updates
from dothi.core.catalog import Release
from dothi.core.clock import local_minute
from dothi.core.edit_token import token_file
from dothi.core.errors import DothiError, without_secrets
from dothi.core.locality import locality_zone
from dothi.core.progress import Progress as Told
from dothi.core.settings import SETTINGS, EditSettings, PathSettings, default_state
from dothi.core.text import Text, for_steward
from etl.report.model import Report
from etl.report.table import renderable

if TYPE_CHECKING:
    from dothi.core.migrate import MigrationReport

# A pipe has no width; wide enough for every table without a note.
out = Console(width=None if sys.stdout.isatty() else 100)
err = Console(stderr=True)

DAMAGE = {
    'missing': Text(vi='Tệp mất trong kho', en='missing in the store'),
    'changed': Text(vi='Tệp trong kho bị thay đổi', en='changed in the store'),
}
STAGES = {
    'database': 'Cơ sở dữ liệu · database',
    'migrate': 'Cập nhật lược đồ · migrate',
    'download': 'Tải về · download',
    'extract': 'Chọn đối tượng · extract',
    'demo:': 'Vẽ tỉnh minh họa · draw the demo:',
    'quiet': 'Chờ máy rảnh · wait for a quiet machine',
    'deliver': 'Nhận dữ liệu · deliver',
    'archive': 'Lưu bản gốc · archive',
    'inspect': 'Xem tệp · inspect',
    'stage': 'Đọc và kiểm tra hàng · read and check rows',
    'duplicates': 'Tìm hàng trùng · find duplicates',
    'check': 'Kiểm tra giữa các hàng · check rows against each other',
    'lock': 'Chờ lượt · wait for the layer',
    'diff': 'So sánh · compare',
    'release': 'Phát hành · release',
    'finish': 'Ghi báo cáo · record',
    'start': 'Khởi động · start',
}


class Releases(BaseModel):
    """The releases that were asked for."""

    releases: list[Release]


class Reports(BaseModel):
    """Reports of several deliveries."""

    reports: list[Report]


class Setting(BaseModel):
    """One setting: the variable that sets it, its value and what it is for."""

    variable: str
    value: str
    description: str


class Settings(BaseModel):
    """All settings as they are in force."""

    settings: list[Setting]

    @classmethod
    def current(cls) -> 'Settings':
        """The settings of this environment, with passwords masked."""
        return cls(settings=[setting for group in SETTINGS for setting in _settings_of(group())])


class _Ended(Protocol):
    ended: list[str]


@contextmanager
def progress() -> Iterator[Told]:
    """Shows bars on standard error, one per stage; on what is not a terminal, one line per stage."""
    columns = (
        SpinnerColumn(),
        TextColumn('{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def told(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(_stage(stage), total=total)
                if not err.is_terminal:
                    err.print(_stage(stage), highlight=False)
            bars.update(tasks[stage], completed=done, total=total)

        yield told


def document[M: BaseModel](found: M, as_json: bool, table: Callable[[M], None]) -> None:
    """Prints the document: as JSON and nothing else on standard output, or for people."""
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        table(found)


def error(problem: DothiError) -> None:
    """The message in both languages, on standard error."""
    text = for_steward(problem.text)
    err.print(text.vi, style='bold red', markup=False, highlight=False, soft_wrap=True)
    err.print(text.en, style='red', markup=False, highlight=False, soft_wrap=True)


def addresses(status: local.Status) -> None:
    """Where the map is, and how to go on."""
    urls = {service.name: service.url for service in status.services}
    demo = any(layer.demo for layer in status.layers)
    out.print()
    if demo:
        out.print('[yellow]Dữ liệu minh họa, không phải số liệu thật · Demonstration data, not real figures[/]')
    out.print(f'Bản đồ · map           [bold]{urls["internal"]}[/]')
    out.print(f'OGC API                {urls["internal"]}/api')
    out.print(f'Công khai · public     {urls["public"]}')
    out.print(f'Sửa dữ liệu · edit     {_where_token()}', highlight=False, soft_wrap=True)
    out.print(f'Dừng · stop            make down{_of_this_instance()}', highlight=False)
    waiting(status)
    for layer in status.layers:
        if layer.error:
            _broken(layer.error)


def _where_token() -> str:
    """Where whoever may edit finds the token that editing wants."""
    if EditSettings().edit_token.get_secret_value():
        return 'DOTHI_EDIT_TOKEN'
    return f'mã trong · token in {token_file()}'


def _of_this_instance() -> str:
    """What tells this instance from the one that `make down` alone would end."""
    state = PathSettings().state
    return '' if state == default_state() else f' DOTHI_STATE={state}'


def ended(document: _Ended) -> None:
    names = ', '.join(document.ended)
    out.print(f'Đã dừng · ended: {names}' if names else 'Không có gì đang chạy · nothing was running')


def status(document: local.Status) -> None:
    services = Table('Dịch vụ · service', 'Tình trạng · state', 'pid', 'Địa chỉ · address')
    services.add_row('database', _running(document.database is not None), '', '')
    for service in document.services:
        pid = str(service.pid) if service.pid else ''
        services.add_row(service.name, _running(service.running), pid, service.url or '')
    out.print(services)
    names = ('Lớp\nlayer', 'Phiên bản\nrelease', 'Nguồn\norigin', 'Số đối tượng\nrows', 'Ngày\ndate')
    layers = Table(*(Column(name, overflow='fold') for name in names))
    for layer in document.layers:
        layers.add_row(layer.id, *_layer_cells(layer))
    out.print(layers)
    out.print(updates(document))
    waiting(document)
    for wall in document.missing_walls:
        out.print(f'[yellow]Phòng kín: {wall.vi} · Closed room: {wall.en}[/]')
    for damaged in document.store.damaged:
        what = DAMAGE[damaged.damage]
        out.print(f'[bold red]{what.vi} · {what.en}: {damaged.file}[/]\n  {damaged.advice.vi}\n  {damaged.advice.en}')
    if document.store.unread:
        out.print(
            f'[yellow]{document.store.unread} tệp trong kho chưa kịp đọc lại · files of the store not read yet[/]'
        )
    for layer in document.layers:
        for error in (layer.error, layer.style_error):
            if error:
                _broken(error)


def waiting(document: local.Status) -> None:
    """How many deliveries wait for a person, and where to see them."""
    if document.waiting:
        out.print(f'[yellow]{document.waiting} đợt giao chờ quyết định · deliveries wait: dothi deliveries[/]')


def migrated(document: 'MigrationReport') -> None:
    for line in [*document.migrations, *document.layers, *document.units, *document.norms]:
        out.print(line, markup=False)
    if document.empty:
        out.print('Không có gì thay đổi · nothing to change')
    for error in document.broken.values():
        _broken(error)


def releases(document: Releases) -> None:
    """Eighty columns hold it: figures stay on their line, names and times may take a second one."""
    whole = ('Số\nno.', 'Thay đổi\nchanges', 'Tổng\nrows')
    headers = (whole[0], 'Lớp\nlayer', 'Nguồn\norigin', 'Phạm vi\nscope', *whole[1:], 'Lúc\nat', 'Ghi chú\nnote')
    columns = (Column(header, no_wrap=header in whole, overflow='fold') for header in headers)
    table = Table(*columns, box=SIMPLE, padding=(0, 1, 0, 0))
    for release in document.releases:
        changes = f'+{release.rows_added} ~{release.rows_changed} −{release.rows_closed}'
        at = local_minute(release.released_at, locality_zone())
        place = (str(release.number), release.layer_id, release.origin, release.scope)
        table.add_row(*place, changes, f'{release.rows_total:,}', at, Line(release.note or ''))
    out.print(table)


def report(document: Report) -> None:
    out.print(renderable(document))


def reports(document: Reports) -> None:
    for delivery_report in document.reports:
        report(delivery_report)
    if not document.reports:
        out.print('Tất cả tệp đã được nhận trước đó · all files were delivered before')


def settings(document: Settings) -> None:
    # a name that is cut cannot be copied
    variable = Column('Biến · variable', overflow='fold')
    table = Table(variable, Column('Giá trị · value', overflow='fold'), 'Ý nghĩa · meaning')
    for setting in document.settings:
        table.add_row(setting.variable, setting.value, setting.description)
    out.print(table)


def _stage(name: str) -> str:
    first, _, rest = name.partition(' ')
    return f'{STAGES[first]} {rest}'.strip() if first in STAGES else name


def _broken(error: dict[str, Any]) -> None:
    for text in (error['message']['vi'], error['message']['en']):
        out.print(text, style='red', markup=False, highlight=False, soft_wrap=True)


def _running(yes: bool) -> str:
    return '[green]đang chạy · running[/]' if yes else '[dim]đã dừng · stopped[/]'


def _layer_cells(layer: local.LayerState) -> tuple[str, str, str, str]:
    if layer.error:
        return '[red]lỗi · error[/]', '', '', ''
    if layer.release is None:
        return '[dim]chưa có · none[/]', '', '', ''
    release = layer.release
    # after a district's own delivery the rest of the layer may be demonstration data still
    part = f'{release.demo_rows:,} ' if release.demo_rows < release.rows_total else ''
    origin = f'{release.origin} [yellow]({part}minh họa · demo)[/]' if layer.demo else release.origin
    return (
        str(release.number),
        origin,
        f'{release.rows_total:,}',
        f'{release.released_at.astimezone(locality_zone()):%Y-%m-%d}',
    )


def _settings_of(group: BaseModel) -> list[Setting]:
    return [
        Setting(
            variable=f'DOTHI_{name.upper()}',
            value=without_secrets(str(getattr(group, name))),
            description=field.description or '',
        )
        for name, field in type(group).model_fields.items()
    ]

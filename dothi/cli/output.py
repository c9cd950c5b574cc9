"""How the command line shows things to people: tables, progress and errors, Vietnamese first."""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import typer
from pydantic import BaseModel
from rich.box import SIMPLE
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text as Line

from dothi.cli.messages import Screen, err
from dothi.core.catalog import Release
from dothi.core.clock import local_minute
from dothi.core.errors import without_secrets
from dothi.core.interruption import stop_if_interrupted
from dothi.core.locality import locality_zone
from dothi.core.progress import Progress as ProgressCallback
from dothi.core.reader_language import pick_number, pick_text, pick_words
from dothi.core.settings_table import SETTINGS
from dothi.core.text import Text, split_halves
from etl.report.model import Report
from etl.report.table import renderable

if TYPE_CHECKING:
    from dothi.core.migrate import MigrationReport

# A pipe has no width; wide enough for every table without a note.
out = Screen(width=None if sys.stdout.isatty() else 100)

STAGES = {
    'database': Text(vi='Cơ sở dữ liệu', en='database'),
    'migrate': Text(vi='Cập nhật lược đồ', en='migrate'),
    'download': Text(vi='Tải về', en='download'),
    'extract': Text(vi='Chọn đối tượng', en='extract'),
    'demo:': Text(vi='Vẽ tỉnh minh họa', en='draw the demo:'),
    'quiet': Text(vi='Chờ máy rảnh', en='wait for a quiet machine'),
    'deliver': Text(vi='Nhận dữ liệu', en='deliver'),
    'geocode': Text(vi='Định vị địa chỉ', en='place addresses'),
    'write': Text(vi='Ghi tệp', en='write'),
    'archive': Text(vi='Lưu bản gốc', en='archive'),
    'inspect': Text(vi='Xem tệp', en='inspect'),
    'stage': Text(vi='Đọc và kiểm tra hàng', en='read and check rows'),
    'duplicates': Text(vi='Tìm hàng trùng', en='find duplicates'),
    'check': Text(vi='Kiểm tra giữa các hàng', en='check rows against each other'),
    'lock': Text(vi='Chờ lượt', en='wait for the layer'),
    'diff': Text(vi='So sánh', en='compare'),
    'release': Text(vi='Phát hành', en='release'),
    'leave': Text(vi='Bỏ dữ liệu minh họa', en='leave the demo'),
    'results': Text(vi='Bỏ kết quả', en='remove results'),
    'generalise': Text(vi='Tổng quát hóa', en='generalise'),
    'finish': Text(vi='Ghi báo cáo', en='record'),
    'another': Text(vi='Chờ lệnh khác:', en='wait for another command:'),
    'tiles': Text(vi='Ô bản đồ', en='tiles'),
    'start': Text(vi='Khởi động', en='start'),
    'restart_database': Text(vi='Khởi động lại cơ sở dữ liệu', en='restart the database'),
    'check_backup': Text(vi='Kiểm tra đường đến nơi lưu', en='check the way to the backup'),
    'backup_database': Text(vi='Sao lưu cơ sở dữ liệu', en='back up the database'),
    'backup_store': Text(vi='Sao lưu kho tệp', en='back up the store'),
    'restore_database': Text(vi='Lấy lại cơ sở dữ liệu', en='bring back the database'),
    'restore_store': Text(vi='Lấy lại kho tệp', en='bring back the store'),
    'recover': Text(vi='Đưa cơ sở dữ liệu đến thời điểm đó', en='bring the database to the moment'),
    'copy_database': Text(vi='Sao chép cơ sở dữ liệu (MB)', en='copy the database (MB)'),
    'copy_store': Text(vi='Sao chép tệp', en='copy files'),
    'end_primary': Text(vi='Dừng máy chính cũ', en='end the old primary'),
    'promote': Text(vi='Thành máy chính', en='become the primary'),
    'compare_layers': Text(vi='Đối chiếu các lớp', en='compare the layers'),
    'compare_store': Text(vi='Đối chiếu tệp trong kho', en='compare files of the store'),
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
    description: Text


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
def progress() -> Iterator[ProgressCallback]:
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

        def show_stage(stage: str, done: int, total: int | None) -> None:
            # the last stage of a delivery comes before its commit
            stop_if_interrupted()
            if stage not in tasks:
                tasks[stage] = bars.add_task(_stage(stage), total=total)
                if not err.is_terminal:
                    err.print(_stage(stage), highlight=False)
            bars.update(tasks[stage], completed=done, total=total)

        yield show_stage


def document[M: BaseModel](model: M, as_json: bool, table: Callable[[M], None]) -> None:
    """Prints the document: as JSON and nothing else on standard output, or for people."""
    if as_json:
        typer.echo(model.model_dump_json(indent=2))
    else:
        table(model)


def ended(document: _Ended) -> None:
    names = ', '.join(document.ended)
    out.print(
        f'{pick_words("Đã dừng", "Stopped")}: {names}'
        if names
        else pick_words('Không có gì đang chạy', 'Nothing was running')
    )


def migrated(document: 'MigrationReport') -> None:
    for line in [*document.migrations, *document.layers, *document.units, *document.norms, *document.citizen_reports]:
        out.print(line, markup=False)
    if document.empty:
        out.print(pick_words('Không có gì thay đổi', 'nothing to change'))
    for error in document.broken.values():
        show_broken(error)


def releases(document: Releases) -> None:
    """Eighty columns hold it: figures stay on their line, names and times may take a second one."""
    whole = (pick_words('Số', 'no.'), pick_words('Thay đổi', 'changes'), pick_words('Tổng', 'rows'))
    headers = (
        whole[0],
        pick_words('Lớp', 'layer'),
        pick_words('Nguồn', 'origin'),
        pick_words('Phạm vi', 'scope'),
        *whole[1:],
        pick_words('Lúc', 'at'),
        pick_words('Ghi chú', 'note'),
    )
    table = plain_table(*headers, whole=whole)
    for release in document.releases:
        changes = f'+{release.rows_added} ~{release.rows_changed} −{release.rows_closed}'
        at = local_minute(release.released_at, locality_zone())
        place = (str(release.number), release.layer_id, release.origin, release.scope)
        table.add_row(*place, changes, pick_number(release.rows_total), at, Line(release.note or ''))
    out.print(table)


def report(document: Report) -> None:
    out.print(renderable(document))


def reports(document: Reports) -> None:
    for delivery_report in document.reports:
        report(delivery_report)
    if not document.reports:
        out.print(pick_words('Tất cả tệp đã được nhận trước đó', 'all files were delivered before'))


def plain_table(*headers: str, whole: Collection[str] = ()) -> Table:
    """A table without lines between its columns; long cells take a second line, but for the columns in `whole`."""
    columns = (Column(header, no_wrap=header in whole, overflow='fold') for header in headers)
    return Table(*columns, box=SIMPLE, padding=(0, 1, 0, 0))


def settings(document: Settings) -> None:
    # a name that is cut cannot be copied
    variable = Column(pick_words('Biến', 'variable'), overflow='fold')
    table = Table(variable, Column(pick_words('Giá trị', 'value'), overflow='fold'), pick_words('Ý nghĩa', 'meaning'))
    for setting in document.settings:
        table.add_row(setting.variable, setting.value, pick_text(setting.description))
    out.print(table)


def _stage(name: str) -> str:
    first, _, rest = name.partition(' ')
    return f'{pick_text(STAGES[first])} {rest}'.strip() if first in STAGES else name


def show_broken(error: dict[str, Any]) -> None:
    """Print what is wrong with a file of the locality."""
    text = Text.model_validate(error['message'])
    out.print(pick_text(text), style='red', markup=False, highlight=False, soft_wrap=True)


def _settings_of(group: BaseModel) -> list[Setting]:
    return [
        Setting(
            variable=f'DOTHI_{name.upper()}',
            value=without_secrets(str(getattr(group, name))),
            description=split_halves(str(field.description)),
        )
        for name, field in type(group).model_fields.items()
    ]

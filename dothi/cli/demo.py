"""`dothi demo`: what of the instance is demonstration data, loading it, and leaving it."""

import getpass
import sys
from datetime import datetime
from typing import Annotated, Literal

import typer
from pydantic import BaseModel
from rich.box import SIMPLE
from rich.table import Column, Table

from dothi.cli import output
from dothi.cli.messages import err
from dothi.cli.options import Json
from dothi.core.clock import local_minute
from dothi.core.errors import WrongUse
from dothi.core.locality import locality_zone
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_number, pick_text, pick_words
from dothi.core.text import Text
from etl.demonstration.leaving import LeaveOrder, find_layers
from etl.demonstration.standing import LayerStanding, Standing, Trace

demo_app = typer.Typer(
    invoke_without_command=True,
    help='Dữ liệu minh họa: còn ở đâu, nạp, và bỏ. · Demonstration data: where it is, loading it, and leaving it.',
)
# A line names so many layers at most, and says of how many there are.
MOST_NAMES = 4
CLEAR = Text(
    vi='Không còn dữ liệu minh họa trong lớp, tệp, ô bản đồ, ảnh hay kết quả nào.',
    en='There is no demonstration data in any layer, file, tile, picture or result.',
)
STAYS = Text(vi='Còn dữ liệu minh họa:', en='Demonstration data is left:')


class NotConfirmed(WrongUse):
    """Whoever was asked did not say yes."""


class TraceShown(BaseModel):
    """A trace of the demonstration, with words for it."""

    kind: str
    layer: str | None
    count: int
    text: Text


class StandingShown(BaseModel):
    """What `dothi demo --json` says. is_clear: whether nothing is demonstration data."""

    left_at: datetime | None
    is_clear: bool
    layers: list[LayerStanding]
    traces: list[TraceShown]
    shared_files: int


class LeftShown(BaseModel):
    """What `dothi demo leave --json` says: the layers as they were before, and what there is afterwards."""

    left: list[LayerStanding]
    after: StandingShown


@demo_app.callback()
def demo(
    context: typer.Context,
    size: Annotated[
        Literal['small', 'full'] | None,
        typer.Option(help='Nạp tỉnh minh họa 60.000 hoặc 600.000 nhà. · Load the demo of 60,000 or 600,000 buildings.'),
    ] = None,
    as_json: Json = False,
) -> None:
    """Dữ liệu minh họa trong từng lớp và những gì dựa vào nó; với --size: viết tỉnh minh họa và giao tệp chưa giao. ·
    Demonstration data by layer, and what rests on it; with --size: writes the demo and delivers what was not yet.
    """
    if context.invoked_subcommand:
        return
    if size is None:
        from dothi.local.leave_demo import look_for_demo

        output.document(_shown(look_for_demo(served_locality())), as_json, _show_standing)
        return
    _load(size, as_json)


def _load(size: Literal['small', 'full'], as_json: bool) -> None:
    """Delivers the demo's files; where it was left nothing is, and the reader is told."""
    from dothi.local.demo import deliver_demo, demo_buildings, left_since, left_text

    since = left_since()
    if since is not None:
        err.print(pick_text(left_text(since)), style='yellow', soft_wrap=True)
        output.document(output.Reports(reports=[]), as_json, lambda _: None)
        return
    with output.progress() as progress:
        reports = deliver_demo(served_locality(), demo_buildings(size), progress)
    output.document(output.Reports(reports=reports), as_json, output.reports)


@demo_app.command('leave')
def leave(
    layers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar='[LỚP · LAYER]...', help='Mã lớp; bỏ trống là tất cả. · Ids of layers; all when left out.'
        ),
    ] = None,
    units: Annotated[
        bool,
        typer.Option(
            '--units', help='Bỏ cả ranh giới đơn vị hành chính. · Leave outlines of administrative units, too.'
        ),
    ] = False,
    keep_edited: Annotated[
        bool,
        typer.Option(
            '--keep-edited',
            help='Giữ đối tượng minh họa mà người dùng đã sửa, như của họ. · '
            'Keep demonstration features that people have changed, as theirs.',
        ),
    ] = False,
    by: Annotated[
        str | None, typer.Option(help='Vai trò người ra lệnh, không phải tên người. · Role of whoever orders it.')
    ] = None,
    yes: Annotated[bool, typer.Option('--yes', help='Không hỏi lại. · Do not ask.')] = False,
    as_json: Json = False,
) -> None:
    """Bỏ dữ liệu minh họa khỏi mọi lớp hoặc các lớp nêu tên; dữ liệu thật giữ nguyên, bản phát hành vẫn có trong sổ. ·
    Takes demonstration data out of all layers, or of those named; real data stays as it is, releases stay as entries.
    """
    from dothi.local.leave_demo import leave_demo

    locality = served_locality()
    order = LeaveOrder(by or getpass.getuser(), tuple(layers or ()), units, keep_edited)
    if not yes:
        standing, chosen = find_layers(order, locality)
        _confirm(standing, chosen, order)
    with output.progress() as progress:
        left = leave_demo(order, locality, progress)
    document = LeftShown(left=[layer for layer in left.layers if layer.has_demo], after=_shown(left.after))
    output.document(document, as_json, lambda shown: _show_left(shown, order))


def _confirm(standing: Standing, chosen: list[LayerStanding], order: LeaveOrder) -> None:
    """Shows what would be taken away, and asks. Raises NotConfirmed."""
    if not _can_be_asked():
        raise NotConfirmed(
            vi='Lệnh này xóa dữ liệu và không hỏi được ở đây: thêm --yes. Xem trước: dothi demo.',
            en='This takes data away, and nobody can be asked here: add --yes. See before: dothi demo.',
        )
    _show_layers([layer for layer in chosen if layer.has_demo])
    _show_emptied(chosen)
    edited = sum(layer.edited_rows for layer in chosen)
    if edited and not order.keep_edited:
        err.print(
            pick_words(
                f'{edited} đối tượng minh họa đã có người sửa cũng sẽ mất; giữ lại: --keep-edited.',
                f'{edited} demonstration features that people have changed go as well; to keep them: --keep-edited.',
            ),
            style='yellow',
        )
    if standing.shared_files:
        _show_shared(standing.shared_files)
    question = pick_words('Bỏ dữ liệu này? Không lấy lại được.', 'Take this data away? It cannot be had back.')
    if not typer.confirm(question, err=True):
        raise NotConfirmed(vi='Không có gì thay đổi.', en='Nothing was changed.')


def _can_be_asked() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty()


def _shown(standing: Standing) -> StandingShown:
    return StandingShown(
        left_at=standing.left_at,
        is_clear=standing.is_clear,
        layers=standing.layers,
        traces=[_shown_trace(trace) for trace in standing.traces],
        shared_files=standing.shared_files,
    )


def _shown_trace(trace: Trace) -> TraceShown:
    return TraceShown(kind=trace.kind, layer=trace.layer, count=trace.count, text=trace.text)


def _show_standing(shown: StandingShown) -> None:
    layers = [layer for layer in shown.layers if layer.has_demo or layer.real_rows]
    if layers:
        _show_layers(layers)
    _show_rest(shown)


def _show_left(shown: LeftShown, order: LeaveOrder) -> None:
    if shown.left:
        _show_layers(shown.left)
    _show_emptied(shown.left)
    if order.is_whole or shown.after.is_clear:
        _show_rest(shown.after)
        return
    names = ', '.join(layer.id for layer in shown.left) or pick_words('không có gì', 'nothing')
    output.out.print(f'{pick_words("Đã bỏ", "Left")}: {names}', soft_wrap=True)


def _show_rest(shown: StandingShown) -> None:
    """Says that nothing is left, or exactly what is."""
    if shown.left_at:
        at = local_minute(shown.left_at, locality_zone())
        output.out.print(f'{pick_words("Bỏ dữ liệu minh họa lúc", "The demonstration was left at")} {at}')
    if shown.is_clear:
        output.out.print(pick_text(CLEAR), style='green', soft_wrap=True)
    else:
        output.out.print(pick_text(STAYS), style='yellow')
        for line in _trace_lines(shown.traces):
            output.out.print(f'  {line}', soft_wrap=True)
    kept_units = ', '.join(layer.id for layer in shown.layers if layer.is_unit_layer and layer.has_demo)
    if shown.left_at and kept_units:
        says = pick_words(
            'vẫn thống kê và kiểm tra theo ranh giới minh họa. Giao ranh giới thật, rồi "dothi demo leave --units".',
            'figures and checks still use demonstration outlines. Deliver real ones, then "dothi demo leave --units".',
        )
        output.out.print(f'{kept_units}: {says}', soft_wrap=True)
    if shown.shared_files:
        _show_shared(shown.shared_files)


def _trace_lines(traces: list[TraceShown]) -> list[str]:
    """One line for each kind: how many, and in which layers."""
    lines = []
    for kind in dict.fromkeys(trace.kind for trace in traces):
        alike = [trace for trace in traces if trace.kind == kind]
        names = [trace.layer for trace in alike if trace.layer]
        shown_names = ', '.join(names[:MOST_NAMES]) + (f' … ({len(names)})' if len(names) > MOST_NAMES else '')
        count = pick_number(sum(trace.count for trace in alike))
        lines.append(f'{count} {pick_text(alike[0].text)}' + (f': {shown_names}' if names else ''))
    return lines


def _show_shared(files: int) -> None:
    output.out.print(
        pick_words(
            f'{files} tệp có dữ liệu minh họa đã gửi theo yêu cầu; xem "dothi requests" và báo cho nơi nhận.',
            f'{files} files with demonstration data were sent on request; see "dothi requests" and tell who has them.',
        ),
        soft_wrap=True,
    )


def _show_emptied(layers: list[LayerStanding]) -> None:
    emptied = [layer.id for layer in layers if layer.is_emptied]
    if emptied:
        says = pick_words('Chưa có dữ liệu sau khi bỏ', 'Without data afterwards')
        output.out.print(f'{says}: {", ".join(emptied)}', soft_wrap=True)


def _show_layers(layers: list[LayerStanding]) -> None:
    """Eighty columns hold it: figures stay on their line."""
    headers = (
        pick_words('Minh họa', 'demo'),
        pick_words('Đã sửa', 'edited'),
        pick_words('Bản cũ', 'earlier'),
        pick_words('Thật', 'real'),
        pick_words('Bản minh họa', 'demo releases'),
    )
    table = Table(
        Column(pick_words('Lớp', 'layer'), overflow='fold'),
        *(Column(header, justify='right') for header in headers),
        Column(pick_words('Cơ quan đã giao', 'delivered by'), overflow='fold'),
        box=SIMPLE,
        padding=(0, 1, 0, 0),
    )
    for layer in layers:
        figures = (layer.demo_rows, layer.edited_rows, layer.past_rows, layer.real_rows, layer.demo_releases)
        table.add_row(layer.id, *map(pick_number, figures), ', '.join(layer.agencies))
    output.out.print(table)

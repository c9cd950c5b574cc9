"""`dothi conflicts`: features that an edit and a delivery changed differently, and the decision."""

import getpass
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.box import SIMPLE
from rich.table import Column, Table
from rich.text import Text as Line

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_text, pick_words
from dothi.core.text import Text
from etl.desk.conflicts import Conflict, Side, conflicts, decide

conflicts_app = typer.Typer(
    no_args_is_help=True,
    help='Những đối tượng mà bản sửa và đợt giao thay đổi khác nhau. · '
    'Features that an edit and a delivery changed differently.',
)

STATES = {
    'ours': Text(vi='giữ bản sửa', en='edit'),
    'theirs': Text(vi='lấy đợt giao', en='delivery'),
    'merged': Text(vi='tự hết', en='settled itself'),
}


class Conflicts(BaseModel):
    """The conflicts that were asked for."""

    conflicts: list[Conflict]


@conflicts_app.command('list')
def list_(
    layer: Annotated[
        str | None, typer.Argument(help='Mã lớp; bỏ trống là mọi lớp. · A layer id; all layers when left out.')
    ] = None,
    every: Annotated[
        bool, typer.Option('--all', help='Cả những mâu thuẫn đã quyết định. · Also those decided on.')
    ] = False,
    as_json: Json = False,
) -> None:
    """Những gì chờ quyết định, cũ nhất trước, với giá trị của cả hai bên. ·
    What waits for a decision, oldest first, with the values of both sides.
    """
    if layer:
        served_locality().layer(layer)
    conflict_list = conflicts(layer, decided=every)
    _print(conflict_list, as_json)


@conflicts_app.command('decide')
def decide_(
    number: Annotated[int, typer.Argument(help='Số của mâu thuẫn · Number of the conflict.')],
    take: Annotated[
        Side,
        typer.Option(
            help='Lấy giá trị của bên nào khi cả hai cùng thay đổi. · Whose word counts where both changed it.'
        ),
    ],
    reason: Annotated[
        str, typer.Option('--reason', '-r', help='Lý do, lưu cùng bản phát hành. · Why; kept with the release.')
    ],
    by: Annotated[
        str | None,
        typer.Option(
            help='Người quyết định; bỏ trống là người dùng máy này. · '
            'Who decides; the user of this machine when left out.'
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Quyết định một mâu thuẫn; phát hành nếu dữ liệu đang phục vụ thay đổi. ·
    Settles a conflict, by a release where that changes what is served.
    """
    locality = served_locality()
    _print([decide(number, take, reason, by or getpass.getuser(), locality)], as_json)


def _print(conflicts: list[Conflict], as_json: bool) -> None:
    if as_json:
        typer.echo(Conflicts(conflicts=conflicts).model_dump_json(indent=2))
        return
    if not conflicts:
        output.out.print(pick_words('Không có gì chờ quyết định', 'nothing waits for a decision'))
        return
    headers = (
        pick_words('Số', 'no.'),
        pick_words('Lớp', 'layer'),
        pick_words('Đối tượng', 'feature'),
        pick_words('Đợt giao', 'delivery'),
    )
    wide = Column(pick_words('Bản sửa → đợt giao', 'edit → delivery'), overflow='fold')
    table = Table(*headers, wide, pick_words('Quyết định', 'decision'), box=SIMPLE)
    for conflict in conflicts:
        numbers = (str(conflict.id), conflict.layer_id, str(conflict.feature_id), str(conflict.delivery_id or ''))
        table.add_row(
            *numbers, Line(_both(conflict)), pick_text(STATES[conflict.decision]) if conflict.decision else ''
        )
    output.out.print(table)


def _both(conflict: Conflict) -> str:
    """The values in which the two differ, or that one of them deleted the feature."""
    if conflict.edit is None or conflict.delivery is None:
        deleted = pick_words('xóa', 'deleted')
        return (
            f'{deleted} → {_values(conflict.delivery)}'
            if conflict.edit is None
            else f'{_values(conflict.edit)} → {deleted}'
        )
    value_lines = [
        f'{name}: {conflict.edit[name]} → {conflict.delivery[name]}' for name in conflict.columns if name != 'geom'
    ]
    return ', '.join([*value_lines, *([pick_words('hình học', 'geometry')] if 'geom' in conflict.columns else [])])


def _values(values: dict[str, object] | None) -> str:
    return ', '.join(f'{name}={value}' for name, value in (values or {}).items() if value is not None)

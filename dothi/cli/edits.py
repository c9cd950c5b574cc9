"""`dothi edits`: what waits for an agency's decision, and the decision."""

import getpass
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.box import SIMPLE
from rich.table import Column, Table
from rich.text import Text as Line

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.clock import local_minute
from dothi.core.locality import locality_zone
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_text, pick_words
from dothi.core.text import Text
from etl.editing import change_set
from etl.editing.change_set import ChangeSet, PendingEdit

edits = typer.Typer(
    no_args_is_help=True,
    help='Bản sửa của những lớp cần duyệt: xem, chấp nhận, từ chối. · '
    'Edits of layers that want them reviewed: shows, accepts and rejects them.',
)

Number = Annotated[int, typer.Argument(help='Số của tập thay đổi · Number of the change set.')]
By = Annotated[
    str | None,
    typer.Option(
        help='Người quyết định; bỏ trống là người dùng máy này. · Who decides; the user of this machine when left out.'
    ),
]
STATES = {
    'open': Text(vi='chờ duyệt', en='waiting'),
    'accepted': Text(vi='chấp nhận', en='accepted'),
    'rejected': Text(vi='từ chối', en='rejected'),
}
CHANGES = {
    'added': Text(vi='thêm', en='added'),
    'changed': Text(vi='sửa', en='changed'),
    'closed': Text(vi='xóa', en='deleted'),
}


class ChangeSets(BaseModel):
    """The change sets that were asked for."""

    change_sets: list[ChangeSet]


class ChangeSetWithEdits(BaseModel):
    """A change set with its edits."""

    change_set: ChangeSet
    edits: list[PendingEdit]


@edits.command('list')
def list_(
    layer: Annotated[
        str | None, typer.Argument(help='Mã lớp; bỏ trống là mọi lớp. · A layer id; all layers when left out.')
    ] = None,
    every: Annotated[bool, typer.Option('--all', help='Cả những tập đã quyết định. · Also those decided on.')] = False,
    as_json: Json = False,
) -> None:
    """Các tập thay đổi chờ duyệt, cũ nhất trước. · The change sets that wait for a decision, oldest first."""
    if layer:
        served_locality().layer(layer)
    sets = change_set.change_sets(layer, decided=every)
    if as_json:
        typer.echo(ChangeSets(change_sets=sets).model_dump_json(indent=2))
    else:
        _table(sets)


@edits.command('show')
def show_(number: Number, as_json: Json = False) -> None:
    """Một tập thay đổi, từng bản sửa một. · A change set, edit by edit."""
    whole, pending = change_set.change_set(number)
    document = ChangeSetWithEdits(change_set=whole, edits=pending)
    if as_json:
        typer.echo(document.model_dump_json(indent=2))
        return
    _table([document.change_set])
    table = Table(
        pick_words('Đối tượng', 'feature'),
        pick_words('Thay đổi', 'change'),
        Column(pick_words('Giá trị', 'values'), overflow='fold'),
        box=SIMPLE,
    )
    for edit in document.edits:
        table.add_row(str(edit.feature_id or -edit.id), pick_text(CHANGES[edit.change]), Line(_values(edit)))
    output.out.print(table)


@edits.command()
def accept(number: Number, by: By = None, as_json: Json = False) -> None:
    """Phát hành tập thay đổi thành một bản, hoặc cho biết những gì đã khác đi và không làm gì. ·
    Releases the change set as one release, or says what has changed meanwhile and does nothing.
    """
    from etl.editing.review import accept as release_set

    locality = served_locality()
    _decided(release_set(number, locality, by or getpass.getuser()), as_json)


@edits.command()
def reject(
    number: Number,
    reason: Annotated[str, typer.Option('--reason', '-r', help='Lý do; người sửa sẽ đọc. · Why; its author reads it.')],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Không phát hành, lưu tập thay đổi cùng lý do. · Releases nothing, and keeps the change set with the reason."""
    _decided(change_set.reject(number, by or getpass.getuser(), reason), as_json)


def _values(edit: PendingEdit) -> str:
    """What a new feature has, and what differs in one that is there."""
    before, after = edit.released or {}, edit.properties or edit.released or {}
    if edit.change != 'changed' or edit.released is None:
        return ', '.join(f'{name}={value}' for name, value in after.items())
    changed = [f'{name}={before.get(name)} → {value}' for name, value in after.items() if value != before.get(name)]
    return ', '.join([*changed, *([pick_words('hình học', 'geometry')] if edit.moved else [])])


def _decided(change_set: ChangeSet, as_json: bool) -> None:
    if as_json:
        typer.echo(change_set.model_dump_json(indent=2))
    else:
        _table([change_set])


def _table(change_sets: list[ChangeSet]) -> None:
    if not change_sets:
        output.out.print(pick_words('Không có gì chờ duyệt', 'nothing waits for a decision'))
        return
    headers = (
        pick_words('Số', 'no.'),
        pick_words('Lớp', 'layer'),
        pick_words('Người sửa', 'author'),
        pick_words('Tình trạng', 'state'),
        pick_words('Sửa', 'edits'),
        pick_words('Từ', 'since'),
    )
    table = Table(
        *headers,
        pick_words('Bản phát hành', 'release'),
        Column(pick_words('Lý do', 'reason'), overflow='fold'),
        box=SIMPLE,
    )
    for change_set_row in change_sets:
        since = local_minute(change_set_row.opened_at, locality_zone())
        release = '' if change_set_row.release is None else str(change_set_row.release)
        cells = (
            str(change_set_row.id),
            change_set_row.layer_id,
            change_set_row.author,
            pick_text(STATES[change_set_row.status]),
            str(change_set_row.edits),
            since,
            release,
        )
        table.add_row(*cells, Line(change_set_row.reason or ''))
    output.out.print(table)

"""`dothi own`: layers that planners kept from results of analyses."""

from typing import Annotated

import rich
import typer
from pydantic import BaseModel
from rich.box import SIMPLE
from rich.table import Column, Table

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core import own_layers
from dothi.core.database import connection
from dothi.core.layer_sync import grow_generation
from dothi.core.reader_language import pick_text, pick_words
from dothi.core.share_sync import withdraw
from dothi.core.text import Text

own_app = typer.Typer(
    no_args_is_help=True,
    help='Các lớp giữ từ kết quả phân tích. · Layers that were kept from results of analyses.',
)


class OwnLayer(BaseModel):
    """A kept layer: its id, what it is called, and where it comes from."""

    id: str
    title: Text
    description: Text


class OwnLayers(BaseModel):
    """All kept layers, by id."""

    layers: list[OwnLayer]


@own_app.command('list')
def list_(as_json: Json = False) -> None:
    """Những gì đã giữ, từ việc, phân tích và bản phát hành nào. ·
    What was kept, and from which job, process and releases.
    """
    place = own_layers.served_locality()
    own_layers_kept = [place.layers[name] for name in sorted(place.own)]
    rows = [OwnLayer(id=layer.id, title=layer.title, description=layer.description) for layer in own_layers_kept]
    output.document(OwnLayers(layers=rows), as_json, _table)


@own_app.command()
def forget(
    layer: Annotated[str, typer.Argument(help='Mã lớp · Id of the layer.')],
    as_json: Json = False,
) -> None:
    """Thôi phục vụ một lớp đã giữ; các bản phát hành vẫn còn, giữ lại kết quả thì tiếp nối chúng. ·
    Serves a kept layer no longer; its releases stay, and keeping a result as it goes on from them.
    """
    own_layers.remove(layer)
    with connection('owner') as db:
        withdraw(db, layer)
        grow_generation(db)
    list_(as_json)


def _table(own_layers: OwnLayers) -> None:
    table = Table(
        Column(pick_words('Mã', 'id'), no_wrap=True),
        pick_words('Tên', 'title'),
        pick_words('Nguồn gốc', 'origin'),
        box=SIMPLE,
    )
    for layer in own_layers.layers:
        table.add_row(layer.id, pick_text(layer.title), pick_text(layer.description))
    rich.print(table)

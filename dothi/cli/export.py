"""`dothi export`: copies of what is served, for use without the service."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.access.signing import claim_everything
from dothi.core.errors import WrongUse
from dothi.core.layer import Audience
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_number, pick_words

if TYPE_CHECKING:
    from dothi.api.tiles.pmtiles import Exported

export = typer.Typer(
    no_args_is_help=True,
    help='Xuất bản sao dữ liệu đang phục vụ, để dùng khi không có dịch vụ. · '
    'Copies of what is served, for use without the service.',
)


@export.callback()
def group() -> None:
    """Xuất bản sao dữ liệu đang phục vụ, để dùng khi không có dịch vụ. ·
    Copies of what is served, for use without the service.
    """


@export.command()
def pmtiles(
    file: Annotated[Path, typer.Argument(help='Tệp sẽ ghi: map.pmtiles. · The file to write: map.pmtiles')],
    layer: Annotated[str | None, typer.Option('--layer', '-l', help='Chỉ lớp này. · Only this layer.')] = None,
    theme: Annotated[
        str | None, typer.Option(help='Chỉ các lớp của chủ đề này. · Only the layers of this theme.')
    ] = None,
    audience: Annotated[
        Audience,
        typer.Option(
            help='Cho ai: public là công khai, internal là nội bộ, có tất cả. · '
            'For whom: public, or internal with everything.'
        ),
    ] = 'public',
    as_json: Json = False,
) -> None:
    """Ghi các ô bản đồ véc-tơ vào một tệp PMTiles, cho bản đồ không cần máy chủ. ·
    Writes the vector tiles into one PMTiles file, for maps without a server.
    """
    from dothi.api.tiles.pmtiles import export as export_tiles

    if layer and theme:
        raise WrongUse(vi='Chọn --layer hoặc --theme, không cả hai.', en='Give --layer or --theme, not both.')
    locality = served_locality()
    if audience == 'internal':
        claim_everything(locality)
    with output.progress() as progress:
        written = export_tiles(file, locality, audience, layer=layer, theme=theme, progress=progress)
    if as_json:
        typer.echo(written.model_dump_json(indent=2))
    else:
        _print_export(written)


def _print_export(written: 'Exported') -> None:
    layers = ', '.join(written.layers)
    tiles = f'{pick_number(written.tiles)} {pick_words("ô", "tiles")}'
    output.out.print(f'{written.file}: {tiles}, {pick_number(written.size_bytes)} bytes', highlight=False)
    output.out.print(
        f'{pick_words("Lớp", "Layers")}: {layers} ({pick_words("bản phát hành", "release")} {written.release})',
        highlight=False,
    )

"""`dothi export`: copies of what is served, for use without the service."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dothi.cli import output
from dothi.core.errors import WrongUse
from dothi.core.layer import Audience
from dothi.core.own_layers import served_locality

if TYPE_CHECKING:
    from dothi.api.tiles.pmtiles import Exported

export = typer.Typer(
    no_args_is_help=True,
    help='Xuất dữ liệu · Copies of what is served, for use without the service.',
)


@export.callback()
def group() -> None:
    """Xuất dữ liệu · Copies of what is served, for use without the service."""


@export.command()
def pmtiles(
    file: Annotated[Path, typer.Argument(help='Tệp sẽ ghi · The file to write: map.pmtiles')],
    layer: Annotated[str | None, typer.Option('--layer', '-l', help='Chỉ một lớp · Only this layer.')] = None,
    theme: Annotated[str | None, typer.Option(help='Chỉ một chủ đề · Only the layers of this theme.')] = None,
    audience: Annotated[
        Audience, typer.Option(help='Cho ai · For whom: public, or internal with everything.')
    ] = 'public',
    as_json: Annotated[
        bool, typer.Option('--json', help='Một tài liệu JSON ở đầu ra chuẩn · One JSON document on standard output.')
    ] = False,
) -> None:
    """Bản đồ ngoại tuyến · Writes the vector tiles into one PMTiles file, for maps without a server."""
    from dothi.api.tiles.pmtiles import export as export_tiles

    if layer and theme:
        raise WrongUse(vi='Chọn --layer hoặc --theme, không cả hai.', en='Give --layer or --theme, not both.')
    locality = served_locality()
    with output.progress() as progress:
        written = export_tiles(file, locality, audience, layer=layer, theme=theme, progress=progress)
    if as_json:
        typer.echo(written.model_dump_json(indent=2))
    else:
        _print_export(written)


def _print_export(written: 'Exported') -> None:
    layers = ', '.join(written.layers)
    output.out.print(f'{written.file}: {written.tiles:,} ô · tiles, {written.size_bytes:,} bytes', highlight=False)
    output.out.print(f'Lớp · layers: {layers} (bản phát hành · release {written.release})', highlight=False)

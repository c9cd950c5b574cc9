"""`dothi template`: a file to fill in for a layer, which the desk knows again when it comes back."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import BaseModel

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.errors import WrongUse
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_number, pick_words


class UnknownSuffix(WrongUse):
    """The name of the file has the ending of no form of templates."""


class Written(BaseModel):
    """The file that was written, and how many rows it has."""

    file: Path
    rows: int


def template(
    layer: Annotated[str, typer.Argument(help='Mã lớp, chẳng hạn schools. · Layer id, for example schools.')],
    file: Annotated[
        Path | None, typer.Argument(help='Tệp: .xlsx, .gpkg hoặc .csv. · The file to write: .xlsx, .gpkg or .csv.')
    ] = None,
    filled: Annotated[
        bool, typer.Option('--filled', help='Kèm dữ liệu đang phục vụ. · With the data that is served.')
    ] = False,
    coordinates: Annotated[
        Literal['plane', 'degrees'],
        typer.Option(
            help='plane: mét, hệ tọa độ của địa phương; degrees: kinh độ, vĩ độ. · '
            "plane: metres of the locality's system; degrees: longitude and latitude."
        ),
    ] = 'plane',
    as_json: Json = False,
) -> None:
    """Viết mẫu nhập dữ liệu của một lớp, có danh mục và kiểm tra sẵn. ·
    Writes a template of a layer, with its lists and checks.
    """
    from dothi.core.database import connection
    from dothi.core.reader_language import reader_language
    from etl.pages import must_be_writable
    from etl.template.content import template_of
    from etl.template.formats import FORMATS

    locality = served_locality()
    described = locality.layer(layer)
    path = file or Path(f'{layer}-template.xlsx')
    form = FORMATS.get(path.suffix.removeprefix('.').lower())
    if form is None:
        raise UnknownSuffix(
            vi=f'{path}: mẫu chỉ có dạng {", ".join(FORMATS)}. Đổi đuôi tệp.',
            en=f'{path}: templates come as {", ".join(FORMATS)}. Change the ending of the name.',
        )
    must_be_writable(path, 'FILE')
    with connection('reader_internal') as db:
        wanted = template_of(
            db, described, locality, 'internal', lang=reader_language(), degrees=coordinates == 'degrees', filled=filled
        )
    path.write_bytes(form.write(wanted))
    output.document(Written(file=path, rows=len(wanted.rows)), as_json, _print_written)


def _print_written(written: Written) -> None:
    rows = f'{pick_number(written.rows)} {pick_words("hàng", "rows")}'
    output.out.print(f'{written.file}: {rows}', soft_wrap=True, highlight=False)

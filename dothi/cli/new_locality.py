"""`dothi new-locality`: a folder for a new locality, from a file of answers or from questions."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
import yaml

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.errors import WrongUse
from dothi.core.reader_language import pick_number, pick_text, pick_words
from dothi.core.settings import PROJECT
from dothi.core.text import Text
from dothi.local.new_locality import EXAMPLE, NewLocality, make_locality

# Key of the answers, and what is asked for.
QUESTIONS = {
    'id': Text(vi='Mã địa phương (chữ thường, số, _)', en='Id of the locality (lower-case letters, digits, _)'),
    'vi': Text(vi='Tên tiếng Việt', en='Vietnamese name'),
    'en': Text(vi='Tên tiếng Anh', en='English name'),
    'unit_code': Text(vi='Mã đơn vị của cả địa phương', en='Unit code of the whole'),
    'central_meridian_deg': Text(vi='Kinh tuyến trục VN-2000 (độ)', en='Central meridian of VN-2000 (degrees)'),
    'units': Text(vi='Tệp CSV các đơn vị (code,name,lon,lat)', en='CSV of the units (code,name,lon,lat)'),
}


class NoAnswers(WrongUse):
    """There is nobody to ask, and no file of answers."""


def new_locality(
    folder: Annotated[
        Path | None, typer.Argument(help='Thư mục sẽ tạo. · The folder to make.', show_default=False)
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option('--from', help='Tệp trả lời (YAML); bỏ trống thì hỏi. · File of answers (YAML); else it asks.'),
    ] = None,
    example: Annotated[
        bool, typer.Option('--example', help='In một tệp trả lời mẫu. · Prints an example of answers.')
    ] = False,
    as_json: Json = False,
) -> None:
    """Tạo thư mục cho một địa phương mới: các cấp, đơn vị, cơ quan và lớp của thư viện. ·
    Makes the folder of a new locality: its levels, units, agencies, and layers of the library.
    """
    if example:
        typer.echo(EXAMPLE.read_text(encoding='utf-8'), nl=False)
        return
    if folder is None:
        raise NoAnswers(vi='Cho biết thư mục sẽ tạo.', en='Name the folder to make.')
    with tempfile.TemporaryDirectory() as scratch:
        made = make_locality(folder.absolute(), (answers or _ask(Path(scratch))).absolute())
    output.document(made, as_json, _print_made)


def _ask(scratch: Path) -> Path:
    """A file of what somebody answers at the terminal; raises NoAnswers where nobody sits there."""
    if not sys.stdin.isatty():
        raise NoAnswers(
            vi='Không có ai để hỏi. Dùng --from TỆP; tệp mẫu: dothi new-locality --example.',
            en='There is nobody to ask. Use --from FILE; an example: dothi new-locality --example.',
        )
    said = {key: typer.prompt(pick_text(question)) for key, question in QUESTIONS.items()}
    said['title'] = {lang: said.pop(lang) for lang in ('vi', 'en')}
    said['units'] = str(Path(said['units']).expanduser().absolute())
    file = scratch / 'answers.yml'
    file.write_text(yaml.safe_dump(said, allow_unicode=True), encoding='utf-8')
    return file


def command_to_start(made: NewLocality, *, has_makefile: bool) -> str:
    """What starts the locality: `make up` in a checkout, `dothi up` where the platform was installed from a wheel."""
    size, where = 'small' if made.demo else 'no', f'DOTHI_STATE=/srv/{made.folder.name} DOTHI_LOCALITY={made.folder}'
    if has_makefile:
        return f'make up PORT=5100 {where} DEMO={size}'
    return f'DOTHI_PORT=5100 {where} dothi up --demo {size}'


def _print_made(made: NewLocality) -> None:
    counts = ', '.join(f'{level}: {pick_number(count, ",")}' for level, count in made.units.items())
    output.out.print(pick_words(f'Đã tạo {made.folder}', f'{made.folder} is made'), soft_wrap=True, highlight=False)
    output.out.print(pick_words(f'Đơn vị   {counts}', f'Units    {counts}'), highlight=False)
    output.out.print(pick_words(f'Lớp      {len(made.layers)}', f'Layers   {len(made.layers)}'), highlight=False)
    if made.no_demo:
        output.out.print(pick_words(f'Không demo {made.no_demo.vi}', f'No demo  {made.no_demo.en}'), soft_wrap=True)
    command = command_to_start(made, has_makefile=(PROJECT / 'Makefile').exists())
    output.out.print(pick_words(f'Chạy thử {command}', f'Try it   {command}'), soft_wrap=True, highlight=False)

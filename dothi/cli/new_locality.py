"""`dothi new-locality`: a folder for a new locality, from a file of answers or from questions."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import BaseModel
from pyproj import CRS

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.errors import WrongUse
from dothi.core.meridians import MeridianZone, meridian_zones, zone_of_province
from dothi.core.reader_language import pick_number, pick_text, pick_words
from dothi.core.settings import PROJECT, PathSettings, ServerSettings, default_state
from dothi.core.text import Text
from dothi.local.new_locality import EXAMPLE, NewLocality, make_locality

# Key of the answers, and what is asked for.
QUESTIONS = {
    'id': Text(vi='Mã địa phương (chữ thường, số, _)', en='Id of the locality (lower-case letters, digits, _)'),
    'vi': Text(vi='Tên tiếng Việt', en='Vietnamese name'),
    'en': Text(vi='Tên tiếng Anh', en='English name'),
    'unit_code': Text(vi='Mã đơn vị của cả địa phương', en='Unit code of the whole'),
    'central_meridian_deg': Text(vi='Kinh tuyến trục VN-2000 (độ)', en='Central meridian of VN-2000 (degrees)'),
    'units': Text(vi='Danh sách đơn vị, CSV hoặc Excel (Mã, Tên)', en='List of units, CSV or Excel (code, name)'),
}


# Port of a second instance beside the one that is served by default.
FREE_PORT = 5100
SOURCE = Text(
    vi='Nguồn: bộ dữ liệu EPSG (trong PROJ), tên tỉnh trước 7/2025. Tỉnh hợp nhất: hỏi cơ quan đo đạc của tỉnh.',
    en='Source: the EPSG data set (in PROJ), provinces before July 2025. Of a merged one ask its surveying office.',
)


class Meridians(BaseModel):
    """The zones of three degrees in VN-2000."""

    zones: tuple[MeridianZone, ...]


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
    meridians: Annotated[
        bool,
        typer.Option('--meridians', help='In các kinh tuyến trục VN-2000. · Prints the central meridians of VN-2000.'),
    ] = False,
    as_json: Json = False,
) -> None:
    """Tạo thư mục cho một địa phương mới: các cấp, đơn vị, cơ quan và lớp của thư viện. ·
    Makes the folder of a new locality: its levels, units, agencies, and layers of the library.
    """
    if example:
        typer.echo(EXAMPLE.read_text(encoding='utf-8'), nl=False)
        return
    if meridians:
        output.document(Meridians(zones=meridian_zones()), as_json, _print_meridians)
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
    answers: dict[str, Any] = {}
    for key, question in QUESTIONS.items():
        proposal = _proposed_meridian(answers) if key == 'central_meridian_deg' else None
        answers[key] = typer.prompt(pick_text(question), default=proposal)
    answers['title'] = {lang: answers.pop(lang) for lang in ('vi', 'en')}
    answers['units'] = str(Path(answers['units']).expanduser().absolute())
    file = scratch / 'answers.yml'
    file.write_text(yaml.safe_dump(answers, allow_unicode=True), encoding='utf-8')
    return file


def _proposed_meridian(answers: dict[str, Any]) -> str | None:
    """The meridian for which EPSG names the place that was answered; None where it names it for none."""
    zone = zone_of_province(answers['vi']) or zone_of_province(answers['en'])
    if zone is None:
        return None
    typer.echo(pick_text(SOURCE))
    return zone.label


def command_to_start(made: NewLocality, *, has_makefile: bool) -> str:
    """What starts the locality: `make up` in a checkout, `dothi up` where the platform was installed from a wheel.

    State folder and ports are those of the environment where it names them.
    """
    server, state = ServerSettings(), PathSettings().state
    state = Path('/srv', made.folder.name) if state == default_state() else state
    port = server.port if 'port' in server.model_fields_set else FREE_PORT
    public = f'PUBLIC_PORT={server.public_port}' if 'public_port' in server.model_fields_set else ''
    size, where = 'small' if made.demo else 'no', f'DOTHI_STATE={state} DOTHI_LOCALITY={made.folder}'
    if has_makefile:
        return ' '.join(filter(None, ['make up', f'PORT={port}', public, where, f'DEMO={size}']))
    public = public and f'DOTHI_{public}'
    return ' '.join(filter(None, [f'DOTHI_PORT={port}', public, where, f'dothi up --demo {size}']))


def _print_meridians(shown: Meridians) -> None:
    headers = (pick_words('Kinh tuyến trục', 'meridian'), 'EPSG', pick_words('Tỉnh theo EPSG', 'provinces of EPSG'))
    table = output.plain_table(*headers)
    for zone in shown.zones:
        table.add_row(zone.label, str(zone.srid), ', '.join(zone.provinces) or '–')
    output.out.print(table)
    output.out.print(pick_text(SOURCE), soft_wrap=True)


def _print_made(made: NewLocality) -> None:
    counts = ', '.join(f'{level}: {pick_number(count, ",")}' for level, count in made.units.items())
    output.out.print(pick_words(f'Đã tạo {made.folder}', f'{made.folder} is made'), soft_wrap=True, highlight=False)
    output.out.print(pick_words(f'Đơn vị   {counts}', f'Units    {counts}'), highlight=False)
    name = CRS.from_user_input(made.crs).name
    output.out.print(pick_words(f'Hệ       {made.crs} {name}', f'CRS      {made.crs} {name}'), highlight=False)
    output.out.print(pick_words(f'Lớp      {len(made.layers)}', f'Layers   {len(made.layers)}'), highlight=False)
    if made.no_demo:
        output.out.print(pick_words(f'Không demo {made.no_demo.vi}', f'No demo  {made.no_demo.en}'), soft_wrap=True)
    command = command_to_start(made, has_makefile=(PROJECT / 'Makefile').exists())
    output.out.print(pick_words(f'Chạy thử {command}', f'Try it   {command}'), soft_wrap=True, highlight=False)

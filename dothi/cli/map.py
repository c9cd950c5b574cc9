"""`dothi map`: a map on paper, as the process `print-map` makes it."""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from pydantic import BaseModel

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.errors import WrongUse
from dothi.core.layer import Audience
from dothi.core.own_layers import served_locality
from dothi.core.progress import Progress
from dothi.core.reader_language import pick_number, pick_text, pick_words, reader_language
from dothi.core.text import Text

Paper = Literal['A4', 'A3', 'A2', 'A1', 'A0']
FORMATS = ('.pdf', '.png')


class Printed(BaseModel):
    """The file that was written. sheet: its paper and scale, as in `A3-10000`; releases: what it shows, by layer."""

    file: str
    size_bytes: int
    sheet: str
    releases: dict[str, int]


def map_(
    file: Annotated[
        Path, typer.Argument(help='Tệp sẽ ghi: hai-hau.pdf, hoặc .png. · The file to write: hai-hau.pdf, or .png')
    ],
    title: Annotated[str | None, typer.Option(help='Tên viết trên bản đồ. · What is written above the map.')] = None,
    unit: Annotated[
        str | None,
        typer.Option(
            help='Đơn vị: 14233, hoặc kèm cấp, commune/14233. · A unit: 14233, or with its level, commune/14233.'
        ),
    ] = None,
    extent: Annotated[
        str | None,
        typer.Option(
            help='Phạm vi: 106.1,20.0,106.3,20.2, theo thứ tự trục của --crs. · '
            'An extent: 106.1,20.0,106.3,20.2, in the order of axes of --crs.'
        ),
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option(help='Hệ tọa độ của --extent; mặc định OGC:CRS84. · CRS of --extent: OGC:CRS84 unless said.'),
    ] = None,
    layer: Annotated[
        list[str] | None,
        typer.Option(
            '--layer',
            '-l',
            help='Lớp, hoặc lớp:kiểu vẽ; lặp lại cho từng lớp. · A layer, or layer:style; again for each.',
        ),
    ] = None,
    paper: Annotated[Paper, typer.Option(help='Khổ giấy · Size of the paper.')] = 'A4',
    orientation: Annotated[
        Literal['landscape', 'portrait'] | None,
        typer.Option(
            help='Ngang hoặc dọc; mặc định là hướng thấy được nhiều nhất. · That which shows most when left out.'
        ),
    ] = None,
    scale: Annotated[
        int | None,
        typer.Option(
            help='Mẫu số tỷ lệ: 10000 là 1:10.000; mặc định là tỷ lệ lớn nhất vừa giấy. · '
            '10000 for 1:10,000; the largest that fits when left out.'
        ),
    ] = None,
    grid: Annotated[bool, typer.Option(help='Lưới tọa độ · The coordinate grid.')] = True,
    datetime: Annotated[
        str | None, typer.Option(help='Dữ liệu của thời điểm: 2024-08-31. · The data of a time: 2024-08-31.')
    ] = None,
    series: Annotated[
        str | None,
        typer.Option(
            help='Một loạt tờ, mỗi đơn vị của cấp này một tờ: commune. · A sheet for each unit of this level: commune.'
        ),
    ] = None,
    number: Annotated[str | None, typer.Option(help='Số hiệu ở khung tên. · Number in the title block.')] = None,
    compiler: Annotated[str | None, typer.Option(help='Người lập ở khung tên. · Who compiled it.')] = None,
    approver: Annotated[str | None, typer.Option(help='Người duyệt ở khung tên. · Who approved it.')] = None,
    audience: Annotated[
        Audience,
        typer.Option(
            help='Cho ai: public là công khai, internal là nội bộ, có tất cả. · '
            'For whom: public, or internal with everything.'
        ),
    ] = 'internal',
    as_json: Json = False,
) -> None:
    """In bản đồ đúng tỷ lệ lên một tờ giấy, có chú giải, lưới và nguồn, thành PDF hoặc PNG. ·
    Writes a map to scale on a sheet of paper, with legend, grid and sources, as PDF or PNG.
    """
    from etl.pages import must_be_writable

    must_be_writable(file, 'FILE')
    inputs = {
        'title': title,
        'unit': _unit(unit),
        'extent': _extent(extent, crs),
        'layers': layer or None,
        'paper': paper,
        'orientation': orientation,
        'scale': scale,
        'grid': grid,
        'datetime': datetime,
        'series': series,
        'number': number,
        'compiler': compiler,
        'approver': approver,
        'lang': reader_language(),
        'format': _format(file),
    }
    with output.progress() as progress:
        printed = _print(inputs, file, audience, progress)
    output.document(printed, as_json, _print_where)


def _print(inputs: dict[str, Any], file: Path, audience: Audience, progress: Progress) -> Printed:
    from dothi.core.access.signing import claim_everything
    from dothi.core.database import READERS, connection
    from processes.data import Data
    from processes.print_map import Inputs, PrintMap
    from processes.reading.validation import validate_inputs

    def told(share: float, doing: Text) -> None:
        del share
        progress(pick_text(doing), 1, 1)

    place = served_locality()
    if audience == 'internal':
        claim_everything(place)
    checked, process = validate_inputs(Inputs, inputs), PrintMap({'name': 'print-map'})
    with tempfile.TemporaryDirectory() as folder, connection(READERS[audience]) as db:
        db.set_session(isolation_level='REPEATABLE READ', readonly=True)
        data = Data(db, place, audience, Path(folder))
        made = process.run(checked, data, told)
        shutil.copyfile(made.path, file)
    sheet = Path(made.name).stem.partition('-')[2]
    return Printed(file=str(file), size_bytes=file.stat().st_size, sheet=sheet, releases=data.releases)


def _unit(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    level, slash, code = text.rpartition('/')
    return {'code': code, 'level': level} if slash else {'code': code}


def _extent(text: str | None, crs: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(',')]
    except ValueError:
        numbers = []
    if len(numbers) != 4:
        raise WrongUse(
            vi=f'--extent {text}: cần bốn số cách nhau bằng dấu phẩy, như 106.1,20.0,106.3,20.2.',
            en=f'--extent {text}: write four numbers with commas between them, such as 106.1,20.0,106.3,20.2.',
        )
    return {'bbox': numbers} | ({'crs': crs} if crs else {})


def _format(file: Path) -> str:
    if file.suffix.lower() not in FORMATS:
        raise WrongUse(
            vi=f'{file}: tên tệp phải kết thúc bằng .pdf hoặc .png.',
            en=f'{file}: the name of the file has to end in .pdf or .png.',
        )
    return file.suffix.lower()[1:]


def _print_where(printed: Printed) -> None:
    output.out.print(f'{printed.file}: {printed.sheet}, {pick_number(printed.size_bytes)} bytes', highlight=False)
    layers = ', '.join(f'{layer} {number}' for layer, number in printed.releases.items())
    output.out.print(f'{pick_words("Bản phát hành", "Releases")}: {layers}', highlight=False)

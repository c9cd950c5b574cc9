"""`dothi requests`: requests for data by other offices, their answers, and what was shared with whom."""

import getpass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ValidationError
from rich.text import Text as Line

from dothi.cli import output
from dothi.cli.options import Json, LetterDate, LetterFile, LetterNumber, LetterSignatory, letter_of
from dothi.core.clock import local_minute
from dothi.core.errors import WrongUse
from dothi.core.layer import Audience
from dothi.core.locality import locality_zone
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_text, pick_words, reader_language
from dothi.core.text import Text
from etl.desk.data_requests import LONGEST, Answer, DataRequest, NewRequest, Share, answer, receive, refuse, requests

requests_app = typer.Typer(
    invoke_without_command=True,
    help='Yêu cầu cung cấp dữ liệu: ghi nhận, trả lời kèm giấy phép, từ chối có căn cứ. · '
    'Requests for data: recorded, answered with the licence, or refused with the legal basis.',
)
STATES = {
    'open': Text(vi='chờ', en='open'),
    'answered': Text(vi='đã cung cấp', en='answered'),
    'refused': Text(vi='từ chối', en='refused'),
}
Number = Annotated[int, typer.Argument(help='Số của yêu cầu · Number of the request.', min=1, max=2**31 - 1)]
By = Annotated[str | None, typer.Option(help='Vai trò người quyết định. · Who decides: a role.')]
DAYS = ['%Y-%m-%d', '%d/%m/%Y']


class Requests(BaseModel):
    """Requests for data."""

    requests: list[DataRequest]


@requests_app.callback()
def list_(
    context: typer.Context,
    since: Annotated[
        datetime | None, typer.Option(formats=DAYS, metavar='YYYY-MM-DD', help='Nhận từ ngày. · Received since.')
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAYS, metavar='YYYY-MM-DD', help='Nhận đến ngày. · Received until.')
    ] = None,
    as_json: Json = False,
) -> None:
    """Yêu cầu cung cấp dữ liệu, và đã chia sẻ gì cho ai. · Requests for data, and what was shared with whom."""
    if context.invoked_subcommand is None:
        listed = requests(since.date() if since else None, until.date() if until else None)
        output.document(Requests(requests=listed), as_json, lambda document: _table(document.requests))


@requests_app.command()
def add(
    requester: Annotated[str, typer.Option('--from', help='Cơ quan yêu cầu. · The office that asks.')],
    purpose: Annotated[str, typer.Option(help='Mục đích sử dụng. · What it is for.')],
    basis: Annotated[str, typer.Option(help='Căn cứ pháp lý. · The legal basis.')],
    layer: Annotated[list[str], typer.Option('--layer', '-l', help='Mã lớp; lặp lại được. · Layer id; repeatable.')],
    form: Annotated[str, typer.Option('--format', help='Định dạng: gpkg, csv … · Format: gpkg, csv …')] = 'gpkg',
    letter: LetterNumber = None,
    letter_date: LetterDate = None,
    letter_by: LetterSignatory = None,
    letter_file: LetterFile = None,
    as_json: Json = False,
) -> None:
    """Ghi nhận một yêu cầu bằng văn bản. · Records a written request."""
    official_letter = letter_of(letter, letter_date, letter_by, letter_file)
    try:
        new = NewRequest(
            requester=requester, purpose=purpose, layers=layer, format=form, legal_basis=basis, letter=official_letter
        )
    except ValidationError as invalid:
        name = str(invalid.errors(include_url=False)[0]['loc'][0])
        option = {'requester': '--from', 'legal_basis': '--basis', 'layers': '--layer'}.get(name, f'--{name}')
        raise WrongUse(
            vi=f'{option}: phải có nội dung, nhiều nhất {LONGEST} ký tự trên một dòng.',
            en=f'{option}: must say something, in one line of at most {LONGEST} characters.',
        ) from None
    output.document(receive(new, served_locality()), as_json, _print_one)


@requests_app.command('answer')
def answer_(
    number: Number,
    folder: Annotated[
        Path | None,
        typer.Option(help='Thư mục ghi các tệp. · Where the files are written; answer-NUMBER where left out.'),
    ] = None,
    audience: Annotated[
        Audience,
        typer.Option(help='Cung cấp gì: public, hoặc internal với mọi cột. · What is given: public, or internal.'),
    ] = 'public',
    reason: Annotated[str | None, typer.Option(help='Ghi chú. · A remark.')] = None,
    by: By = None,
    letter: LetterNumber = None,
    letter_date: LetterDate = None,
    letter_by: LetterSignatory = None,
    letter_file: LetterFile = None,
    as_json: Json = False,
) -> None:
    """Viết tệp của các lớp được yêu cầu kèm giấy phép, và ghi lại. ·
    Writes the files of the layers with their licence, and records it.
    """
    decision = Answer(
        by=by or getpass.getuser(), reason=reason, letter=letter_of(letter, letter_date, letter_by, letter_file)
    )
    with output.progress() as progress:
        share = Share(folder or Path(f'answer-{number}'), served_locality(), audience, reader_language(), progress)
        answered = answer(number, share, decision)
    output.document(answered, as_json, _print_one)


@requests_app.command('refuse')
def refuse_(
    number: Number,
    reason: Annotated[str, typer.Option('--reason', '-r', help='Lý do. · Why.')],
    basis: Annotated[str, typer.Option(help='Căn cứ pháp lý của việc từ chối. · Legal basis of the refusal.')],
    by: By = None,
    letter: LetterNumber = None,
    letter_date: LetterDate = None,
    letter_by: LetterSignatory = None,
    letter_file: LetterFile = None,
    as_json: Json = False,
) -> None:
    """Từ chối bằng văn bản, nêu căn cứ pháp lý. · Refuses in writing, with the legal basis."""
    official_letter = letter_of(letter, letter_date, letter_by, letter_file)
    refused = refuse(number, Answer(by=by or getpass.getuser(), reason=reason, basis=basis, letter=official_letter))
    output.document(refused, as_json, _print_one)


def _print_one(request: DataRequest) -> None:
    _table([request])


def _table(listed: list[DataRequest]) -> None:
    if not listed:
        output.out.print(pick_words('Không có yêu cầu nào', 'no requests'))
        return
    headers = (
        pick_words('Số', 'no.'),
        pick_words('Cơ quan, mục đích', 'office, purpose'),
        pick_words('Lớp', 'layers'),
        pick_words('Nhận lúc', 'received'),
        pick_words('Kết quả', 'outcome'),
    )
    table = output.plain_table(*headers)
    for request in listed:
        at = local_minute(request.received_at, locality_zone())
        office = f'{request.requester}\n{request.purpose}\n{request.legal_basis}'
        table.add_row(*map(Line, (str(request.id), office, '\n'.join(request.layers), at, _outcome(request))))
    output.out.print(table)


def _outcome(request: DataRequest) -> str:
    """What was decided: the files that were given, or why not and on which legal basis."""
    lines = [pick_text(STATES[request.status])]
    lines += [f'{file.file} ({file.licence})' for file in request.files]
    lines += [part for part in (request.reason, request.refusal_basis) if part]
    lines += [pick_text(request.answer_letter.title)] if request.answer_letter else []
    return '\n'.join(lines)

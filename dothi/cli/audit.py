"""`dothi audit`: what people did, and whether the log of it is whole."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.access.log import DEED_TITLES, Deed, LogLine, LogProof, log_lines, verify_log
from dothi.core.database import connection
from dothi.core.errors import DataRefused, WrongUse
from dothi.core.reader_language import pick_words
from dothi.core.text import Text

audit_app = typer.Typer(
    no_args_is_help=True, help='Nhật ký việc đã làm: kiểm tra, xuất. · The log of what people did: verify, export.'
)


class BrokenLog(DataRefused):
    """A line of the log does not follow from the one before it."""


class LogNotWritten(WrongUse):
    """The file for the log cannot be written."""


class Log(BaseModel):
    """Lines of the log. kinds: what their actions mean."""

    kinds: dict[Deed, Text] = DEED_TITLES
    lines: list[LogLine]


@audit_app.command()
def verify(as_json: Json = False) -> None:
    """Tính lại chuỗi băm của nhật ký; mã thoát 3 nếu có dòng bị sửa hoặc mất. ·
    Works the chain of hashes out anew; exit code 3 where a line was changed or is gone.
    """
    with connection('gatekeeper') as db:
        proof = verify_log(db)
    if proof.first_broken is not None:
        raise BrokenLog(
            vi=f'Nhật ký bị sửa hoặc mất dòng, từ dòng {proof.first_broken}. So với bản xuất và bản sao lưu gần nhất.',
            en=f'The log was changed, or lost lines, from line {proof.first_broken} on. Compare it with the last '
            'export and the last backup.',
        )
    output.document(proof, as_json, _print_proof)


@audit_app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar='FILE', help='Tệp JSON để ghi. · JSON file to write.')],
    since: Annotated[
        datetime | None, typer.Option(formats=['%Y-%m-%d'], metavar='YYYY-MM-DD', help='Từ ngày. · From that day on.')
    ] = None,
) -> None:
    """Ghi nhật ký ra tệp, với tên của những người còn trong danh sách. ·
    Writes the log to a file, with the names of those who are still listed.
    """
    with connection('gatekeeper') as db:
        document = Log(lines=log_lines(db, since))
    try:
        file.write_text(document.model_dump_json(indent=1), encoding='utf-8')
    except OSError as error:
        raise LogNotWritten(
            vi=f'Không ghi được {file}: {error.strerror}. Chọn tệp khác.',
            en=f'{file} cannot be written: {error.strerror}. Choose another file.',
        ) from None
    lines = len(document.lines)
    output.out.print(pick_words(f'{lines} dòng vào {file}', f'{lines} lines to {file}'), highlight=False)


def _print_proof(proof: LogProof) -> None:
    text = pick_words(
        f'Nhật ký nguyên vẹn: {proof.lines} dòng, băm cuối {proof.last_sha256 or "-"}',
        f'The log is whole: {proof.lines} lines, last hash {proof.last_sha256 or "-"}',
    )
    output.out.print(text, highlight=False, soft_wrap=True)

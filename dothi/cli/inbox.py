"""`dothi inbox`: takes the deliveries that agencies have put into their folders."""

import signal
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from dothi.cli import output
from dothi.cli.ending import recorded
from dothi.cli.messages import err, show_error
from dothi.cli.options import Json
from dothi.core.foreground import record_foreground
from dothi.core.heartbeat import beating
from dothi.core.locality import load_locality
from dothi.core.patience import be_patient
from dothi.core.reader_language import pick_text, pick_words
from dothi.core.settings import PathSettings

if TYPE_CHECKING:
    from etl.inbox.outcome import Round, TakenFile


class _Ended(BaseException):
    """Somebody asked the watcher to end: what it is at is taken back, and goes on at the next start."""


def inbox(
    watch: Annotated[
        bool,
        typer.Option('--watch', help='Xem đi xem lại cho đến khi bị dừng. · Looks again and again, until it is ended.'),
    ] = False,
    settle_s: Annotated[
        float,
        typer.Option(
            '--settle-s',
            min=0,
            help='Tệp phải giữ nguyên bao nhiêu giây mới được nhận. · How long a file has to stay as it is.',
        ),
    ] = 5,
    as_json: Json = False,
) -> None:
    """Nhận các tệp trong thư mục của các cơ quan và đặt phiếu bên cạnh. ·
    Delivers the files in the agencies' folders, and puts the receipts beside them.
    """
    from etl.inbox.round import once

    paths = PathSettings()
    if watch:
        _watch(settle_s)
    done = once(paths.inbox, settle_s, load_locality(paths.locality), recorded)
    output.document(done, as_json, _print_round)
    sys.exit(done.exit_code)


def _watch(settle_s: float) -> NoReturn:
    from etl.inbox.watch import watch

    be_patient()
    record_foreground('inbox')
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    paths = PathSettings()
    try:
        # a delivery may rightly take minutes
        with beating(paths.run, 'inbox'):
            watch(paths.inbox, paths.locality, settle_s, _log, show_error, recorded)
    except _Ended:
        sys.exit(0)


def _end(_number: int, _frame: object) -> None:
    raise _Ended


def _log(done: 'Round') -> None:
    """What happened, one line each, in the log of the service; nothing where nothing did."""
    for line in _lines(done):
        err.print(line, markup=False, highlight=False, soft_wrap=True)


def _print_round(done: 'Round') -> None:
    for line in _lines(done):
        output.out.print(line, markup=False, highlight=False, soft_wrap=True)
    for number in done.receipts:
        output.out.print(f'{pick_words("phiếu viết lại", "receipt written anew")}: {number}', highlight=False)
    for name in done.incomplete:
        output.out.print(
            f'{name}: {pick_words("chưa đủ, chờ", "not whole yet")}', markup=False, highlight=False, soft_wrap=True
        )
    if not (done.taken or done.receipts or done.unwritten or done.incomplete):
        output.out.print(pick_words('Hộp nhận trống', 'the inbox is empty'))


def _lines(done: 'Round') -> list[str]:
    unwritten = [
        f'{pick_words("phiếu chưa viết lại được", "receipt not written yet")}: {number}\n  {pick_text(why)}'
        for number, why in done.unwritten.items()
    ]
    return [*map(_line, done.taken), *unwritten]


def _line(taken_file: 'TakenFile') -> str:
    number = f' {taken_file.delivery}' if taken_file.delivery else ''
    where = f' → {taken_file.agency}/answered/{taken_file.answered}' if taken_file.answered else ''
    why = f'\n  {pick_text(taken_file.why)}' if taken_file.why else ''
    return f'{taken_file.agency}/{taken_file.file}: {taken_file.layer or "–"}{number} {taken_file.status}{where}{why}'

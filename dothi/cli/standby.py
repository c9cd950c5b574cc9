"""`dothi standby`: a second machine that follows this one, and takes its place.

What a command needs is imported by it: `watch` runs for ever, with the memory that it takes.
"""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dothi.cli import output
from dothi.cli.demo import NotConfirmed
from dothi.cli.messages import err
from dothi.cli.options import Json
from dothi.core.foreground import record_foreground
from dothi.core.reader_language import pick_text, pick_words

if TYPE_CHECKING:
    from dothi.local.standby.allow import StandbyAllowed
    from dothi.local.standby.join import Joined
    from dothi.local.standby.promote import Promotion

standby_app = typer.Typer(
    no_args_is_help=True,
    help='Máy dự phòng: cho phép, nối vào, thay máy chính. · A standby: allowing it, joining, taking over.',
)


@standby_app.command('allow')
def allow(
    address: Annotated[
        str,
        typer.Argument(
            metavar='ĐỊA-CHỈ · ADDRESS', help='Địa chỉ của máy dự phòng. · Address of the machine that is to follow.'
        ),
    ],
    as_json: Json = False,
) -> None:
    """Trên máy chính: cho phép một máy dự phòng, và in ra lệnh để chạy trên máy đó. ·
    On the primary: allows a standby, and prints the command to run on that machine.
    """
    from dothi.local.standby.allow import allow_standby

    with output.progress() as progress:
        allowed = allow_standby(address, progress)
    output.document(allowed, as_json, _show_allowed)


@standby_app.command('join')
def join(
    primary: Annotated[
        str,
        typer.Argument(metavar='MÁY-CHÍNH:CỔNG · PRIMARY:PORT', help='Như "allow" đã in. · As "allow" printed it.'),
    ],
    code: Annotated[
        str, typer.Argument(metavar='MÃ-MỜI · CODE', help='Mã mời mà "allow" đã in. · The code that "allow" printed.')
    ],
    yes: Annotated[bool, typer.Option('--yes', help='Không hỏi lại. · Asks nothing.')] = False,
    as_json: Json = False,
) -> None:
    """Trên máy dự phòng: sao chép cơ sở dữ liệu và kho tệp, rồi theo máy chính. ·
    On the standby: copies database and store, and follows the primary from there.
    """
    from dothi.local.standby.join import join_primary, read_order

    order = read_order(primary, code)
    _confirm_replacing(yes)
    with output.progress() as progress:
        joined = join_primary(order, progress)
    output.document(joined, as_json, _show_joined)


@standby_app.command('promote')
def promote_command(
    force: Annotated[
        bool,
        typer.Option(
            '--force',
            help='Dù máy chính vẫn trả lời: nó được yêu cầu tự dừng trước. · '
            'Although the primary still answers: it is told to end first.',
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Trên máy dự phòng: thay máy chính, và cho biết mất nhiều nhất những gì. ·
    On the standby: takes the place of the primary, and says what was lost at most.
    """
    from dothi.local.standby.promote import promote

    with output.progress() as progress:
        promotion = promote(although_primary_answers=force, progress=progress)
    output.document(promotion, as_json, _show_promotion)


@standby_app.command('off')
def off() -> None:
    """Trên máy chính: thôi có máy dự phòng, không giữ nhật ký cho nó nữa. ·
    On the primary: ends the standby, and keeps no log for it any more.
    """
    from dothi.local.standby.allow import end_standby

    end_standby()
    output.out.print(pick_words('Không còn máy dự phòng.', 'There is no standby any more.'))


@standby_app.command('watch')
def watch() -> None:
    """Phục vụ máy kia, hoặc theo máy chính, cho đến khi bị dừng ("dothi up" chạy lệnh này). ·
    Serves the other machine, or follows the primary, until it is ended ("dothi up" starts it).
    """
    from dothi.local.standby.watch import watch_standby

    record_foreground('standby')
    watch_standby()


def _confirm_replacing(yes: bool) -> None:
    """Says what is put aside where this machine has a database, and asks. Raises NotConfirmed."""
    from dothi.local.standby.join import replaced_data

    data = replaced_data()
    if data is None:
        return
    text = f'Giữ lại dưới tên khác, không xóa: {data}', f'Kept under another name, not removed: {data}'
    err.print(pick_words(*text), highlight=False, soft_wrap=True)
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotConfirmed(vi='Thêm --yes để làm máy dự phòng.', en='Add --yes to become the standby.')
    if not typer.confirm(pick_words('Làm máy dự phòng?', 'Become the standby?'), err=True):
        raise NotConfirmed(vi='Không có gì thay đổi.', en='Nothing was changed.')


def _show_allowed(allowed: 'StandbyAllowed') -> None:
    text = pick_words(
        f'Trên {allowed.address}, trong vòng một ngày, chạy (mã mời là bí mật):',
        f'On {allowed.address}, within a day, run (the code is a secret):',
    )
    output.out.print(text, highlight=False, soft_wrap=True)
    output.out.print(f'[bold]{allowed.command}[/]', highlight=False, soft_wrap=True)
    ports = ', '.join(map(str, allowed.ports))
    text = pick_words(f'Máy đó phải đến được các cổng {ports} ở đây.', f'It has to reach the ports {ports} here.')
    output.out.print(text, highlight=False, soft_wrap=True)
    if allowed.note:
        err.print(pick_text(allowed.note), style='yellow', soft_wrap=True)


def _show_joined(joined: 'Joined') -> None:
    from dothi.cli.standby_lines import joined_lines

    for line in joined_lines(joined):
        output.out.print(line, highlight=False, soft_wrap=True)


def _show_promotion(promotion: 'Promotion') -> None:
    from dothi.cli.standby_lines import promotion_lines

    for line in promotion_lines(promotion):
        output.out.print(line, highlight=False, soft_wrap=True)
    _show_allowed(promotion.next_standby)

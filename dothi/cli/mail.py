"""`dothi mail`: how the mails are, and one for trial."""

from typing import Annotated

import typer
from pydantic import BaseModel

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.database import connection
from dothi.core.errors import EnvironmentMissing
from dothi.core.mail_settings import MailSettings
from dothi.core.reader_language import pick_words
from processes.mail.outbox import OutboxState, make_due, outbox_state
from processes.mail.sender import send_for_trial

mail_app = typer.Typer(
    invoke_without_command=True,
    help='Thư nhắc việc: còn bao nhiêu, lỗi gì; gửi thử. · Mails: how many wait, what went wrong; one for trial.',
)


class NoMailServer(EnvironmentMissing):
    """No mail server is set."""


class MailState(BaseModel):
    """The server, and how its queue is."""

    server: str
    outbox: OutboxState


@mail_app.callback()
def state(context: typer.Context, as_json: Json = False) -> None:
    """Máy chủ thư và hàng chờ. · The mail server and its queue."""
    if context.invoked_subcommand is None:
        with connection('loader') as db:
            document = MailState(server=MailSettings().mail_server, outbox=outbox_state(db))
        output.document(document, as_json, _print_state)


@mail_app.command()
def test(
    address: Annotated[str, typer.Argument(metavar='ADDRESS', help='Gửi đến đâu. · Where to.')],
) -> None:
    """Gửi ngay một thư thử, rồi gửi các thư đang chờ; mã thoát 5 nếu máy chủ không nhận. ·
    Sends one mail now, and then those that wait; exit code 5 where it is not taken.
    """
    if not MailSettings().mail_server:
        raise NoMailServer(
            vi='Chưa đặt máy chủ thư: DOTHI_MAIL_SERVER=smtp://máy:25. Xem dothi config.',
            en='No mail server is set: DOTHI_MAIL_SERVER=smtp://host:25. See dothi config.',
        )
    send_for_trial(address)
    output.out.print(pick_words(f'Máy chủ đã nhận thư cho {address}', f'The server took the mail for {address}'))
    with connection('worker') as db:
        waiting = make_due(db)
    if waiting:
        output.out.print(
            pick_words(f'{waiting} thư đang chờ sẽ được gửi ngay', f'{waiting} mails that wait are sent at once'),
            highlight=False,
        )


def _print_state(document: MailState) -> None:
    outbox = document.outbox
    server = document.server or pick_words('chưa đặt', 'none is set')
    output.out.print(pick_words(f'Máy chủ thư: {server}', f'Mail server: {server}'), highlight=False)
    counts = pick_words(
        f'{outbox.waiting} thư đang chờ, {outbox.given_up} thư bỏ trong tuần',
        f'{outbox.waiting} mails wait, {outbox.given_up} given up within a week',
    )
    output.out.print(counts, highlight=False)
    if outbox.fault:
        output.out.print(f'[yellow]{outbox.fault}[/]', highlight=False, soft_wrap=True)

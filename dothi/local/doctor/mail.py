"""Whether the mail server lets mails be sent, and what became of those that were queued."""

from collections.abc import Iterator

from dothi.core.database import connection
from dothi.core.mail_settings import MailSettings
from dothi.core.text import Text
from dothi.local.doctor.findings import Finding, fault, ok, warning
from processes.mail.faults import advice
from processes.mail.outbox import OutboxState, outbox_state
from processes.mail.session import try_session

# The worker has the settings with which it was started.
WAITING = Text(
    vi='Sẽ thử lại trong ba ngày; sau khi đổi cấu hình: systemctl restart dothi-worker, rồi dothi mail test.',
    en='They are tried again for three days; after a change of settings: systemctl restart dothi-worker, then dothi '
    'mail test.',
)


def check_mail() -> Iterator[Finding]:
    """Nothing where no mail server is set."""
    settings = MailSettings()
    if settings.mail_server:
        yield _server_finding(settings)
        with connection('loader') as db:
            yield from outbox_findings(outbox_state(db))


def outbox_findings(outbox: OutboxState) -> Iterator[Finding]:
    """What was not sent, and why the last one was not."""
    if outbox.given_up:
        text = Text(
            vi=f'{outbox.given_up} thư bị bỏ trong tuần. Lỗi cuối: {outbox.fault}',
            en=f'{outbox.given_up} mails were given up within a week. The last fault: {outbox.fault}',
        )
        yield warning('mail', text, Text(vi='Xem địa chỉ: dothi people.', en='Look at addresses: dothi people.'))
    elif outbox.waiting and outbox.fault:
        text = Text(
            vi=f'{outbox.waiting} thư đang chờ. Lỗi cuối: {outbox.fault}',
            en=f'{outbox.waiting} mails wait. The last fault: {outbox.fault}',
        )
        yield warning('mail', text, WAITING)


def _server_finding(settings: MailSettings) -> Finding:
    server = settings.mail_server
    try:
        try_session(settings)
    except (OSError, ValueError) as error:
        text = Text(vi=f'Không gửi được thư qua {server}: {error}', en=f'No mail is sent by {server}: {error}')
        return fault('mail', text, advice(error))
    return ok('mail', Text(vi=f'Máy chủ thư {server} trả lời.', en=f'The mail server {server} answers.'))

"""Sending by SMTP, each mail by itself: one that is refused keeps no other waiting."""

import logging
import smtplib
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

from dothi.core.database import connection
from dothi.core.errors import EnvironmentMissing
from dothi.core.mail_settings import MailSettings
from dothi.core.text import Text
from processes.mail.outbox import QueuedMail, due_mails, mark_failed, mark_sent


class MailRefused(EnvironmentMissing):
    """The mail server is not there, or does not take mails from here."""


LOG = logging.getLogger('dothi.mail')
PATIENCE_S = 20


def send_due_mails() -> int:
    """How many mails the server took; none where no server is set. Whatever fails is tried again later."""
    settings = MailSettings()
    if not settings.mail_server:
        return 0
    with connection('worker') as db:
        mails = due_mails(db)
    if not mails:
        return 0
    try:
        server = _open(settings)
    except (OSError, smtplib.SMTPException) as error:
        for mail in mails:
            _note_failure(mail, error, for_good=False)
        return 0
    try:
        return sum(_send(server, mail, settings) for mail in mails)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def send_for_trial(address: str) -> None:
    """Sends a mail at once, past the queue. Raises MailRefused."""
    settings, text = MailSettings(), 'Đô Thị: thư thử · a mail for trial'
    mail = QueuedMail(
        id=0, kind='trial', address=address, subject=text, body=text, created_at=datetime.now(UTC), attempts=0
    )
    try:
        with _open(settings) as server:
            server.send_message(_message(mail, settings))
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise MailRefused(
            vi=f'Máy chủ thư {settings.mail_server} không nhận: {error}.',
            en=f'The mail server {settings.mail_server} did not take it: {error}.',
            steward=Text(
                vi='Kiểm tra DOTHI_MAIL_SERVER, DOTHI_MAIL_USER.', en='Check DOTHI_MAIL_SERVER, DOTHI_MAIL_USER.'
            ),
        ) from None


def _open(settings: MailSettings) -> smtplib.SMTP:
    """A session with the server; with TLS where it offers that, and signed in where a name is set."""
    address = urlsplit(settings.mail_server)
    host, port = address.hostname or '', address.port
    if address.scheme == 'smtps':
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=PATIENCE_S)
    else:
        server = smtplib.SMTP(host, port or 25, timeout=PATIENCE_S)
        server.ehlo()
        if server.has_extn('starttls'):
            server.starttls()
    if settings.mail_user:
        server.login(settings.mail_user, settings.mail_password.get_secret_value())
    return server


def _send(server: smtplib.SMTP, mail: QueuedMail, settings: MailSettings) -> bool:
    """Whether the server took the mail. Its fate is in the database before the next one is sent."""
    try:
        server.send_message(_message(mail, settings))
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()), (0, b''))[0]
        _note_failure(mail, error, for_good=500 <= code < 600)
        return False
    except smtplib.SMTPResponseException as error:
        _note_failure(mail, error, for_good=500 <= error.smtp_code < 600)
        return False
    except (OSError, ValueError, smtplib.SMTPException) as error:
        _note_failure(mail, error, for_good=False)
        return False
    with connection('worker') as db:
        mark_sent(db, mail)
    return True


def _message(mail: QueuedMail, settings: MailSettings) -> EmailMessage:
    message = EmailMessage()
    message['From'] = settings.mail_from
    message['To'] = mail.address
    # a name of a layer or file never makes a second header
    message['Subject'] = ' '.join(mail.subject.split())
    message['Date'] = formatdate(localtime=True)
    # the same each time: a server that took it and was lost before it said so may know it again
    message['Message-ID'] = make_msgid(f'dothi-{mail.id}', settings.mail_from.rpartition('@')[2])
    message['Auto-Submitted'] = 'auto-generated'
    message.set_content(mail.body)
    return message


def _note_failure(mail: QueuedMail, error: Exception, *, for_good: bool) -> None:
    fault = f'{type(error).__name__}: {error}'[:300]
    LOG.warning('mail %d about %s could not be sent: %s', mail.id, mail.kind, fault)
    with connection('worker') as db:
        mark_failed(db, mail, fault, for_good=for_good, now=datetime.now(UTC))

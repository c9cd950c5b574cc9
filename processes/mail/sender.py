"""Sending by SMTP, each mail by itself: one that is refused keeps no other waiting."""

import logging
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formatdate

from dothi.core.database import connection
from dothi.core.errors import EnvironmentMissing
from dothi.core.mail_settings import MailSettings
from processes.mail.faults import NO_READER, Fault, advice, is_for_good
from processes.mail.outbox import QueuedMail, due_mails, mark_failed, mark_sent, take_mail
from processes.mail.session import Line, open_session


class MailRefused(EnvironmentMissing):
    """The mail server is not there, or does not take mails from here."""


LOG = logging.getLogger('dothi.mail')


def send_due_mails(stopped: Callable[[], bool] = lambda: False) -> int:
    """How many mails the server took; none where no server is set. Whatever fails is tried again later."""
    settings = MailSettings()
    if not settings.mail_server:
        return 0
    with connection('worker') as db:
        numbers = due_mails(db)
    line = Line(settings)
    try:
        return sum(_send_mail(number, line) for number in numbers if not stopped())
    finally:
        line.close()


def send_for_trial(address: str) -> None:
    """Sends a mail at once, past the queue. Raises MailRefused."""
    settings, text = MailSettings(), 'Đô Thị: thư thử · a mail for trial'
    mail = QueuedMail(
        id=0, kind='trial', address=address, subject=text, body=text, created_at=datetime.now(UTC), attempts=0
    )
    try:
        with open_session(settings) as server:
            server.send_message(_message(mail, settings))
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise MailRefused(
            vi=f'Máy chủ thư {settings.mail_server} không nhận: {error}.',
            en=f'The mail server {settings.mail_server} did not take it: {error}.',
            steward=advice(error),
        ) from None


def _send_mail(number: int, line: Line) -> bool:
    """Whether the server took the mail. Its fate is in the database before the next one is sent."""
    with connection('worker') as db:
        mail = take_mail(db, number)
        if mail is None:
            return False
        fault = NO_READER if mail.address is None else _fault_of(mail, mail.address, line)
        if fault is None:
            mark_sent(db, mail)
        else:
            LOG.warning('mail %d about %s could not be sent: %s', mail.id, mail.kind, fault.text)
            mark_failed(db, mail, fault.text, for_good=fault.for_good, now=datetime.now(UTC))
    return fault is None


def _fault_of(mail: QueuedMail, address: str, line: Line) -> Fault | None:
    """What kept the server from taking the mail; None where it has it."""
    try:
        message = _message(mail, line.settings)
    except Exception as error:
        return Fault.of(error, for_good=True)
    try:
        server = line.open()
    except (OSError, ValueError) as error:
        # of the server or the settings, not of this mail
        return Fault.of(error, for_good=False)
    try:
        server.send_message(message, to_addrs=[address])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        return Fault.of(error, for_good=is_for_good(error))
    except (smtplib.SMTPNotSupportedError, ValueError) as error:
        # an address with letters that this server takes none of
        return Fault.of(error, for_good=True)
    except OSError as error:
        # the next one gets a session of its own
        line.break_off(error)
        return Fault.of(error, for_good=False)
    return None


def _message(mail: QueuedMail, settings: MailSettings) -> EmailMessage:
    message = EmailMessage()
    message['From'] = settings.mail_from
    message['To'] = mail.address
    # a name of a layer or file never makes a second header
    message['Subject'] = ' '.join(mail.subject.split())
    message['Date'] = formatdate(localtime=True)
    # the same each time: a server that took it and was lost before it said so may know it again
    message['Message-ID'] = (
        f'<dothi-{mail.id}.{mail.created_at.timestamp():.0f}@{settings.mail_from.rpartition("@")[2]}>'
    )
    message['Auto-Submitted'] = 'auto-generated'
    # seven bits: not every server takes eight, and smtplib does not ask
    message.set_content(mail.body, cte=None if mail.body.isascii() else 'quoted-printable')
    return message

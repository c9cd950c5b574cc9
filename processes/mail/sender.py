"""Sending by SMTP, each mail by itself: one that is refused keeps no other waiting."""

import logging
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formatdate
from typing import Self
from urllib.parse import urlsplit

from dothi.core.database import connection
from dothi.core.errors import EnvironmentMissing
from dothi.core.listening import is_loopback
from dothi.core.mail_settings import MailSettings
from dothi.core.text import Text
from processes.mail.outbox import QueuedMail, due_mails, mark_failed, mark_sent, take_mail


class MailRefused(EnvironmentMissing):
    """The mail server is not there, or does not take mails from here."""


LOG = logging.getLogger('dothi.mail')
PATIENCE_S, MOST_BREAKS = 20, 3


@dataclass(frozen=True)
class Fault:
    """Why a mail was not taken. for_good: it never will be."""

    text: str
    for_good: bool

    @classmethod
    def of(cls, error: Exception, *, for_good: bool) -> Self:
        """The fault that `error` tells of."""
        return cls(f'{type(error).__name__}: {error}'[:300], for_good)


NO_READER = Fault('its reader is let in no more, or has no address', for_good=True)


@dataclass
class Line:
    """The way to the mail server in one round: opened for the first mail, and anew after one that broke it.

    fault: why it is not opened any more; each try may take PATIENCE_S, and mails are many.
    """

    settings: MailSettings
    server: smtplib.SMTP | None = None
    fault: OSError | None = None
    breaks: int = 0

    def open(self) -> smtplib.SMTP:
        """The server; raises OSError, as smtplib does."""
        if self.fault is not None:
            raise self.fault
        if self.server is None or self.server.sock is None:
            try:
                self.server = _open(self.settings)
            except OSError as error:
                self.fault = error
                raise
        return self.server

    def break_off(self, error: OSError) -> None:
        """Ends a session in which something went wrong; the next mail gets another one, some times."""
        self.breaks += 1
        if self.breaks == MOST_BREAKS:
            self.fault = error
        self.close()

    def close(self) -> None:
        """Ends the session, politely where the server is there."""
        if self.server is not None:
            with suppress(OSError):
                self.server.quit()
        self.server = None


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
    """A session with the server; with TLS where it offers that, and signed in where a name is set.

    The certificate must be right, and no password goes out without TLS, but to a server on this machine.
    """
    address = urlsplit(settings.mail_server)
    host, port = address.hostname or '', address.port
    trusted = ssl._create_unverified_context() if is_loopback(host) else ssl.create_default_context()  # noqa: S323
    if address.scheme == 'smtps':
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=PATIENCE_S, context=trusted)
    else:
        server = smtplib.SMTP(host, port or 25, timeout=PATIENCE_S)
        server.ehlo()
        if server.has_extn('starttls'):
            server.starttls(context=trusted)
        elif settings.mail_user and not is_loopback(host):
            raise smtplib.SMTPNotSupportedError('no STARTTLS: the password is not sent')
    if settings.mail_user:
        server.login(settings.mail_user, settings.mail_password.get_secret_value())
    return server


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
        line.open().send_message(message, to_addrs=[address])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        return Fault.of(error, for_good=500 <= _code_of(error) < 600)
    except smtplib.SMTPNotSupportedError as error:
        # an address with letters that this server takes none of, unless it is the way there that is not to be had
        return Fault.of(error, for_good=line.fault is None)
    except OSError as error:
        # of the server or the settings, not of this mail; the next one gets a session of its own
        line.break_off(error)
        return Fault.of(error, for_good=False)
    except ValueError as error:
        return Fault.of(error, for_good=True)
    return None


def _code_of(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> int:
    """What the server answered with."""
    if isinstance(error, smtplib.SMTPDataError):
        return int(error.smtp_code)
    return int(next(iter(error.recipients.values()), (0, b''))[0])


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
    message.set_content(mail.body)
    return message

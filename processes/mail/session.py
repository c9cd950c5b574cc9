"""The way to the mail server: opened once in a round, with TLS and a sign-in where they are to be had."""

import smtplib
import ssl
from collections.abc import Buffer
from contextlib import suppress
from dataclasses import dataclass
from typing import override
from urllib.parse import urlsplit

from dothi.core.listening import is_loopback
from dothi.core.mail_settings import MailSettings
from dothi.core.trust import trusting_context

# A server may look at a mail before it answers (RFC 5321, 4.5.3.2.6: for ten minutes); who hangs up meanwhile sends it
# again. PostgreSQL ends the transaction that holds the mail's row after ten.
PATIENCE_S, ANSWER_PATIENCE_S, MOST_BREAKS = 20, 300, 3


class PatientSession(smtplib.SMTP):
    """A session that waits longer for what becomes of a mail than for anything else."""

    @override
    def data(self, msg: Buffer | str) -> tuple[int, bytes]:
        self._wait_at_most(ANSWER_PATIENCE_S)
        answer = super().data(msg)
        self._wait_at_most(PATIENCE_S)
        return answer

    def _wait_at_most(self, patience_s: float) -> None:
        if self.sock is not None:
            self.sock.settimeout(patience_s)


class SecurePatientSession(PatientSession, smtplib.SMTP_SSL):
    """One that begins with TLS."""


@dataclass
class Line:
    """The way to the mail server in one round: opened for the first mail, and anew after one that broke it.

    fault: why it is not opened any more; each try may take PATIENCE_S, and mails are many.
    """

    settings: MailSettings
    server: smtplib.SMTP | None = None
    fault: OSError | ValueError | None = None
    breaks: int = 0

    def open(self) -> smtplib.SMTP:
        """The server; raises OSError and ValueError, as `open_session` does."""
        if self.fault is not None:
            raise self.fault
        if self.server is None or self.server.sock is None:
            try:
                self.server = open_session(self.settings)
            except (OSError, ValueError) as error:
                self.fault = error
                raise
        return self.server

    def break_off(self, error: OSError) -> None:
        """Ends a session in which something went wrong, without waiting for the server; some times there is a next."""
        self.breaks += 1
        if self.breaks == MOST_BREAKS:
            self.fault = error
        if self.server is not None:
            self.server.close()
        self.server = None

    def close(self) -> None:
        """Ends the session, politely where the server is there."""
        if self.server is not None:
            with suppress(OSError):
                self.server.quit()
        self.server = None


def try_session(settings: MailSettings) -> None:
    """Begins and ends a session without a mail. Raises what `open_session` does."""
    server = open_session(settings)
    with suppress(OSError):
        server.quit()


def open_session(settings: MailSettings) -> smtplib.SMTP:
    """A session with the server; with TLS where it offers that, and signed in where a name is set.

    The certificate must be right, and no password goes out without TLS, but to a server on this machine. Raises
    OSError, which smtplib's errors are, and ValueError for an address that is none.
    """
    server = _connect(settings)
    try:
        if settings.mail_user:
            _sign_in(server, settings)
    except BaseException:
        server.close()
        raise
    return server


def _connect(settings: MailSettings) -> smtplib.SMTP:
    address = urlsplit(settings.mail_server)
    host, port = address.hostname or '', address.port
    trusted = ssl._create_unverified_context() if is_loopback(host) else trusting_context()  # noqa: S323
    if address.scheme == 'smtps':
        return SecurePatientSession(host, port or 465, timeout=PATIENCE_S, context=trusted)
    server = PatientSession(host, port or 25, timeout=PATIENCE_S)
    try:
        server.ehlo()
        if server.has_extn('starttls'):
            server.starttls(context=trusted)
        elif settings.mail_user and not is_loopback(host):
            raise smtplib.SMTPNotSupportedError('no STARTTLS: the password is not sent')
    except BaseException:
        server.close()
        raise
    return server


def _sign_in(server: smtplib.SMTP, settings: MailSettings) -> None:
    password = settings.mail_password.get_secret_value()
    if not (settings.mail_user + password).isascii():
        raise smtplib.SMTPNotSupportedError('the name or the password has letters outside ASCII')
    server.login(settings.mail_user, password)

"""Mail servers as they are: what they want, how they refuse, and which fault is whose."""

import ssl
from collections.abc import Callable
from smtplib import SMTPAuthenticationError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from typer.testing import CliRunner

from dothi.cli.app import app
from dothi.core.access.person import Person, Role
from dothi.local.doctor.mail import check_mail
from processes.mail import session as mail_session
from processes.mail.faults import advice
from processes.mail.sender import MailRefused, send_due_mails, send_for_trial
from tests.access.test_mail import MailServer, mail_server, queue, reader
from tests.api.editors import rows

__all__ = ['mail_server', 'reader']


def test_no_password_goes_to_another_machine_without_tls(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server offers no STARTTLS: as one whose offer somebody on the way took out."""
    monkeypatch.setenv('DOTHI_MAIL_USER', 'dothi')
    monkeypatch.setenv('DOTHI_MAIL_PASSWORD', 'secret')
    monkeypatch.setattr(mail_session, 'is_loopback', lambda _host: False)
    with pytest.raises(MailRefused, match='STARTTLS'):
        send_for_trial('an@example.vn')
    assert mail_server.mails == []


@pytest.mark.parametrize(
    'refusal',
    [
        '554 5.7.1 Relay access denied', '530 5.7.0 Authentication required', '530 Authentication required',
        '550 5.1.8 Sender address rejected: Domain not found', '504 5.5.2 Helo command rejected: need a full name',
        '550 relay not permitted',
    ],
)  # fmt: skip
def test_what_is_the_fault_of_the_settings_costs_no_mail(
    reader: Callable[..., Person], mail_server: MailServer, refusal: str
) -> None:
    """Postfix says so at the address of the reader: a password that was forgotten lost each mail of that minute."""
    queue(reader('an', Role.STEWARD))
    mail_server.to_address = refusal
    assert send_due_mails() == 0
    assert rows('select given_up_at is null, attempts from mail.message') == [(True, 1)]
    mail_server.to_address = '250 OK'
    rows('update mail.message set next_try_at = now() returning 1')
    assert send_due_mails() == 1


@pytest.mark.parametrize(
    'refusal', ['550 5.1.1 User unknown in relay recipient table', '550 Unrouteable address', '552 5.2.2 Mailbox full']
)
def test_an_address_that_is_refused_for_good_is_given_up(
    reader: Callable[..., Person], mail_server: MailServer, refusal: str
) -> None:
    queue(reader('an', Role.STEWARD))
    mail_server.to_address = refusal
    assert send_due_mails() == 0
    assert rows('select given_up_at is null from mail.message') == [(False,)]


@pytest.mark.parametrize(
    ('name', 'value', 'reason'),
    [
        ('DOTHI_MAIL_PASSWORD', 'mật-khẩu', 'ASCII'), ('DOTHI_MAIL_SERVER', 'smtp://127.0.0.1:99999', 'Port'),
        ('DOTHI_MAIL_SERVER', 'smtp://.example', 'label empty'),
    ],
)  # fmt: skip
def test_settings_that_smtp_has_no_letters_for_cost_no_mail(
    reader: Callable[..., Person],
    mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    reason: str,
) -> None:
    queue(reader('an', Role.STEWARD))
    monkeypatch.setenv('DOTHI_MAIL_USER', 'dothi')
    monkeypatch.setenv(name, value)
    assert send_due_mails() == 0
    ((is_waiting, fault),) = rows('select given_up_at is null, fault from mail.message')
    assert is_waiting
    assert reason in fault
    assert value not in fault


def test_a_server_that_looks_at_a_mail_for_long_gets_it_once(
    reader: Callable[..., Person], mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had taken the mail when the sender had lost its patience, and got it again each time."""
    monkeypatch.setattr(mail_session, 'PATIENCE_S', 0.5)
    mail_server.thinks_s = 1.5
    queue(reader('an', Role.STEWARD))
    assert send_due_mails() == 1
    assert mail_server.to == ['an@example.vn']


def test_mails_are_of_seven_bits_and_short_lines(reader: Callable[..., Person], mail_server: MailServer) -> None:
    """A server need not take eight bits (8BITMIME), nor lines of more than 998 bytes."""
    for name in 'ab':
        queue(reader(name, Role.STEWARD))
    long_line = 'một dòng rất dài ' * 90
    rows("update mail.message set body = 'Kính gửi bà Lan' || chr(10) returning 1")
    rows('update mail.message set body = %s where id = (select max(id) from mail.message) returning 1', long_line)
    assert send_due_mails() == 2
    assert all(content.isascii() for content in mail_server.contents)
    assert max(len(line) for content in mail_server.contents for line in content.splitlines()) < 100
    assert [mail.get_content().strip() for mail in mail_server.mails] == ['Kính gửi bà Lan', long_line.strip()]


@pytest.mark.parametrize(
    ('error', 'setting'),
    [
        (ssl.SSLCertVerificationError(), 'ca-certificates'),
        (ssl.SSLError(), 'smtps://'),
        (SMTPServerDisconnected('timed out'), 'smtps://'),
        (SMTPAuthenticationError(535, b'no'), 'DOTHI_MAIL_PASSWORD'),
        (SMTPRecipientsRefused({'an@example.vn': (554, b'5.7.1 no')}), 'DOTHI_MAIL_FROM'),
        (OSError('no route to host'), 'DOTHI_MAIL_SERVER'),
    ],
)
def test_who_tries_the_server_is_told_which_setting_to_look_at(error: Exception, setting: str) -> None:
    assert setting in advice(error).en
    assert setting in advice(error).vi


def test_the_doctor_tries_the_server_and_looks_at_the_queue(
    reader: Callable[..., Person], mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(reader('an', Role.STEWARD))
    assert [finding.severity for finding in check_mail()] == ['ok']
    mail_server.to_address = '550 5.1.1 no such mailbox'
    send_due_mails()
    assert [finding.severity for finding in check_mail()] == ['ok', 'warning']
    monkeypatch.setenv('DOTHI_MAIL_SERVER', 'smtp://127.0.0.1:1')
    assert [finding.severity for finding in check_mail()] == ['fault', 'warning']
    monkeypatch.setenv('DOTHI_MAIL_SERVER', '')
    assert [*check_mail()] == []
    assert mail_server.mails == []


def test_a_trial_that_goes_well_ends_the_pause_of_what_waits(
    reader: Callable[..., Person], mail_server: MailServer
) -> None:
    """A password that was put right on the third day found mails that were due six hours later."""
    queue(reader('an', Role.STEWARD))
    rows("update mail.message set next_try_at = now() + interval '6 hours' returning 1")
    assert send_due_mails() == 0
    done = CliRunner().invoke(app, ['mail', 'test', 'admin@example.vn'])
    assert done.exit_code == 0, done.output
    assert send_due_mails() == 1
    assert mail_server.to == ['admin@example.vn', 'an@example.vn']

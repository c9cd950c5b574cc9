"""Mails: who hears of what, in which language, and that none is lost or sent twice; a real SMTP server takes them."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import psycopg2
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from dothi.core.access.people import BadPerson, Changes, change, disable
from dothi.core.access.person import Action, Person, Role
from dothi.core.access.policy import AccessPolicy, Rule
from dothi.core.database import connection
from dothi.core.locality import Locality
from dothi.core.mail_kinds import choose_kinds
from dothi.core.ports import free_port
from etl.desk import decide
from etl.desk.decide import Decision
from processes.mail.outbox import addressees, outbox_state
from processes.mail.rounds import Postman, events, of_the_day, queue_letters
from processes.mail.sender import send_due_mails
from tests.api.editors import rows
from tests.etl.conftest import Agency, Send, agency, send

__all__ = ['agency', 'send']
MakePerson = Callable[..., Person]


@dataclass
class MailServer:
    """A server that takes mails, or answers what it is told to."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    answer: str = '250 OK'
    # an address in whose mail the connection is cut
    cut_at: str = ''
    to: list[str] = field(default_factory=list)
    # how long it thinks before it takes a mail
    thinks_s: float = 0
    # what it says to an address
    to_address: str = '250 OK'
    contents: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_address.startswith('250'):
            envelope.rcpt_tos.append(address)
        return self.to_address

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.cut_at in envelope.rcpt_tos:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        await asyncio.sleep(self.thinks_s)
        if self.answer.startswith('250'):
            self.to += envelope.rcpt_tos
            content = envelope.content or b''
            assert isinstance(content, bytes)
            self.contents.append(content)
            message = message_from_bytes(content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.mails.append(message)
        return self.answer


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    made = MailServer(free_port())
    controller = Controller(made, hostname='127.0.0.1', port=made.port)
    controller.start()
    monkeypatch.setenv('DOTHI_MAIL_SERVER', f'smtp://127.0.0.1:{made.port}')
    monkeypatch.setenv('DOTHI_MAIL_LINK_URL', 'https://office.example')
    yield made
    controller.stop()


@pytest.fixture
def reader(person: MakePerson) -> Callable[..., Person]:
    """Enters somebody with an e-mail address."""

    def make(name: str, role: Role, agency_: str | None = None, language: str = 'vi') -> Person:
        entered = person(name, role, agency_)
        with connection('gatekeeper') as db:
            change(db, name, Changes(email=f'{name}@example.vn', language=language))
        return entered

    return make


def do_round() -> None:
    Postman(looked_at=time.monotonic()).do_round(lambda: False)


def sent_to(server: MailServer) -> list[tuple[str, str]]:
    return sorted((str(mail['To']), str(mail['Subject'])) for mail in server.mails)


def places(agency: Agency, name: str, **codes: int) -> Path:
    """A file of schools `code=places`, ten metres apart in the order of the alphabet."""
    rows = [(agency.school(c, SO_CHO=n), agency.point(10 * (ord(c) - ord('a')))) for c, n in codes.items()]
    return agency.geojson(name, rows)


def hold(agency: Agency, send: Send) -> int:
    """The number of a delivery that waits: it would close three of four schools."""
    send(places(agency, '1.geojson', a=1, b=2, c=3, d=4), 'schools')
    number = send(places(agency, '2.geojson', a=1), 'schools').delivery
    assert number is not None
    return number


def test_a_decision_is_asked_of_stewards_and_told_to_the_agency(
    agency: Agency,
    send: Send,
    reader: Callable[..., Person],
    mail_server: MailServer,
    locality: Locality,
) -> None:
    reader('an', Role.STEWARD, language='en')
    reader('lan', Role.FOCAL_POINT, 'education')
    reader('minh', Role.FOCAL_POINT, 'health')
    reader('xem', Role.VIEWER)
    number = hold(agency, send)
    do_round()
    assert ('an@example.vn', f'Waits for a decision: Schools, delivery {number}') in sent_to(mail_server)
    (wanted,) = [mail for mail in mail_server.mails if mail['To'] == 'an@example.vn']
    assert f'https://office.example/api/deliveries/{number}?f=html&lang=en' in wanted.get_content()
    mail_server.mails.clear()
    decide.return_(number, Decision(by='an', reason='Thiếu ba trường'))
    do_round()
    assert [to for to, _ in sent_to(mail_server)] == ['lan@example.vn']
    assert 'Trả lại' in str(mail_server.mails[0]['Subject'])
    assert 'Thiếu ba trường' in mail_server.mails[0].get_content()
    assert mail_server.mails[0]['Auto-Submitted'] == 'auto-generated'
    do_round()
    assert len(mail_server.mails) == 1, 'nothing is sent twice'


def test_a_mail_tells_of_no_layer_that_its_reader_does_not_see(
    agency: Agency, send: Send, reader: Callable[..., Person], locality: Locality
) -> None:
    """One decides on roads alone, one on all and sees some rows of schools, one on all: who is asked, and of what."""
    deciding, seeing = [Action.SEE, Action.DECIDE], [Action.SEE]
    rules = {
        Role.STEWARD: [Rule(may=deciding, layers=['roads'])],
        Role.EDITOR: [
            Rule(may=[Action.DECIDE], layers='all'), Rule(may=seeing, layers=['roads']),
            Rule(may=seeing, layers=['schools'], rows={'level': ['primary']}),
        ],
        Role.ADMINISTRATOR: [Rule(may=deciding, layers='all')],
        Role.FOCAL_POINT: [Rule(may=[Action.SEE, Action.DELIVER], layers='own')],
    }  # fmt: skip
    place = replace(locality, policy=AccessPolicy(rules))
    for name, role in (('an', Role.STEWARD), ('binh', Role.EDITOR), ('chi', Role.ADMINISTRATOR)):
        reader(name, role, language='en')
    reader('lan', Role.FOCAL_POINT, 'education', language='en')
    hold(agency, send)
    rows("update catalog.delivery set received_at = received_at - interval '3 years' where id = 1 returning 1")
    with connection('worker') as db:
        queue_letters(db, events(db, addressees(db), place))
        queue_letters(db, of_the_day(addressees(db), place, date(2027, 11, 29)))
    told = rows("""select p.name, m.kind from mail.message as m join access.person as p on p.id = m.person
        where m.subject || m.body like '%%Schools%%' order by 1, 2""")
    assert told == [
        ('chi', 'decision_wanted'), ('chi', 'weekly'), ('lan', 'delivery_accepted'), ('lan', 'delivery_late'),
        ('lan', 'weekly'),
    ]  # fmt: skip


def test_a_server_that_is_away_or_busy_gets_the_mail_later(
    agency: Agency,
    send: Send,
    reader: Callable[..., Person],
    mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader('an', Role.STEWARD)
    hold(agency, send)
    mail_server.answer = '451 try again later'
    do_round()
    (state,) = rows('select attempts, sent_at is null, given_up_at is null, fault from mail.message')
    assert state[:3] == (1, True, True)
    assert '451' in state[3]
    with monkeypatch.context() as away:
        away.setenv('DOTHI_MAIL_SERVER', 'smtp://127.0.0.1:1')
        rows('update mail.message set next_try_at = now() returning 1')
        do_round()
    assert rows('select attempts, sent_at is null from mail.message') == [(2, True)]
    do_round()
    assert rows('select attempts from mail.message') == [(2,)], 'not before its time'
    mail_server.answer = '250 OK'
    rows('update mail.message set next_try_at = now() returning 1')
    do_round()
    assert len(mail_server.mails) == 1
    with connection('loader') as db:
        assert outbox_state(db).model_dump() == {'waiting': 0, 'given_up': 0, 'fault': None}


def test_what_is_refused_for_good_or_for_days_is_given_up_and_said(
    agency: Agency,
    send: Send,
    reader: Callable[..., Person],
    mail_server: MailServer,
) -> None:
    reader('an', Role.STEWARD)
    reader('binh', Role.STEWARD)
    hold(agency, send)
    rows("update mail.message set next_try_at = now() + interval '1 day' returning 1")
    mail_server.answer = '451 full'
    do_round()
    rows("update mail.message set created_at = now() - interval '4 days', next_try_at = now() returning 1")
    do_round()
    with connection('loader') as db:
        assert (outbox_state(db).waiting, outbox_state(db).given_up) == (0, 2)
    mail_server.answer = '550 no such mailbox'
    rows('update mail.message set given_up_at = null, created_at = now(), next_try_at = now() returning 1')
    do_round()
    with connection('loader') as db:
        state = outbox_state(db)
    assert (state.given_up, 'no such mailbox' in str(state.fault)) == (2, True)


def test_whoever_switched_a_kind_off_or_may_not_come_in_gets_none(
    agency: Agency,
    send: Send,
    reader: Callable[..., Person],
    mail_server: MailServer,
) -> None:
    an = reader('an', Role.STEWARD)
    reader('binh', Role.STEWARD)
    reader('chi', Role.STEWARD)
    with connection('gatekeeper') as db:
        choose_kinds(db, an.id, ['decision_wanted'])
        disable(db, 'binh')
    hold(agency, send)
    do_round()
    assert [to for to, subject in sent_to(mail_server) if subject.startswith('Chờ')] == ['chi@example.vn']


def test_without_a_server_nothing_is_written_and_old_events_are_no_news_later(
    agency: Agency,
    send: Send,
    reader: Callable[..., Person],
    monkeypatch: pytest.MonkeyPatch,
    mail_server: MailServer,
) -> None:
    reader('an', Role.STEWARD)
    with monkeypatch.context() as away:
        away.setenv('DOTHI_MAIL_SERVER', '')
        hold(agency, send)
        do_round()
    assert rows('select count(*) from mail.message') == [(0,)]
    rows("update mail.event set at = at - interval '2 days' returning 1")
    do_round()
    assert rows('select count(*) from mail.message') == [(0,)]
    assert rows('select count(*) from mail.event where told_at is null') == [(0,)]


def test_late_agencies_are_reminded_once_and_stewards_get_a_digest_on_mondays(
    agency: Agency,
    send: Send,
    reader: Callable[..., Person],
    mail_server: MailServer,
    locality: Locality,
) -> None:
    reader('lan', Role.FOCAL_POINT, 'education')
    reader('an', Role.STEWARD)
    send(places(agency, '1.geojson', a=1), 'schools')
    rows("update catalog.delivery set received_at = received_at - interval '3 years' returning 1")
    monday = date(2026, 11, 30)
    for day in (monday, monday, monday + timedelta(days=1)):
        with connection('worker') as db:
            queue_letters(db, of_the_day(addressees(db), locality, day))
    kinds = rows(
        'select p.name, m.kind from mail.message as m join access.person as p on p.id = m.person order by 1, 2'
    )
    assert kinds == [('an', 'weekly'), ('lan', 'delivery_late'), ('lan', 'weekly')]
    for (digest,) in rows("select body from mail.message where kind = 'weekly'"):
        assert locality.layers['schools'].title.vi in digest


def test_names_of_files_make_no_headers(
    agency: Agency,
    send: Send,
    reader: Callable[..., Person],
    mail_server: MailServer,
) -> None:
    an = reader('an', Role.STEWARD)
    about = "'danger', 'x', 'an@example.vn'"
    statement = f"insert into mail.message (person, kind, about, address, subject, body) values (%s, {about}, %s, 'b')"
    rows(f'{statement} returning 1', str(an.id), 'Chào\r\nBcc: all@example.vn')
    do_round()
    (mail,) = mail_server.mails
    assert mail['Bcc'] is None
    assert str(mail['Subject']) == 'Chào Bcc: all@example.vn'


def test_the_worker_reads_addresses_and_nothing_else_of_people(database: dict[str, str]) -> None:
    with connection('worker') as db:
        assert addressees(db) == []
    for role in ('reader_internal', 'reader_public', 'editor'):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection(role) as db:
            db.cursor().execute('select * from mail.people()')


def test_whoever_is_removed_leaves_no_mail(
    agency: Agency,
    send: Send,
    reader: Callable[..., Person],
    mail_server: MailServer,
) -> None:
    from dothi.core.access.people import remove

    an: UUID = reader('an', Role.STEWARD).id
    hold(agency, send)
    do_round()
    with connection('gatekeeper') as db:
        remove(db, 'an')
    assert rows('select count(*) from mail.message where person = %s', str(an)) == [(0,)]


def queue(to: Person, about: str = 'disk') -> None:
    """A mail, which was queued when the person had another address."""
    rows(
        """insert into mail.message (person, kind, about, address, subject, body)
           values (%s, 'danger', %s, 'old@example.vn', 'Tiêu đề', 'b') returning 1""",
        str(to.id), about,
    )  # fmt: skip


def test_two_workers_send_each_mail_once(reader: Callable[..., Person], mail_server: MailServer) -> None:
    for i in range(5):
        queue(reader(f'an-{i}', Role.STEWARD))
    mail_server.thinks_s = 0.2
    with ThreadPoolExecutor(2) as workers:
        taken = [*workers.map(lambda _: send_due_mails(), 'ab')]
    assert sorted(mail_server.to) == [f'an-{i}@example.vn' for i in range(5)]
    assert sum(taken) == 5


def test_a_mail_at_which_the_server_hangs_up_keeps_no_other_waiting(
    reader: Callable[..., Person], mail_server: MailServer
) -> None:
    for name in 'xyz':
        queue(reader(name, Role.STEWARD))
    mail_server.cut_at = 'x@example.vn'
    assert send_due_mails() == 2
    assert mail_server.to == ['y@example.vn', 'z@example.vn']
    waiting = """select p.name, m.given_up_at is null from mail.message as m
        join access.person as p on p.id = m.person where m.sent_at is null"""
    assert rows(waiting) == [('x', True)]


def test_addresses_that_the_server_has_no_letters_for_keep_no_other_waiting(
    reader: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three of them counted as a server that cannot be talked to, and were tried for days."""
    made = MailServer(free_port())
    controller = Controller(made, hostname='127.0.0.1', port=made.port, enable_SMTPUTF8=False)
    controller.start()
    monkeypatch.setenv('DOTHI_MAIL_SERVER', f'smtp://127.0.0.1:{made.port}')
    for name in 'abcd':
        queue(reader(name, Role.STEWARD))
    rows("update access.person set email = 'lần-' || email where name < 'd' returning 1")
    try:
        assert send_due_mails() == 1
    finally:
        controller.stop()
    assert made.to == ['d@example.vn']
    assert rows('select count(*) from mail.message where given_up_at is not null') == [(3,)]


def test_what_waits_goes_to_who_is_let_in_and_to_their_address_of_now(
    reader: Callable[..., Person], mail_server: MailServer
) -> None:
    """A server that was away for a day: meanwhile one has another address, one none, and one was shut out."""
    for name in ('an', 'binh', 'chi'):
        queue(reader(name, Role.STEWARD))
    with connection('gatekeeper') as db:
        change(db, 'an', Changes(email='new@example.vn'))
        change(db, 'binh', Changes(email=''))
        disable(db, 'chi')
    assert send_due_mails() == 1
    assert mail_server.to == ['new@example.vn']
    kept = rows("""select p.name, m.address, m.given_up_at is null, m.fault from mail.message as m
        join access.person as p on p.id = m.person order by 1""")
    no_reader = 'its reader is let in no more, or has no address'
    assert kept == [
        ('an', 'new@example.vn', True, None), ('binh', 'old@example.vn', False, no_reader),
        ('chi', 'old@example.vn', False, no_reader),
    ]  # fmt: skip


def test_a_mail_goes_to_its_address_alone_and_has_one_id(
    reader: Callable[..., Person], mail_server: MailServer
) -> None:
    an, other = reader('an', Role.STEWARD), reader('c', Role.STEWARD)
    rows("update access.person set email = 'a@example.vn,b@example.vn' where name = 'an' returning 1")
    queue(an)
    send_due_mails()
    assert 'b@example.vn' not in mail_server.to
    queue(other)
    for _ in 'ab':
        send_due_mails()
        rows("update mail.message set sent_at = null where address = 'c@example.vn' returning 1")
    ids = [mail['Message-ID'] for mail in mail_server.mails if mail['To'] == 'c@example.vn']
    assert len(ids) == 2
    assert len(set(ids)) == 1
    for address in ('a@b,c@d', 'Lan <a@b>', 'a@b;c', '"a@b', 'a@[b'):
        with connection('gatekeeper') as db, pytest.raises(BadPerson):
            change(db, 'an', Changes(email=address))

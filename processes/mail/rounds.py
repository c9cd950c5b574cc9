"""One round of the mail: events become letters, days bring reminders, weeks a digest; then what is queued is sent."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from psycopg2.extensions import connection as Connection

from dothi.core.access.author import agency_of
from dothi.core.access.person import Role
from dothi.core.backup_state import backup_state
from dothi.core.clock import today
from dothi.core.database import connection
from dothi.core.errors import DothiError
from dothi.core.freshness import last_deliveries, of_layer
from dothi.core.locality import Locality
from dothi.core.mail_settings import MailSettings
from dothi.core.readiness import OK, files_readiness
from dothi.core.settings import PathSettings, ServerSettings
from dothi.core.text import Text
from etl.desk.records import decisions, record
from etl.editing.change_set import set_with
from processes.mail import letters
from processes.mail.digest import LateLayer, digests
from processes.mail.outbox import Addressee, Letter, addressees, enqueue, former_addressee, unwanted
from processes.mail.sender import send_due_mails
from processes.mail.sight import may_decide_on
from processes.queue.child import cached_locality
from processes.queue.jobs import ended_job
from processes.registry import all_processes

LOG = logging.getLogger('dothi.mail')
# How often a worker looks what is due, late and in danger.
LOOK_AT_DAY_S = 900.0
# The kind of events of which a round tells in one letter, however many there are.
REPORTS = 'reports_waiting'
# One worker at a time writes: the number is arbitrary.
MAIL_LOCK = 920_900_104
DANGERS = {
    'store': Text(vi='Không đọc được kho tệp (bản gốc, kết quả)', en='The store of files cannot be read'),
    'disk': Text(vi='Đĩa sắp đầy', en='The disk is nearly full'),
}


@dataclass
class Postman:
    """Writes and sends the mails of one worker's instance. looked_at: when it last looked what the day brings."""

    looked_at: float | None = None

    def do_round(self, stopped: Callable[[], bool]) -> None:
        """Writes what is to be written and sends what is due; nothing where no mail server is set."""
        if not MailSettings().mail_server or stopped():
            return
        locality = cached_locality(PathSettings().locality)
        with connection('worker') as db, db.cursor() as cursor:
            cursor.execute('select pg_try_advisory_xact_lock(%s)', [MAIL_LOCK])
            if (cursor.fetchone() or (False,))[0]:
                self._write(db, locality)
        send_due_mails(stopped)

    def _write(self, db: Connection, locality: Locality) -> None:
        people = addressees(db)
        queue_letters(db, events(db, people, locality))
        now = time.monotonic()
        if self.looked_at is None or now - self.looked_at >= LOOK_AT_DAY_S:
            queue_letters(db, of_the_day(people, locality, today(locality.place.zone)))
            self.looked_at = now


def queue_letters(db: Connection, letters_to: Iterable[tuple[Letter, list[Addressee]]]) -> None:
    """Queues each letter for its readers, but for who does not want to hear of such things."""
    unwanted_kinds = unwanted(db)
    for letter, readers in letters_to:
        for reader in readers:
            if (reader.id, letter.kind) not in unwanted_kinds:
                enqueue(db, letter, reader)


def events(db: Connection, people: list[Addressee], locality: Locality) -> Iterable[tuple[Letter, list[Addressee]]]:
    """What happened since the last round, in its order, with who is to hear of it.

    What is older than a day, as no mail server was set then, is no news.
    """
    with db.cursor() as cursor:
        cursor.execute(
            """update mail.event set told_at = clock_timestamp() where told_at is null
               returning id, kind, subject, at > clock_timestamp() - interval '1 day'"""
        )
        happened = sorted((number, kind, subject) for number, kind, subject, is_new in cursor.fetchall() if is_new)
    reports = [int(subject) for _, kind, subject in happened if kind == REPORTS]
    yield from _about_reports(db, reports, people, locality)
    for kind, subject in ((kind, subject) for _, kind, subject in happened if kind != REPORTS):
        try:
            yield _about_event(db, kind, subject, people, locality)
        except DothiError:
            # what it is about is gone: nobody can be told, and nobody else is to wait
            LOG.exception('no letter could be written about %s %s', kind, subject)


def _about_reports(
    db: Connection, numbers: list[int], people: list[Addressee], locality: Locality
) -> Iterable[tuple[Letter, list[Addressee]]]:
    """One letter about all reports of citizens that have come since the last round, and that nobody has decided on."""
    rules = locality.citizen_reporting
    with db.cursor() as cursor:
        cursor.execute(
            "select id from citizen.report where id = any(%s) and status = 'received' order by id", [numbers]
        )
        waiting = [number for (number,) in cursor.fetchall()]
    if rules is None or not waiting:
        return
    reviewers = [person for person in people if may_decide_on(person, rules.layer, locality)]
    yield letters.reports_waiting(waiting[-1], len(waiting), locality, _url()), reviewers


def _about_event(
    db: Connection, kind: str, subject: str, people: list[Addressee], locality: Locality
) -> tuple[Letter, list[Addressee]]:
    if kind == 'analysis_done':
        return _about_job(subject, people, locality)
    if kind == 'account_changed':
        return _about_account(subject, people, locality)
    if kind == 'address_left':
        former = former_addressee(db, int(subject))
        return letters.address_left(int(subject), locality, _url()), [former] if former else []
    if kind != 'edit_reviewed':
        return _about_delivery(kind, int(subject), people, locality)
    with connection('loader') as loader:
        edits = set_with(loader, int(subject))
    return letters.edit_reviewed(edits, locality, _url()), _authors(people, edits.author, locality)


def _about_job(job_id: str, people: list[Addressee], locality: Locality) -> tuple[Letter, list[Addressee]]:
    """Whoever asked for it; nobody where that was nobody who had signed in."""
    job = ended_job(job_id)
    title = all_processes()[job.process_id].title
    return letters.analysis_done(job, title, locality, _url()), _authors(people, job.asker, locality)


def _about_account(subject: str, people: list[Addressee], locality: Locality) -> tuple[Letter, list[Addressee]]:
    """subject: line of the log or number of a former address, what was changed, and whose (migrations 0129, 0131)."""
    line, what, owner = subject.split('/')
    readers = [person for person in people if str(person.id) == owner]
    return letters.account_changed(line, what, locality, _url()), readers


def _about_delivery(
    kind: str, number: int, people: list[Addressee], locality: Locality
) -> tuple[Letter, list[Addressee]]:
    delivery = record(number)
    if kind == 'decision_wanted':
        deciding = [person for person in people if may_decide_on(person, delivery.layer_id, locality)]
        return letters.decision_wanted(delivery, locality, _url()), deciding
    readers = [person for person in people if person.agency and person.agency == delivery.agency]
    return letters.delivery_ended(delivery, decisions(number), locality, _url()), readers


def of_the_day(people: list[Addressee], locality: Locality, day: date) -> Iterable[tuple[Letter, list[Addressee]]]:
    """Reminders to agencies, alarms to administrators and, on Mondays, the digests; each is queued once."""
    with connection('loader') as db:
        delivered = last_deliveries(db)
    late: list[LateLayer] = []
    for layer_id, layer in {**locality.layers, **locality.coverages}.items():
        for state in of_layer(layer, delivered.get(layer_id, {}), day, locality.place.zone):
            if state.state in ('due', 'late'):
                yield (
                    letters.reminder(layer_id, state, locality, _url()),
                    [p for p in people if p.agency == state.agency],
                )
            if state.state == 'late':
                late.append(LateLayer(layer_id, state.agency))
    yield from _dangers(people, locality, day)
    if day.weekday() == 0:
        yield from digests(people, locality, day, late, _url())


def _dangers(people: list[Addressee], locality: Locality, day: date) -> Iterable[tuple[Letter, list[Addressee]]]:
    """What an administrator has to look at, once a day."""
    administrators = [person for person in people if person.role is Role.ADMINISTRATOR]
    for part, state in files_readiness().items():
        if state != OK:
            what = DANGERS.get(part, Text(vi=f'{part}: {state}', en=f'{part}: {state}'))
            yield letters.danger(f'danger-{part}-{day}', what, locality, _url()), administrators
    with connection('loader') as db:
        backup = backup_state(db)
    if backup.is_set_up and (backup.is_old() or backup.is_behind()):
        what = Text(vi='Bản sao lưu đã quá cũ hoặc bị chậm', en='The backup is too old or behind')
        yield letters.danger(f'danger-backup-{day}', what, locality, _url()), administrators


def _authors(people: list[Addressee], author: str, locality: Locality) -> list[Addressee]:
    """Whoever made edits under that name."""
    name = author.rpartition('/')[2] if agency_of(author, locality.agencies) else author
    return [person for person in people if person.name == name]


def _url() -> str:
    server = ServerSettings()
    return MailSettings().mail_link_url or server.public_url or f'http://127.0.0.1:{server.port}'

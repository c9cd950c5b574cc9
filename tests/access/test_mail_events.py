"""Mails beyond the desk: an invitation, an analysis that took long, and an agency's week."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from dothi.core.access.person import Person, Role
from dothi.core.clock import today
from dothi.core.database import connection
from dothi.core.locality import Locality
from processes.mail.outbox import addressees
from processes.mail.rounds import of_the_day, queue_letters
from tests.access.conftest import PASSWORD, Browser
from tests.access.test_mail import MailServer, do_round, mail_server, reader
from tests.api.editors import rows
from tests.etl.conftest import Agency, Send, agency, send

__all__ = ['agency', 'mail_server', 'reader', 'send']
type Office = Callable[[], Browser]
type Reader = Callable[..., Person]


@pytest.fixture
def administrator(office: Office, person: Callable[..., Person]) -> Browser:
    person('chief', Role.ADMINISTRATOR)
    browser = office()
    assert browser.sign_in('chief').status_code == 200
    return browser


def invite(administrator: Browser, **more: str) -> dict[str, object]:
    fields = {'name': 'binh', 'title': 'Bình', 'role': 'viewer', 'language': 'en', **more}
    answer = administrator.post('/api/people', **fields)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    document: dict[str, object] = answer.get_json()
    return document


def test_whoever_is_invited_gets_the_link_by_mail_and_it_is_kept_nowhere(
    administrator: Browser, office: Office, mail_server: MailServer
) -> None:
    assert invite(administrator, email='binh@example.vn')['mailed_to'] == 'binh@example.vn'
    do_round()
    (mail,) = [mail for mail in mail_server.mails if mail['To'] == 'binh@example.vn']
    assert str(mail['Subject']).startswith('Set your password')
    assert '"binh"' in mail.get_content(), 'the name to sign in with'
    link = re.search(r'https://office.example(/invitation/\S+)', mail.get_content())
    assert link is not None
    taken = office().client.post(link[1].partition('?')[0], json={'password': PASSWORD})
    assert taken.status_code == 200, taken.get_data(as_text=True)
    assert rows("select body from mail.message where kind = 'invitation'") == [('',)]
    again = administrator.post('/api/people/Binh/recovery').get_json()
    assert again['mailed_to'] == 'binh@example.vn'
    do_round()
    (_, recovery) = [mail for mail in mail_server.mails if mail['To'] == 'binh@example.vn']
    assert str(recovery['Subject']).startswith('Set a new password')
    assert 'If you have not asked for it' in recovery.get_content()


def test_whoever_an_account_belongs_to_hears_how_it_is_entered_now(
    administrator: Browser, office: Office, person: Callable[..., Person], mail_server: MailServer
) -> None:
    """Whoever changed it, and although they want no other mails; nobody else hears of it."""
    person('lan')
    administrator.post('/api/people/lan', email='lan@example.vn')
    lan = office()
    lan.sign_in('lan')
    lan.post('/api/account/mails', wanted=[])
    key = lan.post('/api/account/keys', label='QGIS', scopes=['see']).get_json()['keys'][0]['id']
    lan.post(f'/api/account/keys/{key}/revocation')
    lan.post('/api/account/password', password=PASSWORD, new_password=f'{PASSWORD} again')
    do_round()
    do_round()
    assert {mail['To'] for mail in mail_server.mails} == {'lan@example.vn'}
    changes = [str(mail['Subject']).partition(':')[0] for mail in mail_server.mails]
    whole = ['Một khóa đã được tạo', 'Một khóa đã bị thu hồi', 'Mật khẩu đã được đặt']
    assert len(changes) == len(whole)
    assert all(change.startswith(start) for change, start in zip(changes, whole, strict=True)), changes
    assert PASSWORD not in ''.join(mail.get_content() for mail in mail_server.mails)


def test_a_changed_address_is_told_to_the_old_one_too(
    administrator: Browser, person: Callable[..., Person], mail_server: MailServer
) -> None:
    """Whoever moves somebody's mails away is heard of where they came until then, though they come no more."""
    person('lan')
    administrator.post('/api/people/lan', email='lan@example.vn')
    administrator.post('/api/people/lan', title='Lan', email='lan@example.vn')
    do_round()
    assert mail_server.mails == [], 'the first address is none that was changed, and the same one is not either'
    administrator.post('/api/people/lan', email='other@example.com')
    administrator.post('/api/people/lan/disabling')
    mail_server.answer = '451 later'
    do_round()
    rows('update mail.message set next_try_at = now() returning 1')
    mail_server.answer = '250 OK'
    do_round()
    assert mail_server.to == ['lan@example.vn'], 'who is disabled hears of nothing else'
    (mail,) = mail_server.mails
    assert str(mail['Subject']).startswith('Địa chỉ thư điện tử đã được đổi')
    assert 'other@example.com' not in mail.get_content(), "it may be somebody else's"
    assert rows('select count(*) from mail.former_address') == [(0,)], 'nothing keeps it but the mail'


def test_both_addresses_hear_and_an_address_that_was_taken_away_does(
    administrator: Browser, person: Callable[..., Person], mail_server: MailServer
) -> None:
    person('lan')
    for address in ('a@example.vn', 'b@example.vn', ''):
        administrator.post('/api/people/lan', email=address)
        do_round()
    assert sorted(mail_server.to) == ['a@example.vn', 'b@example.vn', 'b@example.vn']


def test_who_is_removed_leaves_no_address_behind(
    administrator: Browser, person: Callable[..., Person], mail_server: MailServer
) -> None:
    person('lan')
    for address in ('a@example.vn', 'b@example.vn'):
        administrator.post('/api/people/lan', email=address)
    assert administrator.post('/api/people/lan/removal').status_code == 200
    assert rows('select count(*) from mail.former_address') == [(0,)]
    do_round()
    assert mail_server.to == []


def test_a_link_that_the_server_refuses_for_good_is_kept_nowhere_either(
    administrator: Browser, mail_server: MailServer
) -> None:
    mail_server.answer = '550 no such mailbox'
    link = str(invite(administrator, email='binh@example.vn')['link'])
    do_round()
    (kept,) = rows("select body, given_up_at is null from mail.message where kind = 'invitation'")
    assert kept == ('', False)
    assert link.rpartition('/')[2]


def test_without_an_address_or_a_server_the_link_is_shown_alone(
    administrator: Browser, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert invite(administrator)['mailed_to'] is None
    monkeypatch.setenv('DOTHI_MAIL_SERVER', '')
    assert invite(administrator, name='chi', email='chi@example.vn')['mailed_to'] is None
    assert rows('select count(*) from mail.message') == [(0,)]


def end_job(asker: str, status: str = 'successful', minutes: int = 5, audience: str = 'internal') -> str:
    """A job that was asked for some minutes ago ends now."""
    job_id = str(uuid4())
    rows(
        """insert into job.job (id, process_id, inputs, audience, asker, status, software_version, created_at)
           values (%s, 'service-coverage', '{}', %s, %s, 'running', '0', now() - make_interval(mins => %s))
           returning 1""",
        job_id, audience, asker, minutes,
    )  # fmt: skip
    rows('update job.job set status = %s, finished_at = now() where id = %s returning 1', status, job_id)
    return job_id


def test_whoever_waits_for_more_than_a_minute_hears_of_the_end(reader: Reader, mail_server: MailServer) -> None:
    reader('lan', Role.FOCAL_POINT, 'education', language='en')
    reader('an', Role.PLANNER, language='en')
    done, failed = end_job('an'), end_job('education/lan', 'failed')
    for asker, minutes, audience in (('an', 0, 'internal'), ('192.0.2.1', 5, 'internal'), ('an', 5, 'public')):
        end_job(asker, minutes=minutes, audience=audience)
    do_round()
    by_reader = {str(mail['To']): mail for mail in mail_server.mails}
    assert len(mail_server.mails) == len(by_reader) == 2
    assert str(by_reader['an@example.vn']['Subject']).startswith('Done: ')
    assert f'/api/jobs/{done}?f=html&lang=en' in by_reader['an@example.vn'].get_content()
    assert str(by_reader['lan@example.vn']['Subject']).startswith('Failed: ')
    assert f'/api/jobs/{failed}' in by_reader['lan@example.vn'].get_content()


def test_a_job_that_is_gone_keeps_no_other_mail_waiting(reader: Reader, mail_server: MailServer) -> None:
    reader('an', Role.PLANNER)
    gone = end_job('an')
    rows('delete from job.job where id = %s returning 1', gone)
    end_job('an')
    do_round()
    assert len(mail_server.mails) == 1


def test_an_agency_reads_its_own_week_with_its_quality(
    agency: Agency, send: Send, reader: Reader, mail_server: MailServer, locality: Locality
) -> None:
    """Of 101 rows one has fewer than no places. Health has sent nothing, and is not written to."""
    lan = reader('lan', Role.FOCAL_POINT, 'education', language='en')
    reader('minh', Role.VIEWER, 'health')
    reader('an', Role.STEWARD, language='en')
    schools = [(agency.school(f's{i}', SO_CHO=-5 if i == 100 else 1), agency.point(10 * i)) for i in range(101)]
    assert send(agency.geojson('truong.geojson', schools), 'schools').verdict == 'accepted'
    today_ = today(locality.place.zone)
    monday = today_ + timedelta(days=-today_.weekday() % 7)
    for _ in range(2):
        with connection('worker') as db:
            queue_letters(db, of_the_day(addressees(db), locality, monday))
    digests = dict(
        rows("select p.name, m.body from mail.message as m join access.person as p on p.id = m.person "
             "where m.kind = 'weekly'")
    )  # fmt: skip
    assert set(digests) == {'lan', 'an'}
    assert lan.agency == 'education'
    for body in digests.values():
        assert 'Deliveries of this week: 1 accepted' in body
        assert 'Quality: 1 of 101 rows in what was released had faults (1.0 %)' in body

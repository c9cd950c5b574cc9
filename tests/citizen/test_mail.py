"""Reviewers hear by mail of reports that wait: once a round, without what people wrote, and only who may decide."""

from collections.abc import Iterator

import pytest

from dothi.core.access.people import Changes, change
from dothi.core.database import connection
from dothi.core.mail_kinds import choose_kinds
from tests.access.test_mail import MailServer, do_round, mail_server, sent_to
from tests.citizen.conftest import City, report, rows

__all__ = ['mail_server']


@pytest.fixture
def reachable(city: City) -> Iterator[None]:
    """Everybody has an address: who may review, who may decide on another layer, and who may only look."""
    rows('truncate mail.event, mail.message, mail.unwanted restart identity')
    with connection('gatekeeper') as db:
        for name in ('reviewer', 'other', 'viewer'):
            change(db, f'city-{name}', Changes(email=f'{name}@example.vn', language='en'))
    yield
    rows('truncate mail.event, mail.message, mail.unwanted restart identity')


def test_a_round_tells_reviewers_of_all_new_reports_in_one_letter(
    city: City, reachable: None, mail_server: MailServer
) -> None:
    for number in range(3):
        assert city.send(f'198.51.100.{number}', contact='0912 345 678').status_code == 201
    do_round()
    assert sent_to(mail_server) == [('reviewer@example.vn', 'Reports that wait for review: 3')]
    content = mail_server.mails[0].get_content()
    assert 'https://office.example/desk?tab=reports&lang=en' in content
    assert report()['text'] not in content
    assert '0912' not in content
    do_round()
    assert len(mail_server.mails) == 1, 'nothing is told twice'
    assert city.send('198.51.100.9').status_code == 201
    do_round()
    assert sent_to(mail_server)[1:] == [('reviewer@example.vn', 'Reports that wait for review: 3')]
    assert sent_to(mail_server)[0] == ('reviewer@example.vn', 'Reports that wait for review: 1')


def test_what_was_decided_before_the_round_is_no_news(city: City, reachable: None, mail_server: MailServer) -> None:
    city.send()
    version = city.office().get('/api/received-reports/1').headers['ETag']
    decided = city.office().post(
        '/api/received-reports/1/decision', json={'decision': 'refuse', 'reason': 'x'}, headers={'If-Match': version}
    )
    assert decided.status_code == 200, decided.get_data(as_text=True)
    do_round()
    assert mail_server.mails == []


def test_a_reviewer_switches_these_mails_off(city: City, reachable: None, mail_server: MailServer) -> None:
    ((person,),) = rows("select id from access.person where name = 'city-reviewer'")
    with connection('gatekeeper') as db:
        choose_kinds(db, person, ['reports_waiting'])
    city.send()
    do_round()
    assert mail_server.mails == []

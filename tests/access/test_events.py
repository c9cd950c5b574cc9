"""What happened to data is in the log, whatever door it came through, and no service can say it of itself."""

import re
from collections.abc import Callable

import psycopg2
import pytest

from dothi.core.access.log import DEED_TITLES, Deed, LogLine, log_lines, note, note_policy, verify_log
from dothi.core.access.person import Action, Person, Role
from dothi.core.access.policy import AccessPolicy, Rule
from dothi.core.database import connection
from dothi.core.locality import Locality
from etl.desk.decide import Decision, accept, return_
from etl.desk.rollback import rollback
from tests.access.conftest import Browser
from tests.api.editors import IN_9209, SCHOOLS, feature, rows
from tests.etl.conftest import Agency, Send, agency, send
from tests.etl.test_inbox import Inbox, inbox

__all__ = ['agency', 'inbox', 'send']
MakePerson = Callable[..., Person]
Office = Callable[[], Browser]
STATES = """
    select pg_get_constraintdef(c.oid) from pg_constraint as c join pg_attribute as a
        on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
    where c.conrelid = %s::regclass and a.attname = %s and c.contype = 'c' and array_length(c.conkey, 1) = 1
"""


def lines_of(*beginnings: str) -> list[LogLine]:
    with connection('gatekeeper') as db:
        assert verify_log(db).first_broken is None
        return [line for line in log_lines(db) if line.action.startswith(beginnings)]


def deeds(*beginnings: str) -> list[str]:
    return [line.action for line in lines_of(*beginnings)]


@pytest.mark.parametrize(
    ('kind', 'table', 'column'),
    [
        ('delivery', 'catalog.delivery', 'status'), ('decision', 'catalog.decision', 'decision'),
        ('release', 'catalog.release', 'origin'), ('edits', 'catalog.change_set', 'status'),
        ('conflict', 'catalog.conflict', 'decision'),
    ],
)  # fmt: skip
def test_each_kind_that_a_trigger_can_write_has_a_title(
    database: dict[str, str], kind: str, table: str, column: str
) -> None:
    ((definition,),) = rows(STATES, table, column)
    kinds = {f'{kind}.{state}' for state in re.findall(r"'(\w+)'", definition)}
    assert kinds == {deed for deed in Deed if deed.startswith(f'{kind}.')}
    assert set(Deed) == set(DEED_TITLES)


@pytest.mark.parametrize('role', ['loader', 'editor', 'worker', 'reader_internal', 'reader_public', 'gis_internal'])
@pytest.mark.parametrize(
    'call', ["note(null, 'removed')", "append(null, 'removed', '{}')", "note_event('job.submitted', 'lan', '{}')",
             "note_policy('{}')", "person_of('lan')"],
)  # fmt: skip
def test_whoever_changes_data_can_write_nothing_into_the_log(database: dict[str, str], role: str, call: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection(role) as db:  # type: ignore[arg-type]
        db.cursor().execute(f'select access.{call}')


@pytest.mark.parametrize('call', ["append(null, 'release.edit', '{}')", "note_event('release.edit', 'lan', '{}')"])
def test_the_gatekeeper_cannot_say_what_happened_to_data(database: dict[str, str], call: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection('gatekeeper') as db:
        db.cursor().execute(f'select access.{call}')
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection('gatekeeper') as db:
        note(db, None, Deed.RELEASE_EDIT)


def test_an_edit_names_its_person_and_its_release(office: Office, person: MakePerson) -> None:
    lan = person('lan', Role.FOCAL_POINT, 'education')
    browser = office()
    browser.sign_in('lan')
    headers = {'X-CSRF-Token': browser.csrf, **IN_9209}
    made = browser.client.post(SCHOOLS, json=feature('e'), headers=headers, content_type='application/geo+json')
    assert made.status_code == 201, made.get_data(as_text=True)
    (line,) = lines_of('release.edit')
    assert (line.person, line.detail['layer'], line.detail['added']) == (lan.id, 'schools', 1)


def test_a_delivery_names_who_decided_and_the_program_for_whoever_is_no_person(
    database: dict[str, str], agency: Agency, send: Send, locality: Locality, person: MakePerson
) -> None:
    lan = person('lan', Role.STEWARD)
    send(agency.schools(*'abcdefghij'), 'schools')
    held = send(agency.schools('a'), 'schools')
    assert held.verdict == 'undecided'
    accept(held.delivery or 0, Decision(by='lan', reason='merged'), locality)
    assert deeds('delivery', 'decision', 'release') == [
        'delivery.received', 'release.delivery', 'delivery.accepted', 'delivery.received', 'delivery.diagnosed',
        'release.delivery', 'delivery.accepted', 'decision.accept',
    ]  # fmt: skip
    (decision,) = lines_of('decision')
    assert (decision.person, decision.detail['program']) == (lan.id, 'dothi accept')
    received = lines_of('delivery.received')[0]
    assert (received.person, received.detail['program'], received.detail['agency']) == (
        None, 'dothi deliver', 'education'
    )  # fmt: skip


def test_what_supersedes_returns_and_rolls_back_is_there(
    database: dict[str, str], agency: Agency, send: Send, locality: Locality
) -> None:
    first = send(agency.schools(*'abcdefghij'), 'schools')
    send(agency.schools('a'), 'schools')
    held = send(agency.schools('b'), 'schools')
    assert deeds('delivery.superseded') == ['delivery.superseded']
    return_(held.delivery or 0, Decision(by='somebody', reason='wrong file'))
    assert deeds('decision') == ['decision.return']
    send(agency.schools(*'abcdefghijk'), 'schools')
    rollback('schools', first.release or 0, 'wrong', 'somebody', locality)
    (back,) = lines_of('release.rollback')
    assert (back.person, back.detail['restores'], back.detail['program']) == (None, first.release, 'dothi rollback')


def test_a_file_of_the_inbox_is_told_from_one_of_a_command(inbox: Inbox, agency: Agency) -> None:
    inbox.put(agency.schools('a'))
    inbox.look()
    assert {line.detail['program'] for line in lines_of('delivery', 'release')} == {'dothi inbox'}


def test_edits_under_review_and_conflicts_are_there_with_who_decided(
    database: dict[str, str], person: MakePerson
) -> None:
    lan, minh = person('lan', Role.EDITOR), person('minh', Role.STEWARD)
    for statement in (
        "insert into catalog.change_set (layer_id, author) values ('schools', 'lan')",
        "update catalog.change_set set status = 'rejected', decided_at = now(), decided_by = 'minh', reason = 'x'",
        "insert into catalog.conflict (layer_id, feature_id, columns) values ('schools', 1, '{name}')",
        "update catalog.conflict set status = 'decided', decision = 'ours', decided_at = now(), decided_by = 'minh'",
    ):
        rows(f'{statement} returning 1')
    assert [(line.action, line.person) for line in lines_of('edits', 'conflict')] == [
        ('edits.open', lan.id), ('edits.rejected', minh.id), ('conflict.ours', minh.id)
    ]  # fmt: skip


def test_a_release_under_way_keeps_nobody_from_signing_in(database: dict[str, str]) -> None:
    """The log has one end: whoever held it for minutes would stop every sign-in."""
    with connection('loader') as releasing:
        releasing.cursor().execute(
            """insert into catalog.release (layer_id, origin, scope, mode, rows_added, rows_changed, rows_closed,
                   rows_total, demo_rows) values ('schools', 'delivery', 'all', 'replace', 0, 0, 0, 0, 0)"""
        )
        with connection('gatekeeper') as db:
            db.cursor().execute("set local lock_timeout = '2s'")
            note(db, None, Deed.SIGNED_IN)
    assert deeds('signed_in', 'release') == ['signed_in', 'release.delivery']


def test_a_change_of_the_rules_is_noted_once(database: dict[str, str]) -> None:
    before = len(deeds('policy_changed'))
    assert before == 1, 'migrate notes the first'
    rules = AccessPolicy({Role.VIEWER: [Rule(may=[Action.SEE], layers='all')]})
    note_policy(rules)
    note_policy(rules)
    last = lines_of('policy_changed')[1:]
    assert [line.detail['rules'] for line in last] == [rules.model_dump(mode='json')]

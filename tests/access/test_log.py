"""What people did: written down in a chain that shows whether a line was changed, and without names."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from dothi.cli.audit import LogNotWritten, export
from dothi.core.access.log import Deed, log_lines, note, verify_log
from dothi.core.access.people import LastAdministrator, disable, remove
from dothi.core.access.person import Person, Role
from dothi.core.database import connection
from tests.access.conftest import Browser
from tests.api.editors import rows

MakePerson = Callable[..., Person]


@pytest.fixture
def database(database: dict[str, str]) -> dict[str, str]:
    """With an empty log: the template has been migrated, which noted its rules."""
    rows('delete from access.log returning 1')
    return database


def proof() -> tuple[int, int | None]:
    with connection('gatekeeper') as db:
        log_proof = verify_log(db)
    return log_proof.lines, log_proof.first_broken


def test_each_line_follows_from_the_one_before(database: dict[str, str]) -> None:
    with connection('gatekeeper') as db:
        for number in range(5):
            note(db, None, Deed.CHANGED, number=number, text='Ý Yên')
    assert proof() == (5, None)


def test_anybody_can_work_the_hashes_out(database: dict[str, str]) -> None:
    """SHA-256 of the parts, each after its length in bytes and a colon."""
    with connection('gatekeeper') as db:
        note(db, None, Deed.CHANGED, text='Ý')
        note(db, None, Deed.REMOVED)
        lines = log_lines(db)
    before = ''
    for line, detail in zip(lines, ('{"text": "Ý"}', '{}'), strict=True):
        at = f'{line.at:%Y-%m-%dT%H:%M:%S}.{line.at.microsecond // 1000:03}Z'
        parts = [before, str(line.number), at, '', line.action, detail]
        text = ''.join(f'{len(part.encode())}:{part}' for part in parts)
        before = hashlib.sha256(text.encode()).hexdigest()
        assert line.sha256 == before


@pytest.mark.parametrize(
    ('harm', 'first_broken'),
    [
        ("update access.log set detail = '{}' where number = 3", 3),
        ("update access.log set at = at - interval '1 day' where number = 2", 2),
        ('update access.log set person = gen_random_uuid() where number = 4', 4),
        ('delete from access.log where number = 3', 4),
        ('delete from access.log where number = 1', 2),
        ("insert into access.log values (7, now(), null, 'changed', '{}', sha256('x'))", 7),
    ],
)
def test_a_line_that_was_changed_put_in_or_taken_out_is_found(
    database: dict[str, str], harm: str, first_broken: int
) -> None:
    with connection('gatekeeper') as db:
        for number in range(6):
            note(db, None, Deed.CHANGED, number=number)
    rows(f'{harm} returning 1')
    assert proof()[1] == first_broken


@pytest.mark.parametrize(
    'harm', ['update access.log set action = $$x$$', 'delete from access.log', 'truncate access.log']
)
@pytest.mark.parametrize('role', ['gatekeeper', 'loader', 'editor', 'reader_internal'])
def test_no_service_can_change_the_log(database: dict[str, str], harm: str, role: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection(role) as db:  # type: ignore[arg-type]
        db.cursor().execute(harm)


@pytest.mark.parametrize('role', ['reader_public', 'reader_internal', 'worker', 'gis_internal', 'gis_public'])
@pytest.mark.parametrize('table', ['person', 'session', 'api_key', 'invitation', 'log', 'failed_attempt'])
def test_whoever_answers_requests_for_data_reads_nothing_of_people(
    database: dict[str, str], role: str, table: str
) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection(role) as db:  # type: ignore[arg-type]
        db.cursor().execute(f'select * from access.{table}')


def test_the_log_keeps_no_name_and_holds_when_somebody_is_removed(
    office: Callable[[], Browser], person: MakePerson
) -> None:
    lan = person('lan', Role.STEWARD)
    browser = office()
    browser.sign_in('lan')
    browser.sign_in('lan', 'wrong')
    with connection('gatekeeper') as db:
        assert {line.name for line in log_lines(db) if line.person} == {'lan'}
        remove(db, 'lan')
        lines = log_lines(db)
        assert verify_log(db).first_broken is None
    assert [line.action for line in lines if '.' not in line.action] == [
        'policy_changed', 'invited', 'password_set', 'signed_in', 'signed_in', 'sign_in_failed', 'removed'
    ]  # fmt: skip
    assert not [line for line in lines if line.name or 'Người' in str(line.detail) or "'lan'" in str(line.detail)]
    assert rows('select name, title, email, password_hash from access.person where id = %s', str(lan.id)) == [
        (None,) * 4
    ]


def test_the_last_administrator_cannot_be_shut_out(person: MakePerson) -> None:
    person('lan', Role.ADMINISTRATOR)
    for end in (disable, remove):
        with connection('gatekeeper') as db, pytest.raises(LastAdministrator):
            end(db, 'lan')
    person('minh', Role.ADMINISTRATOR)
    with connection('gatekeeper') as db:
        disable(db, 'lan')
    with connection('gatekeeper') as db, pytest.raises(LastAdministrator):
        disable(db, 'minh')


def test_a_log_of_thousands_is_one_chain_when_many_write_at_once(database: dict[str, str], tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def write(number: int) -> None:
        with connection('gatekeeper') as db:
            note(db, None, Deed.CHANGED, number=number)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(200)))
    assert proof() == (200, None)


def test_a_file_that_cannot_be_written_is_no_fault_of_the_program(database: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(LogNotWritten):
        export(tmp_path / 'none' / 'log.json')

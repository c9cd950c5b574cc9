"""Who learns the password of dothi_reporter can send reports within the day's number, and nothing more."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import psycopg2
import pytest

from dothi.core.database import Role, database_url
from tests.citizen.conftest import ADDRESS, PLACE_OF_HOLE, City, report, rows

ALLOWED = {
    'citizen.submit(uuid,text,text,double precision,double precision,text,text,bytea)', 'citizen.state_of(text)',
    'citizen.room_left(uuid,text)',
}  # fmt: skip
# Of schemas that are not PostgreSQL's own, nor an extension's.
OURS = """nspname !~ '^pg_' and nspname not in ('information_schema', 'public')"""


def connected(role: Role) -> Any:
    url = database_url(role).set(drivername='postgresql').render_as_string(hide_password=False)
    return closing(psycopg2.connect(url))


@pytest.fixture
def reporter(city: City) -> Iterator[Any]:
    """A cursor of the role, outside of any transaction."""
    with connected('reporter') as db, db.cursor() as cursor:
        db.autocommit = True
        yield cursor


def submitted(cursor: Any, **changed: Any) -> tuple[Any, ...]:
    """What a call of the function itself answers, with other values in place of good ones."""
    values = {
        'key': str(uuid4()), 'address': ADDRESS, 'kind': 'hole', 'lon': PLACE_OF_HOLE[0], 'lat': PLACE_OF_HOLE[1],
        'words': report()['text'], 'contact': '', 'photo': None,
    } | changed  # fmt: skip
    cursor.execute('select outcome, code from citizen.submit(%s, %s, %s, %s, %s, %s, %s, %s)', [*values.values()])
    return tuple(cursor.fetchone())


def test_the_role_may_call_three_functions_and_nothing_else(reporter: Any) -> None:
    reporter.execute(
        f"""select nspname || '.' || proname || '(' || replace(oidvectortypes(proargtypes), ', ', ',') || ')'
            from pg_proc join pg_namespace n on n.oid = pronamespace
            where has_function_privilege(pg_proc.oid, 'execute') and has_schema_privilege(n.oid, 'usage') and {OURS}"""
    )
    assert {name for (name,) in reporter.fetchall()} == ALLOWED


def test_the_role_reads_and_changes_no_table(reporter: Any) -> None:
    reporter.execute(
        f"""select c.oid::regclass::text from pg_class as c join pg_namespace as n on n.oid = relnamespace
            where relkind in ('r', 'v', 'm', 'p', 'S') and {OURS} and has_schema_privilege(n.oid, 'usage') and
            case relkind when 'S' then has_sequence_privilege(c.oid, 'usage, select, update')
            else has_table_privilege(c.oid, 'select, insert, update, delete, truncate, references, trigger')
                or has_any_column_privilege(c.oid, 'select, insert, update, references') end"""
    )
    assert reporter.fetchall() == []
    reporter.execute(
        f"""select nspname from pg_namespace as n where {OURS} and has_schema_privilege(n.oid, 'usage')
            and nspname <> 'citizen' or has_schema_privilege(n.oid, 'create') and nspname !~ '^pg_'"""
    )
    assert reporter.fetchall() == []
    reporter.execute(
        """select rolsuper or rolcreatedb or rolcreaterole or rolbypassrls, rolname
           from pg_roles where rolname = current_user"""
    )
    assert reporter.fetchone() == (False, 'dothi_reporter')
    reporter.execute("select count(*) from pg_auth_members where member = 'dothi_reporter'::regrole")
    assert reporter.fetchone() == (0,)
    reporter.execute("select has_database_privilege(current_database(), 'create, temporary')")
    assert reporter.fetchone() == (False,)


@pytest.mark.parametrize(
    'statement',
    [
        'select * from citizen.report', 'select count(*) from citizen.report', 'select content from citizen.photo',
        'select salt from citizen.day', 'select * from citizen.rules', 'delete from citizen.sender',
        "update citizen.report set status = 'accepted'", 'update citizen.rules set per_day = 1000000',
        "insert into citizen.report (tracking_code, content_sha256, kind) values ('x', '', 'hole')",
        'truncate citizen.report', 'select citizen.expire()', 'select citizen.new_code()', 'create table citizen.x ()',
        'create table public.x ()', 'select * from layer.problems', 'select * from catalog.release',
        'select * from access.person', 'select access.sign_author($$x$$, 60)', 'set role dothi_owner',
        'set session authorization dothi_gatekeeper', "select pg_read_file('/etc/passwd')",
        "copy citizen.report to '/tmp/x'", 'alter function citizen.state_of(text) owner to dothi_reporter',
    ],
)  # fmt: skip
def test_the_role_is_refused(reporter: Any, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        reporter.execute(statement)


@pytest.mark.parametrize(
    'changed',
    [
        {'kind': 'noise'}, {'kind': None}, {'lon': 0}, {'lat': float('nan')}, {'lon': None}, {'words': 'ngắn'},
        {'words': None}, {'words': 'x' * 201}, {'words': 'một ổ gà \x1b ở đây'}, {'contact': 'x' * 201},
        {'contact': '\u202e'}, {'photo': b'GIF89a'}, {'photo': b'\xff\xd8\xff' + bytes(4 * 2**20)}, {'key': None},
        {'address': None},
    ],
)  # fmt: skip
def test_the_database_looks_at_a_report_itself(reporter: Any, changed: dict[str, Any]) -> None:
    assert submitted(reporter, **changed) == ('unfit', None)
    assert rows('select count(*) from citizen.report') == [(0,)]


def test_the_role_sends_no_more_than_a_day_takes(reporter: Any) -> None:
    """Addresses are what it says they are, so it is the number of all together that holds."""
    outcomes = [submitted(reporter, address=f'192.0.2.{number}')[0] for number in range(30)]
    assert outcomes == ['received'] * 20 + ['full'] * 10
    reporter.execute('begin isolation level serializable')
    assert submitted(reporter)[0] == 'full'
    reporter.execute('rollback')


def test_what_a_caller_makes_ready_does_not_run_as_the_owner(reporter: Any) -> None:
    """A function of its own cannot stand in for one that submit() calls, wherever the caller looks first."""
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        reporter.execute(
            "create function public.digest(bytea, text) returns bytea language sql as $$ select ''::bytea $$"
        )
    reporter.execute('set search_path = pg_temp, public')
    assert submitted(reporter)[0] == 'received'


@pytest.mark.parametrize('role', ['reader_public', 'reader_internal', 'loader', 'gis_public', 'gis_internal'])
def test_no_role_that_answers_requests_reads_a_report(city: City, role: Role) -> None:
    for statement in ('select * from citizen.report', 'select citizen.state_of($$x$$)', 'select * from citizen.photo'):
        with connected(role) as db, db.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement)


@pytest.mark.parametrize('role', ['gatekeeper', 'editor', 'worker'])
def test_no_reviewer_looks_a_report_up_as_its_sender(city: City, role: Role) -> None:
    """The code is its sender's; and whoever saves decisions does not read how to reach people."""
    columns = ['tracking_code', 'idempotency_key'] + (['contact'] if role != 'gatekeeper' else [])
    for column in columns:
        with connected(role) as db, db.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(f'select {column} from citizen.report')
    with connected(role) as db, db.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute("update citizen.report set words = 'khác'")


def test_what_is_refused_stands_in_no_log_of_the_database(reporter: Any) -> None:
    """A statement that raises is logged with its values, an address among them: none of these raises."""
    for changed in ({'kind': 'noise'}, {'address': None}, {'key': None}):
        submitted(reporter, **changed)
    for _ in range(7):
        outcome = submitted(reporter)[0]
    assert outcome == 'too_many'

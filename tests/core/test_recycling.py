"""A database that one test leaves behind serves the next one: nothing of the first may be in it."""

from collections.abc import Callable

import pytest

from dothi.core.database import connection

SEQUENCES = """select concat_ws(' ', schemaname, sequencename, last_value) from pg_sequences
    where schemaname <> 'recycling' order by 1"""
RELEASE = """insert into catalog.release (layer_id, origin, scope, mode, rows_added, rows_changed, rows_closed,
    rows_total, demo_rows) values ('schools', 'delivery', 'all', 'replace', 0, 0, 0, 0, 0)"""
Contents = Callable[[], dict[str, list[str]]]


@pytest.fixture
def contents(database: dict[str, str]) -> Contents:
    """All rows of all tables as text, by table, and the next values of all sequences."""

    def read() -> dict[str, list[str]]:
        with connection('admin') as db, db.cursor() as cursor:
            cursor.execute('select name from recycling.tables()')
            tables = [name for (name,) in cursor.fetchall()]
            rows = {}
            for table in tables:
                cursor.execute(f'select t::text from {table} t order by 1')
                rows[table] = [row for (row,) in cursor.fetchall()]
            cursor.execute(SEQUENCES)
            return rows | {'sequences': [row for (row,) in cursor.fetchall()]}

    return read


def execute(statement: str) -> None:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(statement)


def is_clean() -> bool:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('select recycling.clean()')
        ((clean,),) = cursor.fetchall()
    return bool(clean)


@pytest.mark.parametrize(
    'change',
    [
        "update catalog.agency set focal_point_vi = 'khác'",
        'delete from unit.crosswalk where ctid in (select ctid from unit.crosswalk limit 1)',
        'insert into unit.lineage select * from unit.lineage limit 1 on conflict do nothing',
        'update catalog.generation set n = n + 1',
        RELEASE,
        'truncate catalog.layer cascade',
    ],
)
def test_rows_are_again_those_that_every_database_begins_with(contents: Contents, change: str) -> None:
    """Twice, for what was put back once must be told from what is changed again."""
    before = contents()
    for _ in range(2):
        execute(change)
        assert is_clean()
        assert contents() == before


def test_rows_that_nobody_wrote_to_are_left_where_they_are(database: dict[str, str]) -> None:
    places = 'select string_agg(ctid::text, $$,$$ order by ctid) from catalog.shared_style'
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(places)
        before = cursor.fetchone()
        cursor.execute('select recycling.clean()')
        cursor.execute(places)
        assert cursor.fetchone() == before


def test_a_database_whose_tables_were_changed_is_not_used_again(database: dict[str, str]) -> None:
    execute('alter table catalog.agency add column another text')
    assert not is_clean()


def test_copies_of_a_template_that_got_more_rows_keep_them(contents: Contents) -> None:
    """As one does that a folder's tests derive from the migrated one."""
    execute(RELEASE)
    try:
        execute('select recycling.remember()')
        before = contents()
        execute('delete from catalog.release; truncate catalog.agency cascade')
        assert is_clean()
        assert contents() == before
        assert len(before['catalog.release']) == 1
    finally:
        # no other test may begin with that row
        execute('create schema spoilt')
    assert not is_clean()

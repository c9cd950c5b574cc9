"""One row for a request, by one statement and one way to the database: who asks is looked up at each request."""

import itertools
from contextlib import suppress
from typing import Any

import psycopg2
import sqlalchemy
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from dothi.core.database import (
    connection,
    connection_lost,
    discard_or_roll_back,
    engine,
    no_database,
    pooled_connection,
)
from dothi.core.errors import EnvironmentMissing
from dothi.core.silence import SILENCE

# A row is found in a millisecond; on a database that says nothing nobody waits for it without end.
LONGEST_MS = 5_000
NUMBERS = itertools.count(1)


class LookUp:
    """A statement that each connection plans once: planning one takes six times as long as finding its row."""

    def __init__(self, statement: sql.Composable) -> None:
        self._statement, self._name = statement, f'look_up_{next(NUMBERS)}'

    def execute(self, cursor: Cursor, info: dict[Any, Any], values: list[object]) -> None:
        """Executes it on the cursor's connection; info: what the pool knows of that."""
        prepared = info.setdefault('look_ups', set())
        if self._name not in prepared:
            cursor.execute(f'prepare {self._name} as {self._numbered(cursor)}')
            prepared.add(self._name)
        arguments = f' ({", ".join(["%s"] * len(values))})' if values else ''
        cursor.execute(f'execute {self._name}{arguments}', values or None)

    def _numbered(self, cursor: Cursor) -> str:
        """The statement with $1, $2, … where its values belong."""
        first, *others = self._statement.as_string(cursor).split('%s')
        return first + ''.join(f'${number}{part}' for number, part in enumerate(others, 1))


def look_up(statement: LookUp, values: list[object]) -> tuple[Any, ...] | None:
    """The first row of the answer, read as the gatekeeper outside of any transaction; None without one.

    A restart of the database leaves dead connections in the pool: what meets one connects anew. Raises NoDatabase.
    """
    try:
        return _read(statement, values)
    except psycopg2.Error as error:
        if not connection_lost(error):
            raise
    engine('gatekeeper').dispose()
    try:
        return _read(statement, values)
    except psycopg2.OperationalError as error:
        raise no_database(error) from None


def note_use(statement: str, values: list[object]) -> None:
    """Writes down that somebody came, where that can be written: a full disk is no reason to keep anybody out."""
    with suppress(psycopg2.Error, EnvironmentMissing), connection('gatekeeper') as db, db.cursor() as cursor:
        cursor.execute(statement, values)


def _read(statement: LookUp, values: list[object]) -> tuple[Any, ...] | None:
    try:
        pooled = pooled_connection('gatekeeper')
    except (sqlalchemy.exc.DBAPIError, sqlalchemy.exc.TimeoutError) as error:
        raise no_database(error) from None
    db: Any = pooled.driver_connection
    try:
        db.autocommit = True
        SILENCE.begin(db, LONGEST_MS)
        try:
            with db.cursor() as cursor:
                statement.execute(cursor, pooled.info, values)
                row: tuple[Any, ...] | None = cursor.fetchone()
        finally:
            SILENCE.end(db)
        db.autocommit = False
    except psycopg2.Error:
        discard_or_roll_back(pooled)
        raise
    else:
        return row
    finally:
        pooled.close()

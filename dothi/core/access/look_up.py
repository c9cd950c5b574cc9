"""One row for a request, by one statement and one way to the database: who asks is looked up at each request."""

from typing import Any

import psycopg2
import sqlalchemy
from psycopg2 import sql

from dothi.core.database import connection_lost, discard_or_roll_back, engine, no_database


def look_up(statement: sql.Composable, values: list[object]) -> tuple[Any, ...] | None:
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


def _read(statement: sql.Composable, values: list[object]) -> tuple[Any, ...] | None:
    try:
        pooled = engine('gatekeeper').raw_connection()
    except (sqlalchemy.exc.DBAPIError, sqlalchemy.exc.TimeoutError) as error:
        raise no_database(error) from None
    db: Any = pooled.driver_connection
    try:
        db.autocommit = True
        with db.cursor() as cursor:
            cursor.execute(statement, values)
            row: tuple[Any, ...] | None = cursor.fetchone()
        db.autocommit = False
    except psycopg2.Error:
        discard_or_roll_back(pooled)
        raise
    else:
        return row
    finally:
        pooled.close()

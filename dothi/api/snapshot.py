"""Reading for one request: one snapshot of the database, read only, with a time limit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import sqlalchemy
from psycopg2 import sql
from psycopg2.extensions import BYTES, register_type
from psycopg2.extensions import connection as Connection

from dothi.api.service import service
from dothi.core.catalog import Release, current_releases
from dothi.core.database import engine, no_database
from dothi.core.errors import Busy, EnvironmentMissing, WrongUse
from dothi.core.settings import DatabaseSettings


class TooSlow(Busy):
    """A query took longer than it may."""


class NotComputable(WrongUse):
    """The database cannot compute what a filter asks for: a division by zero, a ring that is not closed."""


class NoConnection(EnvironmentMissing):
    """All connections are in use."""


class Snapshot:
    """One state of the database. Statements hold their values already, quoted by the driver, so % is a plain letter."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    def releases(self) -> dict[str, Release]:
        """The current release of each layer that the audience may see."""
        return current_releases(self.db)

    def row(self, statement: sql.Composable) -> tuple[Any, ...]:
        """The only row of `statement`, with text as bytes in UTF-8: it is passed on, not read."""
        with self.db.cursor() as cursor:
            register_type(BYTES_FOR_TEXT, cursor)
            cursor.execute(statement)
            (found,) = cursor.fetchall()
            return tuple(found)

    def rows(self, statement: sql.Composable) -> list[tuple[Any, ...]]:
        """All rows of `statement`."""
        with self.db.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()


# oid of text: without it psycopg2 decodes megabytes of GeoJSON that are encoded again at once
BYTES_FOR_TEXT = psycopg2.extensions.new_type((25,), 'TEXT_AS_BYTES', BYTES)


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """What the current request's audience may read, as of now.

    Raises TooSlow, NotComputable, NoDatabase, NoConnection.
    """
    pooled = _begun()
    db = pooled.driver_connection
    try:
        yield Snapshot(db)
        pooled.commit()
    except psycopg2.extensions.QueryCanceledError:
        raise too_slow() from None
    except (psycopg2.DataError, psycopg2.InternalError) as error:
        raise _not_computable(error) from error
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        pooled.invalidate()
        raise no_database(error) from None
    finally:
        if not db.closed:
            db.rollback()
            db.set_session(isolation_level='DEFAULT', readonly=False)
        pooled.close()


def too_slow() -> TooSlow:
    seconds = DatabaseSettings().statement_timeout_ms / 1000
    return TooSlow(
        vi=f'Truy vấn chạy quá {seconds:g} giây. Thu hẹp vùng hoặc bộ lọc rồi thử lại.',
        en=f'The query took longer than {seconds:g} s. Narrow the area or the filter, and try again.',
    )


def _begun() -> Any:
    """A pooled connection in a fresh transaction."""
    try:
        pooled = engine(service().role).raw_connection()
        _begin(pooled.driver_connection)
    except sqlalchemy.exc.TimeoutError:
        raise NoConnection(
            vi='Máy chủ đang bận. Hãy thử lại sau ít phút.', en='The server is busy. Try again in a moment.'
        ) from None
    except (psycopg2.OperationalError, psycopg2.InterfaceError, sqlalchemy.exc.OperationalError) as error:
        raise no_database(error) from None
    return pooled


def _begin(db: Any) -> None:
    db.set_session(isolation_level='REPEATABLE READ', readonly=True)
    with db.cursor() as cursor:
        # no just-in-time compiling: it costs 100 ms and more, which nothing here wins back
        timeout_ms = DatabaseSettings().statement_timeout_ms
        cursor.execute(f"set local statement_timeout = {timeout_ms}; set local jit = off; set local timezone = 'UTC'")


def _not_computable(error: Exception) -> NotComputable:
    reason = str(error).strip().splitlines()[0][:200]
    return NotComputable(vi=f'Không tính được bộ lọc: {reason}', en=f'The filter cannot be computed: {reason}')

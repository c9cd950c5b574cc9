"""Reading for one request: one snapshot of the database, read only, with a time limit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import sqlalchemy
from psycopg2 import sql
from psycopg2.extensions import BYTES, TRANSACTION_STATUS_IDLE, register_type
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from dothi.api.http.clients import query_place
from dothi.api.http.service import require_release, service
from dothi.core.catalog import Release
from dothi.core.database import connection_lost, engine, no_database
from dothi.core.errors import Busy, EnvironmentMissing, WrongUse
from dothi.core.layer import Layer

# No just-in-time compiling: it costs 100 ms and more, which nothing here wins back.
BEGIN = (
    'begin isolation level repeatable read read only; set local statement_timeout = {}; set local jit = off; '
    "set local timezone = 'UTC'; "
)
CURRENT = 'select r.* from catalog.layer as l join catalog.release as r on r.number = l.current_release where {}'


class TooSlow(Busy):
    """A query took longer than it may."""


class NotComputable(WrongUse):
    """The database cannot compute what a filter asks for: a division by zero, a ring that is not closed."""


class NoConnection(EnvironmentMissing):
    """All connections are in use."""


class Snapshot:
    """One state of the database. Statements hold their values already, quoted by the driver, so % is a plain letter.

    The transaction begins in the message of its first statement: a way to the database and back counts here.
    """

    def __init__(self) -> None:
        self._pooled = _open_connection()
        self._begun = False

    @property
    def db(self) -> Connection:
        """The connection, between two statements of the transaction."""
        connection: Connection = self._pooled.driver_connection
        return connection

    def release(self, layer: Layer) -> Release:
        """The layer's current release; raises NoRelease."""
        return require_release(layer, self._current(sql.SQL('l.id = {}').format(sql.Literal(layer.id))))

    def releases(self) -> dict[str, Release]:
        """The current release of each layer that the audience may see."""
        return self._current(sql.SQL('true'))

    def row(self, statement: sql.Composable) -> tuple[Any, ...]:
        """The only row of `statement`, with text as bytes in UTF-8: it is passed on, not read."""
        with self._executed(statement, as_bytes=True) as cursor:
            (row,) = cursor.fetchall()
            return tuple(row)

    def rows(self, statement: sql.Composable) -> list[tuple[Any, ...]]:
        """All rows of `statement`."""
        with self._executed(statement) as cursor:
            return cursor.fetchall()

    def end(self) -> None:
        """Gives the connection back with no transaction open, or throws it away if the server closed it.

        May be called again, and after a failed reconnection, when there is none to give back. Raises no database
        error: it runs while the reason for ending is on its way to the client.
        """
        pooled, self._pooled = self._pooled, None
        if pooled is None:
            return
        try:
            _restore_session(pooled.driver_connection)
        except psycopg2.Error:
            pooled.invalidate()
        pooled.close()

    def _current(self, condition: sql.Composable) -> dict[str, Release]:
        with self._executed(sql.SQL(CURRENT).format(condition)) as cursor:
            names = [column.name for column in cursor.description or ()]
            releases = [Release(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
        return {release.layer_id: release for release in releases}

    def _executed(self, statement: sql.Composable, *, as_bytes: bool = False) -> Cursor:
        """A cursor with the answer to `statement`, in the transaction, which begins now if this is its first."""
        if self._begun:
            return self._execute(statement, as_bytes)
        self._begun = True
        timeout_ms = sql.Literal(service().statement_timeout_ms)
        first = sql.SQL(BEGIN).format(timeout_ms) + statement
        try:
            return self._execute(first, as_bytes)
        except psycopg2.Error as error:
            if not connection_lost(error):
                raise
        # a restart of the database leaves dead connections in the pool, and nothing was read on this one yet
        self.end()
        engine(service().role).dispose()
        self._pooled = _open_connection()
        return self._execute(first, as_bytes)

    def _execute(self, statement: sql.Composable, as_bytes: bool) -> Cursor:
        cursor = self.db.cursor()
        if as_bytes:
            register_type(BYTES_FOR_TEXT, cursor)
        cursor.execute(statement)
        return cursor


# oid of text: without it psycopg2 decodes megabytes of GeoJSON that are encoded again at once
BYTES_FOR_TEXT = psycopg2.extensions.new_type((25,), 'TEXT_AS_BYTES', BYTES)


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """What the current request's audience may read, as of now.

    Raises TooSlow, NotComputable, NoDatabase, NoConnection, TooManyQueries.
    """
    with query_place():
        reading = Snapshot()
        try:
            yield reading
        except psycopg2.extensions.QueryCanceledError:
            raise too_slow() from None
        except (psycopg2.DataError, psycopg2.InternalError) as error:
            raise _not_computable(error) from error
        except psycopg2.Error as error:
            if not (connection_lost(error) or isinstance(error, psycopg2.OperationalError)):
                raise
            raise no_database(error) from None
        finally:
            reading.end()


def _restore_session(db: Connection) -> None:
    """Ends the transaction and sets the connection back to how the pool gives it out; raises if it is closed."""
    if db.info.transaction_status != TRANSACTION_STATUS_IDLE:
        db.cursor().execute('rollback')
    db.autocommit = False


def too_slow() -> TooSlow:
    seconds = service().statement_timeout_ms / 1000
    return TooSlow(
        vi=f'Truy vấn chạy quá {seconds:g} giây. Thu hẹp vùng hoặc bộ lọc rồi thử lại.',
        en=f'The query took longer than {seconds:g} s. Narrow the area or the filter, and try again.',
    )


def _open_connection() -> Any:
    """A pooled connection on which transactions begin when they are told to."""
    try:
        pooled = engine(service().role).raw_connection()
    except sqlalchemy.exc.TimeoutError:
        raise NoConnection(
            vi='Máy chủ đang bận. Hãy thử lại sau ít phút.', en='The server is busy. Try again in a moment.'
        ) from None
    except (psycopg2.Error, sqlalchemy.exc.DBAPIError) as error:
        raise no_database(error) from None
    db: Any = pooled.driver_connection
    db.autocommit = True
    return pooled


def _not_computable(error: Exception) -> NotComputable:
    reason = str(error).strip().splitlines()[0][:200]
    return NotComputable(vi=f'Không tính được bộ lọc: {reason}', en=f'The filter cannot be computed: {reason}')

"""Reading for one request: read only, with a time limit, by single statements or in one snapshot of the database."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import psycopg2
import psycopg2.errors
import sqlalchemy
from psycopg2 import sql
from psycopg2.extensions import BYTES, TRANSACTION_STATUS_IDLE, register_type
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from dothi.api.http.clients import query_place
from dothi.api.http.prepared import PreparedStatement
from dothi.api.http.service import no_release, service
from dothi.core.access.claims import claim_statement
from dothi.core.catalog import Release
from dothi.core.database import connection_lost, engine, no_database, pooled_connection
from dothi.core.errors import Busy, EnvironmentMissing, WrongUse
from dothi.core.layer import Layer
from dothi.core.layer_source import table_of
from dothi.core.silence import SILENCE

# What holds for a connection as long as it lasts. No just-in-time compiling: it costs 100 ms and more, which nothing
# here wins back.
SESSION = "set statement_timeout = {}; set jit = off; set timezone = 'UTC'"
BEGIN = 'begin isolation level repeatable read read only; '
# What a process meets that has not been replaced yet after the layers changed; of plans too.
CHANGED = (
    psycopg2.errors.InsufficientPrivilege, psycopg2.errors.UndefinedTable, psycopg2.errors.UndefinedColumn,
    psycopg2.errors.FeatureNotSupported,
)  # fmt: skip
RELEASE_COLUMNS = tuple(Release.model_fields)
FROM_SEEN = 'from catalog.seen_release where number = $1'
RELEASE_BY_NUMBER = f'select {", ".join(RELEASE_COLUMNS)} {FROM_SEEN}'
# A restored database may have the number of another release, but not its time too.
NAMES_OF_CURRENT = 'select number, released_at from catalog.current_state'
# And whether what this process keeps is still for what the catalogue says of layers.
NAME_OF_CURRENT = """select number, released_at, (select n from catalog.generation)
    from catalog.current_state where layer_id = $1"""
# Who sees no row, or none with a geometry, sees no extent, as of a release without rows.
SEEN = """
    select rows, case when box is not null then array[ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)] end,
        case when box_wgs84 is not null then
            array[ST_XMin(box_wgs84), ST_YMin(box_wgs84), ST_XMax(box_wgs84), ST_YMax(box_wgs84)] end
    from (select ST_Extent(geom) as box, ST_Extent(geom_wgs84) as box_wgs84, count(*) as rows from {}) as seen"""


# After as long a look of a moment is given up.
BRIEF_S = 1.5


class TooSlow(Busy):
    """A query took longer than it may."""


class NotComputable(WrongUse):
    """The database cannot compute what a filter asks for: a division by zero, a ring that is not closed."""


class NoConnection(EnvironmentMissing):
    """All connections are in use."""


class BeingChanged(Busy):
    """What this process serves was withdrawn or changed its columns, and the process that takes its place starts."""


class Reading:
    """Statements of one request on one connection; each sees the database as it is when that statement begins.

    may_repeat: whether the catalogue has the generation that the app was made from, as of the last look at a release.
    Statements hold their values already, quoted by the driver, so % is a plain letter.
    """

    _opening = ''

    def __init__(self) -> None:
        self._pooled = _open_connection()
        self._begun = False
        self.may_repeat = False

    @property
    def db(self) -> Connection:
        """The connection, between two statements."""
        connection: Connection = self._pooled.driver_connection
        return connection

    def release(self, layer: Layer) -> Release:
        """The layer's current release; raises NoRelease."""
        names = self.prepared_rows(NAME_OF_CURRENT, layer.id)
        if not names:
            raise no_release(layer)
        number, released_at, generation = names[0]
        self.may_repeat = generation == service().generation
        return self.named_release(number, released_at)

    def releases(self) -> dict[str, Release]:
        """The current release of each layer that the audience may see."""
        releases = [self.named_release(*name) for name in self.prepared_rows(NAMES_OF_CURRENT)]
        return {release.layer_id: release for release in releases}

    def named_release(self, number: int, released_at: datetime) -> Release:
        """The release of this number and time, with the number and the extent of the rows that are seen of it.

        Raises BeingChanged where it has gone since it was named.
        """
        release = service().releases.get((number, released_at))
        if release is None:
            release_rows = self.prepared_rows(RELEASE_BY_NUMBER, number)
            if not release_rows:
                raise _being_changed()
            release = self._as_seen(read_release(release_rows[0]))
            # a release does not change any more
            service().releases.keep((release.number, release.released_at), release)
        return release

    def _as_seen(self, release: Release) -> Release:
        place = service().locality
        if release.layer_id not in place.row_limited:
            return release
        form = sql.SQL(SEEN).format(table_of(place.layers[release.layer_id], place))
        ((count, extent, extent_wgs84),) = self.rows(form)
        seen = {'rows_total': count, 'extent': extent, 'extent_wgs84': extent_wgs84}
        return release.model_copy(update=seen | dict.fromkeys(('rows_added', 'rows_changed', 'rows_closed'), 0))

    def row(self, statement: sql.Composable) -> tuple[Any, ...]:
        """The only row of `statement`, with text as bytes in UTF-8: it is passed on, not read."""
        (row,) = self.byte_rows(statement)
        return tuple(row)

    def byte_rows(self, statement: sql.Composable) -> list[tuple[Any, ...]]:
        """All rows of `statement`, with text as bytes."""
        with self._executed(statement, as_bytes=True) as cursor:
            return cursor.fetchall()

    def rows(self, statement: sql.Composable) -> list[tuple[Any, ...]]:
        """All rows of `statement`."""
        with self._executed(statement) as cursor:
            return cursor.fetchall()

    def prepared_rows(self, statement: str, *values: int | float | str) -> list[tuple[Any, ...]]:
        """All rows of `statement`, with text as bytes and `values` in place of $1, $2, …

        The connection keeps the plan: planning takes two thirds of the time of a small page.
        """
        with self._executed(PreparedStatement(statement, values), as_bytes=True) as cursor:
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

    def _executed(self, statement: sql.Composable | PreparedStatement, *, as_bytes: bool = False) -> Cursor:
        """A cursor with the answer to `statement`."""
        if self._begun:
            return self._execute('', statement, as_bytes)
        self._begun = True
        try:
            return self._execute(self._opening, statement, as_bytes)
        except psycopg2.Error as error:
            if not connection_lost(error):
                raise
        # a restart of the database leaves dead connections in the pool, and nothing was read on this one yet
        self.end()
        engine(service().role).dispose()
        self._pooled = _open_connection()
        return self._execute(self._opening, statement, as_bytes)

    def _await(self, db: Connection) -> None:
        """Has a way that says nothing given up once the server should have ended the statement."""
        SILENCE.begin(db, service().statement_timeout_ms)

    def _execute(self, opening: str, statement: sql.Composable | PreparedStatement, as_bytes: bool) -> Cursor:
        """Sends everything in one message, but for a plan that is made: a way to the database and back counts here."""
        db, info = self.db, self._pooled.info
        cursor = db.cursor()
        if as_bytes:
            register_type(BYTES_FOR_TEXT, cursor)
        opening += claim_statement()
        self._await(db)
        try:
            _set_up_session(cursor, info)
            if isinstance(statement, PreparedStatement):
                statement.prepare(cursor, info)
                cursor.execute(opening + statement.text(db))
            else:
                cursor.execute(opening + statement.as_string(db))
        finally:
            SILENCE.end(db)
        return cursor


class Snapshot(Reading):
    """Statements of one request that see one state of the database.

    The transaction begins in the message of its first statement.
    """

    _opening = BEGIN


class BriefSnapshot(Snapshot):
    """The same, for who would rather hear soon that the database says nothing."""

    def _await(self, db: Connection) -> None:
        SILENCE.begin(db, 0, BRIEF_S)


def read_release(row: Sequence[Any]) -> Release:
    """The release in a row of RELEASE_COLUMNS, whose text may be bytes."""
    values = (value.decode() if isinstance(value, bytes) else value for value in row)
    return Release(**dict(zip(RELEASE_COLUMNS, values, strict=True)))


def _set_up_session(cursor: Cursor, info: dict[Any, Any]) -> None:
    """Sets once for each connection what holds as long as it lasts; info: what the pool knows of it.

    In a message of its own: what is set in one that begins a transaction ends with that.
    """
    timeout_ms = service().statement_timeout_ms
    if info.get('timeout_ms') != timeout_ms:
        cursor.execute(SESSION.format(timeout_ms))
        info['timeout_ms'] = timeout_ms


# oid of text: without it psycopg2 decodes megabytes of GeoJSON that are encoded again at once
BYTES_FOR_TEXT = psycopg2.extensions.new_type((25,), 'TEXT_AS_BYTES', BYTES)


def snapshot() -> AbstractContextManager[Snapshot]:
    """What the current request's audience may read, as of now, in however many statements.

    Raises TooSlow, NotComputable, NoDatabase, NoConnection, TooManyQueries.
    """
    return _reading(Snapshot)


def statements() -> AbstractContextManager[Reading]:
    """What the current request's audience may read, for an answer that is right with each statement by itself.

    A way to the database and back less than a snapshot has. Raises as `snapshot` does.
    """
    return _reading(Reading)


@contextmanager
def _reading[Kind: Reading](kind: type[Kind]) -> Iterator[Kind]:
    with query_place(), uncounted_reading(kind) as reading:
        yield reading


@contextmanager
def uncounted_reading[Kind: Reading](kind: type[Kind]) -> Iterator[Kind]:
    """What the audience may read, without a place among its client's queries: for a look of a moment.

    It needs an app's context alone. Raises as `snapshot` does, but for TooManyQueries.
    """
    reading = kind()
    try:
        yield reading
    except psycopg2.extensions.QueryCanceledError:
        raise too_slow() from None
    except (psycopg2.DataError, psycopg2.InternalError) as error:
        raise _not_computable(error) from error
    except CHANGED as error:
        raise _being_changed() from error
    except psycopg2.Error as error:
        if not (connection_lost(error) or isinstance(error, psycopg2.OperationalError)):
            raise
        raise no_database(error) from None
    finally:
        reading.end()


def _being_changed() -> BeingChanged:
    return BeingChanged(
        vi='Dữ liệu này đang được thay đổi. Hãy thử lại sau ít giây.',
        en='What is served is being changed. Try again in a few seconds.',
    )


def _restore_session(db: Connection) -> None:
    """Ends the transaction and sets the connection back to how the pool gives it out; raises if it is closed."""
    if db.info.transaction_status != TRANSACTION_STATUS_IDLE:
        SILENCE.begin(db, 0)
        try:
            db.cursor().execute('rollback')
        finally:
            SILENCE.end(db)
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
        pooled = pooled_connection(service().role)
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

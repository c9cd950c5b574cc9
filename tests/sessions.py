"""Sessions that outlive a test: the next one on the same database gets them as new.

Beginning a session and reading the catalogue into it takes the database 15 ms, and a test has some four of them.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import sqlalchemy
from psycopg2.extensions import connection as Connection

from dothi.core import database as core_database
from dothi.core.settings import DatabaseSettings

Engines = dict[core_database.Role, sqlalchemy.Engine]
POOL_SIZE = DatabaseSettings.model_fields['pool_size'].default


def put_aside(database: str) -> Engines:
    """Take the engines of the database away from this process, with their sessions as new; end all others."""
    engines = {
        role: engine
        for role, engine in core_database._engines.items()
        if engine.url.database == database and _renew(engine)
    }
    for role in engines:
        del core_database._engines[role]
    core_database.fresh()
    return engines


def take_up(engines: Engines) -> None:
    """Give engines back to this process, which works on their database now."""
    core_database._engines.update(engines)


@contextmanager
def administrator(engines: Engines, url: sqlalchemy.URL) -> Iterator[Connection]:
    """A transaction of the administrator: on a session that is there, or one of its own at `url`."""
    if 'admin' in engines:
        with engines['admin'].begin() as session:
            kept: Any = session.connection.driver_connection
            yield kept
        return
    address = url.set(drivername='postgresql').render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as db, db:
        yield db


def close(engines: Engines) -> None:
    """End the sessions."""
    for engine in engines.values():
        engine.dispose()


def backends(engines: Engines) -> list[int]:
    """The server's process ids of the sessions."""
    pids = []
    for engine in engines.values():
        with _idle_sessions(engine) as sessions:
            pids += [pooled.driver_connection.info.backend_pid for pooled in sessions]
    return pids


def _renew(engine: sqlalchemy.Engine) -> bool:
    """Whether every session of the engine is idle, and now as it began."""
    pool: Any = engine.pool
    if pool.checkedout() or pool.size() != POOL_SIZE or any(name.startswith('PG') for name in os.environ):
        return False
    try:
        with _idle_sessions(engine) as sessions:
            for pooled in sessions:
                _renew_session(pooled)
    except (psycopg2.Error, sqlalchemy.exc.DBAPIError):
        return False
    return True


def _renew_session(pooled: Any) -> None:
    session = pooled.driver_connection
    session.reset()
    session.autocommit = True
    session.cursor().execute('discard all')
    session.autocommit = False
    # what the service noted of the session
    pooled.info.clear()


@contextmanager
def _idle_sessions(engine: sqlalchemy.Engine) -> Iterator[list[Any]]:
    pool: Any = engine.pool
    sessions: list[Any] = []
    try:
        sessions.extend(engine.raw_connection() for _ in range(pool.checkedin()))
        yield sessions
    finally:
        for pooled in sessions:
            pooled.close()

"""Connections to PostGIS, each as the role that its work needs and no more."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import psycopg2
import sqlalchemy
from psycopg2.extensions import connection as Connection
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from dothi.core.access.claims import claimed
from dothi.core.disk_room import database_room
from dothi.core.errors import EnvironmentMissing, without_secrets
from dothi.core.layer import Audience
from dothi.core.patience import share_patience
from dothi.core.postgis import admin_password_advice
from dothi.core.run_folder import is_copied_run_folder
from dothi.core.secret_files import write_secret
from dothi.core.settings import DatabaseSettings, PathSettings
from dothi.core.start_command import start_command
from dothi.core.state_file import damaged, read_state_text
from dothi.core.text import Text

Role = Literal[
    'admin', 'owner', 'loader', 'reader_public', 'reader_internal', 'editor', 'worker', 'gis_public', 'gis_internal',
    'gatekeeper', 'reporter',
]  # fmt: skip
READERS: dict[Audience, Role] = {'public': 'reader_public', 'internal': 'reader_internal'}
LOGIN_ROLES: tuple[Role, ...] = (
    'owner', 'loader', 'reader_public', 'reader_internal', 'editor', 'worker', 'gis_public', 'gis_internal',
    'gatekeeper', 'reporter',
)  # fmt: skip

# A firewall on the way to another machine may forget a connection that is quiet, and lose what is sent: it is noticed
# within half a minute, where the kernel alone would wait a quarter of an hour.
LIVENESS = {'keepalives_idle': '15', 'keepalives_interval': '5', 'keepalives_count': '3', 'tcp_user_timeout': '30000'}

_engines: dict[Role, sqlalchemy.Engine] = {}


@dataclass
class _Waiting:
    """longest_ms: for so long this process waits for what somebody has locked; 0 for as long as it takes."""

    longest_ms: int = 0


_WAITING = _Waiting()


@dataclass
class DatabaseAbsence:
    """error: that of the first connection which the database did not serve; None while it serves them all."""

    error: 'NoDatabase | None' = None


# Of a process that loads; empty in every other one.
_absences: list[DatabaseAbsence] = []


NEW_PASSWORD = Text(
    vi='Xóa tệp này rồi chạy "dothi up": mật khẩu mới được tạo; cán bộ GIS phải nhận mật khẩu mới của họ.',
    en='Remove it and run "dothi up": another password is made; GIS staff then need their new one.',
)


class NoDatabase(EnvironmentMissing):
    """The database does not answer."""


def role_name(role: Role) -> str:
    """The role's name in PostgreSQL."""
    return f'dothi_{role}'


def password(role: Role) -> str:
    """The role's password, made at its first use and kept in a file that only its owner can read.

    Raises SecretsAway and DamagedFile.
    """
    file = PathSettings().secrets / role
    if not file.exists():
        write_secret(role, secrets.token_urlsafe(24))
    return read_state_text(file, NEW_PASSWORD)


def database_url(role: Role) -> URL:
    """Where the database is, with the name and password of `role`; `admin` is whoever DOTHI_DATABASE_URL names.

    Raises NoDatabase when no URL is set and the private database was never started.
    """
    url = _base_url()
    if role == 'admin':
        return url if DatabaseSettings().database_url else url.set(password=_private_password())
    return url.set(username=role_name(role), password=password(role))


def engine(role: Role) -> sqlalchemy.Engine:
    """The process's engine for `role`, pooled."""
    if role not in _engines:
        url = database_url(role)
        new_engine = sqlalchemy.create_engine(
            url,
            pool_size=DatabaseSettings().pool_size,
            max_overflow=0,
            # a restart of the database leaves dead connections in the pool; the look costs 0.1 ms, and what reads for
            # a request notices by itself (dothi/api/http/snapshot.py, dothi/core/access/look_up.py)
            pool_pre_ping=role not in (*READERS.values(), 'gatekeeper'),
            connect_args={'application_name': f'dothi {role}', 'connect_timeout': 10, **lock_options(url)},
        )
        sqlalchemy.event.listen(new_engine, 'connect', lambda db, _record: share_patience(db))
        _engines[role] = new_engine
    return _engines[role]


def limit_lock_waits(longest_ms: int) -> None:
    """From now on this process waits no longer for what somebody has locked; raises LockNotAvailable in its place.

    For a service: a transaction that somebody left open would in the end keep all of its threads.
    """
    _WAITING.longest_ms = longest_ms
    fresh()


@contextmanager
def waiting_once() -> Iterator[DatabaseAbsence]:
    """Within, the first connection that the database does not serve counts for all: those after it fail at once.

    A service opens ten while it loads, and waited for each of them as long as for the first. What is loaded without
    one of them is no picture of the catalogue, whatever the others said: the absence stays, for the caller to look at.
    """
    absence = DatabaseAbsence()
    _absences.append(absence)
    try:
        yield absence
    finally:
        _absences.remove(absence)


def pooled_connection(role: Role) -> Any:
    """A pooled connection, to be closed by the caller.

    Raises what psycopg2 and SQLAlchemy raise, and NoDatabase where `waiting_once` has met an absence before.
    """
    for absence in _absences:
        if absence.error is not None:
            raise absence.error
    return engine(role).raw_connection()


def lock_options(url: URL) -> dict[str, str]:
    """What a new connection to `url` is told of how long to wait for locks, beside what the URL says itself."""
    if not _WAITING.longest_ms:
        return {}
    return {'options': f'-c lock_timeout={_WAITING.longest_ms} {url.query.get("options", "")}'}


def fresh(*, after_fork: bool = False) -> None:
    """Forgets all engines, so that the next use connects anew; a forked child leaves its parent's sockets open."""
    for engine in _engines.values():
        engine.dispose(close=not after_fork)
    _engines.clear()


@contextmanager
def connection(role: Role) -> Iterator[Connection]:
    """A psycopg2 connection in one transaction: committed at the end, rolled back at any exception."""
    try:
        pooled = pooled_connection(role)
    except (psycopg2.Error, sqlalchemy.exc.DBAPIError, sqlalchemy.exc.TimeoutError) as error:
        raise no_database(error) from None
    db: Any = pooled.driver_connection
    try:
        with _claiming(pooled, role):
            yield db
            pooled.commit()
    except psycopg2.Error as error:
        discard_or_roll_back(pooled)
        if connection_lost(error):
            raise no_database(error) from None
        raise
    except BaseException:
        discard_or_roll_back(pooled)
        raise
    finally:
        pooled.close()


@contextmanager
def _claiming(pooled: Any, role: Role) -> Iterator[None]:
    """Within, a reader's session has what this thread has claimed (dothi/core/access/claims.py); then no more."""
    text = claimed() if role in READERS.values() else ''
    if not text:
        yield
        return
    try:
        _set_claims(pooled.driver_connection, text)
        yield
    finally:
        try:
            pooled.driver_connection.rollback()
            _set_claims(pooled.driver_connection, '')
        except psycopg2.Error:
            pooled.invalidate()


def _set_claims(db: Connection, text: str) -> None:
    with db.cursor() as cursor:
        cursor.execute("select set_config('dothi.claims', %s, false)", [text])
    db.commit()


def discard_or_roll_back(pooled: Any) -> None:
    """Ends the transaction of a pooled connection, or takes the connection out of the pool if the server is gone.

    Never raises a database error: it is called while the reason for ending is on its way to the caller, and a
    connection that broke a moment ago often shows it only at this statement.
    """
    db = pooled.driver_connection
    if db is None:
        return
    try:
        if not db.closed:
            db.rollback()
    except psycopg2.Error:
        pooled.invalidate()
    else:
        if db.closed:
            pooled.invalidate()


def connection_lost(error: BaseException) -> bool:
    """Whether the server broke off the connection, as opposed to refusing one statement.

    Then it gives no SQLSTATE, or one of class 57P (the server shuts down, or the session was ended).
    """
    if not isinstance(error, psycopg2.Error) or isinstance(error, psycopg2.ProgrammingError):
        return False
    # libpq reports some broken connections as plain DatabaseError without a code
    if error.pgcode is None:
        plain = type(error) is psycopg2.DatabaseError
        return plain or isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
    return error.pgcode.startswith('57P')


def no_database(error: Exception) -> NoDatabase:
    """The error for a database that cannot be reached, without its password."""
    lines = without_secrets(str(getattr(error, 'orig', None) or error)).strip().splitlines()
    # a connection that the server closed without a word has none
    reason = lines[0] if lines else type(error).__name__
    advice = database_room() or Text(
        vi=f'Chạy "{start_command()}", hoặc kiểm tra DOTHI_DATABASE_URL.',
        en=f'Run "{start_command()}", or check DOTHI_DATABASE_URL.',
    )
    absent = NoDatabase(
        vi='Không kết nối được cơ sở dữ liệu. Hãy thử lại sau ít giây.',
        en='The database cannot be reached. Try again in a few seconds.',
        steward=Text(vi=f'({reason}) {advice.vi}', en=f'({reason}) {advice.en}'),
    )
    for absence in _absences:
        absence.error = absence.error or absent
    return absent


def _base_url() -> URL:
    configured_url = DatabaseSettings().database_url
    if configured_url:
        url = make_url(configured_url).set(drivername='postgresql+psycopg2')
        return url.update_query_dict({name: value for name, value in LIVENESS.items() if name not in url.query})
    file = PathSettings().run / 'database_url'
    if not file.exists() or is_copied_run_folder(file.parent):
        raise NoDatabase(
            vi='Chưa có cơ sở dữ liệu.',
            en='There is no database yet.',
            steward=Text(
                vi=f'({file.parent}) Chạy "{start_command()}", hoặc đặt DOTHI_DATABASE_URL.',
                en=f'({file.parent}) Run "{start_command()}", or set DOTHI_DATABASE_URL.',
            ),
        )
    text = read_state_text(file, _start_again())
    try:
        return make_url(text)
    except ArgumentError:
        raise damaged(file, Text(vi='không phải địa chỉ', en='it is no address'), _start_again()) from None


def _start_again() -> Text:
    """What mends the file of the database's address."""
    return Text(vi=f'Chạy "{start_command()}".', en=f'Run "{start_command()}".')


def _private_password() -> str:
    """The password of the private database's administrator.

    Raises NoDatabase for who may not read it, DamagedFile.
    """
    file = PathSettings().state / 'postgis' / 'admin_password'
    try:
        return read_state_text(file, admin_password_advice(file.parent))
    except OSError as error:
        raise NoDatabase(
            vi=f'Không đọc được mật khẩu quản trị cơ sở dữ liệu trong {file}: {error.strerror}.',
            en=f'The administrator password of the database in {file} cannot be read: {error.strerror}.',
        ) from None

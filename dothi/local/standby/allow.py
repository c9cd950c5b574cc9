"""The primary allows a standby, and ends that again."""

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime

import psycopg2
from psycopg2 import sql
from pydantic import BaseModel

from dothi.core.database import connection
from dothi.core.errors import WrongUse
from dothi.core.postgis import REPLICATION_ROLE
from dothi.core.progress import Progress, silent
from dothi.core.settings import DatabaseSettings
from dothi.core.standby_settings import StandbySettings
from dothi.core.standby_state import SLOT
from dothi.core.text import Text
from dothi.local.database import private_database
from dothi.local.database_start import start_database
from dothi.local.locks import alone
from dothi.local.restart import restart_private_database, restart_service, unsupervised
from dothi.local.services import services
from dothi.local.standby.admission import admin_connection, drop_slot
from dothi.local.standby.certificate import make_certificate
from dothi.local.standby.invitation import Invitation, make_invitation
from dothi.local.standby.record import (
    StandbyRecord,
    invitation_file,
    make_password,
    own_address,
    password_file,
    read_standby_record,
    require_standby_record,
    resolve_address,
    standby_folder,
    write_standby_record,
)  # fmt: skip

STANDBY_LOCK = 'standby'
# The connection of a standby that is ended is gone after so long.
ENDED_S = 10.0
START_S = 60.0


class OtherServer(WrongUse):
    """The database is on a server that somebody else runs."""


class IsStandby(WrongUse):
    """This machine follows a primary itself."""


class StandbyAllowed(BaseModel):
    """A standby may join now. command: for the other machine, good for a day; ports: that it has to reach here."""

    address: str
    command: str
    ports: list[int]
    note: Text | None = None


def allow_standby(name: str, progress: Progress = silent) -> StandbyAllowed:
    """Lets the machine `name` join as the standby of this instance; repeated it makes a new invitation, and no more.

    Raises OtherServer, IsStandby, WrongAddress, NoDatabase, NoCertificate or NoPostgis, and all is as before then; or
    ServiceDied, where the machine cannot be listened to.
    """
    _require_primary()
    address = resolve_address(name)
    with alone(STANDBY_LOCK, progress):
        before = read_standby_record()
        fingerprint = make_certificate()
        _make_role()
        record = _record_of(address, before)
        if record != before:
            with _recorded(record, before):
                progress('restart_database', 0, None)
                restart_private_database()
            restart_service('standby')
        _wait_for_service()
        return invite(fingerprint)


def invite(fingerprint: str) -> StandbyAllowed:
    """What the machine has to be told that may join now, with a new invitation."""
    record, port = require_standby_record(), StandbySettings().standby_port
    listen = f'[{record.listen}]' if ':' in record.listen else record.listen
    invitation: Invitation = make_invitation(fingerprint)
    database_port = private_database().url.port or 0
    note = None
    if not DatabaseSettings().database_port:
        note = Text(
            vi=f'Cổng của cơ sở dữ liệu được chọn tự động: đặt DOTHI_DATABASE_PORT={database_port} để nó không đổi.',
            en=f'The port of the database was chosen freely: set DOTHI_DATABASE_PORT={database_port} so that it stays.',
        )
    command = f'dothi standby join {listen}:{port} {invitation}'
    return StandbyAllowed(address=record.peer, command=command, ports=[port, database_port], note=note)


def end_standby() -> None:
    """This instance has no standby any more, and keeps no log for one. Raises NoStandby or IsStandby."""
    record = require_standby_record()
    if record.role == 'standby':
        raise IsStandby(
            vi='Máy này là máy dự phòng. Bỏ nó: "dothi standby off" trên máy chính, "dothi down" ở đây, xóa thư mục '
            'trạng thái. Hoặc thay máy chính: dothi standby promote.',
            en='This machine is the standby. To give it up: "dothi standby off" on the primary, "dothi down" here, and '
            'remove the state folder. Or take the place of the primary: dothi standby promote.',
        )
    with alone(STANDBY_LOCK), unsupervised():
        for service in services():
            if service.name == 'standby':
                service.stop()
        is_running = private_database().running()
        # one that was superseded starts for this
        write_standby_record(record.model_copy(update={'peer_port': None, 'superseded_at': None}))
        start_database()
        _forget_in_database()
        shutil.rmtree(standby_folder())
        for file in (password_file(), invitation_file()):
            file.unlink(missing_ok=True)
        private_database().stop()
    if is_running:
        restart_private_database()


def make_role_of_standby(password: str) -> None:
    """The role by which a standby signs in, with its password, and no right but to copy."""
    with closing(admin_connection()) as db, db.cursor() as cursor:
        cursor.execute('select 1 from pg_roles where rolname = %s', [REPLICATION_ROLE])
        verb = 'alter' if cursor.fetchall() else 'create'
        statement = sql.SQL(verb + ' role {} login replication password {}')
        cursor.execute(statement.format(sql.Identifier(REPLICATION_ROLE), sql.Literal(password)))


def _make_role() -> None:
    make_role_of_standby(make_password())


def _wait_for_service() -> None:
    """Returns when the service listens; at once where none is started here. Raises ServiceDied."""
    service = next(service for service in services() if service.name == 'standby')
    address, until = (require_standby_record().listen, StandbySettings().standby_port), time.monotonic() + START_S
    while service.fingerprint() is not None and time.monotonic() < until:
        with suppress(OSError), socket.create_connection(address, 1.0):
            return
        if service.pid() is None:
            raise service.died()
        time.sleep(0.1)


def _require_primary() -> None:
    if DatabaseSettings().database_url:
        raise OtherServer(
            vi='DOTHI_DATABASE_URL chỉ đến một máy chủ cơ sở dữ liệu khác: máy dự phòng của nó do người chạy máy '
            'chủ ấy lo, và sao chép thư mục DOTHI_STORE sang cùng với nó.',
            en='DOTHI_DATABASE_URL names another database server: its standby is for whoever runs that server, and the '
            'folder DOTHI_STORE has to be copied with it.',
        )
    record = read_standby_record()
    if record is not None and record.role == 'standby':
        raise IsStandby(
            vi=f'Máy này theo máy chính {record.peer}. Chạy "dothi standby allow" ở đó.',
            en=f'This machine follows the primary {record.peer}. Run "dothi standby allow" there.',
        )
    with connection('owner'):
        pass


def _record_of(address: str, before: StandbyRecord | None) -> StandbyRecord:
    """The record of this primary; a machine that has joined before stays known under the same address."""
    if before is not None and before.peer == address:
        return before.model_copy(update={'listen': own_address(address)})
    term = before.term if before else 1
    return StandbyRecord(role='primary', term=term, peer=address, listen=own_address(address), since=datetime.now(UTC))


@contextmanager
def _recorded(record: StandbyRecord, before: StandbyRecord | None) -> Iterator[None]:
    """Within and afterwards `record` is that of this instance, unless something failed."""
    write_standby_record(record)
    try:
        yield
    except BaseException:
        if before is None:
            (standby_folder() / 'record.json').unlink(missing_ok=True)
        else:
            write_standby_record(before)
        restart_private_database()
        raise


def _forget_in_database() -> None:
    """Ends the connection of the standby, its slot and its role."""
    with closing(admin_connection()) as db, db.cursor() as cursor:
        cursor.execute(sql.SQL('alter role {} nologin').format(sql.Identifier(REPLICATION_ROLE)))
        cursor.execute('select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = %s', [SLOT])
        _wait_until_free(db)
        drop_slot(db)
        cursor.execute(sql.SQL('drop role if exists {}').format(sql.Identifier(REPLICATION_ROLE)))


def _wait_until_free(db: psycopg2.extensions.connection) -> None:
    until = time.monotonic() + ENDED_S
    with db.cursor() as cursor:
        while time.monotonic() < until:
            query = 'select 1 from pg_replication_slots where slot_name = %s and active_pid is not null'
            cursor.execute(query, [SLOT])
            if not cursor.fetchall():
                return
            time.sleep(0.1)

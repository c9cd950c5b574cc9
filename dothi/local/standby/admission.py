"""The primary lets a machine join: a slot that keeps the log for it, and what it has to know."""

from contextlib import closing

import psycopg2
from psycopg2.extensions import connection as Connection

from dothi.core.database import database_url
from dothi.core.errors import HeldForDecision
from dothi.core.standby_state import SLOT
from dothi.local.standby.messages import JoinAnswer, JoinRequest
from dothi.local.standby.record import NoStandby, read_password, require_standby_record, write_standby_record


class StandbyConnected(HeldForDecision):
    """A standby follows this primary already."""


class OtherInstance(HeldForDecision):
    """The machine that wants to join holds the data of another instance."""


def admit(request: JoinRequest) -> JoinAnswer:
    """Keeps the log for the machine from now on, and says what it has to know.

    Raises NoStandby at a machine that is no primary, StandbyConnected, OtherInstance or NoDatabase.
    """
    record = require_standby_record()
    if record.role != 'primary' or record.superseded_at is not None:
        raise NoStandby(vi='Máy này không phải máy chính.', en='This machine is no primary.')
    with closing(admin_connection()) as db:
        system_id, size = _database_facts(db)
        if request.system_id not in (None, system_id):
            raise OtherInstance(
                vi='Máy kia đang giữ dữ liệu của một hệ thống khác. Chọn thư mục trạng thái trống (DOTHI_STATE).',
                en='The other machine holds the data of another instance. Choose an empty state folder (DOTHI_STATE).',
            )
        make_slot(db)
    joined = {
        'peer_port': request.port,
        'peer_fingerprint': request.fingerprint,
        'peer_database_port': request.database_port,
    }
    write_standby_record(record.model_copy(update=joined))
    return JoinAnswer(
        password=read_password(),
        term=record.term,
        database_port=database_url('admin').port or 0,
        system_id=system_id,
        database_bytes=size,
    )


def admin_connection() -> Connection:
    """A connection of the administrator in which each statement is a transaction. Raises psycopg2.OperationalError."""
    url = database_url('admin').set(drivername='postgresql').render_as_string(hide_password=False)
    db = psycopg2.connect(url, connect_timeout=10)
    db.autocommit = True
    return db


def make_slot(db: Connection) -> None:
    """The slot, made anew: what it kept was for a copy that is replaced. Raises StandbyConnected."""
    drop_slot(db)
    with db.cursor() as cursor:
        cursor.execute('select pg_create_physical_replication_slot(%s, true)', [SLOT])


def drop_slot(db: Connection) -> None:
    """Keeps no log for a standby any more. Raises StandbyConnected where one is connected."""
    with db.cursor() as cursor:
        cursor.execute('select active_pid from pg_replication_slots where slot_name = %s', [SLOT])
        rows = cursor.fetchall()
        if rows and rows[0][0] is not None:
            raise StandbyConnected(
                vi='Một máy dự phòng đang theo máy chính này. Dừng nó trước: dothi down trên máy đó.',
                en='A standby follows this primary. End it first: dothi down on that machine.',
            )
        if rows:
            cursor.execute('select pg_drop_replication_slot(%s)', [SLOT])


def _database_facts(db: Connection) -> tuple[int, int]:
    """The identifier of the database, and the room that all of it takes."""
    with db.cursor() as cursor:
        cursor.execute(
            """select (select system_identifier from pg_control_system()),
                      (select sum(pg_database_size(oid))::bigint from pg_database)"""
        )
        ((system_id, size),) = cursor.fetchall()
    return int(system_id), int(size)

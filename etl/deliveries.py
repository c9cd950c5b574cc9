"""The record of deliveries: received before anything else, and never left open by one that died."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2.extensions import connection as Connection

from dothi.core.coverage import Coverage
from dothi.core.database import database_url, no_database
from dothi.core.errors import DataRefused, EnvironmentMissing, HeldForDecision
from dothi.core.layer import Layer
from etl import notes
from etl.archive import Original, forget_draft
from etl.options import DeliveryOptions
from etl.report import DiffReport, Report

# Class of the advisory locks that a delivery's session holds: a delivery without its lock is dead.
LOCK_CLASS = 920_901


class LostDatabase(EnvironmentMissing):
    """The database went away in the middle of a delivery."""


@contextmanager
def loader_session() -> Iterator[Connection]:
    """A connection of its own for one delivery, whose locks end with it, whatever happens."""
    url = database_url('loader').set(drivername='postgresql')
    try:
        db = psycopg2.connect(url.render_as_string(hide_password=False), application_name='dothi deliver')
    except psycopg2.OperationalError as error:
        raise no_database(error) from None
    try:
        yield db
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        if db.closed:
            raise _lost(error) from None
        raise
    finally:
        db.close()


def _lost(error: Exception) -> LostDatabase:
    reason = str(error).strip().splitlines()[0]
    return LostDatabase(
        vi=f'Mất kết nối với cơ sở dữ liệu giữa chừng ({reason}). Dữ liệu đang phục vụ không đổi; hãy giao lại.',
        en=f'The connection to the database was lost ({reason}). What is served is unchanged; deliver again.',
    )


def receive(db: Connection, layer: Layer | Coverage, found: Original, options: DeliveryOptions) -> int:
    """The number of the delivery, recorded as received and locked by this session."""
    with db, db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.delivery (layer_id, file_name, sha256, size_bytes, store_path, agency, origin,
                   scope, mode, as_of, declared_crs, encoding, note)
               values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id""",
            [
                layer.id,
                found.file.name,
                found.sha256,
                found.size_bytes,
                found.store_name,
                options.agency or layer.agency,
                options.origin,
                options.scope,
                options.mode,
                options.as_of,
                options.crs,
                options.encoding,
                options.note,
            ],
        )
        (delivery,) = cursor.fetchone() or (0,)
        cursor.execute('select pg_advisory_lock(%s, %s)', [LOCK_CLASS, delivery])
    return int(delivery)


def finish(db: Connection, delivery: int, status: str, report: Report | None, release: int | None = None) -> None:
    """Closes the record in the caller's transaction."""
    document = json.dumps(report.model_dump(mode='json'), ensure_ascii=False) if report else None
    with db.cursor() as cursor:
        cursor.execute(
            'update catalog.delivery set status = %s, report = %s, release = %s, finished_at = now() where id = %s',
            [status, document, release, delivery],
        )


def fail(db: Connection, delivery: int, status: str, error: BaseException) -> None:
    """Closes the record of a delivery that ended with an error."""
    document = json.dumps({'error': type(error).__name__, 'message': str(error)}, ensure_ascii=False)
    with db, db.cursor() as cursor:
        cursor.execute(
            'update catalog.delivery set status = %s, report = %s, finished_at = now() where id = %s',
            [status, document, delivery],
        )


@contextmanager
def recorded(db: Connection, number: int) -> Iterator[None]:
    """Whatever goes wrong, the delivery's record says so, and nothing of its work stays."""
    try:
        yield
    except BaseException as error:
        if not db.closed:
            db.rollback()
            fail(db, number, _status(error), error)
        raise


def _status(error: BaseException) -> str:
    if isinstance(error, DataRefused):
        return 'returned'
    return 'undecided' if isinstance(error, HeldForDecision) else 'failed'


def again(db: Connection, delivery: int, file_name: str, before: Report) -> Report:
    """The same file with the same options, and nothing changed since: the report of the first time, without a diff."""
    was = before.diff or DiffReport()
    report = before.model_copy(
        update={
            'file': file_name,
            'delivery': delivery,
            'unchanged': True,
            'diff': DiffReport(unchanged=was.unchanged + was.added + was.changed),
            'notes': [notes.delivered_before(before.release)],
        }
    )
    with db:
        finish(db, delivery, 'unchanged', report, report.release)
    return report


def clear_debris(db: Connection) -> list[int]:
    """Closes deliveries whose process died, removes what they left, and says which they were."""
    with db, db.cursor() as cursor:
        cursor.execute(
            """with open_ones as materialized (select id from catalog.delivery where status = 'received')
               select id from open_ones where pg_try_advisory_lock(%s, id::int)""",
            [LOCK_CLASS],
        )
        dead = [int(row[0]) for row in cursor.fetchall()]
        for delivery in dead:
            forget_draft(delivery)
        cursor.execute("update catalog.delivery set status = 'failed', finished_at = now() where id = any(%s)", [dead])
        cursor.execute('select pg_advisory_unlock(%s, id) from unnest(%s::int[]) as id', [LOCK_CLASS, dead])
    return dead


def accepted_before(db: Connection, layer: Layer | Coverage, fingerprint: str) -> Report | None:
    """The report of the delivery with this fingerprint, if the layer has had no release since."""
    with db, db.cursor() as cursor:
        cursor.execute(
            """select d.report from catalog.delivery as d join catalog.layer as l on l.id = d.layer_id
               where l.id = %s and d.status in ('accepted', 'unchanged') and d.release = l.current_release
               and d.report ->> 'fingerprint' = %s order by d.id desc limit 1""",
            [layer.id, fingerprint],
        )
        found = cursor.fetchone()
    return Report.model_validate(found[0]) if found else None

"""The record of deliveries: received before anything else, and never left open by one that died."""

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg2
from psycopg2.extensions import connection as Connection

from dothi.core.coverage import Coverage
from dothi.core.database import Role, database_url, no_database
from dothi.core.disk_room import room_text
from dothi.core.errors import DataRefused, DiskFull, DothiError, EnvironmentMissing, HeldForDecision, Outdated
from dothi.core.interruption import Interrupted, is_interrupted
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.patience import share_patience
from dothi.core.settings import DatabaseSettings, PathSettings
from dothi.core.text import Text
from etl.desk.archive import Original, forget_draft
from etl.desk.delivery import Delivery
from etl.desk.options import DeliveryOptions
from etl.report import notes
from etl.report.model import DiffReport, Report

# Class of the advisory locks that a delivery's session holds: a delivery without its lock is dead.
LOCK_CLASS = 920_901
# Half a million rows are compared in one hash join of 200 MB: with less it goes through the disk in parts.
SESSION = '-c work_mem=128MB -c maintenance_work_mem=512MB'
# A disk, a quota or a limit of the process is used up.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Died(EnvironmentMissing):
    """The process of a delivery, or its database, ended."""


class LostDatabase(EnvironmentMissing):
    """The database went away in the middle of a delivery."""


class DecidedMeanwhile(Outdated):
    """Somebody else decided on the delivery, or a newer one came, while this decision was carried out."""


DIED = Died(
    vi='Chương trình hoặc cơ sở dữ liệu dừng giữa chừng. Hãy giao lại tệp.',
    en='The process or its database ended. Deliver the file again.',
)
ENDED_BY_HAND = Interrupted(
    vi='Người giao dừng lệnh giữa chừng. Hãy giao lại tệp.',
    en='Whoever delivered the file ended the command. Deliver the file again.',
)


@contextmanager
def loader_session(name: str = 'dothi deliver', role: Role = 'loader') -> Iterator[Connection]:
    """A connection of its own for one delivery or decision, whose locks end with it, whatever happens.

    name: what the database's list of sessions calls it. role: another one for work that the loader may not do.
    Raises NoDatabase, LostDatabase and DiskFull.
    """
    url = database_url(role).set(drivername='postgresql')
    try:
        address = url.render_as_string(hide_password=False)
        db = psycopg2.connect(address, application_name=name, options=SESSION)
    except psycopg2.OperationalError as error:
        raise no_database(error) from None
    share_patience(db)
    try:
        yield db
    except psycopg2.errors.DiskFull as error:
        raise _disk_full(error) from None
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise _disk_full(error) from None
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        if db.closed:
            raise _lost(error) from None
        raise
    finally:
        _end_session(db)


def _end_session(db: Connection) -> None:
    """Closes the session, whose locks are given back before: the server ends a closed one some moments later, and a
    decision that came in between found its delivery still taken.
    """
    with suppress(psycopg2.Error):
        db.rollback()
        with db, db.cursor() as cursor:
            cursor.execute('select pg_advisory_unlock_all()')
    db.close()


def _lost(error: Exception) -> LostDatabase:
    reason = str(error).strip().splitlines()[0]
    return LostDatabase(
        vi=f'Mất kết nối với cơ sở dữ liệu giữa chừng ({reason}). Dữ liệu đang phục vụ không đổi; hãy làm lại.',
        en=f'The connection to the database was lost ({reason}). What is served is unchanged; do it again.',
    )


def _disk_full(error: Exception) -> DiskFull:
    reason = str(error).strip().splitlines()[0]
    return DiskFull(
        vi=f'Hết chỗ trên đĩa ({reason}). Dữ liệu đang phục vụ không đổi; dọn chỗ rồi làm lại.',
        en=f'No room is left on the disk ({reason}). What is served is unchanged; make room and do it again.',
        steward=None if DatabaseSettings().database_url else room_text(PathSettings().state),
    )


def receive(
    db: Connection, layer: Layer | Coverage, original: Original, options: DeliveryOptions, locality: Locality
) -> int:
    """The number of the delivery, recorded as received and locked by this session."""
    agency = options.agency or layer.agency
    with db, db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.delivery (layer_id, file_name, sha256, size_bytes, store_path, agency, sender,
                   origin, scope, mode, as_of, declared_crs, encoding, note, options)
               values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id""",
            [
                layer.id,
                original.file.name,
                original.sha256,
                original.size_bytes,
                original.store_name,
                agency,
                options.sender or locality.agencies[agency].focal_point.vi,
                options.origin,
                options.scope,
                options.mode,
                options.as_of,
                options.crs,
                options.encoding,
                options.note,
                options.model_dump_json(exclude_defaults=True),
            ],
        )
        (delivery,) = cursor.fetchone() or (0,)
        cursor.execute('select pg_advisory_lock(%s, %s)', [LOCK_CLASS, delivery])
    return int(delivery)


def finish(db: Connection, delivery: int, report: Report, was: str = 'received') -> None:
    """Closes the record, or lets it wait, in the caller's transaction; older ones that it makes needless are closed.

    Raises DecidedMeanwhile where its status is no longer what it `was`.
    """
    status = status_of(report)
    with db.cursor() as cursor:
        cursor.execute(
            """update catalog.delivery set status = %(status)s, report = %(report)s, release = %(release)s,
                   as_of = coalesce(as_of, %(as_of)s),
                   superseded_by = %(superseded_by)s,
                   diagnosis = case %(status)s when 'diagnosed' then %(report)s else diagnosis end,
                   finished_at = case %(status)s when 'diagnosed' then null else clock_timestamp() end
               where id = %(id)s and status = %(was)s""",
            {
                'status': status,
                'report': report.as_kept(),
                'release': report.release,
                'as_of': report.as_of,
                'superseded_by': report.superseded_by,
                'id': delivery,
                'was': was,
            },
        )
        if not cursor.rowcount:
            raise decided_meanwhile(delivery)
    if status not in ('returned', 'superseded'):
        supersede(db, delivery)


def supersede(db: Connection, delivery: int) -> None:
    """Closes older deliveries of the same agency, layer and scope that still wait, if this one says what they said.

    A delivery that replaces the scope does so for all of them; one that only adds and changes (upsert), for the very
    same file. In a layer with validity a file of another day says something else.
    """
    with db.cursor() as cursor:
        cursor.execute(
            """update catalog.delivery as old
               set status = 'superseded', superseded_by = new.id, finished_at = clock_timestamp()
               from catalog.delivery as new join catalog.layer as l on l.id = new.layer_id
               where new.id = %s and old.id < new.id and old.status = 'diagnosed'
               and (old.layer_id, old.agency, old.scope, old.origin)
                   = (new.layer_id, new.agency, new.scope, new.origin)
               and (new.mode = 'replace' or old.sha256 = new.sha256)
               and (old.as_of is not distinct from new.as_of or l.definition #> '{publish,validity}' is null)
               and (new.as_of >= old.as_of) is not false""",
            [delivery],
        )


def status_of(report: Report) -> str:
    """The status of a delivery that ended with this report."""
    if report.superseded_by is not None:
        return 'superseded'
    if report.unchanged:
        return 'unchanged'
    return 'diagnosed' if report.verdict == 'undecided' else report.verdict


def decided_meanwhile(delivery: int) -> DecidedMeanwhile:
    """The error for a delivery that does not wait any more."""
    return DecidedMeanwhile(
        vi=f'Đợt giao {delivery} vừa được quyết định hoặc thay thế.',
        en=f'Delivery {delivery} was decided or superseded a moment ago.',
        steward=Text(vi=f'Xem: dothi delivery {delivery}.', en=f'See: dothi delivery {delivery}.'),
    )


@contextmanager
def recorded[L: (Layer, Coverage)](db: Connection, delivery: Delivery[L]) -> Iterator[None]:
    """Whatever goes wrong, the delivery's record says so, and nothing of its work stays."""
    assert delivery.number is not None  # noqa: S101 (a check is not recorded)
    try:
        yield
    except (DataRefused, HeldForDecision) as error:
        db.rollback()
        if is_interrupted():  # a reader that Ctrl-C ended, too, is no fault of the file
            _fail(db, delivery.number, error)
            raise
        with db:
            finish(db, delivery.number, refusal(delivery, error))
        raise
    except BaseException as error:
        if not db.closed:
            db.rollback()
            _fail(db, delivery.number, error)
        raise


def refusal[L: (Layer, Coverage)](delivery: Delivery[L], error: DataRefused | HeldForDecision) -> Report:
    """The report of a file that cannot be read as the layer, or not without a person."""
    waits = isinstance(error, HeldForDecision)
    return Report(
        layer=delivery.layer.id,
        file=delivery.file.name,
        verdict='undecided' if waits else 'returned',
        held=['file'] if waits else [],
        error=type(error).__name__,
        delivery=delivery.number,
        notes=[error.text],
    )


def _fail(db: Connection, delivery: int, error: BaseException) -> None:
    """Closes the record of a delivery that a fault of ours, the machine or the user ended."""
    by_hand = is_interrupted() or isinstance(error, KeyboardInterrupt)
    with db, db.cursor() as cursor:
        cursor.execute(
            """update catalog.delivery set status = 'failed', report = %s, finished_at = clock_timestamp()
               where id = %s and status = 'received'""",
            [_failure(ENDED_BY_HAND if by_hand else error), delivery],
        )


def _failure(error: BaseException) -> str:
    """What stands in place of a report, as JSON; text: in both languages, where it is written for people."""
    written = {'text': error.text.model_dump(include={'vi', 'en'})} if isinstance(error, DothiError) else {}
    return json.dumps({'error': type(error).__name__, 'message': str(error), **written}, ensure_ascii=False)


def again(file_name: str, delivery: int, before: Report) -> Report:
    """The same file with the same options, and nothing changed since: the report of the first time, without a diff."""
    was = before.diff or DiffReport()
    return before.model_copy(
        update={
            'file': file_name,
            'delivery': delivery,
            'unchanged': True,
            'diff': DiffReport(unchanged=was.unchanged + was.added + was.changed),
            'notes': [notes.delivered_before(before.release)],
        }
    )


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
        cursor.execute(
            """update catalog.delivery set status = 'failed', finished_at = clock_timestamp(), report = %s
               where id = any(%s) and status = 'received'""",
            [_failure(DIED), dead],
        )
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
        row = cursor.fetchone()
    return Report.model_validate(row[0]) if row else None

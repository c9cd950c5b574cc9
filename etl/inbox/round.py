"""One look into the inbox, by one process at a time: what was begun is ended, what has come whole is delivered."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection

from dothi.core.errors import Busy, Defect, DothiError, EnvironmentMissing
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.desk.deliveries import loader_session
from etl.inbox.answers import refreshed, waiting
from etl.inbox.claim import Claim, take, unfinished
from etl.inbox.delivering import Desk
from etl.inbox.folders import make_folders, safe
from etl.inbox.looking import Settling, WaitingFile, look
from etl.inbox.outcome import Round, TakenFile

# Key of the advisory lock that the watcher's session holds.
INBOX_LOCK = 920_903_001


class InboxBusy(Busy):
    """Another process works on the inbox."""


class OtherPlace(EnvironmentMissing):
    """A file cannot be moved out of its folder, or back into it."""


def once(root: Path, settle_s: float, locality: Locality, fault: Callable[[], Defect]) -> Round:
    """One look at what lies in the inbox, after it has lain there for `settle_s`. Raises as `work`."""
    make_folders(root, locality)
    settling = Settling(settle_s)
    if settling_now := look(root, locality.agencies):
        settling.ready(settling_now, time.monotonic())
        time.sleep(settle_s)
    return work(root, settling, locality, fault)


def work(root: Path, settling: Settling, locality: Locality, fault: Callable[[], Defect]) -> Round:
    """What was taken and answered. fault: keeps the trace of a fault of ours, and tells of it.

    Raises InboxBusy where another process is at work, NoDatabase, and LostDatabase: what was begun goes on at the
    next look.
    """
    make_folders(root, locality)
    with loader_session('dothi inbox') as db, alone(db):
        desk, done = Desk(root, locality, db, fault), Round()
        for claim in unfinished(root):
            done.taken.append(_carried(desk, claim))
        _refresh(desk, done)
        entries = look(root, locality.agencies)
        ready = settling.ready(entries, time.monotonic())
        for entry in ready:
            done.taken.append(_take(desk, entry))
        done.incomplete = [safe('/'.join((*entry.where, entry.main))) for entry in entries if entry not in ready]
        return done


@contextmanager
def alone(db: Connection) -> Iterator[None]:
    """Nobody else looks into the inbox of this database meanwhile; the lock ends with the session at the latest."""
    db.autocommit = True
    with db.cursor() as cursor:
        cursor.execute('select pg_try_advisory_lock(%s)', [INBOX_LOCK])
        (mine,) = cursor.fetchone() or (False,)
    if not mine:
        raise InboxBusy(
            vi='Tiến trình khác đang xử lý hộp nhận (dothi inbox --watch).',
            en='Another process works on the inbox (dothi inbox --watch).',
        )
    try:
        yield
    finally:
        # the server ends a session a moment after it was told to: until then the next round would be refused
        with suppress(psycopg2.Error), db.cursor() as cursor:
            cursor.execute('select pg_advisory_unlock(%s)', [INBOX_LOCK])


def _take(desk: Desk, waiting_file: WaitingFile) -> TakenFile:
    try:
        claim = take(desk.root, waiting_file, desk.newest())
    except OSError as error:
        return _later(waiting_file.agency, waiting_file.main, _not_movable(waiting_file.main, error).text)
    return _carried(desk, claim)


def _carried(desk: Desk, claim: Claim) -> TakenFile:
    """What became of it; a file that could not be dealt with does not keep the others waiting."""
    try:
        return desk.carry(claim)
    except Exception as error:
        return _later(claim.agency, claim.main, _why(desk, claim.main, error))


def _why(desk: Desk, name: str, error: Exception) -> Text:
    """What to tell of the failure at one file; raised again where it is the database that is away."""
    if desk.db.closed:
        raise error
    if isinstance(error, DothiError):
        return error.text
    if isinstance(error, OSError):
        return _not_movable(name, error).text
    return desk.fault().text


def _refresh(desk: Desk, done: Round) -> None:
    """Writes anew the receipts of deliveries on which somebody has decided since; one that fails is due still."""
    for number in waiting(desk.root):
        try:
            if refreshed(desk.root, number, desk.locality):
                done.receipts.append(number)
        except Exception as error:
            done.unwritten[number] = _why(desk, str(number), error)


def _later(agency: str, main: str, why: Text) -> TakenFile:
    return TakenFile(agency=agency, file=safe(main), status='later', why=why)


def _not_movable(name: str, error: OSError) -> OtherPlace:
    return OtherPlace(
        vi=f'{safe(name)}: không chuyển được tệp ({error.strerror}). Các thư mục của hộp nhận phải cùng một ổ đĩa '
        'và cho phép dịch vụ ghi.',
        en=f'{safe(name)}: the file cannot be moved ({error.strerror}). All folders of the inbox must be on one file '
        'system, and the service must be allowed to write to them.',
    )

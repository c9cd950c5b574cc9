"""The standby takes the place of its primary, and says what was lost at most."""

import os
import signal
import socket
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
from pydantic import BaseModel

from dothi.core.database import connection, fresh
from dothi.core.errors import DothiError, EnvironmentMissing, HeldForDecision, WrongUse
from dothi.core.foreground import foreground_pid
from dothi.core.own_layers import served_locality
from dothi.core.progress import Progress, silent
from dothi.core.settings import PathSettings
from dothi.core.text import Text
from dothi.local.database import private_database
from dothi.local.database_start import is_foreground, start_database
from dothi.local.instance import start_instance
from dothi.local.locks import PARTS, alone
from dothi.local.restart import restart_private_database
from dothi.local.services import code_fingerprint, services, supervisors
from dothi.local.standby.admission import admin_connection
from dothi.local.standby.allow import STANDBY_LOCK, StandbyAllowed, invite
from dothi.local.standby.backup_handover import back_up_again, take_over_backup
from dothi.local.standby.certificate import make_certificate
from dothi.local.standby.fencing import superseded_primary
from dothi.local.standby.following import Following, FollowingDiary, read_position
from dothi.local.standby.messages import SUPERSEDED, Role, Superseded
from dothi.local.standby.peer import CONNECT_S, PeerRefused, PeerSilent, peer_of
from dothi.local.standby.record import StandbyRecord, require_standby_record, write_standby_record
from dothi.local.standby.store_copy import StoreCopyKeeper
from etl.desk.store_check import named_files

PROMOTION_S = 120
# A database that ends cleanly writes all that it holds.
ENDING_S = 90.0


class IsPrimary(WrongUse):
    """This machine is the primary already."""


class PrimaryAnswers(HeldForDecision):
    """The primary is there: with two of them, changes would be lost in one."""


class NotPromoted(EnvironmentMissing):
    """The database does not take changes, though it was promoted."""


class Promotion(BaseModel):
    """What came of a promotion. What the primary acknowledged after its last word, or the last change here, is lost.

    replayed_at: of the last change that is here. missing_bytes: of the log that the primary had at its last word, and
    that did not come. missing_files: of the store, which the database names. commands: for the administrator now.
    """

    replayed_at: datetime | None
    last_word_at: datetime | None
    missing_bytes: int | None
    store_complete_at: datetime | None
    missing_files: list[str]
    is_old_primary_ended: bool
    next_standby: StandbyAllowed
    notes: list[Text]
    commands: list[str]
    seconds_to_database: float
    seconds: float

    @property
    def known_until(self) -> datetime | None:
        """Up to this moment nothing was lost, but for missing_bytes and missing_files."""
        return max(filter(None, (self.replayed_at, self.last_word_at)), default=None)


@dataclass(frozen=True)
class TakeOver:
    """The database takes changes. is_watched: whether somebody else, such as systemd, starts what is to run."""

    following: Following
    is_old_primary_ended: bool
    is_watched: bool
    notes: list[Text]
    next_standby: StandbyAllowed


def promote(*, although_primary_answers: bool, progress: Progress = silent) -> Promotion:
    """Makes this standby the primary, and starts its services; safe to repeat where it was interrupted.

    although_primary_answers: then the primary is ended first, if it does what it is told.
    Raises NoStandby, IsPrimary, SupersededPrimary, PrimaryAnswers, NotPromoted, or what starting an instance raises.
    """
    began_s = time.monotonic()
    with alone(STANDBY_LOCK, progress):
        record = _require_standby()
        # one that was killed has looked already, and no longer knows where to
        is_there = not record.is_promotion_open and _is_primary_there(record)
        if is_there and not although_primary_answers:
            raise _primary_answers(record)
        takeover = _take_over(record, is_there and _end_primary(record, progress), progress)
    seconds_to_database = time.monotonic() - began_s
    if not takeover.is_watched:
        start_instance(served_locality(), 'no', progress)
    position, notes = takeover.following.position, takeover.notes + back_up_again(progress)
    _note_promoted()
    return Promotion(
        replayed_at=position.replayed_at if position else None,
        last_word_at=position.last_word_at if position else None,
        missing_bytes=position.missing_bytes if position else None,
        store_complete_at=takeover.following.store_complete_at,
        missing_files=_missing_files(),
        is_old_primary_ended=takeover.is_old_primary_ended,
        next_standby=takeover.next_standby,
        notes=notes,
        commands=['systemctl restart dothi-migrate dothi.target'] if takeover.is_watched else [],
        seconds_to_database=seconds_to_database,
        seconds=time.monotonic() - began_s,
    )


def _take_over(record: StandbyRecord, is_old_primary_ended: bool, progress: Progress) -> TakeOver:
    """Makes the database take changes, with the settings of a primary."""
    is_watched = is_foreground(private_database())
    progress('promote', 0, None)
    write_standby_record(record.model_copy(update={'is_being_promoted': True}))
    following = _promote_database()
    notes = take_over_backup()
    write_standby_record(_record_of_primary(record))
    restart_private_database()
    return TakeOver(following, is_old_primary_ended, is_watched, notes, invite(make_certificate()))


def _require_standby() -> StandbyRecord:
    record = require_standby_record()
    if record.superseded_at is not None:
        raise superseded_primary(record)
    if record.role == 'primary' and not record.is_promotion_open:
        raise IsPrimary(
            vi=f'Máy này đã là máy chính (từ {record.since:%Y-%m-%d %H:%M} UTC).',
            en=f'This machine is the primary already (since {record.since:%Y-%m-%d %H:%M} UTC).',
        )
    return record


def _is_primary_there(record: StandbyRecord) -> bool:
    """Whether the primary answers, or its database takes connections; not where it has ended its database for us."""
    role: Role | None = None
    with suppress(PeerSilent, PeerRefused):
        role = peer_of(record).role()
    if role is not None and role.role == 'primary':
        return not role.is_superseded
    with suppress(OSError), socket.create_connection((record.peer, record.peer_database_port), CONNECT_S):
        return True
    return False


def _primary_answers(record: StandbyRecord) -> PrimaryAnswers:
    return PrimaryAnswers(
        vi=f'Máy chính {record.peer} vẫn trả lời. Hai máy chính cùng lúc thì thay đổi ở một máy sẽ mất. Muốn đổi vai: '
        f'"dothi down" trên {record.peer}, rồi chạy lại lệnh này. Không vào được máy đó: tắt nguồn hoặc rút mạng của '
        'nó, hoặc thêm --force (máy chính được yêu cầu tự dừng trước).',
        en=f'The primary {record.peer} still answers. With two primaries changes would be lost in one. To change '
        f'places: "dothi down" on {record.peer}, then this command again. If you cannot reach that machine: switch it '
        'off or take it off the network, or add --force (the primary is told to end first).',
    )


def _end_primary(record: StandbyRecord, progress: Progress) -> bool:
    """Takes the last files from the primary and ends its database, whose log then comes here whole; whether it did."""
    peer = peer_of(record)
    progress('end_primary', 0, None)
    with suppress(DothiError):
        StoreCopyKeeper(peer).pull(progress)
    try:
        return peer.send(SUPERSEDED, Superseded(term=record.term + 1), Role, ENDING_S).is_superseded
    except (PeerSilent, PeerRefused):
        return False


def _promote_database() -> Following:
    """Makes the database take changes, once all log that came has been replayed; how it followed until then."""
    with alone(PARTS):
        # they start again behind the services of a primary, and watch these
        for service in (*supervisors(), *services()):
            service.stop()
        _answer_as_successor()
        start_database()
        diary = FollowingDiary()
        with closing(admin_connection()) as db, db.cursor() as cursor:
            cursor.execute('select pg_is_in_recovery()')
            if cursor.fetchall() == [(True,)]:
                diary.note_position(read_position(db))
                _end_recovery(db)
    fresh()
    return diary.following


def _answer_as_successor() -> None:
    """Starts the service `standby` anew, which follows the old primary no more and keeps it from starting.

    Of systemd it is ended alone: that starts it again.
    """
    pid = foreground_pid('standby')
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        return
    service = next(service for service in services() if service.name == 'standby')
    service.start(code_fingerprint())


def _end_recovery(db: psycopg2.extensions.connection) -> None:
    with db.cursor() as cursor:
        cursor.execute('select pg_promote(true, %s)', [PROMOTION_S])
        if cursor.fetchall() != [(True,)]:
            raise NotPromoted(
                vi=f'Sau {PROMOTION_S} giây cơ sở dữ liệu vẫn chưa nhận thay đổi. Xem postgis/server.log, chạy lại.',
                en=f'After {PROMOTION_S} s the database takes no changes yet. See postgis/server.log, and repeat.',
            )


def _record_of_primary(record: StandbyRecord) -> StandbyRecord:
    """The old primary may join as the standby; until then nothing of it is trusted."""
    return StandbyRecord(
        role='primary', term=record.term if record.is_promotion_open else record.term + 1, peer=record.peer,
        listen=record.listen, since=datetime.now(UTC), is_being_promoted=True,
    )  # fmt: skip


def _note_promoted() -> None:
    """From now on there is nothing of the promotion that is left to do."""
    record = require_standby_record()
    if record.is_being_promoted:
        write_standby_record(record.model_copy(update={'is_being_promoted': False}))


def _missing_files() -> list[str]:
    """The files of the store that the database names and that did not come."""
    store = PathSettings().store
    with connection('loader') as db:
        return [place for place, size_bytes in named_files(db) if not _is_there(store, place, size_bytes)]


def _is_there(store: str, place: str, size_bytes: int | None) -> bool:
    try:
        return size_bytes in (None, (Path(store) / place).stat().st_size)
    except FileNotFoundError:
        return False

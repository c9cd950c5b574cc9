"""How a standby follows its primary: written down each second, as nobody can ask a primary that is lost."""

import threading
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection
from pydantic import BaseModel, ValidationError

from dothi.core.errors import DothiError
from dothi.core.private_files import STATE_MODE, replace_file_without_room
from dothi.core.settings import PathSettings
from dothi.core.standby_settings import StandbySettings
from dothi.core.text import Text
from dothi.local.standby.admission import admin_connection

# Without a connection there is no row; the server itself knows how far it is.
POSITION = """
    select receiver.pid is not null and receiver.status = 'streaming', receiver.last_msg_receipt_time,
        greatest(pg_wal_lsn_diff(receiver.latest_end_lsn, pg_last_wal_receive_lsn()), 0)::bigint,
        pg_last_wal_replay_lsn()::text, pg_last_xact_replay_timestamp()
    from (select) as here left join pg_stat_wal_receiver as receiver on true
"""


class LogPosition(BaseModel):
    """How far the log is. last_word_at: when the primary was last heard of; replayed_at: of the last change here.

    missing_bytes: of the log that the primary had then, and that has not come here.
    """

    is_streaming: bool
    last_word_at: datetime | None
    missing_bytes: int | None
    replayed_lsn: str | None
    replayed_at: datetime | None


class Following(BaseModel):
    """How this standby follows its primary. store_fault: why the store is not copied, until it is again."""

    seen_at: datetime
    position: LogPosition | None = None
    store_complete_at: datetime | None = None
    store_fault: Text | None = None

    @property
    def is_behind(self) -> bool:
        """Whether the database, or the store, is further behind than DOTHI_STANDBY_MAX_LAG_S says."""
        most_s, now = StandbySettings().standby_max_lag_s, datetime.now(UTC)
        position = self.position
        moments = (position.last_word_at if position else None, self.store_complete_at)
        return any(moment is None or (now - moment).total_seconds() > most_s for moment in moments)


def read_position(db: Connection) -> LogPosition:
    """How far the log is on this standby. Raises psycopg2.Error where its database has gone."""
    with db.cursor() as cursor:
        cursor.execute(POSITION)
        ((is_streaming, last_word_at, missing_bytes, replayed_lsn, replayed_at),) = cursor.fetchall()
    return LogPosition(
        is_streaming=is_streaming,
        last_word_at=last_word_at,
        missing_bytes=missing_bytes,
        replayed_lsn=replayed_lsn,
        replayed_at=replayed_at,
    )


def read_following() -> Following | None:
    """How this standby follows its primary; None where nobody has written it down yet."""
    try:
        return Following.model_validate_json(_file().read_bytes())
    except (OSError, ValidationError):
        return None


class FollowingDiary:
    """Writes down how this standby follows; what was known of a primary that is lost stays."""

    def __init__(self) -> None:
        self.following = read_following() or Following(seen_at=datetime.now(UTC))
        self._lock = threading.Lock()

    def note_position(self, position: LogPosition) -> None:
        """Writes down how far the log is."""
        before = self.following.position
        if position.last_word_at is None and before:
            # nobody is connected: what was known last is all that is known
            last_known = {'last_word_at': before.last_word_at, 'missing_bytes': before.missing_bytes}
            position = position.model_copy(update=last_known)
        self._write({'position': position})

    def note_silence(self) -> None:
        """Writes down that the database of this standby does not answer: it follows nobody."""
        if self.following.position:
            self._write({'position': self.following.position.model_copy(update={'is_streaming': False})})

    def note_store(self, fault: Text | None = None) -> None:
        """Writes down that the store is complete now, or why it is not."""
        complete_at = self.following.store_complete_at if fault else datetime.now(UTC)
        self._write({'store_complete_at': complete_at, 'store_fault': fault})

    def _write(self, update: dict[str, object]) -> None:
        with self._lock:
            self.following = self.following.model_copy(update={**update, 'seen_at': datetime.now(UTC)})
            text = self.following.model_dump_json(indent=2)
            # a disk that takes nothing keeps nobody from following: it is written down again a second later
            with suppress(OSError):
                replace_file_without_room(_file(), text, STATE_MODE & 0o666)


def follow_log(diary: FollowingDiary, every_s: float = 1.0) -> None:
    """Writes down how far the log is, again and again."""
    while True:
        try:
            with closing(admin_connection()) as db:
                while True:
                    diary.note_position(read_position(db))
                    time.sleep(every_s)
        except (psycopg2.Error, DothiError):
            diary.note_silence()
            time.sleep(every_s)


def _file() -> Path:
    return PathSettings().run / 'following.json'

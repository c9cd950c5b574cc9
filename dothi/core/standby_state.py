"""How far behind the standby of an instance is, as its primary sees it."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from psycopg2.extensions import connection as Connection
from pydantic import BaseModel, ValidationError

from dothi.core.private_files import STATE_MODE, replace_file_without_room
from dothi.core.settings import DatabaseSettings, PathSettings
from dothi.core.standby_settings import StandbySettings

# Of the replication slot, and the name under which the standby connects.
SLOT = 'dothi_standby'

type StandbyFault = Literal['lost', 'gone', 'behind', 'store behind']


class StoreCopy(BaseModel):
    """When the standby last had all files of the store."""

    complete_at: datetime


class StandbyState(BaseModel):
    """How far behind the standby is. is_lost: the primary has removed log that the standby still needs.

    lag_bytes: of the log; None where nobody knows. lag_s: of the database; of one that is away, since it left.
    """

    is_connected: bool
    lag_bytes: int | None
    lag_s: float
    is_lost: bool
    store_complete_at: datetime | None = None

    @property
    def store_lag_s(self) -> float | None:
        """How long ago the standby last had all files of the store; None where it never had."""
        complete_at = self.store_complete_at
        return None if complete_at is None else max(0.0, (datetime.now(UTC) - complete_at).total_seconds())

    @property
    def fault(self) -> StandbyFault | None:
        """What is the matter with it; None where it is as near as DOTHI_STANDBY_MAX_LAG_S says."""
        most_s = StandbySettings().standby_max_lag_s
        if self.is_lost:
            return 'lost'
        if not self.is_connected:
            return 'gone'
        if self.lag_s > most_s:
            return 'behind'
        if DatabaseSettings().database_url:
            # whoever runs that database and its standby copies the store, too, and tells nobody
            return None
        return 'store behind' if self.store_lag_s is None or self.store_lag_s > most_s else None


def standby_state(db: Connection) -> StandbyState | None:
    """How far behind the standby of this database is; None where none has joined it."""
    with db.cursor() as cursor:
        cursor.execute('select is_connected, lag_bytes, lag_s, is_lost from catalog.standby_state()')
        rows = cursor.fetchall()
    if not rows:
        return None
    ((is_connected, lag_bytes, lag_s, is_lost),) = rows
    copy = _read_store_copy()
    return StandbyState(
        is_connected=is_connected,
        lag_bytes=lag_bytes,
        lag_s=lag_s,
        is_lost=is_lost,
        store_complete_at=copy.complete_at if copy else None,
    )


def record_store_copy(complete_at: datetime) -> None:
    """Write down that the standby had all files of the store at that moment."""
    text = StoreCopy(complete_at=complete_at).model_dump_json()
    # the copy goes on where the disk of the primary takes nothing, and who reads of it finds an old moment
    with suppress(OSError):
        replace_file_without_room(_store_copy_file(), text, STATE_MODE & 0o666)


def _read_store_copy() -> StoreCopy | None:
    try:
        return StoreCopy.model_validate_json(_store_copy_file().read_bytes())
    except (OSError, ValidationError):
        return None


def _store_copy_file() -> Path:
    return PathSettings().run / 'standby_store.json'

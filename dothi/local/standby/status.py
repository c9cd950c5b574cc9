"""What an instance is to the other machine, for `dothi status` and `dothi doctor`."""

from datetime import datetime
from typing import Literal

from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi.core.standby_state import StandbyState, standby_state
from dothi.local.standby.following import Following, read_following
from dothi.local.standby.record import read_standby_record


class StandbyStatus(BaseModel):
    """What this instance is to the other machine. state: of the standby, as the primary sees it; following: its own.

    A standby that has joined and of which the database knows nothing has lost its place: the database was restored.
    """

    role: Literal['primary', 'standby']
    peer: str
    has_joined: bool
    superseded_at: datetime | None
    # a promotion that was killed, or goes on: this machine neither follows nor serves until it is done
    is_being_promoted: bool = False
    state: StandbyState | None = None
    following: Following | None = None


def standby_status(db: Connection | None) -> StandbyStatus | None:
    """What this instance is to the other machine; None where there is none. db: None where the database is away."""
    record = read_standby_record()
    if record is None:
        return None
    is_standby = record.role == 'standby'
    return StandbyStatus(
        role=record.role,
        peer=record.peer,
        has_joined=record.has_joined,
        superseded_at=record.superseded_at,
        is_being_promoted=record.is_promotion_begun or record.is_promotion_open,
        state=None if is_standby or db is None else standby_state(db),
        following=read_following() if is_standby else None,
    )

"""Two primaries at once do not arise: the machine that was replaced ends its database, and starts it no more."""

import logging
from datetime import UTC, datetime

from dothi.core.errors import EnvironmentMissing
from dothi.local.database import private_database
from dothi.local.standby.peer import PeerRefused, PeerSilent, peer_of
from dothi.local.standby.record import StandbyRecord, read_standby_record, require_standby_record, write_standby_record

LOG = logging.getLogger('dothi.standby')
# Whoever starts waits so long for a machine that does not answer.
ASK_S = 3.0


class SupersededPrimary(EnvironmentMissing):
    """The other machine is primary now: a change made here would be lost there."""


def require_not_superseded() -> None:
    """Raises SupersededPrimary where the standby of this instance was promoted.

    A standby that does not answer was most likely ended itself: then this machine starts, as somebody has to.
    """
    record = read_standby_record()
    if record is None or record.role != 'primary':
        return
    if record.superseded_at is None and record.has_joined and _is_replaced(record):
        record = record.model_copy(update={'superseded_at': datetime.now(UTC)})
        write_standby_record(record)
    if record.superseded_at is not None:
        raise superseded_primary(record)


def superseded_primary(record: StandbyRecord) -> SupersededPrimary:
    """The error that says how a primary which was replaced becomes the standby."""
    return SupersededPrimary(
        vi=f'Máy dự phòng {record.peer} đã thành máy chính: máy này không khởi động, vì thay đổi ở đây sẽ mất. '
        f'Cho máy này làm máy dự phòng: trên {record.peer} chạy "dothi standby allow {record.listen}", rồi chạy ở '
        'đây dòng lệnh mà nó in ra. Nếu máy kia đã bị bỏ hẳn: dothi standby off.',
        en=f'The standby {record.peer} is primary now: this machine does not start, as changes made here would be '
        f'lost. To make it the standby: run "dothi standby allow {record.listen}" on {record.peer}, and the line '
        'that it prints here. If the other machine was given up for good: dothi standby off.',
    )


def supersede(term: int) -> None:
    """Ends the database of this primary, which another machine of that term has replaced; nothing where it is none."""
    record = require_standby_record()
    if record.role != 'primary' or term <= record.term:
        return
    if record.superseded_at is None:
        write_standby_record(record.model_copy(update={'superseded_at': datetime.now(UTC)}))
    LOG.critical('%s is primary now, in term %d: the database of this machine ends', record.peer, term)
    # a supervisor tries to start it again, and says why it cannot
    private_database().stop()


def look_for_successor() -> None:
    """Ends the database of this primary where its standby was promoted while neither heard of the other."""
    record = read_standby_record()
    if record is None or record.role != 'primary' or not record.has_joined or record.superseded_at is not None:
        return
    try:
        role = peer_of(record).role(ASK_S)
    except (PeerSilent, PeerRefused):
        return
    if role.role == 'primary':
        supersede(role.term)


def _is_replaced(record: StandbyRecord) -> bool:
    try:
        role = peer_of(record).role(ASK_S)
    except (PeerSilent, PeerRefused):
        return False
    return role.role == 'primary' and role.term > record.term

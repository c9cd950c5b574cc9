"""A machine becomes the standby: the database is copied, then passwords and store, and it follows from there."""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel

from dothi.core.accounts import give_to_database_user
from dothi.core.errors import WrongUse
from dothi.core.own_layers import served_locality
from dothi.core.private_files import replace_file
from dothi.core.progress import Progress, silent
from dothi.core.settings import DatabaseSettings
from dothi.core.standby_settings import StandbySettings
from dothi.local.backup.record import remove_record
from dothi.local.backup.tools import control_value
from dothi.local.database import private_database
from dothi.local.instance import make_state_folder, start_instance
from dothi.local.locks import alone
from dothi.local.services import running_pid, services
from dothi.local.standby.allow import STANDBY_LOCK
from dothi.local.standby.base_copy import copy_database, require_room
from dothi.local.standby.certificate import make_certificate
from dothi.local.standby.invitation import Invitation, read_invitation
from dothi.local.standby.messages import JOIN, JoinAnswer, JoinRequest
from dothi.local.standby.peer import Peer
from dothi.local.standby.record import (
    StandbyRecord,
    own_address,
    password_file,
    resolve_address,
    write_standby_record,
)  # fmt: skip
from dothi.local.standby.replication import keep_way_to_primary
from dothi.local.standby.store_copy import StoreCopyKeeper
from dothi.local.systemd.running import START_COMMAND, STOP_COMMAND, is_run_by_systemd

# The primary makes a slot, and waits for nobody.
ANSWER_S = 30.0


class StillRunning(WrongUse):
    """The instance that would become the standby runs."""


class BadPrimary(WrongUse):
    """That is no address of a primary."""


@dataclass(frozen=True)
class JoinOrder:
    """Whom this machine joins. port: of the primary's service."""

    address: str
    port: int
    invitation: Invitation


class Joined(BaseModel):
    """This machine is the standby now. set_aside: the database that was here; commands: for the administrator now."""

    primary: str
    database_bytes: int
    files: int
    seconds: float
    set_aside: str | None
    commands: list[str]


def read_order(where: str, code: str) -> JoinOrder:
    """Whom `where` (address:port) and the invitation name. Raises BadPrimary, WrongAddress or BadInvitation."""
    name, _, port = where.rpartition(':')
    if not name or not port.isdigit():
        raise BadPrimary(
            vi=f'{where}: viết ĐỊA-CHỈ:CỔNG, như 10.20.0.5:5010.', en=f'{where}: write ADDRESS:PORT, as 10.20.0.5:5010.'
        )
    return JoinOrder(resolve_address(name.strip('[]')), int(port), read_invitation(code))


def replaced_data() -> Path | None:
    """The database that a join would replace, which is kept under another name; None where there is none."""
    data = private_database().data
    return data if data.exists() else None


def join_primary(order: JoinOrder, progress: Progress = silent) -> Joined:
    """Makes this machine the standby of the primary; what is here stays as it is until the copy is whole.

    Raises StillRunning, WrongUse, PeerSilent, PeerRefused, DiskFull, CopyFailed, or what starting an instance raises.
    """
    began_at = datetime.now(UTC)
    _require_ended()
    make_state_folder()
    with alone(STANDBY_LOCK, progress):
        fingerprint = make_certificate()
        service = Peer(order.address, order.port, order.invitation.fingerprint, order.invitation.secret)
        certificate = service.certificate()
        answer = _ask_to_join(service, fingerprint)
        require_room(answer.database_bytes)
        record = _record_of(order, answer)
        keep_way_to_primary(certificate, answer.password)
        data = copy_database(record, progress)
        keeper = StoreCopyKeeper(Peer(order.address, order.port, order.invitation.fingerprint, answer.password))
        _keep_password(answer.password)
        files = keeper.pull(progress)
        set_aside = _put_in_place(data, record)
    if not is_run_by_systemd():
        start_instance(served_locality(), 'no', progress)
    return Joined(
        primary=service.name,
        database_bytes=answer.database_bytes,
        files=files,
        seconds=(datetime.now(UTC) - began_at).total_seconds(),
        set_aside=None if set_aside is None else str(set_aside),
        commands=[START_COMMAND] if is_run_by_systemd() else [],
    )


def _require_ended() -> None:
    if DatabaseSettings().database_url:
        raise WrongUse(
            vi='DOTHI_DATABASE_URL chỉ đến máy chủ khác; bỏ biến này để làm máy dự phòng.',
            en='DOTHI_DATABASE_URL names another server; unset it to become a standby.',
        )
    server = private_database()
    if (server.data.exists() and server.running()) or any(running_pid(service) for service in services()):
        raise StillRunning(
            vi=f'Hệ thống trên máy này đang chạy. Dừng trước: dothi down (systemd: {STOP_COMMAND}).',
            en=f'The instance on this machine runs. End it first: dothi down (systemd: {STOP_COMMAND}).',
        )


def _ask_to_join(service: Peer, fingerprint: str) -> JoinAnswer:
    data = private_database().data
    system_id = control_value(data, 'Database system identifier') if data.exists() else ''
    request = JoinRequest(
        port=StandbySettings().standby_port,
        fingerprint=fingerprint,
        database_port=DatabaseSettings().database_port,
        system_id=int(system_id) if system_id else None,
    )
    return service.send(JOIN, request, JoinAnswer, ANSWER_S)


def _record_of(order: JoinOrder, answer: JoinAnswer) -> StandbyRecord:
    return StandbyRecord(
        role='standby',
        term=answer.term,
        peer=order.address,
        listen=own_address(order.address),
        peer_port=order.port,
        peer_fingerprint=order.invitation.fingerprint,
        peer_database_port=answer.database_port,
        since=datetime.now(UTC),
    )


def _keep_password(password: str) -> None:
    password_file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace_file(password_file(), password)


def _put_in_place(data: Path, record: StandbyRecord) -> Path | None:
    """Moves the copy to its place and begins to be the standby; what was there before, under its new name."""
    server, set_aside = private_database(), None
    server.folder.mkdir(exist_ok=True, mode=0o750)
    give_to_database_user(server.folder)
    target = server.data
    if target.exists():
        set_aside = target.with_name(f'data.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}')
        target.rename(set_aside)
    # the backup is the primary's; its record here comes back with a promotion
    remove_record()
    write_standby_record(record)
    try:
        data.rename(target)
    except OSError:
        shutil.move(data, target)
    os.sync()
    return set_aside

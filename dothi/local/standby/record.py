"""What an instance knows of its standby, or of the primary that it follows."""

import ipaddress
import secrets
import socket
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from dothi.core.errors import EnvironmentMissing, WrongUse
from dothi.core.private_files import replace_file, write_once
from dothi.core.settings import PathSettings
from dothi.core.state_file import read_state_text
from dothi.core.text import Text

SECRET_BYTES = 32
JOIN_AGAIN = Text(
    vi='Chạy lại "dothi standby allow" trên máy chính, rồi "dothi standby join".',
    en='Repeat "dothi standby allow" on the primary, and "dothi standby join".',
)


class NoStandby(WrongUse):
    """This instance neither has a standby nor is one."""


class UnreadableRecord(EnvironmentMissing):
    """What this instance knows of its standby cannot be read."""


class WrongAddress(WrongUse):
    """No machine is known by that address."""


class StandbyRecord(BaseModel):
    """What an instance knows of the other machine. term: which primary this is, counted from the first one.

    peer, listen: addresses of the other machine and of this one. peer_port, peer_fingerprint: of its service, None
    until it has joined. superseded_at: since when the other machine is primary in place of this one.
    """

    role: Literal['primary', 'standby']
    term: int
    peer: str
    listen: str
    peer_port: int | None = None
    peer_fingerprint: str = ''
    peer_database_port: int = 0
    since: datetime
    superseded_at: datetime | None = None
    # from the moment at which this standby is to be primary until all of its promotion is done, and after one that was
    # killed: the old primary is not to start meanwhile
    is_being_promoted: bool = False

    @property
    def is_promotion_open(self) -> bool:
        """Whether a promotion was killed that had made this machine primary, and no standby has joined since."""
        return self.is_being_promoted and not self.has_joined

    @property
    def is_promotion_begun(self) -> bool:
        """Whether this standby is to be primary, and nobody is to follow or replace it, though it is none yet."""
        return self.role == 'standby' and self.is_being_promoted

    @property
    def has_joined(self) -> bool:
        """Whether the other machine is there: until it has joined, nobody knows its service."""
        return self.peer_port is not None


def standby_folder() -> Path:
    """The folder of what a standby and its primary need: record, certificates, passwords of the log's way."""
    return PathSettings().state / 'standby'


def read_standby_record() -> StandbyRecord | None:
    """The record of this instance; None where it has no standby and is none. Raises UnreadableRecord."""
    file = standby_folder() / 'record.json'
    try:
        return StandbyRecord.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (ValidationError, OSError) as error:
        # who takes a standby for a primary starts a second one
        raise UnreadableRecord(
            vi=f'{file} không đọc được: {error}. Chạy lại "dothi standby join" hoặc "dothi standby allow".',
            en=f'{file} cannot be read: {error}. Repeat "dothi standby join" or "dothi standby allow".',
        ) from None


def require_standby_record() -> StandbyRecord:
    """The record of this instance. Raises NoStandby."""
    record = read_standby_record()
    if record is None:
        raise NoStandby(
            vi='Chưa có máy dự phòng. Trên máy chính: dothi standby allow ĐỊA-CHỈ-MÁY-DỰ-PHÒNG',
            en='There is no standby. On the primary: dothi standby allow ADDRESS-OF-THE-STANDBY',
        )
    return record


def write_standby_record(record: StandbyRecord) -> None:
    """Keep `record` as that of this instance."""
    marker = standby_folder() / 'follows'
    if record.role == 'standby':
        # units of systemd look for it
        marker.touch(mode=0o640)
    replace_file(standby_folder() / 'record.json', record.model_dump_json(indent=2), mode=0o640)
    if record.role == 'primary':
        marker.unlink(missing_ok=True)


def follows_primary() -> bool:
    """Whether this instance is the standby of another one: its database takes no changes."""
    record = read_standby_record()
    return record is not None and record.role == 'standby'


def password_file() -> Path:
    """The file of the password with which both machines know each other."""
    return PathSettings().secrets / 'standby'


def invitation_file() -> Path:
    """The file of what lets a machine join, for a day."""
    return PathSettings().secrets / 'standby_invitation'


def make_password() -> str:
    """The password of both machines, made where there is none yet."""
    file = password_file()
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_once(file, secrets.token_urlsafe(SECRET_BYTES))
    return read_password()


def read_password() -> str:
    """The password of both machines."""
    return read_state_text(password_file(), JOIN_AGAIN)


def resolve_address(name: str) -> str:
    """The IP address of a machine. Raises WrongAddress."""
    try:
        address = str(socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)[0][4][0])
        ipaddress.ip_address(address)
    except (OSError, ValueError) as error:
        raise WrongAddress(
            vi=f'{name}: không tìm thấy máy này ({error}). Viết địa chỉ IP, như 10.20.0.7.',
            en=f'{name}: no such machine ({error}). Write its IP address, such as 10.20.0.7.',
        ) from None
    return address


def own_address(peer: str) -> str:
    """The address of this machine as `peer` sees it. Raises WrongAddress where no way leads there."""
    family = socket.AF_INET6 if ':' in peer else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            # nothing is sent: the kernel chooses the way
            probe.connect((peer, 9))
        except OSError as error:
            raise WrongAddress(
                vi=f'Không có đường mạng đến {peer}: {error.strerror}.', en=f'No way leads to {peer}: {error.strerror}.'
            ) from None
        return str(probe.getsockname()[0])

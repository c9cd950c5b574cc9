"""Whether systemd runs the instance: then nothing is started or ended beside it."""

from pathlib import Path

from dothi.core.errors import WrongUse
from dothi.core.settings import PathSettings
from dothi.core.start_command import TARGET_UNIT
from dothi.local.systemd.units import STATE, TARGET

# There on a machine that systemd has booted.
BOOTED = Path('/run/systemd/system')
START_COMMAND = f'systemctl start {TARGET}'
# systemctl waits for what it names alone: at the end of the target the services are still at theirs.
STOP_COMMAND = 'systemctl stop "dothi*"'


class RunBySystemd(WrongUse):
    """What `dothi up` and `dothi down` do is done by systemd."""


def is_run_by_systemd() -> bool:
    """Whether the units of systemd run the instance of this state folder, now or once they are started."""
    return BOOTED.is_dir() and TARGET_UNIT.exists() and PathSettings().state == STATE


def run_by_systemd(command: str) -> RunBySystemd:
    """The error for a `dothi` command in whose place the administrator is to type `command`."""
    return RunBySystemd(
        vi=f'systemd chạy hệ thống này. Dùng quyền root: {command}',
        en=f'systemd runs this instance. As root: {command}',
    )

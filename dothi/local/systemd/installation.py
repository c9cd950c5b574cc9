"""The installation that the services run: whether their user can read it, and nobody else can change it."""

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from dothi.core.errors import WrongUse
from dothi.core.settings import IN_REPOSITORY, PACKAGES

# In the path of a command, however they are written.
NOT_FOR_SYSTEMD = frozenset('"\'\\')


class UnfitInstallation(WrongUse):
    """The user of the services cannot run this installation, or somebody else may change it."""


@dataclass(frozen=True)
class Installation:
    """program: the command `dothi`. interpreter: Python behind it. packages: the folder of the code."""

    program: Path
    interpreter: Path
    packages: Path
    is_checkout: bool


def running_installation() -> Installation:
    """The installation of this very process."""
    program = Path(sys.prefix) / 'bin' / 'dothi'
    return Installation(program, Path(sys.executable).resolve(), PACKAGES, IN_REPOSITORY)


def require_fit(installation: Installation) -> None:
    """Raises UnfitInstallation for a checkout, for what only some user can read, and for names that systemd refuses."""
    if installation.is_checkout:
        raise _unfit(
            vi=f'{installation.packages} là kho mã đang sửa, không phải bản cài đặt.',
            en=f'{installation.packages} is a checkout that somebody works in, no installation.',
        )
    if not set(str(installation.program)).isdisjoint(NOT_FOR_SYSTEMD):
        raise _unfit(
            vi=f'systemd không chạy được {installation.program}: đường dẫn có dấu nháy hoặc gạch chéo ngược.',
            en=f'systemd cannot run {installation.program}: its path has a quote or a backslash.',
        )
    for path in (installation.program, installation.interpreter, installation.packages):
        closed = closed_part(path)
        if closed is not None:
            raise _unfit(
                vi=f'Người dùng "dothi" không đọc được {path}: {closed} đóng với người khác.',
                en=f'The user "dothi" cannot read {path}: {closed} is closed to others.',
            )


def closed_part(path: Path) -> Path | None:
    """The outermost part of `path` that strangers of this machine cannot read or pass through; None where they can.

    A part that is not there is closed too.
    """
    for part in (*reversed(path.parents), path):
        try:
            mode = part.stat().st_mode
        except OSError:
            return part
        needed = stat.S_IXOTH if part.is_dir() or os.access(part, os.X_OK) else 0
        if part == path:
            needed |= stat.S_IROTH
        if mode & needed != needed:
            return part
    return None


def _unfit(vi: str, en: str) -> UnfitInstallation:
    how = 'python3 -m venv /opt/dothi && /opt/dothi/bin/pip install dothi-….whl && /opt/dothi/bin/dothi install-service'
    return UnfitInstallation(vi=f'{vi} Cài gói wheel vào /opt/dothi: {how}', en=f'{en} Install the wheel: {how}')

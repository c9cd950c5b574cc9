"""Puts the units in their places, and takes them away."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel

from dothi.core.disk_room import full_disk, is_no_room
from dothi.core.errors import EnvironmentMissing, WrongUse
from dothi.core.private_files import STATE_MODE, replace_file
from dothi.local.database import private_database
from dothi.local.services import services
from dothi.local.systemd.installation import Installation, require_fit
from dothi.local.systemd.settings_file import SETTINGS_FILE
from dothi.local.systemd.units import SETTINGS_FOLDER, STATE, TARGET, USER, account_text, settings_text, unit_texts

UNIT_FOLDER, ACCOUNT_FILE = Path('/etc/systemd/system'), Path('/etc/sysusers.d/dothi.conf')
SETTINGS_MODE = 0o640


class NotRoot(WrongUse):
    """Units are for the administrator to write."""


class InstanceRuns(WrongUse):
    """What `dothi up` started still runs on the same data."""


class UnwritableFolder(WrongUse):
    """Units cannot be written below the folder that was named."""


class SystemdFailed(EnvironmentMissing):
    """A command of systemd failed."""


class InstalledFiles(BaseModel):
    """What was written or removed, and what is for the administrator to do now."""

    written: list[str] = []
    removed: list[str] = []
    kept: list[str] = []
    commands: list[str] = []


def install(installation: Installation, root: Path) -> InstalledFiles:
    """Writes the units, the account and the settings under `root`; settings that are there stay as they are.

    Under another root than / nothing else happens. Raises UnfitInstallation, NotRoot, InstanceRuns,
    UnwritableFolder, DiskFull, SystemdFailed.
    """
    require_fit(installation)
    is_machine = _require_rights(root)
    files = InstalledFiles()
    for name, text in unit_texts(installation.program).items():
        files.written.append(_write(root, UNIT_FOLDER / name, text))
    files.written.append(_write(root, ACCOUNT_FILE, account_text()))
    if is_machine:
        _command('systemd-sysusers', str(ACCOUNT_FILE))
        _make_state_folder()
    settings = _under(root, SETTINGS_FILE)
    if settings.exists():
        files.kept.append(str(settings))
    else:
        files.written.append(_write(root, SETTINGS_FILE, settings_text(), SETTINGS_MODE))
        _give_to_group(settings)
    if is_machine:
        _reload()
    files.commands = [f'systemctl enable --now {TARGET}', 'systemctl status "dothi*"', 'journalctl -u "dothi-*" -f']
    return files


def remove(root: Path) -> InstalledFiles:
    """Ends the services and takes their units away; data, account and changed settings stay."""
    is_machine = _require_rights(root)
    files = InstalledFiles()
    units = [_under(root, UNIT_FOLDER / name) for name in unit_texts(Path('/'))]
    if is_machine and any(unit.exists() for unit in units) and _is_booted():
        _command('systemctl', 'disable', '--now', TARGET, *(unit.name for unit in units if unit.name != TARGET))
    for file in (*units, _under(root, ACCOUNT_FILE)):
        if file.exists():
            file.unlink()
            files.removed.append(str(file))
    for file in _settings(root):
        files.kept.append(str(file))
    if is_machine:
        _reload()
    return files


def _settings(root: Path) -> Iterator[Path]:
    """The settings that somebody wrote; those that are as they were installed are removed."""
    folder = _under(root, SETTINGS_FOLDER)
    for file in sorted(folder.glob('*.env')):
        if file.name == SETTINGS_FILE.name and file.read_text(encoding='utf-8') == settings_text():
            file.unlink()
        else:
            yield file
    with suppress(OSError):
        folder.rmdir()


def _require_rights(root: Path) -> bool:
    """Whether it is this machine that is changed. Raises NotRoot, InstanceRuns."""
    if root != Path('/'):
        return False
    if os.geteuid() != 0:
        raise NotRoot(vi='Chạy bằng quyền root: sudo dothi install-service.', en='Run it as root: sudo …')
    running = [service.name for service in services() if service.pid()]
    database = private_database()
    if running or (database.data.exists() and database.running() and not _is_booted()):
        raise InstanceRuns(
            vi='Bản do "dothi up" khởi động còn chạy trên cùng dữ liệu. Dừng trước: dothi down.',
            en='What "dothi up" started still runs on the same data. End it first: dothi down.',
        )
    return True


def _write(root: Path, path: Path, text: str, mode: int = 0o644) -> str:
    file = _under(root, path)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # whole or not at all: systemd starts nothing from half a unit
        replace_file(file, text, mode)
        file.chmod(mode)
    except OSError as error:
        if is_no_room(error):
            raise full_disk(root) from None
        raise UnwritableFolder(
            vi=f'Không ghi được {file}: {error.strerror}. Chọn thư mục khác: --root THƯ-MỤC.',
            en=f'{file} cannot be written: {error.strerror}. Choose another folder: --root FOLDER.',
        ) from None
    return str(file)


def _under(root: Path, path: Path) -> Path:
    return root / path.relative_to('/')


def _give_to_group(file: Path) -> None:
    """The services may read their settings, and not write them."""
    with suppress(KeyError, PermissionError):
        os.chown(file, -1, pwd.getpwnam(USER).pw_gid)


def _make_state_folder() -> None:
    """Before any service runs too, so that the user may restore into it, or join a primary."""
    if not STATE.exists():
        account = pwd.getpwnam(USER)
        STATE.mkdir(mode=STATE_MODE)
        os.chown(STATE, account.pw_uid, account.pw_gid)


def _is_booted() -> bool:
    return Path('/run/systemd/system').is_dir()


def _reload() -> None:
    if _is_booted() and shutil.which('systemctl'):
        _command('systemctl', 'daemon-reload')


def _command(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SystemdFailed(
            vi=f'Không có lệnh {command[0]}: máy này không có systemd.',
            en=f'There is no command {command[0]}: this machine has no systemd.',
        ) from None
    if done.returncode:
        reason = done.stderr.strip()[-500:]
        raise SystemdFailed(vi=f'{" ".join(command)}: {reason}', en=f'{" ".join(command)}: {reason}')

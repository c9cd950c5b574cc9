"""The user of the services where root starts them: made before the first start, and why root runs them itself."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from dothi.core.accounts import account_named, service_account
from dothi.core.errors import EnvironmentMissing
from dothi.core.private_files import PASSAGE_MODE, STATE_MODE
from dothi.core.settings import PACKAGES, PROJECT, PathSettings, ServerSettings, default_state
from dothi.core.text import Text
from dothi.local.systemd.installation import closed_part

# What a state folder holds once an instance was started in it.
OF_INSTANCE = ('postgis', 'secrets', 'standby')


class ClosedInstallation(EnvironmentMissing):
    """The user of the services cannot read what they run."""


def prepare_service_user() -> None:
    """Before the first start by root, in the usual place: gives the state folder to the user, who is made if new.

    Nothing where an instance is there already, or the user could not read what the services run: then root runs them.
    """
    state = PathSettings().state
    if os.geteuid() != 0 or service_account() or state != default_state() or _holds_instance(state):
        return
    if closed_to_services() is not None:
        return
    account = account_named(ServerSettings().user) or _make_account()
    if account:
        _give_state(state, account)


def require_open_to_services() -> None:
    """Raises ClosedInstallation where root starts services as a user who cannot read what they run."""
    closed = closed_to_services() if service_account() else None
    if closed is not None:
        user = ServerSettings().user
        raise ClosedInstallation(
            vi=f'Người dùng "{user}" chạy các dịch vụ và không đọc được {closed}: chmod o+rX {closed}, hoặc chuyển nó '
            'đến thư mục mà người khác đọc được, như /opt.',
            en=f'The user "{user}", who runs the services, cannot read {closed}: chmod o+rX {closed}, or move it to a '
            'folder that others can read, such as /opt.',
        )


def why_root() -> Text | None:
    """Why root runs the services, and what to do; None where it does not, and for everybody but root."""
    state, user = PathSettings().state, ServerSettings().user
    if os.geteuid() != 0 or not _holds_instance(state) or state.stat().st_uid != 0:
        return None
    closed = closed_to_services()
    first = Text(vi='', en='')
    if closed is not None:
        first = Text(
            vi=f'chuyển chương trình khỏi {closed}, nơi người khác không đọc được, đến chỗ như /opt; ',
            en=f'move the program out of {closed}, which others cannot read, to a place such as /opt; ',
        )
    made = '' if account_named(user) else f'useradd --system --user-group --home-dir {state} {user}; '
    commands = f'dothi down; {made}chown -R {user}: {state}; dothi up'
    return Text(
        vi=f'Các dịch vụ chạy bằng root. Để chạy bằng người dùng "{user}": {first.vi}{commands}; nơi lưu bản sao lưu '
        'cũng phải là của người đó.',
        en=f'The services run as root. To run them as the user "{user}": {first.en}{commands}; the place of the backup '
        'has to be theirs too.',
    )


def closed_to_services() -> Path | None:
    """The first folder or file, of those that services need, that strangers of this machine cannot read."""
    return next(filter(None, map(closed_part, _needed())), None)


def _needed() -> Iterator[Path]:
    paths = PathSettings()
    yield from (Path(sys.executable).resolve(), Path(sys.prefix), PACKAGES / 'dothi', paths.locality)
    # what is to be made goes into the nearest folder that is there
    yield next(folder for folder in paths.state.parents if folder.exists())
    if (PROJECT / 'web' / 'dist').exists():
        yield PROJECT / 'web' / 'dist' / 'index.html'


def _holds_instance(state: Path) -> bool:
    return any((state / name).exists() for name in OF_INSTANCE)


def _make_account() -> pwd.struct_passwd | None:
    """The system user, made now; None where that is not possible here."""
    name, program = ServerSettings().user, shutil.which('useradd') or '/usr/sbin/useradd'
    shell = shutil.which('nologin') or '/usr/sbin/nologin'
    command = [program, '--system', '--user-group', '--home-dir', str(default_state()), '--shell', shell, name]
    try:
        subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    return account_named(name)


def _give_state(state: Path, account: pwd.struct_passwd) -> None:
    for folder in reversed([folder for folder in state.parents if not folder.exists()]):
        folder.mkdir(mode=PASSAGE_MODE)
    state.mkdir(exist_ok=True)
    state.chmod(STATE_MODE)
    # a command that was called before may have left a log
    for path in (state, *state.rglob('*')):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)

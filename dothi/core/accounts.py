"""As whom the parts of an instance run where root starts them: a user of their own, who has the state folder.

Root stays root in what it reads, such as a delivery in its own home. What it writes belongs to that user at once, so
that the services can change it.
"""

import ctypes
import os
import pwd
import stat
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from dothi.core.settings import PathSettings, ServerSettings

# Of capset(2): the version of its structures, of two words.
CAPABILITY_VERSION = 0x20080522
# Whom PostgreSQL runs as where root runs all the rest.
POSTGRES = 'postgres'
# Of a folder that everybody may write to.
OPEN_TO_ALL = stat.S_IWOTH | stat.S_IXOTH


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (('version', ctypes.c_uint32), ('pid', ctypes.c_int))


class _CapabilitySets(ctypes.Structure):
    _fields_ = (('effective', ctypes.c_uint32), ('permitted', ctypes.c_uint32), ('inheritable', ctypes.c_uint32))


def service_account() -> pwd.struct_passwd | None:
    """Whom root starts services as: the user DOTHI_USER, where the state folder is theirs.

    None where root itself runs them, in a state folder of root's, and for everybody but root.
    """
    account = account_named(ServerSettings().user) if os.geteuid() == 0 else None
    return account if account and _owner_of_state() == account.pw_uid else None


def account_named(name: str) -> pwd.struct_passwd | None:
    """The user of that name, if there is one."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def database_account() -> pwd.struct_passwd | None:
    """Whom root runs the private database as, since PostgreSQL refuses root; None where nobody is switched to."""
    if os.geteuid() != 0:
        return None
    return service_account() or pwd.getpwnam(POSTGRES)


def give_to_database_user(*paths: Path) -> None:
    """Let the user who runs the database own `paths`, where root calls it."""
    account = database_account()
    if account:
        for path in paths:
            os.chown(path, account.pw_uid, account.pw_gid)


def popen_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments of subprocess.Popen for a process that runs as `account`; none where nobody is switched to."""
    if account is None:
        return {}
    groups = os.getgrouplist(account.pw_name, account.pw_gid)
    return {'user': account.pw_uid, 'group': account.pw_gid, 'extra_groups': groups}


def account_environment(account: pwd.struct_passwd | None) -> dict[str, str]:
    """Variables that tell programs of `account` whose they are; none where nobody is switched to."""
    if account is None:
        return {}
    names = {'HOME': account.pw_dir, 'USER': account.pw_name, 'LOGNAME': account.pw_name}
    return names | _own_temporary_folder(account)


def setpriv_words(account: pwd.struct_passwd | None) -> list[str]:
    """Options of setpriv(1) that make a command run as `account`; none where nobody is switched to."""
    if account is None:
        return []
    return ['--reuid', account.pw_name, '--regid', str(account.pw_gid), '--init-groups']


def write_as(account: pwd.struct_passwd) -> None:
    """From now on what this process of root's writes belongs to `account`; it may read and write what root may.

    Before any thread is started: the others would go on as they were.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    held = _capabilities()
    libc.setfsgid(account.pw_gid)
    libc.setfsuid(account.pw_uid)
    # the kernel has taken away what lets root pass by the rights of files
    header = _CapabilityHeader(CAPABILITY_VERSION, 0)
    sets = (_CapabilitySets * 2)(*(_CapabilitySets(word, word, 0) for word in held))
    if libc.capset(ctypes.byref(header), sets):
        raise OSError(ctypes.get_errno(), 'capset')


def become(account: pwd.struct_passwd, environment: MutableMapping[str, str]) -> None:
    """This process of root's is one of `account` from now on, for good."""
    os.initgroups(account.pw_name, account.pw_gid)
    os.setresgid(*[account.pw_gid] * 3)
    os.setresuid(*[account.pw_uid] * 3)
    environment.update(account_environment(account))


def _own_temporary_folder(account: pwd.struct_passwd) -> dict[str, str]:
    """A folder of the instance, where the usual one is of root alone: without any, no web process starts."""
    usual = Path(os.environ.get('TMPDIR') or '/tmp')  # noqa: S108 (nothing of ours is opened there)
    try:
        is_open = usual.stat().st_mode & OPEN_TO_ALL == OPEN_TO_ALL
    except OSError:
        is_open = False
    if is_open:
        return {}
    own = PathSettings().state / 'tmp'
    own.mkdir(mode=0o700, exist_ok=True)
    os.chown(own, account.pw_uid, account.pw_gid)
    return {'TMPDIR': str(own)}


def _capabilities() -> tuple[int, int]:
    """The capabilities that this process may have in force, in two words of 32 bits, the lower one first."""
    with open('/proc/self/status', encoding='ascii') as status:  # noqa: PTH123
        (line,) = [line for line in status if line.startswith('CapPrm')]
    permitted = int(line.split()[1], 16)
    return permitted & 0xFFFFFFFF, permitted >> 32


def _owner_of_state() -> int | None:
    try:
        return PathSettings().state.stat().st_uid
    except OSError:
        return None

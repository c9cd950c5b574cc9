"""Landlock (Linux 5.13 and later): which files a process may still touch, for the rest of its life.

Written on ctypes: PyPI's `landlock` is a development release, and the kernel's interface is three system calls
(docs.kernel.org/userspace-api/landlock.html).
"""

import ctypes
import os
import stat
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
PATH_BENEATH = 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
TRUNCATE = 1 << 14
# Rights that mean something for a file; all others are rights of a folder.
OF_FILES = 1 | 1 << 1 | READ_FILE | TRUNCATE | 1 << 15
# How many rights over files each version of the interface knows.
RIGHTS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15}
NEWEST_RIGHTS = 16
# Binding and connecting TCP (version 4); abstract sockets of others, and signals to others (version 6).
TCP, SCOPES = 0b11, 0b11
TCP_SINCE, SCOPES_SINCE = 4, 6

libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = [('files', ctypes.c_uint64), ('tcp', ctypes.c_uint64), ('scopes', ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [('rights', ctypes.c_uint64), ('folder', ctypes.c_int32)]


def landlock_version() -> int:
    """Version of Landlock that the kernel has; 0 where it has none, or has it switched off."""
    return max(0, int(libc.syscall(CREATE_RULESET, None, 0, ASK_VERSION)))


def restrict_files(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Leave this process only what is below `readable`, to read, and below `writable`, to read and write.

    Paths that do not exist are passed over. Nothing happens where the kernel has no Landlock. Needs no_new_privs.
    Raises OSError.
    """
    version = landlock_version()
    if not version:
        return
    rights = (1 << RIGHTS_BY_VERSION.get(version, NEWEST_RIGHTS)) - 1
    ruleset = _create(version, rights)
    try:
        for path in readable:
            _allow(ruleset, path, READ_FILE | READ_DIR)
        for path in writable:
            _allow(ruleset, path, rights & ~1)
        _checked(libc.syscall(RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _create(version: int, rights: int) -> int:
    ruleset = _Ruleset(rights, TCP, SCOPES)
    # an older kernel refuses a structure with fields that it does not know
    size = 24 if version >= SCOPES_SINCE else 16 if version >= TCP_SINCE else 8
    return _checked(libc.syscall(CREATE_RULESET, ctypes.byref(ruleset), size, 0))


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        of_files = not stat.S_ISDIR(os.fstat(opened).st_mode)
        rule = _PathBeneath(rights & OF_FILES if of_files else rights, opened)
        _checked(libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(opened)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

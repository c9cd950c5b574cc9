"""The walls of the closed room: what the fork server gives up for good, and what each reader gives up on top."""

import ctypes
import os
import resource
import sysconfig
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dothi.core.settings import PACKAGES
from dothi.core.text import Text
from etl.closed_room.landlock import landlock_version, libc, restrict_files
from etl.closed_room.seccomp import can_filter, refuse_processes, refuse_sockets

type Wall = Literal['landlock', 'seccomp', 'network_namespace']

SET_DUMPABLE, SET_PARENT_DEATH_SIGNAL, NO_NEW_PRIVILEGES = 4, 1, 38
SIGKILL = 9
NEW_USER_NAMESPACE, NEW_NETWORK_NAMESPACE = 0x10000000, 0x40000000
CAPABILITY_VERSION, WRITE_ANY_FILE, READ_ANY_FILE = 0x20080522, 1 << 1, 1 << 2
WITHOUT: dict[Wall, Text] = {
    'landlock': Text(
        vi='tiến trình đọc tệp có thể đọc các tệp khác của máy chủ (cần Linux 5.13 có Landlock)',
        en='readers can read other files of the server (Linux 5.13 with Landlock is needed)',
    ),
    'seccomp': Text(
        vi='tiến trình đọc tệp có thể mở kết nối mạng (cần seccomp trên x86-64 hoặc arm64)',
        en='readers can open network connections (seccomp on x86-64 or arm64 is needed)',
    ),
    'network_namespace': Text(
        vi='tiến trình đọc tệp dùng chung mạng với máy chủ; seccomp vẫn chặn kết nối',
        en="readers share the server's network; seccomp still refuses connections",
    ),
}


@dataclass(frozen=True)
class RoomLimits:
    """What one reader may use. memory_mb: address space on top of what the libraries take.

    processor_s: processor time. scratch_mb: size of one file that it writes. open_files: files open at once.
    """

    memory_mb: int
    processor_s: int
    scratch_mb: int
    open_files: int


class _CapabilityHeader(ctypes.Structure):
    _fields_ = [('version', ctypes.c_uint32), ('pid', ctypes.c_int)]


class _CapabilitySets(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ('effective', 'permitted', 'inheritable')]


def close_outer_walls(scratch: Path) -> list[Wall]:
    """Lock this process, which is to fork readers, and return the walls that stand.

    It gains no privileges any more, has no network where the system lets it leave it, and can open no socket but those
    of AF_UNIX, whatever the libraries do that it imports afterwards. Call it while there is one thread. scratch: the
    folder that readers write into.
    """
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(SET_DUMPABLE, 0, 0, 0, 0)
    has_left_network = _leave_network()
    _drop_capabilities(scratch)
    refuse_sockets()
    standing: dict[Wall, bool] = {
        'landlock': landlock_version() > 0,
        'seccomp': can_filter(),
        'network_namespace': has_left_network,
    }
    return [wall for wall, stands in standing.items() if stands]


def die_with(parent: int) -> None:
    """Have the system kill this process as soon as `parent`, which forked it, ends, or has ended already."""
    libc.prctl(SET_PARENT_DEATH_SIGNAL, SIGKILL, 0, 0, 0)
    # a parent that ended before the line above sends no signal any more
    if os.getppid() != parent:
        os._exit(1)


def close_inner_walls(readable: Sequence[Path], scratch: Path, limits: RoomLimits) -> None:
    """Lock this process, which is to read one delivery: files, memory, time and processes.

    readable: the delivered files. scratch: the only folder that it may write into. Raises OSError.
    """
    _limit(limits)
    restrict_files([*readable, *library_paths()], [scratch, Path('/dev/null')])
    refuse_processes()


def library_paths() -> list[Path]:
    """What libraries read while they work: Python and their own data, shared libraries, time zones, random numbers."""
    python = [Path(sysconfig.get_path(name)) for name in ('stdlib', 'platstdlib', 'purelib', 'platlib')]
    own = [PACKAGES / package for package in ('dothi', 'etl')]
    system = ['/usr/lib', '/lib', '/lib64', '/usr/share/zoneinfo', '/etc/ld.so.cache', '/etc/localtime']
    devices = ['/dev/null', '/dev/zero', '/dev/urandom', '/sys/devices/system/cpu']
    return [*python, *own, *map(Path, system + devices)]


def _leave_network() -> bool:
    """Whether this process is in a network namespace of its own now, without any interface that is up."""
    if libc.unshare(NEW_NETWORK_NAMESPACE) == 0:
        return True
    return bool(libc.unshare(NEW_USER_NAMESPACE | NEW_NETWORK_NAMESPACE) == 0)


def _drop_capabilities(scratch: Path) -> None:
    """Give up what root may, but for reading files of other users; nothing to give up for anybody else.

    Where the folder that readers write into is another user's, root has to keep the right to write there.
    """
    header = _CapabilityHeader(CAPABILITY_VERSION, 0)
    needed = READ_ANY_FILE if scratch.stat().st_uid == 0 else READ_ANY_FILE | WRITE_ANY_FILE
    retained = needed if os.geteuid() == 0 else 0
    sets = (_CapabilitySets * 2)(_CapabilitySets(retained, retained, 0), _CapabilitySets(0, 0, 0))
    libc.capset(ctypes.byref(header), sets)


def _limit(limits: RoomLimits) -> None:
    pages = int(Path('/proc/self/statm').read_text(encoding='ascii').split()[0])
    memory = pages * resource.getpagesize() + limits.memory_mb * 2**20
    for kind, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        # at the first the signal says that it was the time, at the second the process is killed
        (resource.RLIMIT_CPU, limits.processor_s, limits.processor_s + 1),
        (resource.RLIMIT_FSIZE, limits.scratch_mb * 2**20, limits.scratch_mb * 2**20),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with suppress(ValueError):  # the system allows less than that already
            resource.setrlimit(kind, (soft, hard))

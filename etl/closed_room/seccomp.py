"""Seccomp filters: which system calls a process may still make, for the rest of its life.

Written on ctypes: `python3-seccomp` belongs to Debian's own Python, and the virtual environment does not see it. A
filter is a short program that the kernel runs at each system call (man 2 seccomp).
"""

import ctypes
import errno
import os
import platform
import socket
import struct
from collections.abc import Sequence

SET_SECCOMP, MODE_FILTER = 22, 2
LOAD_WORD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_IF_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# Where the kernel puts the number of the call, the architecture and the low half of the first argument.
NUMBER_AT, ARCHITECTURE_AT, FIRST_ARGUMENT_AT = 0, 4, 16
ALLOW, KILL_PROCESS, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
CLONE_THREAD = 0x00010000
# Calls of the 32-bit interface of x86-64 have this bit.
X32 = 0x40000000
ARCHITECTURES = {'x86_64': 0xC000003E, 'aarch64': 0xC00000B7}
# Numbers since 5.1 are the same on all architectures.
COMMON = {
    'pidfd_send_signal': 424, 'io_uring_setup': 425, 'io_uring_enter': 426, 'io_uring_register': 427, 'open_tree': 428,
    'move_mount': 429, 'fsopen': 430, 'fsconfig': 431, 'fsmount': 432, 'clone3': 435, 'pidfd_getfd': 438,
    'mount_setattr': 442,
}  # fmt: skip
NUMBERS = {
    'x86_64': COMMON | {
        'socket': 41, 'connect': 42, 'accept': 43, 'bind': 49, 'listen': 50, 'clone': 56, 'fork': 57, 'vfork': 58,
        'execve': 59, 'kill': 62, 'ptrace': 101, 'rt_sigqueueinfo': 129, 'personality': 135, 'pivot_root': 155,
        'chroot': 161, 'mount': 165, 'umount2': 166, 'swapon': 167, 'reboot': 169, 'init_module': 175,
        'delete_module': 176, 'tkill': 200, 'tgkill': 234, 'kexec_load': 246, 'add_key': 248, 'request_key': 249,
        'keyctl': 250, 'unshare': 272, 'accept4': 288, 'rt_tgsigqueueinfo': 297, 'perf_event_open': 298,
        'open_by_handle_at': 304, 'setns': 308, 'process_vm_readv': 310, 'process_vm_writev': 311,
        'finit_module': 313, 'kexec_file_load': 320, 'bpf': 321, 'execveat': 322, 'userfaultfd': 323,
    },
    'aarch64': COMMON | {
        'umount2': 39, 'mount': 40, 'pivot_root': 41, 'chroot': 51, 'personality': 92, 'unshare': 97,
        'kexec_load': 104, 'init_module': 105, 'delete_module': 106, 'ptrace': 117, 'kill': 129, 'tkill': 130,
        'tgkill': 131, 'rt_sigqueueinfo': 138, 'reboot': 142, 'socket': 198, 'bind': 200, 'listen': 201,
        'accept': 202, 'connect': 203, 'add_key': 217, 'request_key': 218, 'keyctl': 219, 'clone': 220,
        'execve': 221, 'swapon': 224, 'rt_tgsigqueueinfo': 240, 'perf_event_open': 241, 'accept4': 242,
        'open_by_handle_at': 265, 'setns': 268, 'process_vm_readv': 270, 'process_vm_writev': 271,
        'finit_module': 273, 'bpf': 280, 'execveat': 281, 'userfaultfd': 282, 'kexec_file_load': 294,
    },
}  # fmt: skip
# What neither the fork server nor a reader ever needs.
NEVER = (
    'connect', 'bind', 'listen', 'execve', 'execveat', 'ptrace', 'process_vm_readv',
    'process_vm_writev', 'pidfd_getfd', 'pidfd_send_signal', 'bpf', 'perf_event_open', 'userfaultfd', 'add_key',
    'request_key', 'keyctl', 'mount', 'umount2', 'pivot_root', 'chroot', 'setns', 'unshare', 'init_module',
    'finit_module', 'delete_module', 'kexec_load', 'kexec_file_load', 'open_by_handle_at', 'personality', 'swapon',
    'reboot', 'open_tree', 'move_mount', 'fsopen', 'fsconfig', 'fsmount', 'mount_setattr', 'rt_sigqueueinfo',
    'rt_tgsigqueueinfo', 'tkill',
)  # fmt: skip
# io_uring opens sockets without a call of `socket`; callers of these do without where they are told "not implemented".
NOT_IMPLEMENTED = ('io_uring_setup', 'io_uring_enter', 'io_uring_register')

libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = [('length', ctypes.c_ushort), ('instructions', ctypes.c_char_p)]


def can_filter() -> bool:
    """Whether filters can be set here: the kernel has them, and the numbers of the machine's calls are known."""
    has = libc.prctl(SET_SECCOMP, MODE_FILTER, None, 0, 0) < 0 and ctypes.get_errno() == errno.EFAULT
    return has and platform.machine() in ARCHITECTURES


def refuse_sockets() -> None:
    """Leave this process sockets of AF_UNIX only, without connecting; no new program, no look into other processes.

    Nothing happens where filters cannot be set. Needs no_new_privs. Raises OSError.
    """
    _install([*_refused(NEVER, errno.EPERM), *_refused(NOT_IMPLEMENTED, errno.ENOSYS), *_only_unix_sockets()])


def refuse_processes() -> None:
    """Leave this process threads, but no child, no signal to anybody else, no visitor; on top of `refuse_sockets`."""
    numbers = NUMBERS.get(platform.machine(), {})
    refused_calls = [name for name in ('fork', 'vfork', 'kill', 'accept', 'accept4') if name in numbers]
    # the flags of clone3 lie in memory, where a filter cannot look; the C library then takes clone
    _install(
        [*_refused(refused_calls, errno.EPERM), *_refused(['clone3'], errno.ENOSYS), *_only_threads(), *_only_own()]
    )


def _install(checks: list[tuple[int, int, int, int]]) -> None:
    if not can_filter():
        return
    machine = platform.machine()
    begin = [
        (LOAD_WORD, 0, 0, ARCHITECTURE_AT),
        (JUMP_EQUAL, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, KILL_PROCESS),
        (LOAD_WORD, 0, 0, NUMBER_AT),
    ]
    if machine == 'x86_64':
        begin += [(JUMP_AT_LEAST, 0, 1, X32), (RETURN, 0, 0, FAIL | errno.ENOSYS)]
    instructions = [*begin, *checks, (RETURN, 0, 0, ALLOW)]
    packed = b''.join(struct.pack('=HBBI', *instruction) for instruction in instructions)
    program = _Program(len(instructions), packed)
    if libc.prctl(SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _refused(names: Sequence[str], error: int) -> list[tuple[int, int, int, int]]:
    numbers = NUMBERS.get(platform.machine(), {})
    pairs = [[(JUMP_EQUAL, 0, 1, numbers[name]), (RETURN, 0, 0, FAIL | error)] for name in names if name in numbers]
    return [instruction for pair in pairs for instruction in pair]


def _only_unix_sockets() -> list[tuple[int, int, int, int]]:
    return _if_called('socket', (JUMP_EQUAL, 1, 0, socket.AF_UNIX), errno.EACCES)


def _only_threads() -> list[tuple[int, int, int, int]]:
    return _if_called('clone', (JUMP_IF_SET, 1, 0, CLONE_THREAD), errno.EPERM)


def _only_own() -> list[tuple[int, int, int, int]]:
    """A process may signal itself, as abort() does."""
    return _if_called('tgkill', (JUMP_EQUAL, 1, 0, os.getpid()), errno.EPERM)


def _if_called(name: str, test: tuple[int, int, int, int], error: int) -> list[tuple[int, int, int, int]]:
    """Let `name` pass only where `test` of its first argument jumps."""
    number = NUMBERS.get(platform.machine(), {}).get(name, 0)
    return [
        (JUMP_EQUAL, 0, 4, number),
        (LOAD_WORD, 0, 0, FIRST_ARGUMENT_AT),
        test,
        (RETURN, 0, 0, FAIL | error),
        (LOAD_WORD, 0, 0, NUMBER_AT),
    ]

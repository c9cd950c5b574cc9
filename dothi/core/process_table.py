"""What the kernel says about processes (/proc): when one began, which belong to a session, who listens on a port."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LISTENING = '0A'
UNREADABLE = (FileNotFoundError, ProcessLookupError, PermissionError)
# A program that was started a moment ago shows no environment yet: for 36 ms on a machine with more to do than it can.
EMPTY_S, LOOK_AGAIN_S = 1.0, 0.002


@dataclass(frozen=True)
class Listener:
    """A process that listens on a port, and its command line."""

    pid: int
    command: str


def start_time(pid: int) -> str | None:
    """When process `pid` began, in clock ticks since boot; None when there is none, or only its remains."""
    fields = _stat(pid)
    return None if fields is None or fields[0] == 'Z' else fields[19]


def processor_time(pid: int) -> int | None:
    """How long processors have worked for process `pid`, in clock ticks; None when there is none."""
    fields = _stat(pid)
    return None if fields is None else int(fields[11]) + int(fields[12])


def program_name(pid: int) -> str | None:
    """The name of the program that process `pid` runs, at most 15 letters of it; None when there is none."""
    try:
        return Path(f'/proc/{pid}/comm').read_text(encoding='utf-8', errors='replace').strip()
    except UNREADABLE:
        return None


def start_environment(pid: int) -> dict[str, str]:
    """The variables that process `pid` was started with; none where it is gone, or another user's."""
    deadline = time.monotonic() + EMPTY_S
    try:
        while not (block := Path(f'/proc/{pid}/environ').read_bytes()) and time.monotonic() < deadline:
            if start_time(pid) is None:
                return {}
            time.sleep(LOOK_AGAIN_S)
    except UNREADABLE:
        return {}
    pairs = (entry.decode(errors='replace').partition('=') for entry in block.split(b'\0') if entry)
    return {name: value for name, _, value in pairs}


def session_members(session: int) -> list[int]:
    """The living processes of a session, whether its leader lives or not."""
    return [pid for pid in _pids() if (fields := _stat(pid)) and fields[0] != 'Z' and fields[3] == str(session)]


def leaders_with_output(file: Path) -> dict[int, list[str]]:
    """The command lines of living processes that lead a session and whose output goes to `file`, deleted or not.

    Those of other users that may not be looked at are left out.
    """
    leaders: dict[int, list[str]] = {}
    for pid in _pids():
        with suppress(*UNREADABLE):
            output = str(Path(f'/proc/{pid}/fd/1').readlink()).removesuffix(' (deleted)')
            fields = _stat(pid)
            if output == str(file) and fields and fields[0] != 'Z' and fields[3] == str(pid):
                leaders[pid] = _words(pid)
    return leaders


def stopped_processes(roots: set[int]) -> dict[int, str]:
    """Those of `roots`, and of the processes below them, that a signal has stopped, and when each began.

    A process that a debugger holds is not among them.
    """
    table = {pid: fields for pid in _pids() if (fields := _stat(pid))}
    family = set(roots)
    while more := {pid for pid, fields in table.items() if pid not in family and int(fields[1]) in family}:
        family |= more
    return {pid: table[pid][19] for pid in family & table.keys() if table[pid][0] == 'T'}


def listener_on(port: int) -> Listener | None:
    """A process that listens on TCP `port`; None where nobody does, or it is another user's and cannot be seen."""
    sockets = {f'socket:[{inode}]' for inode in _listening_inodes(port)}
    for pid in _pids() if sockets else ():
        with suppress(*UNREADABLE):
            if sockets & {str(entry.readlink()) for entry in Path(f'/proc/{pid}/fd').iterdir()}:
                return Listener(pid, _command(pid))
    return None


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path('/proc').iterdir() if entry.name.isdigit())


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third on: state, parent, group, session, …; the start time is 19th."""
    try:
        stat = Path(f'/proc/{pid}/stat').read_text(encoding='utf-8', errors='replace')
    except UNREADABLE:
        return None
    # the second field is the program's name in brackets and may hold spaces
    return stat.rpartition(')')[2].split()


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ('tcp', 'tcp6'):
        with suppress(*UNREADABLE):
            for line in Path(f'/proc/net/{table}').read_text(encoding='ascii').splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING and int(fields[1].rpartition(':')[2], 16) == port:
                    yield fields[9]


def _words(pid: int) -> list[str]:
    # a fork has blanks or nothing behind what it shows
    block = Path(f'/proc/{pid}/cmdline').read_bytes()
    return [word for word in block.decode(errors='replace').split('\0') if word.strip()]


def _command(pid: int) -> str:
    return Path(f'/proc/{pid}/cmdline').read_bytes().replace(b'\0', b' ').decode(errors='replace').strip()

"""Signs of life: each long-running part of the instance gives one every few seconds, in a file of its own.

`run/NAME.alive` holds the process id, and its time of change is the sign. Whoever watches sees whether it changes
(dothi/core/stillness.py): the clock may jump. A supervisor that waits gives signs too: nothing large is imported here.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dothi.core.log_file import reopen_deleted_log

BEAT_S, OLD_S = 3.0, 120
MODE = 0o640


def beat(run: Path, name: str) -> bool:
    """Whether a sign of life of this process could be given, as the part `name`; systemd hears it too.

    Whoever gives signs goes on in a new log where somebody deleted the old one.
    """
    reopen_deleted_log()
    _tell_systemd()
    try:
        file = os.open(_file(run, name), os.O_WRONLY | os.O_CREAT, MODE)
    except OSError:
        return False
    try:
        # in place: nobody reads an empty file, and a full disk has room for it
        os.pwrite(file, f'{os.getpid():<10}'.encode(), 0)
    except OSError:
        return False
    finally:
        os.close(file)
    return True


@contextmanager
def beating(run: Path, name: str) -> Iterator[None]:
    """Within, a thread gives the signs: for a part that may rightly be at one thing for minutes."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat_until, args=[run, name, ended], name=f'signs of life of {name}', daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def last_sign(run: Path, name: str, pid: int) -> int | None:
    """The last sign of the part `name`, to be compared with another one; None where process `pid` gave none yet."""
    file = _file(run, name)
    try:
        return file.stat().st_mtime_ns if int(file.read_text(encoding='ascii')) == pid else None
    except (OSError, ValueError):
        return None


def is_old(sign: int) -> bool:
    """Whether a sign is old by the clock of the machine: for whoever looks once, and cannot wait for another one."""
    return abs(time.time_ns() - sign) > OLD_S * 10**9


def _beat_until(run: Path, name: str, ended: threading.Event) -> None:
    beat(run, name)
    while not ended.wait(BEAT_S):
        beat(run, name)


def _tell_systemd() -> None:
    """Where units have WatchdogSec=, systemd ends a service that does not say this now and again."""
    address = os.environ.get('NOTIFY_SOCKET')
    if address and os.environ.get('WATCHDOG_PID') == str(os.getpid()):
        import socket

        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
            way.setblocking(False)
            way.sendto(b'WATCHDOG=1', address.replace('@', '\0', 1) if address[0] == '@' else address)


def _file(run: Path, name: str) -> Path:
    return run / f'{name}.alive'

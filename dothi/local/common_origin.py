"""Services that start together are forked from one process that has imported what all of them import: a copy for all.

It ends once they run, so that nothing has to watch over it; what dies is forked again by the supervisor
(dothi/local/standing_origin.py). A service that is started alone is a program of its own, which shares nothing; so is
every service where the origin cannot be had, and under systemd or in containers.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from signal import SIGKILL
from typing import IO

from dothi.core.process_table import processor_time
from dothi.core.services import Launch, Service, WaitingProcess, launch_program, spawn_apart
from dothi.core.stillness import Stillness
from dothi.local.origin_protocol import ForkRequest, read_pid, send_request

ORIGIN = 'dothi.local.origin'
# It imports for 5 s, and for a minute where others keep the processors busy. Where none has worked for it for some
# seconds it stands still: it was stopped, or hangs.
PATIENCE_S, STILL_S, LOOK_S = 120.0, 3.0, 0.25
# Room for the longest command line of a service, which takes the place of the origin's own.
ROOM = ' ' * 4096


@dataclass(frozen=True)
class WaitingFork:
    """A fork of the origin that waits for a line before it begins. pipe: where it reads from."""

    pid: int
    pipe: int

    def begin(self) -> None:
        with suppress(BrokenPipeError):
            os.write(self.pipe, b'\n')
        os.close(self.pipe)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, SIGKILL)
        os.close(self.pipe)


@dataclass(frozen=True)
class Origin:
    """A process that makes forks, and the socket by which it is asked. patience_s: so long an answer may take."""

    pid: int
    socket: socket.socket
    patience_s: float

    def next_pid(self) -> int | None:
        """The process that was asked for; None where the origin has ended, stands still, or takes too long."""
        stillness: Stillness[int] = Stillness(LOOK_S)
        deadline_s = time.monotonic() + self.patience_s
        self.socket.settimeout(LOOK_S)
        while time.monotonic() < deadline_s:
            with suppress(TimeoutError):
                return read_pid(self.socket)
            if stillness.look({self.pid: processor_time(self.pid)})[self.pid] >= STILL_S:
                break
        return None


@contextmanager
def common_origin(starting: Sequence[Service]) -> Iterator[Launch]:
    """Where the processes of the services `starting` come from; of a single one a program of its own."""
    if len(starting) < 2:
        yield launch_program
        return
    ours, theirs = socket.socketpair()
    with theirs:
        words = [sys.executable, '-m', ORIGIN, str(theirs.fileno()), ROOM]
        origin = spawn_apart(words, subprocess.DEVNULL, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
    try:
        with ours:
            yield launch_from(Origin(origin.pid, ours, PATIENCE_S))
    finally:
        # nobody can ask it any more, and what was forked from it lives on
        origin.kill()
        origin.wait()


def launch_from(origin: Origin) -> Launch:
    """What has processes forked by the origin; they are programs where it does not answer."""
    return lambda service, log: _fork(origin, service, log) or launch_program(service, log)


def _fork(origin: Origin, service: Service, log: IO[bytes]) -> WaitingProcess | None:
    """A fork of the origin for the service; None where the origin has ended, or does not answer."""
    reads, pipe = os.pipe()
    request = ForkRequest(service.module, list(service.arguments), service.words)
    try:
        send_request(origin.socket, request, log.fileno(), reads)
        pid = origin.next_pid()
    except OSError:
        pid = None
    finally:
        os.close(reads)
    if pid is None:
        origin.socket.close()
        # what it may have forked does not begin
        os.close(pipe)
        return None
    return WaitingFork(pid, pipe)

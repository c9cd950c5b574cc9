"""Services that start together are forked from one process that has imported what all of them import: a copy for all.

It ends once they run, so that nothing has to watch over it; what dies is forked again by the supervisor
(dothi/local/standing_origin.py). A service that is started alone is a program of its own, which shares nothing; so is
every service where the origin cannot be had, and under systemd or in containers.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from signal import SIGKILL
from typing import IO

from dothi.core.services import Launch, Service, WaitingProcess, launch_program, spawn_apart
from dothi.local.origin_protocol import ForkRequest, read_pid, send_request

ORIGIN = 'dothi.local.origin'
# It imports for 5 s, and for a minute where others keep the processors busy.
PATIENCE_S = 120
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
            ours.settimeout(PATIENCE_S)
            yield launch_from(ours)
    finally:
        # nobody can ask it any more, and what was forked from it lives on
        origin.kill()
        origin.wait()


def launch_from(origin: socket.socket) -> Launch:
    """What has processes forked by the origin at the other end; they are programs where it does not answer."""
    return lambda service, log: _fork(origin, service, log) or launch_program(service, log)


def _fork(origin: socket.socket, service: Service, log: IO[bytes]) -> WaitingProcess | None:
    """A fork of the origin for the service; None where the origin has ended, or does not answer."""
    reads, pipe = os.pipe()
    try:
        send_request(origin, ForkRequest(service.module, list(service.arguments), service.words), log.fileno(), reads)
        pid = read_pid(origin)
    except OSError:
        pid = None
    finally:
        os.close(reads)
    if pid is None:
        origin.close()
        # what it may have forked does not begin
        os.close(pipe)
        return None
    return WaitingFork(pid, pipe)

"""The process that services which start together are forked from (dothi/local/common_origin.py).

    python -m dothi.local.origin 7 "room for a longer command line"

7: the socket by which forks are asked for. It has imported what services import, opened nothing, and ends when nobody
can ask any more.
"""

import ctypes
import gc
import os
import runpy
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from dothi.local.origin_protocol import ForkOrder, read_order, send_pid

# What services import at their start, each for itself otherwise.
IMPORTED = (
    'dothi.cli.app', 'dothi.cli.instance', 'dothi.cli.inbox', 'dothi.local.supervision',
    'etl.inbox.watch', 'processes.queue.worker', 'processes.queue.warm', 'dothi.api.server',
)  # fmt: skip
# Of /proc/PID/stat after the program's name: where the command line begins and ends in memory.
ARGUMENTS_BEGIN, ARGUMENTS_END = 45, 46


def main(descriptor: int) -> None:
    """Forks services until nobody asks for any; in a fork runs the service."""
    # forks are nobody's to wait for once the origin has ended
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=descriptor) as client:
        import_shared()
        order = _fork_services(client)
    if order:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _become(order)
        _run(order)


def import_shared() -> None:
    """Imports what services share. What cannot be imported is the matter of the service that needs it."""
    # for the worker, as threads of linear algebra begin with its import
    os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
    for name in IMPORTED:
        with suppress(Exception):
            import_module(name)
    with suppress(Exception):
        import_module('dothi.api.server').load_shared_code()
    # else the first look for garbage in each fork makes a copy of all this
    gc.collect()
    gc.freeze()


def _fork_services(client: socket.socket) -> ForkOrder | None:
    """In a fork what it is to do; None, in the origin, when nobody asks any more."""
    while order := read_order(client):
        pid = os.fork()
        if not pid:
            return order
        send_pid(client, pid)
        os.close(order.log)
        os.close(order.begin)
    return None


def _become(order: ForkOrder) -> None:
    """Makes this fork what a program of its own would be, once it is told to begin; ends where nobody tells it."""
    os.setsid()
    for output in (1, 2):
        os.dup2(order.log, output)
    os.close(order.log)
    if not os.read(order.begin, 1):
        os._exit(0)
    os.close(order.begin)
    show_command_line(order.words)


def _run(order: ForkOrder) -> None:
    sys.argv = [order.module, *order.arguments]
    runpy.run_module(order.module, run_name='__main__', alter_sys=True)


def show_command_line(words: list[str]) -> None:
    """Has `ps` and /proc show `words` for this process, as far as there is room in what it was started with."""
    fields = Path('/proc/self/stat').read_text(encoding='utf-8').rpartition(')')[2].split()
    begin, end = int(fields[ARGUMENTS_BEGIN]), int(fields[ARGUMENTS_END])
    text = b'\0'.join(map(os.fsencode, words))[: end - begin - 1]
    ctypes.memmove(begin, text.ljust(end - begin, b'\0'), end - begin)


if __name__ == '__main__':
    main(int(sys.argv[1]))

"""Services as forks of a process that has imported what they import: dothi/local/origin.py, or what a supervisor keeps.

A fork shows its own command line in the room that the origin's has.
"""

import ctypes
import os
import runpy
import signal
import socket
import sys
from pathlib import Path

from dothi.local.origin_protocol import ForkOrder, read_order, send_pid

# Of /proc/PID/stat after the program's name: where the command line begins and ends in memory.
ARGUMENTS_BEGIN, ARGUMENTS_END = 45, 46


def fork_services(client: socket.socket) -> ForkOrder | None:
    """Makes forks until nobody asks for any more, and returns None then; in a fork what it is to do."""
    # nobody waits for them
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while order := read_order(client):
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return order
        send_pid(client, pid)
        os.close(order.log)
        os.close(order.begin)
    return None


def run_as(order: ForkOrder) -> None:
    """Runs the service in this fork, once it is told to begin."""
    _become(order)
    sys.argv = [order.module, *order.arguments]
    runpy.run_module(order.module, run_name='__main__', alter_sys=True)


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


def show_command_line(words: list[str]) -> None:
    """Has `ps` and /proc show `words` for this process, as far as there is room in what it was started with."""
    fields = Path('/proc/self/stat').read_text(encoding='utf-8').rpartition(')')[2].split()
    begin, end = int(fields[ARGUMENTS_BEGIN]), int(fields[ARGUMENTS_END])
    text = b'\0'.join(map(os.fsencode, words))[: end - begin - 1]
    ctypes.memmove(begin, text.ljust(end - begin, b'\0'), end - begin)

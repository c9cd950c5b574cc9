"""Runs `dothi` commands as processes that are forked from one which has imported the program.

Each is a process of its own with its arguments, environment, streams and exit code, as from a shell, but for the second
of processor time in which Python imports the libraries.
"""

import atexit
import json
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from dothi.core.settings import PROJECT

MOST_BYTES = 200_000
STREAMS = {1: 'out', 2: 'err'}


def run_command(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """How the command ended, and what it wrote. environment: all of it, as for `subprocess.run`."""
    with tempfile.TemporaryDirectory() as folder:
        order = {'arguments': arguments, 'environment': environment, 'folder': folder}
        server = _server()
        server.sendall(json.dumps(order).encode())
        code = int(server.recv(MOST_BYTES))
        out, err = ((Path(folder) / name).read_text(encoding='utf-8') for name in STREAMS.values())
    return subprocess.CompletedProcess(arguments, code, out, err)


@cache
def _server() -> socket.socket:
    """The connection to this process's command server, which ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        # by its path: a library brings a package `tests` of its own
        program = f"import runpy; runpy.run_path({__file__!r})['serve']({theirs.fileno()})"
        process = subprocess.Popen(
            [sys.executable, '-c', program],
            cwd=PROJECT,
            pass_fds=[theirs.fileno()],
            env=os.environ | {'COLUMNS': '200', 'NO_COLOR': '1'},
        )
    atexit.register(_stop, ours, process)
    return ours


def _stop(connection: socket.socket, process: subprocess.Popen[bytes]) -> None:
    connection.close()
    process.wait()


def serve(descriptor: int) -> None:
    """Forks a process for each order; there it runs the command, and ends as the installed one does."""
    from dothi.cli.app import COMMANDS, main

    for target in COMMANDS.values():
        pkgutil.resolve_name(target)
    with socket.socket(fileno=descriptor) as orders:
        while order := orders.recv(MOST_BYTES):
            if not (child := os.fork()):
                break
            orders.sendall(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
        else:
            return
    _become(json.loads(order))
    main()


def _become(order: dict[str, Any]) -> None:
    """Takes the environment, the streams and the arguments of the command."""
    os.environ.clear()
    os.environ.update(order['environment'])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in STREAMS.items():
        os.dup2(os.open(Path(order['folder']) / name, os.O_WRONLY | os.O_CREAT), number)
    sys.argv = ['dothi', *order['arguments']]

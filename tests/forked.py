"""Processes that are forked from one which has imported the program: `dothi` commands, workers and services of tests.

Each is a process of its own with its arguments, environment, streams and exit code, as from a shell, but for the
seconds of processor time in which Python imports the libraries.
"""

import atexit
import gc
import json
import os
import pkgutil
import select
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import IO, Any

from dothi.core.settings import PROJECT

MOST_BYTES = 200_000
# Services and jobs are run by these; a command that is tested imports its own anyway.
PROGRAM_PARTS = ('dothi.api.app', 'dothi.api.master', 'processes.queue.worker', 'processes.queue.warm')


class ForkedProcess:
    """A process that was forked; what subprocess.Popen has of it."""

    def __init__(self, server: 'Server', pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._server, self._descriptor = server, os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Its exit code, or None while it lives."""
        return self._exit_code(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code once it has ended; raises subprocess.TimeoutExpired."""
        code = self._exit_code(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f'process {self.pid}', timeout or 0)
        return code

    def terminate(self) -> None:
        self.send_signal(15)

    def kill(self) -> None:
        self.send_signal(9)

    def send_signal(self, number: int) -> None:
        """Send the signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def _exit_code(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            poll = select.poll()
            poll.register(self._descriptor, select.POLLIN)
            if poll.poll(None if timeout is None else timeout * 1000):
                self.returncode = self._server.reap(self.pid)
                os.close(self._descriptor)
        return self.returncode


class Server:
    """The process that others are forked from."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # by its path: a library brings a package `tests` of its own
            program = f"import runpy; runpy.run_path({__file__!r})['serve']({theirs.fileno()})"
            self._process = subprocess.Popen(
                [sys.executable, '-c', program],
                cwd=PROJECT,
                pass_fds=[theirs.fileno()],
                # one thread each for linear algebra, as workers have it
                env=os.environ | {'COLUMNS': '200', 'NO_COLOR': '1', 'OPENBLAS_NUM_THREADS': '1'},
            )

    def start(self, order: dict[str, Any], streams: Sequence[IO[Any]]) -> ForkedProcess:
        with self._lock:
            descriptors = [stream.fileno() for stream in streams]
            socket.send_fds(self._connection, [json.dumps(order).encode()], descriptors)
            return ForkedProcess(self, int(self._connection.recv(MOST_BYTES)))

    def reap(self, pid: int) -> int:
        with self._lock:
            self._connection.sendall(json.dumps({'reap': pid}).encode())
            return int(self._connection.recv(MOST_BYTES))

    def stop(self) -> None:
        self._connection.close()
        self._process.wait()


@cache
def _server() -> Server:
    """The server of this process, which ends with it."""
    server = Server()
    atexit.register(server.stop)
    return server


def run_command(arguments: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """How the command `dothi` ended, and what it wrote. environment: all of it, as for `subprocess.run`."""
    return _run_to_end({'arguments': arguments, 'environment': dict(environment)})


def run_program(program: str, arguments: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """How Python code ended, and what it wrote."""
    return _run_to_end({'program': program, 'arguments': arguments, 'environment': dict(environment)})


def _run_to_end(order: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryFile('w+') as out, tempfile.TemporaryFile('w+') as err:
        code = _server().start(order, [out, err]).wait()
        for stream in (out, err):
            stream.seek(0)
        return subprocess.CompletedProcess(order['arguments'], code, out.read(), err.read())


def start_command(
    arguments: list[str], environment: Mapping[str, str], out: IO[Any], err: IO[Any] | None = None
) -> ForkedProcess:
    """The command `dothi`, running. err: the same as `out` where it is left out."""
    return _server().start({'arguments': arguments, 'environment': dict(environment)}, [out, err or out])


def start_program(
    program: str, arguments: list[str], environment: Mapping[str, str], out: IO[Any] | None = None
) -> ForkedProcess:
    """Python code, running. out: where both streams lead; those of this process where it is left out."""
    order = {'program': program, 'arguments': arguments, 'environment': dict(environment)}
    return _server().start(order, [out, out] if out else [sys.__stdout__, sys.__stderr__])  # type: ignore[list-item]


def serve(descriptor: int) -> None:
    """Fork a process for each order; it runs the command or program, and ends as one of its own does."""
    _import_all()
    with socket.socket(fileno=descriptor) as orders:
        while True:
            message, streams, *_ = socket.recv_fds(orders, MOST_BYTES, 2)
            if not message:
                return
            order = json.loads(message)
            if 'reap' in order:
                orders.sendall(str(os.waitstatus_to_exitcode(os.waitpid(order['reap'], 0)[1])).encode())
            elif child := os.fork():
                orders.sendall(str(child).encode())
                for stream in streams:
                    os.close(stream)
            else:
                break
    _become(order, streams)
    _run(order)


def _import_all() -> None:
    from dothi.cli.app import COMMANDS

    for target in COMMANDS.values():
        pkgutil.resolve_name(target)
    for module in PROGRAM_PARTS:
        import_module(module)
    gc.collect()
    gc.freeze()


def _become(order: dict[str, Any], streams: list[int]) -> None:
    """Take the environment, the streams and the arguments of the order."""
    os.environ.clear()
    os.environ.update(order['environment'])
    for number, stream in zip((0, 1, 2), (os.open(os.devnull, os.O_RDONLY), *streams), strict=True):
        os.dup2(stream, number)
        os.close(stream)
    sys.argv = ['dothi', *order['arguments']]


def _run(order: dict[str, Any]) -> None:
    from dothi.cli.app import main

    if 'program' in order:
        exec(order['program'], {'__name__': '__main__'})
    else:
        main()

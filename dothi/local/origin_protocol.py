"""What is said between who starts services and the process that they are forked from (dothi/local/common_origin.py)."""

import json
import socket
from dataclasses import asdict, dataclass
from typing import Any

LONGEST_REQUEST_BYTES = 65_536


@dataclass(frozen=True)
class ForkRequest:
    """A process that is wanted: the module it runs with its arguments, and the command line that it shows."""

    module: str
    arguments: list[str]
    words: list[str]


@dataclass(frozen=True)
class ForkOrder(ForkRequest):
    """A request as it arrives. log: the file for its output. begin: it begins after a line from there."""

    log: int
    begin: int


def send_request(origin: socket.socket, request: ForkRequest, log: int, begin: int) -> None:
    """Asks for a process. Raises OSError where nobody is there."""
    socket.send_fds(origin, [json.dumps(asdict(request)).encode()], [log, begin])


def read_order(client: socket.socket) -> ForkOrder | None:
    """The next process that is wanted; None where nobody asks any more."""
    text, descriptors, _, _ = socket.recv_fds(client, LONGEST_REQUEST_BYTES, 2)
    if not text:
        return None
    log, begin = descriptors
    values: dict[str, Any] = json.loads(text)
    return ForkOrder(log=log, begin=begin, **values)


def send_pid(client: socket.socket, pid: int) -> None:
    """Answers which process was made."""
    client.sendall(b'%d\n' % pid)


def read_pid(origin: socket.socket) -> int | None:
    """The process that was made; None where the origin has ended."""
    answer = origin.recv(64)
    return int(answer) if answer.endswith(b'\n') else None

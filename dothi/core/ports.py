"""TCP ports of this machine: which are free."""

import secrets
import socket
from pathlib import Path

LOWEST, ATTEMPTS = 20_000, 100
# Of Linux; the kernel gives these to connections that go out.
OUTGOING = Path('/proc/sys/net/ipv4/ip_local_port_range')


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now, and that no outgoing connection takes before a service does.

    One that the kernel chooses (port 0) is among those that it gives to the next outgoing connections as well.
    """
    lowest_outgoing = int(OUTGOING.read_text(encoding='ascii').split()[0]) if OUTGOING.exists() else LOWEST
    for _ in range(ATTEMPTS if lowest_outgoing > LOWEST else 0):
        port = LOWEST + secrets.randbelow(lowest_outgoing - LOWEST)
        if is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return int(probe.getsockname()[1])


def is_free(port: int, host: str = '127.0.0.1') -> bool:
    """Whether a service could listen on `port` of `host` now."""
    with socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True

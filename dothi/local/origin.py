"""The process that services which start together are forked from (dothi/local/common_origin.py).

    python -m dothi.local.origin 7 "room for a longer command line"

7: the socket by which forks are asked for. It has imported what services import, opened nothing, and ends when nobody
can ask any more.
"""

import gc
import os
import socket
import sys
from contextlib import suppress
from importlib import import_module

from dothi.core.allocator import share_arena
from dothi.local.forking import fork_services, run_as

# What services import at their start, each for itself otherwise.
IMPORTED = (
    'dothi.cli.app', 'dothi.cli.instance', 'dothi.cli.inbox', 'dothi.local.supervision',
    'etl.inbox.watch', 'processes.queue.worker', 'processes.queue.warm', 'dothi.api.server',
)  # fmt: skip


def main(descriptor: int) -> None:
    """Forks services until nobody asks for any; in a fork runs the service."""
    with socket.socket(fileno=descriptor) as client:
        import_shared()
        order = fork_services(client)
    if order:
        run_as(order)


def import_shared() -> None:
    """Imports what services share. What cannot be imported is the matter of the service that needs it."""
    # both before the first thread, which comes with what is imported
    share_arena()
    os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
    for name in IMPORTED:
        with suppress(Exception):
            import_module(name)
    with suppress(Exception):
        import_module('dothi.api.server').load_shared_code()
    # else the first look for garbage in each fork makes a copy of all this
    gc.collect()
    gc.freeze()


if __name__ == '__main__':
    main(int(sys.argv[1]))

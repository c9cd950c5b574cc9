"""Parts of a running instance, started again with the settings that are in force now."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from dothi.core.foreground import foreground_pid
from dothi.core.revivals import forget_revivals
from dothi.local.common_origin import common_origin
from dothi.local.database_start import restart_database
from dothi.local.locks import PARTS, alone
from dothi.local.services import code_fingerprint, services, supervisors


def restart_private_database() -> None:
    """Starts the private database again, while nobody else starts or ends parts. Raises NoPostgis or DatabaseAway."""
    with unsupervised():
        restart_database()


def restart_service(name: str) -> None:
    """Starts the service `name` anew beside the others; nothing where none of them run.

    One in the foreground is only ended: whoever watches over it starts it again.
    """
    with unsupervised() as was_supervised:
        for service in services():
            if service.name == name and was_supervised:
                service.end()
                service.start(code_fingerprint())
    pid = foreground_pid(name)
    if pid is not None and not was_supervised:
        os.kill(pid, signal.SIGTERM)


@contextmanager
def unsupervised() -> Iterator[bool]:
    """Within, nobody starts again what is ended; afterwards supervisors do, with what is in force then. Whether any do.

    They run all the while, and wait for the lock: whoever is killed within gives it back.
    """
    with alone(PARTS):
        running = [supervisor for supervisor in supervisors() if supervisor.pid()]
        try:
            yield bool(running)
        finally:
            forget_revivals()
            with common_origin(running) as launch:
                for supervisor in running:
                    # one after the other, so that there always is one
                    supervisor.end()
                    supervisor.start(code_fingerprint(), launch)

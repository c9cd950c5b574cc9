"""Locks between commands of one instance; each ends with the process that holds it, however that ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dothi.core.progress import Progress, silent
from dothi.core.settings import PathSettings

# Held while parts of the instance are started or ended: whoever ends one by intention is not undone by the supervisor.
PARTS = 'parts'
# Held while somebody makes, sets up or proves a backup.
BACKUP_LOCK = 'backup'


@contextmanager
def alone(purpose: str, progress: Progress = silent) -> Iterator[None]:
    """No other process of this instance is inside for the same `purpose`: the second waits for the first."""
    with _lock_file(purpose).open('w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f'another {purpose}', 0, None)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def alone_at_once(purpose: str) -> Iterator[bool]:
    """Whether this process is alone inside for `purpose`; False, without waiting, where another one is."""
    with _lock_file(purpose).open('w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _lock_file(purpose: str) -> Path:
    run = PathSettings().run
    run.mkdir(parents=True, exist_ok=True)
    return run / f'{purpose}.lock'

"""Workers of tests: started, waited for and ended, and a look at what they do."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from dothi.core.database import connection
from tests.conftest import PATIENCE_S
from tests.forked import ForkedProcess, start_program

# The worker on the shared database, while it runs.
SHARED_WORKER: list[ForkedProcess] = []


def end_shared_worker() -> None:
    if SHARED_WORKER:
        stop_worker(SHARED_WORKER.pop())


# It looks for what is to be done more often than every three seconds, and gives less time: tests wait for it.
# It reads files by the fork server of the tests, which `share_room` puts in its way.
PROGRAM = """
from processes.queue.job_server import start_job_server
start_job_server()
from processes.queue import worker
worker.SWEEP_S, worker.READY_LOOK_S, worker.CALL_BACK_S = 0.5, 0.3, 0.2
worker.GRACE_S, worker.share = 1.0, lambda crs: None
worker.run_worker(2)
"""


def start_worker(environment: dict[str, str]) -> ForkedProcess:
    """A worker that is alive."""
    # files of whole layers are written by children too, and tests here look for the child of a job
    environment = {'DOTHI_DOWNLOADS': '[]', **environment}
    process = start_program(PROGRAM, [], {**os.environ, **environment})
    newest = 'select coalesce(max(id), 0) from job.procrastinate_workers'
    before = ask(newest)
    try:
        wait_until(lambda: ask(newest) > before)
    except BaseException:
        process.kill()
        raise
    return process


def stop_worker(process: ForkedProcess) -> None:
    process.terminate()
    process.wait(PATIENCE_S)


def ask(query: str, values: Sequence[Any] = ()) -> Any:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
        return row[0] if row else None


def wait_until(true: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    ends = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < ends, 'waited in vain'
        time.sleep(0.02)


def descendants(pid: int) -> set[int]:
    """Process ids under `pid`, by /proc."""
    parents = {}
    for stat in Path('/proc').glob('[0-9]*/stat'):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(')', 1)[1].split()[1])
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family - {pid}

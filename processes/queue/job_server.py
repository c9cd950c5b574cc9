"""The server that a worker forks its jobs from: itself a fork of the worker, with which it shares what both import.

multiprocessing starts its fork server as a new program, which imports all again: 150 MB and 2 s of processor time.
"""

import multiprocessing
import os
import traceback
from contextlib import suppress
from importlib import import_module
from multiprocessing import forkserver, util
from pathlib import Path
from typing import Any

from dothi.core.patience import be_patient

# What a fork server imports that has to be started anew, after the first one has died.
PRELOAD = ['__main__', 'processes.queue.warm']


def start_job_server() -> None:
    """Import what jobs need, and start multiprocessing's fork server as a fork of this process: a job begins in 50 ms.

    From then on this process and its jobs let others go first (dothi/core/patience.py).

    Before anything else: no thread runs yet, and as after the start of a new program no connection is open there.
    One thread each for linear algebra: as many jobs run at once as the machine shall bear.
    """
    os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
    import_module(PRELOAD[-1])
    # not before: who waits for a worker that was started again waits for what it imports
    be_patient()
    multiprocessing.set_forkserver_preload(PRELOAD)
    starts_python, util.spawnv_passfds = util.spawnv_passfds, _fork_program  # type: ignore[assignment]
    try:
        forkserver.ensure_running()
    finally:
        util.spawnv_passfds = starts_python


def replace_job_server() -> None:
    """Have the next run come from another server, where the address of the one that was there is gone.

    It lies in the folder of temporary files, which somebody has cleared, or on a disk that is away. Whoever runs still
    goes on; multiprocessing has no public way to this.
    """
    server: Any = forkserver._forkserver
    with server._lock:
        address = server._forkserver_address
        if address is None or Path(address).exists():
            # another thread was first
            return
        Path(util.get_temp_dir()).mkdir(mode=0o700, parents=True, exist_ok=True)
        # it ends when the last process has closed this
        os.close(server._forkserver_alive_fd)
        server._forkserver_alive_fd = server._forkserver_address = server._forkserver_pid = None


def _fork_program(_path: str, arguments: list[str], descriptors: list[int]) -> int:
    """The id of a process that runs the code which Python was to be started with."""
    if child := os.fork():
        return child
    try:
        _close_all_but({0, 1, 2, *descriptors})
        exec(arguments[-1], {'__name__': '__main__'})  # noqa: S102 - the text is multiprocessing's own
        os._exit(0)
    except SystemExit:
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _close_all_but(descriptors: set[int]) -> None:
    for file in Path('/proc/self/fd').iterdir():
        if int(file.name) not in descriptors:
            # the folder itself was read by one that is closed already
            with suppress(OSError):
                os.close(int(file.name))

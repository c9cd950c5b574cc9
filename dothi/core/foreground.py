"""Parts of the instance that run in the foreground: who started them watches over them, such as systemd."""

import os
from contextlib import suppress
from pathlib import Path

from dothi.core.private_files import STATE_MODE, replace_file
from dothi.core.process_table import start_time
from dothi.core.run_folder import is_copied_run_folder
from dothi.core.settings import PathSettings


def record_foreground(name: str) -> None:
    """Notes that this process is the part `name`, for `dothi status` and for who has to start the part anew."""
    file = _file(name)
    # a service of strangers may be kept from writing, and runs all the same
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, f'{os.getpid()} {start_time(os.getpid())}', STATE_MODE & 0o666)


def foreground_pid(name: str) -> int | None:
    """The process id of the part `name`, while it runs; one that another process has by now counts for nothing."""
    if is_copied_run_folder(PathSettings().run):
        return None
    try:
        pid, began = _file(name).read_text(encoding='utf-8').split()
    except (OSError, ValueError):
        return None
    return int(pid) if pid.isdigit() and start_time(int(pid)) == began else None


def _file(name: str) -> Path:
    return PathSettings().run / f'{name}.foreground'

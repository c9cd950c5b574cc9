"""The log of a process: where somebody deleted its file, the process goes on in a new one of the same name."""

import os
import stat
from contextlib import suppress
from pathlib import Path

MODE = 0o640
OUTPUTS = (1, 2)
# What Linux puts behind the name of a file that is open and has been deleted.
DELETED = '.log (deleted)'


def reopen_deleted_log() -> None:
    """Has standard output and error of this process go to a new file, where the log that they went to was deleted.

    What was written in between is lost with the old file. Called again and again: it takes 2 µs.
    """
    with suppress(OSError):
        for output in OUTPUTS:
            about = os.fstat(output)
            if about.st_nlink == 0 and stat.S_ISREG(about.st_mode):
                _reopen(output)


def _reopen(output: int) -> None:
    name = str(Path(f'/proc/self/fd/{output}').readlink())
    if name.endswith(DELETED):
        log = os.open(name.removesuffix(' (deleted)'), os.O_WRONLY | os.O_APPEND | os.O_CREAT, MODE)
        os.dup2(log, output)
        os.close(log)

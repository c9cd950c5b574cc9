"""Where a supervisor that is a fork itself has what died forked again: soon, and with what the others hold, too.

It also hears of the supervisor's death. Where the other supervisor was killed with it, there is a new one.
"""

import os
import socket
import sys
import time

from dothi.core.services import Launch
from dothi.local.common_origin import Origin, launch_from
from dothi.local.forking import fork_services, show_command_line
from dothi.local.locks import PARTS, alone_at_once
from dothi.local.origin_protocol import ForkOrder
from dothi.local.services import supervisors

# A fork is made in some hundredths of a second; a supervisor that waits is taken for one that stands still.
PATIENCE_S = 5.0
# While a command starts or ends parts of the instance, or its folder is away, so long is waited, and at most.
OCCUPIED_S, LONGEST_S = 0.5, 600.0
# So long what was killed may still be in the table of processes.
GONE_S = 5.0


def stand_by() -> tuple[ForkOrder | None, Launch | None]:
    """What makes processes for services from now on; in each of those what it is to do.

    To be called before anything is opened: a fork of this process stays, and all are forks of that. It ends after this
    process, when a supervisor runs, or none is to.
    """
    ours, theirs = socket.socketpair()
    if pid := os.fork():
        theirs.close()
        return None, launch_from(Origin(pid, ours, PATIENCE_S))
    ours.close()
    with theirs:
        _become_origin()
        order = fork_services(theirs)
    return order or _start_supervisor(), None


def _become_origin() -> None:
    """Shows what this is, and has nothing more to do with the log of whom it was forked from."""
    show_command_line([sys.executable, '-m', 'dothi.local.origin'])
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in (1, 2):
        os.dup2(nowhere, output)
    os.close(nowhere)


def _start_supervisor() -> ForkOrder | None:
    """Starts one where it should run and none does, and ends this process; in a fork of it what that is to do."""
    order, launch = stand_by() if _becomes_missing() else (None, None)
    if order:
        return order
    deadline_s = time.monotonic() + LONGEST_S
    while _is_missing() and time.monotonic() < deadline_s and not _start_alone(launch):
        time.sleep(OCCUPIED_S)
    os._exit(0)


def _becomes_missing() -> bool:
    """Whether one is missing as soon as what was killed is gone."""
    for _ in range(round(GONE_S / OCCUPIED_S)):
        if _is_missing():
            return True
        time.sleep(OCCUPIED_S)
    return False


def _is_missing() -> bool:
    """Whether a supervisor should run, and none does; whoever ends one by intention removes its record."""
    both = supervisors()
    return not any(each.pid() for each in both) and any(each.fingerprint() is not None for each in both)


def _start_alone(launch: Launch | None) -> bool:
    """Starts a supervisor if it is missing still; False while somebody else starts or ends parts of the instance."""
    with alone_at_once(PARTS) as is_alone:
        if is_alone and _is_missing():
            supervisor = next(each for each in supervisors() if each.fingerprint() is not None)
            supervisor.start(supervisor.fingerprint() or '', launch)
        return is_alone

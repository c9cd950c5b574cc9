"""One of the two supervisors of an instance: waits until it is the one that watches (dothi/local/supervision.py).

    python -m dothi.local.supervisor /var/lib/dothi/run spare 45

Whoever waits has imported nothing large: it costs 10 MB. The kernel says when the other one has ended; whether it only
stands still is looked at every few seconds.
"""

import fcntl
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dothi.core.heartbeat import beat, last_sign
from dothi.core.stillness import LOOK_S, Stillness
from dothi.local.supervisor_names import NAMES

if TYPE_CHECKING:
    from dothi.core.services import Launch

# A supervisor that has just become the one that watches gives no sign until it has loaded what it needs.
START_S = 300.0


def main(run: Path, name: str, patience_s: float) -> None:
    """Watches as a supervisor, once the other one does not; in what one that is a fork has forked runs the service."""
    # a fork of the origin has what it needs, and can be forked from
    if 'dothi.local.supervision' not in sys.modules:
        wait_and_watch(run, name, patience_s)
        return
    from dothi.local.forking import run_as
    from dothi.local.standing_origin import stand_by

    order, launch = stand_by()
    if order:
        run_as(order)
    else:
        wait_and_watch(run, name, patience_s, launch)


def wait_and_watch(run: Path, name: str, patience_s: float, launch: 'Launch | None' = None) -> None:
    """Waits for the lock in the folder `run`, and watches the instance until SIGTERM.

    patience_s: so long whoever holds the lock may give no sign of life; then it is killed. launch: where what is
    started again comes from; None for programs.
    """
    with (run / 'supervisor.lock').open('a+') as lock:
        stillness: Stillness[int] = Stillness()
        signal.signal(signal.SIGALRM, lambda *_: _look(run, name, patience_s, stillness))
        signal.setitimer(signal.ITIMER_REAL, LOOK_S, LOOK_S)
        # whoever held it has ended, or was killed
        fcntl.flock(lock, fcntl.LOCK_EX)
        signal.setitimer(signal.ITIMER_REAL, 0)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        from dothi.local.supervision import supervise

        supervise(name, launch)


def _look(run: Path, name: str, patience_s: float, stillness: Stillness[int]) -> None:
    """Kills the holder of the lock when it has given no sign for too long; the kernel gives the lock to us then."""
    holder = _holder(run)
    # a disk that takes no sign of ours takes none of the other one
    if not beat(run, name) or holder is None:
        return
    signs = [last_sign(run, other, holder) for other in NAMES if other != name]
    still_s = stillness.look({holder: signs})[holder]
    if still_s >= (patience_s if any(signs) else START_S):
        with suppress(ProcessLookupError):
            os.kill(holder, signal.SIGKILL)


def _holder(run: Path) -> int | None:
    """The process that holds the lock; it wrote down its number, which no other process has for as long."""
    try:
        return int((run / 'supervisor.lock').read_text(encoding='ascii'))
    except (OSError, ValueError):
        return None


if __name__ == '__main__':
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))

"""One of the two supervisors of an instance: waits until it is the one that watches (dothi/local/supervision.py).

    python -m dothi.local.supervisor /var/lib/dothi/run

Whoever waits has imported nothing yet and is given nothing to do by the kernel: it costs 10 MB and no time.
"""

import fcntl
import sys
from pathlib import Path


def main(run: Path) -> None:
    """Waits for the lock in the folder `run`, and watches the instance until SIGTERM."""
    with (run / 'supervisor.lock').open('w') as lock:
        # whoever held it has ended, or was killed
        fcntl.flock(lock, fcntl.LOCK_EX)
        from dothi.local.supervision import supervise

        supervise()


if __name__ == '__main__':
    main(Path(sys.argv[1]))

"""Work in a fork of this process: the memory that it takes on the way is gone with the fork, its result stays."""

import os
import pickle
import signal
import traceback
from collections.abc import Callable

# A fork that takes longer has met a lock that a thread held when it was made, and is ended.
LONGEST_S = 60


def compute_apart[Result](compute: Callable[[], Result]) -> Result:
    """The result of `compute`, from a fork; from this process where the fork fails or there is no room for one.

    compute: may not use connections that are open. For a time when few threads run, as at the start of a service.
    """
    reads, writes = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(reads)
        os.close(writes)
        return compute()
    if not pid:
        _compute_and_end(compute, writes)
    os.close(writes)
    with os.fdopen(reads, 'rb') as pipe:
        packed = pipe.read()
    _, status = os.waitpid(pid, 0)
    result: Result = compute() if status else pickle.loads(packed)  # noqa: S301 - from this very program
    return result


def _compute_and_end(compute: Callable[[], object], writes: int) -> None:
    """Does not return."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LONGEST_S)
    try:
        with os.fdopen(writes, 'wb') as pipe:
            pickle.dump(compute(), pipe)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)

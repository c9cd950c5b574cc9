"""How many attempts with a password are underway in a process: strangers keep some of its threads busy, never all."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from dothi.core.access.attempts import TooManyAttempts
from dothi.core.errors import TooMany
from dothi.core.settings import ServerSettings

# Of all threads, a third; of these an address has half.
SHARE_OF_THREADS, MOST_OF_AN_ADDRESS = 3, 3
_LOCK = Lock()
_INSIDE: Counter[str] = Counter()


class Crowded(TooManyAttempts):
    """As many attempts are underway as there are places."""

    def __init__(self) -> None:
        self.wait_s = 2
        TooMany.__init__(
            self,
            vi='Đang có quá nhiều người đăng nhập cùng lúc. Đợi vài giây rồi thử lại.',
            en='Too many attempts to sign in are underway. Wait some seconds, and try again.',
        )


@contextmanager
def one_attempt(address: str) -> Iterator[None]:
    """One of the places for attempts with a password; raises Crowded where none is free for that address."""
    most = max(1, ServerSettings().threads // SHARE_OF_THREADS)
    with _LOCK:
        if _INSIDE.total() >= most or _INSIDE[address] >= MOST_OF_AN_ADDRESS:
            raise Crowded
        _INSIDE[address] += 1
    try:
        yield
    finally:
        with _LOCK:
            _INSIDE[address] -= 1
            if not _INSIDE[address]:
                del _INSIDE[address]

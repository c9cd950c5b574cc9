"""How many attempts to sign in are underway in a process: strangers keep some of its threads busy, never all."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Literal

from dothi.core.access.attempts import TooManyAttempts
from dothi.core.errors import TooMany
from dothi.core.settings import ServerSettings

# Each has places of its own: a provider that is slow takes none from who has a password.
type WayIn = Literal['password', 'provider']
# Of all threads a third for each way in, and no more than six: to hash a password takes 64 MB. An address has half.
SHARE_OF_THREADS, MOST_UNDERWAY, MOST_OF_AN_ADDRESS = 3, 6, 3
_LOCK = Lock()
_INSIDE: dict[WayIn, Counter[str]] = {'password': Counter(), 'provider': Counter()}


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
def one_attempt(address: str, way_in: WayIn = 'password') -> Iterator[None]:
    """One of the places for attempts on that way in; raises Crowded where none is free for that address."""
    most = min(max(1, ServerSettings().threads // SHARE_OF_THREADS), MOST_UNDERWAY)
    inside = _INSIDE[way_in]
    with _LOCK:
        if inside.total() >= most or inside[address] >= MOST_OF_AN_ADDRESS:
            raise Crowded
        inside[address] += 1
    try:
        yield
    finally:
        with _LOCK:
            inside[address] -= 1
            if not inside[address]:
                del inside[address]

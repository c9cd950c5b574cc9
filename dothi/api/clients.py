"""How much one client may ask of a web process: requests per second, and queries at a time.

Each web process counts for itself: what one client must not take from others, threads and connections of the pool,
belongs to the process too. So a client gets at most DOTHI_WORKERS times as many. A proxy may count for all
(docker/nginx.conf does).
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask, g, request

from dothi.api.address import client_address
from dothi.api.service import service
from dothi.core.errors import TooMany
from dothi.core.settings import ClientSettings

# Whoever was not heard of for longest is forgotten first.
MOST_CLIENTS = 10_000
# For as long a client's query waits for the end of another one of its own.
QUERY_PATIENCE_S = 3.0


class TooManyRequests(TooMany):
    """A client asks more often than it may."""


class TooManyQueries(TooMany):
    """A client has as many queries running as it may."""


@dataclass
class Client:
    """One client's account. tokens: requests that it has left now; each second brings new ones, up to a burst."""

    tokens: float
    seen_s: float
    queries: threading.BoundedSemaphore
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, now_s: float, per_s: float, burst: float) -> bool:
        """Whether a request may pass at `now_s`; it takes a token if so."""
        with self.lock:
            self.tokens = min(burst, self.tokens + (now_s - self.seen_s) * per_s)
            self.seen_s = now_s
            if self.tokens < 1:
                return False
            self.tokens -= 1
            return True


class Clients:
    """The accounts of all clients of this process, by address."""

    def __init__(self, settings: ClientSettings) -> None:
        self.settings = settings
        self._known: OrderedDict[str, Client] = OrderedDict()
        self._lock = threading.Lock()

    def account(self, address: str) -> Client:
        """The account of a client, a full one for whoever is new."""
        with self._lock:
            client = self._known.get(address)
            if client is None:
                queries = threading.BoundedSemaphore(self.settings.client_queries)
                client = Client(self.settings.client_burst, time.monotonic(), queries)
                self._known[address] = client
                if len(self._known) > MOST_CLIENTS:
                    self._known.popitem(last=False)
            self._known.move_to_end(address)
            return client


def install(app: Flask) -> None:
    """Counts the requests of each client of the public service."""
    if app.extensions['dothi'].audience == 'public':
        app.before_request(count_request)


def count_request() -> None:
    """Raises TooManyRequests; health checks are not counted."""
    if request.endpoint == 'health.health':
        return
    settings = service().clients.settings
    per_s, burst = settings.client_requests_per_s, settings.client_burst
    if per_s and not service().clients.account(client_address()).take(time.monotonic(), per_s, burst):
        raise TooManyRequests(
            vi=f'Quá {per_s:g} yêu cầu mỗi giây từ một địa chỉ. Gửi chậm lại, hoặc tải cả lớp (/api/collections/…).',
            en=f'More than {per_s:g} requests a second from one address. Ask more slowly, or download whole layers.',
        )


@dataclass
class QueryPlace:
    """A request's place among its client's queries: taken once, however many snapshots the request has open."""

    places: threading.BoundedSemaphore
    most: int
    open_snapshots: int = 0

    def enter(self) -> None:
        """Takes the place, if no snapshot of the request is open yet; raises TooManyQueries."""
        if not self.open_snapshots and not self.places.acquire(timeout=QUERY_PATIENCE_S):
            raise _too_many_queries(self.most)
        self.open_snapshots += 1

    def leave(self) -> None:
        """Gives the place back with the last snapshot. A streamed answer does so after its request's context."""
        self.open_snapshots -= 1
        if not self.open_snapshots:
            self.places.release()


@contextmanager
def query_place() -> Iterator[None]:
    """One of the client's places for queries, in the public service; raises TooManyQueries.

    It is waited for: a map asks for many tiles at once, and each takes milliseconds.
    """
    if service().audience != 'public':
        yield
        return
    if 'query_place' not in g:
        clients = service().clients
        g.query_place = QueryPlace(clients.account(client_address()).queries, clients.settings.client_queries)
    place: QueryPlace = g.query_place
    place.enter()
    try:
        yield
    finally:
        place.leave()


def _too_many_queries(most: int) -> TooManyQueries:
    return TooManyQueries(
        vi=f'Bạn đang có {most} truy vấn chạy cùng lúc. Đợi chúng xong rồi thử lại.',
        en=f'You have {most} queries running at once. Wait for them, then try again.',
    )

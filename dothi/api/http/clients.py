"""How much one client may ask of the public service: requests per second, and queries at a time.

Counted for all web processes together, in the memory that they share (`client_accounts`).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request

from dothi.api.http.address import address_in, client_address
from dothi.api.http.client_accounts import ClientAccounts
from dothi.api.http.service import Service, service
from dothi.core.errors import TooMany
from dothi.core.limit_settings import ClientSettings

# For as long a client's query waits for the end of another one of its own, and looks for it so often.
QUERY_PATIENCE_S, QUERY_LOOK_S = 3.0, 0.005
# Whoever watches the service may share its address with whom it is to be watched for.
HEALTH = frozenset({'health.health', 'health.live', 'health.ready', 'metrics.metrics'})

# Set for a request that was counted before Flask looked at it.
COUNTED = 'dothi.counted'


class TooManyRequests(TooMany):
    """A client asks more often than it may."""


class TooManyQueries(TooMany):
    """A client has as many queries running as it may."""


def open_accounts() -> ClientAccounts:
    """Accounts with the limits of the settings, for this process and those that it forks."""
    settings = ClientSettings()
    return ClientAccounts(settings.client_requests_per_s, settings.client_burst)


def install(app: Flask) -> None:
    """Counts the requests of each client of the public service."""
    if app.extensions['dothi'].audience == 'public':
        app.before_request(count_request)


def count_request() -> None:
    """Raises TooManyRequests; health checks are not counted."""
    if request.endpoint in HEALTH or COUNTED in request.environ:
        return
    if not take_token(service(), request.environ):
        per_s = service().client_limits.client_requests_per_s
        raise TooManyRequests(
            vi=f'Quá {per_s:g} yêu cầu mỗi giây từ một địa chỉ. Gửi chậm lại, hoặc tải cả lớp (/api/collections/…).',
            en=f'More than {per_s:g} requests a second from one address. Ask more slowly, or download whole layers.',
        )


def take_token(served: Service, environ: dict[str, Any]) -> bool:
    """Whether the request is within what its client may ask, where that is limited; it counts then."""
    limits_clients = served.audience == 'public' and served.client_limits.client_requests_per_s
    return not limits_clients or served.clients.take_token(address_in(environ))


@dataclass
class QueryPlace:
    """A request's place among its client's queries: taken once, however many snapshots the request has open."""

    accounts: ClientAccounts
    address: str
    most: int
    open_snapshots: int = 0
    number: int = 0

    def enter(self) -> None:
        """Takes the place, if no snapshot of the request is open yet; raises TooManyQueries."""
        if not self.open_snapshots:
            self.number = self._wait()
        self.open_snapshots += 1

    def leave(self) -> None:
        """Gives the place back with the last snapshot. A streamed answer does so after its request's context."""
        self.open_snapshots -= 1
        if not self.open_snapshots:
            self.accounts.end_query(self.number)

    def _wait(self) -> int:
        deadline_s = time.monotonic() + QUERY_PATIENCE_S
        while (number := self.accounts.begin_query(self.address, self.most)) is None:
            if time.monotonic() >= deadline_s:
                raise _too_many_queries(self.most)
            time.sleep(QUERY_LOOK_S)
        return number


@contextmanager
def query_place() -> Iterator[None]:
    """One of the client's places for queries, in the public service; raises TooManyQueries.

    It is waited for: a map asks for many tiles at once, and each takes milliseconds.
    """
    if service().audience != 'public' or request.endpoint in HEALTH:
        yield
        return
    if 'query_place' not in g:
        most = service().client_limits.client_queries
        g.query_place = QueryPlace(service().clients, client_address(), most)
    place: QueryPlace = g.query_place
    place.enter()
    try:
        yield
    finally:
        place.leave()


@contextmanager
def body_place() -> Iterator[None]:
    """One of the client's places for queries, while the body of a request comes to the public service.

    It is not waited for: whoever waits keeps a thread, as does a body that does not come. Raises TooManyQueries.
    """
    if service().audience != 'public':
        yield
        return
    most = service().client_limits.client_queries
    number = service().clients.begin_query(client_address(), most)
    if number is None:
        raise _too_many_queries(most)
    try:
        yield
    finally:
        service().clients.end_query(number)


def _too_many_queries(most: int) -> TooManyQueries:
    return TooManyQueries(
        vi=f'Bạn đang có {most} truy vấn chạy cùng lúc. Đợi chúng xong rồi thử lại.',
        en=f'You have {most} queries running at once. Wait for them, then try again.',
    )

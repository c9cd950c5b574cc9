"""A client that keeps its connection, as browsers and QGIS do."""

import http.client
from typing import NamedTuple
from urllib.parse import urlsplit

# What every browser and QGIS send; left away where the bytes themselves are compared with raw SQL's.
COMPRESSED = {'Accept-Encoding': 'gzip'}


class Answer(NamedTuple):
    """Status, headers with names in lower case, and body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """One connection to one server, opened anew where the server closed it."""

    def __init__(self, base: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=600)

    def ask(self, url: str, headers: dict[str, str] | None = None) -> Answer:
        """Whatever the server answers."""
        parts = urlsplit(url)
        path = f'{parts.path}?{parts.query}' if parts.query else parts.path
        try:
            return self._ask(path, headers or {})
        except (http.client.RemoteDisconnected, ConnectionError):
            self.connection.close()
            return self._ask(path, headers or {})

    def get(self, url: str, headers: dict[str, str] | None = None) -> bytes:
        """The body; anything but 200 and 204 raises RuntimeError, so that no failure is taken for speed."""
        answer = self.ask(url, headers)
        if answer.status not in {200, 204}:
            raise RuntimeError(f'{url}: {answer.status} {answer.body[:300]!r}')
        return answer.body

    def _ask(self, path: str, headers: dict[str, str]) -> Answer:
        self.connection.request('GET', path, headers=headers)
        response = self.connection.getresponse()
        body = response.read()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

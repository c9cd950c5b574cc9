"""A client of a running service that is used as Flask's test client is."""

from dataclasses import dataclass
from typing import Any

import requests
from werkzeug.wrappers import Response

PATIENCE_S = 300


@dataclass(frozen=True)
class SocketClient:
    """Asks the service at `url` with a key."""

    url: str
    key: str

    def get(self, path: str, headers: dict[str, str] | None = None) -> Response:
        return self._ask('GET', path, headers=headers)

    def post(self, path: str, json: Any = None, headers: dict[str, str] | None = None) -> Response:
        return self._ask('POST', path, headers=headers, json=json)

    def _ask(self, method: str, path: str, headers: dict[str, str] | None, json: Any = None) -> Response:
        answer = requests.request(
            method, self.url + path, json=json, timeout=PATIENCE_S, allow_redirects=False,
            headers={'Authorization': f'Bearer {self.key}', 'Accept-Encoding': 'identity', **(headers or {})},
        )  # fmt: skip
        return Response(answer.content, answer.status_code, answer.headers.items())

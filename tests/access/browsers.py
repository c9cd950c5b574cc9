"""A browser of somebody who works with the platform."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = 'bốn con trâu gặm cỏ tím'
OTHER_PASSWORD = 'cầu vồng trên bến đò sắt'


@dataclass
class Browser:
    """A browser with its cookies, and what its pages know of the session."""

    client: FlaskClient
    csrf: str = ''

    def sign_in(self, name: str, password: str = PASSWORD, code: str = '') -> TestResponse:
        answer = self.client.post('/sign-in', json={'name': name, 'password': password, 'code': code})
        self.csrf = (answer.get_json() or {}).get('csrf', '')
        return answer

    def post(self, path: str, **fields: Any) -> TestResponse:
        """A change, as pages of the service send it."""
        return self.client.post(path, json=fields, headers={'X-CSRF-Token': self.csrf})

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=headers)

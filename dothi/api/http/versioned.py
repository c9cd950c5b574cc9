"""Addresses that carry a version: what they lead to never changes, so that caches may keep it without asking again.

Of the public service only: what one person may see is nothing that a cache between keeps.
"""

import hashlib
import re
from collections.abc import Callable
from urllib.parse import urlencode

from flask import Flask, Response, g, request

from dothi.api.http.address import root_url
from dothi.api.http.parameters import Parameter, bad_value, request_parameters
from dothi.api.http.service import service
from dothi.api.http.vary import vary_by
from dothi.core.text import Text

LIFETIME_S = 86_400
FORM = re.compile('[0-9a-f]{16}')


def _parse_version(name: str, text: str) -> str:
    if not FORM.fullmatch(text):
        raise bad_value(
            name,
            text,
            'phải lấy từ địa chỉ mà dịch vụ đưa ra; bỏ tham số này để nhận bản hiện hành.',
            'must come from an address of this service; leave it out to get what is current.',
        )
    return text


VERSION = Parameter(
    'version',
    _parse_version,
    {'type': 'string', 'pattern': f'^{FORM.pattern}$'},
    Text(
        vi='Phiên bản, như địa chỉ do dịch vụ đưa ra đã ghi: câu trả lời được giữ một ngày không cần hỏi lại; '
        'phiên bản cũ dẫn đến địa chỉ hiện hành (307).',
        en='The version, as addresses of this service have it: the answer may be kept for a day without asking again; '
        'an old one leads to the current address (307).',
    ),
)


def version_of(*parts: object) -> str:
    """The version of what depends on `parts`, beside the software and what the locality says."""
    texts = (service().fingerprint, *map(str, parts))
    return hashlib.sha256('\0'.join(texts).encode()).hexdigest()[:16]


def with_version(address: str, version: str) -> str:
    """`address` with the version on the public service, else as it is; for QGIS as well.

    A project of QGIS outlives a release, and its vector tiles follow no redirection (3.40, with Qt 5).
    """
    if service().audience != 'public':
        return address
    g.depends_on_client = True
    if 'QGIS/' in request.headers.get('User-Agent', ''):
        return address
    return f'{address}{"&" if "?" in address else "?"}{VERSION.name}={version}'


def moved_to(current_version: Callable[[], str]) -> Response | None:
    """The way to the current address, where the request carries another version than that; None where it does not.

    What is answered with the same snapshot of the database as the version may then be kept for as long as caches like.
    """
    requested = VERSION.read()
    if requested is None or service().audience != 'public':
        return None
    version = current_version()
    if requested == version:
        g.carries_version = True
        return None
    return _way_to({VERSION.name: version})


def unversioned() -> Response | None:
    """The way to the same address without its version, for what turned out to be another; None where it has none."""
    return _way_to({}) if is_versioned() else None


def is_versioned() -> bool:
    """Whether the current answer is for an address whose version is the current one."""
    return bool(g.get('carries_version', False))


def _way_to(version: dict[str, str]) -> Response:
    others = [(name, value) for name, value in request_parameters().items(multi=True) if name != VERSION.name]
    query = urlencode([*others, *version.items()], safe=',:/')
    g.carries_version = False
    return Response(
        status=307,
        headers={'Location': f'{root_url()}{request.path}?{query}'.rstrip('?'), 'Cache-Control': 'no-store'},
    )


def install(app: Flask) -> None:
    """Lets caches keep what an address with a version leads to."""
    app.after_request(_say_how_long)


def _say_how_long(response: Response) -> Response:
    if g.get('depends_on_client', False):
        vary_by(response, 'User-Agent')
    if is_versioned() and response.status_code in (200, 204, 304):
        response.headers['Cache-Control'] = f'public, max-age={LIFETIME_S}, immutable'
        # nginx keeps what else it asks for again after a second (docker/nginx.conf)
        response.headers['X-Accel-Expires'] = str(LIFETIME_S)
    return response

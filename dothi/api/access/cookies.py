"""The cookie of a session, and the token that shows that a page of this service sends a change."""

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import Response, request

from dothi.api.http.address import root_url
from dothi.core.settings import SessionSettings

CSRF_HEADER, CSRF_FIELD = 'X-CSRF-Token', 'csrf'
MARK_S = 180 * 24 * 3600


def session_secret() -> str | None:
    """The secret of the session that the request came with."""
    return request.cookies.get(_name('session')) or None


def csrf_token(secret: str) -> str:
    """What a change has to bring along besides the cookie, which browsers send by themselves (ASVS 4.2.2)."""
    return hashlib.sha256(f'dothi csrf {secret}'.encode()).hexdigest()[:40]


def has_csrf_token(secret: str) -> bool:
    """Whether the request brings it, as a header or as a field of a form."""
    token = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, '')
    return hmac.compare_digest(token.encode(), csrf_token(secret).encode())


def give_session(response: Response, secret: str) -> None:
    """Sets the cookie of a new session; scripts of our pages read the other one, which opens nothing by itself."""
    age_s = SessionSettings().session_hours * 3600
    response.set_cookie(
        _name('session'), secret, max_age=age_s, secure=_is_secure(), httponly=True, samesite='Lax', path='/'
    )
    response.set_cookie(
        _name('csrf'), csrf_token(secret), max_age=age_s, secure=_is_secure(), samesite='Strict', path='/'
    )


def give_mark(response: Response, mark: str) -> None:
    """Sets the cookie by which the device is known at the next sign-in; it opens nothing by itself."""
    response.set_cookie(
        _name('device'), mark, max_age=MARK_S, secure=_is_secure(), httponly=True, samesite='Strict', path='/'
    )


def device_mark() -> str:
    """The mark that the device was given before; empty for one that was not."""
    return request.cookies.get(_name('device'), '')


def take_session(response: Response) -> None:
    """Takes both cookies away again."""
    for name in ('session', 'csrf'):
        response.delete_cookie(_name(name), secure=_is_secure(), httponly=name == 'session', path='/')


def _name(what: str) -> str:
    """Browsers send a cookie to all ports of a machine: each instance there has a name of its own.

    `__Host-` makes them refuse what another host, or a page without TLS, would set (RFC 6265bis, 4.1.3.2).
    """
    prefix = '__Host-' if _is_secure() else ''
    port = urlsplit(root_url()).port
    return f'{prefix}dothi_{what}{f"_{port}" if port else ""}'


def _is_secure() -> bool:
    return root_url().startswith('https://')

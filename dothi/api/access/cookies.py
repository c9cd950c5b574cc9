"""The cookies of a session and of a sign-in at a provider, and the token of changes from pages of this service."""

import base64
import hashlib
import hmac
from urllib.parse import urlsplit

from flask import Response, request

from dothi.api.http.address import root_url
from dothi.core.access.pending_sign_in import PendingSignIn
from dothi.core.settings import SessionSettings

CSRF_HEADER, CSRF_FIELD = 'X-CSRF-Token', 'csrf'
MARK_S = 180 * 24 * 3600
# How long somebody may take at the provider. A cookie has 4 kB.
PENDING_S, LONGEST_COOKIE = 600, 3_500
SIGN_OUT_PATH = '/sign-out/provider'


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


def give_pending(response: Response, pending: PendingSignIn) -> None:
    """Sets the cookie of a sign-in that goes on at the provider. `Lax`: the way back comes from another site."""
    value = _encoded(pending)
    if len(value) > LONGEST_COOKIE:
        value = _encoded(pending.model_copy(update={'next_path': '/'}))
    response.set_cookie(
        _name('provider'), value, max_age=PENDING_S, secure=_is_secure(), httponly=True, samesite='Lax', path='/'
    )


def kept_pending() -> PendingSignIn | None:
    """The sign-in that this browser has begun; None where there is none, or something else stands there."""
    try:
        return PendingSignIn.model_validate_json(base64.urlsafe_b64decode(request.cookies.get(_name('provider'), '')))
    except ValueError:
        return None


def take_pending(response: Response) -> None:
    """Takes the cookie of a sign-in at the provider away: an answer is taken once."""
    response.delete_cookie(_name('provider'), secure=_is_secure(), httponly=True, path='/')


def give_id_token(response: Response, id_token: str) -> None:
    """Keeps for the way out what the provider said of who came in; no other address gets this cookie."""
    if len(id_token) <= LONGEST_COOKIE:
        response.set_cookie(
            'dothi_id_token', id_token, max_age=SessionSettings().session_hours * 3600, secure=_is_secure(),
            httponly=True, samesite='Lax', path=_sign_out_path(),
        )  # fmt: skip


def kept_id_token() -> str:
    """What `give_id_token` kept; empty without."""
    return request.cookies.get('dothi_id_token', '')


def take_id_token(response: Response) -> None:
    """Takes that cookie away."""
    response.delete_cookie('dothi_id_token', secure=_is_secure(), httponly=True, path=_sign_out_path())


def _sign_out_path() -> str:
    """As browsers see it, also below the path of a proxy."""
    return urlsplit(root_url()).path + SIGN_OUT_PATH


def _encoded(pending: PendingSignIn) -> str:
    return base64.urlsafe_b64encode(pending.model_dump_json().encode()).decode()


def _name(what: str) -> str:
    """Browsers send a cookie to all ports of a machine: each instance there has a name of its own.

    `__Host-` makes them refuse what another host, or a page without TLS, would set (RFC 6265bis, 4.1.3.2).
    """
    prefix = '__Host-' if _is_secure() else ''
    port = urlsplit(root_url()).port
    return f'{prefix}dothi_{what}{f"_{port}" if port else ""}'


def _is_secure() -> bool:
    return root_url().startswith('https://')

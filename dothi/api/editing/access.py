"""Who asks: an editor, by a token in the Authorization header, as `key=` in the query, or as a ticket in the path.

QGIS 3.40 keeps `key=` of a service's address on what it reads, and leaves it out of OPTIONS, POST, PUT, PATCH and
DELETE. What it keeps on all requests is the path of the landing page's link to the collections: to who brings a key,
that link has a ticket in its path.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_plus

from flask import Flask, Response, g, request

from dothi.api.http.problems import problem_response
from dothi.api.http.service import service
from dothi.core.edit_token import editor_with, editor_with_ticket, ticket_of
from dothi.core.errors import NotSignedIn
from dothi.core.text import Text

KEY, TICKET = 'dothi.key', 'dothi.ticket'
TICKET_PATH = re.compile(r'^/api/key/([^/]*)(?=/|$)')
SECRETS = re.compile(r'((?:key|token)=)[^&#\s]*|(/api/key/)[^/?#\s]*', re.IGNORECASE)
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class NotAnEditor(NotSignedIn):
    """Editing wants a token, and there is none."""


class UnknownToken(NotSignedIn):
    """The token is nobody's."""


def install(app: Flask) -> None:
    """Keeps keys out of every log, and takes them out of the address where they mean something."""
    app.register_error_handler(NotSignedIn, _challenge_client)
    internal = app.extensions['dothi'].audience == 'internal'
    app.wsgi_app = _without_secrets(app.wsgi_app, takes=internal)  # type: ignore[method-assign, assignment]
    if internal:
        app.before_request(_require_known_key)
        app.after_request(_mark_private)


def current_editor() -> str | None:
    """The name of the editor who asks, or None for anybody else; raises UnknownToken."""
    if service().audience != 'internal':
        return None
    if 'editor' not in g:
        g.editor = _authenticated_editor()
    name: str | None = g.editor
    return name


def must_be_editor() -> str:
    """The name of the editor who asks; raises NotAnEditor or UnknownToken."""
    name = current_editor()
    if name is None:
        raise NotAnEditor(
            vi='Muốn sửa dữ liệu phải có mã: gửi "Authorization: Bearer MÃ", hoặc thêm key=MÃ vào địa chỉ.',
            en='Editing wants a token: send "Authorization: Bearer TOKEN", or add key=TOKEN to the address.',
        )
    return name


def key_path() -> str:
    """What stands before `/collections` in the path for who came with a key, and nothing for anybody else."""
    environ = request.environ
    if KEY in environ:
        return f'/key/{ticket_of(environ[KEY])}'
    return f'/key/{environ[TICKET]}' if TICKET in environ else ''


def _authenticated_editor() -> str | None:
    environ, authorization = request.environ, request.authorization
    if authorization is not None and authorization.type == 'bearer':
        name = editor_with(authorization.token or '')
    elif KEY in environ:
        name = editor_with(environ[KEY])
    elif TICKET in environ:
        name = editor_with_ticket(environ[TICKET])
    else:
        return None
    if name is None:
        raise UnknownToken(
            vi='Mã sửa dữ liệu không đúng. Hỏi quản trị viên mã của bạn.',
            en='The token for editing is not right. Ask the administrator for yours.',
            steward=Text(
                vi='Mã: DOTHI_EDIT_TOKEN, hoặc secrets/edit_token.',
                en='Tokens: DOTHI_EDIT_TOKEN, or secrets/edit_token.',
            ),
        )
    return name


def _require_known_key() -> None:
    """A key that is nobody's is refused wherever it comes, so that nobody works on with an old one.

    The key of `/metrics` is no editor's.
    """
    if request.endpoint != 'metrics.metrics':
        current_editor()


def _mark_private(response: Response) -> Response:
    """No shared cache keeps what was answered to a key."""
    if KEY in request.environ or TICKET in request.environ:
        response.cache_control.private = True
        response.cache_control.no_cache = True
    return response


def _challenge_client(error: NotSignedIn) -> Response:
    response = problem_response(error)
    reason = ', error="invalid_token"' if isinstance(error, UnknownToken) else ''
    response.headers['WWW-Authenticate'] = f'Bearer realm="dothi"{reason}'
    return response


def _without_secrets(app: WsgiApp, *, takes: bool) -> WsgiApp:
    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if takes:
            _take_key(environ)
            _take_ticket(environ)
        # gunicorn's access log writes these
        for name in ('RAW_URI', 'REQUEST_URI', 'HTTP_REFERER'):
            if name in environ:
                environ[name] = SECRETS.sub(r'\1\2***', environ[name])
        return app(environ, start)

    return application


def _take_key(environ: dict[str, Any]) -> None:
    parts = environ.get('QUERY_STRING', '').split('&')
    keys = [part for part in parts if part.partition('=')[0].lower() == 'key']
    if keys:
        environ[KEY] = unquote_plus(keys[-1].partition('=')[2])
        environ['QUERY_STRING'] = '&'.join(part for part in parts if part not in keys)


def _take_ticket(environ: dict[str, Any]) -> None:
    match = TICKET_PATH.match(environ.get('PATH_INFO', ''))
    if match:
        environ[TICKET] = match[1]
        environ['PATH_INFO'] = '/api' + environ['PATH_INFO'][match.end() :]

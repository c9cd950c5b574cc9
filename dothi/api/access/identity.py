"""Who asks: by a session's cookie, or by a key in the Authorization header, as `key=` in the query, or as a ticket.

QGIS 3.40 keeps `key=` of a service's address on what it reads, and leaves it out of OPTIONS, POST, PUT, PATCH and
DELETE. What it keeps on all requests is the path of the landing page's link to the collections: to who brings a key,
that link has a ticket in its path.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, unquote_plus

from flask import Flask, Response, g, redirect, request

from dothi.api.access.cookies import has_csrf_token, session_secret
from dothi.api.http.address import root_url
from dothi.api.http.masking import without_secrets
from dothi.api.http.problems import is_for_browser, problem_response
from dothi.api.http.query_body import is_query
from dothi.api.http.service import service
from dothi.api.http.vary import vary_by
from dothi.core.access.author import author_of
from dothi.core.access.keys import identity_of_key, identity_of_ticket, ticket_of
from dothi.core.access.person import ACTION_TITLES, ROLE_TITLES, Action, Identity
from dothi.core.access.sign_in import identity_of_session
from dothi.core.access.tokens import adopt_tokens
from dothi.core.edit_token import editors
from dothi.core.errors import Forbidden, NotSignedIn
from dothi.core.text import Text

KEY, TICKET, IDENTITY = 'dothi.key', 'dothi.ticket', 'dothi.identity'
# Why it could not be found out what who asks may see.
FAILURE = 'dothi.failure'
# Set by the service itself where it asks its own app, before anybody else can.
WARMING_UP = 'dothi.warming_up'
TICKET_PATH = re.compile(r'^/(api|ows)/key/([^/]*)(?=/|$)')
CHANGING = frozenset(('POST', 'PUT', 'PATCH', 'DELETE'))
# What is there for whoever has not signed in: whether the service is well, the way in, and files without data.
OPEN = frozenset(
    ('health.health', 'health.live', 'health.ready', 'metrics.metrics', 'portal.file', 'sign_in.page', 'sign_in.enter',
     'sign_in.invitation', 'sign_in.take_up')
)  # fmt: skip
# What shows no layer: a key that allows to deliver alone hands in a file, and follows it.
WITHOUT_SEEING = frozenset(
    ('account', 'portal', 'health', 'landing', 'conformance', 'openapi', 'functions', 'norm_values',
     'process_descriptions', 'process_execution', 'process_jobs', 'deliveries', 'changes', 'edits', 'uploads',
     'people')
)  # fmt: skip
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class SignInNeeded(NotSignedIn):
    """The internal service answers people it knows, and nobody has said who they are."""


class NotAnEditor(NotSignedIn):
    """A change wants a sign-in or a key, and there is none."""


class UnknownToken(NotSignedIn):
    """The key is nobody's (any more)."""


class NotAllowedTo(Forbidden):
    """Whoever asks is known, and may not do this."""


class MissingCsrfToken(Forbidden):
    """A change came with a session's cookie alone, which any page can make a browser send."""


def install(app: Flask) -> None:
    """Keeps keys out of every log, and takes them out of the address where they mean something."""
    app.register_error_handler(NotSignedIn, _challenge_client)
    internal = app.extensions['dothi'].audience == 'internal'
    app.wsgi_app = _without_secrets(app.wsgi_app, takes=internal)  # type: ignore[method-assign, assignment]
    if internal:
        app.before_request(_require_known)
        app.after_request(_mark_private)


def current_identity() -> Identity | None:
    """Who asks, or None for whoever has not said; raises UnknownToken, and MissingCsrfToken at a change."""
    if service().audience != 'internal':
        return None
    if 'identity' not in g:
        g.identity = _authenticated()
    identity: Identity | None = g.identity
    return identity


def current_editor() -> str | None:
    """Under which name jobs and edits of whoever asks are kept; None for whoever has not signed in."""
    identity = current_identity()
    return author_of(identity.person) if identity else None


def may(action: Action) -> bool:
    """Whether whoever asks may do this with some layer."""
    identity = current_identity()
    return identity is not None and action in service().locality.policy.actions(identity)


def require(action: Action) -> Identity:
    """Who asks, if they may do this with some layer; raises NotAnEditor, UnknownToken or NotAllowedTo."""
    identity = current_identity()
    if identity is None:
        raise NotAnEditor(
            vi='Việc này cần đăng nhập, hoặc khóa: gửi "Authorization: Bearer KHÓA", hoặc thêm key=KHÓA vào địa chỉ.',
            en='This wants a sign-in or a key: send "Authorization: Bearer KEY", or add key=KEY to the address.',
        )
    if not may(action):
        raise forbidden(action, identity)
    return identity


def forbidden(action: Action, identity: Identity) -> NotAllowedTo:
    """The error for what neither role nor key allows."""
    what, role = ACTION_TITLES[action], ROLE_TITLES[identity.person.role]
    if action not in identity.scopes:
        return NotAllowedTo(
            vi=f'Khóa này không được phép {what.vi}. Tạo khóa có quyền đó ở trang tài khoản.',
            en=f'This key does not allow to {what.en}. Make one that does on the page of your account.',
        )
    return NotAllowedTo(
        vi=f'Tài khoản "{identity.person.name}" ({role.vi}) không được phép {what.vi}. Hỏi quản trị viên.',
        en=f'"{identity.person.name}" ({role.en}) may not {what.en}. Ask the administrator.',
    )


def require_where_signed_in(action: Action) -> None:
    """Raises NotAllowedTo for who has signed in, and may not do this; whoever has not is let in by setting."""
    identity = current_identity()
    if identity is not None and not may(action):
        raise forbidden(action, identity)


def must_be_editor(action: Action = Action.EDIT) -> str:
    """The name under which a change is kept; raises as `require` does."""
    return author_of(require(action).person)


def key_path() -> str:
    """What stands before `/collections` in the path for who came with a key, and nothing for anybody else."""
    environ = request.environ
    if KEY in environ:
        identity = current_identity()
        return f'/key/{ticket_of(identity)}' if identity else ''
    return f'/key/{environ[TICKET]}' if TICKET in environ else ''


def credentials_in(environ: dict[str, Any]) -> bool:
    """Whether the request says who asks, by whatever means."""
    return not {KEY, TICKET, 'HTTP_AUTHORIZATION', 'HTTP_COOKIE'}.isdisjoint(environ)


def forget_credentials(environ: dict[str, Any]) -> None:
    """Makes the request that of a stranger, for an answer that must not wait until it is clear who sends it."""
    take_secrets(environ)
    for name in (KEY, TICKET, 'HTTP_AUTHORIZATION', 'HTTP_COOKIE'):
        environ.pop(name, None)


def _authenticated() -> Identity | None:
    environ = request.environ
    identity: Identity | None = environ[IDENTITY] if IDENTITY in environ else identity_of_request()
    if identity is not None and identity.session is not None:
        _require_csrf_token()
    return identity


def identity_of_request() -> Identity | None:
    """Who asks; None for whoever has not said; raises UnknownToken."""
    if not credentials_in(request.environ):
        return None
    environ, authorization = request.environ, request.authorization
    if authorization is not None and authorization.type == 'bearer':
        identity = _of_key(authorization.token or '')
    elif KEY in environ:
        identity = _of_key(environ[KEY])
    elif TICKET in environ:
        identity = identity_of_ticket(environ[TICKET])
    else:
        return _of_session()
    if identity is None:
        raise UnknownToken(
            vi='Khóa không đúng, đã hết hạn hoặc đã thu hồi. Tạo khóa mới ở trang tài khoản, hoặc hỏi quản trị viên.',
            en='The key is wrong, has expired or was revoked. Make a new one on the page of your account, or ask the '
            'administrator.',
            steward=Text(
                vi='Mã: DOTHI_EDIT_TOKEN, hoặc secrets/edit_token.',
                en='Tokens: DOTHI_EDIT_TOKEN, or secrets/edit_token.',
            ),
        )
    return identity


def _of_key(key: str) -> Identity | None:
    """Whose key it is; one that has been added to the settings a moment ago counts too."""
    identity = identity_of_key(key)
    if identity is None and key in editors():
        adopt_tokens(service().locality)
        identity = identity_of_key(key)
    return identity


def _of_session() -> Identity | None:
    """Whose session the cookie is; None without one, and for one that has ended: its reader signs in again."""
    secret = session_secret()
    return None if secret is None else identity_of_session(secret)


def _require_csrf_token() -> None:
    if request.method in CHANGING and not has_csrf_token(session_secret() or ''):
        raise MissingCsrfToken(
            vi='Yêu cầu thay đổi thiếu X-CSRF-Token. Tải lại trang rồi thử lại.',
            en='The change lacks X-CSRF-Token. Load the page again, and repeat it.',
        )


def _require_known() -> Response | None:
    """A key that is nobody's is refused wherever it comes, so that nobody works on with an old one.

    The key of `/metrics` is no person's. Raises what kept the app of who asks from being found.
    """
    if request.endpoint == 'metrics.metrics' or (request.endpoint or '').startswith('sign_in.'):
        return None
    if _is_open() and not {KEY, TICKET, 'HTTP_AUTHORIZATION'} & request.environ.keys():
        return None
    if FAILURE in request.environ:
        raise request.environ[FAILURE]
    is_known = current_identity() is not None
    if _is_open() or WARMING_UP in request.environ or service().sessions.sign_in == 'to_change':
        return None
    if not is_known:
        return _send_to_sign_in()
    _require_sight()
    return None


def _is_open() -> bool:
    """Whether the address is there for everybody; what nothing of the API answers falls to the portal's files."""
    return request.endpoint in OPEN and not request.path.startswith('/api/')


def _require_sight() -> None:
    """Raises NotAllowedTo where a layer is asked for with a key, or in a role, that shows none."""
    if request.blueprint in WITHOUT_SEEING:
        return
    is_edit = request.blueprint == 'editing' and request.method in CHANGING and not is_query()
    if not is_edit:
        require_where_signed_in(Action.SEE)


def _send_to_sign_in() -> Response:
    """A browser's way to the form; raises SignInNeeded for everybody else."""
    if request.method == 'OPTIONS' and 'Access-Control-Request-Method' in request.headers:
        # a browser asks for a page of another origin, without cookie and key; each address gets the same answer
        return Response(status=204)
    if request.method in ('GET', 'HEAD') and is_for_browser():
        return _to_sign_in()
    raise SignInNeeded(
        vi='Dịch vụ nội bộ cần đăng nhập (/sign-in), hoặc khóa: "Authorization: Bearer KHÓA", hay key=KHÓA trong '
        'địa chỉ. Dữ liệu công khai có ở dịch vụ công khai.',
        en='The internal service wants a sign-in (/sign-in) or a key: "Authorization: Bearer KEY", or key=KEY in the '
        'address. What is public is at the public service.',
    )


def _to_sign_in() -> Response:
    return redirect(f'{root_url()}/sign-in?next={quote(_own_path(), safe="")}', 303)  # type: ignore[return-value]


def _own_path() -> str:
    query = request.query_string.decode(errors='replace')
    return f'{request.path}?{query}' if query else request.path


def _mark_private(response: Response) -> Response:
    """No shared cache keeps what was answered to a person, or shows it to another one of the same browser."""
    if g.get('identity') is not None:
        response.cache_control.private = True
        response.cache_control.public = False
        if not response.cache_control.no_store:
            response.cache_control.no_cache = True
        vary_by(response, 'Cookie')
        vary_by(response, 'Authorization')
    return response


def _challenge_client(error: NotSignedIn) -> Response:
    """What a program is to send; a person at a browser is led to the form."""
    if isinstance(error, NotAnEditor) and request.method in ('GET', 'HEAD') and is_for_browser():
        return _to_sign_in()
    response = problem_response(error)
    reason = ', error="invalid_token"' if isinstance(error, UnknownToken) else ''
    response.headers['WWW-Authenticate'] = f'Bearer realm="dothi"{reason}'
    return response


def _without_secrets(app: WsgiApp, *, takes: bool) -> WsgiApp:
    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if takes:
            take_secrets(environ)
        # gunicorn's access log writes these
        for name in ('RAW_URI', 'REQUEST_URI', 'HTTP_REFERER'):
            if name in environ:
                environ[name] = without_secrets(environ[name])
        return app(environ, start)

    return application


def take_secrets(environ: dict[str, Any]) -> None:
    """Moves a key and a ticket from the address to places of their own in `environ`."""
    _take_key(environ)
    _take_ticket(environ)


def _take_key(environ: dict[str, Any]) -> None:
    parts = environ.get('QUERY_STRING', '').split('&')
    keys = [part for part in parts if part.partition('=')[0].lower() == 'key']
    if keys:
        environ[KEY] = unquote_plus(keys[-1].partition('=')[2])
        environ['QUERY_STRING'] = '&'.join(part for part in parts if part not in keys)


def _take_ticket(environ: dict[str, Any]) -> None:
    match = TICKET_PATH.match(environ.get('PATH_INFO', ''))
    if match:
        environ[TICKET] = match[2]
        environ['PATH_INFO'] = f'/{match[1]}' + environ['PATH_INFO'][match.end() :]

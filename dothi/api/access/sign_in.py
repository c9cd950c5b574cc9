"""`/sign-in`, `/sign-out` and `/invitation/…`: the way in, and out."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request

from dothi.api.access.cookies import (
    csrf_token,
    device_mark,
    give_mark,
    give_session,
    has_csrf_token,
    session_secret,
    take_session,
)
from dothi.api.access.forms import Fields, private_json, private_page
from dothi.api.http.address import client_address, root_url
from dothi.api.http.problems import is_for_browser
from dothi.api.http.service import service
from dothi.core.access.attempts import TooManyAttempts
from dothi.core.access.device import new_mark
from dothi.core.access.doors import Crowded
from dothi.core.access.log import Deed
from dothi.core.access.passwords import LEAST_CHARACTERS, WeakPassword
from dothi.core.access.person import Identity
from dothi.core.access.sign_in import (
    Visitor,
    WrongPassword,
    end_session,
    identity_of_session,
    person_of_link,
    set_password,
    sign_in,
)
from dothi.core.database import connection
from dothi.core.errors import DothiError, Forbidden, http_status

SIGN_IN = Blueprint('sign_in', __name__)


@SIGN_IN.route('/sign-in')
def page() -> Response:
    """The form for name and password."""
    return private_page('access/sign_in.html', {'next': _next_path(request.args.get('next', ''))})


@SIGN_IN.route('/sign-in', methods=['POST'])
def enter() -> Response:
    """A session for who shows name, password and, where they have one, a one-time code."""
    fields = Fields()
    name, password = fields.required('name'), fields.required('password')
    try:
        identity, secret = sign_in(name, password, fields.text('code'), _visitor())
    except (WrongPassword, TooManyAttempts) as error:
        if not _is_form():
            raise
        data = {'next': _next_path(fields.text('next')), 'name': name, 'error': error.text}
        return _with_delay(private_page('access/sign_in.html', data, http_status(error)), error)
    return _entered(identity, secret, _next_path(fields.text('next')))


@SIGN_IN.route('/sign-out', methods=['POST'])
def leave() -> Response:
    """Ends the session that the request came with."""
    secret = session_secret()
    identity = identity_of_session(secret) if secret else None
    if secret and identity and not has_csrf_token(secret):
        raise Forbidden(vi='Tải lại trang rồi thử lại.', en='Load the page again, and repeat it.')
    if identity and identity.session:
        with connection('gatekeeper') as db:
            end_session(db, identity.person.id, identity.session, Deed.SIGNED_OUT)
    response = _redirect(f'{root_url()}/sign-in') if _is_form() else private_json({'status': 'signed out'})
    take_session(response)
    # what pages have kept is not for whoever comes to this browser next
    response.headers['Clear-Site-Data'] = '"cache", "storage"'
    return response


@SIGN_IN.route('/invitation/<link>')
def invitation(link: str) -> Response:
    """The form for a new password, for who was given the link."""
    with connection('gatekeeper') as db:
        person = person_of_link(db, link)
    return private_page('access/invitation.html', _invitation_data(person.name, person.title))


@SIGN_IN.route('/invitation/<link>', methods=['POST'])
def take_up(link: str) -> Response:
    """Sets the password, and signs its owner in."""
    fields = Fields()
    password = fields.required('password')
    try:
        if _is_form() and password != fields.text('repeated'):
            raise WeakPassword(vi='Hai lần gõ không giống nhau.', en='The two are not the same.')
        identity, secret = set_password(link, password, service().locality.place.title.vi, _visitor())
    except (WeakPassword, Crowded) as error:
        if not _is_form():
            raise
        with connection('gatekeeper') as db:
            person = person_of_link(db, link)
        data = _invitation_data(person.name, person.title) | {'error': error.text}
        return _with_delay(private_page('access/invitation.html', data, http_status(error)), error)
    return _entered(identity, secret, '/')


def _invitation_data(name: str, title: str) -> dict[str, Any]:
    return {'name': name, 'title': title, 'least': LEAST_CHARACTERS}


def _entered(identity: Identity, secret: str, path: str) -> Response:
    """The answer that gives the session: to the page that was wanted, or as a document with the CSRF token."""
    if _is_form():
        response = _redirect(f'{root_url()}{path}')
    else:
        response = private_json({'name': identity.person.name, 'csrf': csrf_token(secret)})
    give_session(response, secret)
    give_mark(response, new_mark(identity.person.name))
    return response


def _redirect(address: str) -> Response:
    response: Response = redirect(address, 303)  # type: ignore[assignment]
    response.headers['Cache-Control'] = 'no-store'
    return response


def _with_delay(response: Response, error: DothiError) -> Response:
    if isinstance(error, TooManyAttempts):
        response.headers['Retry-After'] = str(error.wait_s)
    return response


def _is_form() -> bool:
    """Whether a page is wanted, rather than a document."""
    return not request.is_json and (is_for_browser() or 'html' in request.headers.get('Accept', ''))


def _visitor() -> Visitor:
    return Visitor(client_address(), request.headers.get('User-Agent', ''), device_mark())


def _next_path(text: str) -> str:
    """`text` if it is a path of this service, else its beginning: a link may not lead people elsewhere (ASVS 5.1.5)."""
    parts = urlsplit(text)
    is_own = not parts.scheme and not parts.netloc and text.startswith('/') and not text.startswith('//')
    return text if is_own and '\\' not in text and text.isprintable() else '/'

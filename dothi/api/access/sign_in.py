"""`/sign-in`, `/sign-out` and `/invitation/…`: the way in, and out."""

from typing import Any

from flask import Blueprint, Response, request

from dothi.api.access.cookies import has_csrf_token, session_secret, take_session
from dothi.api.access.entering import (
    entered,
    next_path,
    provider_title,
    redirect_to,
    sign_in_page,
    visitor,
    wants_page,
    with_delay,
)
from dothi.api.access.forms import Fields, private_json, private_page
from dothi.api.access.openid import OPENID
from dothi.api.http.address import root_url
from dothi.api.http.service import service
from dothi.core.access.attempts import TooManyAttempts
from dothi.core.access.doors import Crowded
from dothi.core.access.log import Deed
from dothi.core.access.passwords import LEAST_CHARACTERS, WeakPassword
from dothi.core.access.person import Person
from dothi.core.access.sign_in import (
    WrongPassword,
    end_session,
    identity_of_session,
    person_of_link,
    set_password,
    sign_in,
)
from dothi.core.database import connection
from dothi.core.errors import Forbidden, http_status

SIGN_IN = Blueprint('sign_in', __name__)
SIGN_IN.register_blueprint(OPENID)


@SIGN_IN.route('/sign-in')
def page() -> Response:
    """The form for name and password."""
    return sign_in_page(next=next_path(request.args.get('next', '')), signed_out='signed_out' in request.args)


@SIGN_IN.route('/sign-in', methods=['POST'])
def enter() -> Response:
    """A session for who shows name, password and, where they have one, a one-time code."""
    fields = Fields()
    name, password = fields.required('name'), fields.required('password')
    try:
        identity, secret = sign_in(name, password, fields.text('code'), visitor())
    except (WrongPassword, TooManyAttempts) as error:
        if not wants_page():
            raise
        return sign_in_page(error, next=next_path(fields.text('next')), name=name)
    return entered(identity, secret, next_path(fields.text('next')))


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
    page_after = f'{root_url()}/sign-in?signed_out=yes'
    response = redirect_to(page_after) if wants_page() else private_json({'status': 'signed out'})
    take_session(response)
    # what pages have kept is not for whoever comes to this browser next
    response.headers['Clear-Site-Data'] = '"cache", "storage"'
    return response


@SIGN_IN.route('/invitation/<link>')
def invitation(link: str) -> Response:
    """The form for a new password, for who was given the link."""
    with connection('gatekeeper') as db:
        person = person_of_link(db, link)
    return private_page('access/invitation.html', _invitation_data(link, person))


@SIGN_IN.route('/invitation/<link>', methods=['POST'])
def take_up(link: str) -> Response:
    """Sets the password, and signs its owner in."""
    fields = Fields()
    password = fields.required('password')
    try:
        if wants_page() and password != fields.text('repeated'):
            raise WeakPassword(vi='Hai lần gõ không giống nhau.', en='The two are not the same.')
        identity, secret = set_password(link, password, service().locality.place.title.vi, visitor())
    except (WeakPassword, Crowded) as error:
        if not wants_page():
            raise
        with connection('gatekeeper') as db:
            person = person_of_link(db, link)
        data = _invitation_data(link, person) | {'error': error.text}
        return with_delay(private_page('access/invitation.html', data, http_status(error)), error)
    return entered(identity, secret, '/')


def _invitation_data(link: str, person: Person) -> dict[str, Any]:
    return {
        'link': link,
        'name': person.name,
        'title': person.title,
        'least': LEAST_CHARACTERS,
        'provider': provider_title(),
    }

"""The way in by an OpenID Connect provider: there, back, and out again.

Everything is a GET: browsers follow no redirect to another site from a form, which the Content-Security-Policy forbids.
"""

from flask import Blueprint, Response, g, request

from dothi.api.access.cookies import (
    SIGN_OUT_PATH,
    give_id_token,
    give_pending,
    kept_id_token,
    kept_pending,
    take_id_token,
    take_pending,
)
from dothi.api.access.entering import entered, next_path, redirect_to, sign_in_page, visitor
from dothi.api.http.address import client_address, root_url
from dothi.api.http.gate import is_from_own_page
from dothi.api.http.language import language
from dothi.api.http.problems import log_refusal
from dothi.core.access.attempts import TooManyAttempts
from dothi.core.access.doors import one_attempt
from dothi.core.access.openid import (
    ProviderDown,
    account_of_code,
    authorization_address,
    refused,
    sign_out_address,
)
from dothi.core.access.pending_sign_in import PendingSignIn
from dothi.core.access.person import Identity
from dothi.core.access.secrets import new_secret
from dothi.core.access.sign_in import person_of_link, sign_in_with_account
from dothi.core.database import connection
from dothi.core.errors import Forbidden, http_status

OPENID = Blueprint('openid', __name__)
# What is said on the form; the rest is answered as everywhere.
SAID_ON_FORM = (Forbidden, ProviderDown, TooManyAttempts)


class LostAttempt(Forbidden):
    """The answer is for no sign-in that this browser has begun lately."""


@OPENID.route('/sign-in/provider')
def begin() -> Response:
    """Sends a browser to the provider."""
    return _send_to_provider(request.args.get('next', ''))


@OPENID.route('/invitation/<link>/provider')
def begin_with_link(link: str) -> Response:
    """Sends a browser to the provider, with whose account it comes back as who was given the link. Raises DeadLink.

    From the page of the invitation alone, which says whose it is: a link on another site would join the account of who
    follows it to a person of the attacker's.
    """
    with connection('gatekeeper') as db:
        person_of_link(db, link)
    if not is_from_own_page():
        return redirect_to(f'{root_url()}/invitation/{link}')
    return _send_to_provider('/', link)


@OPENID.route('/sign-in/provider/answer')
def come_back() -> Response:
    """A session for whose account it is, or the form with the reason why there is none."""
    pending = kept_pending()
    if pending:
        g.language = pending.language
    try:
        identity, secret, id_token = _identify(pending)
    except SAID_ON_FORM as error:
        response = _form_with(error, pending.next_path if pending else '')
    else:
        response = entered(identity, secret, next_path(pending.next_path if pending else ''))
        give_id_token(response, id_token)
    take_pending(response)
    return response


@OPENID.route(SIGN_OUT_PATH)
def leave() -> Response:
    """Sends a browser to the provider to sign out there too; to the form where that is not offered."""
    home = f'{root_url()}/sign-in'
    try:
        with one_attempt(client_address(), 'provider'):
            response = redirect_to(sign_out_address(home, kept_id_token()) or home)
    except SAID_ON_FORM as error:
        return _form_with(error, '')
    take_id_token(response)
    return response


def _send_to_provider(path: str, link: str = '') -> Response:
    pending = PendingSignIn(secret=new_secret(), next_path=path, invitation=link, language=language())
    try:
        with one_attempt(client_address(), 'provider'):
            response = redirect_to(authorization_address(pending, _return_address()))
    except SAID_ON_FORM as error:
        return _form_with(error, path)
    give_pending(response, pending)
    return response


def _identify(pending: PendingSignIn | None) -> tuple[Identity, str, str]:
    """Who comes back, the secret of their new session, and the ID token. Raises one of SAID_ON_FORM."""
    if pending is None or request.args.get('state') != pending.state:
        raise LostAttempt(
            vi='Lần đăng nhập này đã bắt đầu ở cửa sổ khác hoặc quá lâu. Hãy bắt đầu lại.',
            en='This sign-in began in another window, or too long ago. Begin again.',
        )
    if 'code' not in request.args:
        raise refused(request.args.get('error', ''))
    with one_attempt(client_address(), 'provider'):
        account, id_token = account_of_code(pending, request.args['code'], _return_address())
    return *sign_in_with_account(account, pending.invitation, visitor()), id_token


def _form_with(error: Forbidden | ProviderDown | TooManyAttempts, path: str) -> Response:
    if isinstance(error, ProviderDown):
        log_refusal(error, http_status(error))
    return sign_in_page(error, next=next_path(path))


def _return_address() -> str:
    """Where the provider sends browsers back to; it knows this address, and no other."""
    return f'{root_url()}/sign-in/provider/answer'

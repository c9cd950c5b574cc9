"""What all ways in have in common: the form, the way to the page that was wanted, the session that is given."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, redirect, request

from dothi.api.access.cookies import csrf_token, device_mark, give_mark, give_session, session_secret
from dothi.api.access.forms import private_json, private_page
from dothi.api.http.address import client_address, root_url
from dothi.api.http.problems import is_for_browser
from dothi.core.access.attempts import TooManyAttempts
from dothi.core.access.device import new_mark
from dothi.core.access.log import Deed
from dothi.core.access.person import Identity
from dothi.core.access.sign_in import Visitor, end_session, identity_of_session
from dothi.core.database import connection
from dothi.core.errors import DothiError, http_status
from dothi.core.oidc_settings import OidcSettings
from dothi.core.text import Text


def wants_page() -> bool:
    """Whether a page is wanted, rather than a document."""
    return not request.is_json and (is_for_browser() or 'html' in request.headers.get('Accept', ''))


def visitor() -> Visitor:
    """Where the request comes from."""
    return Visitor(client_address(), request.headers.get('User-Agent', ''), device_mark())


def next_path(text: str) -> str:
    """`text` if it is a path of this service, else its beginning: a link may not lead people elsewhere (ASVS 5.1.5)."""
    try:
        parts = urlsplit(text)
    except ValueError:
        # of a bracket without its other half
        return '/'
    is_own = not parts.scheme and not parts.netloc and text.startswith('/') and not text.startswith('//')
    return text if is_own and '\\' not in text and text.isprintable() else '/'


def provider_title() -> Text | None:
    """What people call the provider that lets them in too; None where there is none."""
    settings = OidcSettings()
    return settings.title if settings.oidc_issuer else None


def sign_in_page(error: DothiError | None = None, **data: Any) -> Response:
    """The form for name and password, with what went wrong before."""
    data = {'next': '/', 'provider': provider_title(), 'error': error.text if error else None} | data
    return with_delay(private_page('access/sign_in.html', data, http_status(error) if error else 200), error)


def entered(identity: Identity, secret: str, path: str) -> Response:
    """The answer that gives the session: to the page that was wanted, or as a document with the CSRF token."""
    if wants_page():
        response = redirect_to(f'{root_url()}{path}')
    else:
        response = private_json({'name': identity.person.name, 'csrf': csrf_token(secret)})
    _end_earlier_session()
    give_session(response, secret)
    give_mark(response, new_mark(identity.person.name))
    return response


def _end_earlier_session() -> None:
    """Of a session whose cookie the browser gives up, nobody would see that it is open still."""
    secret = session_secret()
    earlier = identity_of_session(secret) if secret else None
    if earlier and earlier.session:
        with connection('gatekeeper') as db:
            end_session(db, earlier.person.id, earlier.session, Deed.SESSION_ENDED)


def redirect_to(address: str) -> Response:
    """Sends a browser to another page, by GET; nobody keeps that."""
    response: Response = redirect(address, 303)  # type: ignore[assignment]
    response.headers['Cache-Control'] = 'no-store'
    return response


def with_delay(response: Response, error: DothiError | None) -> Response:
    """`response` with the time after which the next attempt is taken, if the error is that there were too many."""
    if isinstance(error, TooManyAttempts):
        response.headers['Retry-After'] = str(error.wait_s)
    return response

"""An OpenID Connect provider: where it is sent to sign somebody in, and whose account its answer is.

Authorization code flow with PKCE (RFC 7636, S256), state and nonce. What the provider says of itself and its keys are
read at each sign-in: that takes milliseconds, finds out whether it is there, and knows no old keys.
"""

import io
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Self

import requests
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, Field, model_validator
from urllib3.exceptions import HTTPError

from dothi.core.access.pending_sign_in import PendingSignIn
from dothi.core.access.provider_account import ProviderAccount, is_subject
from dothi.core.access.short_connections import ShortLivedAdapter
from dothi.core.errors import EnvironmentMissing, Forbidden, NotFound
from dothi.core.oidc_settings import SAFE_ADDRESS, OidcSettings
from dothi.core.state_file import DamagedFile
from dothi.core.text import Text

# How long the provider may be silent, and how long and large one of its answers may be: documents of some kilobytes,
# for which a thread waits, and which a web process holds.
TIMEOUT_S, ANSWER_S, ANSWER_BYTES = 5, 10, 2**20
PIECE_BYTES = 2**14
# How far the provider's clock may be off.
LEEWAY_S = 60
# Signatures that only the provider can make: none by the client secret (HS256), and not "none".
ALGORITHMS = [f'{family}{bits}' for family in ('RS', 'PS', 'ES') for bits in (256, 384, 512)]
Address = Annotated[str, Field(pattern=SAFE_ADDRESS)]


class NoProvider(NotFound):
    """People sign in with passwords only."""


class ProviderDown(EnvironmentMissing):
    """The provider does not answer, or not as a provider does."""


class ProviderRefused(Forbidden):
    """The provider lets nobody in, or what it sent is not to be believed."""


class ProviderMetadata(BaseModel):
    """What the provider says of itself (OpenID Connect Discovery 1.0).

    Only of a provider on this machine do requests go to addresses on this machine without TLS: one elsewhere would have
    them sent to whatever listens here.
    """

    issuer: str
    authorization_endpoint: Address
    token_endpoint: Address
    jwks_uri: Address
    end_session_endpoint: Address | None = None
    token_endpoint_auth_methods_supported: list[str] = ['client_secret_basic']

    @model_validator(mode='after')
    def _is_as_safe_as_the_issuer(self) -> Self:
        addresses = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri, self.end_session_endpoint or '')
        if self.issuer.startswith('https:') and any(address.startswith('http:') for address in addresses):
            raise ValueError(f'addresses without TLS: {addresses}')
        return self


class ProviderKeys(BaseModel):
    """The provider's public keys (RFC 7517)."""

    keys: list[dict[str, Any]]


def authorization_address(pending: PendingSignIn, return_address: str) -> str:
    """Where a browser is sent to sign in. Raises NoProvider and ProviderDown."""
    with _provider(return_address) as (session, metadata):
        address, _ = session.create_authorization_url(
            metadata.authorization_endpoint,
            state=pending.state,
            nonce=pending.nonce,
            code_verifier=pending.verifier,
            ui_locales=pending.language,
        )
        return str(address)


def account_of_code(pending: PendingSignIn, code: str, return_address: str) -> tuple[ProviderAccount, str]:
    """Whose account it is that signed in, and the ID token that says so.

    Raises NoProvider, ProviderDown and ProviderRefused.
    """
    with _provider(return_address) as (session, metadata):
        with _in_any_shape():
            tokens = session.fetch_token(
                metadata.token_endpoint, code=code, code_verifier=pending.verifier, grant_type='authorization_code'
            )
        keys = _read(session, metadata.jwks_uri, ProviderKeys)
        claims = verified_claims(tokens, keys, pending.nonce)
    return ProviderAccount(issuer=claims['iss'], subject=claims['sub']), str(tokens['id_token'])


@contextmanager
def _in_any_shape() -> Iterator[None]:
    """Raises ValueError where an answer has another shape than the libraries that read it take for granted."""
    try:
        yield
    except (AttributeError, KeyError, RecursionError, TypeError) as error:
        raise ValueError(f'{type(error).__name__}: {error}') from error


@_in_any_shape()
def verified_claims(tokens: dict[str, Any], keys: ProviderKeys, nonce: str) -> dict[str, Any]:
    """What the ID token says, if it is the provider's, for this service and this sign-in, and of now.

    Raises JoseError, ValueError and ProviderRefused (OpenID Connect Core, 3.1.3.7).
    """
    settings = OidcSettings()
    id_token = jwt.decode(
        str(tokens.get('id_token', '')), KeySet.import_key_set({'keys': keys.keys}), algorithms=ALGORITHMS
    )
    claims = CodeIDToken(
        id_token.claims,
        id_token.header,
        {'iss': {'value': settings.oidc_issuer}, 'aud': {'value': settings.oidc_client_id}},
        {'nonce': nonce, 'client_id': settings.oidc_client_id, 'access_token': tokens.get('access_token')},
    )
    claims.validate(leeway=LEEWAY_S)
    if not is_subject(claims['sub']):
        raise refused('sub')
    return dict(claims)


def sign_out_address(return_address: str, id_token: str) -> str | None:
    """Where a browser is sent to sign out at the provider too; None where it does not offer that.

    id_token: of the sign-in that ends (RP-Initiated Logout 1.0); without it the provider asks its reader, or refuses.
    Raises NoProvider and ProviderDown.
    """
    with _provider(return_address) as (_, metadata):
        if metadata.end_session_endpoint is None:
            return None
        query = {'client_id': OidcSettings().oidc_client_id, 'post_logout_redirect_uri': return_address}
        hint = {'id_token_hint': id_token} if id_token else {}
        return str(add_params_to_uri(metadata.end_session_endpoint, query | hint))


def refused(reason: str) -> ProviderRefused:
    """The error for an answer that lets nobody in. reason: a code of the standards; anything else is not repeated."""
    title = OidcSettings().title
    code = reason if re.fullmatch(r'[A-Za-z_]{1,50}', reason) else 'error'
    return ProviderRefused(
        vi=f'Không đăng nhập được bằng {title.vi} ({code}). Hãy thử lại; nếu vẫn vậy, báo mã này cho quản trị viên.',
        en=f'Signing in with {title.en} failed ({code}). Try again; if it stays so, tell the administrator this code.',
    )


@contextmanager
def _provider(return_address: str) -> Iterator[tuple[OAuth2Session, ProviderMetadata]]:
    """A session with the provider, and what it says of itself now; what goes wrong inside is one of its errors."""
    settings = OidcSettings()
    if not settings.oidc_issuer:
        raise NoProvider(vi='Ở đây chỉ đăng nhập bằng mật khẩu.', en='People sign in with passwords only here.')
    try:
        with _session(settings, return_address) as session:
            address = get_well_known_url(settings.oidc_issuer, external=True)
            metadata = _read(session, address, ProviderMetadata)
            if metadata.issuer != settings.oidc_issuer:
                raise ValueError(f'issuer {metadata.issuer!r}')
            methods = metadata.token_endpoint_auth_methods_supported
            if session.client_secret and 'client_secret_basic' not in methods:
                session.token_endpoint_auth_method = 'client_secret_post'  # noqa: S105
            yield session, metadata
    except (OAuthError, JoseError) as error:
        raise refused(str(error.error)) from None
    except (OSError, HTTPError, ValueError, DamagedFile) as error:
        # those of requests are OSErrors, as is that of a secret that the service may not read
        raise _down(settings, error) from None


def _session(settings: OidcSettings, return_address: str) -> OAuth2Session:
    """Trusts the certificates that this machine trusts, and follows nobody elsewhere."""
    session = OAuth2Session(
        settings.oidc_client_id,
        settings.client_secret() or None,
        scope='openid',
        redirect_uri=return_address,
        code_challenge_method='S256',
        default_timeout=TIMEOUT_S,
    )
    for scheme in ('http://', 'https://'):
        session.mount(scheme, ShortLivedAdapter())
    trusted = ssl.get_default_verify_paths()
    session.verify = trusted.cafile or trusted.capath or True
    session.max_redirects = 0
    session.hooks['response'].append(_take_answer)
    return session


def _take_answer(response: requests.Response, **_options: Any) -> None:
    """Reads an answer before anything else does, as far as one may go. Raises ValueError, and what urllib3 raises."""
    ends, body = time.monotonic() + ANSWER_S, bytearray()
    while piece := response.raw.read1(PIECE_BYTES, decode_content=True):
        body += piece
        if len(body) > ANSWER_BYTES or time.monotonic() > ends:
            response.close()
            raise ValueError(f'{response.url}: more than {ANSWER_BYTES} bytes, or {ANSWER_S} s')
    response.raw = io.BytesIO(body)


def _read[M: BaseModel](session: OAuth2Session, address: str, model: type[M]) -> M:
    answer = session.get(address, withhold_token=True)
    answer.raise_for_status()
    return model.model_validate_json(answer.content)


def _down(settings: OidcSettings, error: Exception) -> ProviderDown:
    title = settings.title
    return ProviderDown(
        vi=f'Hiện chưa đăng nhập được bằng {title.vi}: nhà cung cấp không trả lời. Ai có mật khẩu ở đây vẫn đăng nhập '
        'được bằng tên và mật khẩu; nếu không, hãy thử lại sau.',
        en=f'Signing in with {title.en} does not work now: the provider does not answer. Who has a password here can '
        'sign in with name and password as ever; else try again later.',
        steward=Text(
            vi=f'DOTHI_OIDC_ISSUER={settings.oidc_issuer}: {error}',
            en=f'DOTHI_OIDC_ISSUER={settings.oidc_issuer}: {error}',
        ),
    )

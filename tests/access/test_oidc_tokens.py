"""ID tokens: the one that is believed, and what is wrong with all others."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, RSAKey

from dothi.core.access.openid import ProviderKeys, ProviderRefused, verified_claims
from tests.access.provider import CLIENT_ID, CLIENT_SECRET, new_key

NONCE = 'n' * 64
WRONG: dict[str, dict[str, Any]] = {
    'another issuer': {'iss': 'https://another.example'},
    'no issuer': {'iss': None},
    'another client': {'aud': 'another'},
    'several clients, and made for another': {'aud': ['another', CLIENT_ID], 'azp': 'another'},
    'several clients, and none that it was made for': {'aud': ['another', CLIENT_ID]},
    'no client': {'aud': []},
    'another sign-in': {'nonce': 'another'},
    'no sign-in': {'nonce': None},
    'over': {'exp': -120},
    'never over': {'exp': None},
    'of tomorrow': {'iat': 86_400},
    'good from tomorrow on': {'nbf': 86_400},
    'nobody': {'sub': None},
    'an empty subject': {'sub': ''},
    'a number as subject': {'sub': 5},
    'a subject that no database keeps': {'sub': 'a\x00b'},
    'another access token': {'at_hash': 'AAAAAAAAAAAAAAAAAAAAAA'},
}


@cache
def signing_key() -> RSAKey:
    return new_key()


@cache
def encryption_key() -> RSAKey:
    return new_key('encryption')


def claims_of(changes: dict[str, Any]) -> dict[str, Any]:
    """What an ID token says; times are seconds from now, and what is None is not there."""
    usual = {'iss': 'https://login.example', 'aud': CLIENT_ID, 'sub': 'lan', 'nonce': NONCE, 'exp': 60, 'iat': 0}
    chosen = {name: value for name, value in {**usual, **changes}.items() if value is not None}
    now = int(time.time())
    moments = {name: now + chosen[name] for name in ('exp', 'iat', 'nbf') if name in chosen}
    return chosen | moments


def token_of(
    changes: dict[str, Any], key: RSAKey | OctKey | None = None, algorithm: str = 'RS256', **more: Any
) -> dict[str, Any]:
    """What a token endpoint answers. key: that of the provider, where it is not another one."""
    key = key or signing_key()
    header = {'alg': algorithm, 'kid': key.kid or 'first', **more}
    return {'id_token': jwt.encode(header, claims_of(changes), key, algorithms=[algorithm]), 'access_token': 'abc'}


def unsigned(algorithm: str = 'none') -> str:
    header = {'alg': algorithm, 'kid': 'first'}
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip('=') for part in (header, claims_of({}))
    )
    return f'{head}.{body}.'


def signed_with(secret: bytes) -> str:
    text = unsigned('HS256').removesuffix('.')
    signature = hmac.digest(secret, text.encode(), 'sha256')
    return f'{text}.{base64.urlsafe_b64encode(signature).decode().rstrip("=")}'


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> ProviderKeys:
    """Those of a provider that shows keys of several kinds."""
    monkeypatch.setenv('DOTHI_OIDC_ISSUER', 'https://login.example')
    monkeypatch.setenv('DOTHI_OIDC_CLIENT_ID', CLIENT_ID)
    encryption = encryption_key().as_dict(private=False) | {'use': 'enc'}
    return ProviderKeys(keys=[encryption, {'kty': 'of the future'}, signing_key().as_dict(private=False)])


def test_a_token_with_all_that_belongs_in_it_is_believed(keys: ProviderKeys) -> None:
    for claims in (
        {},
        {'aud': [CLIENT_ID]},
        {'azp': CLIENT_ID},
        {'exp': -30},
        {'aud': [CLIENT_ID, 'x'], 'azp': CLIENT_ID},
    ):
        assert verified_claims(token_of(claims), keys, NONCE)['sub'] == 'lan'


@pytest.mark.parametrize('claims', WRONG.values(), ids=WRONG.keys())
def test_a_token_of_which_one_thing_is_wrong_is_not_believed(keys: ProviderKeys, claims: dict[str, Any]) -> None:
    with pytest.raises((JoseError, ProviderRefused)):
        verified_claims(token_of(claims), keys, NONCE)


SHAPES: tuple[Any, ...] = ([], [[]], [None], [{}], {}, {'a': 1}, True, -1, 10**400, 'é\x00', 'a' * 10_000)


@pytest.mark.parametrize('name', ['iss', 'aud', 'sub', 'nonce', 'exp', 'iat', 'nbf', 'azp', 'at_hash'])
def test_a_claim_in_any_shape_is_read_or_refused(keys: ProviderKeys, name: str) -> None:
    """Nothing else comes of it: what the libraries stumble over is no fault of the service."""
    header = {'alg': 'RS256', 'kid': 'first'}
    for shape in SHAPES:
        id_token = jwt.encode(header, claims_of({}) | {name: shape}, signing_key(), algorithms=['RS256'])
        with suppress(JoseError, ValueError, ProviderRefused):
            assert verified_claims({'id_token': id_token, 'access_token': 'abc'}, keys, NONCE)['sub'] == 'lan', shape


@pytest.mark.parametrize(
    'key',
    [{'kty': 'OKP', 'crv': 'x', 'x': 'AA'}, {}, {'kty': 1}, {'kty': 'RSA', 'n': 1, 'e': 1}, {'kty': 'EC', 'crv': 5}],
    ids=str,
)
def test_a_key_in_any_shape_is_passed_over_or_refused(key: dict[str, Any]) -> None:
    with pytest.raises((JoseError, ValueError)):
        verified_claims(token_of({}), ProviderKeys(keys=[key]), NONCE)


@pytest.mark.parametrize('tokens', [None, [], 'a', 5], ids=str)
def test_tokens_in_any_shape_are_refused(keys: ProviderKeys, tokens: Any) -> None:
    with pytest.raises((JoseError, ValueError)):
        verified_claims(tokens, keys, NONCE)


@pytest.mark.parametrize(
    'make_tokens',
    [
        lambda: token_of({}, new_key()),
        lambda: token_of({}, encryption_key()),
        lambda: token_of({}, encryption_key(), jwk=encryption_key().as_dict(private=False)),
        lambda: token_of({}, OctKey.import_key(CLIENT_SECRET * 2), 'HS256'),
        lambda: {'id_token': signed_with(signing_key().as_pem(private=False))},
        lambda: {'id_token': unsigned()},
        lambda: {'id_token': ''},
        dict,
    ],
    ids=[
        'another key',
        'a key for encryption',
        'a key that the token brings',
        'the client secret',
        'the public key',
        'nothing',
        'no token',
        'none',
    ],
)
def test_nobody_but_the_provider_can_sign(keys: ProviderKeys, make_tokens: Callable[[], dict[str, Any]]) -> None:
    with pytest.raises((JoseError, ValueError)):
        verified_claims(make_tokens(), keys, NONCE)

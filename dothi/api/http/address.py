"""Under which address clients reach the service: set, told by a trusted proxy, or where it listens; never guessed."""

import ipaddress
from functools import lru_cache
from typing import Any

from flask import g, request

from dothi.api.http.service import service
from dothi.core.layer import Audience
from dothi.core.settings import ServerSettings


def listening_url(audience: Audience, host: str | None = None, port: int | None = None) -> str:
    """Where the service is reached: DOTHI_PUBLIC_URL, else where it listens. No final slash."""
    server = ServerSettings()
    if server.public_url:
        return server.public_url.rstrip('/')
    own = server.port if audience == 'internal' else server.public_port
    address = host or server.host
    reachable = '127.0.0.1' if address in {'0.0.0.0', '::', ''} else address
    return f'http://{reachable}:{port or own}'


# Stands in pygeoapi's configuration where an address belongs: which one it is depends on the request.
PLACEHOLDER = 'http://service.invalid'


def with_own_address(text: str) -> str:
    """`text` from pygeoapi, with the address that the client uses in place of the placeholder."""
    return text.replace(PLACEHOLDER, root_url())


def root_url() -> str:
    """The address of the portal for the current request, without a final slash; worked out once for each request."""
    url: str | None = g.get('root_url')
    if url is None:
        forwarded = None if service().server.public_url else _forwarded_address()
        url = g.root_url = forwarded or service().url
    return url


def api_url() -> str:
    """The address of the API for the current request, without a final slash."""
    return f'{root_url()}/api'


def _forwarded_address() -> str | None:
    """What a trusted proxy says that the client asked for."""
    host = request.headers.get('X-Forwarded-Host', '').split(',')[0].strip()
    if not host or not is_trusted(request.remote_addr):
        return None
    scheme = request.headers.get('X-Forwarded-Proto', 'http').split(',')[0].strip()
    prefix = request.headers.get('X-Forwarded-Prefix', '').split(',')[0].strip().strip('/')
    if scheme not in {'http', 'https'} or not set(host + prefix) <= SAFE:
        return None
    return f'{scheme}://{host}/{prefix}'.rstrip('/')


def client_address() -> str:
    """The address of whoever asks: what a trusted proxy saw, else the other end of the connection.

    Of IPv6 it is the network of 64 bits, of which a single host has all addresses. Worked out once for each request.
    """
    address: str | None = g.get('client_address')
    if address is None:
        address = g.client_address = address_in(request.environ)
    return address


def address_in(environ: dict[str, Any]) -> str:
    """The address of whoever asks, before Flask has looked at the request; within an app's context."""
    remote, forwarded = environ.get('REMOTE_ADDR'), environ.get('HTTP_X_FORWARDED_FOR', '')
    addresses = [part.strip() for part in forwarded.split(',') if part.strip()]
    return _network_of(addresses[-1] if addresses and is_trusted(remote) else remote or '')


@lru_cache(maxsize=1_000)
def _network_of(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.strip('[]').partition('%')[0])
    except ValueError:
        return address[:100]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def from_trusted_proxy() -> bool:
    """Whether the other end of the connection is a proxy of DOTHI_TRUSTED_PROXIES."""
    return is_trusted(request.remote_addr)


SAFE = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~:[]/')


def is_trusted(address: str | None) -> bool:
    """Whether that is a proxy of DOTHI_TRUSTED_PROXIES; within an app's context."""
    if address is None:
        return False
    return _is_within(address, tuple(service().server.trusted_proxies))


@lru_cache(maxsize=1_000)
def _is_within(address: str, networks: tuple[str, ...]) -> bool:
    parsed = ipaddress.ip_address(address)
    return any(parsed in ipaddress.ip_network(network, strict=False) for network in networks)

"""Before any view: is the request meant for this service, and does a change come from a page of its own?

A page of another site can make a browser that reaches this service send requests to it: under a name of the attacker's
that leads here (DNS rebinding), or as a form. Clients that are no browsers (QGIS, curl, test suites) send neither
Origin nor Sec-Fetch-Site, and are asked for a JSON type only, which no form can send.
"""

import ipaddress
import re
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from dothi.api.http.address import from_trusted_proxy, root_url
from dothi.api.http.query_body import is_query
from dothi.api.http.service import service
from dothi.core.errors import Forbidden, Misdirected, WrongMediaType, WrongUse
from dothi.core.text import Text

CHANGING = frozenset(('POST', 'PUT', 'PATCH', 'DELETE'))
OWN_SITE = frozenset(('same-origin', 'none'))
# Blueprints with pages that people fill in.
FORMS = frozenset(('sign_in', 'account', 'people', 'deliveries', 'changes', 'edits'))
# `uri-host [":" port]` of RFC 9110, 7.2, where names have the letters of domain names and `_`, as containers do.
HOST = re.compile(
    r'(?:\[(?P<ipv6>[0-9A-Fa-f:.]{2,45})\]|(?P<name>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)\.?)(?::[0-9]{0,5})?'
)


class UnknownHost(Misdirected):
    """The request names a host that this service is not known by."""


class MalformedHost(WrongUse):
    """The Host header is no host with an optional port."""


class OtherSite(Forbidden):
    """A page of another site wants to change something."""


class PackedBody(WrongMediaType):
    """The body is compressed."""


class NoJson(WrongMediaType):
    """The body of a change is no JSON."""


def install(app: Flask) -> None:
    """Puts the gate before everything else that looks at a request of `app`."""
    app.before_request(check_request)


def check_request() -> None:
    """Raises MalformedHost, UnknownHost, PackedBody, OtherSite, NoJson, RequestEntityTooLarge."""
    _check_host()
    _check_body()
    if request.method in CHANGING and not _is_question():
        _check_site()
        _check_type()


def _check_host() -> None:
    """A trusted proxy lets through only what its own configuration names."""
    header = _requested_host()
    name = host_name(header)
    if name is None:
        raise MalformedHost(
            vi=f'Host: {header[:100]!r} không phải tên máy hoặc địa chỉ IP, có thể kèm ":cổng".',
            en=f'Host: {header[:100]!r} is no host name or IP address with an optional ":port".',
        )
    if name in _known_hosts() or _is_loopback(name) or from_trusted_proxy():
        return
    raise UnknownHost(
        vi=f'Dịch vụ này không mang tên máy "{name[:100]}". Dùng địa chỉ đã công bố.',
        en=f'This service is not known as "{name[:100]}". Use its published address.',
        steward=Text(vi='Thêm tên máy vào DOTHI_HOSTS.', en='Add the host name to DOTHI_HOSTS.'),
    )


def _requested_host() -> str:
    """Host and port as they were sent: in the address, where it is a whole one (RFC 9112, 3.2.2), else in Host.

    Not `request.host`, which is cut to what makes sense of it. HTTP/1.0 needs no Host.
    """
    environ = request.environ
    target = environ.get('RAW_URI', '')
    if target[:1] not in ('/', '*', ''):
        return urlsplit(target).netloc
    older = environ.get('SERVER_PROTOCOL') == 'HTTP/1.0'
    return str(environ.get('HTTP_HOST', request.host if older else ''))


def _check_body() -> None:
    """Refused here, it is also refused where no view would read it. What is unpacked may be of any size."""
    coding = request.headers.get('Content-Encoding', 'identity')
    if coding.strip().lower() != 'identity':
        raise PackedBody(
            vi=f'Content-Encoding "{coding[:100]}": gửi nội dung không nén.',
            en=f'Content-Encoding "{coding[:100]}": send the body uncompressed.',
        )
    if service().audience != 'public':
        return
    larger = current_app.config['MOST_BYTES_OF'].get(request.endpoint)
    if larger:
        request.max_content_length = larger
    if (request.content_length or 0) > (request.max_content_length or 0):
        raise RequestEntityTooLarge


def is_from_own_page() -> bool:
    """Whether a browser says that a page of this service led it here."""
    site = request.headers.get('Sec-Fetch-Site')
    if site is not None:
        return site == 'same-origin'
    # without TLS browsers say it by the address of that page alone
    return urlsplit(request.headers.get('Referer', '')).netloc in _own_names()


def _own_names() -> set[str]:
    return {urlsplit(root_url()).netloc, request.host}


def _check_site() -> None:
    origin, site = request.headers.get('Origin'), request.headers.get('Sec-Fetch-Site', 'none')
    own = _own_names()
    if origin is not None:
        allowed = urlsplit(origin).netloc in own or origin in service().server.cors_origins
    else:
        allowed = site in OWN_SITE
    if not allowed:
        raise OtherSite(
            vi=f'Yêu cầu thay đổi từ trang khác ({(origin or site)[:100]}) bị từ chối. Gửi từ trang của dịch vụ này.',
            en=f'A change from another site ({(origin or site)[:100]}) is refused. Send it from a page of this one.',
        )


def _check_type() -> None:
    """Edits and uploads have narrower lists of their own (dothi/api/editing/body.py, dothi/api/desk/uploads.py)."""
    has_body = bool(request.content_length) or 'Transfer-Encoding' in request.headers
    if request.blueprint in ('editing', 'uploads') or not (has_body or request.mimetype):
        return
    # forms of our own pages, which bring a token along (dothi/api/access/cookies.py)
    if request.blueprint in FORMS and request.mimetype == 'application/x-www-form-urlencoded':
        return
    if request.mimetype != 'application/json' and not request.mimetype.endswith('+json'):
        raise NoJson(
            vi=f'Content-Type "{request.mimetype[:100]}": nội dung phải là application/json.',
            en=f'Content-Type "{request.mimetype[:100]}": the body must be application/json.',
        )


def _is_question() -> bool:
    """Whether the request changes nothing although it is a POST: a query whose parameters come in its body."""
    endpoint = request.endpoint or ''
    return endpoint == 'items.search' or (request.method == 'POST' and endpoint in QUERIED and is_query())


# POST to /items is a query or a new feature, by the type of its body.
QUERIED = frozenset(('editing.create', 'read_only.not_here'))


def _known_hosts() -> frozenset[str]:
    server = service().server
    # an address of IPv6 stands without brackets in settings
    return _host_names((server.public_url, service().url), (server.host, *server.hosts))


@lru_cache(maxsize=100)
def _host_names(urls: tuple[str, ...], hosts: tuple[str, ...]) -> frozenset[str]:
    """The names of `hosts`, as they are written and without a port, and of the hosts in `urls`."""
    written = (*(urlsplit(url).netloc for url in urls), *hosts)
    return frozenset((*(host.lower() for host in hosts), *filter(None, map(host_name, written))))


def host_name(host: str) -> str | None:
    """The name without the port, in small letters, `::1` for `[::1]:5000`; None for what is no host."""
    parts = HOST.fullmatch(host)
    if parts is None:
        return None
    if parts['name'] is not None:
        return parts['name'].lower()
    try:
        return str(ipaddress.IPv6Address(parts['ipv6']))
    except ValueError:
        return None


def _is_loopback(name: str) -> bool:
    if name == 'localhost':
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False

"""Inputs that are given by reference: to what the service has itself, or to a host that it may fetch from."""

import base64
import ipaddress
import socket
import time
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

import urllib3

from dothi.api.http.address import api_url
from dothi.api.http.sound_json import sound_json
from dothi.core.errors import WrongUse
from dothi.core.job_settings import InputSettings
from dothi.core.text import Text

# Query parameters of a collection's items that narrow an input in the same way.
NARROWING = ('filter', 'datetime')
# Others that say how items are shown, not which are meant: an input is never a page of them.
PRESENTATION_PARAMETERS = ('f', 'lang', 'limit')
BLOCK_BYTES = 1 << 16
# A server that answers nothing for so long is given up, however much time there is left.
SILENT_S = 5.0


class BadReference(WrongUse):
    """An input is given by a reference that cannot be followed."""


def resolve_reference(name: str, href: Any, *, file: bool = False) -> Any:
    """What the input `name` refers to: a collection or a job of this API as it is named here, or what was fetched.

    file: whether the input is a file, which comes in base64 then. Raises BadReference.
    """
    if not isinstance(href, str):
        raise _bad_reference(name, '"href" phải là chuỗi ký tự', '"href" must be a text')
    own = None if file else _read_own_resource(name, href)
    return own if own is not None else _fetch_value(name, href, file=file)


def _read_own_resource(name: str, href: str) -> Any:
    """The value that names a collection or a job of this API; None for an address elsewhere."""
    base = f'{api_url()}/'
    if not href.startswith(base):
        return None
    parts = urlsplit(href.removeprefix(base))
    match [*map(str, parts.path.strip('/').split('/'))]:
        case ['collections', collection] | ['collections', collection, 'items'] if collection.isidentifier():
            narrowed = _narrow_query(name, parts.query, NARROWING)
            return {'collection': collection, **narrowed} if narrowed else collection
        case ['jobs', job, 'results']:
            return {'job': job, **_narrow_query(name, parts.query, ())}
        case ['jobs', job, 'results', output]:
            return {'job': job, 'output': output, **_narrow_query(name, parts.query, ())}
    raise _bad_reference(
        name,
        f'chỉ tham chiếu được tới một lớp ({base}collections/schools) hoặc kết quả của một tác vụ',
        f'a reference can be to a collection ({base}collections/schools) or to the results of a job',
    )


def _narrow_query(name: str, query: str, offered: tuple[str, ...]) -> dict[str, str]:
    """The parameters that narrow an input; one that would be left out of account is refused."""
    query_parameters = dict(parse_qsl(query, keep_blank_values=True))
    for parameter in query_parameters.keys() - {*offered, *PRESENTATION_PARAMETERS}:
        raise _bad_reference(
            name,
            f'tham chiếu không dùng được tham số "{parameter[:60]}". Dùng "filter" của một lớp',
            f'a reference cannot have the parameter "{parameter[:60]}". Use "filter", which collections have',
        )
    return {key: query_parameters[key] for key in offered if key in query_parameters}


def _fetch_value(name: str, href: str, *, file: bool) -> Any:
    """The content of an address: JSON as it is, a file in base64, anything else as text."""
    limits = InputSettings()
    parts = _require_allowed(name, href, limits.input_hosts)
    content, media_type = _fetch_content(name, parts, limits)
    if file:
        return base64.b64encode(content).decode()
    try:
        return sound_json(content) if 'json' in media_type else _decode_text(content)
    except (ValueError, RecursionError):
        raise _bad_reference(name, f'{href}: không đọc được nội dung', f'{href}: its content cannot be read') from None


def _decode_text(content: bytes) -> str:
    text = content.decode()
    if '\x00' in text:
        raise ValueError('U+0000')
    return text


def _require_allowed(name: str, href: str, hosts: list[str]) -> SplitResult:
    """The parts of an address on a host that is named in the setting; raises BadReference for any other."""
    try:
        parts = urlsplit(href)
        port = parts.port
    except ValueError:
        raise _bad_reference(name, f'{href[:200]}: không phải địa chỉ', f'{href[:200]}: no address') from None
    usual = port in (None, {'http': 80, 'https': 443}.get(parts.scheme))
    is_web_address = parts.hostname and '@' not in parts.netloc and parts.scheme in ('http', 'https')
    if not is_web_address or not (f'{parts.hostname}:{port}' in hosts or (usual and parts.hostname in hosts)):
        allowed_hosts = ', '.join(hosts) or '–'
        raise _bad_reference(
            name,
            f'không được tải gì từ địa chỉ này. Gửi kèm dữ liệu, hoặc tham chiếu tới lớp của {api_url()} hay tới máy '
            f'được phép: {allowed_hosts}',
            'nothing is fetched from this address. Send the data along, or refer to a collection of '
            f'{api_url()} or to a host that is allowed: {allowed_hosts}',
            steward=Text(vi='Máy được phép: DOTHI_INPUT_HOSTS.', en='Hosts are allowed by DOTHI_INPUT_HOSTS.'),
        )
    return parts


def _fetch_content(name: str, parts: SplitResult, limits: InputSettings) -> tuple[bytes, str]:
    """Content and media type, within the limits of time and size; redirects are not followed."""
    ends = time.monotonic() + limits.input_wait_s
    try:
        with _fetch(_public_address(name, parts), parts, limits) as response:
            if response.status != 200:
                raise _bad_reference(
                    name, f'{parts.netloc} trả lời {response.status}', f'{parts.netloc} answered {response.status}'
                )
            content = bytearray()
            for block in response.stream(BLOCK_BYTES):
                content += block
                if len(content) > limits.input_max_mb * 2**20 or time.monotonic() > ends:
                    raise _bad_reference(
                        name,
                        f'quá {limits.input_max_mb} MB hoặc quá {limits.input_wait_s:g} giây',
                        f'more than {limits.input_max_mb} MB, or more than {limits.input_wait_s:g} s',
                    )
            return bytes(content), response.headers.get('Content-Type', '')
    except (urllib3.exceptions.HTTPError, OSError):
        raise _bad_reference(
            name, f'không tải được từ {parts.netloc}', f'could not be fetched from {parts.netloc}'
        ) from None


def _fetch(address: str, parts: SplitResult, limits: InputSettings) -> urllib3.BaseHTTPResponse:
    """The answer of that very address, so that a name cannot lead elsewhere between the look at it and the request."""
    wait = urllib3.Timeout(connect=SILENT_S, read=min(SILENT_S, limits.input_wait_s))
    host = str(parts.hostname)
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == 'https':
        pool = urllib3.HTTPSConnectionPool(
            address, parts.port or 443, timeout=wait, server_hostname=host, assert_hostname=host
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, parts.port or 80, timeout=wait)
    path = f'{parts.path or "/"}{f"?{parts.query}" if parts.query else ""}'
    headers = {'Host': parts.netloc, 'Accept': 'application/geo+json, application/json, */*;q=0.5'}
    return pool.urlopen('GET', path, headers=headers, redirect=False, retries=False, preload_content=False)


def _public_address(name: str, parts: SplitResult) -> str:
    """The IP address to ask. A name must lead to a public one; a host in our own network is named by its address."""
    host = str(parts.hostname)
    addresses = {str(entry[4][0]) for entry in socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)}
    private = [ip for ip in addresses if not ipaddress.ip_address(ip).is_global]
    if private and host not in addresses:
        raise _bad_reference(
            name,
            f'{host} nằm trong mạng riêng, không tải được theo tên. Gửi kèm dữ liệu, hoặc báo cho quản trị viên',
            f'{host} is in a private network, from which nothing is fetched by name. Send the data along, or tell the '
            'administrator',
            steward=Text(
                vi=f'Ghi địa chỉ IP của {host} vào DOTHI_INPUT_HOSTS.',
                en=f'Name the IP address of {host} in DOTHI_INPUT_HOSTS.',
            ),
        )
    return min(addresses)


def _bad_reference(name: str, vi: str, en: str, steward: Text | None = None) -> BadReference:
    return BadReference(vi=f'Đầu vào "{name}": {vi}.', en=f'Input "{name}": {en}.', steward=steward)

"""Answers compressed as the client can read them."""

import zlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import brotli
from flask import Flask, Response, g, request
from isal import igzip, isal_zlib

from dothi.api.http.vary import vary_by

# Less does not fit a packet any better compressed.
LEAST_BYTES = 1_000
COMPRESSIBLE = ('text/', 'application/json', 'application/vnd.mapbox-vector-tile', 'application/javascript',
                'application/xml', 'application/vnd.ogc.', 'application/vnd.iso.')  # fmt: skip
# RFC 6839: what is written in these, whatever it is about
COMPRESSIBLE_SUFFIXES = ('+json', '+xml')
# Of isal's 0 to 3: as dense as zlib's 1 in a fifth of its time, of a kilobyte in half of it.
GZIP_LEVEL = 2


def gzipped(content: bytes) -> bytes:
    """The bytes in gzip, without the time: the same bytes stay the same under one strong tag."""
    return igzip.compress(content, GZIP_LEVEL, mtime=0)


def gzip_packer() -> Any:
    """What packs a stream in gzip, piece after piece; it has the methods of zlib's."""
    return isal_zlib.compressobj(GZIP_LEVEL, wbits=16 + zlib.MAX_WBITS)


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    'gzip': gzipped,
    'br': lambda content: brotli.compress(content, quality=1),
}


def install(app: Flask) -> None:
    """Compresses every answer of `app` that is worth it."""
    app.after_request(compress_response)


def compress_response(response: Response) -> Response:
    """`response` in gzip or brotli, at the levels that cost less time than they save on a local network.

    Of those that the client likes best, the one in which it is packed already; else gzip, which takes a third as long.
    """
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return _named_as_held(response)
    media_type = response.mimetype or ''
    if not (media_type.startswith(COMPRESSIBLE) or media_type.endswith(COMPRESSIBLE_SUFFIXES)):
        return response
    vary_by(response, 'Accept-Encoding')
    if 'HTTP_ACCEPT_ENCODING' not in request.environ:
        return response
    packed_bodies: dict[str, bytes] = g.get('packed_bodies', {})
    encoding = request.accept_encodings.best_match((*packed_bodies, *PACKERS))
    if encoding is None or response.direct_passthrough or 'Content-Encoding' in response.headers:
        return response
    body = response.get_data()
    if len(body) < LEAST_BYTES:
        return response
    if encoding not in packed_bodies:
        packed_bodies[encoding] = PACKERS[encoding](body)
    response.set_data(packed_bodies[encoding])
    response.headers['Content-Encoding'] = encoding
    tag, weak = response.get_etag()
    if tag is not None and not weak:
        # other bytes need another strong tag
        response.set_etag(f'{tag}-{encoding}')
    return response


def packed_before(response: Response, packed_bodies: dict[str, bytes]) -> Response:
    """The response to the current request, whose body is taken from `packed_bodies` by encoding, or put there."""
    g.packed_bodies = packed_bodies
    return response


def without_encoding(tag: str) -> str:
    """A tag as it was before `compress_response` marked it."""
    stem, _, encoding = tag.rpartition('-')
    return stem if encoding in PACKERS else tag


def _named_as_held(response: Response) -> Response:
    """A 304 under the strong tag of the very bytes that the client holds: caches find them by it."""
    vary_by(response, 'Accept-Encoding')
    tag, weak = response.get_etag()
    if tag is not None and not weak:
        client_tags = request.if_none_match.as_set()
        response.set_etag(next((client_tag for client_tag in client_tags if without_encoding(client_tag) == tag), tag))
    return response

"""Answers compressed as the client can read them."""

import gzip
from http import HTTPStatus

import brotli
from flask import Flask, Response, g, request

from dothi.api.http.vary import vary_by

# Less does not fit a packet any better compressed.
LEAST_BYTES = 1_000
COMPRESSIBLE = ('text/', 'application/json', 'application/vnd.mapbox-vector-tile', 'application/javascript',
                'application/xml', 'application/vnd.ogc.', 'application/vnd.iso.')  # fmt: skip
# RFC 6839: what is written in these, whatever it is about
COMPRESSIBLE_SUFFIXES = ('+json', '+xml')
ENCODINGS = ('br', 'gzip')


def install(app: Flask) -> None:
    """Compresses every answer of `app` that is worth it."""
    app.after_request(compress_response)


def compress_response(response: Response) -> Response:
    """`response` in brotli or gzip, at the levels that cost less time than they save on a local network."""
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return _named_as_held(response)
    media_type = response.mimetype or ''
    if not (media_type.startswith(COMPRESSIBLE) or media_type.endswith(COMPRESSIBLE_SUFFIXES)):
        return response
    vary_by(response, 'Accept-Encoding')
    if 'HTTP_ACCEPT_ENCODING' not in request.environ:
        return response
    encoding = request.accept_encodings.best_match(ENCODINGS)
    if encoding is None or response.direct_passthrough or 'Content-Encoding' in response.headers:
        return response
    body = response.get_data()
    if len(body) < LEAST_BYTES:
        return response
    packed_bodies: dict[str, bytes] = g.get('packed_bodies', {})
    if encoding not in packed_bodies:
        # without the time, so that the same bytes stay the same under one strong tag
        packed_bodies[encoding] = (
            brotli.compress(body, quality=1) if encoding == 'br' else gzip.compress(body, 1, mtime=0)
        )
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
    return stem if encoding in ENCODINGS else tag


def _named_as_held(response: Response) -> Response:
    """A 304 under the strong tag of the very bytes that the client holds: caches find them by it."""
    vary_by(response, 'Accept-Encoding')
    tag, weak = response.get_etag()
    if tag is not None and not weak:
        client_tags = request.if_none_match.as_set()
        response.set_etag(next((client_tag for client_tag in client_tags if without_encoding(client_tag) == tag), tag))
    return response

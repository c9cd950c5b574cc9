"""Answers compressed as the client can read them."""

import gzip

import brotli  # type: ignore[import-untyped]
from flask import Flask, Response, request

# Less does not fit a packet any better compressed.
LEAST_BYTES = 1_000
COMPRESSIBLE = ('text/', 'application/json', 'application/geo+json', 'application/ld+json', 'application/schema+json',
                'application/vnd.mapbox-vector-tile', 'application/vnd.oai.openapi+json', 'application/javascript',
                'image/svg+xml')  # fmt: skip


def install(app: Flask) -> None:
    """Compresses every answer of `app` that is worth it."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """`response` in brotli or gzip, at the levels that cost less time than they save on a local network."""
    if not (response.mimetype or '').startswith(COMPRESSIBLE):
        return response
    response.vary.add('Accept-Encoding')
    encoding = request.accept_encodings.best_match(['br', 'gzip'])
    if encoding is None or response.direct_passthrough or 'Content-Encoding' in response.headers:
        return response
    body = response.get_data()
    if len(body) < LEAST_BYTES:
        return response
    response.set_data(brotli.compress(body, quality=1) if encoding == 'br' else gzip.compress(body, 1))
    response.headers['Content-Encoding'] = encoding
    return response

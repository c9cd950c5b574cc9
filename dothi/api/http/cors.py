"""Which pages of other origins may read: all of them the public service, the named ones the internal one."""

from flask import Flask, Response, request

from dothi.api.http.constant_headers import add_to_every_answer
from dothi.api.http.service import service
from dothi.api.http.vary import vary_by

ALLOWED = {
    'Access-Control-Allow-Methods': 'GET, HEAD, POST, OPTIONS',
    'Access-Control-Allow-Headers': 'Accept, Accept-Language, Content-Type, If-None-Match, If-Range, Prefer, Range',
    'Access-Control-Expose-Headers': (
        'Accept-Ranges, Content-Bbox, Content-Crs, Content-Datetime, Content-Disposition, Content-Range, Dothi-Demo, '
        'Dothi-Release, Dothi-Shortened, '
        'ETag, Link, Location, OGC-NumberMatched, OGC-NumberReturned, Preference-Applied, Retry-After, X-Request-ID'
    ),
    'Access-Control-Max-Age': '86400',
}


def install(app: Flask) -> None:
    """Adds the headers to every answer of `app`."""
    if app.extensions['dothi'].audience == 'public':
        add_to_every_answer(app, {'Access-Control-Allow-Origin': '*'} | ALLOWED)
    else:
        app.after_request(allow_named_origin)


def allow_named_origin(response: Response) -> Response:
    """`response` with leave for the origin that asks, where it has leave."""
    origin = request.headers.get('Origin')
    vary_by(response, 'Origin')
    if origin and origin in service().server.cors_origins:
        response.headers['Access-Control-Allow-Origin'] = origin
        response.headers.update(ALLOWED)
    return response

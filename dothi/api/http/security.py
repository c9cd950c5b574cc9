"""What a browser is told so that a page of ours can load and do nothing that we did not write."""

from functools import lru_cache

from flask import Flask, Response

from dothi.api.http.service import service
from dothi.core.layer import Audience

# Pages carry their style within them, Swagger and MapLibre set styles while they run; scripts are files of ours.
POLICY = (
    "default-src 'self'; connect-src 'self'{basemaps}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:{basemaps}; object-src 'none'; base-uri 'self'; form-action 'self'; "
    'frame-ancestors {frames}'
)
# Any site may show the public map in a frame of its own; whoever signs in must not be led to click through one.
FRAMES = {'public': '*', 'internal': "'self'"}


def install(app: Flask) -> None:
    """Adds the headers to every answer of `app`, and takes away the one that names software and version."""
    app.after_request(add_security_headers)


def add_security_headers(response: Response) -> Response:
    """`response` with the headers of a page that trusts this server, and the basemaps that its locality names."""
    origins = {basemap.origin for basemap in service().locality.place.basemaps}
    response.headers.extend(_headers(service().audience, tuple(sorted(origins))))
    response.headers.pop('X-Powered-By', None)
    return response


@lru_cache
def _headers(audience: Audience, origins: tuple[str, ...]) -> dict[str, str]:
    basemaps = ''.join(f' {origin}' for origin in origins)
    return {
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'same-origin',
        'Content-Security-Policy': POLICY.format(frames=FRAMES[audience], basemaps=basemaps),
    }

"""What a browser is told so that a page of ours can load and do nothing that we did not write."""

from collections.abc import Sequence

from flask import Flask, Response

from dothi.api.http.constant_headers import add_to_every_answer
from dothi.api.http.service import Service
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
    served: Service = app.extensions['dothi']
    origins = sorted({basemap.origin for basemap in served.locality.place.basemaps})
    add_to_every_answer(app, security_headers(served.audience, origins))
    app.after_request(_without_software)


def security_headers(audience: Audience, origins: Sequence[str]) -> dict[str, str]:
    """The headers of a page that trusts its server, and the basemaps at `origins` that its locality names."""
    basemaps = ''.join(f' {origin}' for origin in origins)
    return {
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'same-origin',
        'Content-Security-Policy': POLICY.format(frames=FRAMES[audience], basemaps=basemaps),
    }


def _without_software(response: Response) -> Response:
    response.headers.pop('X-Powered-By', None)
    return response

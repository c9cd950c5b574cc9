"""What a browser is told so that a page of ours can load and do nothing that we did not write."""

from flask import Flask, Response

from dothi.api.http.service import service

# Pages carry their style within them, Swagger and MapLibre set styles while they run; scripts are files of ours.
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors {}"
)
# Any site may show the public map in a frame of its own; whoever signs in must not be led to click through one.
FRAMES = {'public': '*', 'internal': "'self'"}
HEADERS = {
    audience: {
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'same-origin',
        'Content-Security-Policy': POLICY.format(frames),
    }
    for audience, frames in FRAMES.items()
}


def install(app: Flask) -> None:
    """Adds the headers to every answer of `app`, and takes away the one that names software and version."""
    app.after_request(add_security_headers)


def add_security_headers(response: Response) -> Response:
    """`response` with the headers of a page that trusts this server alone."""
    response.headers.extend(HEADERS[service().audience])
    response.headers.pop('X-Powered-By', None)
    return response

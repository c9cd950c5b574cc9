"""What a browser is told so that a page of ours can load and do nothing that we did not write."""

from flask import Flask, Response

HEADERS = {
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    # Pages carry their style within them, Swagger and MapLibre set styles while they run. MapLibre's worker is a file
    # of ours. Who may put the map into a frame: pages of the same server.
    'Content-Security-Policy': (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self'; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    ),
}


def install(app: Flask) -> None:
    """Adds the headers to every answer of `app`, and takes away the one that names software and version."""
    app.after_request(guarded)


def guarded(response: Response) -> Response:
    """`response` with the headers of a page that trusts this server alone."""
    response.headers.update(HEADERS)
    response.headers.pop('X-Powered-By', None)
    return response

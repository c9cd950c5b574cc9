"""Each request has an id, from X-Request-ID or made here: in the answer, in lines of the logs, in jobs it starts."""

from flask import Flask, Response, request

from dothi.core.request_id import begin_request

HEADER, IN_ENVIRONMENT = 'X-Request-ID', 'dothi.request_id'


def install(app: Flask) -> None:
    """Gives each request of `app` its id before anybody looks at it, and answers with it."""
    app.before_request(give_id)
    app.after_request(show_id)


def give_id() -> None:
    """The environment keeps the id for the access line, which is written when the request's context is gone."""
    request.environ[IN_ENVIRONMENT] = begin_request(request.headers.get(HEADER))


def show_id(response: Response) -> Response:
    """`response` with the id of its request."""
    response.headers[HEADER] = request.environ[IN_ENVIRONMENT]
    return response

"""Which methods an address takes: what refuses the others says so, and OPTIONS says the same."""

from http import HTTPStatus

from flask import Flask, Response, request
from flask.globals import request_ctx
from werkzeug.routing import MapAdapter

from dothi.api.http.problems import FILES, NotAllowed, problem_response

# What answers GET for any address below its own that nothing else has: it is no reason to announce GET there.
CATCH_ALLS = (FILES, 'collections.collection')
# What answers nothing: pygeoapi's views (guard.py), and the one that says how an analysis is run.
REFUSING = ('pygeoapi.', 'process_execution.how_to_execute')


def install(app: Flask) -> None:
    """Refuses requests to read what takes other methods only, where a view for any address would look for it."""
    app.before_request(refuse_reading)


def refuse_reading() -> Response | None:
    """405 with what can be done at the address, for reading at one that takes other methods only."""
    if request.method == 'OPTIONS' or not _is_caught():
        return None
    methods = methods_of(request_ctx.url_adapter)
    return None if request.method in methods else refuse_method(tuple(sorted(methods)))


def _is_caught() -> bool:
    """Whether a view for any address has the request, at an address that another may have for other methods."""
    if request.endpoint == FILES:
        return request.path.startswith('/api/')
    return request.endpoint in CATCH_ALLS and '/' in request.path.removeprefix('/api/collections/')


def methods_of(adapter: MapAdapter | None) -> set[str]:
    """The methods that an address takes; where it has none of its own, those of the views for any address."""
    if adapter is None:
        return set()
    endpoints = {method: adapter.match(method=method)[0] for method in adapter.allowed_methods()}
    answering = {method: name for method, name in endpoints.items() if not name.startswith(REFUSING)}
    own = {method for method, name in answering.items() if name not in CATCH_ALLS}
    return own | {'OPTIONS'} if own - {'OPTIONS'} else {*answering}


def refuse_method(allowed: tuple[str, ...]) -> Response:
    """That the resource does not take the method, and which it takes."""
    listed = ', '.join(allowed)
    error = NotAllowed(
        vi=f'Ở đây không dùng được {request.method}. Dùng được: {listed}.',
        en=f'{request.method} cannot be used here. What can: {listed}.',
    )
    response = problem_response(error, HTTPStatus.METHOD_NOT_ALLOWED)
    response.headers['Allow'] = listed
    return response


def allow_methods(methods: tuple[str, ...], more: dict[str, str] | None = None) -> Response:
    """The answer to OPTIONS: the methods that the address takes."""
    return Response(headers={'Allow': ', '.join(methods), 'Cache-Control': 'no-store', **(more or {})})

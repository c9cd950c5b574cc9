"""pygeoapi's own views are registered behind ours and answer nothing: docs/decisions/0051 says which view took over."""

from flask import Flask, request

from dothi.api.http.problems import NoSuchResource


def install(app: Flask) -> None:
    """Puts the guard before every view of `app`."""
    app.before_request(refuse_unadapted_view)


def refuse_unadapted_view() -> None:
    """Raises NoSuchResource for a resource of pygeoapi that none of our views has taken over.

    It would know neither the rights of the audience nor unknown parameters, languages and caching headers.
    """
    if (request.endpoint or '').startswith('pygeoapi.'):
        raise NoSuchResource(vi=f'Không có {request.path}.', en=f'There is nothing at {request.path}.')

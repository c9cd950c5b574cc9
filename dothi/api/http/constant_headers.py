"""Headers that every answer of an app has: put beneath Flask, which would check and sort each of them once more."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask

type WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def add_to_every_answer(app: Flask, headers: Mapping[str, str]) -> None:
    """Adds the headers to whatever `app` answers, errors included; no answer has one of them already."""
    app.wsgi_app = _with_headers(app.wsgi_app, list(headers.items()))  # type: ignore[method-assign, assignment]


def _with_headers(app: WsgiApp, constant: list[tuple[str, str]]) -> WsgiApp:
    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def start_with_headers(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start(status, [*headers, *constant], *error)

        return app(environ, start_with_headers)

    return application

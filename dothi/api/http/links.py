"""pygeoapi's answers made ours: its links under the address that the client used, and named in its language."""

import json
from typing import Any

from flask import Flask, Response, request
from werkzeug.datastructures import Headers

from dothi.api.http.address import with_own_address
from dothi.api.http.language import language
from dothi.api.http.words import LINK_TITLES, in_language

JSON_TYPES = ('application/json', 'application/ld+json')
ADDRESSED = (*JSON_TYPES, 'text/html')


def install(app: Flask) -> None:
    """Goes over every answer of pygeoapi's views in `app`."""
    app.after_request(localise_response)


def localise_response(response: Response) -> Response:
    """As `localised_response` for pygeoapi's views; every other view's answer as it is."""
    if not (request.endpoint or '').startswith('pygeoapi.'):
        return response
    return localised_response(response)


def localised_response(response: Response) -> Response:
    """`response` with the address that the client uses, and Vietnamese titles of links."""
    # pygeoapi leaves a plain dict there, in which names are found in one spelling only
    response.headers = Headers(response.headers)
    if response.mimetype in JSON_TYPES:
        # pygeoapi writes < and > as in HTML, also in a filter that is to be copied
        text = response.get_data(as_text=True).replace('&lt;', '<').replace('&gt;', '>')
        response.set_data(json.dumps(_in_words(json.loads(text)), ensure_ascii=False))
    if response.mimetype in ADDRESSED:
        response.set_data(with_own_address(response.get_data(as_text=True)))
    if response.mimetype == 'text/html':
        response.mimetype = 'text/html'  # with its charset, which pygeoapi leaves out
    response.headers['Content-Language'] = language()
    response.vary.update(['Accept', 'Accept-Language'])
    return response


def _in_words(document: Any) -> Any:
    return _translate_titles(in_language(document, language()))


def _with_title(link: dict[str, Any]) -> dict[str, Any]:
    """A link with its title in the language of the request, where pygeoapi's English one is known."""
    title = link.get('title', '')
    return link | {'title': LINK_TITLES[title]} if language() == 'vi' and title in LINK_TITLES else link


def _translate_titles(node: Any) -> Any:
    """`node` with the titles of its links in the language of the request."""
    if isinstance(node, dict):
        inner = {name: _translate_titles(value) for name, value in node.items()}
        return _with_title(inner) if isinstance(inner.get('href'), str) else inner
    return [_translate_titles(part) for part in node] if isinstance(node, list) else node

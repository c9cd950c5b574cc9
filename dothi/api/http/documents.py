"""Small documents of the API as answers: negotiated, with a tag of their content, and links that look alike."""

import json
from typing import Any

from flask import Response

from dothi.api.http.address import api_url
from dothi.api.http.caching import hash_of, not_modified
from dothi.api.http.language import HTML, JSON, MEDIA_TYPES, language, page, say
from dothi.core.text import LANGUAGES, Lang, Text

OGC = 'http://www.opengis.net/def/rel/ogc/1.0'
FORM_TITLES = {
    'json': Text(vi='Tài liệu này, JSON', en='This document as JSON'),
    'html': Text(vi='Tài liệu này, HTML', en='This document as a page'),
    'jsonld': Text(vi='Tài liệu này, JSON-LD', en='This document as JSON-LD'),
    'atom': Text(vi='Bản tin Atom', en='Atom feed'),
}
LANGUAGE_TITLES = {
    'vi': Text(vi='Tài liệu này bằng tiếng Việt', en='This document in Vietnamese'),
    'en': Text(vi='Tài liệu này bằng tiếng Anh', en='This document in English'),
}


def link(rel: str, media_type: str, title: Text | str, href: str, **more: Any) -> dict[str, Any]:
    """One link. href: a path below /api, or an address."""
    address = href if '://' in href else f'{api_url()}{href}'
    link_title = title if isinstance(title, str) else say(title)
    return {'rel': rel, 'type': media_type, 'title': link_title, 'href': address, **more}


def own_links(path: str, forms: tuple[str, ...] = ('json', 'html')) -> list[dict[str, Any]]:
    """A document's links to itself: this JSON, its other forms, and the other language."""
    lang = language()
    path += '&' if '?' in path else '?'
    links = [
        link('alternate' if index else 'self', MEDIA_TYPES[f], FORM_TITLES[f], f'{path}f={f}', hreflang=lang)
        for index, f in enumerate(forms)
    ]
    return links + [
        link('alternate', JSON, LANGUAGE_TITLES[other], f'{path}f=json&lang={other}', hreflang=other)
        for other in LANGUAGES
        if other != lang
    ]


def by_language() -> list[Lang]:
    """The languages, that of the reader first."""
    return sorted(LANGUAGES, key=lambda lang: lang != language())


def as_json(document: Any, media_type: str = JSON) -> Response:
    """`document` as JSON."""
    return cacheable_answer(json.dumps(document, ensure_ascii=False).encode(), media_type)


def as_page(template: str, document: dict[str, Any]) -> Response:
    """`document` as a page."""
    return cacheable_answer(page(template, document).encode(), f'{HTML}; charset=utf-8')


def cacheable_answer(body: bytes, content_type: str) -> Response:
    """An answer that clients keep, but ask for again each time: 304 where they have these very bytes."""
    tag = hash_of(content_type, body.decode())
    response = Response(status=304) if not_modified(tag) else Response(body, content_type=content_type)
    response.set_etag(tag, weak=True)
    response.headers['Cache-Control'] = 'no-cache'
    response.headers['Content-Language'] = language()
    response.vary.update(['Accept', 'Accept-Language'])
    return response

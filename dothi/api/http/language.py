"""In which language, and in which format, a request wants its answer."""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from flask import g, request
from jinja2 import Environment, FileSystemLoader
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from dothi.api.http.address import with_own_address
from dothi.api.http.parameters import LANG, F, unknown_value
from dothi.api.http.service import service
from dothi.core.clock import local_minute
from dothi.core.errors import WrongUse
from dothi.core.export.formats import FORMATS
from dothi.core.text import LANGUAGES, Lang, Text

JSON, GEOJSON, HTML, JSONLD = 'application/json', 'application/geo+json', 'text/html', 'application/ld+json'
ISO19139, ISO19115_3 = 'application/vnd.iso.19139+xml', 'application/vnd.iso.19115-3+xml'
MEDIA_TYPES = {
    'json': JSON, 'html': HTML, 'jsonld': JSONLD, 'dcat': JSONLD, 'iso19139': ISO19139, 'iso19115-3': ISO19115_3,
    'md': 'text/markdown', 'atom': 'application/atom+xml', **{name: form.media_type for name, form in FORMATS.items()},
}  # fmt: skip


class UnknownFormat(WrongUse):
    """The value of `f` is no format of this resource."""


def language() -> Lang:
    """`lang`, else what Accept-Language prefers, else Vietnamese; worked out once for each request."""
    chosen: Lang | None = g.get('language')
    if chosen is None:
        chosen = g.language = _requested_language()
    return chosen


def _requested_language() -> Lang:
    text = LANG.text
    if text:
        return 'en' if text.lower().startswith('en') else 'vi'
    return _preferred_language(request.headers.get('Accept-Language'))


@lru_cache(maxsize=1_000)
def _preferred_language(accepted: str | None) -> Lang:
    accept = parse_accept_header(accepted, LanguageAccept)
    best: Lang = accept.best_match(LANGUAGES, default='vi')  # type: ignore[assignment]
    return best


def say(text: Text) -> str:
    """`text` in the language of the request."""
    return text.pick(language())


def wanted_format(offered: tuple[str, ...] = ('json', 'html')) -> str:
    """One of `offered`, by `f`, else by Accept, else the first; raises UnknownFormat for another `f`."""
    text = F.text
    if text in offered:
        return text
    if text:
        raise unknown_format(text, offered)
    return _preferred_format(request.headers.get('Accept'), offered)


@lru_cache(maxsize=1_000)
def _preferred_format(accepted: str | None, offered: tuple[str, ...]) -> str:
    by_type = {MEDIA_TYPES[name]: name for name in offered if name in MEDIA_TYPES}
    types = [GEOJSON, *by_type] if 'json' in offered else [*by_type]
    best = parse_accept_header(accepted, MIMEAccept).best_match(types)
    return by_type.get(best or '', offered[0])


def unknown_format(text: str, offered: Iterable[str]) -> WrongUse:
    """The error for a value of `f` that is none of `offered`."""
    return unknown_value('f', text, offered, 'không có định dạng này.', 'no such format.', UnknownFormat)


def page(template: str, data: dict[str, Any]) -> str:
    """An HTML page in the language of the request."""
    from pygeoapi.l10n import translate_struct

    locale, config = Locale(language()), service().api.tpl_config
    html = _pages(config['server']['templates']['path']).get_template(template)
    config = translate_struct(config, locale, True)
    known = {'audience': service().audience, 'signed_in': g.get('identity') is not None}
    return with_own_address(html.render(config=config, data=data, locale=locale, **known))


@cache
def _pages(folder: str) -> Environment:
    """The templates of a folder, compiled once: pygeoapi's `render_j2_template` compiles them for each page, 30 ms."""
    pages = Environment(loader=FileSystemLoader(folder), autoescape=True)
    pages.filters['to_json'] = _json_text
    pages.filters['on_our_clocks'] = _on_our_clocks
    return pages


def _on_our_clocks(moment: str | datetime) -> str:
    """The minute on the clocks of the locality, of a moment or of its text as RFC 3339 has it."""
    parsed = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return local_minute(parsed, service().locality.place.zone)


def _json_text(value: Any) -> str:
    """JSON as people read it, in the letters of its texts; it ends no tag where it stands in a script."""
    from pygeoapi.util import json_serial

    text: str = json.dumps(value, default=json_serial, ensure_ascii=False, separators=(',', ':'))
    return text.replace('<', '\\u003c').replace('>', '\\u003e')

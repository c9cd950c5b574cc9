"""In which language, and in which format, a request wants its answer."""

from collections.abc import Iterable
from typing import Any

from babel import Locale
from flask import g, request

from dothi.api.http.address import with_own_address
from dothi.api.http.parameters import LANG, F, unknown_value
from dothi.api.http.service import service
from dothi.core.errors import WrongUse
from dothi.core.export.formats import FORMATS
from dothi.core.text import LANGUAGES, Lang, Text

JSON, GEOJSON, HTML, JSONLD = 'application/json', 'application/geo+json', 'text/html', 'application/ld+json'
ISO19139, ISO19115_3 = 'application/vnd.iso.19139+xml', 'application/vnd.iso.19115-3+xml'
MEDIA_TYPES = {
    'json': JSON, 'html': HTML, 'jsonld': JSONLD, 'dcat': JSONLD, 'iso19139': ISO19139, 'iso19115-3': ISO19115_3,
    'md': 'text/markdown', **{name: form.media_type for name, form in FORMATS.items()},
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
    if LANG.text:
        return 'en' if LANG.text.lower().startswith('en') else 'vi'
    best: Lang = request.accept_languages.best_match(LANGUAGES, default='vi')  # type: ignore[assignment]
    return best


def say(text: Text) -> str:
    """`text` in the language of the request."""
    return text.pick(language())


def wanted_format(offered: tuple[str, ...] = ('json', 'html')) -> str:
    """One of `offered`, by `f`, else by Accept, else the first; raises UnknownFormat for another `f`."""
    if F.text in offered:
        return F.text
    if F.text:
        raise unknown_format(F.text, offered)
    by_type = {MEDIA_TYPES[name]: name for name in offered if name in MEDIA_TYPES}
    types = [GEOJSON, *by_type] if 'json' in offered else [*by_type]
    best = request.accept_mimetypes.best_match(types)
    return by_type.get(best or '', offered[0])


def unknown_format(text: str, offered: Iterable[str]) -> WrongUse:
    """The error for a value of `f` that is none of `offered`."""
    return unknown_value('f', text, offered, 'không có định dạng này.', 'no such format.', UnknownFormat)


def page(template: str, data: dict[str, Any]) -> str:
    """An HTML page of ours, through the same templates as pygeoapi's pages."""
    from pygeoapi.util import render_j2_template

    api = service().api
    html: str = render_j2_template(
        api.tpl_config, api.tpl_config['server']['templates'], template, data, Locale(language())
    )
    return with_own_address(html)

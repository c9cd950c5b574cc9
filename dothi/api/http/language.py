"""In which language, and in which format, a request wants its answer."""

from typing import Any

from babel import Locale
from flask import request

from dothi.api.http.address import with_own_address
from dothi.api.http.parameters import quote_parameter, request_parameters
from dothi.api.http.service import service
from dothi.core.errors import WrongUse, did_you_mean
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
    """`lang`, else what Accept-Language prefers, else Vietnamese."""
    requested = request_parameters().get('lang', '')
    if requested:
        return 'en' if requested.lower().startswith('en') else 'vi'
    best: Lang = request.accept_languages.best_match(LANGUAGES, default='vi')  # type: ignore[assignment]
    return best


def say(text: Text) -> str:
    """`text` in the language of the request."""
    return text.pick(language())


def wanted_format(offered: tuple[str, ...] = ('json', 'html')) -> str:
    """One of `offered`, by `f`, else by Accept, else the first; raises UnknownFormat for another `f`."""
    requested = request_parameters().get('f', '').strip()
    if requested in offered:
        return requested
    if requested:
        hint = did_you_mean(requested, offered)
        raise UnknownFormat(
            vi=f'{quote_parameter("f", requested)}: không có định dạng này. {hint.vi}',
            en=f'{quote_parameter("f", requested)}: no such format. {hint.en}',
        )
    by_type = {MEDIA_TYPES[name]: name for name in offered if name in MEDIA_TYPES}
    types = [GEOJSON, *by_type] if 'json' in offered else [*by_type]
    best = request.accept_mimetypes.best_match(types)
    return by_type.get(best or '', offered[0])


def page(template: str, data: dict[str, Any]) -> str:
    """An HTML page of ours, through the same templates as pygeoapi's pages."""
    from pygeoapi.util import render_j2_template

    api = service().api
    html: str = render_j2_template(
        api.tpl_config, api.tpl_config['server']['templates'], template, data, Locale(language())
    )
    return with_own_address(html)

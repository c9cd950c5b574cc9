"""Links of a page of a list: to itself as it was asked for, and to the pages before and after."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from dothi.api.http.documents import link, own_links
from dothi.api.http.language import JSON
from dothi.api.http.parameters import LANG, Parameter
from dothi.api.http.query_parameters import LIMIT, OFFSET
from dothi.core.text import Text

NEXT, PREVIOUS = Text(vi='Trang sau', en='Next page'), Text(vi='Trang trước', en='Previous page')


def page_links(
    path: str, filters: Iterable[Parameter[Any]], matched: int, limit: int, offset: int
) -> list[dict[str, Any]]:
    """Links of the page of `limit` entries after `offset` of `matched`; filters: what all pages have in common."""
    common = {parameter.name: parameter.text for parameter in filters if parameter.text}
    own = common | {parameter.name: parameter.text for parameter in (LIMIT, OFFSET) if parameter.text}
    links = own_links(f'{path}?{urlencode(own)}' if own else path)
    language = {LANG.name: LANG.text} if LANG.text else {}
    for rel, title, begin in (('next', NEXT, offset + limit), ('prev', PREVIOUS, max(offset - limit, 0))):
        if (rel == 'next' and begin < matched) or (rel == 'prev' and offset):
            query = urlencode({**common, **language, 'limit': limit, 'offset': begin})
            links.append(link(rel, JSON, title, f'{path}?{query}'))
    return links

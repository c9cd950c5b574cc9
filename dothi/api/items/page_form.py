"""What the page of items has around its table: the pages before and after, and a form that chooses features."""

from typing import Any
from urllib.parse import urlencode

from dothi.api.http.address import api_url
from dothi.api.http.language import language
from dothi.api.http.parameters import request_parameters
from dothi.api.http.query_parameters import LIMIT, OFFSET
from dothi.api.items.query import CURSOR, SEARCH, searched_columns
from dothi.core.layer import Column, Layer
from dothi.core.limit_settings import LimitSettings

# Say where a page begins: of no use once other features are chosen.
OF_PLACE = {OFFSET.name, CURSOR.name}


def page_members(layer: Layer, columns: dict[str, Column], document: dict[str, Any]) -> dict[str, Any]:
    """The values that the template shows beside those of the document."""
    return {'pages': _neighbours(layer, document), 'choices': _choices(columns), **_form_members(layer, columns)}


def _neighbours(layer: Layer, document: dict[str, Any]) -> dict[str, Any]:
    """Addresses of the pages before and after, by offset, by which one gets back; behind a cursor only the next one."""
    following = next((link['href'] for link in document['links'] if link['rel'] == 'next' and 'body' not in link), None)
    if CURSOR.is_present:
        return {'previous': None, 'next': following, 'first': None}
    limits = LimitSettings()
    limit, offset = min(LIMIT.read() or limits.default_items, limits.max_items), OFFSET.read() or 0
    return {
        # behind the last page it leads to the last one
        'previous': _address(layer, max(min(offset, document.get('numberMatched', offset)) - limit, 0))
        if offset
        else None,
        'next': _address(layer, offset + limit) if following else None,
        'first': offset + 1,
    }


def _address(layer: Layer, offset: int) -> str:
    parameters = {name: value for name, value in request_parameters().items() if name not in OF_PLACE}
    query = urlencode({**parameters, **({OFFSET.name: offset} if offset else {})})
    return f'{api_url()}/collections/{layer.id}/items{"?" if query else ""}{query}'


def _choices(columns: dict[str, Column]) -> list[dict[str, Any]]:
    """A list for each column with known values, with the one that is chosen."""
    arguments = request_parameters()
    return [_choice(name, column, arguments.get(name, '')) for name, column in columns.items() if column.domain]


def _choice(name: str, column: Column, chosen: str) -> dict[str, Any]:
    """One list. A value that the column cannot have is in it while it is chosen, and says why nothing is listed."""
    lang, domain = language(), column.domain or {}
    values = [(value, title.pick(lang)) for value, title in domain.items()]
    unknown = [(chosen, chosen)] if chosen and chosen not in domain else []
    return {'name': name, 'title': column.title.pick(lang), 'values': [*values, *unknown], 'chosen': chosen}


def _form_members(layer: Layer, columns: dict[str, Column]) -> dict[str, Any]:
    """The words to search for, where the layer has names, and what the form sends along unseen."""
    in_form = {SEARCH.name, *(name for name, column in columns.items() if column.domain)}
    hidden = [(name, value) for name, value in request_parameters().items() if name not in OF_PLACE | in_form and value]
    return {'has_names': bool(searched_columns(layer, columns)), 'words': SEARCH.text, 'hidden': hidden}

"""What both services say of themselves and of their layers, in the language of the request."""

import math
from typing import Any

from dothi.api.http.address import api_url, root_url
from dothi.api.http.language import language, say
from dothi.api.http.service import service
from dothi.api.http.words import in_language
from dothi.api.ows.contents import Box, Group, Leaf
from dothi.core.text import DEMO, Text

SUBJECT = {
    'WMS': Text(vi='ảnh bản đồ (WMS)', en='map images (WMS)'),
    'WMTS': Text(vi='ô ảnh bản đồ (WMTS)', en='map tiles (WMTS)'),
}
# Decimals of a degree and of a metre in the boxes of layers, rounded outwards.
DEGREE_DIGITS, METRE_DIGITS = 6, 2


def about_service(kind: str) -> dict[str, Any]:
    """Title, description, keywords, contact and licence of the service."""
    config = _metadata_config()
    identification, place = config['identification'], service().locality.place
    return {
        'title': f'{say(place.title)}: {say(SUBJECT[kind])}',
        'abstract': identification['description'],
        'keywords': identification['keywords'],
        'home': f'{root_url()}/',
        'contact': about_contact(),
        'licence': config['license']['name'],
    }


def about_contact() -> dict[str, Any]:
    """Whom to ask: as `locality.yml` has it with position and address, else the desk of the configuration."""
    place = service().locality.place
    if place.contact is None:
        return {'person': _metadata_config()['contact']['name'], 'organisation': say(place.attribution), 'city': ''}
    contact = place.contact.model_copy(update={'organisation': place.contact.organisation or place.attribution})
    return {name: say(value) if isinstance(value, Text) else value for name, value in contact}


def _metadata_config() -> Any:
    return in_language(service().api.config['metadata'], language())


def about_leaf(leaf: Leaf) -> dict[str, Any]:
    """The capabilities members that describe one layer."""
    data, locality = leaf.data, service().locality
    demo = leaf.release.demo
    collection = f'{api_url()}/collections/{leaf.name}'
    return {
        'name': leaf.name,
        'title': f'{say(leaf.title)}{f" ({say(DEMO)})" if demo else ""}',
        'abstract': f'{say(data.description)}{f" {say(DEMO)}." if demo else ""}',
        'keywords': [say(locality.theme_title(data.theme)), *([say(DEMO).lower()] if demo else [])],
        'attribution': say(locality.agencies[data.agency].title),
        'home': f'{root_url()}/',
        'metadata': [_record_address(leaf)],
        'collection': f'{collection}?f=json',
        'features': f'{collection}/items?f=json' if leaf.has_features else '',
        'queryable': int(leaf.queryable),
    }


def about_group(group: Group) -> dict[str, Any]:
    """The capabilities members that describe a theme, or the whole map; its metadata are those of its layers."""
    whole = group.theme is None
    demo = any(leaf.release.demo for leaf in group.leaves)
    return {
        'name': group.name,
        'title': say(group.title),
        'abstract': ', '.join(say(leaf.title) for leaf in group.drawn_leaves) or say(group.title),
        'keywords': [*_group_keywords(group), *([say(DEMO).lower()] if demo else [])],
        'attribution': say(service().locality.place.attribution) if whole else '',
        'home': f'{root_url()}/',
        'metadata': [_record_address(leaf) for leaf in group.leaves],
        'collection': '',
        'features': '',
        'queryable': int(group.queryable),
    }


def _group_keywords(group: Group) -> list[str]:
    """The place with the theme of the group, or with all themes of the whole map."""
    locality = service().locality
    themes = locality.theme_titles(leaf.data.theme for leaf in group.leaves)
    return [say(locality.place.title), *(say(title) for title in themes.values())]


def _record_address(leaf: Leaf) -> str:
    """The address of the layer's record in the catalogue, as ISO 19139."""
    return f'{api_url()}/collections/catalogue/items/{leaf.name}?f=iso19139'


def round_box(box: Box, digits: int) -> Box:
    """Round a box outwards to `digits` decimals, so that it still covers the original box."""
    west, south, east, north = (number * 10**digits for number in box)
    return (
        math.floor(west) / 10**digits,
        math.floor(south) / 10**digits,
        math.ceil(east) / 10**digits,
        math.ceil(north) / 10**digits,
    )

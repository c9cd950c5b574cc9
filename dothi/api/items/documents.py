"""Items as documents: the features' text with what the standard puts around it, in each format."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Response

from dothi.api.http.address import api_url
from dothi.api.http.documents import link
from dothi.api.http.language import GEOJSON, HTML, JSONLD, language, page, say
from dothi.api.http.parameters import request_parameters
from dothi.api.http.service import service
from dothi.api.items.emptiness import reason_for_none
from dothi.api.items.features import Page, Version, name_column
from dothi.api.items.jsonld import list_jsonld, place_jsonld
from dothi.api.items.page_form import page_members
from dothi.api.items.paging import Values, cursor_of
from dothi.api.items.picture import picture_address
from dothi.api.items.query import Query
from dothi.core.catalog import Release
from dothi.core.export.formats import PAGED
from dothi.core.layer import Column, Layer
from dothi.core.text import Lang, Text

# The documents that items come as: media types and titles by the name that `f` gives them.
DOCUMENTS = {'json': (GEOJSON, 'GeoJSON'), 'jsonld': (JSONLD, 'JSON-LD'), 'html': (HTML, 'HTML')}
# Every format that items come in, a page of them or one; whole layers and large parts come in more, by a job.
ITEM_FORMATS = DOCUMENTS | {name: (row.media_type, row.title) for name, row in PAGED.items()}
THIS_AS, ITEMS_AS = Text(vi='Dạng {}', en='As {}'), Text(vi='Đối tượng, {}', en='Features as {}')
NEXT = Text(vi='Trang sau', en='Next page')
# The longest query that fits the first line of a request (8,190 bytes) with any address before it.
LONGEST_QUERY = 7_000
LONGEST_FORMAT = max(map(len, ITEM_FORMATS))
# Stands in the texts of links for the address of the document; no title has it.
ADDRESS = '<address>'


def collection_document(query: Query, release: Release, matched: int | None, page: Page, form: str) -> bytes:
    """The FeatureCollection around the features' text."""
    links = [_document_links(query.layer, None, form)]
    if page.last is not None:
        links.append(_json(_next_link(query, page.last, form)))
    head: dict[str, Any] = {'type': 'FeatureCollection'}
    if matched is not None:
        head['numberMatched'] = matched
    head |= {
        'numberReturned': page.returned,
        'timeStamp': datetime.now(UTC).isoformat(timespec='seconds').replace('+00:00', 'Z'),
        'dothi:release': release.number,
        'dothi:demo': release.demo,
    }
    none = reason_for_none(query, release, page)
    if none is not None:
        head['description'] = say(none.text)
        related = _link('related', GEOJSON, say(none.way_out), _items_path(query.layer), urlencode(none.parameters))
        links.append(_json(related))
    return f'{_json(head)[:-1]}, "links": [{", ".join(links)}],"features":['.encode() + page.features + b']}'


def feature_document(layer: Layer, item_id: str, version: Version, feature: bytes, form: str) -> bytes:
    """The Feature with its closing members. They are the version's, so that the same version has the same bytes."""
    extra = _json({'dothi:release': version.release, 'dothi:demo': version.demo})
    return feature + f',{extra[1:-1]}, "links": [{_document_links(layer, item_id, form)}]}}'.encode()


def feature_response(form: str, document: bytes, layer: Layer, columns: dict[str, Column], crs_uri: str) -> Response:
    """A document with the properties `columns` in one of DOCUMENTS."""
    response = Response(_in_form(form, document, layer, columns, crs_uri), mimetype=DOCUMENTS[form][0])
    response.headers['Content-Crs'] = f'<{crs_uri}>'
    return response


def _in_form(form: str, document: bytes, layer: Layer, columns: dict[str, Column], crs_uri: str) -> bytes | str:
    if form == 'json':
        return document
    content = json.loads(document)
    if form == 'jsonld':
        return _feature_jsonld(content, layer)
    template = 'collections/items/item.html' if content['type'] == 'Feature' else 'collections/items/index.html'
    data = {'id': layer.id, 'layer': layer, 'columns': columns, 'document': content, 'crs': crs_uri}
    data['name_column'] = name_column(layer, columns)
    data['picture'] = picture_address(layer.id, content, crs_uri)
    if content['type'] != 'Feature':
        data |= page_members(layer, layer.columns_for(service().audience), content)
    return page(template, data)


def _document_links(layer: Layer, item_id: str | None, form: str) -> str:
    """JSON of links, with commas between: this document, the same in every other format, and the collection.

    Their texts are kept, without the address that all but the last have in common.
    """
    items = _items_path(layer)
    own = items if item_id is None else f'{items}/{item_id}'
    # written once for all formats
    query = urlencode([*((name, value) for name, value in request_parameters().items() if name != 'f'), ('f', '')])
    if len(query) > LONGEST_QUERY - LONGEST_FORMAT:
        return ', '.join(map(_json, _links_to_formats(layer, own, query, form)))
    link_texts, key = service().link_texts, (items, form, language())
    texts = link_texts.get(key)
    if texts is None:
        texts = ', '.join(map(_json, _links_to_formats(layer, ADDRESS, '', form))).split(f'{ADDRESS}?')
        link_texts.keep(key, texts)
    return f'{_json(own)[1:-1]}?{query}'.join(texts)


def _links_to_formats(layer: Layer, own: str, query: str, form: str) -> list[dict[str, Any]]:
    links = [
        _link('self' if name == form else 'alternate', media_type, _this_as(title, language()), own, f'{query}{name}')
        for name, (media_type, title) in ITEM_FORMATS.items()
    ]
    collection = f'{api_url()}/collections/{layer.id}'
    return [*links, {'rel': 'collection', 'type': 'application/json', 'title': say(layer.title), 'href': collection}]


@cache
def _this_as(format_title: str, lang: Lang) -> str:
    return THIS_AS.pick(lang).format(format_title)


def item_links(layer: Layer) -> list[dict[str, Any]]:
    """Links of a collection to its items, in each of their formats."""
    return [
        link('items', media_type, say(ITEMS_AS).format(title), f'/collections/{layer.id}/items?f={name}')
        for name, (media_type, title) in ITEM_FORMATS.items()
    ]


def _next_link(query: Query, last: Values, form: str) -> dict[str, Any]:
    parameters = {name: value for name, value in request_parameters().items() if name != 'offset'}
    arguments = parameters | {'cursor': cursor_of(query.order, last), 'f': form}
    return _link('next', DOCUMENTS[form][0], say(NEXT), _items_path(query.layer), urlencode(arguments))


def _json(document: dict[str, Any] | str) -> str:
    return json.dumps(document, ensure_ascii=False)


def _items_path(layer: Layer) -> str:
    return f'{api_url()}/collections/{layer.id}/items'


def _link(rel: str, media_type: str, title: str, href: str, query: str) -> dict[str, Any]:
    """A link that is got; one that is too long for an address is posted, as catalogues of the STAC kind write it."""
    link: dict[str, Any] = {'rel': rel, 'type': media_type, 'title': title}
    if len(query) <= LONGEST_QUERY:
        return link | {'href': f'{href}?{query}' if query else href}
    headers = {'Content-Type': 'application/json'}
    search = href.removesuffix('/items') + '/search'
    return link | {'href': search, 'method': 'POST', 'headers': headers, 'body': dict(parse_qsl(query, True))}


def _feature_jsonld(content: dict[str, Any], layer: Layer) -> str:
    """The document as GeoJSON-LD: one feature with all it has, or the features of a page by their addresses."""
    items = _items_path(layer)
    if content['type'] == 'Feature':
        document = place_jsonld(content, f'{items}/{content["id"]}')
    else:
        document = list_jsonld(content, items.removesuffix('/items'), items)
    return json.dumps(document, ensure_ascii=False)

"""`/collections/{id}/items` and `/items/{id}`, in front of pygeoapi's."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from dothi.api import parameters
from dothi.api.address import addressed, api_url
from dothi.api.caching import conditional, etag, not_modified
from dothi.api.features import count, name_column, read_feature, read_page
from dothi.api.language import GEOJSON, JSONLD, language, page, wanted_format
from dothi.api.problems import NotAllowed, answer
from dothi.api.query import COMMON, Query, cursor_of, read_query
from dothi.api.served_crs import chosen_crs
from dothi.api.service import released, service
from dothi.api.snapshot import snapshot
from dothi.core.catalog import Release
from dothi.core.errors import NotFound
from dothi.core.layer import Layer

ITEMS = Blueprint('items', __name__)
FORMATS = ('json', 'html', 'jsonld')
WRITING = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
READ_ONLY = {'Allow': 'GET, HEAD, OPTIONS'}


class NoSuchFeature(NotFound):
    """The collection has no feature with this id."""


@ITEMS.route('/collections/<path:collection_id>/items', methods=['GET', 'HEAD'], provide_automatic_options=False)
def items(collection_id: str) -> Response:
    """A page of features."""
    layer = service().layer(collection_id)
    query = read_query(layer, service())
    form = wanted_format(FORMATS)
    with snapshot() as db:
        release = released(layer, db.releases())
        if not_modified(etag(release, form)):
            return conditional(Response(status=304), release, form)
        found = read_page(db, query)
        matched = _matched(db, query, release, found)
    next_page = _next_page(query, found.last_id)
    document = _collection(layer, release, matched, found.returned, next_page, found.features)
    return conditional(_formatted(form, document, layer, query.crs.uri), release, form)


@ITEMS.route(
    '/collections/<path:collection_id>/items/<path:item_id>', methods=['GET', 'HEAD'], provide_automatic_options=False
)
def item(collection_id: str, item_id: str) -> Response:
    """One feature by its id."""
    layer = service().layer(collection_id)
    parameters.refuse_unknown((*COMMON, 'crs'))
    form = wanted_format(FORMATS)
    crs = chosen_crs(request.args.get('crs'), service().locality, 'crs')
    columns = layer.columns_for(service().audience)
    with snapshot() as db:
        release = released(layer, db.releases())
        if not_modified(etag(release, form)):
            return conditional(Response(status=304), release, form)
        number = int(item_id) if item_id.isascii() and item_id.isdigit() and len(item_id) < 19 else -1
        feature = read_feature(db, layer, columns, crs, service().locality.srid, number)
    if feature is None:
        raise NoSuchFeature(
            vi=f'Lớp "{layer.id}" không có đối tượng "{item_id}".', en=f'"{layer.id}" has no feature "{item_id}".'
        )
    extra = {'dothi:release': release.number, 'dothi:demo': release.demo, 'links': _links(layer, item_id)}
    document = feature + b',' + json.dumps(extra, ensure_ascii=False).encode()[1:]
    return conditional(_formatted(form, document, layer, crs.uri), release, form)


@ITEMS.route('/collections/<path:collection_id>/items', methods=WRITING, provide_automatic_options=False)
@ITEMS.route('/collections/<path:collection_id>/items/<path:item_id>', methods=WRITING, provide_automatic_options=False)
def read_only(collection_id: str, item_id: str | None = None) -> Response:  # noqa: ARG001
    """What may be done with items: they are read only."""
    service().layer(collection_id)
    if request.method == 'OPTIONS':
        return Response(headers=READ_ONLY)
    refused = NotAllowed(vi='Dữ liệu ở đây chỉ để đọc.', en='Items are read only here.')
    response = answer(refused, HTTPStatus.METHOD_NOT_ALLOWED)
    response.headers.update(READ_ONLY)
    return response


def _matched(db: Any, query: Query, release: Release, found: Any) -> int:
    """How many features match: known from the release or from a page that holds all, else counted."""
    if query.whole:
        return release.rows_total
    if query.after is None and query.offset == 0 and found.last_id is None:
        return int(found.returned)
    return count(db, query)


def _next_page(query: Query, last_id: int | None) -> dict[str, str] | None:
    """Parameters of the next page, or None on the last one: by the last id, or by offset in another order."""
    if last_id is None:
        return None
    kept = {name: value for name, value in request.args.items() if name not in ('offset', 'cursor')}
    if query.order:
        return kept | {'offset': str(query.offset + query.limit)}
    return kept | {'cursor': cursor_of(last_id)}


def _collection(
    layer: Layer, release: Release, matched: int, returned: int, next_page: dict[str, str] | None, features: bytes
) -> bytes:
    """The FeatureCollection around the features' text."""
    head = {
        'type': 'FeatureCollection',
        'numberMatched': matched,
        'numberReturned': returned,
        'timeStamp': datetime.now(UTC).strftime('%Y-%m-%dT%H:%M:%SZ'),
        'dothi:release': release.number,
        'dothi:demo': release.demo,
        'links': _links(layer, None, next_page),
    }
    return json.dumps(head, ensure_ascii=False).encode()[:-1] + b',"features":[' + features + b']}'


def _links(layer: Layer, item_id: str | None, next_page: dict[str, str] | None = None) -> list[dict[str, str]]:
    base = f'{api_url()}/collections/{layer.id}'
    own = f'{base}/items' if item_id is None else f'{base}/items/{item_id}'
    kept = {name: value for name, value in request.args.items() if name != 'f'}
    words = WORDS[language()]
    links = [
        _link('self', GEOJSON, words['json'], own, kept | {'f': 'json'}),
        _link('alternate', JSONLD, words['jsonld'], own, kept | {'f': 'jsonld'}),
        _link('alternate', 'text/html', words['html'], own, kept | {'f': 'html'}),
        _link('collection', 'application/json', layer.title.pick(language()), base, {}),
    ]
    return links + ([_link('next', GEOJSON, words['next'], own, next_page)] if next_page else [])


def _link(rel: str, media_type: str, title: str, href: str, arguments: dict[str, str]) -> dict[str, str]:
    query = f'?{urlencode(arguments)}' if arguments else ''
    return {'rel': rel, 'type': media_type, 'title': title, 'href': href + query}


WORDS = {
    'vi': {'json': 'Tài liệu này, GeoJSON', 'jsonld': 'Dạng JSON-LD', 'html': 'Dạng HTML', 'next': 'Trang sau'},
    'en': {'json': 'This document as GeoJSON', 'jsonld': 'As JSON-LD', 'html': 'As HTML', 'next': 'Next page'},
}


def _formatted(form: str, document: bytes, layer: Layer, crs_uri: str) -> Response:
    if form == 'json':
        return Response(document, headers={'Content-Crs': f'<{crs_uri}>'}, mimetype=GEOJSON)
    content = json.loads(document)
    if form == 'jsonld':
        return Response(_jsonld(content, layer), mimetype=JSONLD)
    template = 'collections/items/item.html' if content['type'] == 'Feature' else 'collections/items/index.html'
    columns = layer.columns_for(service().audience)
    data = {'id': layer.id, 'layer': layer, 'columns': columns, 'document': content, 'crs': crs_uri}
    data['name_column'] = name_column(layer, columns)
    return Response(page(template, data), mimetype='text/html')


def _jsonld(content: dict[str, Any], layer: Layer) -> str:
    """GeoJSON-LD as pygeoapi writes it."""
    from pygeoapi.linked_data import geojson2jsonld

    identifier = str(content['id']) if content['type'] == 'Feature' else None
    return addressed(geojson2jsonld(service().api, content, layer.id, identifier=identifier))

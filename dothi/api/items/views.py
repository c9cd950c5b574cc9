"""`/collections/{id}/items`, `/items/{id}` and `/search`, in front of pygeoapi's."""

from flask import Blueprint, Response, request

from dothi.api.editing.pending import pending_feature
from dothi.api.http import parameters
from dothi.api.http.caching import add_last_modified, etag, feature_etag, make_conditional, not_modified
from dothi.api.http.language import language, wanted_format
from dothi.api.http.query_body import take_body
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot
from dothi.api.items.counting import number_matched
from dothi.api.items.documents import ITEM_FORMATS, collection_document, feature_document, feature_response
from dothi.api.items.features import read_feature, read_page, read_version
from dothi.api.items.files import file_response
from dothi.api.items.offsets import from_nearby
from dothi.api.items.query import (
    FEATURE_PARAMETERS,
    MAX_ALLOWABLE_OFFSET,
    feature_query,
    geometry_sql,
    read_query,
    wanted_crs,
)
from dothi.core.errors import NotFound
from dothi.core.export.formats import PAGED
from dothi.core.layer import Layer

ITEMS = Blueprint('items', __name__)
CONFORMANCE_CLASSES = (
    *(f'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}' for name in ('core', 'geojson', 'html')),
    'http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs',
    *(f'http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}' for name in (
        'filter', 'features-filter', 'queryables-query-parameters',
    )),
)  # fmt: skip


class NoSuchFeature(NotFound):
    """The collection has no feature with this id."""


@ITEMS.route('/collections/<path:collection_id>/items', methods=['GET', 'HEAD'], provide_automatic_options=False)
def items(collection_id: str) -> Response:
    """The answer with a page of features of one collection."""
    return answer_query(service().layer(collection_id))


@ITEMS.route('/collections/<path:collection_id>/search', methods=['POST'])
def search(collection_id: str) -> Response:
    """A page of features, for parameters that come in the body."""
    layer = service().layer(collection_id)
    take_body()
    return answer_query(layer)


@ITEMS.route(
    '/collections/<path:collection_id>/items/<path:item_id>', methods=['GET', 'HEAD'], provide_automatic_options=False
)
def item(collection_id: str, item_id: str) -> Response:
    """One feature by its id."""
    layer = service().layer(collection_id)
    parameters.refuse_unknown(FEATURE_PARAMETERS)
    form = wanted_format(tuple(ITEM_FORMATS))
    if form in PAGED:
        return _feature_as_file(layer, item_id, form)
    crs = wanted_crs(form)
    waiting = pending_feature(layer, item_id, crs, form)
    if waiting is not None:
        return waiting
    shape = geometry_sql(layer, crs)
    with snapshot() as db:
        number = _item_number(item_id)
        version = read_version(db, layer, number)
        if version is None:
            db.release(layer)
            raise _no_such(layer, item_id)
        tag = feature_etag(version.release, form, crs.uri, MAX_ALLOWABLE_OFFSET.text)
        if not_modified(tag, version.released_at):
            response = Response(status=304)
        else:
            columns = layer.columns_for(service().audience)
            feature = read_feature(db, layer, columns, shape, number)
            document = feature_document(layer, item_id, version, feature, form)
            response = feature_response(form, document, layer, columns, crs.uri)
    response.set_etag(tag)
    return add_last_modified(response, version.released_at)


def _feature_as_file(layer: Layer, item_id: str, form: str) -> Response:
    number = _item_number(item_id)
    with snapshot() as db:
        version = read_version(db, layer, number)
        db.release(layer)
    if version is None:
        raise _no_such(layer, item_id)
    return file_response(feature_query(layer, number, form), form)


def answer_query(layer: Layer) -> Response:
    """The page that the current request's parameters ask for."""
    form = wanted_format(tuple(ITEM_FORMATS))
    query = read_query(layer, form, service())
    if form in PAGED:
        return file_response(query, form)
    with snapshot() as db:
        release = db.release(layer)
        if not_modified(etag(release, form), release.released_at):
            return make_conditional(Response(status=304), release, form)
        page = read_page(db, from_nearby(db, query, release))
        matched = number_matched(db, query, release, page)
    document = collection_document(query, release, matched, page, form)
    response = feature_response(form, document, layer, query.columns, query.crs.uri)
    if request.method == 'POST':
        response.headers['Content-Language'] = language()
        return response
    return make_conditional(response, release, form)


def _item_number(item_id: str) -> int:
    """The id as a number, -1 for what is none: 01 is not 1."""
    number = int(item_id) if item_id.isascii() and item_id.isdigit() and len(item_id) < 19 else -1
    return number if str(number) == item_id else -1


def _no_such(layer: Layer, item_id: str) -> NoSuchFeature:
    return NoSuchFeature(
        vi=f'Lớp "{layer.id}" không có đối tượng "{item_id}".', en=f'"{layer.id}" has no feature "{item_id}".'
    )

"""`/collections/{id}/items`, `/items/{id}` and `/search`, in front of pygeoapi's."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Blueprint, Response, request
from psycopg2 import sql

from dothi.api.editing.pending import own_open_edits, pending_feature
from dothi.api.http import parameters
from dothi.api.http.address import root_url
from dothi.api.http.caching import add_last_modified, etag, feature_etag, is_conditional, make_conditional, not_modified
from dothi.api.http.compression import packed_before
from dothi.api.http.language import language, wanted_format
from dothi.api.http.query_body import take_body
from dothi.api.http.query_parameters import DATETIME
from dothi.api.http.served_crs import ServedCrs
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot, statements
from dothi.api.items.counting import number_matched
from dothi.api.items.documents import ITEM_FORMATS, collection_document, feature_document, feature_response
from dothi.api.items.features import Version, read_feature, read_page, read_version
from dothi.api.items.files import file_response
from dothi.api.items.offsets import begin_nearby, is_deep, read_milestones, remembered_milestones
from dothi.api.items.query import (
    FEATURE_PARAMETERS,
    MAX_ALLOWABLE_OFFSET,
    Query,
    feature_query,
    read_query,
    requested_tolerance,
    wanted_crs,
)
from dothi.api.repeated_answers import is_asked_again, repeat_while_released
from dothi.core.catalog import Release
from dothi.core.errors import NotFound
from dothi.core.export.formats import PAGED
from dothi.core.layer import Layer
from etl.editing.open_edits import OpenEdit

ITEMS = Blueprint('items', __name__)
CONFORMANCE_CLASSES = (
    *(f'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}' for name in ('core', 'geojson', 'html')),
    'http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs',
    *(f'http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}' for name in (
        'filter', 'features-filter', 'queryables-query-parameters',
    )),
)  # fmt: skip


# Of a page that is kept; 500 of them at most are (Service.pages).
MOST_KEPT_BYTES = 32_768


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
    number, columns = number_of_feature(item_id), layer.columns_for(service().audience)
    with statements() as db:
        version = read_version(db, layer, number) if is_conditional() else None
        _repeat(version, layer, form)
        if version is not None and not_modified(_item_tag(version, form, crs), version.released_at):
            return _with_version(Response(status=304), version, form, crs)
        feature = read_feature(db, layer, columns, crs, requested_tolerance(), number)
        if feature is None:
            db.release(layer)
            raise no_such_feature(layer, item_id)
    _repeat(feature[0], layer, form)
    document = feature_document(layer, item_id, *feature, form)
    return _with_version(feature_response(form, document, layer, columns, crs.uri), feature[0], form, crs)


def _repeat(version: Version | None, layer: Layer, form: str) -> None:
    if version is not None and form == 'json' and is_asked_again():
        repeat_while_released((layer.id, version.layer_release))


def _item_tag(version: Version, form: str, crs: ServedCrs) -> str:
    # a database that was made anew counts from 1 again
    released_at = version.released_at.isoformat()
    return feature_etag(version.release, form, crs.uri, MAX_ALLOWABLE_OFFSET.text, released_at)


def _with_version(response: Response, version: Version, form: str, crs: ServedCrs) -> Response:
    """`response` with what names and dates the version that it shows."""
    response.set_etag(_item_tag(version, form, crs))
    return add_last_modified(response, version.released_at)


def _feature_as_file(layer: Layer, item_id: str, form: str) -> Response:
    number = number_of_feature(item_id)
    with snapshot() as db:
        version = read_version(db, layer, number)
        db.release(layer)
    if version is None:
        raise no_such_feature(layer, item_id)
    return file_response(feature_query(layer, number, form), form)


@dataclass(frozen=True)
class KeptPage:
    """The document of a page, of which release it is, and the URI of its coordinate system.

    packed: the document compressed, by encoding; filled as clients ask for it.
    """

    release: Release
    document: bytes
    crs_uri: str
    packed: dict[str, bytes] = field(default_factory=dict)


def answer_query(layer: Layer) -> Response:
    """The page that the current request's parameters ask for."""
    form = wanted_format(tuple(ITEM_FORMATS))
    if form in PAGED:
        return file_response(read_query(layer, form, service()), form)
    edits = own_open_edits(layer) if request.method != 'POST' and not DATETIME.is_present else []
    if edits:
        return _answer_with_edits(layer, form, edits)
    request_text = (layer.id, form, language(), root_url(), request.query_string, request.method == 'POST')
    kept: KeptPage | None = service().pages.get(request_text)
    # what was read before without a fault need not be read to say that nothing has changed
    was_read = kept is not None or service().read_requests.get(request_text)
    query = None if was_read else read_query(layer, form, service())
    service().read_requests.keep(request_text, True)
    if kept is not None or is_conditional():
        with statements() as db:
            release = db.release(layer)
        if form == 'json' and request.method != 'POST':
            repeat_while_released((layer.id, (release.number, release.released_at)))
        if not_modified(etag(release, form), release.released_at):
            return make_conditional(Response(status=304), release, form)
        if kept is not None and kept.release == release and db.may_repeat:
            response = feature_response(form, kept.document, layer, {}, kept.crs_uri)
            return packed_before(make_conditional(response, release, form), kept.packed)
    query = query or read_query(layer, form, service())
    release, document = _read_document(query, form)
    if form == 'json' and request.method != 'POST' and len(document) <= MOST_KEPT_BYTES:
        service().pages.keep(request_text, KeptPage(release, document, query.crs.uri))
    response = feature_response(form, document, layer, query.columns, query.crs.uri)
    if request.method == 'POST':
        response.headers['Content-Language'] = language()
        return response
    return make_conditional(response, release, form)


def _answer_with_edits(layer: Layer, form: str, edits: Sequence[OpenEdit]) -> Response:
    """The page as the author of the edits has left the layer, kept by nobody."""
    query = read_query(layer, form, service(), edits)
    with snapshot() as db:
        release, page = read_page(db, query)
        count = sql.SQL('select count(*) from {} as f where {}').format(query.rows, query.where)
        ((matched,),) = db.rows(count)
    document = collection_document(query, release, matched, page, form)
    response = feature_response(form, document, layer, query.columns, query.crs.uri)
    response.headers['Cache-Control'] = 'private, no-store'
    return response


def _read_document(query: Query, form: str) -> tuple[Release, bytes]:
    """The page that `query` means as a document, and the release that it is of."""
    milestones = remembered_milestones(query) if is_deep(query) else None
    if milestones is not None or not is_deep(query):
        begun = query if milestones is None else begin_nearby(query, milestones)
        with statements() as db:
            release, page = read_page(db, begun)
            if milestones is None or milestones.release == release:
                return release, collection_document(
                    query, release, number_matched(db, query, release, page), page, form
                )
    with snapshot() as db:
        begun = begin_nearby(query, read_milestones(db, query, db.release(query.layer)))
        release, page = read_page(db, begun)
        return release, collection_document(query, release, number_matched(db, query, release, page), page, form)


def number_of_feature(item_id: str) -> int:
    """The id as a number, -1 for what is none: 01 is not 1."""
    number = int(item_id) if item_id.isascii() and item_id.isdigit() and len(item_id) < 19 else -1
    return number if str(number) == item_id else -1


def no_such_feature(layer: Layer, item_id: str) -> NoSuchFeature:
    """The error for an id that no feature has."""
    return NoSuchFeature(
        vi=f'Lớp "{layer.id}" không có đối tượng "{item_id}".', en=f'"{layer.id}" has no feature "{item_id}".'
    )

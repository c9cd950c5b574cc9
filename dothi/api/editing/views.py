"""Features added, replaced, changed and deleted (OGC API - Features, part 4): each edit is a release of its own."""

import json
import re
from collections.abc import Callable

import shapely
from flask import Blueprint, Response, request
from psycopg2.extensions import connection as Connection

from dothi.api.access.identity import may, require
from dothi.api.editing.body import FEATURES, PATCHES, patched_feature, sent_feature
from dothi.api.editing.pending import feature_number
from dothi.api.editing.read_only import ITEM, ITEMS, READING
from dothi.api.editing.rights import require_layer, require_unit
from dothi.api.http import parameters
from dothi.api.http.address import api_url
from dothi.api.http.caching import feature_etag, names_version
from dothi.api.http.faults import answer_unfit
from dothi.api.http.methods import allow_methods, refuse_method
from dothi.api.http.parameters import COMMON
from dothi.api.http.query_body import is_query
from dothi.api.http.service import require_release, service
from dothi.api.http.snapshot import statements
from dothi.api.items.features import read_version
from dothi.api.items.views import search
from dothi.core.access.author import author_of
from dothi.core.access.person import Action
from dothi.core.catalog import current_releases
from dothi.core.errors import ConditionMissing, NotFound, Outdated, WrongUse
from dothi.core.layer import Layer
from dothi.core.text import without_accents
from etl.doctor.coordinates import Reading
from etl.editing import review as edit_review
from etl.editing.checks import Submitted, Unfit, prepared
from etl.editing.edit import (
    Changes,
    Version,
    draft_of,
    editing,
    key_must_be_free,
    key_must_stay,
    open_version,
    row_of,
    save,
)
from etl.editing.repeated import added_before, deleted_before
from etl.editing.review import Pending
from etl.prepare import Prepared

EDITING = Blueprint('editing', __name__)
EDITING.register_error_handler(Unfit, answer_unfit)
# The draft has moved all but the last to part 5 of OGC API - Common; its clients look for either name.
_SHARED = ('create-replace-delete', 'update', 'optimistic-locking-etags')
CONFORMANCE_CLASSES = (
    *(f'http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/{name}' for name in _SHARED),
    *(f'http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/{name}' for name in (*_SHARED, 'features')),
)
MOST_BESIDE_STATUS = 300
LIST_METHODS = ('GET', 'HEAD', 'OPTIONS', 'POST')
ITEM_METHODS = ('GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE')
# What an edit makes of the version that it finds, and how the coordinates of that are to be read.
Made = tuple[Submitted, Reading]


class MadeByAProcess(WrongUse):
    """The layer holds what a process computed: an edit would make a figure of its own."""


class NoFeature(NotFound):
    """The collection has no feature with this id."""


class VersionMissing(ConditionMissing):
    """The layer wants to know which version was edited."""


class StaleVersion(Outdated):
    """The feature has changed since the client read it."""


@EDITING.route(ITEMS, methods=['OPTIONS'], provide_automatic_options=False)
def options_of_items(collection_id: str) -> Response:
    """What whoever asks may do with the collection."""
    service().layer(collection_id)
    if not may(Action.EDIT):
        return allow_methods(READING)
    return allow_methods(LIST_METHODS, {'Accept-Post': ', '.join(FEATURES)})


@EDITING.route(ITEM, methods=['OPTIONS'], provide_automatic_options=False)
def options_of_item(collection_id: str, item_id: str) -> Response:  # noqa: ARG001
    """What whoever asks may do with a feature, there or not: QGIS asks for one that it makes up."""
    service().layer(collection_id)
    return (
        allow_methods(READING)
        if not may(Action.EDIT)
        else allow_methods(ITEM_METHODS, {'Accept-Patch': ', '.join(PATCHES)})
    )


@EDITING.route(ITEMS, methods=['POST'], provide_automatic_options=False)
def create(collection_id: str) -> Response:
    """A new feature, or the answer to a query, by the type of the body.

    Whoever sends what they have added already gets the address of that.
    """
    if is_query():
        return search(collection_id)
    layer, author = may_edit(collection_id)
    with editing(layer) as db:
        require_release(layer, current_releases(db))
        feature, reading = sent_feature(layer)
        rows = prepared([feature], reading, layer, service().locality.whole)
        made_as = draft_of(rows, layer, service().locality.srid)
        require_unit(db, author, layer, [made_as.geometry])
        if layer.review:
            number = edit_review.add(db, layer, author, made_as)
            return Response(status=201, headers={'Location': _feature_address(layer, number)})
        values = row_of(rows, 0, layer)
        made = added_before(db, layer, author, values, rows.geometry[0])
        if made is None:
            key_must_be_free(db, layer, values)
            saved = save(db, layer, service().locality.whole, Changes(rows, [None]), author)
            made = open_version(db, layer, saved.added[0])
    if made is None:
        raise AssertionError(f'{layer.id}: the new feature is not there')
    return _with_etag(Response(status=201, headers={'Location': _feature_address(layer, made.id)}), made.release_from)


@EDITING.route(ITEMS, methods=['PUT', 'PATCH', 'DELETE'], provide_automatic_options=False)
def not_all_at_once(collection_id: str) -> Response:
    """A collection is not replaced or deleted through the API."""
    service().layer(collection_id)
    return refuse_method(READING if not may(Action.EDIT) else LIST_METHODS)


@EDITING.route(ITEM, methods=['POST'], provide_automatic_options=False)
def not_below_a_feature(collection_id: str, item_id: str) -> Response:  # noqa: ARG001
    """Nothing is added to a feature."""
    service().layer(collection_id)
    return refuse_method(READING if not may(Action.EDIT) else ITEM_METHODS)


@EDITING.route(ITEM, methods=['PUT'], provide_automatic_options=False)
def replace(collection_id: str, item_id: str) -> Response:
    """A feature with other content and the same id."""
    return _change_feature(collection_id, item_id, sent_feature)


@EDITING.route(ITEM, methods=['PATCH'], provide_automatic_options=False)
def update(collection_id: str, item_id: str) -> Response:
    """A feature changed in part."""
    return _change_feature(collection_id, item_id, patched_feature)


@EDITING.route(ITEM, methods=['DELETE'], provide_automatic_options=False)
def delete(collection_id: str, item_id: str) -> Response:
    """A feature deleted; its versions stay in the history."""
    return _change_feature(collection_id, item_id, None)


@EDITING.after_request
def told_beside_the_status(response: Response) -> Response:
    """What was refused and why, in the status line: QGIS shows no other part of the answer to its user."""
    if response.status_code >= 400 and response.mimetype == 'application/json':
        phrase = without_accents(json.loads(response.get_data()).get('description', '')).replace('–', '-')
        words = re.sub(r'[^ -~]+', ' ', phrase)[:MOST_BESIDE_STATUS]
        response.status = f'{response.status_code} {words}'
    return response


def _change_feature(collection_id: str, item_id: str, make: Callable[[Layer, Version], Made] | None) -> Response:
    """The answer to a change of one feature; make: its new content, or None where it is to be deleted."""
    layer, author = may_edit(collection_id)
    with editing(layer) as db:
        if make is None and _is_deleted_already(db, layer, item_id, author):
            return Response(status=202 if layer.review else 204)
        feature = feature_as_seen(db, layer, item_id, author)
        before = feature.as_version() if isinstance(feature, Pending) else feature
        _must_match(layer, before)
        rows = None if make is None else _prepare_edit(db, layer, author, feature, make)
        draft = draft_of(rows, layer, service().locality.srid) if rows else None
        require_unit(db, author, layer, [as_hex(before), *([draft.geometry] if draft else [])])
        if layer.review:
            edit_review.keep(db, layer, author, feature, draft)
            return Response(status=202)
        changes = Changes(closed=[before.id]) if rows is None else Changes(rows, [before.id])
        saved = save(db, layer, service().locality.whole, changes, author)
    response = Response(status=204)
    return response if rows is None else _with_etag(response, saved.release or before.release_from)


def as_hex(version: Version) -> str | None:
    """The geometry as EWKB in hex, in the working CRS."""
    if version.geometry is None:
        return None
    shape = shapely.set_srid(version.geometry, service().locality.srid)
    return str(shapely.to_wkb(shape, hex=True, include_srid=True))


def _prepare_edit(
    db: Connection, layer: Layer, author: str, found: Version | Pending, make: Callable[[Layer, Version], Made]
) -> Prepared:  # fmt: skip
    before = found.as_version() if isinstance(found, Pending) else found
    feature, reading = make(layer, before)
    rows = prepared([feature], reading, layer, service().locality.whole)
    values = row_of(rows, 0, layer)
    if before.id > 0:
        key_must_stay(before, values, layer)
    else:
        edit_review.key_must_be_new(db, layer, author, values, before.id)
    return rows


def feature_as_seen(db: Connection, layer: Layer, item_id: str, author: str) -> Version | Pending:
    """The feature as the author sees it: as it waits for review, else as it is released."""
    number = feature_number(item_id)
    waiting = edit_review.pending(db, layer, author, number) if number is not None and layer.review else None
    if waiting is not None and waiting.status == 'open' and waiting.change != 'closed':
        return waiting
    is_looked_up = number is not None and waiting is None
    released = open_version(db, layer, number) if number is not None and is_looked_up else None
    if released is not None and not _shows_row(layer, released.id):
        released = None
    if released is None:
        raise no_feature(layer, item_id)
    return released


def no_feature(layer: Layer, name: str) -> NoFeature:
    """The error for a feature that is not there, by its id or its key."""
    return NoFeature(vi=f'Lớp "{layer.id}" không có đối tượng "{name}".', en=f'"{layer.id}" has no feature "{name}".')


def _is_deleted_already(db: Connection, layer: Layer, item_id: str, author: str) -> bool:
    """Whether the author has deleted the feature before, with or without a decision since."""
    number = feature_number(item_id)
    if number is None:
        return False
    waiting = edit_review.pending(db, layer, author, number) if layer.review else None
    is_to_be_deleted = waiting is not None and waiting.status == 'open' and waiting.change == 'closed'
    return is_to_be_deleted or deleted_before(db, layer, author, number)


def _shows_row(layer: Layer, feature_id: int) -> bool:
    """Whether the author sees the row: the role that saves edits sees all."""
    if layer.id not in service().locality.row_limited:
        return True
    with statements() as db:
        return read_version(db, layer, feature_id) is not None


def may_edit(collection_id: str) -> tuple[Layer, str]:
    """The layer, and under which name whoever asks edits it; raises what forbids it."""
    layer = service().layer(collection_id)
    identity = require(Action.EDIT)
    author = author_of(identity.person)
    parameters.refuse_unknown(COMMON)
    require_layer(identity, layer)
    if layer.made_by is not None:
        raise MadeByAProcess(
            vi=f'Lớp "{layer.id}" do tiến trình "{layer.made_by}" tạo ra, không sửa tay. Chạy lại tiến trình.',
            en=f'The layer "{layer.id}" is made by the process "{layer.made_by}" and not edited. Run that again.',
        )
    return layer, author


def _must_match(layer: Layer, before: Version) -> None:
    """Raises VersionMissing without If-Match, StaleVersion where it names another version than the feature has."""
    if not request.headers.get('If-Match', '').strip():
        if layer.require_if_match:
            raise VersionMissing(
                vi=f'Lớp "{layer.id}" cần đầu mục If-Match với ETag của đối tượng đã đọc.',
                en=f'The layer "{layer.id}" wants the header If-Match with the ETag of the feature that was read.',
            )
        return
    if not names_version(request.if_match, before.release_from):
        raise StaleVersion(
            vi=f'Đối tượng {before.id} đã thay đổi từ khi được đọc. Đọc lại rồi sửa.',
            en=f'The feature {before.id} has changed since it was read. Read it again, then edit it.',
        )


def _with_etag(response: Response, version: int) -> Response:
    """`response` with the tag that a next edit can name in If-Match."""
    response.set_etag(feature_etag(version, 'edit'))
    return response


def _feature_address(layer: Layer, number: int) -> str:
    return f'{api_url()}/collections/{layer.id}/items/{number}'

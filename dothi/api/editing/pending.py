"""A feature that waits for review, as its author sees it, and nobody else."""

import json

from flask import Response, request
from psycopg2 import sql

from dothi.api.access.identity import current_editor
from dothi.api.http.address import api_url
from dothi.api.http.caching import feature_etag
from dothi.api.http.served_crs import ServedCrs
from dothi.api.http.service import service
from dothi.api.items.documents import feature_response
from dothi.core.database import connection
from dothi.core.errors import NotFound
from dothi.core.layer import Layer
from etl.editing.open_edits import OpenEdit, open_edits
from etl.editing.review import Pending, pending


class NotAnyMore(NotFound):
    """The author has deleted the feature, or its change set was rejected."""


def own_open_edits(layer: Layer) -> list[OpenEdit]:
    """What whoever asks has changed in the layer and waits for review; nothing in a layer that wants none."""
    author = current_editor() if layer.review else None
    if author is None:
        return []
    with connection('editor') as db:
        return open_edits(db, layer, author)


def pending_feature(layer: Layer, item_id: str, crs: ServedCrs, form: str) -> Response | None:
    """The feature as the editor who asks has left it, or None where nothing of it waits.

    A new feature that is released by now is found under its id: the answer leads there. Raises NotAnyMore.
    """
    author = current_editor() if layer.review else None
    number = feature_number(item_id)
    if author is None or number is None:
        return None
    with connection('editor') as db:
        pending_edit = pending(db, layer, author, number)
        if pending_edit is None:
            return None
        if pending_edit.released_as is not None and pending_edit.id < 0:
            query = f'?{request.query_string.decode()}' if request.query_string else ''
            address = f'{api_url()}/collections/{layer.id}/items/{pending_edit.released_as}{query}'
            return Response(status=303, headers={'Location': address})
        if pending_edit.geometry is None or pending_edit.status == 'rejected':
            raise _no_longer_pending(pending_edit)
        shape = crs.geojson(service().locality.srid)
        with db.cursor() as cursor:
            rows = sql.SQL('(select geom, st_transform(geom, 4326) as geom_wgs84 from catalog.edit where id = {}) as e')
            edit_rows = rows.format(sql.Literal(pending_edit.edit))
            cursor.execute(sql.SQL('select {} from {}').format(shape, edit_rows))
            (geometry,) = cursor.fetchone() or ('null',)
    columns = layer.columns_for(service().audience)
    response = feature_response(form, _pending_document(pending_edit, geometry, layer), layer, columns, crs.uri)
    response.set_etag(feature_etag(pending_edit.version, form, crs.uri))
    response.headers['Cache-Control'] = 'private, no-store'
    return response


def feature_number(item_id: str) -> int | None:
    """The number in an address, negative for a feature that waits for review; None where it can be no number."""
    digits = item_id.removeprefix('-')
    return int(item_id) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def _pending_document(pending_edit: Pending, geometry: str, layer: Layer) -> bytes:
    visible = layer.columns_for(service().audience)
    properties = {name: value for name, value in (pending_edit.properties or {}).items() if name in visible}
    links = [
        {
            'rel': 'self',
            'type': 'application/geo+json',
            'href': f'{api_url()}/collections/{layer.id}/items/{pending_edit.id}',
        },
        {'rel': 'collection', 'type': 'application/json', 'href': f'{api_url()}/collections/{layer.id}'},
    ]
    document = {
        'type': 'Feature',
        'id': pending_edit.id,
        'geometry': json.loads(geometry),
        'properties': properties,
        'dothi:pending': {'change_set': pending_edit.change_set, 'change': pending_edit.change},
        'links': links,
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _no_longer_pending(edit: Pending) -> NotAnyMore:
    if edit.status == 'rejected':
        return NotAnyMore(
            vi=f'Đối tượng {edit.id} không còn: tập thay đổi {edit.change_set} bị từ chối ({edit.reason}).',
            en=f'The feature {edit.id} is not there: the change set {edit.change_set} was rejected ({edit.reason}).',
        )
    return NotAnyMore(
        vi=f'Đối tượng {edit.id} không còn: bạn đã xóa trong tập thay đổi {edit.change_set}, đang chờ duyệt.',
        en=f'The feature {edit.id} is not there: you deleted it in the change set {edit.change_set}, which waits.',
    )

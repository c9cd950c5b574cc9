"""`/api/deliveries/{number}/changes`: what a delivery that waits would change, as features, tiles and a picture."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request

from dothi.api.access.forms import Fields, private_json, private_page
from dothi.api.access.identity import must_be_editor
from dothi.api.access.layers import require_on_layer
from dothi.api.desk.deliveries import reading_inputs
from dothi.api.desk.view_of import delivery_seen
from dothi.api.http import parameters
from dothi.api.http.address import api_url
from dothi.api.http.caching import tagged
from dothi.api.http.language import GEOJSON, language, wanted_format
from dothi.api.http.parameters import COMMON, Parameter
from dothi.api.http.parsers import one_of
from dothi.api.http.query_parameters import BBOX, LIMIT, OFFSET, corners_reversed
from dothi.api.http.service import service
from dothi.api.processes.execution import created_response, current_asker
from dothi.core.access.person import Action
from dothi.core.clock import local_minute
from dothi.core.errors import NotFound
from dothi.core.limit_settings import LimitSettings
from dothi.core.text import Text
from etl.compare.values import value_words
from etl.desk.preview import NoPreview, Preview, preview_of
from etl.desk.preview_features import (
    Box,
    ChangeQuery,
    FeatureChange,
    changes_tile,
    count_changes,
    read_changes,
    read_dots,
)
from etl.desk.records import DeliveryRecord
from etl.report.map import dots_svg
from etl.report.place import outlines_on
from processes.queue import manager

CHANGES = Blueprint('changes', __name__, url_prefix='/api/deliveries/<int:number>/changes')
MVT = 'application/vnd.mapbox-vector-tile'
ON_PAGE, DEEPEST_ZOOM = 100, 24
KIND_TITLES = {
    'added': Text(vi='thêm', en='added'),
    'changed': Text(vi='đổi', en='changed'),
    'closed': Text(vi='bỏ', en='closed'),
}
KIND = Parameter(
    'change', one_of(*KIND_TITLES), {'type': 'string', 'enum': [*KIND_TITLES]},
    Text(vi='Chỉ những đối tượng được thêm, đổi hoặc bỏ.', en='Only features that are added, changed or closed.'),
)  # fmt: skip


class NoSuchChangesTile(NotFound):
    """There is no such tile."""


@CHANGES.route('', methods=['POST'])
def work_out(number: int) -> Response:
    """201 with the job that works it out, for a reading of the file as a decision would choose it."""
    author, fields = must_be_editor(Action.DELIVER), Fields()
    require_on_layer(Action.DELIVER, delivery_seen(number).layer_id)
    inputs = {'delivery': number, **reading_inputs(fields)}
    job_id = manager.start_job('preview-delivery', inputs, service().audience, current_asker(), author, None)
    if request.is_json:
        return created_response(job_id)
    return redirect(f'{api_url()}/jobs/{job_id}?f=html&lang={language()}', 303)  # type: ignore[return-value]


@CHANGES.route('')
def changes(number: int) -> Response:
    """A page of the features as GeoJSON, or all of them as a picture and a table. Raises NoPreview."""
    parameters.refuse_unknown((*COMMON, KIND, BBOX, LIMIT, OFFSET))
    delivery, preview = _preview_seen(number)
    query = ChangeQuery(number, KIND.read(), _box())  # type: ignore[arg-type]
    if wanted_format() == 'html':
        return _as_page(delivery, preview, query)
    limit = min(LIMIT.read() or LimitSettings().default_items, LimitSettings().max_items)
    response = private_json(_document(preview, query, OFFSET.read() or 0, limit))
    response.mimetype = GEOJSON
    return tagged(response)


@CHANGES.route('/tiles/WebMercatorQuad/<int:z>/<int:y>/<int:x>')
def tile(number: int, z: int, y: int, x: int) -> Response:
    """A vector tile of the changes; 204 where nothing changes. Raises NoPreview, NoSuchChangesTile."""
    parameters.refuse_unknown(COMMON)
    _preview_seen(number)
    if z > DEEPEST_ZOOM or max(x, y) >= 1 << z:
        raise NoSuchChangesTile(vi=f'Không có ô {z}/{y}/{x}.', en=f'There is no tile {z}/{y}/{x}.')
    content = changes_tile(number, z, x, y, service().locality.srid)
    response = Response(content, 200 if content else 204, mimetype=MVT)
    response.headers['Cache-Control'] = 'no-store'
    return response


def _box() -> Box | None:
    """The box in degrees; raises BadParameter for one that begins with its upper corner."""
    box = BBOX.read()
    if box is not None and (box[0] > box[2] or box[1] > box[3]):
        raise corners_reversed()
    return box


def _preview_seen(number: int) -> tuple[DeliveryRecord, Preview]:
    """The delivery and its preview, for who sees it and all of the layer as it is served: old values come from there.

    Raises NoSuchDelivery, NoPreview.
    """
    delivery = delivery_seen(number)
    if not service().locality.shows_all_of(delivery.layer_id):
        raise NoPreview(
            vi='Bạn không xem được toàn bộ lớp này, nên không xem trước được.',
            en='You do not see all of this layer, and therefore no preview.',
        )
    return delivery, preview_of(number)


def _document(preview: Preview, query: ChangeQuery, offset: int, limit: int) -> dict[str, Any]:
    matched, page = count_changes(query), read_changes(query, offset, limit)
    delivery_url = _delivery_url(preview.delivery_id)
    links = [
        {'rel': 'self', 'type': GEOJSON, 'href': _page_link(preview.delivery_id, offset, 'json')},
        {'rel': 'up', 'href': delivery_url},
        {
            'rel': 'tiles',
            'type': MVT,
            'templated': True,
            'href': f'{delivery_url}/changes/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}',
        },
    ]
    if offset + len(page) < matched:
        links.append({'rel': 'next', 'type': GEOJSON, 'href': _page_link(preview.delivery_id, offset + limit, 'json')})
    return {
        'type': 'FeatureCollection',
        'numberMatched': matched,
        'numberReturned': len(page),
        'made_at': preview.made_at.isoformat(),
        'release': preview.release,
        'is_current': preview.is_current,
        'verdict': preview.report.verdict,
        'held': preview.report.held,
        'notes': [note.pick(language()) for note in preview.report.notes],
        'options': preview.options,
        'links': links,
        'features': [_feature(change) for change in page],
    }


def _feature(change: FeatureChange) -> dict[str, Any]:
    """A change as GeoJSON: of one that changes a feature, only the values that differ."""
    old, new = change.old_values, change.new_values
    if change.change == 'changed':
        old, new = (
            {name: (values or {}).get(name) for name in change.columns if name != 'geom'} for values in (old, new)
        )
    properties = {
        'change': change.change, 'feature': change.feature_id, 'row': change.row_number, 'columns': change.columns,
        'old': old, 'new': new,
    }  # fmt: skip
    feature = {'type': 'Feature', 'id': change.number, 'geometry': change.geometry, 'properties': properties}
    return feature | ({'old_geometry': change.old_geometry} if change.old_geometry else {})


def _as_page(delivery: DeliveryRecord, preview: Preview, query: ChangeQuery) -> Response:
    place, offset = service().locality.whole, OFFSET.read() or 0
    matched, page = count_changes(query), read_changes(query, offset, ON_PAGE)
    members = {
        'delivery': delivery,
        'preview': preview,
        'layer': place.described(delivery.layer_id),
        'kinds': KIND_TITLES,
        'words': value_words,
        'features': [_feature(change) for change in page],
        'matched': matched,
        'shown': (offset + 1, offset + len(page)),
        'next': _page_link(delivery.id, offset + ON_PAGE, 'html') if offset + len(page) < matched else None,
        'map': _map_of(delivery),
        'minute': lambda moment: local_minute(moment, place.place.zone),
    }
    return private_page('desk/changes.html', members)


def _map_of(delivery: DeliveryRecord) -> str:
    place = service().locality
    return dots_svg(
        place.place.extent_wgs84, outlines_on(delivery.as_of, place, 'reader_internal'), read_dots(delivery.id)
    )


def _delivery_url(number: int) -> str:
    return f'{api_url()}/deliveries/{number}'


def _page_link(number: int, offset: int, form: str) -> str:
    """The address of another page of what is asked for now."""
    arguments = {**request.args, 'f': form, 'offset': offset}
    return f'{_delivery_url(number)}/changes?{urlencode(arguments)}'

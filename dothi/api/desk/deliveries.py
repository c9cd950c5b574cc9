"""`/api/deliveries`: the deliveries, one of them with all that was found, its files, and the decision on it."""

import tempfile
from pathlib import Path
from typing import Any, get_args

import numpy as np
import shapely
from flask import Blueprint, Response, redirect, request

from dothi.api.access.cookies import csrf_token, session_secret
from dothi.api.access.forms import Fields, private_json, private_page
from dothi.api.access.identity import may, must_be_editor, require
from dothi.api.access.layers import require_on_layer
from dothi.api.desk.seen_version import must_be_current
from dothi.api.desk.view_of import deliveries_seen, delivery_seen, is_signed_in
from dothi.api.http import parameters
from dothi.api.http.address import api_url
from dothi.api.http.caching import tagged
from dothi.api.http.language import GEOJSON, HTML, language, say, wanted_format
from dothi.api.http.parameters import COMMON, Parameter
from dothi.api.http.parsers import one_of
from dothi.api.http.query_parameters import LIMIT
from dothi.api.http.service import service
from dothi.api.http.stored_file import stored_file
from dothi.api.processes.execution import created_response, current_asker
from dothi.core.access.person import Action
from dothi.core.clock import local_minute
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.database import connection
from dothi.core.errors import NotFound
from dothi.core.settings import PathSettings
from dothi.core.text import Text
from etl.desk.decide import decided_already
from etl.desk.held import WAITS_FOR
from etl.desk.preview import has_preview
from etl.desk.records import STATUS_TITLES, DeliveryRecord, Status, shown
from etl.desk.sight import shown_for
from etl.receipt.bad_rows import write_bad_rows
from etl.receipt.kept_rows import KeptRow, kept_rows
from etl.receipt.receipt import receipt_page, rows_file
from processes.queue import manager

DELIVERIES = Blueprint('deliveries', __name__, url_prefix='/api/deliveries')
USUAL, MOST = 50, 1_000
STATUSES: tuple[Status, ...] = get_args(Status)


def _as_text(_name: str, text: str) -> str:
    return text


LAYER = Parameter(
    'layer', _as_text, {'type': 'string'}, Text(vi='Chỉ của lớp này.', en='Of this layer only.'), example='schools'
)
STATUS = Parameter(
    'status', one_of(*STATUSES), {'type': 'string', 'enum': [*STATUSES]},
    Text(vi='Chỉ những đợt có tình trạng này.', en='With this status only.'),
)  # fmt: skip
GPKG = 'application/geopackage+sqlite3'


class NoBadRows(NotFound):
    """Nothing was found wrong with the rows of the delivery."""


@DELIVERIES.route('')
def deliveries() -> Response:
    """The deliveries that whoever asks may see: those that wait first, oldest first, then the newest."""
    parameters.refuse_unknown((*COMMON, LAYER, STATUS, LIMIT))
    status: Any = STATUS.read()
    seen = deliveries_seen(LAYER.read(), status, min(LIMIT.read() or USUAL, MOST))
    document = {'deliveries': [_delivery_member(delivery) for delivery in seen]}
    if wanted_format() == 'json':
        return tagged(private_json(document))
    return private_page('desk/deliveries.html', {'deliveries': seen, 'status': STATUS.text, **_words()})


@DELIVERIES.route('/<int:number>')
def one_delivery(number: int) -> Response:
    """One delivery with its decisions and its report. Its ETag is the version that a decision names."""
    parameters.refuse_unknown(COMMON)
    delivery_seen(number)
    whole = shown_for(shown(number, 'gatekeeper'), service().locality, require(Action.SEE).person)
    if wanted_format() == 'html':
        secret = session_secret()
        members = {'shown': whole, 'version': _version(number), 'csrf': csrf_token(secret) if secret else ''}
        may_decide = is_signed_in() and may(Action.DECIDE) and whole.delivery.status == 'diagnosed'
        members |= {'may_decide': may_decide, 'has_preview': has_preview(number)}
        return private_page('desk/delivery.html', members | _words())
    document = {
        **_delivery_member(whole.delivery),
        'decisions': [
            made.model_dump(mode='json') | {'notes': [note.pick(language()) for note in made.notes]}
            for made in whole.decisions
        ],
        'report': whole.report.model_dump(mode='json') if whole.report else None,
        'failure': whole.failure.pick(language()) if whole.failure else None,
    }
    return tagged(private_json(document), _version(number))


@DELIVERIES.route('/<int:number>/receipt')
def receipt(number: int) -> Response:
    """The receipt, as the agency reads it, in the reader's language first."""
    parameters.refuse_unknown(COMMON)
    delivery_seen(number)
    page = receipt_page(number, service().locality, require(Action.SEE).person, 'gatekeeper', language())
    headers = {'Cache-Control': 'no-store', 'Content-Language': language()}
    return Response(page, content_type=f'{HTML}; charset=utf-8', headers=headers)


@DELIVERIES.route('/<int:number>/original')
def original(number: int) -> Response:
    """What was handed in, as it came; several files as one archive."""
    parameters.refuse_unknown(COMMON)
    delivery = delivery_seen(number)
    path = Path(PathSettings().store) / delivery.store_path
    if not path.is_file():
        raise NotFound(vi='Kho không còn bản gốc này.', en='The store has this original no more.')
    is_single = path.suffix.lower() == Path(delivery.file_name).suffix.lower()
    name = delivery.file_name if is_single else f'{delivery.file_name}.zip'
    return stored_file(path, 'application/octet-stream', name)


@DELIVERIES.route('/<int:number>/bad-rows')
def bad_rows(number: int) -> Response:
    """Rows with faults, with the reason of each: GeoJSON, or a GeoPackage for QGIS. Raises NoBadRows."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format(('json', 'gpkg'))
    delivery_seen(number)
    srid = service().locality.srid
    with connection('gatekeeper') as db:
        rows = kept_rows(db, number, srid)
    if not rows:
        raise NoBadRows(vi=f'Đợt giao {number} không có hàng lỗi.', en=f'Delivery {number} has no bad rows.')
    if form == 'gpkg':
        return _as_geopackage(rows, number, srid)
    response = private_json({'type': 'FeatureCollection', 'features': [_fault_feature(row, srid) for row in rows]})
    response.mimetype = GEOJSON
    return response


@DELIVERIES.route('/<int:number>/decision', methods=['POST'])
def decide(number: int) -> Response:
    """Accepts or returns the delivery: 201 with the job that does it, or its page.

    Whoever decides second is refused by the database, whichever page they came from. Who decides the same again, having
    got no answer, gets the same job while it is open. Raises StaleDecision and AlreadyDecided.
    """
    author, fields = must_be_editor(Action.DECIDE), Fields()
    delivery = delivery_seen(number)
    require_on_layer(Action.DECIDE, delivery.layer_id)
    must_be_current(_version(number), Text(vi=f'Đợt giao {number}', en=f'Delivery {number}'), fields)
    if delivery.status != 'diagnosed':
        raise decided_already(delivery)
    decision = {name: fields.text(name) for name in ('decision', 'reason') if fields.text(name)}
    inputs = {'delivery': number, **decision, **reading_inputs(fields), 'lang': language()}
    audience = service().audience
    job_id = manager.start_job('decide-delivery', inputs, audience, current_asker(), author, None)
    if request.is_json:
        return created_response(job_id)
    return redirect(f'{api_url()}/jobs/{job_id}?f=html&lang={language()}', 303)  # type: ignore[return-value]


READING_FIELDS = ('crs', 'encoding', 'scope', 'mode', 'as_of')
DECISION_FIELDS = (*READING_FIELDS, 'columns', 'decision', 'reason', 'version')


def reading_inputs(fields: Fields) -> dict[str, Any]:
    """How the file is to be read, as inputs of a decision or of a preview; what is left out stays as it is.

    Raises UnknownField: a name that was misspelt would have the file read as nobody wanted it.
    """
    fields.refuse_unknown(*DECISION_FIELDS)
    inputs: dict[str, Any] = {name: fields.text(name) for name in READING_FIELDS if fields.text(name)}
    return inputs | ({'columns': fields.mapping('columns')} if fields.mapping('columns') else {})


def _version(number: int) -> str:
    """Changes with the status of the delivery and with each decision on it."""
    whole = shown(number, 'gatekeeper')
    return f'{number}-{whole.delivery.status}-{len(whole.decisions)}'


def _delivery_member(delivery: DeliveryRecord) -> dict[str, Any]:
    here = f'{api_url()}/deliveries/{delivery.id}'
    links = [{'rel': 'self', 'href': here}, *({'rel': rel, 'href': f'{here}/{rel}'} for rel in ('receipt', 'original'))]
    waits_for = [WAITS_FOR[reason].pick(language()) for reason in delivery.held if delivery.status == 'diagnosed']
    locality = service().locality.whole
    layer = locality.layers.get(delivery.layer_id) or locality.coverages.get(delivery.layer_id)
    agency = locality.agencies.get(delivery.agency or '')
    titles = {
        'layer_title': say(layer.title) if layer else delivery.layer_id,
        'agency_title': say(agency.title) if agency else delivery.agency,
    }
    return delivery.model_dump(mode='json') | titles | {'waits_for': waits_for, 'links': links}


def _fault_feature(row: KeptRow, srid: int) -> dict[str, Any]:
    to_degrees = transformer(proj_string(srid), proj_string(WGS84)).transform
    place = (
        None if row.geometry is None else shapely.transform(row.geometry, lambda xy: np.column_stack(to_degrees(*xy.T)))
    )
    reason = {'row': row.row, 'severity': row.severity, 'code': row.code, 'column': row.column, 'value': row.value}
    properties = reason | {'reason': row.message.pick(language()), 'attributes': row.attributes}
    geometry = None if place is None else shapely.geometry.mapping(place)
    return {'type': 'Feature', 'geometry': geometry, 'properties': properties}


def _as_geopackage(rows: list[KeptRow], number: int, srid: int) -> Response:
    name = rows_file(number)
    with tempfile.TemporaryDirectory(prefix='dothi-rows-') as folder:
        file = Path(folder) / name
        write_bad_rows(file, rows, srid)
        # the file is open by then, and goes when it is closed
        return stored_file(file, GPKG, name)


def _words() -> dict[str, Any]:
    """What the pages of deliveries show by name."""
    locality = service().locality.whole
    return {
        'titles': STATUS_TITLES,
        'waits_for': WAITS_FOR,
        'layers': {**locality.layers, **locality.coverages},
        'agencies': locality.agencies,
        'minute': lambda moment: local_minute(moment, locality.place.zone),
    }

"""`/reports`: what citizens may report, a report, and what became of it. Without a sign-in, on the public service."""

import base64
import binascii
import unicodedata
from typing import Any, get_args
from uuid import UUID, uuid4

from flask import Blueprint, Response, request

from dothi.api.access.forms import private_json
from dothi.api.http import parameters
from dothi.api.http.address import api_url, client_address, root_url
from dothi.api.http.clients import query_place
from dothi.api.http.documents import as_json, link
from dothi.api.http.faults import answer_unfit
from dothi.api.http.language import HTML, JSON, say, wanted_format
from dothi.api.http.offer import Offer
from dothi.api.http.operations import content, get, headers, list_of, object_with, operation, or_null, responses
from dothi.api.http.parameters import COMMON, Schema, in_formats, in_header, in_path
from dothi.api.http.service import service
from dothi.api.http.sound_json import sound_json
from dothi.core.citizen_reporting import CitizenReporting
from dothi.core.errors import WrongUse
from dothi.core.text import Text
from etl.citizen.photo import plain_photo
from etl.citizen.photo_faults import BadPhoto, no_photo
from etl.citizen.sending import (
    LONGEST_CONTACT,
    CitizenReport,
    Status,
    require_fit,
    require_room,
    state_of,
    submit,
)  # fmt: skip
from etl.editing.checks import Fault, Unfit

REPORTS = Blueprint('reports', __name__)
# The one address of the public service that takes more than a query: where it is, and its endpoint.
PATH, SENDING = '/reports', 'reports.send_report'
FORMATS = ('json',)
KEY = 'Idempotency-Key'
PHOTO_TYPES = ('image/jpeg', 'image/png', 'image/webp')
# What a report has beside its photo.
MOST_TEXT_BYTES = 64 * 1024
STATUS_TITLES: dict[Status, Text] = {
    'received': Text(vi='đã nhận, đang chờ xem xét', en='received, waits to be looked at'),
    'accepted': Text(vi='đã tiếp nhận', en='accepted'),
    'refused': Text(vi='không tiếp nhận', en='refused'),
}
NO_TEXT = Text(vi='phải là chữ.', en='must be a text.')
NO_PLACE = Text(
    vi='phải là [kinh độ, vĩ độ] (WGS 84), như [106.17, 20.43].', en='must be [lon, lat] (WGS 84): [106.17, 20.43].'
)


class NoReport(WrongUse):
    """The body is no JSON object with the members of a report."""


class BadIdempotencyKey(WrongUse):
    """The key is no UUID."""


REPORTS.register_error_handler(Unfit, answer_unfit)


@REPORTS.errorhandler(BadPhoto)
def answer_bad_photo(error: BadPhoto) -> Response:
    """A photo that is not taken is a fault of the body like any other, with its place."""
    return answer_unfit(Unfit([Fault('/photo', 'photo', error.text)]))


@REPORTS.route(PATH)
def reporting() -> Response:
    """What may be reported, and how much of it."""
    parameters.refuse_unknown(COMMON)
    wanted_format(FORMATS)
    return as_json(_reporting_document(service().locality.require_reporting()))


@REPORTS.route(PATH, methods=['POST'])
def send_report() -> Response:
    """201 with the code by which the sender looks it up. Raises Unfit, BadPhoto, OtherReport and DayIsFull."""
    parameters.refuse_unknown(COMMON)
    wanted_format(FORMATS)
    rules, key, address = service().locality.require_reporting(), _idempotency_key(), client_address()
    report, encoded_photo = _sent_report()
    require_fit(report, service().locality, rules)
    if encoded_photo:
        require_room(address, key)
    photo = _plain(encoded_photo, rules) if encoded_photo else None
    code = submit(report, photo, address, key)
    response = private_json(_state_document(code, 'received'), 201)
    response.headers['Location'] = f'{api_url()}{PATH}/{code}'
    return response


@REPORTS.route(f'{PATH}/<path:code>')
def report_state(code: str) -> Response:
    """What became of the report with the code, and nothing else of it. Raises NoSuchReport."""
    parameters.refuse_unknown(COMMON)
    wanted_format(FORMATS)
    state = state_of(code)
    return private_json(_state_document(code, state.status) | state.model_dump(mode='json', exclude={'status'}))


def most_body_bytes(rules: CitizenReporting) -> int:
    """The largest body that is read: a photo in base64, and a text."""
    return rules.photo_bytes * 4 // 3 + MOST_TEXT_BYTES


def report_paths(offer: Offer) -> dict[str, Any]:
    """The operations as the OpenAPI document has them; none where nobody reports anything."""
    rules = offer.locality.citizen_reporting
    if rules is None or offer.audience != 'public':
        return {}
    code = in_path('code', Text(vi='Mã tra cứu', en='Tracking code'), example='7KQ2-9XWM-4F0A-TTC8-1ZPH')
    read = get(
        offer, 'getReporting', Text(vi='Phản ánh được những gì', en='What can be reported'), in_formats(FORMATS),
        content(REPORTING, JSON, html=False),
    )  # fmt: skip
    answer = content(STATE, JSON, html=False) | {'headers': headers('Content-Language')}
    state = get(
        offer, 'getReportState', Text(vi='Tình trạng của phản ánh', en='What became of a report'),
        [code, *in_formats(FORMATS)], answer, '400', '404', '500', '503',
    )  # fmt: skip
    return {PATH: read | {'post': _send_operation(offer, rules)}, f'{PATH}/{{code}}': state}


def _send_operation(offer: Offer, rules: CitizenReporting) -> dict[str, Any]:
    done = content(SENT_REPORT, JSON, html=False) | {'headers': headers('Location', 'Content-Language')}
    answers = responses(done, '400', '403', '409', '413', '415', '422', '429', '500', '503', status='201')
    key = in_header(KEY, Text(vi='UUID của lần gửi.', en='A UUID of the report.'), {'type': 'string', 'format': 'uuid'})
    body = {'required': True, 'content': {JSON: {'schema': _report_schema(offer, rules)}}}
    title = Text(vi='Gửi phản ánh', en='Send a report')
    return operation(offer, 'sendReport', title, [key, *in_formats(FORMATS)], answers, requestBody=body)


def _report_schema(offer: Offer, rules: CitizenReporting) -> Schema:
    west, south, east, north = offer.locality.place.extent_wgs84
    kinds = [*rules.kinds_of(offer.locality.whole.layers[rules.layer])]
    place = {
        'type': 'array', 'items': {'type': 'number'}, 'minItems': 2, 'maxItems': 2,
        'description': f'[lon, lat]: {west}…{east}, {south}…{north}', 'example': [*offer.locality.place.centre_wgs84],
    }  # fmt: skip
    text = {'type': 'string', 'minLength': rules.min_characters, 'maxLength': rules.max_characters}
    members: dict[str, Schema] = {
        'place': place,
        'kind': {'type': 'string', 'enum': kinds},
        'text': text,
        'contact': {'type': 'string', 'maxLength': LONGEST_CONTACT},
        'photo': {'type': 'string', 'format': 'byte', 'maxLength': most_body_bytes(rules)},
    }
    return {
        'type': 'object',
        'required': ['place', 'kind', 'text'],
        'properties': members,
        'additionalProperties': False,
    }


TEXT: Schema = {'type': 'string'}
COUNT: Schema = {'type': 'integer'}
MOMENT: Schema = {'type': 'string', 'format': 'date-time'}
STATUS: Schema = {'type': 'string', 'enum': [*get_args(Status)]}
LINKS: Schema = {'type': 'array', 'items': {'$ref': '#/components/schemas/link'}}
REPORTING = object_with(
    layer=TEXT, kinds=list_of(object_with(id=TEXT, title=TEXT)), extent=list_of({'type': 'number'}),
    min_characters=COUNT, max_characters=COUNT, max_contact_characters=COUNT, photo_types=list_of(TEXT),
    max_photo_bytes=COUNT, max_photo_megapixels=COUNT, reports_per_day=COUNT, keep_days=COUNT,
    rounded_to_m={'type': 'number'}, publishes_text={'type': 'boolean'}, links=LINKS,
)  # fmt: skip
SENT_REPORT = object_with(tracking_code=TEXT, status=STATUS, status_title=TEXT, links=LINKS)
STATE: Schema = {
    'type': 'object',
    'required': [*SENT_REPORT['required'], 'received_at', 'decided_at', 'reason'],
    'properties': SENT_REPORT['properties']
    | {'received_at': MOMENT, 'decided_at': or_null(MOMENT), 'reason': or_null(TEXT)},
}


def _reporting_document(rules: CitizenReporting) -> dict[str, Any]:
    locality = service().locality
    kinds = rules.kinds_of(locality.whole.layers[rules.layer])
    return {
        'layer': rules.layer,
        'kinds': [{'id': kind, 'title': say(title)} for kind, title in kinds.items()],
        'extent': [*locality.place.extent_wgs84],
        'min_characters': rules.min_characters,
        'max_characters': rules.max_characters,
        'max_contact_characters': LONGEST_CONTACT,
        'photo_types': [*PHOTO_TYPES] if rules.photo_mb else [],
        'max_photo_bytes': rules.photo_bytes,
        'max_photo_megapixels': rules.photo_megapixels,
        'reports_per_day': rules.per_address,
        'keep_days': rules.keep_days,
        # what everybody sees of a report that was accepted
        'rounded_to_m': rules.cell_m,
        'publishes_text': 'words' in rules.columns,
        'links': [link('self', JSON, Text(vi='Tài liệu này', en='This document'), PATH), portal_link()],
    }


def portal_link(code: str = '') -> dict[str, Any]:
    """The page on which people report, or look up what became of the report with the code."""
    title = Text(vi='Báo sự cố', en='Report a problem')
    return link('dothi:report', HTML, title, f'{root_url()}/?report={code or "new"}')


def _state_document(code: str, status: Status) -> dict[str, Any]:
    own = link('self', JSON, Text(vi='Tình trạng', en='What became of it'), f'{PATH}/{code}')
    title = say(STATUS_TITLES[status])
    return {'tracking_code': code, 'status': status, 'status_title': title, 'links': [own, portal_link(code)]}


def _idempotency_key() -> UUID:
    """The key of the request, in quotes or not; a new one where it has none."""
    text = request.headers.get(KEY, '').strip().strip('"')
    try:
        return UUID(text) if text else uuid4()
    except ValueError:
        raise BadIdempotencyKey(vi=f'{KEY} phải là một UUID.', en=f'{KEY} must be a UUID.') from None


def _sent_report() -> tuple[CitizenReport, str]:
    """The report and its photo in base64, empty where there is none. Raises NoReport, and Unfit for wrong types."""
    members = _sent_members()
    place = members.get('place')
    is_place = isinstance(place, list) and len(place) == 2 and all(type(part) in (int, float) for part in place)
    faults = [] if is_place else [Fault('/place', 'type', NO_PLACE)]
    texts = {name: members.get(name, '') for name in ('kind', 'text', 'contact', 'photo')}
    faults += [Fault(f'/{name}', 'type', NO_TEXT) for name, value in texts.items() if not isinstance(value, str)]
    if faults:
        raise Unfit(faults)
    lon, lat = map(_as_float, place)  # type: ignore[arg-type]  # looked at above
    words, contact = (unicodedata.normalize('NFC', texts[name].strip()) for name in ('text', 'contact'))
    return CitizenReport(kind=texts['kind'], place=(lon, lat), words=words, contact=contact), texts['photo']


def _sent_members() -> dict[str, Any]:
    try:
        members = sound_json(request.get_data())
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise NoReport(
            vi='Nội dung phải là một đối tượng JSON có place, kind và text.',
            en='The body must be a JSON object with place, kind and text.',
        )
    names = ('place', 'kind', 'text', 'contact', 'photo')
    unknown = [name for name in members if name not in names]
    if unknown:
        name = unknown[0][:100]
        raise NoReport.with_suggestion(name, names, vi=f'Không có trường "{name}".', en=f'There is no member "{name}".')
    return members


def _as_float(number: float) -> float:
    """The number; infinity for a whole one that no float holds, which lies in no locality."""
    try:
        return float(number)
    except OverflowError:
        return float('inf')


def _plain(encoded: str, rules: CitizenReporting) -> bytes:
    """The photo drawn anew. Each takes one of its client's places, as queries do."""
    try:
        photo = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise no_photo() from None
    with query_place():
        return plain_photo(photo, rules)

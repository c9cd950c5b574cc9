"""The OpenAPI document's part on the delivery desk."""

from typing import Any

from dothi.api.access.openapi import ERRORS, ID, NONE, SECURITY, TEXT, change, read
from dothi.api.desk.agencies import AGENCY, STATE
from dothi.api.desk.changes import KIND, MVT
from dothi.api.desk.citizen_reports import JPEG
from dothi.api.desk.citizen_reports import STATUS as REPORT_STATUS
from dothi.api.desk.deliveries import LAYER, STATUS
from dothi.api.desk.schemas import (
    AGENCIES,
    AGENCY_WITH_FRESHNESS,
    CONFLICTS,
    DASHBOARD,
    DELIVERIES,
    EDITS,
    FRESHNESS,
    RECEIVED_REPORT,
    RECEIVED_REPORTS,
    WHOLE_CONFLICT,
    WHOLE_DELIVERY,
    WHOLE_EDIT_SET,
)
from dothi.api.desk.uploads import PART_TYPE, VERSION
from dothi.api.http.offer import Offer
from dothi.api.http.operations import ANY_OBJECT, BINARY, headers, operation, responses
from dothi.api.http.parameters import LANG, Parameter, Schema, in_header, in_path
from dothi.api.http.query_parameters import BBOX, LIMIT, OFFSET
from dothi.core.text import Text

TAG = 'desk'
COUNTED: Schema = {'type': 'integer', 'minimum': 1}
NUMBER = in_path('number', Text(vi='Số của đợt giao', en='Number of the delivery'), COUNTED, 1)
SET = in_path('number', Text(vi='Số của tập sửa', en='Number of the set'), COUNTED, 1)
REPORT = in_path('number', Text(vi='Số của phản ánh', en='Number of the report'), COUNTED, 1)
CONFLICT = in_path('number', Text(vi='Số của mâu thuẫn', en='Number of the conflict'), COUNTED, 1)
UPLOAD = in_path('upload', Text(vi='Mã của tệp đang gửi', en='Id of the upload'), ID, NONE)
TUS = in_header(
    'Tus-Resumable', Text(vi='Phiên bản tus.', en='Version of tus.'), {'type': 'string', 'enum': [VERSION]}, VERSION
)
FILE_LENGTH = in_header(
    'Upload-Length', Text(vi='Số byte của tệp.', en='Bytes of the file.'), {'type': 'integer', 'minimum': 1}, '16'
)
METADATA = in_header(
    'Upload-Metadata',
    Text(vi='"filename" và tên tệp mã hóa base64.', en='"filename", and its name in base64.'),
    TEXT, 'filename dHJ1b25nLmNzdg==',
)  # fmt: skip
PART_START = in_header(
    'Upload-Offset', Text(vi='Phần này bắt đầu ở byte nào.', en='Where the part begins.'),
    {'type': 'integer', 'minimum': 0}, '0',
)  # fmt: skip
TILE = tuple(
    in_path(name, Text(vi=f'{name} của ô', en=f'{name} of the tile'), {'type': 'integer', 'minimum': 0}, 0)
    for name in ('z', 'y', 'x')
)
READING: dict[str, Schema] = {
    **dict.fromkeys(('crs', 'encoding', 'scope', 'as_of'), TEXT),
    'mode': {'type': 'string', 'enum': ['replace', 'upsert']},
    'columns': {'type': 'object', 'additionalProperties': TEXT},
}
DECISION: dict[str, Schema] = {
    'decision': {'type': 'string', 'enum': ['accept', 'return']}, 'reason': TEXT, **READING,
}  # fmt: skip


def desk_paths(offer: Offer) -> dict[str, Any]:
    """Operations on deliveries, uploads and edits; none on the public service."""
    if offer.audience == 'public':
        return {}
    return (
        _delivery_paths(offer)
        | _change_paths(offer)
        | _upload_paths(offer)
        | _edit_paths(offer)
        | _agency_paths(offer)
        | _report_paths(offer)
    )


def _delivery_paths(offer: Offer) -> dict[str, Any]:
    path = '/deliveries/{number}'
    return {
        '/deliveries': {
            'get': _read(
                offer, 'listDeliveries', 'Các đợt giao', 'Deliveries', LAYER, STATUS, LIMIT, schema=DELIVERIES
            )
        },
        path: {'get': _read(offer, 'getDelivery', 'Một đợt giao', 'A delivery', NUMBER, schema=WHOLE_DELIVERY)},
        f'{path}/receipt': {'get': _file(offer, 'getReceipt', 'Phiếu nhận', 'The receipt', 'text/html')},
        f'{path}/original': {
            'get': _file(offer, 'getOriginal', 'Bản gốc', 'The original', 'application/octet-stream')
        },
        f'{path}/bad-rows': {'get': _read(offer, 'getBadRows', 'Hàng lỗi', 'Bad rows', NUMBER)},
        f'{path}/decision': {
            'post': change(
                offer, 'decideDelivery', Text(vi='Quyết định', en='Decide'), DECISION, NUMBER, tag=TAG
            )
        },
    }  # fmt: skip


def _change_paths(offer: Offer) -> dict[str, Any]:
    path = '/deliveries/{number}/changes'
    title = Text(vi='Những gì đợt giao sẽ thay đổi', en='What a delivery would change')
    tile = _read(offer, 'getChangesTile', 'Ô bản đồ của các thay đổi', 'A tile of the changes', NUMBER, *TILE)
    tile['responses']['200']['content'] = {MVT: {'schema': BINARY}}
    tile['responses']['204'] = {'description': Text(vi='Ở đó không có thay đổi', en='Nothing changes there')}
    return {
        path: {
            'get': _read(offer, 'getChanges', title.vi, title.en, NUMBER, KIND, BBOX, LIMIT, OFFSET),
            'post': change(
                offer, 'previewDelivery', Text(vi='Xem trước thay đổi', en='Preview the changes'), READING, NUMBER,
                tag=TAG,
            ),
        },
        f'{path}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}': {'get': tile},
    }  # fmt: skip


def _upload_paths(offer: Offer) -> dict[str, Any]:
    """By tus 1.0.0: https://tus.io/protocols/resumable-upload."""
    path = '/uploads/{upload}'
    part = {'required': True, 'content': {PART_TYPE: {'schema': BINARY}}}
    return {
        '/uploads': {
            'get': _read(offer, 'listUploads', 'Tệp đang gửi', 'Files on their way'),
            'post': _tus(offer, 'beginUpload', 'Bắt đầu gửi tệp', 'Begin an upload', '201', FILE_LENGTH, METADATA),
        },
        path: {
            'get': _read(offer, 'getUpload', 'Tệp đã đến đâu', 'How much of a file is here', UPLOAD),
            'patch': _tus(
                offer, 'sendPart', 'Gửi một phần', 'Send a part', '204', UPLOAD, PART_START, requestBody=part
            ),
            'delete': _tus(offer, 'endUpload', 'Bỏ tệp đang gửi', 'Remove an upload', '204', UPLOAD),
        },
    }


def _edit_paths(offer: Offer) -> dict[str, Any]:
    return {
        '/edits': {'get': _read(offer, 'listEdits', 'Bản sửa chờ duyệt', 'Edits under review', schema=EDITS)},
        '/edits/{number}': {
            'get': _read(offer, 'getEdits', 'Một tập sửa', 'A set of edits', SET, schema=WHOLE_EDIT_SET)
        },
        '/edits/{number}/decision': {
            'post': change(
                offer, 'decideEdits', Text(vi='Duyệt', en='Decide'),
                {'decision': {'type': 'string', 'enum': ['accept', 'reject']}, 'reason': TEXT, 'version': TEXT}, SET,
                tag=TAG,
            )
        },
        '/edits/conflicts': {'get': _read(offer, 'listConflicts', 'Mâu thuẫn', 'Conflicts', schema=CONFLICTS)},
        '/edits/conflicts/{number}': {
            'get': _read(offer, 'getConflict', 'Một mâu thuẫn', 'A conflict', CONFLICT, schema=WHOLE_CONFLICT)
        },
    }  # fmt: skip


def _agency_paths(offer: Offer) -> dict[str, Any]:
    agency = in_path(
        'agency',
        Text(vi='Mã cơ quan', en='Id of the agency'),
        TEXT,
        lambda offer: next(iter(offer.locality.agencies), ''),
    )
    return {
        '/dashboard': {
            'get': _read(offer, 'getDashboard', 'Bảng điều hành', 'What the dashboard shows', schema=DASHBOARD)
        },
        '/freshness': {
            'get': _read(offer, 'listFreshness', 'Hạn giao dữ liệu', 'What is due', AGENCY, STATE, schema=FRESHNESS)
        },
        '/agencies': {'get': _read(offer, 'listAgencies', 'Các cơ quan', 'Agencies', schema=AGENCIES)},
        '/agencies/{agency}': {
            'get': _read(offer, 'getAgency', 'Một cơ quan', 'An agency', agency, schema=AGENCY_WITH_FRESHNESS)
        },
    }


def _report_paths(offer: Offer) -> dict[str, Any]:
    """Of reports by citizens, where the locality takes them."""
    if offer.locality.citizen_reporting is None:
        return {}
    report_path = '/received-reports/{number}'
    photo = _read(offer, 'getReportPhoto', 'Ảnh của phản ánh', 'The photo of a report', REPORT)
    photo['responses']['200']['content'] = {JPEG: {'schema': BINARY}}
    decided = change(
        offer, 'decideReport', Text(vi='Quyết định về phản ánh', en='Decide on a report'),
        {'decision': {'type': 'string', 'enum': ['accept', 'refuse']}, 'reason': TEXT, 'kind': TEXT, 'version': TEXT},
        REPORT, tag=TAG,
    )  # fmt: skip
    return {
        '/received-reports': {'get': _read(
            offer, 'listReports', 'Phản ánh của người dân', 'Reports of citizens', REPORT_STATUS, LIMIT, OFFSET,
            schema=RECEIVED_REPORTS,
        )},
        report_path: {'get': _read(
            offer, 'getReport', 'Một phản ánh', 'A report', REPORT, schema=RECEIVED_REPORT
        )},
        f'{report_path}/photo': {'get': photo},
        f'{report_path}/decision': {'post': decided},
    }  # fmt: skip


def _tus(
    offer: Offer, name: str, vi: str, en: str, status: str, *more: Parameter[Any], **members: Any
) -> dict[str, Any]:
    done = {'description': Text(vi='Được', en='OK'), 'headers': headers('Location') if status == '201' else {}}
    answers = responses(done, *ERRORS, '409', status=status)
    return operation(
        offer, name, Text(vi=vi, en=en), [TUS, *more, LANG], answers, tag=TAG, security=SECURITY, **members
    )


def _read(offer: Offer, name: str, vi: str, en: str, *more: Any, schema: Schema = ANY_OBJECT) -> dict[str, Any]:
    return read(offer, name, Text(vi=vi, en=en), *more, tag=TAG, schema=schema)


def _file(offer: Offer, name: str, vi: str, en: str, media_type: str) -> dict[str, Any]:
    described = _read(offer, name, vi, en, NUMBER)
    described['responses']['200']['content'] = {media_type: {'schema': BINARY}}
    return described

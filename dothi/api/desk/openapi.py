"""The OpenAPI document's part on the delivery desk."""

from typing import Any

from dothi.api.access.openapi import TEXT, change, read
from dothi.api.desk.deliveries import LAYER, STATUS
from dothi.api.http.offer import Offer
from dothi.api.http.operations import BINARY
from dothi.api.http.parameters import Schema, in_path
from dothi.api.http.query_parameters import LIMIT
from dothi.core.text import Text

TAG = 'desk'
COUNTED: Schema = {'type': 'integer', 'minimum': 1}
NUMBER = in_path('number', Text(vi='Số của đợt giao', en='Number of the delivery'), COUNTED, 1)
SET = in_path('number', Text(vi='Số của tập sửa', en='Number of the set'), COUNTED, 1)
DECISION: dict[str, Schema] = {
    'decision': {'type': 'string', 'enum': ['accept', 'return']},
    **dict.fromkeys(('reason', 'crs', 'encoding', 'scope', 'as_of'), TEXT),
    'mode': {'type': 'string', 'enum': ['replace', 'upsert']},
    'columns': {'type': 'object', 'additionalProperties': TEXT},
}


def desk_paths(offer: Offer) -> dict[str, Any]:
    """Operations on deliveries and edits; none on the public service."""
    if offer.audience == 'public':
        return {}
    here = '/deliveries/{number}'
    return {
        '/deliveries': {'get': _read(offer, 'listDeliveries', 'Các đợt giao', 'Deliveries', LAYER, STATUS, LIMIT)},
        here: {'get': _read(offer, 'getDelivery', 'Một đợt giao', 'A delivery', NUMBER)},
        f'{here}/receipt': {'get': _file(offer, 'getReceipt', 'Phiếu nhận', 'The receipt', 'text/html')},
        f'{here}/original': {
            'get': _file(offer, 'getOriginal', 'Bản gốc', 'The original', 'application/octet-stream')
        },
        f'{here}/bad-rows': {'get': _read(offer, 'getBadRows', 'Hàng lỗi', 'Bad rows', NUMBER)},
        f'{here}/decision': {
            'post': change(
                offer, 'decideDelivery', Text(vi='Quyết định', en='Decide'), DECISION, NUMBER, tag=TAG
            )
        },
        '/edits': {'get': _read(offer, 'listEdits', 'Bản sửa chờ duyệt', 'Edits under review')},
        '/edits/{number}': {'get': _read(offer, 'getEdits', 'Một tập sửa', 'A set of edits', SET)},
        '/edits/{number}/decision': {
            'post': change(
                offer, 'decideEdits', Text(vi='Duyệt', en='Decide'),
                {'decision': {'type': 'string', 'enum': ['accept', 'reject']}, 'reason': TEXT}, SET, tag=TAG,
            )
        },
        '/edits/conflicts': {'get': _read(offer, 'listConflicts', 'Mâu thuẫn', 'Conflicts')},
    }  # fmt: skip


def _read(offer: Offer, name: str, vi: str, en: str, *more: Any) -> dict[str, Any]:
    return read(offer, name, Text(vi=vi, en=en), *more, tag=TAG)


def _file(offer: Offer, name: str, vi: str, en: str, media_type: str) -> dict[str, Any]:
    described = _read(offer, name, vi, en, NUMBER)
    described['responses']['200']['content'] = {media_type: {'schema': BINARY}}
    return described

"""The OpenAPI document's part on editing: features added, replaced, changed and deleted, on the internal service."""

from typing import Any

from dothi.api.editing.batch import LONGEST_MESSAGE, MOST_EDITS
from dothi.api.editing.body import FEATURES, MERGE_PATCH, PATCHES
from dothi.api.http.column_schemas import feature_schema
from dothi.api.http.offer import Offer
from dothi.api.http.operations import object_with, operation, or_null, responses
from dothi.api.http.parameters import LANG, Schema, in_header, in_path
from dothi.api.http.served_crs import CRS84, served_crs
from dothi.core.layer import Column, Layer
from dothi.core.text import Text

# How an editor shows who it is: both are the token that `make up` makes.
SECURITY_SCHEMES: dict[str, Any] = {
    'token': {'type': 'http', 'scheme': 'bearer'},
    'key': {'type': 'apiKey', 'in': 'query', 'name': 'key'},
}
ERRORS = ('400', '401', '404', '412', '413', '415', '422', '428', '500', '503')
SAMPLES: dict[str, Any] = {
    'text': 'VD-1', 'integer': 1, 'number': 1.0, 'boolean': True, 'date': '2024-08-31',
    'timestamp': '2024-08-31T00:00:00Z',
}  # fmt: skip


def editing_paths(offer: Offer) -> dict[str, Any]:
    """Operations that change features; none on the public service."""
    if offer.audience == 'public':
        return {}
    paths: dict[str, Any] = {}
    for of in map(offer.of, offer.layers):
        base = f'/collections/{of.layer.id}/items'
        paths[base] = {'post': _create(of)}
        paths[f'/collections/{of.layer.id}/edits'] = {'post': _save_together(of)}
        paths[f'{base}/{{featureId}}'] = {
            'put': _change('replaceFeature', of, Text(vi='thay đối tượng', en='replace a feature'), FEATURES),
            'patch': _change('updateFeature', of, Text(vi='sửa đối tượng', en='change a feature'), PATCHES),
            'delete': _delete(of),
        }
    return paths


def security_schemes(offer: Offer) -> dict[str, Any]:
    """The member `securitySchemes` of the document's components."""
    return {'securitySchemes': SECURITY_SCHEMES} if offer.audience == 'internal' else {}


def _create(of: Offer) -> dict[str, Any]:
    address = {
        'description': Text(vi='Địa chỉ của đối tượng mới', en='Address of the new feature'),
        'schema': {'type': 'string'},
    }
    added = Text(
        vi='Đã thêm, hoặc đối tượng chính người này đã thêm trước đó với cùng nội dung',
        en='Added, or what the same author has added before with the same content',
    )
    made = {'description': added, 'headers': {'Location': address, 'ETag': TAG}}
    return operation(
        of, 'createFeature', Text(vi='thêm đối tượng', en='add a feature'), [LANG, CONTENT_CRS],
        responses(made, *ERRORS, status='201'), security=SECURITY, requestBody=_body(of, FEATURES),
    )  # fmt: skip


def _save_together(of: Offer) -> dict[str, Any]:
    """Many edits as one release."""
    what = Text(vi='lưu nhiều sửa đổi thành một bản phát hành', en='save many edits as one release')
    item: dict[str, Any] = {'type': 'object', 'properties': _members(of)}
    key = {'type': 'object', 'properties': {name: {} for name in of.layer.key}}
    names: dict[str, Any] = {'id': {'type': 'integer'}, 'key': key}
    named = {'type': 'object', 'properties': names}
    changed = {'type': 'object', 'properties': names | _members(of)}
    lists = {'added': item, 'changed': changed, 'deleted': {'oneOf': [{'type': 'integer'}, named]}}
    schema = {
        'type': 'object',
        'properties': {
            'message': {'type': 'string', 'maxLength': LONGEST_MESSAGE},
            **{name: {'type': 'array', 'items': items, 'maxItems': MOST_EDITS} for name, items in lists.items()},
        },
        'additionalProperties': False,
    }
    new = {'type': 'Feature', 'geometry': _shape(of), 'properties': _values(of)}
    example = {'message': 'survey of May', 'added': [new]}
    status = '202' if of.layer.review else '200'
    saved = object_with(release=or_null({'type': 'integer'}), added={'type': 'array', 'items': {'type': 'integer'}})
    done = {'description': Text(vi='Đã ghi', en='Done'), 'content': {'application/json': {'schema': saved}}}
    return operation(
        of, 'saveEdits', what, [LANG, CONTENT_CRS], responses(done, *ERRORS, status=status),
        security=SECURITY,
        requestBody={'required': True, 'content': {'application/json': {'schema': schema, 'example': example}}},
    )  # fmt: skip


def _change(name: str, of: Offer, what: Text, types: tuple[str, ...]) -> dict[str, Any]:
    return operation(
        of, name, what, [FEATURE_ID, LANG, IF_MATCH, CONTENT_CRS], _changed(of.layer), security=SECURITY,
        requestBody=_body(of, types),
    )  # fmt: skip


def _delete(of: Offer) -> dict[str, Any]:
    what = Text(vi='xóa đối tượng', en='delete a feature')
    return operation(of, 'deleteFeature', what, [FEATURE_ID, LANG, IF_MATCH], _changed(of.layer), security=SECURITY)


def _changed(layer: Layer) -> dict[str, Any]:
    if layer.review:
        waits = {'description': Text(vi='Đã ghi, chờ duyệt', en='Kept, and waits for review')}
        return responses(waits, *ERRORS, status='202')
    done = {'description': Text(vi='Đã ghi', en='Done'), 'headers': {'ETag': TAG}}
    return responses(done, *ERRORS, status='204')


def _body(of: Offer, types: tuple[str, ...]) -> dict[str, Any]:
    values = _values(of)
    example = {'type': 'Feature', 'geometry': _shape(of), 'properties': values}
    if MERGE_PATCH in types:
        example = {'properties': {name: value for name, value in values.items() if name not in of.layer.key}}
    schema = {'type': 'object', 'properties': _members(of)}
    if types == FEATURES:
        schema['required'] = ['type', 'geometry', 'properties']
    return {'required': True, 'content': {name: {'schema': schema, 'example': example} for name in types}}


def _members(of: Offer) -> dict[str, Any]:
    properties = feature_schema(of.layer, of.audience)['allOf'][1]['properties']['properties']
    return {
        'type': {'type': 'string', 'enum': ['Feature']},
        'geometry': {'type': 'object'},
        'properties': properties,
    }


def _values(of: Offer) -> dict[str, Any]:
    """Values that the layer takes, one for each column that must have one."""
    return {name: _value(column) for name, column in of.columns.items() if column.required or name in of.layer.key}


def _value(column: Column) -> Any:
    if column.domain:
        return next(iter(column.domain))
    return SAMPLES[column.type] if column.min is None else max(column.min, SAMPLES.get(column.type, 0))


def _shape(of: Offer) -> dict[str, Any]:
    """A small geometry of the layer's type in the middle of the locality."""
    x, y = of.locality.place.centre_wgs84
    line = [[x, y], [x + 0.001, y], [x + 0.001, y + 0.001]]
    simple: dict[str, Any] = {'Point': [x, y], 'LineString': line, 'Polygon': [[*line, [x, y]]]}
    kind = of.layer.geometry
    coordinates = simple[kind.removeprefix('Multi')]
    return {'type': kind, 'coordinates': [coordinates] if kind.startswith('Multi') else coordinates}


def _content_systems(offer: Offer) -> Schema:
    uris = [f'<{uri}>' for uri in served_crs(offer.locality)]
    return {'type': 'string', 'enum': uris, 'default': f'<{CRS84}>'}


SECURITY: list[dict[str, list[str]]] = [{'token': []}, {'key': []}]
FEATURE_ID = in_path('featureId', Text(vi='Mã đối tượng', en='Feature id'), {'type': 'integer'})
IF_MATCH = in_header(
    'If-Match',
    Text(vi='ETag của phiên bản được sửa; cũ thì 412.', en='ETag of the version that is edited; an old one gives 412.'),
)
CONTENT_CRS = in_header(
    'Content-Crs',
    Text(
        vi='Hệ tọa độ của nội dung, theo thứ tự trục của nó.',
        en='Coordinate system of the body, in its axis order.',
    ),
    _content_systems,
)
TAG = {'description': Text(vi='Thẻ của phiên bản mới', en='Tag of the new version'), 'schema': {'type': 'string'}}

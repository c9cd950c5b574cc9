"""The OpenAPI document's part on editing: features added, replaced, changed and deleted, on the internal service."""

from typing import Any

from dothi.api.editing.body import FEATURES, MERGE_PATCH, PATCHES
from dothi.api.http.served_crs import CRS84, served_crs
from dothi.api.openapi.columns import feature_schema
from dothi.api.openapi.parts import Offer, both, of_layer, operation, path, responses, shared
from dothi.core.layer import Column, Layer

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
    for layer in offer.layers:
        base = f'/collections/{layer.id}/items'
        paths[base] = {'post': _create(layer, offer)}
        paths[f'{base}/{{featureId}}'] = {
            'put': _change('replaceFeature', layer, offer, both('thay đối tượng', 'replace a feature'), FEATURES),
            'patch': _change('updateFeature', layer, offer, both('sửa đối tượng', 'change a feature'), PATCHES),
            'delete': _delete(layer),
        }
    return paths


def security_schemes(offer: Offer) -> dict[str, Any]:
    """The member `securitySchemes` of the document's components."""
    return {'securitySchemes': SECURITY_SCHEMES} if offer.audience == 'internal' else {}


def _create(layer: Layer, offer: Offer) -> dict[str, Any]:
    address = {
        'description': both('Địa chỉ của đối tượng mới', 'Address of the new feature'),
        'schema': {'type': 'string'},
    }
    made = {
        'description': both('Đã thêm', 'Added'),
        'headers': {'Location': address, 'ETag': TAG},
    }
    return operation(
        f'createFeature.{layer.id}',
        **of_layer(layer, both('thêm đối tượng', 'add a feature')),
        parameters=[*shared('lang'), _content_crs(offer)],
        answers=responses(made, *ERRORS, status='201'),
        security=SECURITY,
        requestBody=_body(layer, offer, FEATURES),
    )


def _change(name: str, layer: Layer, offer: Offer, what: dict[str, str], types: tuple[str, ...]) -> dict[str, Any]:
    return operation(
        f'{name}.{layer.id}',
        **of_layer(layer, what),
        parameters=[FEATURE_ID, *shared('lang'), IF_MATCH, _content_crs(offer)],
        answers=_changed(layer),
        security=SECURITY,
        requestBody=_body(layer, offer, types),
    )


def _delete(layer: Layer) -> dict[str, Any]:
    return operation(
        f'deleteFeature.{layer.id}',
        **of_layer(layer, both('xóa đối tượng', 'delete a feature')),
        parameters=[FEATURE_ID, *shared('lang'), IF_MATCH],
        answers=_changed(layer),
        security=SECURITY,
    )


def _changed(layer: Layer) -> dict[str, Any]:
    if layer.review:
        waits = {'description': both('Đã ghi, chờ duyệt', 'Kept, and waits for review')}
        return responses(waits, *ERRORS, status='202')
    done = {'description': both('Đã ghi', 'Done'), 'headers': {'ETag': TAG}}
    return responses(done, *ERRORS, status='204')


def _body(layer: Layer, offer: Offer, types: tuple[str, ...]) -> dict[str, Any]:
    values = _values(layer, offer)
    example = {'type': 'Feature', 'geometry': _shape(layer, offer), 'properties': values}
    if MERGE_PATCH in types:
        example = {'properties': {name: value for name, value in values.items() if name not in layer.key}}
    schema = {'type': 'object', 'properties': _members(layer, offer)}
    if types == FEATURES:
        schema['required'] = ['type', 'geometry', 'properties']
    return {'required': True, 'content': {name: {'schema': schema, 'example': example} for name in types}}


def _members(layer: Layer, offer: Offer) -> dict[str, Any]:
    properties = feature_schema(layer, offer.audience)['allOf'][1]['properties']['properties']
    return {
        'type': {'type': 'string', 'enum': ['Feature']},
        'geometry': {'type': 'object'},
        'properties': properties,
    }


def _values(layer: Layer, offer: Offer) -> dict[str, Any]:
    """Values that the layer takes, one for each column that must have one."""
    columns = layer.columns_for(offer.audience)
    return {name: _value(column) for name, column in columns.items() if column.required or name in layer.key}


def _value(column: Column) -> Any:
    if column.domain:
        return next(iter(column.domain))
    return SAMPLES[column.type] if column.min is None else max(column.min, SAMPLES.get(column.type, 0))


def _shape(layer: Layer, offer: Offer) -> dict[str, Any]:
    """A small geometry of the layer's type in the middle of the locality."""
    x, y = offer.locality.place.centre_wgs84
    line = [[x, y], [x + 0.001, y], [x + 0.001, y + 0.001]]
    simple: dict[str, Any] = {'Point': [x, y], 'LineString': line, 'Polygon': [[*line, [x, y]]]}
    coordinates = simple[layer.geometry.removeprefix('Multi')]
    return {'type': layer.geometry, 'coordinates': [coordinates] if layer.geometry.startswith('Multi') else coordinates}


def _content_crs(offer: Offer) -> dict[str, Any]:
    text = both('Hệ tọa độ của nội dung, theo thứ tự trục của nó.', 'Coordinate system of the body, in its axis order.')
    uris = [f'<{uri}>' for uri in served_crs(offer.locality)]
    return _header('Content-Crs', text, {'type': 'string', 'enum': uris, 'default': f'<{CRS84}>'})


def _header(name: str, description: dict[str, str], schema: dict[str, Any]) -> dict[str, Any]:
    return {'name': name, 'in': 'header', 'description': description, 'required': False, 'schema': schema}


SECURITY: list[dict[str, list[str]]] = [{'token': []}, {'key': []}]
FEATURE_ID = path('featureId', both('Mã đối tượng', 'Feature id'), {'type': 'integer'})
IF_MATCH = _header(
    'If-Match',
    both('ETag của phiên bản được sửa; cũ thì 412.', 'ETag of the version that is edited; an old one gives 412.'),
    {'type': 'string'},
)
TAG = {'description': both('Thẻ của phiên bản mới', 'Tag of the new version'), 'schema': {'type': 'string'}}

"""The document with one operation for what all collections have alike, for programs that make a client of it.

OGC's suite wants `/collections/schools/items` of every collection by its name; a client with a function for each of
them is out of date with the next layer, and half of its code says the same.
"""

import re
from dataclasses import replace
from typing import Any

from dothi.api.http.language import GEOJSON, JSON
from dothi.api.http.offer import Offer
from dothi.api.http.operations import BINARY
from dothi.api.http.parameters import in_path
from dothi.api.http.query_body import FORM
from dothi.core.text import Text

ANY = '{collectionId}'
NAMING: dict[str, Any] = {
    'id': ANY,
    'title': Text(vi='Lớp dữ liệu', en='A collection'),
    'description': Text(vi='Như nhau ở mọi lớp dữ liệu.', en='Alike for every collection.'),
}
COLLECTION_ID = Text(vi='Mã của lớp dữ liệu', en='Id of the collection')
TAG = 'data'
COMMON_SCHEMAS = {'feature': 'feature', 'features': 'featureCollection'}
# What generators of clients can send and read; openapi-python-client 0.30 leaves out operations with others alone.
SENDABLE = {JSON, GEOJSON, FORM, 'application/merge-patch+json', 'multipart/form-data', 'application/octet-stream'}
READABLE = ('text/', 'application/octet-stream', JSON)


def templated_offer(offer: Offer) -> Offer:
    """An offer of one layer and one coverage, which stand for all of them."""
    searched = sorted(offer.layers, key=lambda layer: not layer.publish.search)
    layers = [layer.model_copy(update=NAMING) for layer in searched[:1]]
    return replace(offer, layers=layers, coverages=[each.model_copy(update=NAMING) for each in offer.coverages[:1]])


def generalise(document: dict[str, Any], offer: Offer, example: str) -> dict[str, Any]:
    """The document of a templated offer without what is said of its one layer: columns, schemas, names of operations.

    example: id of a collection that is there.
    """
    columns = {name for layer in offer.layers for name in layer.columns}
    paths = {
        path: {
            method: _operation(described, path, columns, example)
            for method, described in operations.items()
            if _is_sendable(described)
        }
        for path, operations in document['paths'].items()
    }
    schemas = {name: body for name, body in document['components']['schemas'].items() if not name.startswith(ANY)}
    tags = [tag for tag in document['tags'] if tag['name'] != ANY]
    return {
        **document,
        'tags': [{'name': TAG, 'description': NAMING['title']}, *tags],
        'paths': _refer_to_common_schemas(paths),
        'components': {**document['components'], 'schemas': schemas},
    }


def _is_sendable(described: dict[str, Any]) -> bool:
    """False for the parts of tus, which programs send by a client of that."""
    bodies = described.get('requestBody', {}).get('content', {JSON: {}})
    return not SENDABLE.isdisjoint(bodies)


def _operation(described: dict[str, Any], path: str, columns: set[str], example: str) -> dict[str, Any]:
    described = _with_plain_content(described)
    if ANY not in path:
        return described
    where = in_path('collectionId', COLLECTION_ID, {'type': 'string'}, example).describe(None)  # type: ignore[arg-type]
    parameters = [
        _without_columns(parameter)
        for parameter in described['parameters']
        if parameter.get('name') != 'collectionId'
        and not (parameter.get('in') == 'query' and parameter['name'] in columns)
    ]
    return {
        **described,
        'operationId': described['operationId'].replace(f'.{ANY}', '.collection'),
        'tags': [TAG],
        'parameters': [where, *parameters],
    }


def _with_plain_content(described: dict[str, Any]) -> dict[str, Any]:
    """The operation with one body to send, and bytes under a name that generators read: the answer's own type stays."""
    body = described.get('requestBody')
    if body:
        media_type = next(name for name in body['content'] if name in SENDABLE)
        described = {**described, 'requestBody': {**body, 'content': {media_type: body['content'][media_type]}}}
    return {**described, 'responses': {code: _readable(answer) for code, answer in described['responses'].items()}}


def _readable(answer: dict[str, Any]) -> dict[str, Any]:
    types = answer.get('content')
    if not types or any(name.startswith(READABLE) or name.endswith('+json') for name in types):
        return answer
    return {**answer, 'content': {**types, 'application/octet-stream': {'schema': BINARY}}}


def _without_columns(parameter: dict[str, Any]) -> dict[str, Any]:
    """The parameter without the columns of one layer among its values and examples."""
    if parameter.get('in') != 'query' or parameter['name'] not in {'properties', 'sortby', 'filter', 'q'}:
        return parameter
    plain = {key: value for key, value in parameter.items() if key != 'example'}
    items = plain['schema'].get('items')
    return plain | ({'schema': plain['schema'] | {'items': {'type': items['type']}}} if items else {})


def _refer_to_common_schemas(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            key: _common(value) if key == '$ref' else _refer_to_common_schemas(value) for key, value in part.items()
        }
    return [_refer_to_common_schemas(each) for each in part] if isinstance(part, list) else part


def _common(reference: str) -> str:
    match = re.fullmatch(rf'#/components/schemas/{re.escape(ANY)}\.(\w+)', reference)
    return f'#/components/schemas/{COMMON_SCHEMAS[match[1]]}' if match else reference

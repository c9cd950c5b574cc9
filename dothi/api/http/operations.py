"""What the rooms' parts of the OpenAPI document share: operations, answers, headers. Every text is a Text."""

from collections.abc import Iterable
from typing import Any

from dothi.api.http.language import HTML, JSON
from dothi.api.http.offer import Offer
from dothi.api.http.parameters import Parameter, Schema
from dothi.api.http.versioned import VERSION
from dothi.core.text import Text

SCHEMA, PNG = 'application/schema+json', 'image/png'
BINARY: Schema = {'type': 'string', 'format': 'binary'}
ANY_OBJECT: Schema = {'$ref': '#/components/schemas/anyObject'}
# What can happen to a request that only reads.
READING = ('304', '400', '404', '500', '503')


def get(
    offer: Offer,
    name: str,
    what: Text,
    parameters: Iterable[Parameter[Any]],
    success: dict[str, Any],
    *errors: str,
    **more: Any,
) -> dict[str, Any]:
    """The path item of a resource that is only read. errors: statuses beside a success, READING where none is named."""
    return {'get': operation(offer, name, what, parameters, responses(success, *(errors or READING)), **more)}


def operation(
    offer: Offer,
    name: str,
    what: Text,
    parameters: Iterable[Parameter[Any]],
    answers: dict[str, Any],
    *,
    tag: str = 'server',
    **more: Any,
) -> dict[str, Any]:
    """One operation: on `offer.source`, which then is in its name, summary and tag, or on the service.

    more: requestBody, security, or an `operationId` other than the usual one.
    """
    summary, source, listed = what, offer.source, [*parameters]
    if source is not None:
        name, tag = f'{name}.{source.id}', source.id
        summary = Text.join(': ', [source.title, what])
        more = {'description': source.description, **more}
    return {
        'operationId': name,
        'summary': summary,
        'tags': [tag],
        **more,
        'parameters': [parameter.describe(offer) for parameter in listed],
        'responses': answers | (refer_to('307') if VERSION in listed else {}),
    }


def content(
    schema: str | Schema, media_type: str = JSON, also: dict[str, Schema] | None = None, *, html: bool = True
) -> dict[str, Any]:
    """A successful answer of this schema (a name in components, or the schema itself), which can be kept.

    also: schemas by further media types. html: whether browsers get a page.
    """
    schema_object = {'$ref': f'#/components/schemas/{schema}'} if isinstance(schema, str) else schema
    schemas = {media_type: schema_object} | (also or {}) | ({HTML: {'type': 'string'}} if html else {})
    return {
        'description': Text(vi='Được', en='OK'),
        'headers': headers('ETag', 'Content-Language'),
        'content': {name: {'schema': described} for name, described in schemas.items()},
    }


def responses(success: dict[str, Any], *statuses: str, status: str = '200') -> dict[str, Any]:
    """The success, and by reference the answers of other statuses."""
    return {status: success} | refer_to(*statuses)


def refer_to(*statuses: str) -> dict[str, Any]:
    """The answers of these statuses, by reference."""
    return {code: {'$ref': f'#/components/responses/{code}'} for code in statuses}


# Every status beside a success, with its meaning.
MEANINGS = {
    '307': Text(vi='Phiên bản trong địa chỉ đã cũ', en='The version in the address is an old one'),
    '304': Text(vi='Chưa có gì thay đổi', en='Not modified'),
    '400': Text(vi='Tham số lạ hoặc không đọc được', en='A parameter is unknown or cannot be read'),
    '401': Text(vi='Cần đăng nhập hoặc mã truy cập', en='Sign-in or a token is needed'),
    '403': Text(vi='Không được phép', en='Not allowed'),
    '404': Text(vi='Không có tài nguyên này', en='There is no such resource'),
    '405': Text(vi='Tài nguyên không nhận phương thức này', en='The resource does not take this method'),
    '406': Text(vi='Không có ở định dạng này', en='Not acceptable'),
    '409': Text(vi='Trái với trạng thái hiện tại', en='In conflict with the present state'),
    '412': Text(vi='Đối tượng đã đổi từ lúc được đọc', en='The resource has changed since it was read'),
    '413': Text(vi='Nội dung quá lớn', en='The content is too large'),
    '414': Text(vi='Địa chỉ quá dài', en='The address is too long'),
    '415': Text(vi='Không đọc được loại nội dung này', en='The media type of the content is not supported'),
    '422': Text(vi='Dữ liệu không hợp lệ', en='The data does not fit'),
    '429': Text(vi='Quá nhiều yêu cầu hoặc tác vụ', en='Too many requests or jobs'),
    '428': Text(vi='Cần If-Match', en='If-Match is required'),
    '500': Text(vi='Lỗi của máy chủ', en='A fault of the server'),
    '503': Text(
        vi='Cơ sở dữ liệu hoặc tiến trình phân tích chưa sẵn sàng, hoặc truy vấn quá lâu',
        en='The database or a worker is not available, or the query took too long',
    ),
}


def other_responses() -> dict[str, Any]:
    """Every answer that is no success, by status."""
    document = {'schema': {'$ref': '#/components/schemas/exception'}}
    body = {JSON: document, 'application/problem+json': document, HTML: {'schema': {'type': 'string'}}}
    answers: dict[str, Any] = {status: {'description': text, 'content': body} for status, text in MEANINGS.items()}
    del answers['304']['content'], answers['307']['content']
    answers['307']['headers'] = headers('Location')
    answers['503']['headers'] = headers('Retry-After')
    return answers


def object_with(**members: Schema) -> Schema:
    """The schema of an object that has all of these members."""
    return {'type': 'object', 'required': [*members], 'properties': members}


def extend(schema: Schema, **members: Schema) -> Schema:
    """The schema of an object that has the members of another one, and all of these."""
    return object_with(**schema['properties'], **members)


def list_of(schema: Schema) -> Schema:
    """The schema of an array of such values."""
    return {'type': 'array', 'items': schema}


def or_null(schema: Schema) -> Schema:
    """The schema of such a value, or null."""
    return schema | {'nullable': True}


def headers(*names: str) -> dict[str, Any]:
    """References to headers of HEADERS, to be put into an answer."""
    return {name: {'$ref': f'#/components/headers/{name}'} for name in names}


# Headers that several answers have.
HEADERS = {
    'Content-Crs': Text(
        vi='Hệ tọa độ của câu trả lời, trong dấu < >.', en='Coordinate system of the answer, within < >.'
    ),
    'Content-Bbox': Text(
        vi='Khung của câu trả lời, theo hệ tọa độ và thứ tự trục của nó.',
        en='Box of the answer, in its system and axis order.',
    ),
    'Content-Datetime': Text(vi='Thời điểm của bản đồ.', en='Of which time the map is.'),
    'Content-Language': Text(vi='Ngôn ngữ của câu trả lời.', en='Language of the answer.'),
    'Dothi-Demo': Text(vi='Có dữ liệu minh họa hay không.', en='Whether demonstration data is in it.'),
    'Dothi-Release': Text(vi='Số của các bản phát hành đã dùng.', en='Numbers of the releases that it was made from.'),
    'ETag': Text(
        vi='Thẻ của câu trả lời; gửi lại trong If-None-Match thì được 304 nếu chưa có gì thay đổi.',
        en='Tag of the answer; sent back in If-None-Match it gives 304 while nothing has changed.',
    ),
    'OGC-NumberMatched': Text(vi='Số đối tượng của cả lựa chọn.', en='Features of the whole selection.'),
    'OGC-NumberReturned': Text(vi='Số đối tượng trong câu trả lời.', en='Features in the answer.'),
    'Last-Modified': Text(vi='Thời điểm phát hành dữ liệu này.', en='When this data was released.'),
    'Preference-Applied': Text(vi='Phần nào của Prefer đã được làm theo.', en='Which part of Prefer was followed.'),
    'Link': Text(vi='Liên kết liên quan, theo RFC 8288.', en='Related links, as RFC 8288 writes them.'),
    'Location': Text(
        vi='Địa chỉ của tài nguyên mới, hoặc địa chỉ hiện hành.',
        en='Address of the new resource, or the current address.',
    ),
    'Retry-After': Text(vi='Sau bao nhiêu giây thì nên thử lại.', en='After how many seconds to try again.'),
}


def shared_headers() -> dict[str, Any]:
    """The headers as components of the document."""
    return {name: {'description': text, 'schema': {'type': 'string'}} for name, text in HEADERS.items()}

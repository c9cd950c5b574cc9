"""What the areas of the OpenAPI document share: what is offered, operations, parameters, answers.

Every text that a reader sees is given in both languages, by `both`, `Text.model_dump()` or a {'vi', 'en'} dict.
"""

from dataclasses import dataclass
from typing import Any

from dothi.api.http.served_crs import CRS84, served_crs
from dothi.core.coverage import Coverage
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality
from dothi.core.settings import LimitSettings

type Words = dict[str, str]


@dataclass(frozen=True)
class Offer:
    """What is described: to whom, from which locality, and the layers and coverages that are released and visible."""

    locality: Locality
    audience: Audience
    layers: list[Layer]
    coverages: list[Coverage]


def both(vi: str, en: str) -> Words:
    """A text in both languages."""
    return {'vi': vi, 'en': en}


def shared(*names: str) -> list[dict[str, str]]:
    """References to parameters of `shared_parameters`."""
    return [{'$ref': f'#/components/parameters/{name}'} for name in names]


def operation(
    name: str,
    summary: Words,
    parameters: list[dict[str, Any]],
    answers: dict[str, Any],
    *,
    tag: str = 'server',
    **more: Any,
) -> dict[str, Any]:
    """One operation. tag: the layer's id, `server`, `processes`, ...; more: description, requestBody, security."""
    return {
        'operationId': name,
        'summary': summary,
        'tags': [tag],
        **more,
        'parameters': parameters,
        'responses': answers,
    }


def of_layer(layer: Layer, what: Words) -> dict[str, Any]:
    """Summary, tag and description of an operation on a layer, to be passed to `operation`."""
    title = layer.title
    summary = both(f'{title.vi}: {what["vi"]}', f'{title.en}: {what["en"]}')
    return {'summary': summary, 'tag': layer.id, 'description': layer.description.model_dump()}


def query(name: str, description: Words, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A query parameter."""
    return {'name': name, 'in': 'query', 'description': description, 'required': False, 'schema': schema, **more}


def path(name: str, description: Words, schema: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A parameter within the path."""
    schema = schema or {'type': 'string'}
    return {'name': name, 'in': 'path', 'description': description, 'required': True, 'schema': schema, **more}


def form(*names: str) -> dict[str, Any]:
    """The parameter `f` of a resource in these formats, of which the first is the default."""
    return query(
        'f',
        both(
            'Định dạng; nếu không có thì theo đầu đề Accept.', 'Format of the answer; without it, by the header Accept.'
        ),
        {'type': 'string', 'enum': [*names]},
    )


def content(
    schema: str | dict[str, Any], media_type: str = 'application/json', *others: str, html: bool = True
) -> dict[str, Any]:
    """A successful answer of this schema (a name in components, or the schema itself), which can be kept.

    others: further media types, of whose content nothing is said. html: whether browsers get a page.
    """
    schema_object = {'$ref': f'#/components/schemas/{schema}'} if isinstance(schema, str) else schema
    forms = {media_type: {'schema': schema_object}} | {other: {'schema': ANYTHING[other]} for other in others}
    page = {'text/html': {'schema': {'type': 'string'}}} if html else {}
    return {'description': both('Được', 'OK'), 'headers': headers('ETag', 'Content-Language'), 'content': forms | page}


JSONLD = 'application/ld+json'
ANYTHING: dict[str, dict[str, Any]] = {JSONLD: {'type': 'object'}}


def responses(success: dict[str, Any], *others: str, status: str = '200') -> dict[str, Any]:
    """The success, and by reference the other named statuses."""
    return {status: success} | {code: {'$ref': f'#/components/responses/{code}'} for code in others}


# Every status beside a success, with its meaning.
MEANINGS = {
    '304': both('Chưa có gì thay đổi', 'Not modified'),
    '400': both('Tham số lạ hoặc không đọc được', 'A parameter is unknown or cannot be read'),
    '401': both('Cần đăng nhập hoặc mã truy cập', 'Sign-in or a token is needed'),
    '403': both('Không được phép', 'Not allowed'),
    '404': both('Không có tài nguyên này', 'There is no such resource'),
    '405': both('Tài nguyên không nhận phương thức này', 'The resource does not take this method'),
    '406': both('Không có ở định dạng này', 'Not acceptable'),
    '409': both('Trái với trạng thái hiện tại', 'In conflict with the present state'),
    '412': both('Đối tượng đã đổi từ lúc được đọc', 'The resource has changed since it was read'),
    '413': both('Nội dung quá lớn', 'The content is too large'),
    '414': both('Địa chỉ quá dài', 'The address is too long'),
    '415': both('Không đọc được loại nội dung này', 'The media type of the content is not supported'),
    '422': both('Dữ liệu không hợp lệ', 'The data does not fit'),
    '429': both('Quá nhiều tác vụ cùng lúc', 'Too many jobs at once'),
    '428': both('Cần If-Match', 'If-Match is required'),
    '500': both('Lỗi của máy chủ', 'A fault of the server'),
    '503': both(
        'Cơ sở dữ liệu hoặc tiến trình phân tích chưa sẵn sàng, hoặc truy vấn quá lâu',
        'The database or a worker is not available, or the query took too long',
    ),
}


def other_responses() -> dict[str, Any]:
    """Every answer that is no success, by status."""
    body = {
        'application/json': {'schema': {'$ref': '#/components/schemas/exception'}},
        'text/html': {'schema': {'type': 'string'}},
    }
    answers: dict[str, Any] = {status: {'description': text, 'content': body} for status, text in MEANINGS.items()}
    del answers['304']['content']
    answers['503']['headers'] = headers('Retry-After')
    return answers


def headers(*names: str) -> dict[str, Any]:
    """References to headers of `shared_headers`, to be put into an answer."""
    return {name: {'$ref': f'#/components/headers/{name}'} for name in names}


def shared_headers() -> dict[str, Any]:
    """Headers that several answers have."""
    text = {'type': 'string'}
    described = {
        'Content-Crs': both(
            'Hệ tọa độ của câu trả lời, trong dấu < >.', 'Coordinate system of the answer, within < >.'
        ),
        'Content-Bbox': both(
            'Khung của câu trả lời, theo hệ tọa độ và thứ tự trục của nó.',
            'Box of the answer, in its system and axis order.',
        ),
        'Content-Datetime': both('Thời điểm của bản đồ.', 'Of which time the map is.'),
        'Content-Language': both('Ngôn ngữ của câu trả lời.', 'Language of the answer.'),
        'Dothi-Demo': both('Có dữ liệu minh họa hay không.', 'Whether demonstration data is in it.'),
        'Dothi-Release': both('Số của các bản phát hành đã dùng.', 'Numbers of the releases that it was made from.'),
        'ETag': both(
            'Thẻ của câu trả lời; gửi lại trong If-None-Match thì được 304 nếu chưa có gì thay đổi.',
            'Tag of the answer; sent back in If-None-Match it gives 304 while nothing has changed.',
        ),
        'OGC-NumberMatched': both('Số đối tượng của cả lựa chọn.', 'Features of the whole selection.'),
        'OGC-NumberReturned': both('Số đối tượng trong câu trả lời.', 'Features in the answer.'),
        'Last-Modified': both('Thời điểm phát hành dữ liệu này.', 'When this data was released.'),
        'Preference-Applied': both('Phần nào của Prefer đã được làm theo.', 'Which part of Prefer was followed.'),
        'Link': both('Liên kết liên quan, theo RFC 8288.', 'Related links, as RFC 8288 writes them.'),
        'Location': both('Địa chỉ của tài nguyên mới.', 'Address of the new resource.'),
        'Retry-After': both('Sau bao nhiêu giây thì nên thử lại.', 'After how many seconds to try again.'),
    }
    return {name: {'description': words, 'schema': text} for name, words in described.items()}


def shared_parameters(locality: Locality) -> dict[str, Any]:
    """Parameters that several operations have."""
    return _common() | _paging() | _coordinates(locality) | _filtering(locality)


def _common() -> dict[str, Any]:
    lang = both('Ngôn ngữ; nếu không có thì theo Accept-Language.', 'Language; else by the header Accept-Language.')
    return {
        'lang': query('lang', lang, {'type': 'string', 'enum': ['vi', 'en'], 'default': 'vi'}),
        'f': form('json', 'html'),
        'fWithJsonld': form('json', 'html', 'jsonld'),
    }


def _paging() -> dict[str, Any]:
    limits = LimitSettings()
    limit = {'type': 'integer', 'minimum': 1, 'maximum': limits.max_items, 'default': limits.default_items}
    texts = {
        'limit': both(
            'Số đối tượng trên một trang; lớn hơn mức tối đa thì tính là mức tối đa.',
            'Features on one page; more than the maximum counts as the maximum.',
        ),
        'offset': both(
            'Số đối tượng bỏ qua ở đầu; liên kết "next" dùng `cursor`, nhanh hơn.',
            'Features to leave out at the beginning; "next" links use `cursor`, which is faster.',
        ),
        'cursor': both(
            'Chỗ bắt đầu của trang; chỉ lấy từ liên kết "next".', 'Where a page begins; only values from "next" links.'
        ),
    }
    return {
        'limit': query('limit', texts['limit'], limit, style='form', explode=False),
        'offset': query('offset', texts['offset'], {'type': 'integer', 'minimum': 0, 'default': 0}),
        'cursor': query('cursor', texts['cursor'], {'type': 'string'}),
    }


def _coordinates(locality: Locality) -> dict[str, Any]:
    crs = {'type': 'string', 'format': 'uri', 'enum': list(served_crs(locality)), 'default': CRS84}
    written: dict[str, Any] = {'style': 'form', 'explode': False}
    texts = {
        'bbox': both(
            'Đối tượng chạm khung này: tây, nam, đông, bắc (theo `bbox-crs`).',
            'Features that touch this box: west, south, east, north (in `bbox-crs`).',
        ),
        'bbox-crs': both(
            'Hệ tọa độ của `bbox`, theo thứ tự trục của nó.', 'Coordinate system of `bbox`, in its own order.'
        ),
        'crs': both(
            'Hệ tọa độ của câu trả lời, theo thứ tự trục của hệ đó.',
            'Coordinate system of the answer, in its own axis order.',
        ),
        'filter-crs': both('Hệ tọa độ của hình học trong bộ lọc.', 'Coordinate system of geometries in `filter`.'),
    }
    return {
        'bbox': query('bbox', texts['bbox'], BOX, example=list(locality.place.extent_wgs84), **written),
        **{name: query(name, texts[name], crs, **written) for name in ('bbox-crs', 'crs', 'filter-crs')},
    }


# Four or six numbers; minItems and maxItems stand outside of oneOf too, for clients that know the first edition only.
BOX = {
    'type': 'array',
    'items': {'type': 'number'},
    'minItems': 4,
    'maxItems': 6,
    'oneOf': [{'minItems': 4, 'maxItems': 4}, {'minItems': 6, 'maxItems': 6}],
}


def _filtering(locality: Locality) -> dict[str, Any]:
    languages = {'type': 'string', 'enum': ['cql2-text', 'cql2-json'], 'default': 'cql2-text'}
    geometry = both('Bỏ hình học.', 'Leaves the geometry out.')
    offset = both(
        'Giản lược hình học: lệch nhiều nhất chừng này, theo đơn vị của `crs`.',
        'Generalises geometries, by at most so much, in units of `crs`.',
    )
    time = both('Thời điểm hoặc khoảng thời gian theo RFC 3339.', 'An instant or interval, as RFC 3339 writes them.')
    day = f'{locality.place.reference_date}/..'
    return {
        'filter': query('filter', both('Bộ lọc CQL2.', 'CQL2 filter.'), {'type': 'string'}),
        'filter-lang': query('filter-lang', both('Dạng của bộ lọc.', 'Form of the filter.'), languages),
        'skipGeometry': query('skipGeometry', geometry, {'type': 'boolean', 'default': False}),
        'max-allowable-offset': query('max-allowable-offset', offset, {'type': 'number', 'minimum': 0}, example=0.001),
        'datetime': query('datetime', time, {'type': 'string'}, style='form', explode=False, example=day),
    }

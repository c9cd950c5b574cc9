"""Requests that the server cannot read: answered in the form of the API, where gunicorn has a page in English."""

import json
from http import HTTPStatus

from gunicorn.http import errors  # type: ignore[import-untyped]

from dothi.core.text import Text

LONGEST_LINE = 8190
TOO_LONG = Text(
    vi=f'Địa chỉ dài quá {LONGEST_LINE} byte. Gửi các tham số bằng POST tới /collections/{{id}}/search.',
    en=f'The address is longer than {LONGEST_LINE} bytes. Send the parameters by POST to /collections/{{id}}/search.',
)
MALFORMED = Text(
    vi='Yêu cầu không đúng HTTP/1.1 (RFC 9112). Kiểm tra dòng đầu, các đầu mục và nội dung.',
    en='The request is not HTTP/1.1 (RFC 9112). Check its first line, headers and body.',
)
# By gunicorn's class of error; what stands above is looked at first.
REFUSALS: tuple[tuple[type[Exception], HTTPStatus, str, Text], ...] = (
    (errors.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG, 'TooLong', TOO_LONG),
    (errors.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, 'HeadersTooLarge',
     Text(vi='Các đầu mục của yêu cầu quá dài.', en='The headers of the request are too large.')),
    (errors.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED, 'ExpectationFailed',
     Text(vi='Expect: chỉ nhận 100-continue.', en='Expect: only 100-continue is understood.')),
    (errors.UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED, 'UnsupportedTransferCoding',
     Text(vi='Transfer-Encoding: chỉ nhận chunked.', en='Transfer-Encoding: only chunked is understood.')),
    (errors.ParseException, HTTPStatus.BAD_REQUEST, 'MalformedRequest', MALFORMED),
)  # fmt: skip


def refusal(error: BaseException) -> bytes | None:
    """The whole answer to a request that raised `error` while it was read; None where the fault is not the client's.

    Nothing of the request is known, its language neither: the answer is in both.
    """
    for kind, status, code, text in REFUSALS:
        if isinstance(error, kind):
            return _written(status, code, text)
    return None


def _written(status: HTTPStatus, code: str, text: Text) -> bytes:
    body = {'code': code, 'type': code, 'description': f'{text.vi} · {text.en}'}
    content = json.dumps(body, ensure_ascii=False).encode()
    head = (
        f'HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nContent-Type: application/json\r\n'
        f'Access-Control-Allow-Origin: *\r\nCache-Control: no-store\r\nContent-Length: {len(content)}\r\n\r\n'
    )
    return head.encode() + content

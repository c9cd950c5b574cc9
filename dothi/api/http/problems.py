"""Errors as answers: in the language of the request, in the shape that pygeoapi gives its own; never internals."""

import json
import logging
import secrets
from contextlib import suppress
from http import HTTPStatus

from flask import Flask, Response, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException

from dothi.api.http.language import language, page
from dothi.api.http.masking import one_line
from dothi.api.http.operations import MEANINGS
from dothi.api.http.service import service
from dothi.api.http.vary import vary_by
from dothi.core.errors import Busy, Defect, DothiError, EnvironmentMissing, NotFound, WrongUse, http_status
from dothi.core.request_id import current_request_id
from dothi.core.shortages import shortage
from dothi.core.text import Text, steward_advice

LOG = logging.getLogger('dothi.api')
RETRY_AFTER_S = 5
# RFC 9457, for the desk's resources and for who asks for it.
PROBLEM = 'application/problem+json'
DESK = frozenset((
    'deliveries', 'changes', 'edits', 'uploads', 'agencies', 'releases', 'account', 'people', 'reports',
    'received_reports', 'dashboard',
))  # fmt: skip
# The portal's files, at any address that nothing else has.
FILES = 'portal.file'
# What to do with more input than a request takes.
MUCH_INPUT = Text(
    vi=' Chia thành nhiều yêu cầu, hoặc giao dữ liệu thành tệp.',
    en=' Send it in several requests, or deliver the data as a file.',
)
# What Flask says in English only.
REASONS: dict[int, str] = {
    HTTPStatus.METHOD_NOT_ALLOWED: 'Địa chỉ này không nhận phương thức đó.',
    HTTPStatus.REQUEST_TIMEOUT: 'Nội dung yêu cầu đến quá chậm. Hãy gửi lại.',
}
# Names that OGC API - Processes gives to some errors; a client may go by them.
OGC_TYPES = {
    code: f'http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/{name}'
    for code, name in (
        ('UnknownProcess', 'no-such-process'),
        ('UnknownJob', 'no-such-job'),
        ('NoResult', 'result-not-ready'),
    )
}


class NoSuchResource(NotFound):
    """There is nothing under this address."""


class TooLarge(WrongUse):
    """The body of the request has more bytes than this address takes."""


class UnreadableFile(EnvironmentMissing):
    """The service may not read, or write, a file of its instance."""


class NotAllowed(WrongUse):
    """The resource does not take this method."""


def install(app: Flask) -> None:
    """Answers every error of `app`, pygeoapi's views included."""
    app.register_error_handler(DothiError, problem_response)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(PermissionError, _answer_unreadable)
    app.register_error_handler(Exception, _answer_defect)


def problem_response(error: DothiError, status: int | None = None) -> Response:
    """`error` as JSON, or as a page for a browser."""
    code = type(error).__name__
    number = status or http_status(error)
    log_refusal(error, number)
    response = _problem_document(code, for_clients(error), number)
    if isinstance(error, EnvironmentMissing):
        response.headers['Retry-After'] = str(getattr(error, 'wait_s', RETRY_AFTER_S))
    response.headers['Cache-Control'] = 'no-store'
    response.headers['Content-Language'] = language()
    # nginx keeps one in place of what it had of the same address (docker/nginx.conf)
    for header in ('Accept', 'Accept-Language'):
        vary_by(response, header)
    return response


def log_refusal(error: DothiError, status: int) -> None:
    """Tells the log what failed here, and what a steward could do about a request that was refused."""
    advice = steward_advice(error.text)
    if status >= 500:
        LOG.error(
            'request %s: %s %s: %s %s',
            current_request_id(),
            request.method,
            one_line(request.path),
            one_line(str(error)),
            one_line(advice.en if advice else ''),
            exc_info=error.__cause__,
        )
    elif advice:
        line = 'request %s: %s %s: %s %s'
        LOG.warning(
            line,
            current_request_id(),
            request.method,
            one_line(request.path),
            one_line(str(error)),
            one_line(advice.en),
        )


def for_clients(error: DothiError) -> DothiError:
    """`error` as the clients of this audience may read it.

    What the platform is missing (ports, commands, settings) is advice to its operator, and strangers have no use for
    it but a bad one. Being busy is for clients.
    """
    operators = isinstance(error, EnvironmentMissing) and not isinstance(error, Busy)
    if not operators or service().audience != 'public':
        return error
    return EnvironmentMissing(
        vi='Dịch vụ tạm thời chưa trả lời được. Hãy thử lại sau ít giây.',
        en='The service cannot answer at the moment. Try again in a few seconds.',
    )


def _problem_document(code: str, error: DothiError, number: int) -> Response:
    if is_for_browser():
        data = {'code': code, 'text': error.text, 'status': number}
        return Response(page('exception.html', data), number, mimetype='text/html')
    text, meaning = error.text.pick(language()), MEANINGS.get(str(number))
    body = {
        'type': OGC_TYPES.get(code, code),
        'title': meaning.pick(language()) if meaning else HTTPStatus(number).phrase,
        'status': number,
        'detail': text,
        'code': code,
        'description': text,
        'request': current_request_id(),
    }
    media_type = PROBLEM if _wants_problem() else 'application/json'
    return Response(json.dumps(body, ensure_ascii=False), number, mimetype=media_type)


def _wants_problem() -> bool:
    """Whether the answer is named as what it is; clients of OGC's standards that came before look for plain JSON."""
    return request.blueprint in DESK or PROBLEM in request.accept_mimetypes.values()


def is_for_browser() -> bool:
    """Whether whoever asks wants to look at a page rather than read a document."""
    requested = request.args.get('f')
    # of browsers some name pictures as welcome as pages; what takes anything is no browser
    accepted = request.accept_mimetypes
    return requested == 'html' or (not requested and accepted['text/html'] > accepted['application/json'])


def _answer_http_error(error: HTTPException) -> Response:
    """Flask's own: no route, wrong method, a redirect; and what failed after a view had answered."""
    original = getattr(error, 'original_exception', None)
    if original is not None:
        return problem_response(original) if isinstance(original, DothiError) else _answer_defect(original)
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    if error.code == HTTPStatus.NOT_FOUND or _is_for_files_alone(error):
        return problem_response(
            NoSuchResource(vi=f'Không có {request.path}.', en=f'There is nothing at {request.path}.')
        )
    error_class = NotAllowed if error.code == HTTPStatus.METHOD_NOT_ALLOWED else WrongUse
    response = problem_response(_as_wrong_use(error, error_class), error.code)
    allowed = getattr(error, 'valid_methods', None)
    if allowed:
        response.headers['Allow'] = ', '.join(sorted(allowed))
    return response


def _is_for_files_alone(error: HTTPException) -> bool:
    """Whether nothing below /api has this address: the portal's files, which have any, are only read."""
    adapter = request_ctx.url_adapter
    if error.code != HTTPStatus.METHOD_NOT_ALLOWED or adapter is None or not request.path.startswith('/api/'):
        return False
    with suppress(HTTPException):
        endpoint, _ = adapter.match(method='GET')
        return bool(endpoint == FILES)
    return False


def _as_wrong_use(error: HTTPException, error_class: type[WrongUse]) -> WrongUse:
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        most_mb = (request.max_content_length or 0) / 2**20
        advice = MUCH_INPUT if request.path.endswith('/execution') else Text(vi='', en='')
        return TooLarge(
            vi=f'Nội dung yêu cầu quá lớn: nhiều nhất {most_mb:g} MB.{advice.vi}',
            en=f'The body is too large: {most_mb:g} MB at most.{advice.en}',
        )
    reason = REASONS.get(error.code or 0, f'Yêu cầu không hợp lệ ({error.name}).')
    return error_class(vi=reason, en=f'{error.description}')


def _answer_unreadable(error: PermissionError) -> Response:
    """Who administers the machine can mend it, and hears in the log which file it is."""
    return problem_response(
        UnreadableFile(
            vi='Dịch vụ không có quyền dùng một tệp của mình. Báo cho quản trị viên.',
            en='The service may not use one of its files. Tell its administrator.',
            steward=Text(vi=f'{error.filename}: {error.strerror}', en=f'{error.filename}: {error.strerror}'),
        )
    )


def _answer_defect(error: Exception) -> Response:
    return problem_response(shortage(error) or log_defect(error))


def log_defect(error: Exception) -> Defect:
    """A fault of ours: the client gets a number, the log gets the rest."""
    reference = secrets.token_hex(4)
    line = 'reference %s, request %s: %s %s'
    LOG.error(line, reference, current_request_id(), request.method, one_line(request.full_path), exc_info=error)
    return Defect(
        vi=f'Máy chủ gặp lỗi. Báo cho quản trị viên số tham chiếu {reference}.',
        en=f'The server failed. Tell its administrator the reference number {reference}.',
    )

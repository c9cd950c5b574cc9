"""Requests to the service, by the network of QGIS: its proxy, certificates and authentication store count."""

import json
from email.message import Message
from typing import Any
from urllib.parse import urlencode

from qgis.core import QgsBlockingNetworkRequest, QgsNetworkReplyContent
from qgis.PyQt.QtCore import QByteArray, QUrl
from qgis.PyQt.QtNetwork import QNetworkRequest

from dothi_qgis.connection import ServiceConnection
from dothi_qgis.words import language, say

CONFLICT, TRY_LATER = 409, (429, 503)
# QGIS itself waits a minute for a service that does not answer.
PROMPT_MS = 8_000


class ServiceError(Exception):
    """The service did not do what was asked; its words are for the user."""


class Unavailable(ServiceError):
    """The service could not be reached, the line broke, or it has too much to do: later the request may succeed."""


class OutOfDate(ServiceError):
    """What the request goes on from is not as it was: 409."""


def read_json(connection: ServiceConnection, path: str, **query: str) -> Any:
    """The JSON document at a path below the API; raises ServiceError."""
    return _document(_get(connection, path, query))


def read_promptly(connection: ServiceConnection, path: str) -> Any:
    """As `read_json`, for what all of QGIS waits for: raises Unavailable where the service says nothing for a while."""
    request = _request(connection, path, {'lang': language()})
    request.setTransferTimeout(PROMPT_MS)
    call = _call(connection)
    call.get(request, True)
    return _document(_checked(call))


def read_title(connection: ServiceConnection, key: str) -> str:
    """The title of the service, read with a key that is in no store yet; raises ServiceError, also where it is another.

    key: '' without one.
    """
    request = _request(connection, '/', {'lang': language()})
    if key:
        request.setRawHeader(b'Authorization', f'Bearer {key}'.encode())
    call = _call(connection)
    call.get(request)
    document = _document(_checked(call))
    if not (isinstance(document, dict) and 'title' in document):
        raise ServiceError(_no_service())
    return str(document['title'])


def read_bytes(connection: ServiceConnection, path: str, **query: str) -> bytes:
    """What is at a path below the API; raises ServiceError."""
    return bytes(_get(connection, path, query).content())


def read_file(connection: ServiceConnection, path: str) -> tuple[str, bytes]:
    """The name and the content of the file at a path below the API; raises ServiceError."""
    reply = _get(connection, path, {})
    header = Message()
    header['Content-Disposition'] = bytes(reply.rawHeader(b'Content-Disposition')).decode()
    return header.get_filename('file'), bytes(reply.content())


def read_versioned(connection: ServiceConnection, path: str) -> tuple[Any, str]:
    """The JSON document at a path below the API, and the ETag of its version; raises ServiceError."""
    reply = _get(connection, path, {})
    return _document(reply), bytes(reply.rawHeader(b'ETag')).decode()


def begin_job(connection: ServiceConnection, process_id: str, inputs: dict[str, Any]) -> str:
    """The id of the job that runs the analysis; raises ServiceError with what is wrong with the inputs."""
    headers = {'Prefer': 'respond-async'}
    return str(post_json(connection, f'/processes/{process_id}/execution', {'inputs': inputs}, headers)['jobID'])


def post_json(connection: ServiceConnection, path: str, body: Any, headers: dict[str, str]) -> Any:
    """The JSON document with which the service answers to a JSON document; raises ServiceError."""
    reply = post_bytes(connection, path, json.dumps(body).encode(), {'Content-Type': 'application/json', **headers})
    return _document(reply)


def post_bytes(
    connection: ServiceConnection, path: str, content: bytes, headers: dict[str, str]
) -> QgsNetworkReplyContent:
    """The reply to bytes that are sent to a path below the API; raises ServiceError."""
    request = _request(connection, path, {'lang': language()})
    for name, value in headers.items():
        request.setRawHeader(name.encode(), value.encode())
    call = _call(connection)
    call.post(request, QByteArray(content))
    return _checked(call)


def dismiss_job(connection: ServiceConnection, job_id: str) -> None:
    """Ends a job that runs."""
    delete(connection, f'/jobs/{job_id}', {})


def delete(connection: ServiceConnection, path: str, headers: dict[str, str]) -> None:
    """Takes away what is at a path below the API; what is there no more is no fault."""
    request = _request(connection, path, {})
    for name, value in headers.items():
        request.setRawHeader(name.encode(), value.encode())
    _call(connection).deleteResource(request)


def _get(connection: ServiceConnection, path: str, query: dict[str, str]) -> QgsNetworkReplyContent:
    call = _call(connection)
    call.get(_request(connection, path, {'lang': language(), **query}), True)
    return _checked(call)


def _request(connection: ServiceConnection, path: str, query: dict[str, str]) -> QNetworkRequest:
    query_text = f'?{urlencode(query)}' if query else ''
    return QNetworkRequest(QUrl(f'{connection.api_url}{path}{query_text}'))


def _call(connection: ServiceConnection) -> QgsBlockingNetworkRequest:
    call = QgsBlockingNetworkRequest()
    call.setAuthCfg(connection.authcfg)
    return call


def _checked(call: QgsBlockingNetworkRequest) -> QgsNetworkReplyContent:
    """The reply; raises ServiceError with the service's own words, or Unavailable with those of the network."""
    reply = call.reply()
    status = reply.attribute(QNetworkRequest.HttpStatusCodeAttribute)
    if status is not None and 200 <= int(status) < 300:
        return reply
    words = _words_of(reply)
    if status is not None and words:
        kinds = {CONFLICT: OutOfDate} | dict.fromkeys(TRY_LATER, Unavailable)
        raise kinds.get(int(status), ServiceError)(words)
    raise Unavailable(say('Không kết nối được dịch vụ: ', 'No connection: ') + call.errorMessage())


def _document(reply: QgsNetworkReplyContent) -> Any:
    """The JSON in a reply; raises ServiceError where something else answers, such as the sign-in page of a network."""
    try:
        return json.loads(bytes(reply.content()))
    except ValueError:
        raise ServiceError(_no_service()) from None


def _no_service() -> str:
    return say(
        'Địa chỉ này trả lời, nhưng không phải dịch vụ Đô Thị.', 'Something answers there, but it is no Đô Thị service.'
    )


def _words_of(reply: QgsNetworkReplyContent) -> str:
    try:
        return str(json.loads(bytes(reply.content())).get('detail', ''))
    except (ValueError, AttributeError):
        return ''

"""`/api/uploads`: files that come in parts and go on where they stopped, by tus 1.0.0 (https://tus.io/protocols).

Extensions: creation, expiration, termination. What an answer acknowledges is stored for good.
"""

import base64
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import http_date

from dothi.api.access.forms import private_json
from dothi.api.access.identity import must_be_editor
from dothi.api.desk.part_places import PartOnItsWay, PartPlaces
from dothi.api.http import parameters
from dothi.api.http.address import api_url
from dothi.api.http.parameters import COMMON
from dothi.api.http.problems import problem_response
from dothi.api.http.request_body import BodyStream
from dothi.core.access.person import Action
from dothi.core.errors import ConditionMissing, WrongMediaType, WrongUse
from dothi.core.limit_settings import UploadSettings
from etl.desk.file_name import MOST_BYTES, is_file_name
from etl.desk.uploads import Upload, append_part, begin_upload, end_upload, other_offset, upload_of, uploads_of

UPLOADS = Blueprint('uploads', __name__, url_prefix='/api/uploads')
VERSION, EXTENSIONS = '1.0.0', 'creation,expiration,termination'
PART_TYPE = 'application/offset+octet-stream'
# A part is stored when so much of it has come; what is lost with a connection is less.
STORED_BYTES = 2**20
PLACES = PartPlaces()


class OtherTusVersion(ConditionMissing):
    """The client speaks another version of tus, or does not say which."""


class NoFileLength(WrongUse):
    """A new upload has to say how long the file is."""


class TooLong(WrongUse):
    """A file has more bytes than may come, or a part more than are missing."""


class NoFileName(WrongUse):
    """A new upload has to say what the file is called."""


class NoOffset(WrongUse):
    """A part has to say where it begins."""


class NotAPart(WrongMediaType):
    """The body of a PATCH is no part of a file."""


@UPLOADS.before_request
def check_version() -> Response | None:
    """412 for another version of the protocol; whoever asks for the list, or what is spoken here, need not know one."""
    version = request.headers.get('Tus-Resumable')
    if request.method in ('OPTIONS', 'GET') or version == VERSION:
        return None
    unknown = OtherTusVersion(
        vi=f'Gửi tệp theo tus {VERSION}: thêm "Tus-Resumable: {VERSION}" vào yêu cầu.',
        en=f'Files are sent by tus {VERSION}: add "Tus-Resumable: {VERSION}" to the request.',
    )
    response = problem_response(unknown, 412)
    response.headers['Tus-Version'] = VERSION
    return response


@UPLOADS.after_request
def name_version(response: Response) -> Response:
    """Each answer says by which version it was made."""
    response.headers['Tus-Resumable'] = VERSION
    return response


@UPLOADS.errorhandler(TooLong)
def refuse_too_long(error: TooLong) -> Response:
    """413, with what is too long."""
    return problem_response(error, 413)


@UPLOADS.route('', methods=['OPTIONS'], provide_automatic_options=False)
@UPLOADS.route('/<uuid:upload_id>', methods=['OPTIONS'], provide_automatic_options=False)
def options(upload_id: UUID | None = None) -> Response:
    """What is spoken here."""
    del upload_id
    headers = {'Tus-Version': VERSION, 'Tus-Extension': EXTENSIONS, 'Tus-Max-Size': str(_most_bytes())}
    return Response(status=204, headers=headers)


@UPLOADS.route('')
def uploads() -> Response:
    """The files that whoever asks has on their way, newest first."""
    parameters.refuse_unknown(COMMON)
    listed = uploads_of(must_be_editor(Action.DELIVER))
    return private_json({'uploads': [_upload_member(upload) for upload in listed]})


@UPLOADS.route('', methods=['POST'])
def begin() -> Response:
    """201 with the address of a new upload. Raises NoFileLength, TooLong, NoFileName, TooMuchUnderway."""
    parameters.refuse_unknown(COMMON)
    editor, length = must_be_editor(Action.DELIVER), _file_length()
    upload = begin_upload(editor, _file_name(), length, request.headers.get('Upload-Metadata', ''))
    return Response(status=201, headers=_headers(upload) | {'Location': _address(upload)})


@UPLOADS.route('/<uuid:upload_id>', methods=['GET', 'HEAD'], provide_automatic_options=False)
def upload(upload_id: UUID) -> Response:
    """How much of the file is here. Raises NoSuchUpload."""
    parameters.refuse_unknown(COMMON)
    current = upload_of(upload_id, must_be_editor(Action.DELIVER))
    response = private_json(_upload_member(current))
    metadata = current.metadata or f'filename {_base64(current.name)}'
    response.headers.update(_headers(current) | {'Upload-Metadata': metadata})
    return response


@UPLOADS.route('/<uuid:upload_id>', methods=['POST'], provide_automatic_options=False)
def overridden(upload_id: UUID) -> Response:
    """Takes the method that X-HTTP-Method-Override names, for clients that can send no PATCH."""
    method = request.headers.get('X-HTTP-Method-Override', '').upper()
    if method == 'PATCH':
        return append(upload_id)
    if method == 'DELETE':
        return end(upload_id)
    raise WrongUse(
        vi='Gửi phần tệp bằng PATCH, hoặc thêm "X-HTTP-Method-Override: PATCH".',
        en='Send parts by PATCH, or add "X-HTTP-Method-Override: PATCH".',
    )


@UPLOADS.route('/<uuid:upload_id>', methods=['PATCH'], provide_automatic_options=False)
def append(upload_id: UUID) -> Response:
    """204 with how much is here now. Raises NoSuchUpload, NotAPart, NoOffset, OtherOffset, TooLong, ManyParts."""
    parameters.refuse_unknown(COMMON)
    editor = must_be_editor(Action.DELIVER)
    if request.mimetype != PART_TYPE:
        raise NotAPart(vi=f'Phần tệp cần "Content-Type: {PART_TYPE}".', en=f'A part has "Content-Type: {PART_TYPE}".')
    current, offset = upload_of(upload_id, editor), _offset()
    if offset != current.received_bytes:
        raise other_offset(current, offset)
    _store_body(current, editor)
    return Response(status=204, headers=_headers(upload_of(upload_id, editor)))


@UPLOADS.route('/<uuid:upload_id>', methods=['DELETE'], provide_automatic_options=False)
def end(upload_id: UUID) -> Response:
    """204: nothing of the file is here any more, and the part that may be on its way is let go. Raises NoSuchUpload."""
    parameters.refuse_unknown(COMMON)
    end_upload(upload_id, must_be_editor(Action.DELIVER))
    PLACES.stop(upload_id)
    return Response(status=204)


def _store_body(current: Upload, editor: str) -> None:
    """Stores the body piece by piece; what has come before a connection broke stays.

    Raises OtherOffset, TooLong, ManyParts, ManyPartsOfOne.

    How long a body in chunks is shows at its end only: what comes beyond the file is read, and said to be too much.
    """
    missing, position = current.length_bytes - current.received_bytes, current.received_bytes
    if (request.content_length or 0) > missing:
        raise _too_long_part(current)
    body = BodyStream(request.environ, missing, request.content_length)
    try:
        with PLACES.place(PartOnItsWay(current.id, editor, body)) as part:
            while content := part.read_piece(max(1, min(STORED_BYTES, current.length_bytes - position))):
                position = append_part(current.id, editor, position, content)
    except RequestEntityTooLarge:
        raise _too_long_part(current) from None


def _too_long_part(current: Upload) -> TooLong:
    return TooLong(
        vi=f'Phần này dài hơn tệp: theo Upload-Length tệp có {current.length_bytes} byte. Tệp đã thay đổi thì gửi lại '
        'từ đầu.',
        en=f'The part goes beyond the file, which has {current.length_bytes} bytes by its Upload-Length. A file that '
        'has changed is sent again from the beginning.',
    )


def _file_length() -> int:
    text = request.headers.get('Upload-Length', '')
    if not _is_number(text) or int(text) == 0:
        raise NoFileLength(
            vi='Upload-Length cho biết số byte của tệp, lớn hơn 0.',
            en='Upload-Length says how many bytes the file has, more than 0.',
        )
    if int(text) > _most_bytes():
        most_mb = _most_bytes() // 2**20
        raise TooLong(
            vi=f'Tệp có {int(text) / 2**20:.0f} MB; nhiều nhất {most_mb} MB. Nén zip, hoặc giao theo từng đơn vị.',
            en=f'The file has {int(text) / 2**20:.0f} MB; {most_mb} MB at most. Zip it, or deliver it unit by unit.',
        )
    return int(text)


def _file_name() -> str:
    """The name in Upload-Metadata, by which the format is known."""
    pairs = [pair.strip().partition(' ') for pair in request.headers.get('Upload-Metadata', '').split(',')]
    encoded = next((value for key, _, value in pairs if key in ('filename', 'name')), '')
    try:
        name = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        name = ''
    if not is_file_name(name):
        raise NoFileName(
            vi='Upload-Metadata cần "filename" và tên tệp mã hóa base64 (UTF-8), không có thư mục và ký tự ẩn, nhiều '
            f'nhất {MOST_BYTES} byte: cong-trinh.zip.',
            en='Upload-Metadata wants "filename" and its name in base64 (UTF-8), without a folder and hidden letters, '
            f'{MOST_BYTES} bytes at most: works.zip.',
        )
    return name


def _offset() -> int:
    text = request.headers.get('Upload-Offset', '')
    if not _is_number(text):
        raise NoOffset(
            vi='Upload-Offset cho biết phần này bắt đầu ở byte nào.', en='Upload-Offset says where the part begins.'
        )
    return int(text)


def _is_number(text: str) -> bool:
    """Whether PostgreSQL's bigint takes it."""
    return text.isascii() and text.isdigit() and len(text) < len(str(2**63))


def _headers(upload: Upload) -> dict[str, str]:
    return {
        'Upload-Offset': str(upload.received_bytes),
        'Upload-Length': str(upload.length_bytes),
        'Upload-Expires': http_date(upload.expires_at),
        'Cache-Control': 'no-store',
    }


def _upload_member(upload: Upload) -> dict[str, Any]:
    links = [{'rel': 'self', 'href': _address(upload)}]
    return upload.model_dump(mode='json') | {'expires_at': upload.expires_at.isoformat(), 'links': links}


def _address(upload: Upload) -> str:
    return f'{api_url()}/uploads/{upload.id}'


def _most_bytes() -> int:
    return UploadSettings().max_resumable_mb * 2**20


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()

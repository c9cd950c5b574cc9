"""Files that come as values of inputs: taken out of a job's inputs, and put back for its run."""

import base64
import binascii
import struct
from typing import Any

from dothi.core.limit_settings import LimitSettings
from dothi.core.text import Text
from processes.base import Process
from processes.reading.validation import InvalidInput

# Base64 takes four characters for three bytes; the rest is for the other inputs.
OTHER_INPUTS_BYTES = 2**20
MOST_ATTACHMENT_MB = 20
# Before two files in one: how long the first is. A file that begins like this is sent as the first of two, too.
BOTH, HEAD = b'dothi: two files\n', struct.Struct('>Q')


def most_bytes() -> int:
    """Size at most of a request that brings a file, and another one beside it."""
    return (LimitSettings().max_upload_mb + _most_attachment_mb()) * 2**20 * 4 // 3 + OTHER_INPUTS_BYTES


def _most_attachment_mb() -> int:
    return min(MOST_ATTACHMENT_MB, LimitSettings().max_upload_mb)


def detach_upload(process: Process[Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], bytes | None]:
    """The inputs without the files, and these; raises InvalidInput where one is not base64, or too large."""
    if process.upload is None:
        return inputs, None
    rest = {name: value for name, value in inputs.items() if name not in {process.upload, process.attachment}}
    advice = Text(
        vi='Gửi từng phần (tus) tới /api/uploads, đặt vào hộp nhận của cơ quan, hoặc nén zip',
        en='Send it in parts (tus) to /api/uploads, put it into the inbox of the agency, or zip it',
    )
    value = inputs[process.upload]
    # one that came in parts is in the database already
    content = None if value is None else _decoded(process.upload, value, LimitSettings().max_upload_mb, advice)
    attached = inputs.get(process.attachment) if process.attachment else None
    if process.attachment is None or (attached is None and not (content or b'').startswith(BOTH)):
        return rest, content
    advice = Text(vi='Quét ở độ phân giải thấp hơn', en='Scan it at a lower resolution')
    attachment = b'' if attached is None else _decoded(process.attachment, attached, _most_attachment_mb(), advice)
    return rest, BOTH + HEAD.pack(len(content or b'')) + (content or b'') + attachment


def attach_upload(process: Process[Any], inputs: dict[str, Any], upload: bytes | None) -> dict[str, Any]:
    """The inputs as they were sent."""
    if process.upload is None or upload is None:
        return inputs
    if process.attachment is None or not upload.startswith(BOTH):
        return inputs | {process.upload: base64.b64encode(upload).decode()}
    start = len(BOTH) + HEAD.size
    (length,) = HEAD.unpack(upload[len(BOTH) : start])
    parts = {process.upload: upload[start : start + length], process.attachment: upload[start + length :]}
    return inputs | {name: base64.b64encode(part).decode() for name, part in parts.items() if part}


def _decoded(name: str, value: Any, most_mb: int, advice: Text) -> bytes:
    """The file in base64 that an input holds; raises InvalidInput."""
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput(
            vi=f'Đầu vào "{name}" phải là tệp mã hóa base64: {{"value": "…", "encoding": "base64"}}.',
            en=f'Input "{name}" must be a file in base64: {{"value": "…", "encoding": "base64"}}.',
        ) from None
    if len(content) > most_mb * 2**20:
        raise InvalidInput(
            vi=f'Đầu vào "{name}" lớn hơn {most_mb} MB. {advice.vi}.',
            en=f'Input "{name}" exceeds {most_mb} MB. {advice.en}.',
        )
    return content

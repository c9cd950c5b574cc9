"""A file that comes as the value of an input: taken out of a job's inputs, and put back for its run."""

import base64
import binascii
from typing import Any

from dothi.core.limit_settings import LimitSettings
from processes.base import Process
from processes.reading.validation import InvalidInput

# Base64 takes four characters for three bytes; the rest is for the other inputs.
OTHER_INPUTS_BYTES = 2**20


def most_bytes() -> int:
    """Size at most of a request that brings a file."""
    return LimitSettings().max_upload_mb * 2**20 * 4 // 3 + OTHER_INPUTS_BYTES


def detach_upload(process: Process[Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], bytes | None]:
    """The inputs without the file, and the file; raises InvalidInput where it is not base64, or too large."""
    if process.upload is None:
        return inputs, None
    rest = {name: value for name, value in inputs.items() if name != process.upload}
    try:
        content = base64.b64decode(inputs[process.upload], validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput(
            vi=f'Đầu vào "{process.upload}" phải là tệp mã hóa base64: {{"value": "…", "encoding": "base64"}}.',
            en=f'Input "{process.upload}" must be a file in base64: {{"value": "…", "encoding": "base64"}}.',
        ) from None
    most = LimitSettings().max_upload_mb
    if len(content) > most * 2**20:
        raise InvalidInput(
            vi=f'Đầu vào "{process.upload}" lớn hơn {most} MB. Đặt tệp vào hộp nhận của cơ quan, hoặc nén zip.',
            en=f'Input "{process.upload}" exceeds {most} MB. Put the file into the inbox of the agency, or zip it.',
        )
    return rest, content


def attach_upload(process: Process[Any], inputs: dict[str, Any], upload: bytes | None) -> dict[str, Any]:
    """The inputs as they were sent."""
    if process.upload is None or upload is None:
        return inputs
    return inputs | {process.upload: base64.b64encode(upload).decode()}

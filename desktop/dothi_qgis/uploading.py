"""A file on its way to the service, in parts by tus 1.0: after a break it goes on where the service is."""

import base64
import time
from collections.abc import Callable
from pathlib import Path

from dothi_qgis.connection import ServiceConnection
from dothi_qgis.jobs import PAUSES_S, Cancelled
from dothi_qgis.service import OutOfDate, Unavailable, delete, post_bytes, read_json
from dothi_qgis.words import say

TUS = {'Tus-Resumable': '1.0.0'}
PART_BYTES = 2**20
PART_TYPE = 'application/offset+octet-stream'


def send_file(
    connection: ServiceConnection, file: Path, report_share: Callable[[float], None], is_cancelled: Callable[[], bool]
) -> str:
    """The id of the upload, once all of the file is at the service; raises ServiceError.

    Where somebody cancels it nothing of the file stays at the service, and Cancelled is raised.
    """
    size_bytes = file.stat().st_size
    upload_id = _begin_upload(connection, file.name, size_bytes)
    position, pauses_s = 0, list(PAUSES_S)
    while position < size_bytes:
        if is_cancelled():
            delete(connection, f'/uploads/{upload_id}', TUS)
            raise Cancelled(say('Đã hủy.', 'Cancelled.'))
        try:
            position = _send_part(connection, upload_id, file, position)
            pauses_s = list(PAUSES_S)
        # a part that QGIS sends twice by itself when a line breaks has come already
        except (Unavailable, OutOfDate):
            if not pauses_s:
                raise
            time.sleep(pauses_s.pop(0))
            position = _received_bytes(connection, upload_id, position)
        report_share(position / size_bytes)
    return upload_id


def _begin_upload(connection: ServiceConnection, name: str, size_bytes: int) -> str:
    metadata = f'filename {base64.b64encode(name.encode()).decode()}'
    headers = {**TUS, 'Upload-Length': str(size_bytes), 'Upload-Metadata': metadata, 'Content-Type': PART_TYPE}
    reply = post_bytes(connection, '/uploads', b'', headers)
    return bytes(reply.rawHeader(b'Location')).decode().rpartition('/')[2]


def _send_part(connection: ServiceConnection, upload_id: str, file: Path, position: int) -> int:
    """How many bytes are at the service afterwards. PATCH by its other name: QGIS sends none."""
    with file.open('rb') as content:
        content.seek(position)
        part = content.read(PART_BYTES)
    headers = {'X-HTTP-Method-Override': 'PATCH', 'Upload-Offset': str(position), 'Content-Type': PART_TYPE}
    post_bytes(connection, f'/uploads/{upload_id}', part, TUS | headers)
    return position + len(part)


def _received_bytes(connection: ServiceConnection, upload_id: str, position: int) -> int:
    """How much the service says that it has; as before where it does not answer yet."""
    try:
        return int(read_json(connection, f'/uploads/{upload_id}')['received_bytes'])
    except Unavailable:
        return position

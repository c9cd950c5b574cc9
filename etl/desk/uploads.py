"""Files that come in parts, kept in the database until they are delivered or too old."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg2
import psycopg2.errors
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor
from pydantic import BaseModel, Field

from dothi.core.database import Role, connection
from dothi.core.errors import DiskFull, HeldForDecision, NotFound, TooMany
from dothi.core.limit_settings import UploadSettings

UPLOAD_ID = r'^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
# So many files of whole size may somebody have here at once, and so many of any size.
MOST_WHOLE_FILES, MOST_FILES = 2, 100


class NoSuchUpload(NotFound):
    """No file of whoever asks is coming under this number."""


class UploadDelivered(HeldForDecision):
    """The file has been delivered already, in another way than is asked for now."""


class OtherOffset(HeldForDecision):
    """The part does not begin where the last one ended."""


class TooMuchUnderway(TooMany):
    """Whoever sends has as much here as is allowed."""


class Upload(BaseModel):
    """A file on its way in. received_bytes: how much of it is there. metadata: of it, as the client wrote it."""

    id: UUID
    name: str
    length_bytes: int
    received_bytes: int
    created_at: datetime
    touched_at: datetime
    metadata: str = Field(exclude=True)

    @property
    def is_whole(self) -> bool:
        """Whether all of it is there."""
        return self.received_bytes == self.length_bytes

    @property
    def expires_at(self) -> datetime:
        """When it goes, if nothing more comes."""
        return self.touched_at + timedelta(days=UploadSettings().upload_days)


def begin_upload(editor: str, name: str, length_bytes: int, metadata: str) -> Upload:
    """A new file of which nothing is there yet. Raises TooMuchUnderway."""
    with connection('gatekeeper') as db, db.cursor(cursor_factory=RealDictCursor) as cursor:
        # two that begin at once are counted one after the other
        cursor.execute("select pg_advisory_xact_lock(hashtext('dothi upload ' || %s))", [editor])
        _require_room(db, editor, length_bytes)
        cursor.execute(
            'insert into upload.file (editor, name, length_bytes, metadata) values (%s, %s, %s, %s) returning *',
            [editor, name, length_bytes, metadata],
        )
        return Upload.model_validate(cursor.fetchone())


def upload_of(upload_id: UUID | str, editor: str, role: Role = 'gatekeeper') -> Upload:
    """The file, as it is now. Raises NoSuchUpload, also for somebody else's."""
    uploads = _read_uploads('editor = %s and id = %s', [editor, str(upload_id)], role)
    if not uploads:
        raise _no_such_upload(upload_id)
    return uploads[0]


def uploads_of(editor: str) -> list[Upload]:
    """What somebody has on its way, newest first."""
    return _read_uploads('editor = %s order by created_at desc', [editor])


def append_part(upload_id: UUID | str, editor: str, start_byte: int, content: bytes) -> int:
    """How many bytes are there now that the part is stored for good. Raises NoSuchUpload, OtherOffset, DiskFull."""
    values = [str(upload_id), editor, start_byte, psycopg2.Binary(content)]
    try:
        with connection('gatekeeper') as db, db.cursor() as cursor:
            cursor.execute('select upload.append_part(%s, %s, %s, %s)', values)
            (received,) = cursor.fetchone() or (None,)
    except psycopg2.errors.DiskFull as error:
        raise DiskFull(
            vi='Hết chỗ trên đĩa của cơ sở dữ liệu. Những phần đã nhận vẫn còn; gửi tiếp khi có chỗ.',
            en='No room is left on the disk of the database. What has come is kept; go on when there is room.',
        ) from error
    if received is None:
        raise other_offset(upload_of(upload_id, editor), start_byte)
    return int(received)


def other_offset(upload: Upload, start_byte: int) -> OtherOffset:
    """The error for a part that begins elsewhere than where the last one ended."""
    return OtherOffset(
        vi=f'Upload-Offset {start_byte}: tệp đã có {upload.received_bytes} byte. Hỏi lại bằng HEAD rồi gửi tiếp từ đó.',
        en=f'Upload-Offset {start_byte}: {upload.received_bytes} bytes are here. Ask by HEAD, and go on from there.',
    )


def end_upload(upload_id: UUID | str, editor: str) -> None:
    """Removes the file and its parts. Raises NoSuchUpload."""
    with connection('gatekeeper') as db, db.cursor() as cursor:
        cursor.execute('delete from upload.file where id = %s and editor = %s', [str(upload_id), editor])
        if not cursor.rowcount:
            raise _no_such_upload(upload_id)


def upload_delivered(upload_id: str, layer_id: str, job_id: str) -> UploadDelivered:
    """The error for a file that its sender had delivered by another run."""
    return UploadDelivered(
        vi=f'Tệp {upload_id} đã được giao cho lớp "{layer_id}" bằng tác vụ {job_id}: xem /api/jobs/{job_id}. Muốn giao '
        'theo cách khác thì gửi lại tệp.',
        en=f'The upload {upload_id} was delivered for the layer "{layer_id}" by the job {job_id}: see '
        f'/api/jobs/{job_id}. To deliver it otherwise, send it again.',
    )


def write_upload(upload: Upload, target: Path) -> None:
    """Writes the file to `target`, part by part. Raises NoSuchUpload for one that has gone, or is not whole."""
    with connection('loader') as db, target.open('wb') as file:
        for content in _parts(db, upload.id):
            file.write(content)
        length = file.tell()
    if length != upload.length_bytes:
        raise _no_such_upload(upload.id)


def expire_uploads() -> int:
    """How many files were removed of which nothing has come for days."""
    with connection('worker') as db, db.cursor() as cursor:
        statement = 'delete from upload.file where touched_at < clock_timestamp() - make_interval(days => %s)'
        cursor.execute(statement, [UploadSettings().upload_days])
        return cursor.rowcount


def _parts(db: Connection, upload_id: UUID | str) -> Iterator[bytes]:
    """The parts of a file in their order, few of them in memory at once."""
    with closing(db.cursor('parts')) as cursor:
        cursor.itersize = 8
        cursor.execute('select content from upload.part where file_id = %s order by start_byte', [str(upload_id)])
        for (content,) in cursor:
            yield bytes(content)


def _read_uploads(condition: str, values: list[str], role: Role = 'gatekeeper') -> list[Upload]:
    with connection(role) as db, db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(f'select * from upload.file where {condition}', values)  # noqa: S608
        return [Upload.model_validate(row) for row in cursor.fetchall()]


def _require_room(db: Connection, editor: str, length_bytes: int) -> None:
    most_bytes = UploadSettings().max_resumable_mb * 2**20 * MOST_WHOLE_FILES
    with db.cursor() as cursor:
        statement = 'select coalesce(sum(length_bytes), 0), count(*) from upload.file where editor = %s'
        cursor.execute(statement, [editor])
        underway, files = cursor.fetchone() or (0, 0)
    if files >= MOST_FILES:
        raise TooMuchUnderway(
            vi=f'Bạn đang gửi {files} tệp; tối đa {MOST_FILES} tệp cùng lúc. Giao hoặc bỏ (DELETE) các tệp ở '
            '/api/uploads trước.',
            en=f'You have {files} files on their way; {MOST_FILES} may be at once. Deliver or remove (DELETE) those at '
            '/api/uploads first.',
        )
    if underway + length_bytes > most_bytes:
        raise TooMuchUnderway(
            vi=f'Bạn đang gửi {underway / 2**20:.0f} MB; tất cả các tệp đang gửi tối đa {most_bytes // 2**20} MB. Giao '
            'hoặc bỏ (DELETE) các tệp ở /api/uploads trước.',
            en=f'You have {underway / 2**20:.0f} MB on their way; all files together may have {most_bytes // 2**20} '
            'MB. Deliver or remove (DELETE) those at /api/uploads first.',
        )


def _no_such_upload(upload_id: UUID | str) -> NoSuchUpload:
    return NoSuchUpload(
        vi=f'Không có tệp đang gửi {upload_id}: đã giao, đã bỏ hoặc quá hạn. Gửi lại từ đầu.',
        en=f'There is no upload {upload_id}: it was delivered, removed, or has expired. Send it again.',
    )

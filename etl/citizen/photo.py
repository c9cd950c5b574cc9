"""A photo that a citizen sent, as a plain picture: the file itself is opened in the closed room only."""

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dothi.core.citizen_reporting import CitizenReporting
from dothi.core.errors import Busy
from dothi.core.settings import PathSettings
from etl.citizen.photo_faults import damaged_photo, large_photo, no_photo
from etl.closed_room.reading import Reading
from etl.closed_room.walls import RoomLimits
from etl.formats.errors import ReaderCrashed, TooSlow, UnreadableFile

JOB = 'etl.closed_room.photo_job:read_photo'
NAME, PREFIX = 'photo', 'photo-'
# Nothing is read for so long: longer than the room's time with all that waits for it.
STALE_S = 120.0
# A photo of 50 million pixels takes 2 s and 400 MB as PNG; strangers get little more.
LIMITS = RoomLimits(memory_mb=1_000, processor_s=10, scratch_mb=50, open_files=64)
JPEG = b'\xff\xd8\xff'
# Photos that one process reads at once.
PLACES = threading.BoundedSemaphore(2)
PATIENCE_S = 20


class ManyPhotos(Busy):
    """This process reads as many photos as it can."""


def plain_photo(content: bytes, rules: CitizenReporting) -> bytes:
    """The photo as a JPEG without anything but its pixels. Raises BadPhoto, ManyPhotos, NoClosedRoom."""
    if len(content) > rules.photo_bytes:
        raise large_photo(rules.photo_mb)
    if not content:
        raise no_photo()
    with _place():
        jpeg = _read(content, rules)
    if not (isinstance(jpeg, bytes) and jpeg.startswith(JPEG) and len(jpeg) <= rules.plain_photo_bytes):
        raise damaged_photo()
    return jpeg


def clear_photos(older_than_s: float = STALE_S) -> None:
    """Removes files of photos whose process was ended while it read them: they have what the plain photo leaves out."""
    for folder in PathSettings().scratch.glob(f'{PREFIX}*'):
        # another process may be there first
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > older_than_s:
                shutil.rmtree(folder, ignore_errors=True)


def _read(content: bytes, rules: CitizenReporting) -> object:
    scratch = PathSettings().scratch
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    clear_photos()
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=scratch) as folder:
        file = Path(folder) / NAME
        file.write_bytes(content)
        reading = Reading(NAME, {NAME: file}, JOB, {'most_megapixels': rules.photo_megapixels}, limits=LIMITS)
        try:
            # the refusal comes in place of the document
            reading.document()
            return reading.batch().column('jpeg')[0].as_py()
        # what these say is for agencies, of files and how to export them; and a reader may have been taken over
        except (ReaderCrashed, TooSlow, UnreadableFile, KeyError, IndexError):
            raise damaged_photo() from None
        finally:
            reading.close()


@contextmanager
def _place() -> Iterator[None]:
    if not PLACES.acquire(timeout=PATIENCE_S):
        raise ManyPhotos(
            vi='Đang nhận nhiều ảnh cùng lúc. Gửi lại sau ít giây.',
            en='Many photos come in at once. Send it again in a few seconds.',
        )
    try:
        yield
    finally:
        PLACES.release()

"""Parts of files that come in at a time: so many for each process and person, each for as long as bytes keep coming."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from dothi.api.http.request_body import BodyStream
from dothi.core.errors import Busy

# Each keeps a thread for as long as it comes; what one person leaves half open is not to keep everybody out.
MOST, MOST_EACH = 4, 2
# A client that is gone without a word (its power, its line) sends nothing more, and its connection stays open for ever.
# In this time a piece comes over a line of 8 kB a second.
LONGEST_PIECE_S = 120.0


class ManyParts(Busy):
    """This process takes as many parts as it can."""


class ManyPartsOfOne(Busy):
    """This process takes as many parts as it can of whoever sends."""


@dataclass(eq=False)
class PartOnItsWay:
    """A part that is being received. is_stopped: nobody waits for the rest of it."""

    upload_id: UUID
    editor: str
    body: BodyStream
    is_stopped: bool = field(default=False, init=False)

    def read_piece(self, most_bytes: int) -> bytes:
        """The next piece, empty at the end; what has come of it where the client keeps silent, and then no more."""
        watch = threading.Timer(LONGEST_PIECE_S, self.stop)
        watch.daemon = True
        watch.start()
        try:
            return self.body.read(most_bytes)
        finally:
            watch.cancel()

    def stop(self) -> None:
        """Has the thread that waits for more of the part find its end."""
        self.is_stopped = True
        self.body.stop_receiving()


class PartPlaces:
    """The parts that one process receives now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: list[PartOnItsWay] = []

    @contextmanager
    def place(self, part: PartOnItsWay) -> Iterator[PartOnItsWay]:
        """Keeps a place for the part meanwhile. Raises ManyParts, ManyPartsOfOne.

        Whoever goes on with an upload has lost the connection on which its last part came: that one ends.
        """
        self.stop(part.upload_id)
        with self._lock:
            self._require_place(part.editor)
            self._parts.append(part)
        try:
            yield part
        finally:
            with self._lock:
                self._parts.remove(part)

    def stop(self, upload_id: UUID) -> None:
        """Ends the part of the upload that is on its way, if any is."""
        with self._lock:
            parts = [part for part in self._parts if part.upload_id == upload_id]
        for part in parts:
            part.stop()

    def _require_place(self, editor: str) -> None:
        waited_for = [part for part in self._parts if not part.is_stopped]
        if sum(part.editor == editor for part in waited_for) >= MOST_EACH:
            raise ManyPartsOfOne(
                vi=f'Bạn đang gửi {MOST_EACH} phần tệp cùng lúc. Đợi xong, hoặc xem các tệp đang gửi ở GET '
                '/api/uploads và bỏ tệp không cần bằng DELETE /api/uploads/MÃ.',
                en=f'{MOST_EACH} parts of yours come in at once. Wait for them, or look at your files at GET '
                '/api/uploads, and end what you need no more by DELETE /api/uploads/ID.',
            )
        if len(waited_for) >= MOST:
            raise ManyParts(
                vi='Đang nhận nhiều tệp cùng lúc. Gửi tiếp sau ít giây.',
                en='Many files come in at once. Go on in a few seconds.',
            )

"""The renderers of this process: started when they are first needed, replaced when they die or take too long."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from dothi.cartography.mapping import frames
from dothi.cartography.mapping.limits import (
    NotDrawn,
    PictureTooLarge,
    drawing_broke,
    filter_not_computable,
    too_busy,
    took_too_long,
)
from dothi.core.database import NoDatabase
from dothi.core.limit_settings import MapSettings
from dothi.core.places import Places
from dothi.core.settings import PACKAGES
from dothi.core.turns import turn_given_away

LOG = logging.getLogger('dothi.mapping')
PROGRAM = 'dothi.cartography.mapping.renderer'
# What a picture took stays with its renderer for the next: giving 12 MB back to the system and having them cleared anew
# took a tenth of its time. Larger blocks, of pictures that are rarely asked for, go back at once.
MEMORY = {'MALLOC_TRIM_THRESHOLD_': str(64 * 2**20), 'MALLOC_MMAP_THRESHOLD_': str(16 * 2**20)}
# A database that restarts is away for a second or two. A new renderer asks it each time: the connections of the old one
# may be dead, and Mapnik learns that of one connection at a time.
PAUSES_S = (0.2, 0.5, 1.0, 1.5)


class Renderer:
    """One process that draws, one picture at a time."""

    def __init__(self, settings: MapSettings) -> None:
        self._line, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, '-m', PROGRAM, str(os.getpid()), str(settings.map_memory_mb)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=PACKAGES,
                env=os.environ | _for_renderer(settings),
            )

    def draw(self, order: bytes, deadline: float) -> tuple[str, bytes] | None:
        """What the renderer answers, or None where it died; raises TimeoutError at `deadline`."""
        try:
            self._line.settimeout(max(deadline - time.monotonic(), 0.001))
            frames.send(self._line, frames.ORDER, order)
            return frames.receive(self._line, deadline)
        except (BrokenPipeError, ConnectionResetError):
            return None

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """Ends the process, whatever it does."""
        self._line.close()
        self.process.kill()
        self.process.wait()


class Renderers:
    """A fixed number of renderers with a queue before them."""

    def __init__(self, settings: MapSettings) -> None:
        self.settings = settings
        self._places = Places(settings.map_renderers, settings.map_queue, too_busy)
        self._lock = threading.Lock()
        self._idle: list[Renderer] = []
        # A renderer ends with the thread that started it, and a thread of a web server may end before its process.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix='renderers')

    def draw(self, order: bytes) -> bytes:
        """The picture that `order` (renderer.py) asks for.

        Raises TooBusy where the queue is full or does not move, TookTooLong, DrawingBroke where the renderer dies,
        PictureTooLarge where it gets no memory for it, NoDatabase, NotDrawn.
        """
        with turn_given_away():
            self._places.take(self.settings.map_wait_s)
            try:
                return self._draw_order(order)
            finally:
                self._places.give_back()

    def _draw_order(self, order: bytes) -> bytes:
        seconds = self.settings.map_seconds
        deadline = time.monotonic() + seconds
        answer = self._ask_renderer(order, deadline)
        for pause_s in PAUSES_S:
            if answer[0] != frames.NO_DATABASE or time.monotonic() + pause_s >= deadline:
                break
            time.sleep(pause_s)
            answer = self._ask_renderer(order, deadline)
        return _content(*answer, seconds)

    def _ask_renderer(self, order: bytes, deadline: float) -> tuple[str, bytes]:
        """What a renderer answers; whoever answered badly does not draw again."""
        renderer = self._take()
        try:
            answer = renderer.draw(order, deadline)
        except BaseException as error:
            renderer.end()
            if isinstance(error, TimeoutError):
                raise took_too_long(self.settings.map_seconds) from None
            raise
        if answer is None:
            self._bury(renderer)
            raise drawing_broke()
        if answer[0] == frames.NO_DATABASE:
            renderer.end()
        else:
            with self._lock:
                self._idle.append(renderer)
        return answer

    def _take(self) -> Renderer:
        """A renderer that lives: an idle one, else a new one."""
        while True:
            with self._lock:
                renderer = self._idle.pop() if self._idle else None
            if renderer is None:
                return self._starter.submit(Renderer, self.settings).result()
            if renderer.alive:
                return renderer
            self._bury(renderer)

    def _bury(self, renderer: Renderer) -> None:
        renderer.end()
        code = renderer.process.returncode
        name = signal.Signals(-code).name if code < 0 else f'exit code {code}'
        LOG.error('renderer %s died: %s', renderer.process.pid, name)

    def end(self) -> None:
        """Ends the idle renderers; whoever draws next gets new ones."""
        with self._lock:
            idle, self._idle = self._idle, []
        for renderer in idle:
            renderer.end()


# By process: a forked child has renderers of its own, those of its parent go on there.
_RENDERERS: dict[int, Renderers] = {}


def renderers() -> Renderers:
    """The renderers of this process."""
    process = os.getpid()
    if process not in _RENDERERS:
        # of two threads that come first at once, one keeps its own
        _RENDERERS.setdefault(process, Renderers(MapSettings()))
    return _RENDERERS[process]


def _content(kind: str, content: bytes, seconds: float) -> bytes:
    """The picture, or the error that the renderer tells of."""
    if kind == frames.DRAWN:
        return content
    if kind == frames.TOO_SLOW:
        raise took_too_long(seconds)
    if kind == frames.UNFIT:
        raise filter_not_computable()
    if kind == frames.TOO_LARGE:
        raise PictureTooLarge(
            vi='Ảnh cần nhiều bộ nhớ hơn mức cho phép. Giảm width, height hoặc thu nhỏ khung.',
            en='The picture needs more memory than it may have. Ask for fewer pixels or a smaller box.',
        )
    # Mapnik's words hold statements and the server's address: they are for the log
    LOG.error('not drawn: %s', content.decode(errors='replace'))
    if kind == frames.NO_DATABASE:
        raise NoDatabase(
            vi='Chương trình vẽ không kết nối được cơ sở dữ liệu. Thử lại sau.',
            en='The renderer cannot reach the database. Try again later.',
        )
    raise NotDrawn(
        vi='Không vẽ được ảnh. Nhật ký dịch vụ ghi lý do.', en="Not drawn; the service's log has the reason."
    )


def _for_renderer(settings: MapSettings) -> dict[str, str]:
    """Its environment. A query ends a little before its renderer would be ended, and soon after its renderer did."""
    timeout_ms = round(settings.map_seconds * 900)
    options = f'-c statement_timeout={timeout_ms} -c client_connection_check_interval=500'
    return MEMORY | {'OPENBLAS_NUM_THREADS': '1', 'PGOPTIONS': options, 'PGAPPNAME': 'dothi map'}

"""A renderer: a process that draws maps with Mapnik until whoever started it ends, or closes its socket.

It is started as `python -m dothi.cartography.mapping.renderer`, reads orders from its standard input, which is a
socket, and answers each on it (frames.py). It imports Mapnik, numpy and next to nothing else: Mapnik points PROJ and
GDAL of its process at data of its own, and a renderer has to start in a moment.
"""

import json
import os
import resource
import signal
import socket
import sys
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ctypes import CDLL
from pathlib import Path
from typing import Any

import numpy as np

from dothi.cartography.fonts import FILES, font_file
from dothi.cartography.mapping import frames
from dothi.cartography.mapping.pieces import cut_boxes, join_pieces
from dothi.cartography.mapping.png import png

# What is kept is answered at once, beside whatever is drawn: it takes a millisecond.
NICENESS = 5
# linux/prctl.h
PR_SET_PDEATHSIG = 1
# What is not written by Mapnik.
OURS = ('raw', 'png', 'png-opaque')
# Sources that are kept with what Mapnik learned of their columns; each is a few kilobytes.
MOST_SOURCES = 200
# Maps that are kept with their styles, each some 100 kB: reading those of eight layers takes 0.5 ms.
MOST_MAPS = 50
# What PostgreSQL says where the connection, not the query, is what failed.
LOST = (
    'terminating connection', 'closed the connection', 'onnection refused', 'not connect', 'starting up',
    'shutting down', 'No such file', 'ull connection', 'no connection', 'connection to server',
)  # fmt: skip


# And where the values of a filter are at fault: PostgreSQL's class 22, of which Mapnik passes on only the words.
UNFIT = ('division by zero', 'out of range', 'overflow', 'underflow', 'invalid input syntax', 'TopologyException')


class Studio:
    """Mapnik, with the sources that were drawn from lately."""

    def __init__(self) -> None:
        import mapnik  # type: ignore[import-untyped]

        self.mapnik = mapnik
        for look in FILES:
            mapnik.FontEngine.register_font(str(font_file(look)))
        # what it fails at it raises; it would also write of every sign in `currentColor`, which it gets from the style
        mapnik.logger.set_severity(getattr(mapnik.severity_type, 'None'))
        self._sources: OrderedDict[str, Any] = OrderedDict()
        self._maps: OrderedDict[str, Any] = OrderedDict()
        # ISA-L leaves the upper halves of the vector registers in use, and in the thread where it does Mapnik then
        # takes 2.5 times as long for every picture that follows (107 and 269 ms of a province)
        self._beside = ThreadPoolExecutor(1, thread_name_prefix='png')

    def draw(self, order: dict[str, Any]) -> bytes:
        """The picture in the format that the order names; `raw` is red, green, blue and opacity of each pixel."""
        drawing = self._sized_map(order['styles'], order['width'], order['height'])
        try:
            self._prepare(drawing, order)
            return self._picture(drawing, order)
        finally:
            # with the map they would be kept, and the connections of their sources
            drawing.layers.clear()
            if order.get('passing_files'):
                # Mapnik keeps every sign that it has read for ever, by the name of its file
                self.mapnik.clear_cache()
                self._maps.clear()

    def _picture(self, drawing: Any, order: dict[str, Any]) -> bytes:
        if order['format'] in ('svg', 'pdf'):
            return self._on_paper(drawing, order)
        image = self.mapnik.Image(order['width'], order['height'])
        self.mapnik.render(drawing, image, order['ratio'])
        if order.get('tiles'):
            return join_pieces(self._tiles(image, order))
        if order['format'] not in OURS:
            return bytes(image.to_string(order['format']))
        image.demultiply()
        pixels = bytes(image.to_string())
        if order['format'] == 'raw':
            return pixels
        opaque = order['format'] == 'png-opaque'
        return self._beside.submit(png, pixels, order['width'], order['height'], opaque=opaque).result()

    def _tiles(self, image: Any, order: dict[str, Any]) -> list[bytes]:
        """The picture in tiles, each as a file."""
        boxes = list(cut_boxes(order['width'], order['height'], *order['tiles']))
        if order['format'] not in OURS:
            return [bytes(image.view(*box).to_string(order['format'])) for box in boxes]
        image.demultiply()
        pixels = np.frombuffer(image.to_string(), np.uint8).reshape(order['height'], order['width'], 4)
        opaque = order['format'] == 'png-opaque'
        cut = [pixels[top : top + high, left : left + wide] for left, top, wide, high in boxes]
        files = [self._beside.submit(png, tile.tobytes(), *tile.shape[1::-1], opaque=opaque) for tile in cut]
        return [file.result() for file in files]

    def forget(self) -> None:
        """Lets go of all sources: their connections may be dead, their columns others."""
        self._sources.clear()

    def _prepare(self, drawing: Any, order: dict[str, Any]) -> None:
        """Gives a map, which has styles and a size, its layers and place."""
        drawing.layers.extend([self._layer(layer) for layer in order['layers']])
        drawing.zoom_to_box(self.mapnik.Box2d(*order['box']))

    def _sized_map(self, styles: str, width: int, height: int) -> Any:
        drawing = _remembered(self._maps, styles, MOST_MAPS, lambda: self._styled_map(styles, width, height))
        drawing.resize(width, height)
        if (drawing.width, drawing.height) == (width, height):
            return drawing
        # a map that is there keeps its size where it should have a side below 16
        return self._styled_map(styles, width, height)

    def _styled_map(self, styles: str, width: int, height: int) -> Any:
        drawing = self.mapnik.Map(width, height)
        self.mapnik.load_map_from_string(drawing, styles)
        # the box is drawn as it is, also where its pixels are not square
        drawing.aspect_fix_mode = self.mapnik.aspect_fix_mode.RESPECT
        return drawing

    def _layer(self, order: dict[str, Any]) -> Any:
        layer = self.mapnik.Layer(order['name'], order['srs'])
        layer.datasource = self._source(order['source'])
        layer.cache_features = order.get('holds_rows', False)
        if order.get('buffer') is not None:
            layer.buffer_size = order['buffer']
        for style in order['styles']:
            layer.styles.append(style)
        return layer

    def _source(self, parameters: dict[str, Any]) -> Any:
        if parameters['type'] != 'postgis':
            return self.mapnik.CreateDatasource(**parameters)
        key = json.dumps(parameters)
        return _remembered(self._sources, key, MOST_SOURCES, lambda: self.mapnik.CreateDatasource(**parameters))

    def _on_paper(self, drawing: Any, order: dict[str, Any]) -> bytes:
        """Mapnik's cairo writes to files only."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / 'picture'
            self.mapnik.render_to_file(drawing, str(file), order['format'], order['ratio'])
            return file.read_bytes()


def _remembered(store: OrderedDict[str, Any], key: str, most: int, make: Callable[[], Any]) -> Any:
    """What the store has under `key`, made where it has nothing; it forgets what was not asked for longest."""
    if key not in store:
        store[key] = make()
        if len(store) > most:
            store.popitem(last=False)
    store.move_to_end(key)
    return store[key]


def answer(studio: Studio, order: dict[str, Any]) -> tuple[str, bytes]:
    """What became of the order, and the picture or the reason."""
    for last in (False, True):
        try:
            return frames.DRAWN, studio.draw(order)
        except MemoryError:
            return frames.TOO_LARGE, b''
        except Exception as error:
            reason = str(error)
            if 'statement timeout' in reason:
                return frames.TOO_SLOW, b''
            if any(words in reason for words in UNFIT):
                return frames.UNFIT, b''
            lost = any(words in reason for words in LOST)
            if last or not lost:
                return (frames.NO_DATABASE if lost else frames.REFUSED), reason.encode()
            studio.forget()
    raise AssertionError


def main(parent: int, memory_mb: int) -> None:
    """Draws until the socket is closed."""
    _end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us; they close the socket
    os.nice(NICENESS)
    line = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    studio = Studio()
    _limit_memory(memory_mb)
    while (order := frames.receive(line)) is not None:
        kind, content = answer(studio, json.loads(order[1]))
        frames.send(line, kind, content)


def _end_with(parent: int) -> None:
    """Has the kernel end this process with the thread that started it, however that one ends."""
    CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit()


def _limit_memory(memory_mb: int) -> None:
    """RLIMIT_DATA counts what is written to; beyond it Mapnik gets no memory, and one request no picture.

    A renderer of a job has no more than its job.
    """
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    limit = memory_mb * 2**20
    limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


if __name__ == '__main__':
    main(int(sys.argv[1]), int(sys.argv[2]))

"""PNG (ISO/IEC 15948), written fast: a picture of a map is sent once, and whoever waits for it waits for this too."""

import struct
import zlib

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

SIGNATURE = b'\x89PNG\r\n\x1a\n'
# Colour types of 11.2.1: red, green, blue; and the same with opacity.
RGB, RGBA = 2, 6
# Of isal's 0 to 3: as dense as zlib's 1 in a third of its time.
LEVEL = 1
# Bytes of the chunk IHDR, which is the first of every file (11.2.1).
HEADER = 25


def png(pixels: bytes, width: int, height: int, *, opaque: bool) -> bytes:
    """The file. pixels: red, green, blue and opacity of each, row by row, 8 bits each; opaque: without the last.

    Rows are not filtered (9.2): where colours are flat a filter saves nothing and takes as long as the compressing.
    """
    rows = _rows(np.frombuffer(pixels, np.uint8).reshape(height, width, 4), 3 if opaque else 4)
    header = struct.pack('>IIBBBBB', width, height, 8, RGB if opaque else RGBA, 0, 0, 0)
    body = isal_zlib.compress(rows, LEVEL)
    return SIGNATURE + _chunk(b'IHDR', header) + _chunk(b'IDAT', body) + _chunk(b'IEND', b'')


def _rows(pixels: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """The rows as they are compressed, each with the number of its filter (9.2) and the first `channels` of its pixels.

    Numpy takes 0.1 ms for all four (1024 × 768), 3.7 ms for three of four at once, 0.8 ms for one after the other.
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + channels * width), np.uint8)
    colours = rows[:, 1:].reshape(height, width, channels)
    if channels == pixels.shape[2]:
        colours[...] = pixels
        return rows
    for channel in range(channels):
        colours[..., channel] = pixels[..., channel]
    return rows


def with_text(file: bytes, keyword: str, text: str) -> bytes:
    """The file, which says this of itself (11.3.4.3) behind its header; both in ASCII."""
    behind = len(SIGNATURE) + HEADER
    return file[:behind] + _chunk(b'tEXt', f'{keyword}\0{text}'.encode('ascii')) + file[behind:]


def _chunk(kind: bytes, content: bytes) -> bytes:
    """Length, kind, content, and the sum that guards the last two (5.3)."""
    return struct.pack('>I', len(content)) + kind + content + struct.pack('>I', zlib.crc32(content, zlib.crc32(kind)))

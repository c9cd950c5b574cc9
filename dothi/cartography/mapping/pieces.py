"""A picture in pieces: the tiles that it is cut into, in one answer of a renderer."""

import struct
from collections.abc import Iterator

LENGTH = struct.Struct('>Q')


def cut_boxes(width: int, height: int, columns: int, rows: int) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, width and height in pixels of each piece of the picture, row by row from above."""
    across, down = width // columns, height // rows
    for row in range(rows):
        for column in range(columns):
            yield column * across, row * down, across, down


def join_pieces(pieces: list[bytes]) -> bytes:
    """The pieces as one answer."""
    return b''.join(LENGTH.pack(len(piece)) + piece for piece in pieces)


def split_pieces(answer: bytes) -> list[bytes]:
    """The pieces of an answer."""
    pieces, start = [], 0
    while start < len(answer):
        (length,) = LENGTH.unpack_from(answer, start)
        start += LENGTH.size
        pieces.append(answer[start : start + length])
        start += length
    return pieces

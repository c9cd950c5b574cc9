"""Well-known binary looked at before GEOS reads it: its reader calls itself for each level of a collection."""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A collection of collections comes from nobody's program, let alone eight levels.
DEEPEST = 8
# The low byte of a collection's type: plain, and with Z, M or both after ISO 13249-3 (1007, 2007, 3007).
COLLECTION_BYTES = (7, 1007 & 0xFF, 2007 & 0xFF, 3007 & 0xFF)
HEADER_BYTES = 9
EWKB_Z, EWKB_M, EWKB_SRID = 0x80000000, 0x40000000, 0x20000000
ISO_DIMENSIONS = (2, 3, 3, 4)
POINT, LINE_STRING, POLYGON, CIRCULAR_STRING = 1, 2, 3, 8


def nested_too_deep(wkb: Any) -> NDArray[np.intp]:
    """Positions of those in an Arrow array of WKB that hold collections in collections, more than DEEPEST levels."""
    collections = np.flatnonzero(_are_collections(wkb))
    deep = [row for row in collections.tolist() if levels(wkb[row].as_py()) > DEEPEST]
    return np.array(deep, dtype=np.intp)


def levels(wkb: bytes) -> int:
    """How many levels of parts the geometry has, 0 for a plain point; no more are counted than one beyond DEEPEST."""
    open_parts, position, deepest = [1], 0, 0
    try:
        while open_parts and deepest <= DEEPEST:
            if not open_parts[-1]:
                open_parts.pop()
                continue
            open_parts[-1] -= 1
            position, parts = _step(wkb, position)
            if parts:
                open_parts.append(parts)
            deepest = max(deepest, len(open_parts) - 1)
    except (struct.error, IndexError):  # it is cut off, which its reader says
        pass
    return deepest


def _are_collections(wkb: Any) -> NDArray[np.bool_]:
    _, starts, content = wkb.buffers()
    if content is None or not content.size:
        return np.zeros(len(wkb), dtype=bool)
    kind = np.int64 if str(wkb.type).startswith('large') else np.int32
    offsets = np.frombuffer(starts, dtype=kind)[wkb.offset : wkb.offset + len(wkb) + 1].astype(np.int64)
    codes = np.frombuffer(content, dtype=np.uint8)
    long_enough = np.diff(offsets) >= HEADER_BYTES
    first = np.where(long_enough, offsets[:-1], 0)
    little, big = codes[np.minimum(first + 1, len(codes) - 1)], codes[np.minimum(first + 4, len(codes) - 1)]
    lowest = np.where(codes[np.minimum(first, len(codes) - 1)] == 1, little, big)
    return np.asarray(long_enough & np.isin(lowest, COLLECTION_BYTES))


def _step(wkb: bytes, position: int) -> tuple[int, int]:
    """The position behind the geometry at `position`, or of its first part, and its number of parts."""
    order = '<' if wkb[position] else '>'
    (code,) = struct.unpack_from(f'{order}I', wkb, position + 1)
    position += 5 + 4 * bool(code & EWKB_SRID)
    kind, iso = code % 1_000 if code < EWKB_SRID else code & 0xFF, (code // 1_000 if code < EWKB_SRID else 0)
    point_bytes = 8 * (ISO_DIMENSIONS[min(iso, 3)] + bool(code & EWKB_Z) + bool(code & EWKB_M))
    if kind == POINT:
        return position + point_bytes, 0
    (count,) = struct.unpack_from(f'{order}I', wkb, position)
    position += 4
    if kind in (LINE_STRING, CIRCULAR_STRING):
        return position + count * point_bytes, 0
    if kind != POLYGON:
        return position, count
    for _ in range(count):
        (points,) = struct.unpack_from(f'{order}I', wkb, position)
        position += 4 + points * point_bytes
    return position, 0
